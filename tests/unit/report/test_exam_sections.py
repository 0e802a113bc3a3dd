"""The steps of Eyexam and the rooflines as sections of a page."""

from __future__ import annotations

import re
from functools import cache
from xml.etree import ElementTree

import pytest

from octant import api
from octant.eyexam import NetworkExam
from octant.eyexam.relaxing import unlimited_bandwidth
from octant.report.drawing import Bars, Roofline, Stand, roofline, standalone
from octant.report.page import Picture, exam_sections, html, scorecard_page
from octant.workload import Layer, Workload
from tests.golden.report import small

SVG = "{http://www.w3.org/2000/svg}"
CHIP = api.load_architecture("teaching")


def network() -> Workload:
    layers = (
        Layer("conv", "Conv", small.CONV),
        Layer("step <b>", "Gemm", small.GEMM, repeats=2),
    )
    return Workload("small", layers)


@cache
def exam(*, limited: bool = True, win_back: bool = False) -> NetworkExam:
    chip = CHIP if limited else unlimited_bandwidth(CHIP)
    return api.eyexam(network(), chip, win_back=win_back).exams[0]


def bars(picture: Picture) -> Bars:
    found = picture.draw.args[0]  # type: ignore[attr-defined]
    assert isinstance(found, Bars)
    return found


def test_each_bar_is_the_peak_what_is_reached_and_what_is_lost() -> None:
    found = bars(exam_sections(exam())[0].pictures[0])
    assert found.names == ("all layers", "conv", "step <b>")
    assert found.totals == pytest.approx((1.0, 1.0, 1.0))
    assert found.series[0].values[0] == exam().steps[6].macs_per_cycle / 4
    lost = {series.name: series.values[0] for series in found.series[1:]}
    steps = exam().steps
    between = (steps[4].macs_per_cycle - steps[5].macs_per_cycle) / 4
    assert lost["lost to average bandwidth"] == pytest.approx(between)


def test_tables_have_all_steps_all_layers_and_what_was_relaxed() -> None:
    tables = exam_sections(exam(win_back=True))[0].tables
    rows = {table.name: table.groups[0].rows for table in tables}
    assert [row[1].value for row in rows["exam-steps"]] == [
        step.macs_per_cycle for step in exam().steps
    ]
    assert [row[0].text for row in rows["exam-layers"]] == ["conv", "step <b>"]
    assert [row[1].value for row in rows["exam-won-back"]] == [
        win.gain for win in exam(win_back=True).win_back
    ]
    assert "exam-won-back" not in [table.name for table in exam_sections(exam())[0].tables]


def test_no_layer_is_above_the_roof_of_a_port() -> None:
    section = exam_sections(exam())[1]
    ports = ("dram-shared", "buffer-read", "buffer-write")
    assert [picture.name for picture in section.pictures] == [f"roofline-{port}" for port in ports]
    for *_, roof, tightened in section.tables[0].groups[0].rows:
        assert roof.value is not None and tightened.value is not None
        assert tightened.value <= roof.value
    for picture in section.pictures:
        for stand in picture.draw.args[0].stands:  # type: ignore[attr-defined]
            assert stand.heights == tuple(sorted(stand.heights, reverse=True))


def test_a_chip_without_limits_has_no_rooflines() -> None:
    assert [each.name for each in exam_sections(exam(limited=False))] == ["eyexam"]


def test_the_page_takes_the_sections() -> None:
    card = small.card()
    page = html(scorecard_page(card, "{}", more=exam_sections(exam())))
    ids = re.findall(r'id="([a-z-]+)"', page)
    assert ids.index("utilisation") < ids.index("eyexam") < ids.index("rooflines")
    assert ids.index("rooflines") < ids.index("layers")
    assert "step <b>" not in page and "step &lt;b&gt;" in page


def test_names_cover_neither_each_other_nor_a_mark() -> None:
    """Ten layers in one place: the first has its name beside it, the others have no room."""
    stands = tuple(
        Stand(f"layer{number}", 2.0, (20.0, 5.0), ("above", "below")) for number in range(10)
    )
    plot = Roofline(100.0, 10.0, ("roof", "reached"), stands, "MAC/b", "MAC/cycle")
    root = ElementTree.fromstring(standalone(roofline(plot, 900), "a roofline"))
    boxes = [
        (float(each.attrib["x"]), float(each.attrib["y"]))
        for each in root.iter(f"{SVG}text")
        if (each.text or "").startswith("layer")
    ]
    assert 1 <= len(boxes) < len(stands)
    assert len(set(boxes)) == len(boxes)


@pytest.mark.parametrize("width", [900, 360])
def test_a_point_on_the_slope_and_one_at_the_peak_lie_on_the_roof(width: int) -> None:
    """A peak of 100 and 10 b a cycle: 2 MAC/b reach 20 on the slope, 40 MAC/b the peak."""
    stands = (
        Stand("a", 2.0, (20.0, 5.0), ("on", "below")),
        Stand("b", 40.0, (100.0, 50.0), ("top", "half")),
    )
    plot = Roofline(100.0, 10.0, ("roof", "reached"), stands, "MAC/b", "MAC/cycle")
    root = ElementTree.fromstring(standalone(roofline(plot, width), "a roofline"))
    slope, peak = [
        tuple(float(line.attrib[key]) for key in ("x1", "y1", "x2", "y2"))
        for line in root.iter(f"{SVG}line")
        if line.attrib["class"] == "axis"
    ][:2]
    dots = {
        each.findtext(f"{SVG}title"): (
            float(each.attrib["x"]) + float(each.attrib["width"]) / 2,
            float(each.attrib["y"]) + float(each.attrib["height"]) / 2,
        )
        for each in root.iter(f"{SVG}rect")
        if each.findtext(f"{SVG}title")
    }
    names = [each.text for each in root.iter(f"{SVG}text")]
    assert names.count("a") == names.count("b") == 1
    assert {"plain roof", "roof", "reached"} < set(names), "each mark is explained"
    x1, y1, x2, y2 = slope
    at, y = dots["on"]
    assert x1 < at < x2
    assert y == pytest.approx(y1 + (y2 - y1) * (at - x1) / (x2 - x1), abs=0.05)
    assert (x2, y2) == peak[:2] and dots["top"][1] == pytest.approx(peak[3], abs=0.01)
    assert dots["top"][0] > x2
