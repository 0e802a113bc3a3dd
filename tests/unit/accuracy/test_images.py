"""Images: which class a folder is, what a network sees of a pixel, where images may lie."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import helper

from octant.accuracy.dataset import DataSet, Task
from octant.accuracy.execution import Session
from octant.accuracy.images import image_reader
from octant.accuracy.measurement import accuracy, trial
from octant.accuracy.recipe import Recipe
from octant.accuracy.runnable import Runnable, load_runnable
from octant.accuracy.sources import load_data
from octant.errors import DataSetError
from tests.unit.accuracy.models import model, samples

Image: Any = pytest.importorskip("PIL.Image")
SHAPE = (None, 3, 8, 8)


def _save(folder: Path, grey: int, count: int = 2) -> None:
    folder.mkdir(parents=True)
    for number in range(count):
        Image.new("RGB", (16, 12), (grey,) * 3).save(folder / f"{number}.png")


def _labels(data: DataSet) -> list[int]:
    return [int(label) for label in data.read(np.arange(data.samples))[1]]


def test_folders_named_by_numbers_are_these_classes(tmp_path: Path) -> None:
    for name in ("10", "9", "007"):
        _save(tmp_path / name, int(name))
    (tmp_path / "empty").mkdir()
    data = load_data(tmp_path, shape=SHAPE)
    assert sorted(_labels(data)) == [7, 7, 9, 9, 10, 10]
    assert data.classes is None
    inputs, labels = load_data(f"{tmp_path},pixels=0..255", shape=SHAPE).read(np.arange(6))
    assert inputs[""][:, 0, 0, 0].tolist() == labels.tolist()  # the grey value is the class


def test_a_listing_numbers_the_classes(tmp_path: Path) -> None:
    _save(tmp_path / "cat", 0)
    _save(tmp_path / "dog", 255)
    (tmp_path / "classes.txt").write_text("eel\ndog\n\ncat\n", "utf-8")
    assert _labels(load_data(tmp_path, shape=SHAPE)) == [3, 3, 1, 1]
    (tmp_path / "classes.txt").write_text("dog\n", "utf-8")
    with pytest.raises(DataSetError, match=r"classes.txt: no line for the folder 'cat' \(1 of 2"):
        load_data(tmp_path, shape=SHAPE)


def test_parts_of_a_data_set_are_not_its_classes(tmp_path: Path) -> None:
    _save(tmp_path / "train" / "cat", 0)
    _save(tmp_path / "val" / "cat", 0)
    with pytest.raises(DataSetError, match=r"folders train, val hold folders of images .*val$"):
        load_data(tmp_path, shape=SHAPE)


def _classifier(classes: int) -> Runnable:
    weights = np.random.default_rng(0).normal(size=(192, classes)).astype(np.float32)
    nodes = [
        helper.make_node("Flatten", ["x"], ["f"], "flatten"),
        helper.make_node("MatMul", ["f", "w"], ["y"], "fc"),
    ]
    return load_runnable(model(nodes, ["n", 3, 8, 8], {"w": weights}), "net")


def test_a_few_classes_of_many_must_say_which_they_are(tmp_path: Path) -> None:
    _save(tmp_path / "cat", 0, 8)
    _save(tmp_path / "dog", 255, 8)
    data = load_data(tmp_path, shape=SHAPE)
    with pytest.raises(
        DataSetError, match=r"has 2 classes and the network tells 10 apart: .*0 to 9"
    ):
        trial(_classifier(10), data)
    assert trial(_classifier(2), data).baseline.scores[0].samples == 14


def test_a_float_run_that_is_no_better_than_guessing_is_doubted() -> None:
    network = _classifier(4)
    x = np.random.default_rng(1).normal(size=(60, 3, 8, 8)).astype(np.float32)
    right = Session(network.given.SerializeToString(), network).run({"x": x})["y"].argmax(1)

    def notes(labels: Any) -> str:
        return " ".join(accuracy(trial(network, samples(x, labels)), Recipe()).notes)

    assert "no better than always the commonest answer" in notes((right + 1) % 4)
    assert "no better" not in notes(right)


RANGES = {"0..1": (0.0, 1.0), "-1..1": (-1.0, 1.0), "0..255": (0.0, 255.0)}


@pytest.mark.parametrize("pixels", RANGES)
@pytest.mark.parametrize("shape", [(1, 3, 8, 6), (1, 8, 6, 3), (1, 1, 8, 6), (1, 8, 6, 1)])
def test_pixels_come_in_the_range_that_was_asked_for(
    pixels: str, shape: tuple[int, ...], tmp_path: Path
) -> None:
    _save(tmp_path / "0", 0, 1)
    _save(tmp_path / "1", 255, 1)
    inputs, _ = load_data(f"{tmp_path},pixels={pixels}", shape=shape).read(np.arange(2))
    assert inputs[""].shape == (2, *shape[1:])
    assert inputs[""].dtype == np.float32
    low, high = RANGES[pixels]
    assert (inputs[""][0] == low).all()
    assert (inputs[""][1] == high).all()


def test_channels_last_hold_the_same_pixels(tmp_path: Path) -> None:
    chance = np.random.default_rng(0).integers(0, 255, (20, 30, 3), np.uint8)
    Image.fromarray(chance).save(tmp_path / "a.png")
    first, last = (image_reader(shape, "")(tmp_path / "a.png") for shape in (SHAPE, (1, 8, 8, 3)))
    assert np.array_equal(first, last.transpose(2, 0, 1))


def test_pixels_that_nobody_knows() -> None:
    with pytest.raises(DataSetError, match=r"no pixels '0..2'; did you mean '0..255' or '0..1'"):
        load_data("folder,pixels=0..2")


def test_other_pixels_are_another_data_set(tmp_path: Path) -> None:
    _save(tmp_path / "0", 0)
    names = ("", ",pixels=0..1", ",pixels=-1..1")
    assert len({load_data(f"{tmp_path}{name}", shape=SHAPE).fingerprint for name in names}) == 3


def _file(grey: int) -> bytes:
    held = BytesIO()
    Image.new("RGB", (16, 12), (grey,) * 3).save(held, "PNG")
    return held.getvalue()


@pytest.mark.parametrize("struct", [False, True])
def test_images_in_parquet(struct: bool, tmp_path: Path) -> None:
    """As Hugging Face's hub stores them: the bytes of a file, and its name."""
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    files = [
        {"bytes": _file(grey), "path": "a.png"} if struct else _file(grey) for grey in range(9)
    ]
    table = pyarrow.table({"image": files, "label": list(range(9)), "title": ["words"] * 9})
    parquet.write_table(table, tmp_path / "d.parquet", row_group_size=4)
    data = load_data(f"{tmp_path / 'd.parquet'},pixels=0..255", shape=SHAPE)
    inputs, labels = data.read(np.array([1, 5, 8]))
    assert inputs[""].shape == (3, 3, 8, 8)
    assert inputs[""][:, 0, 0, 0].tolist() == labels.tolist() == [1, 5, 8]


def test_images_of_hugging_face(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    pictures = [Image.new("RGB", (16, 12), (grey,) * 3) for grey in range(9)]
    held = datasets.Dataset.from_dict(
        {"image": pictures, "label": list(range(9)), "title": ["words"] * 9},
        features=datasets.Features(
            image=datasets.Image(), label=datasets.Value("int64"), title=datasets.Value("string")
        ),
    )
    held.save_to_disk(tmp_path / "held")
    data = load_data(f"hf:{tmp_path / 'held'},pixels=0..255", shape=SHAPE)
    inputs, labels = data.read(np.array([2, 7]))
    assert inputs[""][:, 0, 0, 0].tolist() == labels.tolist() == [2, 7]


def test_what_is_no_image_is_named(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "a.png").write_text("words", "utf-8")
    with pytest.raises(DataSetError, match=r"a\.png: cannot be read as an image"):
        load_data(tmp_path, shape=SHAPE).read(np.array([0]))


@pytest.mark.parametrize(("side", "batch"), [(8, 256), (224, 27), (4000, 1)])
def test_large_samples_come_in_small_batches(side: int, batch: int) -> None:
    blank = np.zeros((1, 3, side, side), np.float32)
    asked: list[int] = []

    def read(chosen: Any) -> Any:
        asked.append(len(chosen))
        wide = np.broadcast_to(blank[:, :, :8, :8], (len(chosen), 3, 8, 8))
        return ({"": blank} if len(chosen) == 1 and len(asked) == 1 else {"": wide}), np.zeros(
            len(chosen), int
        )

    data = DataSet("blank", "", 300, Task.CLASSIFICATION, "", read)
    assert trial(_classifier(2), data).batch == batch
    assert max(asked) == min(batch, 270)
