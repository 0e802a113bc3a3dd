"""Every built-in estimator keeps the contract; each family meets its source's numbers."""

from __future__ import annotations

import json
import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octant.components import ComponentSpec, Technology, estimator, installed
from octant.components.cacti import (
    BANK_BITS,
    CELLS,
    LEAST_WORDS,
    MOST_BANKS,
    NODES_NM,
    PORTS,
    WIDTH_BITS,
    fits,
)
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
from tests.unit.components.cacti_runs import fitted, points

CONVERTERS = json.loads(Path(__file__).with_name("adc.json").read_text("utf-8"))
KIB = 8192


def sram(**values: Value) -> ComponentSpec:
    given: dict[str, Value] = {"process_m": 65e-9, "capacity_bits": 8 * KIB, "width_bits": 64}
    given |= values
    process_m = given.pop("process_m")
    assert isinstance(process_m, float)
    return ComponentSpec("sram", process_m, None, tuple(sorted(given.items())))


def test_the_fit_is_that_of_the_runs() -> None:
    """The coefficients in the package are what least squares gives, and miss what they say."""
    anew = dict(fitted())
    assert fits().keys() == anew.keys()
    for key, packaged in fits().items():
        assert packaged.coefficients == pytest.approx(anew[key].coefficients, rel=1e-4, abs=1e-5)
        assert packaged.fitted == pytest.approx(anew[key].fitted, abs=1e-4)
        assert packaged.held_out == pytest.approx(anew[key].held_out, abs=1e-4)


def test_what_the_runs_cover() -> None:
    of_the_fit = [point for point in points() if not point.held_out]
    banks = [point.capacity_bits / point.banks for point in of_the_fit]
    widths = [point.width_bits for point in of_the_fit]
    assert (min(banks), max(banks)) == BANK_BITS
    assert (min(widths), max(widths)) == WIDTH_BITS
    assert max(point.banks for point in of_the_fit) == MOST_BANKS
    assert min(b / w for b, w in zip(banks, widths, strict=True)) == LEAST_WORDS
    assert {(each.cells, each.node_nm, each.ports) for each in points()} == set(
        product(CELLS, NODES_NM, PORTS)
    )
    runs, held = len(of_the_fit), len(points()) - len(of_the_fit)
    assert estimator("sram").about.validity.startswith(f"{runs} runs and {held} that were held out")


def test_every_run_of_cacti_is_inside_its_interval() -> None:
    model = estimator("sram")
    for point in points()[::7]:
        spec = ComponentSpec.of(
            "sram",
            process_m=point.node_nm * 1e-9,
            capacity_bits=point.capacity_bits,
            width_bits=point.width_bits,
            ports=point.ports,
            banks=point.banks,
            cells=point.cells,
        )
        for action, cited_pj in (("read", point.read_pj), ("write", point.write_pj)):
            price = energy(model, spec, action)
            assert price.low_j * (1 - 2e-4) <= cited_pj * 1e-12 <= price.high_j * (1 + 2e-4)
        for found, cited in (
            (area(model, spec), point.area_mm2 * 1e-6),
            (leakage(model, spec), point.leakage_mw * 1e-3),
        ):
            assert found.low * (1 - 2e-4) <= cited <= found.high * (1 + 2e-4)


def test_banks_cost_wires_and_spare_the_large_array() -> None:
    """CACTI at 65 nm: 64 KiB of 64 b in one bank, in four, and one bank of 16 KiB alone."""
    model = estimator("sram")
    whole, four, quarter = (
        sram(capacity_bits=64 * KIB),
        sram(capacity_bits=64 * KIB, banks=4),
        sram(capacity_bits=16 * KIB),
    )
    reads = [energy(model, spec, "read").energy_j for spec in (quarter, four, whole)]
    assert reads == sorted(reads)
    assert leakage(model, four).value > 4 * leakage(model, quarter).value
    assert area(model, four).value > 4 * area(model, quarter).value


def test_two_ports_cost_more_than_one() -> None:
    model = estimator("sram")
    one, apart, two = (sram(ports=ports) for ports in PORTS)
    areas = [area(model, spec).value for spec in (one, apart, two)]
    reads = [energy(model, spec, "read").energy_j for spec in (one, apart, two)]
    assert areas[0] < min(areas[1:])
    assert reads[0] < min(reads[1:])


def test_fast_cells_leak_a_thousand_times_as_much() -> None:
    model = estimator("sram")
    slow, fast = sram(), sram(cells="high-performance")
    assert leakage(model, fast).value > 1000 * leakage(model, slow).value
    assert latency(model, fast, "read").value < latency(model, slow, "read").value / 2


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"capacity_bits": 8192 * KIB}, "bank 8 MiB is outside of 64 B to 4 MiB"),
        ({"width_bits": 4}, "width 4 b is outside of 8 b to 256 b"),
        (
            {"capacity_bits": KIB / 4},
            r"bank \(of words of 64 b\) 256 B is outside of 512 B or more",
        ),
        ({"banks": 128}, "banks 128 is outside of 1 to 64"),
        ({"process_m": 16e-9}, "figures are for 22 nm, 28 nm, 32 nm, 40 nm, 45 nm, 65 nm, 90 nm"),
    ],
)
def test_nothing_is_extrapolated_unless_asked(wrong: dict[str, float], message: str) -> None:
    with pytest.raises(NotEstimatedError, match=message):
        energy(estimator("sram"), sram(**wrong), "read")


def test_what_is_extrapolated_says_so() -> None:
    spec = ComponentSpec.of(
        "sram", process_m=65e-9, extrapolate=True, capacity_bits=32 * 8, width_bits=512
    )
    price = energy(estimator("sram"), spec, "read")
    assert price.extrapolated == (
        "bank 32 B is outside of 64 B to 4 MiB",
        "width 512 b is outside of 8 b to 256 b",
    )
    assert "extrapolated: bank 32 B" in price.source.citation


def test_scaling_against_data_that_it_has_not_seen() -> None:
    """CACTI's ratios of 65 nm to 45 nm over the tables': what SCALING_SPREAD says."""
    by_node = {
        node: {
            (p.width_bits, p.capacity_bits, p.ports, p.banks): p
            for p in points()
            if (p.node_nm, p.cells, p.held_out) == (node, "low-standby", False)
        }
        for node in (45, 65)
    }
    published = relative_energy(Technology(65e-9, 1.0)) / relative_energy(Technology(45e-9, 1.0))
    energies, areas = [], []
    for key, new in by_node[45].items():
        old = by_node[65][key]
        energies += [old.read_pj / new.read_pj, old.write_pj / new.write_pj]
        areas.append(old.area_mm2 / new.area_mm2 / AREA_FACTORS[65])
    ratios = np.array(energies) / published
    assert len(ratios) == 336
    assert np.median(ratios) == pytest.approx(SCALING_SPREAD, abs=0.01)
    assert (ratios.min(), ratios.max()) == pytest.approx((1.00, 1.95), abs=0.01)
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
    with pytest.raises(InvalidComponentError, match="type is 'DDR5'; allowed is LPDDR4"):
        energy(estimator("dram"), ComponentSpec.of("dram", type="DDR5", width_bits=64), "read")


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
    with pytest.raises(NotEstimatedError, match=r"banks 0 is outside of 1 to 64, .* cannot"):
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
