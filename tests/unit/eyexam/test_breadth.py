from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from octant import api
from octant.arch import Constraint, Dataflow
from octant.errors import FileFormatError, InvalidWorkloadError, UnknownNameError
from octant.eyexam.flexibility import Trial, summed_up
from octant.eyexam.scaling import scaled, stopping_step
from octant.eyexam.suite import Suite, SuiteShape
from octant.files import load_architecture, load_suite
from octant.report import flexibility_page, scalability_page, sheet
from octant.scorecard import Figure, Missing
from octant.scorecard.metrics import _tried as flexibility_rows
from octant.workload import Layer, Workload, convolution, matmul

SMALL = Suite(
    "small",
    3,
    (
        SuiteShape("square", "a test", matmul(rows=8, inner=4, columns=4)),
        SuiteShape("thin", "a test", matmul(rows=8, inner=1, columns=1)),
    ),
    formats=("int8", "bf16"),
    densities=(0.5,),
    densities_of="square",
)


def network() -> Workload:
    work = convolution(in_channels=4, out_channels=4, output=(6,), kernel=(3,))
    return Workload("net", (Layer("conv", "Conv", work),))


def test_a_suite_by_hand() -> None:
    """`square`: 128 MACs on 4 units need 32 cycles, its 80 words 80: it takes 80.

    `thin` has 8 MACs and 8 + 1 + 8 words; only one of four units can work.
    """
    found = api.flexibility("teaching", SMALL)
    trials = {trial.name: trial for trial in found.trials}
    assert trials["square"].of_bound == 1.0
    assert trials["square"].utilization == pytest.approx(32 / 80)
    assert trials["square"].runs_per_s == pytest.approx(100e6 / 80)
    assert trials["thin"].utilization == pytest.approx(8 / 17 / 4)
    assert trials["int8"].runs and not trials["bf16"].runs
    assert "bfloat16" in trials["bf16"].note
    assert found.coverage == pytest.approx(4 / 5)
    assert (found.worst, found.geometric_mean, found.spread) == (1.0, 1.0, 1.0)
    thin = trials["square, 50 % of the weights"]
    assert (thin.kind, thin.note) == ("density", "as fast as dense: zeros gain nothing")


def test_what_was_not_found_in_time_is_not_said_not_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCTANT_CACHE", "off")
    suite = replace(SMALL, networks=("digits-lenet",))
    found = api.flexibility("teaching", suite, networks=True, time_limit_s=0.0)
    by_kind = {trial.kind: trial.runs for trial in found.trials if trial.name != "bf16"}
    assert by_kind == {"shape": None, "density": None, "format": True, "network": None}
    assert found.unknown == 4 and found.coverage == pytest.approx(1 / 6)
    assert found.worst is found.geometric_mean is None
    page = " ".join(flexibility_page(found).split())
    assert "coverage 16.7 %: 1 of 6 entries run, of 4 that is not known" in page
    assert "worst shape unknown: the time limit was reached" in page
    assert "square unknown the time limit was reached before any mapping was found" in page
    rows = {row.name: row.figure for row in flexibility_rows(found)}
    assert isinstance(rows["worst"], Missing) and rows["worst"].add == "a longer time limit"
    assert "; of 4 more nobody knows" in str(rows["coverage"])


def test_the_worst_shape_is_known_where_one_does_not_run() -> None:
    unknown, nowhere = Trial("a", "shape", None, "late"), Trial("b", "shape", False, "too large")
    chip = load_architecture("teaching")
    for trials, worst in (((unknown, nowhere), 0.0), ((unknown,), None), ((nowhere,), 0.0)):
        assert summed_up(chip, chip.dataflows[0], SMALL, trials).worst == worst


def test_zeros_gain_where_the_chip_skips_them() -> None:
    """A PE of Eyeriss v2 takes a cycle for each product of nonzeros: 256 in place of 512."""
    square = SuiteShape("square", "a test", matmul(rows=8, inner=8, columns=8))
    suite = Suite("thin", 1, (square,), densities=(0.5,), densities_of="square")
    dense, thin = api.flexibility("eyeriss2-pe", suite).trials
    assert dense.runs_per_s is not None and thin.runs_per_s is not None
    assert thin.runs_per_s == pytest.approx(2 * dense.runs_per_s)
    assert thin.note.startswith("2 x dense, ") and thin.note.endswith(" x inferences/J")
    assert thin.of_bound is None


def test_a_shape_that_does_not_run_says_why_and_is_the_worst() -> None:
    suite = Suite(
        "wide",
        1,
        (
            SuiteShape("fits", "a test", matmul(rows=1, inner=2, columns=2)),
            SuiteShape(
                "kernel of 13",
                "a test",
                convolution(in_channels=1, out_channels=1, output=(4, 4), kernel=(13, 13)),
            ),
        ),
    )
    found = api.flexibility("eyeriss", suite)
    assert found.worst == 0.0 and found.coverage == 0.5
    assert "rank R of size 13" in found.trials[1].note


def test_the_built_in_suite_has_what_it_promises() -> None:
    suite = load_suite()
    names = " ".join(shape.name for shape in suite.shapes)
    for words in ("early", "late", "depthwise", "pointwise", "fully", "attention", "LSTM"):
        assert words in names
    assert suite.networks and suite.formats and suite.densities == (0.5, 0.1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("octant: suite 2", "is 'suite 2'; the file must say 'octant: suite 1'"),
        (
            "octant: suite 1\nname: a\nversion: 1\nshapes:\n- {name: x, of: y, rows: 2}\n",
            "neither a convolution",
        ),
        (
            "octant: suite 1\nname: a\nversion: 1\nshapes:\n- {name: x, of: y, rows: 0}\n",
            "rows",
        ),
        ("octant: suite 1\nname: a\nversion: 1\nshapes: []\n", "one or more"),
    ],
)
def test_a_malformed_suite_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "suite.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(FileFormatError, match=words):
        api.flexibility("teaching", path)


def test_a_suite_of_unknown_networks_or_densities_is_refused() -> None:
    shapes = (SuiteShape("a", "a test", matmul(rows=1, inner=1, columns=1)),)
    with pytest.raises(UnknownNameError, match="alexnet"):
        api.flexibility("teaching", Suite("odd", 1, shapes, networks=("alexnte",)))
    with pytest.raises(InvalidWorkloadError, match="none of its shapes"):
        Suite("odd", 1, shapes, densities=(0.5,), densities_of="b")


def test_strong_scaling_ends_at_the_bandwidth_and_weak_scaling_does_not() -> None:
    found = api.scalability(network(), "teaching")
    strong = {point.factor: point for point in found.chips if not point.weak}
    weak = {point.factor: point for point in found.chips if point.weak}
    assert strong[1.0].speedup == weak[1.0].speedup == 1.0
    assert strong[16.0].stopped_by == "average bandwidth"
    assert (weak[4.0].efficiency or 0) > (strong[4.0].efficiency or 0)
    for point in found.chips:
        assert point.speedup and point.efficiency == point.speedup / point.factor
    assert found.aspects[0].shape == "as it is"
    assert {(point.dimension, point.factor) for point in found.growth} == {
        (dimension, factor) for dimension in ("width", "resolution") for factor in (1, 2, 4)
    }
    assert found.growth[2].macs == 16 * found.growth[0].macs
    assert all((point.traffic_over_compulsory or 0) >= 1 for point in found.growth)


def test_a_chip_whose_weights_must_stay_has_no_mapping_for_a_wider_network() -> None:
    """128 words of buffer: 8 x 8 weights, 8 inputs and 8 outputs fit, 16 x 16 weights do not."""
    chip = load_architecture("teaching")
    stay = Dataflow("weights stay", (Constraint("buffer", inside=("K", "C")),))
    chip = replace(chip, dataflows=(stay,))
    product = Workload("net", (Layer("fc", "MatMul", matmul(rows=4, inner=8, columns=8)),))
    growth = {(p.dimension, p.factor): p for p in api.scalability(product, chip).growth}
    assert growth["width", 1].macs_per_cycle is not None
    assert growth["width", 2].macs_per_cycle is None
    assert "buffer can hold 2048 bits" in growth["width", 2].stopped_by
    assert growth["resolution", 4].macs_per_cycle is not None


def test_traffic_that_a_stopped_search_did_not_find_is_not_infinite() -> None:
    found = api.scalability(network(), "teaching")
    *others, last = found.growth
    stopped = replace(found, growth=(*others, replace(last, traffic_over_compulsory=None)))
    assert "not found in time" in scalability_page(stopped)
    card = api.evaluate(network(), "teaching", scalability=stopped)
    row = card.scalability["network_resolution"]
    assert isinstance(row, Figure) and row.basis.startswith("stopped by ")


def test_a_smaller_chip_without_a_mapping_says_why() -> None:
    """Eyeriss with 6 rows cannot hold a filter of 11 rows: its dataflow does not cut them."""
    work = convolution(in_channels=1, out_channels=2, output=(6, 6), kernel=(11, 11))
    found = api.scalability(Workload("net", (Layer("conv", "Conv", work),)), "eyeriss")
    small = next(point for point in found.chips if point.units == 42)
    assert (small.cycles, small.efficiency) == (None, None)
    assert "rank R of size 11" in small.stopped_by
    assert " 42 " in scalability_page(found)


def test_a_scaled_chip_keeps_what_is_inside_the_array() -> None:
    chip = load_architecture("eyeriss")
    strong, weak = scaled(chip, 4, weak=False), scaled(chip, 4, weak=True)
    assert strong.compute_units == weak.compute_units == 4 * 168
    assert strong.levels == chip.levels
    assert weak.levels[2] == chip.levels[2]
    assert weak.levels[1].stores[0].read_bits_per_cycle == 4 * 64
    assert scaled(chip, 0.25, weak=False).compute_units == 42


def test_nothing_stops_a_layer_that_fills_the_chip() -> None:
    layer = Workload("one", (Layer("fc", "MatMul", matmul(rows=64, inner=2, columns=2)),))
    wide = scaled(load_architecture("teaching"), 1.0, weak=False)
    exam = api.eyexam(layer, wide, win_back=False).exams[0]
    assert stopping_step(exam)[0] == "average bandwidth"


def test_the_sheet_has_the_rows_where_they_were_asked_for() -> None:
    tried, grown = api.flexibility("teaching", SMALL), api.scalability(network(), "teaching")
    plain = api.evaluate(network(), "teaching")
    full = api.evaluate(network(), "teaching", flexibility=tried, scalability=grown)
    assert isinstance(plain.flexibility["across_networks"], Missing)
    assert isinstance(plain.scalability["chip"], Missing)
    worst, strong = full.flexibility["worst"], full.scalability["chip_strong_4"]
    assert isinstance(worst, Figure) and worst.value == 1.0
    assert isinstance(strong, Figure) and strong.value < 1
    assert "suite small 3" in worst.basis
    assert "efficiency at 4 x the units, strong" in sheet(full)


def test_the_pages_say_it() -> None:
    text = flexibility_page(api.flexibility("teaching", SMALL), width=80)
    assert text.startswith("teaching, dataflow output-stationary: suite small 3\n")
    assert "coverage        80.0 %: 4 of 5 entries run" in text
    text = scalability_page(api.scalability(network(), "teaching"), width=80)
    for words in ("STRONG", "WEAK", "SHAPE", "NETWORK", "width x 4", "array of 1 x 4"):
        assert words in text
    assert max(map(len, text.splitlines())) <= 80


def test_traffic_of_a_stopped_search_is_told_as_the_most_that_it_can_be() -> None:
    found = api.scalability(network(), "teaching")
    assert all(point.traffic_proven for point in found.growth)
    assert "at most" not in scalability_page(found)
    *others, last = found.growth
    stopped = replace(found, growth=(*others, replace(last, traffic_proven=False)))
    over = f"at most {last.traffic_over_compulsory:.3f}"
    assert over in scalability_page(stopped)
    row = api.evaluate(network(), "teaching", scalability=stopped).scalability["network_resolution"]
    assert isinstance(row, Figure) and f"least traffic {over} x compulsory" in row.basis


def test_growth_without_a_limit_still_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("octant.eyexam.scaling.TRAFFIC_S", 0.0)
    found = api.scalability(network(), "teaching")
    assert not any(point.traffic_proven for point in found.growth)
