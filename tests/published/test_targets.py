"""Eyeriss's passes and the table of aims: recorded residuals."""

from __future__ import annotations

import pytest

from tests.published import eyeriss_passes, targets_page
from tests.published.eyeriss_alexnet import LAYERS

# With passes over published, less one: recorded; CONV2 is calibrated.
WITH_PASSES = {"CONV1": -0.020, "CONV2": 0.0, "CONV3": -0.018, "CONV4": 0.020, "CONV5": 0.089}
PASSES = {"CONV1": 288, "CONV2": 1536, "CONV3": 384, "CONV4": 384, "CONV5": 256}


@pytest.mark.parametrize("name", LAYERS)
def test_latency_with_passes(name: str) -> None:
    assert eyeriss_passes.passes(name) == PASSES[name]
    off = eyeriss_passes.latency_s(name) / LAYERS[name].measured.processing_s - 1
    assert off == pytest.approx(WITH_PASSES[name], abs=0.001)


def test_the_sum_with_passes() -> None:
    modelled, measured = eyeriss_passes.total()
    assert abs(modelled / measured - 1) <= 0.006


def test_two_layers_of_the_same_passes_were_measured_apart() -> None:
    """So no model of passes can meet both to better than half of the difference."""
    four, five = LAYERS["CONV4"], LAYERS["CONV5"]
    shape = [getattr(four.parameters, name) for name in "neqrpt"]
    assert shape == [getattr(five.parameters, name) for name in "neqrpt"]
    each = [
        x.measured.processing_s / PASSES[name] for name, x in LAYERS.items() if x in (four, five)
    ]
    assert each[0] / each[1] == pytest.approx(1.067, abs=0.001)


def test_every_aim_says_whether_it_is_met() -> None:
    rows = [line.split("|") for line in targets_page.section().splitlines() if "%" in line]
    assert len(rows) == 15
    for row in rows:
        aim, reached = (float(cell.strip().removesuffix(" %")) for cell in row[2:4])
        assert row[4].strip() == ("met" if abs(reached) <= aim else "missed")
