"""Leakage is part of the energy; the energy's interval is that of its prices."""

from __future__ import annotations

from dataclasses import replace

import pytest

from octant.arch import Architecture
from octant.components import Price, Spread
from octant.scorecard import Figure, Missing, Scorecard
from tests.unit.scorecard.support import ASSUMED, card, chip, product, vector


def figure(found: Figure | Missing) -> Figure:
    assert isinstance(found, Figure)
    return found


def leaky(**watts: float) -> Architecture:
    made = chip()
    level = made.levels[0]
    store = replace(level.stores[0], leakage_w=watts.get("store"))
    return replace(
        made,
        nodes=(replace(level, stores=(store,)), *made.nodes[1:]),
        compute=replace(made.compute, leakage_w=watts.get("unit")),
        leakage_w=watts.get("rest"),
    )


def sheet(on: Architecture) -> Scorecard:
    return card(product("a", "image"), vector("m", "MaxPool", "a"), product("b", "m"), on=on)


def test_leakage_is_power_times_time_of_every_instance() -> None:
    dry, wet = sheet(chip()), sheet(leaky(store=5.0, unit=1.5, rest=2.0))
    time_s = figure(wet.latency["latency"]).value
    parts = {part.component: part for part in wet.energy_parts if part.action == "leakage"}
    assert parts["DRAM"].energy_j == pytest.approx(5.0 * time_s)
    assert parts["DRAM"].off_chip
    assert parts["mac"].energy_j == pytest.approx(2 * 1.5 * time_s)  # two units
    assert parts["tiny"].energy_j == pytest.approx(2.0 * time_s)
    more = figure(wet.energy["per_inference"]).value - figure(dry.energy["per_inference"]).value
    assert more == pytest.approx((5 + 3 + 2) * time_s)
    more_w = figure(wet.power["average"]).value - figure(dry.power["average"]).value
    assert more_w == pytest.approx(10)
    for layer in wet.layers:
        assert layer.energy_j == pytest.approx(sum(part.energy_j or 0 for part in layer.energy))


def test_the_sheet_says_which_leakage_it_knows() -> None:
    def said(on: Architecture) -> str:
        return " ".join(line for line in sheet(on).assumptions if "eakage" in line)

    assert "Leakage of mac is not included: no source gives it." in said(chip())
    known = said(leaky(store=5.0, unit=1.5))
    assert "Leakage of DRAM, mac is included" in known and "not included" not in known


def test_an_unpriced_chip_stays_unpriced_though_it_leaks() -> None:
    made = leaky(unit=1.0)
    store = replace(made.levels[0].stores[0], read_energy=None)
    found = sheet(replace(made, nodes=(replace(made.levels[0], stores=(store,)), *made.nodes[1:])))
    assert isinstance(found.energy["per_inference"], Missing)


def uncertain(made: Architecture) -> Architecture:
    """The chip with a leakage of its memory that may be half or twice as much."""
    level = made.levels[0]
    store = replace(level.stores[0], leakage_spreads=(Spread("cells", 0.5, 2.0),))
    return replace(made, nodes=(replace(level, stores=(store,)), *made.nodes[1:]))


def test_the_leakage_is_a_row_of_the_power_with_its_limits() -> None:
    wet = sheet(uncertain(leaky(store=5.0, unit=1.5)))
    leaks = figure(wet.power["leakage"])
    assert leaks.value == pytest.approx(5 + 2 * 1.5)
    assert (leaks.low, leaks.high) == pytest.approx((2.5 + 3, 10 + 3))
    assert leaks.basis == "DRAM, mac, always on"
    stated = figure(sheet(leaky(store=5.0)).power["leakage"])
    assert (stated.low, stated.high) == (None, None)
    assert stated.basis == "DRAM, always on; without mac"
    unknown = sheet(chip()).power["leakage"]
    assert isinstance(unknown, Missing) and unknown.add == "the leakage of: mac"


def test_the_limits_of_the_leakage_are_in_those_of_the_energy() -> None:
    """The slow twin: the chip that leaks half, then twice as much."""
    found = sheet(uncertain(leaky(store=5.0)))
    whole = figure(found.energy["per_inference"])
    least, most = (figure(sheet(leaky(store=x)).energy["per_inference"]) for x in (2.5, 10.0))
    assert (whole.low, whole.high) == pytest.approx((least.value, most.value))
    assert [each.assumption for each in found.contributions] == ["cells"]


def spread(energy_j: float, name: str, low: float, high: float) -> Price:
    return Price(energy_j, ASSUMED, (Spread(name, low, high),))


def test_the_interval_is_the_prices_own() -> None:
    """The slow twin: evaluate with every price at its low end, then at its high end."""
    made = chip(vector_j=None, operators=())
    store = made.levels[0].stores[0]

    def at(factor: float, spreads: tuple[Spread, ...] = ()) -> Scorecard:
        def price(energy_j: float) -> Price:
            return Price(factor * energy_j, ASSUMED, spreads)

        memory = replace(store, read_energy=price(10.0), write_energy=price(20.0))
        fanout = replace(made.fanouts[0], transfer_energy=price(0.5))
        on = replace(
            made,
            nodes=(replace(made.levels[0], stores=(memory,)), fanout),
            compute=replace(made.compute, mac_energy=price(1.0)),
        )
        return card(product("a", "image"), on=on)

    together = at(1.0, (Spread("all of them", 0.5, 3.0),))
    found = figure(together.energy["per_inference"])
    assert found.low == pytest.approx(figure(at(0.5).energy["per_inference"]).value)
    assert found.high == pytest.approx(figure(at(3.0).energy["per_inference"]).value)
    assert found.low is not None and found.high is not None
    inverse = figure(together.energy["inferences_per_j"])
    assert inverse.low == pytest.approx(1 / found.high)
    assert inverse.high == pytest.approx(1 / found.low)
    assert [each.assumption for each in together.contributions] == ["all of them"]
    assert figure(at(1.0).energy["per_inference"]).low is None
    assert at(1.0).contributions == ()


def test_contributions_come_widest_first_and_extrapolations_are_named() -> None:
    made = chip()
    store = made.levels[0].stores[0]
    read = replace(spread(10.0, "memory", 0.9, 1.1), extrapolated=("width 8 b is outside of 64 b",))
    memory = replace(store, read_energy=read)
    on = replace(
        made,
        nodes=(replace(made.levels[0], stores=(memory,)), *made.nodes[1:]),
        compute=replace(made.compute, mac_energy=spread(1000.0, "multiplier", 0.5, 1.0)),
    )
    found = card(product("a", "image"), on=on)
    assert [each.assumption for each in found.contributions] == ["multiplier", "memory"]
    whole = figure(found.energy["per_inference"])
    for each in found.contributions:
        assert whole.low is not None and whole.high is not None
        assert whole.low <= each.low_j <= whole.value <= each.high_j <= whole.high
    said = " ".join(found.assumptions)
    assert "Extrapolated, the energy of DRAM read: width 8 b is outside of 64 b." in said
    assert "No source gives the limits of the energy of DRAM write, row transfer" in said
