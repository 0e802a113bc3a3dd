"""Data sets from files: what is read, how much of it at once, and what bad ones are answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from octant.accuracy.dataset import DataSet, Task, batches, share
from octant.accuracy.sources import load_data
from octant.errors import DataSetError

IMAGES = np.random.default_rng(0).random((30, 1, 8, 8), np.float32)
LABELS = np.arange(30) % 10


def _all(data: DataSet) -> tuple[dict[str, Any], Any]:
    return data.read(np.arange(data.samples))


def test_npz(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", image=IMAGES, label=LABELS)
    data = load_data(tmp_path / "d.npz")
    inputs, answers = _all(data)
    assert np.array_equal(inputs["image"], IMAGES)
    assert np.array_equal(answers, LABELS)


def test_a_folder_of_npy_is_mapped_not_read(tmp_path: Path) -> None:
    np.save(tmp_path / "image.npy", IMAGES)
    np.save(tmp_path / "labels.npy", LABELS)
    inputs, answers = load_data(tmp_path).read(np.array([3, 29]))
    assert np.array_equal(inputs["image"], IMAGES[[3, 29]])
    assert answers.tolist() == [3, 9]


def test_csv(tmp_path: Path) -> None:
    rows = "\n".join(f"{a},{a / 2},{a % 3}" for a in range(12))
    (tmp_path / "d.csv").write_text(f"a,b,label\n{rows}\n", "utf-8")
    inputs, answers = _all(load_data(tmp_path / "d.csv"))
    assert inputs[""].tolist() == [[a, a / 2] for a in range(12)]
    assert answers.tolist() == [a % 3 for a in range(12)]
    assert answers.dtype == np.int64


@pytest.mark.parametrize("rows", [4, 100])
def test_parquet_is_read_by_row_groups(tmp_path: Path, rows: int) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    table = pyarrow.table(
        {
            "pixels": [image.ravel().tolist() for image in IMAGES],
            "brightness": IMAGES.mean((1, 2, 3)),
            "label": LABELS,
        }
    )
    parquet.write_table(table, tmp_path / "d.parquet", row_group_size=rows)
    chosen = np.array([0, 5, 6, 29])
    inputs, answers = load_data(tmp_path / "d.parquet").read(chosen)
    assert np.array_equal(inputs[""][:, :64], IMAGES.reshape(30, -1)[chosen])
    assert answers.tolist() == [0, 5, 6, 9]


def test_a_folder_of_images(tmp_path: Path) -> None:
    image_module = pytest.importorskip("PIL.Image")
    for label, (name, grey) in enumerate((("cat", 0), ("dog", 255))):
        (tmp_path / name).mkdir()
        for number in range(3):
            image = image_module.new("RGB", (40, 20), (grey, grey, grey))
            image.save(tmp_path / name / f"{number}.png")
        assert label in (0, 1)
    data = load_data(tmp_path, shape=(None, 3, 16, 16))
    inputs, answers = _all(data)
    assert inputs[""].shape == (6, 3, 16, 16)
    assert answers.tolist() == [0, 0, 0, 1, 1, 1]
    black = -np.array([0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    assert np.allclose(inputs[""][0], black[:, None, None], atol=1e-5)
    white, _ = load_data(tmp_path, shape=(1, 1, 16, 12)).read(np.array([5]))
    assert white[""].shape == (1, 1, 16, 12)
    assert white[""].min() == 1.0
    with pytest.raises(DataSetError, match="images need a network whose input is channels"):
        load_data(tmp_path, shape=(None, 64)).read(np.array([0]))


def test_hugging_face(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    held = datasets.Dataset.from_dict(
        {"pixels": IMAGES.reshape(30, -1).tolist(), "label": LABELS.tolist()}
    )
    held.save_to_disk(tmp_path / "held")
    inputs, answers = load_data(f"hf:{tmp_path / 'held'}").read(np.array([2, 17]))
    assert np.allclose(inputs[""], IMAGES.reshape(30, -1)[[2, 17]])
    assert answers.tolist() == [2, 7]
    with pytest.raises(DataSetError, match="save_to_disk"):
        load_data(f"hf:{tmp_path}")


def test_a_batch_is_all_that_is_read() -> None:
    asked: list[int] = []

    def read(chosen: Any) -> Any:
        asked.append(len(chosen))
        return {"": IMAGES[chosen]}, LABELS[chosen]

    data = DataSet("d", "", 30, Task.CLASSIFICATION, "", read)
    sizes = [len(answers) for _, answers in batches(data, share(data, "test"), 4)]
    assert sizes == asked == [4, 4, 4, 4, 4, 4, 3]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "lengths": ({"image": IMAGES[:9], "label": LABELS}, "different numbers of samples: image: 9"),
    "answers": ({"image": IMAGES}, "the answers are missing: call them one of label"),
    "inputs": ({"label": LABELS}, "holds answers .* but no inputs"),
    "empty": ({"image": IMAGES[:0], "label": LABELS[:0]}, "is empty"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arrays(name: str, tmp_path: Path) -> None:
    arrays, message = BAD[name]
    np.savez(tmp_path / "d.npz", **arrays)
    with pytest.raises(DataSetError, match=message):
        load_data(tmp_path / "d.npz")


FILES: dict[str, tuple[str, str]] = {
    "text.csv": ("a,label\none,two\n", "table of numbers with a header"),
    "ragged.csv": ("a,b,label\n1,2\n3,4\n", "3 names in the header, 2 columns"),
    "words.npz": ("words", "cannot be read as .npz"),
    "words.parquet": ("words", "cannot be read as Parquet"),
    "words.json": ("{}", "the ending '.json' is none of"),
}


@pytest.mark.parametrize("name", FILES)
def test_bad_files(name: str, tmp_path: Path) -> None:
    text, message = FILES[name]
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(DataSetError, match=message):
        load_data(tmp_path / name)


def test_a_pickle_is_not_opened(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", image=np.array([{"code": 1}], dtype=object), label=LABELS[:1])
    with pytest.raises(DataSetError, match=r"cannot be read as \.npz"):
        load_data(tmp_path / "d.npz")


def test_names_that_nobody_knows(tmp_path: Path) -> None:
    with pytest.raises(DataSetError, match=r"missing\.npz: there is no such file"):
        load_data("missing.npz")
    with pytest.raises(DataSetError, match="there is no data set 'digit': did you mean 'digits'"):
        load_data("digit")
    with pytest.raises(DataSetError, match="the answers of classification, not of regression"):
        load_data("digits", task="regression")
    with pytest.raises(DataSetError, match="no image in any folder below it"):
        load_data(tmp_path)


def test_nan_is_named_with_its_sample() -> None:
    images = IMAGES.copy()
    images[17, 0, 3, 3] = np.nan
    data = DataSet("d", "", 30, Task.CLASSIFICATION, "", lambda c: ({"": images[c]}, LABELS[c]))
    with pytest.raises(DataSetError, match="sample 17: its input holds NaN"):
        list(batches(data, np.arange(30), 8))
