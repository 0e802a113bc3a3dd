"""The front, Eyexam, the ski slope and their figures, word for word, of a small network."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import pytest

from octant import api
from octant.api.front import network_front
from octant.eyexam import Eyexam, SkiSlope
from octant.mapper.combination import Limit, Limited
from octant.report import eyexam_page, slope_page
from octant.report.front import front_page
from octant.report.insight_figures import roofline_svg, slope_svg, waterfall_svg
from octant.workload import Layer, Workload
from tests.golden.compare import same_as_file
from tests.golden.report.small import CONV, GEMM

HERE = Path(__file__).parent
SVG = "{http://www.w3.org/2000/svg}"


def network() -> Workload:
    layers = (Layer("conv", "Conv", CONV), Layer("step", "Gemm", GEMM, repeats=2))
    return Workload("small", layers, source="made for the tests")


@cache
def examined() -> Eyexam:
    return api.eyexam(network(), "teaching", dataflows=("os", "ws"))


@cache
def bounded() -> SkiSlope:
    return api.bound(network(), "teaching")


@pytest.mark.parametrize("width", [80, 100])
def test_eyexam_page(width: int) -> None:
    text = eyexam_page(examined(), layers=True, width=width)
    assert max(map(len, text.splitlines())) <= width
    same_as_file(text, HERE / f"eyexam_{width}.txt")


@pytest.mark.parametrize("width", [80, 100])
def test_slope_page(width: int) -> None:
    text = slope_page(bounded(), layers=True, width=width)
    assert max(map(len, text.splitlines())) <= width
    same_as_file(text, HERE / f"slope_{width}.txt")


@pytest.mark.parametrize("most", [None, 6e-6])
def test_front_page(most: float | None) -> None:
    limit = None if most is None else Limit(Limited.LATENCY, most)
    found = network_front(
        network(), "teaching", objective="edp" if most is None else "energy", limit=limit
    )
    assert found.proven
    text = front_page(found, width=80)
    assert max(map(len, text.splitlines())) <= 80
    same_as_file(text, HERE / f"front{'_limited' if most else ''}.txt")


def test_the_waterfall_has_a_bar_for_each_step_that_says_its_loss() -> None:
    exam = examined().exams[0]
    root = ET.fromstring(waterfall_svg(exam))
    words = [element.text or "" for element in root.iter(f"{SVG}text")]
    for step in exam.steps:
        assert f"{step.number} {step.constraint}" in words
        lost = f"(-{100 * step.lost_share:.1f} %)"
        assert any(lost in word for word in words) == (step.lost_share > 0.001)
    assert len(list(root.iter(f"{SVG}rect"))) == 7 + 6
    description = root.find(f"{SVG}desc")
    assert description is not None and "step 7" in (description.text or "")


def test_the_roofline_has_a_slope_and_two_dots_for_each_port() -> None:
    layer = examined().exams[0].layers[0]
    root = ET.fromstring(roofline_svg(layer))
    assert layer.roofs
    assert len(list(root.iter(f"{SVG}circle"))) == 2 * len(layer.roofs)
    words = " ".join(element.text or "" for element in root.iter(f"{SVG}text"))
    assert all(f"{roof.memory} {roof.port}" in words for roof in layer.roofs)


def test_the_ski_slope_shows_the_knee_and_the_chip() -> None:
    root = ET.fromstring(slope_svg(bounded().whole, "teaching"))
    words = [element.text or "" for element in root.iter(f"{SVG}text")]
    assert "teaching" in words
    assert any(word.startswith("knee ") for word in words) == (
        bounded().whole.knee_bits is not None
    )


def test_figures_hold_words_of_the_user_as_text() -> None:
    layer = Layer("a<b&c", "Gemm", GEMM)
    exam = api.eyexam(Workload("x<y", (layer,)), "teaching", win_back=False).exams[0]
    root = ET.fromstring(waterfall_svg(exam.layers[0]))
    title = root.find(f"{SVG}title")
    assert title is not None and title.text == "Eyexam waterfall of a<b&c"
