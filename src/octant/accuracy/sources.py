"""Data sets from what a user names: digits, image folders, NumPy, tables, Hugging Face."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octant.accuracy.dataset import DataSet, Indices, Inputs, Samples, Task
from octant.accuracy.images import Pixels, Reader, Shape, image_folder, image_reader
from octant.accuracy.reading import file_print, library
from octant.errors import DataSetError, near_misses

#: Names of the answers in a file, the first that is there.
ANSWERS = ("label", "labels", "target", "targets", "y", "answer", "answers")
_HUGGING_FACE = "hf:"
#: Types of columns that are no input of a network.
_TEXT = ("string", "large_string")


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
    | a folder of folders of images | a class for each folder (``images.image_folder``) |
    | a folder with ``labels.npy`` | one ``.npy`` for each input beside it, read where needed |
    | ``.npz`` | an array for each input, and one of the answers |
    | ``.parquet``, ``.csv`` | a row for each sample: columns of features, and one of the answers |
    | ``hf:PATH`` | a data set that Hugging Face's ``datasets`` has saved |

    Args:
        source: name or path; a data set is returned as it is. With ``,pixels=0..1`` behind it
            images come in that range: ``imagenet`` (the default), ``0..1``, ``-1..1``, ``0..255``.
        shape: of the network's input, samples first: images are cut to its extents.
        task: what the answers are of.

    Raises:
        DataSetError: there is no such data set, or it cannot be read.
        OctantError: the library that reads it is not installed.

    >>> load_data("digits").samples
    1797
    """
    if isinstance(source, DataSet):
        return source
    wanted, (name, pixels) = Task(task), _with_pixels(str(source))
    if name == "digits":
        from octant.accuracy.digits import digits

        return _for_classes(digits(), wanted)
    if name.startswith(_HUGGING_FACE):
        return hugging_face(name.removeprefix(_HUGGING_FACE), shape, wanted, pixels)
    path = Path(name)
    if path.is_dir():
        answers = next((x for x in ANSWERS if (path / f"{x}.npy").is_file()), None)
        if answers is None:
            return _for_classes(image_folder(path, shape, pixels), wanted)
        return npy_folder(path, answers, wanted)
    readers: dict[str, Callable[[Path, Task], DataSet]] = {
        ".npz": npz,
        ".parquet": lambda file, kind: parquet(file, kind, shape, pixels),
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


def _with_pixels(source: str) -> tuple[str, Pixels]:
    """A source's name, and the range of its pixels."""
    name, words, pixels = source.rpartition(",pixels=")
    if not words:
        return source, Pixels.IMAGENET
    known = [member.value for member in Pixels]
    if pixels not in known:
        raise DataSetError(f"there are no pixels {pixels!r}; {near_misses(pixels, known)}")
    return name, Pixels(pixels)


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
    return _from_arrays(str(path), arrays, task, file_print([path]))


def npy_folder(path: Path, answers: str, task: Task) -> DataSet:
    """The ``.npy`` files of a folder, mapped into memory: what a batch needs is read, no more."""
    files = sorted(path.glob("*.npy"))
    try:
        arrays = {file.stem: np.load(file, mmap_mode="r", allow_pickle=False) for file in files}
    except (OSError, ValueError, EOFError) as error:
        raise DataSetError(f"{path}: cannot be read as .npy files: {error}") from error
    return _from_arrays(str(path), arrays, task, file_print(files))


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
        str(path), {"": features, answers: _tidied(whole)}, task, file_print([path])
    )


def parquet(path: Path, task: Task, shape: Shape = (), pixels: Pixels = Pixels.IMAGENET) -> DataSet:
    """The rows of a Parquet file, a row group held at a time.

    Columns are numbers, lists of numbers, or images as Hugging Face stores them (the bytes of their
    files); text is left out.

    Raises:
        OctantError: pyarrow is not installed.
    """
    arrow = library("pyarrow.parquet", "pyarrow", "data")
    try:
        file = arrow.ParquetFile(path)
    except Exception as error:
        raise DataSetError(f"{path}: cannot be read as Parquet: {error}") from error
    names = [field.name for field in file.schema_arrow if str(field.type) not in _TEXT]
    answers = _answers(names, str(path))
    columns = [name for name in names if name != answers]
    groups = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    starts = np.concatenate([[0], np.cumsum(groups)]).astype(np.int64)
    reader = image_reader(shape, str(path), pixels)
    held: dict[int, Any] = {}

    def group_of(number: int) -> Any:
        if number not in held:
            held.clear()
            held[number] = file.read_row_group(number, columns=[*columns, answers])
        return held[number]

    def read(chosen: Indices) -> Samples:
        features, labels = [], []
        places = np.searchsorted(starts, chosen, side="right") - 1
        for group in np.unique(places):
            table = group_of(int(group)).take(chosen[places == group] - starts[group])
            read_in = [_column(table, name, reader) for name in columns]
            features.append(read_in[0] if len(columns) == 1 else np.concatenate(read_in, axis=1))
            labels.append(_column(table, answers, reader)[:, 0])
        return {"": np.concatenate(features)}, _tidied(np.concatenate(labels))

    return DataSet(
        str(path), f"Parquet file of {starts[-1]} rows", int(starts[-1]), task,
        file_print([path], pixels.value), read,
    )  # fmt: skip


def hugging_face(path: str, shape: Shape, task: Task, pixels: Pixels = Pixels.IMAGENET) -> DataSet:
    """A data set that Hugging Face's ``datasets`` saved with ``save_to_disk``; no download.

    Columns of text are left out.

    Raises:
        OctantError: datasets is not installed.
    """
    datasets = library("datasets", "datasets", "huggingface")
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
    names = [
        name for name, kind in held.features.items() if getattr(kind, "dtype", "") not in _TEXT
    ]
    answers = _answers(names, path)
    columns = [name for name in names if name != answers]
    reader = image_reader(shape, path, pixels)

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
        f"{held._fingerprint} {pixels}", read,
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


def _column(table: Any, name: str, reader: Reader) -> NDArray[Any]:
    """A column as rows by values: numbers, lists of one length, or images, read."""
    rows = table.column(name).to_pylist()
    if rows and isinstance(rows[0], dict) and "bytes" in rows[0]:
        rows = [row["bytes"] for row in rows]
    if rows and isinstance(rows[0], bytes):
        return np.stack([reader(row) for row in rows])
    try:
        values = np.asarray(rows, np.float32)
    except (TypeError, ValueError) as error:
        raise DataSetError(
            f"column {name!r} holds something else than numbers, or lists of different lengths"
        ) from error
    return values.reshape(len(rows), -1)
