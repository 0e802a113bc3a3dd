"""Eyeriss's passes and the table of aims: recorded residuals."""

from __future__ import annotations

import pytest

from tests.published import components_page, eyeriss_counted, eyeriss_passes, targets_page
from tests.published.eyeriss_alexnet import LAYERS

# With passes over published, less one: recorded; CONV2 is calibrated.
WITH_PASSES = {"CONV1": -0.020, "CONV2": 0.0, "CONV3": -0.018, "CONV4": 0.020, "CONV5": 0.089}
# Sums and pads counted, nothing calibrated: latency; with the PEs' clock of CONV1: power.
COUNTED = {"CONV1": 0.007, "CONV2": -0.009, "CONV3": 0.004, "CONV4": 0.051, "CONV5": 0.121}
CLOCKED = {"CONV1": -0.172, "CONV2": -0.192, "CONV3": -0.062, "CONV4": 0.032, "CONV5": 0.032}
PASSES = {"CONV1": 288, "CONV2": 1536, "CONV3": 384, "CONV4": 384, "CONV5": 256}


@pytest.mark.parametrize("name", LAYERS)
def test_latency_with_passes(name: str) -> None:
    assert eyeriss_passes.passes(name) == PASSES[name]
    off = eyeriss_passes.latency_s(name) / LAYERS[name].measured.processing_s - 1
    assert off == pytest.approx(WITH_PASSES[name], abs=0.001)


def test_the_sum_with_passes() -> None:
    modelled, measured = eyeriss_passes.total()
    assert abs(modelled / measured - 1) <= 0.006


def _within(limit: float, off: float) -> bool:
    return min(limit, 0) <= off <= max(limit, 0)


@pytest.mark.parametrize("name", LAYERS)
def test_latency_and_power_counted(name: str) -> None:
    real = LAYERS[name].measured
    assert _within(COUNTED[name], eyeriss_counted.latency_s(name) / real.processing_s - 1)
    assert _within(CLOCKED[name], eyeriss_counted.power_w(name) / real.power_w - 1)


def test_counted_sums() -> None:
    modelled, measured = eyeriss_counted.total()
    assert _within(0.018, modelled / measured - 1)
    power = eyeriss_counted.power_w(*LAYERS) / components_page.measured_w()
    assert _within(-0.118, power - 1)


def test_counted_by_hand() -> None:
    """CONV2: p = 16 sums for 16 x 2 x 5 products; 31 rows x 2 channels x 5 columns of windows."""
    # Images, groups, filters / 16, channels / 2, columns, products of a window.
    steps = 4 * 2 * 8 * 24 * 27 * 160
    assert eyeriss_counted.arriving_cycles("CONV2") == steps / 10
    assert eyeriss_counted.window_cycles("CONV2") == 310
    filled = steps * 1.1 + 1536 * 310  # slower than 200 cycles of filters
    assert eyeriss_counted.latency_s("CONV2") == pytest.approx(filled / 200e6)


def test_pads_and_arithmetic_of_conv1_take_what_the_breakdown_says() -> None:
    """42.5 + 8.9 % of 332 mW (JSSC 2017, Fig. 16, as quoted elsewhere)."""
    assert eyeriss_counted.pads_w() == pytest.approx(0.514 * 0.332, rel=0.01)


def test_two_layers_of_the_same_passes_were_measured_apart() -> None:
    """So no model of passes can meet both to better than half of the difference."""
    four, five = LAYERS["CONV4"], LAYERS["CONV5"]
    shape = [getattr(four.parameters, name) for name in "neqrpt"]
    assert shape == [getattr(five.parameters, name) for name in "neqrpt"]
    each = [
        x.measured.processing_s / PASSES[name] for name, x in LAYERS.items() if x in (four, five)
    ]
    assert each[0] / each[1] == pytest.approx(1.067, abs=0.001)
    once = five.measured.processing_s - 2 * (
        four.measured.processing_s - five.measured.processing_s
    )
    assert once == pytest.approx(-2e-3)
    moved = five.measured.buffer_bytes / four.measured.buffer_bytes
    assert moved == pytest.approx(PASSES["CONV5"] / PASSES["CONV4"], abs=0.002)


def test_every_aim_says_whether_it_is_met() -> None:
    rows = [line.split("|") for line in targets_page.section().splitlines() if "%" in line]
    assert len(rows) == 18
    for row in rows:
        aim, reached = (float(cell.strip().removesuffix(" %")) for cell in row[2:4])
        assert row[4].strip() == ("met" if abs(reached) <= aim else "missed")
