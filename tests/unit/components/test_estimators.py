"""Every built-in estimator keeps the contract; each family meets its source's numbers."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octant.components import ComponentSpec, Technology, estimator, installed
from octant.components.cacti import FIT, POINTS, RESIDUALS
from octant.components.estimator import area, energy, latency, leakage
from octant.components.quoting import quote
from octant.components.spec import Value, from_words
from octant.components.technology import (
    AREA_FACTORS,
    AREA_SPREAD,
    SCALING_SPREAD,
    relative_energy,
)
from octant.errors import (
    InvalidComponentError,
    NotEstimatedError,
    OctantError,
    UnknownNameError,
)
from octant.source import Origin

CONVERTERS = json.loads(Path(__file__).with_name("adc.json").read_text("utf-8"))
KIB = 8192


def sram(**values: float) -> ComponentSpec:
    given = {"process_m": 65e-9, "capacity_bits": 8 * KIB, "width_bits": 64} | values
    process_m = given.pop("process_m")
    return ComponentSpec("sram", process_m, None, tuple(sorted(given.items())))


def test_the_fit_is_that_of_the_points() -> None:
    """The coefficients in the code are what least squares gives, and miss what they say."""
    for (quantity, node), coefficients in FIT.items():
        points = [point for point in POINTS if point.node_nm == node]
        kib = np.log([point.capacity_kib for point in points])
        width = np.log([point.width_bits / 64 for point in points])
        terms = np.column_stack([np.ones_like(kib), kib, kib**2, width, width * kib])
        values = np.log([getattr(point, quantity) for point in points])
        fitted, *_ = np.linalg.lstsq(terms, values, rcond=None)
        assert coefficients == pytest.approx(fitted, abs=1e-5)
        missed = np.exp(terms @ coefficients - values) - 1
        assert RESIDUALS[quantity, node] == pytest.approx((missed.min(), missed.max()), abs=1e-4)


def test_every_run_of_cacti_is_inside_its_interval() -> None:
    model = estimator("sram")
    for point in POINTS:
        spec = sram(
            process_m=point.node_nm * 1e-9,
            capacity_bits=point.capacity_kib * KIB,
            width_bits=point.width_bits,
        )
        for action, cited_pj in (("read", point.read_pj), ("write", point.write_pj)):
            price = energy(model, spec, action)
            assert price.low_j * (1 - 1e-4) <= cited_pj * 1e-12 <= price.high_j * (1 + 1e-4)
        estimate = area(model, spec)
        assert estimate.low * (1 - 1e-4) <= point.area_mm2 * 1e-6 <= estimate.high * (1 + 1e-4)


def test_banks_are_memories_side_by_side() -> None:
    model, one = estimator("sram"), sram()
    four = sram(capacity_bits=32 * KIB, banks=4)
    assert energy(model, four, "read") == energy(model, one, "read")
    assert area(model, four).value == pytest.approx(4 * area(model, one).value)
    assert leakage(model, four).value == pytest.approx(4 * leakage(model, one).value)
    assert latency(model, four, "read") == latency(model, one, "read")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"capacity_bits": 2048 * KIB}, "bank 2 MiB is outside of 1 KiB to 1 MiB"),
        ({"width_bits": 16}, "width 16 b is outside of 64 b to 128 b"),
        ({"ports": 2}, "ports 2 is outside of 1"),
        ({"process_m": 32e-9}, "figures are for 22 nm, 28 nm, 40 nm, 45 nm, 65 nm"),
    ],
)
def test_nothing_is_extrapolated_unless_asked(wrong: dict[str, float], message: str) -> None:
    with pytest.raises(NotEstimatedError, match=message):
        energy(estimator("sram"), sram(**wrong), "read")


def test_what_is_extrapolated_says_so() -> None:
    spec = ComponentSpec.of(
        "sram", process_m=65e-9, extrapolate=True, capacity_bits=448 * 8, width_bits=16
    )
    price = energy(estimator("sram"), spec, "read")
    assert price.extrapolated == (
        "bank 448 B is outside of 1 KiB to 1 MiB",
        "width 16 b is outside of 64 b to 128 b",
    )
    assert "extrapolated: bank 448 B" in price.source.citation


def test_scaling_against_data_that_it_has_not_seen() -> None:
    """CACTI's ratios of 65 nm to 45 nm over the tables': what SCALING_SPREAD says."""
    by_node = {
        node: {(p.width_bits, p.capacity_kib): p for p in POINTS if p.node_nm == node}
        for node in (45, 65)
    }
    published = relative_energy(Technology(65e-9, 1.0)) / relative_energy(Technology(45e-9, 1.0))
    energies, areas = [], []
    for key, new in by_node[45].items():
        old = by_node[65][key]
        energies += [old.read_pj / new.read_pj, old.write_pj / new.write_pj]
        areas.append(old.area_mm2 / new.area_mm2 / AREA_FACTORS[65])
    ratios = np.array(energies) / published
    assert len(ratios) == 44
    assert np.median(ratios) == pytest.approx(SCALING_SPREAD, abs=0.01)
    assert (ratios.min(), ratios.max()) == pytest.approx((1.00, 1.90), abs=0.01)
    assert max(areas) == pytest.approx(AREA_SPREAD, abs=0.01)


def test_the_regression_of_converters() -> None:
    model = estimator("adc")
    assert len(CONVERTERS["points"]) == 112
    for bits, node_nm, rate_hz, energy_pj, area_um2 in CONVERTERS["points"]:
        spec = ComponentSpec.of(
            "adc", process_m=node_nm * 1e-9, resolution_bits=bits, rate_hz=rate_hz
        )
        assert energy(model, spec, "convert").energy_j == pytest.approx(energy_pj * 1e-12, rel=1e-9)
        assert area(model, spec).value == pytest.approx(area_um2 * 1e-12, rel=1e-9)


def test_converters_that_share_a_rate() -> None:
    model = estimator("adc")
    spec = ComponentSpec.of("adc", process_m=32e-9, resolution_bits=8, rate_hz=8e8, converters=8)
    one = ComponentSpec.of("adc", process_m=32e-9, resolution_bits=8, rate_hz=1e8)
    assert energy(model, spec, "convert").energy_j == energy(model, one, "convert").energy_j
    assert area(model, spec).value == pytest.approx(8 * area(model, one).value)


@pytest.mark.parametrize(
    ("inputs", "weights", "expected_fj"), [(1, 1, 0.040), (0.5, 0.5, 0.0125), (0.25, 0.25, 0.0044)]
)
def test_a_cell_of_250_kohm_to_1_mohm(inputs: float, weights: float, expected_fj: float) -> None:
    spec = ComponentSpec.of(
        "crossbar-cell",
        pulse_v=0.1,
        pulse_s=1e-9,
        on_siemens=1 / 250e3,
        off_siemens=1 / 1e6,
        input_share=inputs,
        weight_share=weights,
    )
    price = energy(estimator("crossbar-cell"), spec, "read")
    assert price.energy_j / 1e-15 == pytest.approx(expected_fj, rel=0.01)


@pytest.mark.parametrize("plugin", installed(), ids=lambda plugin: plugin.name)
def test_what_an_estimator_says_of_itself(plugin: object) -> None:
    name = getattr(plugin, "name", "")
    about = estimator(name).about
    assert about.name == name
    assert about.actions and about.title and about.equation and about.validity and about.sources
    assert len({attribute.word for attribute in about.attributes}) == len(about.attributes)


def test_near_misses() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'sram'"):
        estimator("srm")
    with pytest.raises(UnknownNameError, match="did you mean 'read'"):
        energy(estimator("sram"), sram(), "reed")
    with pytest.raises(InvalidComponentError, match="did you mean 'capacity'"):
        from_words("sram", {"capcity": "1 KiB"}, estimator("sram").about.attributes)
    with pytest.raises(InvalidComponentError, match="capacity is '108'; a number needs a unit"):
        from_words("sram", {"capacity": "108"}, estimator("sram").about.attributes)
    with pytest.raises(InvalidComponentError, match="needs 'width'"):
        energy(
            estimator("sram"), ComponentSpec.of("sram", process_m=65e-9, capacity_bits=KIB), "read"
        )


def test_technology() -> None:
    mac = estimator("integer-mac")
    words = {"width": "8 b", "accumulator": "32 b"}

    def spec(process_m: float | None = None, voltage_v: float | None = None) -> ComponentSpec:
        return from_words(
            "integer-mac", words, mac.about.attributes, process_m=process_m, voltage_v=voltage_v
        )

    at_home = energy(mac, spec(), "compute")
    assert at_home == energy(mac, spec(45e-9, 0.9), "compute")
    assert at_home.source.origin is Origin.MODELLED
    with pytest.raises(NotEstimatedError, match="the process is 65 nm; its figures are for 45 nm"):
        energy(mac, spec(65e-9), "compute")
    with pytest.raises(NotEstimatedError, match="the voltage is 1 V"):
        energy(mac, spec(45e-9, 1.0), "compute")
    with pytest.raises(InvalidComponentError, match="needs a process node"):
        energy(
            estimator("sram"), ComponentSpec.of("sram", capacity_bits=KIB, width_bits=64), "read"
        )
    dram = ComponentSpec.of("dram", process_m=65e-9, type="DDR3", width_bits=64)
    with pytest.raises(NotEstimatedError, match="leave the node out"):
        energy(estimator("dram"), dram, "read")


def test_what_no_source_gives_is_refused() -> None:
    spec = ComponentSpec.of("dram", type="DDR3", width_bits=64)
    for question in (area, leakage):
        with pytest.raises(NotEstimatedError, match="no source gives the"):
            question(estimator("dram"), spec)
    with pytest.raises(InvalidComponentError, match="type is 'DDR4'; allowed is LPDDR4"):
        energy(estimator("dram"), ComponentSpec.of("dram", type="DDR4", width_bits=64), "read")


def test_timeloop_compatible_takes_the_table_of_aladdin() -> None:
    ours = estimator("integer-mac").about
    theirs = estimator("integer-mac", timeloop_compatible=True).about
    assert (ours.kind, ours.name) == ("integer-mac", "integer-mac")
    assert (theirs.kind, theirs.name) == ("integer-mac", "aladdin-mac")
    assert estimator("sram", timeloop_compatible=True).about.name == "sram"


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_is_asked_only_octants_own_errors_come_out(data: st.DataObject) -> None:
    model = estimator(data.draw(st.sampled_from([plugin.name for plugin in installed()])))
    numbers = st.sampled_from([0.0, 1e-30, 0.5, 1.0, 8.0, 64.0, 65.0, 1e6, 1e18, -1.0, math.nan])
    values: dict[str, Value] = {}
    for each in model.about.attributes:
        ends = st.sampled_from([each.low or 2.0, each.high or 4.0])
        words = st.sampled_from(each.choices or ("",))
        values[each.name] = data.draw(words) if each.choices else data.draw(numbers | ends)
    node = data.draw(st.sampled_from([None, 65e-9, 45e-9, 40e-9, 32e-9, 3e-9]))
    stretch = data.draw(st.booleans())
    spec = ComponentSpec(model.about.name, node, None, tuple(sorted(values.items())), stretch)
    try:
        found = quote(model, spec)
    except OctantError as error:
        assert str(error)
        return
    for answer in found.answers:
        assert (answer.value is None) == bool(answer.reason)
        assert answer.value is None or 0 <= answer.value < math.inf


def test_counts_and_widths_are_whole_and_counts_are_never_extrapolated() -> None:
    half = ComponentSpec.of("integer-add", width_bits=8.5)
    with pytest.raises(InvalidComponentError, match=r"width is 8\.5 b; allowed is a whole number"):
        energy(estimator("integer-add"), half, "add")
    none = ComponentSpec.of(
        "sram", process_m=65e-9, extrapolate=True, capacity_bits=KIB, width_bits=64, banks=0
    )
    with pytest.raises(NotEstimatedError, match=r"banks 0 is outside of 1 or more, .* cannot"):
        energy(estimator("sram"), none, "read")
    far = ComponentSpec.of(
        "adc", process_m=32e-9, extrapolate=True, resolution_bits=1e18, rate_hz=1e6
    )
    with pytest.raises(NotEstimatedError, match="its equation has no value there"):
        energy(estimator("adc"), far, "convert")


def test_energies_grow_with_the_width() -> None:
    for name in ("integer-add", "integer-multiply", "aladdin-add"):
        model = estimator(name)
        prices = [
            energy(model, ComponentSpec.of(name, width_bits=bits), model.about.actions[0]).energy_j
            for bits in range(8, 33)
        ]
        assert prices == sorted(prices)
