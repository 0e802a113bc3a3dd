"""The measured accuracy as a section of a page."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from octant.report.drawing import Tick, Whisker, standalone, whiskers
from octant.report.page import card_sections
from octant.report.page.accuracy import accuracy_section
from octant.scorecard import Figure, Metric, Row, Scorecard, Unit
from octant.source import Origin
from tests.golden.report import small

SVG = "{http://www.w3.org/2000/svg}"


def card(*rows: Row) -> Scorecard:
    return replace(small.card(), accuracy=Metric(rows))


def measured(value: float, low: float | None = None, high: float | None = None) -> Figure:
    return Figure(value, Unit.SHARE, Origin.MEASURED, "top-1 on digits", low, high)


OWN = Row("accuracy", "accuracy", measured(0.958, 0.941, 0.971))
GIVEN = Row("float32", "accuracy in float32", measured(0.974, 0.959, 0.983))
AGAINST = Row(
    "against_float",
    "accuracy against float32",
    Figure(-0.016, Unit.POINTS, Origin.MEASURED, "97.4 % in float32"),
)


def test_the_score_stands_beside_its_baseline() -> None:
    section = accuracy_section(card(OWN, AGAINST, GIVEN))
    assert section is not None
    drawn, ticks, title = section.pictures[0].draw.args  # type: ignore[attr-defined]
    assert [(each.name, each.low, each.value, each.high) for each in drawn] == [
        ("in these formats", 0.941, 0.958, 0.971),
        ("in float32", 0.959, 0.974, 0.983),
    ]
    assert ticks[0].value < 0.941 and 0.983 < ticks[-1].value <= 1.0
    assert "95 % intervals" in section.pictures[0].caption
    assert "in float32 97.4 %, 95.9 to 98.3 %" in section.pictures[0].alternative
    assert title == "share of the test samples"
    assert "-1.60 points" in section.words[1]
    assert len(section.tables[0].groups[0].rows) == 3


def test_an_error_without_interval_is_a_dot() -> None:
    wrong = Figure(0.25, Unit.NUMBER, Origin.MEASURED, "root mean square error")
    section = accuracy_section(card(Row("accuracy", "error", wrong)))
    assert section is not None
    [only], ticks, title = section.pictures[0].draw.args  # type: ignore[attr-defined]
    assert only.low == only.value == only.high == 0.25 and title == "score"
    assert ticks[0].value < 0.25 < ticks[-1].value
    assert "interval" not in section.pictures[0].caption


def test_all_right_is_inside_the_scale() -> None:
    section = accuracy_section(card(Row("accuracy", "accuracy", measured(1.0, 0.99, 1.0))))
    assert section is not None
    _, ticks, _ = section.pictures[0].draw.args  # type: ignore[attr-defined]
    assert ticks[0].value < 0.99 and ticks[-1].value == pytest.approx(1.0)


def test_what_was_not_measured_has_no_section() -> None:
    published = replace(measured(0.7), origin=Origin.PUBLISHED)
    assert accuracy_section(card(Row("accuracy", "accuracy", published))) is None
    assert "accuracy" not in [each.name for each in card_sections(small.card())]
    assert "accuracy" in [each.name for each in card_sections(card(OWN))]


@pytest.mark.parametrize("width", [900, 350])
def test_a_whisker_goes_from_low_to_high_around_its_dot(width: int) -> None:
    shown = [Whisker("a", 5.0, 4.0, 8.0, "5", "a: 5"), Whisker("b", 2.0, 2.0, 2.0, "2", "b: 2")]
    ticks = (Tick(0.0, "0"), Tick(10.0, "10"))
    root = ElementTree.fromstring(standalone(whiskers(shown, ticks, "score", width), "scores"))
    lines = [
        tuple(float(line.attrib[key]) for key in ("x1", "x2"))
        for line in root.iter(f"{SVG}line")
        if line.attrib["class"] == "axis"
    ]
    [dot] = root.iter(f"{SVG}circle")
    start, end = lines[0]
    at = float(dot.attrib["cx"])
    assert (at - start) / (end - start) == pytest.approx(0.25, abs=0.01)
    assert lines[1:] == [(start, start), (end, end)], "caps, and no line for what has no interval"
    assert 0 < start < end < width
