"""Options whose text has a form of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from octant.cli import completion
from octant.cli.options import LARGEST_BATCH, destination, seconds, sizes
from octant.importers.onnx.stored import LARGEST_TENSOR
from tests.unit.cli.command import Octant


@pytest.mark.parametrize("text", ["sequence", "=3", "sequence=", "sequence=many"])
def test_malformed_sizes(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        sizes([text])


def test_a_size_is_given_once() -> None:
    with pytest.raises(typer.BadParameter, match="twice"):
        sizes(["a=1", "a=2"])
    assert sizes(["a=1", "b=2"]) == {"a": 1, "b": 2}
    assert sizes(None) == {}


@pytest.mark.parametrize("text", ["30", "0 s", "-1 s", "30 J", "soon"])
def test_malformed_time_limits(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        seconds(text)


def test_destination_is_checked_before_the_work(tmp_path: Path) -> None:
    assert destination(None) is None
    assert destination("-") is None
    assert destination(str(tmp_path / "a.json")) == tmp_path / "a.json"
    with pytest.raises(typer.BadParameter, match="is a folder"):
        destination(str(tmp_path))
    with pytest.raises(typer.BadParameter, match="does not exist"):
        destination(str(tmp_path / "no" / "a.json"))


def test_completion_offers_names_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("eyeriss-mine.yaml", "resnet-mine.onnx", "notes.txt"):
        (tmp_path / name).touch()
    assert completion.chips("eyeriss-") == ["eyeriss-isca16", "eyeriss-mine.yaml"]
    assert completion.networks("resnet1") == ["resnet18"]
    assert "resnet-mine.onnx" in completion.networks("resnet")
    (tmp_path / "sram-mine.csv").touch()
    assert completion.components("sram") == ["sram", "sram-mine.csv"]
    assert completion.shown("t") == ["teaching", "tpu1", "transformer"]
    assert completion.networks("[") == []


def test_a_batch_is_no_larger_than_a_tensor(octant: Octant) -> None:
    assert LARGEST_BATCH == LARGEST_TENSOR
    assert octant("show", "alexnet", "--batch", str(LARGEST_TENSOR)).code == 0
    done = octant("show", "digits-lenet", "--batch", str(LARGEST_TENSOR + 1))
    assert (done.code, done.out) == (2, "")
    assert "--batch" in done.err and str(LARGEST_TENSOR) in done.err
