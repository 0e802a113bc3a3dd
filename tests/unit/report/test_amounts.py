"""Every unit of a scorecard has a text, and every one names its unit."""

from __future__ import annotations

import pytest

from octant.mapper import Objective
from octant.report.amounts import figure_text, interval_text, joules, objective_text, seconds, share
from octant.scorecard import Figure, Unit
from octant.source import Origin

TEXTS = {
    Unit.SHARE: (0.851, "85.1 %"),
    Unit.POINTS: (-0.0153, "-1.53 points"),
    Unit.NUMBER: (21.4321, "21.43"),
    Unit.COUNT: (65536, "65,536"),
    Unit.SECOND: (0.0288, "28.8 ms"),
    Unit.JOULE_PER_INFERENCE: (8.02e-3, "8.02 mJ/inference"),
    Unit.INFERENCES_PER_JOULE: (0.5, "0.5 inferences/J"),
    Unit.INFERENCES_PER_SECOND: (1234.0, "1.234 k inferences/s"),
    Unit.OPERATIONS_PER_SECOND: (67.2e9, "67.2 Gop/s"),
    Unit.WATT: (0.278, "278 mW"),
    Unit.USD: (1980.4, "1980 USD"),
    Unit.USD_PER_INFERENCE_PER_SECOND: (0.16842, "0.1684 USD/(inference/s)"),
    Unit.METRE: (65e-9, "65 nm"),
    Unit.SQUARE_METRE: (12.25e-6, "12.25 mm^2"),
    Unit.SQUARE_METRE_PER_MAC_UNIT: (2e-9, "2000 um^2/MAC unit"),
    Unit.BIT: (884736, "108 KiB"),
    Unit.BIT_PER_INFERENCE: (8192, "1 KiB/inference"),
    Unit.BIT_PER_MAC_UNIT: (8192, "1 KiB/MAC unit"),
    Unit.BIT_PER_SECOND: (12.8e9, "1.6 GB/s"),
}


@pytest.mark.parametrize("unit", Unit)
def test_figures(unit: Unit) -> None:
    value, text = TEXTS[unit]
    assert figure_text(Figure(value, unit, Origin.MODELLED, "an example")) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (6.9e-3, 9.64e-3, "6.9 to 9.64 mJ/inference"),
        (0.5e-3, 2e-3, "500 uJ/inference to 2 mJ/inference"),
        (None, None, ""),
    ],
)
def test_intervals(low: float | None, high: float | None, text: str) -> None:
    unit = Unit.JOULE_PER_INFERENCE
    figure = Figure(1e-3, unit, Origin.MODELLED, "an example", low, high)
    assert interval_text(figure) == text


def test_intervals_of_shares_and_of_numbers_without_a_unit() -> None:
    share_of = Figure(0.974, Unit.SHARE, Origin.MEASURED, "an example", 0.959, 0.983)
    assert interval_text(share_of) == "95.9 to 98.3 %"
    number = Figure(2.0, Unit.NUMBER, Origin.MEASURED, "an example", 1.5, 2.5)
    assert interval_text(number) == "1.5 to 2.5"


def test_large_counts_take_a_prefix() -> None:
    figure = Figure(724406816.0, Unit.COUNT, Origin.MODELLED, "an example")
    assert figure_text(figure) == "724.4 M"


@pytest.mark.parametrize(
    ("objective", "text"),
    [(Objective.ENERGY, "2 J"), (Objective.LATENCY, "2 s"), (Objective.EDP, "2 J*s")],
)
def test_objectives(objective: Objective, text: str) -> None:
    assert objective_text(objective, 2.0) == text


def test_unknown_is_not_zero() -> None:
    assert (joules(None), seconds(None)) == ("unknown", "unknown")
    assert (joules(0.0), seconds(0.0)) == ("0 J", "0 s")
    assert share(0.0) == "0.0 %"
