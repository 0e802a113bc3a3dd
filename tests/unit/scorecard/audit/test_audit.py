"""Every check of an audit: it finds what is wrong, and says nothing of what is right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octant import api, zoo
from octant.chips import Record, Run
from octant.errors import UnknownNameError
from octant.files.records import builtin_record, parse_record, record_names
from octant.files.results import from_json, to_json
from octant.scorecard import Figure, published_sheet
from octant.scorecard.audit import Audit, Severity, audit
from octant.scorecard.audit.arithmetic import TOLERANCE, Pair, whole_disagreements
from octant.scorecard.audit.completeness import grade
from octant.scorecard.audit.networks import covered, least_traffic_bits
from octant.scorecard.audit.physics import least_mac_j
from octant.workload.formats import format_named

#: A claim that says everything, and that holds: every case below spoils one thing in it.
COMPLETE = """octant: record 1
name: whole
title: a claim with nothing to find
kind: digital
method: measured
stage: silicon
weights: int8
activations: int8
counts_skipped: false
specification:
  process: 65 nm
  voltage: 1.0 V
  core_area: 10 mm^2
  on_chip_memory: 1 MiB
  multipliers: 1000
  clock: 200 MHz
  area_per_multiplier: 0.01 mm^2
  memory_per_multiplier: 1048.6 B
  peak: 400 GOPS
  efficiency: 1 TOPS/W
  density: 40 GOPS/mm^2
  off_chip_bandwidth: 10 GB/s
parts: {memory: 4 mm^2, multipliers: 5 mm^2}
runs:
  - network: AlexNet
    workload: alexnet
    layers: all
    task: ImageNet top-1
    accuracy: 56 %
    images_tested: 50000
    weights: int8
    activations: int8
    counts_skipped: false
    off_chip_included: true
    batch: 4
    latency: 20 ms
    throughput: 200 inferences/s
    operations: 724.4 MMAC
    achieved: 289.8 GOPS
    utilization: 72.4 %
    power: 500 mW
    energy: 2.5 mJ
    inferences_per_j: 400 inferences/J
    efficiency: 579.5 GOPS/W
    off_chip: 20 MB
  - network: VGG-16
    workload: vgg16
    layers: all
    task: ImageNet top-1
    accuracy: 70 %
    images_tested: 50000
    weights: int8
    activations: int8
    counts_skipped: false
    off_chip_included: true
    batch: 1
    latency: 100 ms
    throughput: 10 inferences/s
    operations: 15.47 GMAC
    power: 600 mW
    off_chip: 150 MB
"""


def audited(text: str) -> Audit:
    return audit(parse_record(text), zoo.network)


def codes(text: str) -> dict[str, Severity]:
    return {finding.code: finding.severity for finding in audited(text).findings}


def test_a_complete_claim_that_holds_has_nothing_to_find() -> None:
    found = audited(COMPLETE)
    assert found.findings == ()
    assert found.unchecked == ()
    assert (found.grade, found.given, found.asked) == ("A", 25, 25)
    assert not found.contradicts_itself


@pytest.mark.parametrize(
    ("old", "new", "code", "severity"),
    [
        ("    accuracy: 56 %\n", "", "accuracy.missing", "pitfall"),
        ("    images_tested: 50000\n", "", "accuracy.images", "note"),
        ("    task: ImageNet top-1\n", "", "accuracy.task", "note"),
        ("accuracy: 56 %", "accuracy: 156 %", "accuracy.above-all", "contradiction"),
        ("    batch: 4\n", "", "latency.batch", "pitfall"),
        ("    latency: 20 ms\n", "", "latency.missing", "pitfall"),
        ("latency: 20 ms", "latency: 40 ms", "latency.batch-over-time", "doubt"),
        ("    layers: all\n", "", "throughput.layers-unstated", "pitfall"),
        ("layers: all", "layers: [CONV1, CONV2]", "throughput.some-layers", "pitfall"),
        ("layers: all", "layers: [CONV1, CONV77]", "throughput.layers-unknown", "contradiction"),
        ("    weights: int8\n", "", "throughput.precision", "pitfall"),
        ("    counts_skipped: false\n", "    counts_skipped: true\n", "throughput.counts-skipped",
         "pitfall"),
        ("    off_chip_included: true\n", "", "power.off-chip", "pitfall"),
        ("off_chip_included: true", "off_chip_included: false", "power.chip-alone", "note"),
        ("method: measured\n", "", "method.missing", "pitfall"),
        ("method: measured", "method: simulated", "method.simulated", "note"),
        ("stage: silicon", "stage: layout", "method.not-silicon", "contradiction"),
        ("peak: 400 GOPS", "peak: {value: 400 GOPS, method: simulated}", "method.mixed", "pitfall"),
        ("weights: int8\nactivations: int8\n", "", "energy.precision", "pitfall"),
        ("  process: 65 nm\n", "", "cost.process", "note"),
        ("  on_chip_memory: 1 MiB\n", "", "cost.on-chip-memory", "note"),
        ("  core_area: 10 mm^2\n", "", "cost.core-area", "note"),
        ("  multipliers: 1000\n", "", "cost.multipliers", "note"),
        ("core_area: 10 mm^2", "core_area: 8 mm^2", "cost.parts-above-area", "contradiction"),
        ("area_per_multiplier: 0.01", "area_per_multiplier: 0.02", "cost.area", "contradiction"),
        ("1048.6 B", "2000 B", "cost.memory", "contradiction"),
        ("on_chip_memory: 1 MiB", "on_chip_memory: 2 MiB", "cost.memory-above-area", "doubt"),
        ("density: 40", "density: 80", "cost.density", "doubt"),
        ("clock: 200", "clock: 100", "throughput.peak-above-multipliers", "contradiction"),
        ("throughput: 200", "throughput: 400", "throughput.operations", "contradiction"),
        ("utilization: 72.4", "utilization: 50", "throughput.utilization", "doubt"),
        ("utilization: 72.4", "utilization: 120", "throughput.above-all", "contradiction"),
        ("achieved: 289.8 GOPS", "achieved: 500 GOPS", "throughput.above-peak", "contradiction"),
        ("operations: 724.4 MMAC", "operations: 600 MMAC", "throughput.network", "doubt"),
        ("energy: 2.5 mJ", "energy: 2 mJ", "energy.power-time", "contradiction"),
        ("inferences_per_j: 400", "inferences_per_j: 500", "energy.inferences-per-joule",
         "contradiction"),
        ("efficiency: 579.5", "efficiency: 800", "energy.efficiency", "contradiction"),
        ("off_chip: 20 MB", "off_chip: 10 MB", "energy.traffic-below-compulsory", "contradiction"),
        ("efficiency: 1 TOPS/W", "efficiency: 20 TOPS/W", "energy.below-process", "contradiction"),
    ],
)  # fmt: skip
def test_each_check(old: str, new: str, code: str, severity: str) -> None:
    assert COMPLETE.count(old) >= 1
    spoilt = COMPLETE.replace(old, new, 1)
    found = codes(spoilt)
    assert found[code] == severity


@pytest.mark.parametrize(
    ("area", "parts", "found"),
    [
        ("{value: 8 mm^2, bound: at most}", "4 mm^2", True),
        ("{value: 8 mm^2, bound: at least}", "4 mm^2", False),
        ("{value: 8 mm^2, sure: recalled}", "4 mm^2", False),
        ("8 mm^2", "{value: 4 mm^2, bound: at least}", True),
        ("8 mm^2", "{value: 4 mm^2, bound: at most}", False),
        ("8 mm^2", "{value: 4 mm^2, sure: recalled}", False),
    ],
)
def test_areas_are_compared_as_facts_and_a_limit_where_it_decides(
    area: str, parts: str, found: bool
) -> None:
    text = COMPLETE.replace("10 mm^2", area, 1).replace("memory: 4 mm^2", f"memory: {parts}")
    claim = parse_record(text)
    codes_found = {finding.code for finding in whole_disagreements(claim)}
    assert ("cost.parts-above-area" in codes_found) is found
    assert ("cost.parts-above-area" in codes(text)) is found


def test_the_area_of_the_die_stands_for_a_core_that_is_only_recalled() -> None:
    text = COMPLETE.replace(
        "core_area: 10 mm^2", "core_area: {value: 99 mm^2, sure: recalled}\n  die_area: 5 mm^2"
    )
    claim = parse_record(text)
    assert [finding.what for finding in whole_disagreements(claim)][-1] == (
        "the area is 5 mm^2, and its parts have 9 mm^2 together"
    )
    area = published_sheet(claim).cost["area"]
    assert isinstance(area, Figure) and area.value == pytest.approx(5e-6)


def test_memory_against_an_area_that_is_a_limit() -> None:
    text = COMPLETE.replace("on_chip_memory: 1 MiB", "on_chip_memory: 2 MiB")
    most = text.replace("core_area: 10 mm^2", "core_area: {value: 10 mm^2, bound: at most}")
    least = text.replace("core_area: 10 mm^2", "core_area: {value: 10 mm^2, bound: at least}")
    assert "cost.memory-above-area" in codes(most)
    assert "cost.memory-above-area" not in codes(least)


def test_no_traffic_is_a_pitfall_unless_the_power_holds_it() -> None:
    without = COMPLETE.replace("    off_chip: 20 MB\n", "", 1)
    assert "energy.off-chip" not in codes(without)
    alone = without.replace("off_chip_included: true", "off_chip_included: false", 1)
    assert codes(alone)["energy.off-chip"] is Severity.PITFALL


def test_a_peak_alone() -> None:
    text = COMPLETE[: COMPLETE.index("runs:")]
    found = codes(text)
    for code in ("throughput.peak-only", "energy.utilization", "accuracy.missing"):
        assert found[code] is Severity.PITFALL
    assert "flexibility.one-network" not in found


def test_one_network() -> None:
    text = COMPLETE[: COMPLETE.index("  - network: VGG-16")]
    assert codes(text) == {"flexibility.one-network": Severity.NOTE}


def test_energy_from_the_run_time_where_no_rate_is_given() -> None:
    base = COMPLETE.replace("    throughput: 200 inferences/s\n", "", 1)
    assert "energy.power-time" not in codes(base)
    assert "energy.power-time" in codes(base.replace("energy: 2.5 mJ", "energy: 5 mJ"))


def test_energy_against_its_inverse_where_no_power_is_given() -> None:
    base = COMPLETE.replace("    power: 500 mW\n", "", 1)
    assert "energy.inferences-per-joule" not in codes(base)
    wrong = base.replace("inferences_per_j: 400", "inferences_per_j: 500")
    assert codes(wrong)["energy.inferences-per-joule"] is Severity.CONTRADICTION


def test_a_network_that_is_not_built_in_is_told_with_its_claim() -> None:
    claim = Record("x", "x", runs=(Run("a", workload="alexnte"),))
    with pytest.raises(UnknownNameError, match="of a run of x: there is no network 'alexnte'"):
        api.audit(claim)


def test_beyond_the_peak_only_by_counting_what_was_skipped() -> None:
    text = COMPLETE.replace("achieved: 289.8 GOPS", "achieved: 500 GOPS").replace(
        "counts_skipped: false\n    off", "counts_skipped: true\n    off", 1
    )
    assert codes(text)["throughput.above-peak"] is Severity.DOUBT
    narrower = COMPLETE.replace("achieved: 289.8 GOPS", "achieved: 500 GOPS").replace(
        "    weights: int8", "    weights: int4", 1
    )
    assert codes(narrower)["throughput.above-peak"] is Severity.DOUBT


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("    workload: alexnet\n", "", "names no built-in network"),
        ("    batch: 4\n", "", "the batch is not given"),
        ("  on_chip_memory: 1 MiB\n", "", "the on-chip memory is not given"),
        ("    layers: all\n", "", "not said which layers"),
        ("    weights: int8\n", "", "the number formats are not given"),
        ("  process: 65 nm\n", "", "the process is not given"),
        ("kind: digital", "kind: analog", "multiplies in analog"),
        ("process: 65 nm", "process: 3 nm", "Stillmaker and Baas tabulate"),
        ("process: 65 nm", "process: 16 nm", "its figures are for 22 nm, 28 nm"),
        ("weights: int8\nact", "weights: int4\nact", "Horowitz begins at 8 b"),
    ],
)
def test_what_is_not_checked_says_why(old: str, new: str, reason: str) -> None:
    found = audited(COMPLETE.replace(old, new, 1))
    assert any(reason in each.reason for each in found.unchecked)
    assert not found.contradicts_itself


def test_the_least_traffic_by_hand() -> None:
    """61 M weights of 8 b, 1 MiB of them kept, four inferences; pictures of 227 x 227 x 3."""
    network = zoo.network("alexnet")
    part = covered(Run("all", layers=("all",)), network)
    assert (part.macs, part.weights) == (network.macs, network.weights)
    eight = format_named("8")
    run = Run("all", weights=eight, activations=eight)
    bits = least_traffic_bits(part, run, 2**23, 4)
    assert bits == (60_954_656 * 8 - 2**23) / 4 + 3 * 227 * 227 * 8
    assert least_traffic_bits(part, run, 1e12, 4) == 3 * 227 * 227 * 8
    assert least_traffic_bits(part, Run("all"), 0, 1) is None


@given(storage=st.floats(0, 1e10), more=st.floats(0, 1e10), batch=st.integers(1, 1000))
def test_more_storage_and_batch_never_need_more_traffic(
    storage: float, more: float, batch: int
) -> None:
    eight = format_named("8")
    run = Run("all", weights=eight, activations=eight)
    part = covered(Run("all", layers=("all",)), zoo.network("alexnet"))
    base = least_traffic_bits(part, run, storage, batch)
    assert base is not None
    for less in (
        least_traffic_bits(part, run, storage + more, batch),
        least_traffic_bits(part, run, storage, batch + 1),
    ):
        assert less is not None and less <= base


def test_the_least_energy_falls_with_the_supply_and_the_node() -> None:
    wide, narrow = format_named("16"), format_named("8")
    stated = least_mac_j(wide, wide, 65e-9, 1.0)
    assert stated.low_j == pytest.approx(902.5e-15, rel=1e-3)
    assert least_mac_j(wide, wide, 65e-9, None).low_j < stated.low_j
    assert least_mac_j(wide, narrow, 65e-9, 1.0).low_j < stated.low_j
    assert least_mac_j(wide, wide, 28e-9, 1.0).low_j < stated.low_j
    assert least_mac_j(wide, wide, 7e-9, None).low_j < 1e-13


@given(st.floats(1e-12, 1e12), st.floats(1.0, 1 + 0.9 * TOLERANCE))
def test_rounding_is_no_contradiction(value: float, factor: float) -> None:
    assert Pair("a", "b", "c", value, value * factor, "d", "energy").agree
    assert not Pair("a", "b", "c", value, value * 1.2, "d", "energy").agree


def test_grades() -> None:
    assert [grade(given, 100) for given in (100, 90, 89, 75, 50, 25, 24, 0)] == list("AABBCDEE")


@pytest.mark.parametrize("name", record_names())
def test_no_published_chip_contradicts_itself(name: str) -> None:
    """A bound that a published chip breaks is a wrong bound, until somebody shows otherwise."""
    found = api.audit(name)
    assert found.of(Severity.CONTRADICTION) == ()
    assert from_json(to_json(found), Audit) == found
    assert found.citations


def test_what_is_recalled_counts_as_not_given() -> None:
    found = audit(builtin_record("shidiannao"), zoo.network)
    assert {"multipliers", "clock", "on-chip memory"} <= {
        line for each in found.completeness for line in each.lacking
    }
    assert any(finding.code == "cost.multipliers" for finding in found.findings)


def test_a_network_that_is_not_built_in() -> None:
    with pytest.raises(UnknownNameError, match="alexnet"):
        audit(Record("x", "x", runs=(Run("a", workload="alexnte"),)), api.load_network)
