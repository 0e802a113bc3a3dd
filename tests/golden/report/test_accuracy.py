"""The pages of accuracy, word for word, from results that are made up and say so."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from octant.accuracy.results import (
    Accuracy,
    Comparison,
    LayerAccuracy,
    Score,
    Sweep,
    SweepPoint,
)
from octant.files.results import from_json, to_json
from octant.report import accuracy_page, sweep_page, write_tradeoff
from tests.golden.compare import same_as_file

HERE = Path(__file__).parent
BASELINE = Score("top-1 accuracy", 0.974, 719, 0.959, 0.983)


def _accuracy(value: float, comparison: Comparison) -> Accuracy:
    score = Score("top-1 accuracy", value, 719, value - 0.02, value + 0.01)
    layers = (
        LayerAccuracy("conv1", "Conv", "int4", "int8", "int16", 150, 0.8667, 21.27, 22.5, score,
                      comparison),
        LayerAccuracy("scores", "MatMul", "int4", "int8", "", 0, None, None, math.inf, score,
                      comparison),
    )  # fmt: skip
    return Accuracy(
        network="made-up",
        network_digest="0123456789abcdef" * 4,
        data="digits",
        data_title="made-up digits",
        data_source="Somebody: A made-up data set, 1998",
        task="classification",
        recipe="weights int4 per channel, activations int8 (asymmetric, min-max)",
        score=score,
        others=(Score("F1, mean of the classes", 0.951, 719),),
        baseline=BASELINE,
        comparison=comparison,
        calibration_samples=180,
        layers=layers,
        notes=("Ranges come from 180 calibration samples, none of which is tested.",),
        versions=(("onnxruntime", "1.0"),),
    )


GOOD = _accuracy(0.958, Comparison(-0.016, 16, 5, 0.027))
CHANCE = _accuracy(0.972, Comparison(-0.002, 3, 2, 1.0))
SWEEP = Sweep(
    "weights",
    "teaching",
    (SweepPoint("int4", GOOD, 4.6e-6, 5.9e-5), SweepPoint("int8", CHANCE, None, 6.9e-5)),
)

PAGES: dict[str, Callable[[int], str]] = {
    "accuracy": lambda width: accuracy_page(GOOD, width=width),
    "accuracy_chance": lambda width: accuracy_page(CHANCE, width=width),
    "sweep": lambda width: sweep_page(SWEEP, width=width),
}


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("name", PAGES)
def test_page(name: str, width: int) -> None:
    same_as_file(PAGES[name](width), HERE / f"{name}_{width}.txt")


def test_results_survive_json() -> None:
    assert from_json(to_json(GOOD), Accuracy) == GOOD
    assert from_json(to_json(SWEEP), Sweep) == SWEEP


def test_the_trade_off_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    file = tmp_path / "figure.svg"
    write_tradeoff(file, SWEEP)
    assert file.read_text("utf-8").count("<path") > 10
