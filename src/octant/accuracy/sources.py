"""Data sets from what a user names: digits, image folders, NumPy, tables, Hugging Face."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octant.accuracy.dataset import DataSet, Indices, Inputs, Samples, Task
from octant.errors import DataSetError, OctantError, near_misses

#: Names of the answers in a file, the first that is there.
ANSWERS = ("label", "labels", "target", "targets", "y", "answer", "answers")
_IMAGES = (".bmp", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp")
#: ImageNet's mean and standard deviation of red, green and blue, as torchvision has them.
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)[:, None, None]
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)[:, None, None]
#: A centre crop takes this part of the shorter side: 224 of 256 pixels.
_CROP = 0.875
_HUGGING_FACE = "hf:"

Shape = tuple[int | None, ...]


def load_data(
    source: str | Path | DataSet,
    *,
    shape: Shape = (),
    task: Task | str = Task.CLASSIFICATION,
) -> DataSet:
    """The data set that a name or a path stands for.

    | source | is |
    |---|---|
    | ``digits`` | scikit-learn's digits |
    | a folder of folders of images | a class for each folder, in the order of their names |
    | a folder with ``labels.npy`` | one ``.npy`` for each input beside it, read where needed |
    | ``.npz`` | an array for each input, and one of the answers |
    | ``.parquet``, ``.csv`` | a row for each sample: columns of features, and one of the answers |
    | ``hf:PATH`` | a data set that Hugging Face's ``datasets`` has saved |

    Args:
        source: name or path; a data set is returned as it is.
        shape: of the network's input, samples first: images are cut to its last two extents.
        task: what the answers are of.

    Raises:
        DataSetError: there is no such data set, or it cannot be read.
        OctantError: the library that reads it is not installed.

    >>> load_data("digits").samples
    1797
    """
    if isinstance(source, DataSet):
        return source
    wanted, name = Task(task), str(source)
    if name == "digits":
        from octant.accuracy.digits import digits

        return _for_classes(digits(), wanted)
    if name.startswith(_HUGGING_FACE):
        return hugging_face(name.removeprefix(_HUGGING_FACE), shape, wanted)
    path = Path(name)
    if path.is_dir():
        answers = next((x for x in ANSWERS if (path / f"{x}.npy").is_file()), None)
        if answers is None:
            return _for_classes(image_folder(path, shape), wanted)
        return npy_folder(path, answers, wanted)
    readers: dict[str, Callable[[Path, Task], DataSet]] = {
        ".npz": npz,
        ".parquet": parquet,
        ".csv": csv,
    }
    if path.suffix in readers:
        if not path.exists():
            raise DataSetError(f"{name}: there is no such file")
        return readers[path.suffix](path, wanted)
    if path.is_file():
        raise DataSetError(f"{name}: the ending {path.suffix!r} is none of {', '.join(readers)}")
    raise DataSetError(
        f"there is no data set {name!r}: {near_misses(name, ('digits',))}; or give a folder, a "
        f"file that ends in {' or '.join(readers)}, or {_HUGGING_FACE}FOLDER"
    )


def _for_classes(data: DataSet, task: Task) -> DataSet:
    if task is not data.task:
        raise DataSetError(
            f"data set {data.name!r} has the answers of {data.task.value}, not of {task.value}"
        )
    return data


def npz(path: Path, task: Task) -> DataSet:
    """The arrays of an ``.npz`` file, held in memory: inputs by name, and the answers."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError) as error:
        raise DataSetError(f"{path}: cannot be read as .npz: {error}") from error
    return _from_arrays(str(path), arrays, task, _file_print([path]))


def npy_folder(path: Path, answers: str, task: Task) -> DataSet:
    """The ``.npy`` files of a folder, mapped into memory: what a batch needs is read, no more."""
    files = sorted(path.glob("*.npy"))
    try:
        arrays = {file.stem: np.load(file, mmap_mode="r", allow_pickle=False) for file in files}
    except (OSError, ValueError, EOFError) as error:
        raise DataSetError(f"{path}: cannot be read as .npy files: {error}") from error
    return _from_arrays(str(path), arrays, task, _file_print(files))


def image_folder(path: Path, shape: Shape) -> DataSet:
    """Images in a folder for each class, as ImageNet is laid out; classes in the order of names.

    An image is scaled so that the crop of the network's size is 7/8 of its shorter side, cut at the
    centre, and normalised with ImageNet's mean and deviation; grey for a network of one channel.
    """
    folders = sorted(item for item in path.iterdir() if item.is_dir())
    files = [
        (file, label)
        for label, folder in enumerate(folders)
        for file in sorted(folder.iterdir())
        if file.suffix.lower() in _IMAGES
    ]
    if not files:
        raise DataSetError(
            f"{path}: no image in any folder below it: give a folder with one folder of images "
            f"for each class ({', '.join(_IMAGES)}), or one with labels.npy"
        )
    labels = np.array([label for _, label in files], np.int64)
    reader = _image_reader(shape, str(path))

    def read(chosen: Indices) -> Samples:
        return {"": np.stack([reader(files[i][0]) for i in chosen])}, labels[chosen]

    return DataSet(
        str(path),
        f"{len(files)} images of {len(folders)} classes in folders",
        len(files),
        Task.CLASSIFICATION,
        _file_print([file for file, _ in files]),
        read,
    )


def csv(path: Path, task: Task) -> DataSet:
    """The rows of a table of numbers with a header, held in memory."""
    try:
        with path.open(encoding="utf-8") as file:
            names = [name.strip().strip('"') for name in file.readline().split(",")]
            table = np.loadtxt(file, delimiter=",", ndmin=2, dtype=np.float64)
    except (OSError, ValueError) as error:
        raise DataSetError(
            f"{path}: cannot be read as a table of numbers with a header: {error}"
        ) from error
    if table.size and table.shape[1] != len(names):
        raise DataSetError(f"{path}: {len(names)} names in the header, {table.shape[1]} columns")
    answers = _answers(names, str(path))
    columns = [index for index, name in enumerate(names) if name != answers]
    whole = table[:, names.index(answers)] if table.size else table.reshape(-1)
    features = table[:, columns].astype(np.float32) if table.size else table
    return _from_arrays(
        str(path), {"": features, answers: _tidied(whole)}, task, _file_print([path])
    )


def parquet(path: Path, task: Task) -> DataSet:
    """The rows of a Parquet file, read a row group at a time.

    Raises:
        OctantError: pyarrow is not installed.
    """
    arrow = _library("pyarrow.parquet", "pyarrow", "data")
    try:
        file = arrow.ParquetFile(path)
    except Exception as error:
        raise DataSetError(f"{path}: cannot be read as Parquet: {error}") from error
    names = list(file.schema_arrow.names)
    answers = _answers(names, str(path))
    groups = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    starts = np.concatenate([[0], np.cumsum(groups)]).astype(np.int64)

    def read(chosen: Indices) -> Samples:
        features, labels = [], []
        places = np.searchsorted(starts, chosen, side="right") - 1
        for group in np.unique(places):
            table = file.read_row_group(int(group))
            rows = chosen[places == group] - starts[group]
            columns = [_column(table, name)[rows] for name in names if name != answers]
            features.append(np.concatenate(columns, axis=1))
            labels.append(_column(table, answers)[rows][:, 0])
        return {"": np.concatenate(features)}, _tidied(np.concatenate(labels))

    return DataSet(
        str(path), f"Parquet file of {starts[-1]} rows", int(starts[-1]), task,
        _file_print([path]), read,
    )  # fmt: skip


def hugging_face(path: str, shape: Shape, task: Task) -> DataSet:
    """A data set that Hugging Face's ``datasets`` saved with ``save_to_disk``; no download.

    Raises:
        OctantError: datasets is not installed.
    """
    datasets = _library("datasets", "datasets", "huggingface")
    try:
        held = datasets.load_from_disk(path)
    except Exception as error:
        raise DataSetError(
            f"{_HUGGING_FACE}{path}: cannot be read: {' '.join(str(error).split())}; save it with "
            "datasets' save_to_disk and give that folder"
        ) from error
    if isinstance(held, datasets.DatasetDict):
        parts = ", ".join(held)
        raise DataSetError(
            f"{_HUGGING_FACE}{path} has the parts {parts}: give the folder of one of them"
        )
    names = list(held.column_names)
    answers = _answers(names, path)
    columns = [name for name in names if name != answers]
    reader = _image_reader(shape, path)

    def values(rows: dict[str, Any], name: str) -> NDArray[Any]:
        first = rows[name][0]
        if hasattr(first, "convert"):
            return np.stack([reader(image) for image in rows[name]])
        return np.asarray(rows[name])

    def read(chosen: Indices) -> Samples:
        rows = held[chosen.tolist()]
        found = {name: values(rows, name) for name in columns}
        named = {"": next(iter(found.values()))} if len(found) == 1 else found
        return named, np.asarray(rows[answers])

    return DataSet(
        f"{_HUGGING_FACE}{path}", f"Hugging Face data set of {len(held)} rows", len(held), task,
        str(held._fingerprint), read,
    )  # fmt: skip


def _from_arrays(
    name: str, arrays: dict[str, NDArray[Any]], task: Task, fingerprint: str
) -> DataSet:
    answers = _answers(list(arrays), name)
    inputs: Inputs = {key: values for key, values in arrays.items() if key != answers}
    if not inputs:
        raise DataSetError(f"{name}: holds answers ({answers}) but no inputs")
    lengths = {key: len(values) for key, values in arrays.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{key or 'the features'}: {length}" for key, length in lengths.items())
        raise DataSetError(f"{name}: its arrays have different numbers of samples: {listed}")

    def read(chosen: Indices) -> Samples:
        return {key: values[chosen] for key, values in inputs.items()}, arrays[answers][chosen]

    samples = lengths[answers]
    return DataSet(name, f"{samples} samples of the user's", samples, task, fingerprint, read)


def _answers(names: Sequence[str], where: str) -> str:
    found = next((name for name in ANSWERS if name in names), None)
    if found is None:
        raise DataSetError(
            f"{where}: has {', '.join(names) or 'nothing'}; the answers are missing: call them "
            f"one of {', '.join(ANSWERS)}"
        )
    return found


def _tidied(values: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers as integers, so that they can be labels."""
    finite = np.isfinite(values).all()
    if finite and np.array_equal(values, np.rint(values)):
        return values.astype(np.int64)
    return values.astype(np.float32)


def _column(table: Any, name: str) -> NDArray[Any]:
    """A column as rows by values: numbers, or lists of one length."""
    rows = table.column(name).to_pylist()
    try:
        values = np.asarray(rows, np.float32)
    except (TypeError, ValueError) as error:
        raise DataSetError(
            f"column {name!r} holds something else than numbers, or lists of different lengths"
        ) from error
    return values.reshape(len(rows), -1)


def _image_reader(shape: Shape, where: str) -> Callable[[Any], NDArray[np.float32]]:
    """What turns an image, or the path of one, into the network's input."""
    extents = shape[-3:]
    if len(extents) == 3 and extents[0] in (1, 3) and None not in extents[1:]:
        channels, height, width = (int(extent or 0) for extent in extents)
    else:
        channels, height, width = 0, 0, 0

    def read(source: Any) -> NDArray[np.float32]:
        if not channels:
            raise DataSetError(
                f"{where}: images need a network whose input is channels (1 or 3) x height x "
                f"width, with known extents; it is {shape}"
            )
        image_module = _library("PIL.Image", "pillow", "data")
        try:
            image = image_module.open(source) if isinstance(source, Path) else source
            image = image.convert("L" if channels == 1 else "RGB")
        except OSError as error:
            raise DataSetError(f"{source}: cannot be read as an image: {error}") from error
        scale = max(height / image.height, width / image.width) / _CROP
        size = max(width, round(image.width * scale)), max(height, round(image.height * scale))
        image = image.resize(size)
        left, top = (size[0] - width) // 2, (size[1] - height) // 2
        pixels = np.asarray(image.crop((left, top, left + width, top + height)), np.float32) / 255
        if channels == 1:
            return pixels[None].astype(np.float32)
        normal = (pixels.transpose(2, 0, 1) - _MEAN) / _DEVIATION
        return normal.astype(np.float32)

    return read


def _library(module: str, package: str, extra: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise OctantError(
            f"this data set needs {package}, which is not installed: "
            f"pip install 'octant-eval[{extra}]'"
        ) from error


def _file_print(files: Sequence[Path]) -> str:
    """A digest of names, sizes and times of change."""
    digest = hashlib.sha256()
    for file in files:
        status = file.stat()
        digest.update(f"{file.name}|{status.st_size}|{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
