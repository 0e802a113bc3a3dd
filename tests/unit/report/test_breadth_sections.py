"""A suite and other sizes as sections of a page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from octant.eyexam.flexibility import Flexibility, Trial
from octant.eyexam.scaling import AspectPoint, GrowthPoint, Scalability, ScalePoint
from octant.report.drawing import Bars
from octant.report.page import (
    Picture,
    flexibility_section,
    html,
    scalability_section,
    scorecard_page,
)
from tests.golden.report import small

TRIED = Flexibility(
    architecture="teaching",
    dataflow="any",
    suite="standard 1",
    trials=(
        Trial("early", "shape", True, "", 0.5, 0.5, 2.0, 3.0),
        Trial("late <b>", "shape", False, "does not fit"),
        Trial("int4", "format", True, ""),
    ),
    coverage=2 / 3,
    worst=0.0,
    geometric_mean=0.5,
    spread=1.0,
)
AS_IT_IS = ScalePoint(False, 1.0, 4, 800.0, 1.0, 1.0, 1e-6, "array shape", 0.1)
GROWN = Scalability(
    network="small",
    architecture="teaching",
    dataflow="any",
    batch=1,
    chips=(
        replace(AS_IT_IS, factor=0.25, units=1, cycles=3200.0, speedup=0.25),
        AS_IT_IS,
        replace(AS_IT_IS, factor=4.0, units=16, cycles=400.0, speedup=2.0, efficiency=0.5),
        ScalePoint(True, 4.0, 16, None, None, None, None, "layer 'fc' has no mapping", 1.0),
    ),
    aspects=(AspectPoint("as it is", 800.0),),
    growth=(
        GrowthPoint("width", 1, 648, 2.0, 1.5, "array shape"),
        GrowthPoint("width", 2, 2592, None, None, "does not fit"),
    ),
)


def bars(picture: Picture) -> Bars:
    found = picture.draw.args[0]  # type: ignore[attr-defined]
    assert isinstance(found, Bars)
    return found


def test_a_shape_that_does_not_run_says_so() -> None:
    section = flexibility_section(TRIED)
    drawn = bars(section.pictures[0])
    assert drawn.names == ("early", "late <b>")
    assert drawn.series[0].values == (0.5, 0.0)
    assert drawn.ends == ("50.0 %", "does not run")
    assert [group.heading for group in section.tables[0].groups] == ["Shapes", "Formats"]
    assert section.words[0].startswith("Suite standard 1: 2 of 3 entries run, each")


def test_bars_are_as_long_as_the_logarithm_of_the_speedup() -> None:
    drawn = bars(scalability_section(GROWN).pictures[0])
    assert drawn.names == ("strong, 1 PEs", "strong, 4 PEs", "strong, 16 PEs")
    speed, short = (each.values for each in drawn.series)
    assert speed == pytest.approx((2.0, 4.0, 5.0)), "from a sixteenth: doublings of the speed"
    assert short == pytest.approx((0.0, 0.0, 1.0))
    assert [tick.label for tick in drawn.ticks] == ["0.0625", "0.25", "1", "4"]
    assert drawn.ends[2] == "2 of 4"


def test_what_has_no_mapping_stands_in_the_table() -> None:
    chips, growth = scalability_section(GROWN).tables
    assert [cell.text for cell in chips.groups[0].rows[3]] == [
        "weak", "16", "", "", "", "", "layer 'fc' has no mapping",
    ]  # fmt: skip
    assert [row[2].text for row in growth.groups[0].rows] == ["2", ""]


def test_the_page_takes_both() -> None:
    more = (flexibility_section(TRIED), scalability_section(GROWN))
    page = html(scorecard_page(small.card(), "{}", more=more))
    assert '<section id="flexibility"' in page and '<section id="scalability"' in page
    assert "late <b>" not in page and "late &lt;b&gt;" in page
