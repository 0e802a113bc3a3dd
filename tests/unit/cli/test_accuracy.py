"""``octant accuracy`` and the accuracy of ``octant evaluate``, as people call them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from octant.accuracy.results import Accuracy, Sweep
from octant.files.results import from_json
from tests.unit.cli.command import Octant


def test_a_run_prints_its_page(octant: Octant) -> None:
    done = octant("accuracy", "digits-lenet", "--weights", "4", "--sensitivity", "--limit", "100")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("digits-lenet on digits\n")
    for words in ("ACCURACY", "LAYERS", "alone", "McNemar", "100 test samples", "Alpaydin"):
        assert words in done.out


def test_json_instead_of_the_page(octant: Octant, tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    arguments = ("accuracy", "digits-lenet", "--format", "8", "--limit", "50")
    printed = octant(*arguments, "--json", "-").out
    assert octant(*arguments, "--json", str(file)).out.startswith("digits-lenet")
    assert from_json(printed, Accuracy) == from_json(file.read_text("utf-8"), Accuracy)
    assert json.loads(printed)["schema"] == "octant.accuracy/1"


def test_a_sweep_beside_a_chip(octant: Octant, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    figure, journal = tmp_path / "f.svg", tmp_path / "j.jsonl"
    arguments = (
        "accuracy", "digits-lenet", "--activations", "8", "--sweep", "weights=3,8", "--on",
        "teaching", "--journal", str(journal), "--limit", "60",
    )  # fmt: skip
    done = octant(*arguments, "--figure", str(figure))
    assert (done.code, done.err) == (0, "")
    assert "\n  int3 " in done.out
    assert figure.stat().st_size > 1000
    lines = journal.read_text("utf-8").count("\n")
    again = from_json(octant(*arguments, "--json", "-").out, Sweep)
    assert [point.label for point in again.points] == ["int3", "int8"]
    assert all(point.energy_j and point.latency_s for point in again.points)
    assert journal.read_text("utf-8").count("\n") == lines == 3


def test_layers_may_have_formats_of_their_own(octant: Octant) -> None:
    words = ("--on", "teaching", "--weights", "mxint8", "--layer", "fc2:weights=16,activations=16")
    done = octant("evaluate", "digits-lenet", *words)
    assert (done.code, done.err) == (0, "")
    assert "weight mxint8" in done.out
    assert "Assumed of teaching, fc2: it runs with weights int16, activations int16." in done.out
    other = octant("evaluate", "digits-lenet", "--on", "teaching", "--layer", "fc9:weights=4")
    assert (other.code, "no layer 'fc9' that multiplies" in other.err) == (4, True)


def test_evaluate_fills_the_accuracy_row(octant: Octant) -> None:
    done = octant(
        "evaluate", "digits-lenet", "--on", "teaching", "--data", "digits", "--format", "8"
    )
    assert (done.code, done.err) == (0, "")
    assert "measured: top-1 accuracy on digits, 719 test" in " ".join(done.out.split())
    assert "accuracy against float32" in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--on", "eyeriss"), "goes with --sweep"),
        (("--sweep", "weights=2..3", "--sensitivity"), "goes with a single run"),
        (("--sweep", "weights=2..3", "--figure", "f.bmp"), "allowed are .svg, .png, .pdf"),
        (("--journal", "nowhere/j.jsonl"), "the folder 'nowhere' does not exist"),
        (("--batch", "0"), "--batch"),
    ],
)
def test_options_that_do_not_go_together(
    octant: Octant, arguments: tuple[str, ...], message: str
) -> None:
    done = octant("accuracy", "digits-lenet", *arguments)
    assert done.code == 2
    assert done.out == ""
    assert message in done.err
