"""The die's cost on the sheet: what is stated, what is published, what is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from octant.arch import Architecture, CostInputs, Level
from octant.components import Estimate, Spread
from octant.components.die import die_cost
from octant.errors import InvalidArchitectureError
from octant.files import architecture_text, parse_architecture
from octant.scorecard import Figure, Metric, Missing, Unit
from octant.scorecard.cost import cost
from octant.source import Origin, Source
from tests.unit.scorecard.support import chip


def figure(metric: Metric, name: str) -> Figure:
    found = metric[name]
    assert isinstance(found, Figure), found
    return found


def with_die(**more: object) -> Architecture:
    made = replace(chip(area_m2=50e-6), process_m=7e-9)
    return replace(made, **more)  # type: ignore[arg-type]


def test_a_die_of_a_published_area_and_node() -> None:
    found, by_hand = cost(with_die(), 10.0), die_cost(50e-6, 7e-9)
    assert figure(found, "wafer").value == 9346
    assert figure(found, "dies").value == by_hand.dies
    assert figure(found, "die_cost").value == pytest.approx(by_hand.die.value)
    assert figure(found, "package_cost").value == pytest.approx(0.3348 * by_hand.die.value)
    per = figure(found, "per_inference_per_s")
    assert per.value == pytest.approx(1.3348 * by_hand.die.value / 10)
    assert per.unit is Unit.USD_PER_INFERENCE_PER_SECOND
    assert per.basis.endswith("without off-chip memory and interface")
    for name in ("dram_cost", "interface_cost"):
        assert isinstance(found[name], Missing)


def test_what_the_owner_states() -> None:
    inputs = CostInputs("measured: our books", 4000.0, 0.0, 20.0, 2.0)
    found = cost(with_die(cost=inputs, process_m=None, die_m2=100e-6), 10.0)
    die = 4000 / 640
    assert figure(found, "die_cost").value == pytest.approx(die)
    assert figure(found, "wafer").origin is Origin.MEASURED
    assert figure(found, "dram_cost").value == 20
    per = figure(found, "per_inference_per_s")
    assert per.value == pytest.approx((1.3348 * die + 22) / 10)
    assert "without" not in per.basis
    assert per.low is not None and per.high is not None
    assert per.low * 10 - 22 == pytest.approx(1.3348 * (figure(found, "die_cost").low or 0))


def test_without_a_node_or_an_area_it_says_what_to_add() -> None:
    assert "process node" in str(cost(with_die(process_m=None), 1.0)["die_cost"])
    none = cost(with_die(area_m2=None), 1.0)["die_cost"]
    assert isinstance(none, Missing) and "or of its parts: mac" in none.add
    idle = cost(with_die(), None)["per_inference_per_s"]
    assert isinstance(idle, Missing)


def test_the_area_of_the_parts() -> None:
    made = with_die(area_m2=None)
    unit = replace(made.compute, area_m2=1e-6)
    inner = Level("pad", (replace(made.levels[0].stores[0], name="pad", area_m2=2e-6),))
    known = replace(made, compute=unit, nodes=(*made.nodes, inner))
    assert "share of the chip that is layout" in str(cost(known, 1.0)["area"])
    area = figure(cost(replace(known, layout_share=0.25), 1.0), "area")
    assert area.value == pytest.approx((2 * 1e-6 + 2 * 2e-6) / 0.75)  # two units, two pads
    assert area.origin is Origin.MODELLED
    with pytest.raises(InvalidArchitectureError, match="its layout takes 1"):
        replace(known, layout_share=1.0)


def in_parts(**spreads: tuple[Spread, ...]) -> Architecture:
    made = with_die(area_m2=None)
    unit = replace(made.compute, area_m2=10e-6, area_spreads=spreads.get("unit", ()))
    store = replace(
        made.levels[0].stores[0], name="pad", area_m2=5e-6, area_spreads=spreads.get("pad", ())
    )
    return replace(
        made, compute=unit, nodes=(*made.nodes, Level("pad", (store,))), layout_share=0.25
    )


def test_the_limits_of_the_areas_reach_the_cost_of_the_die() -> None:
    """The slow twin: chips of the least and of the largest area, their wafers at one price."""
    one = (Spread("cells", 0.5, 2.0),)
    made = replace(in_parts(pad=one, unit=one), cost=CostInputs("ours", 4000.0, 2000.0))
    found = cost(made, 10.0)
    area = figure(found, "area")
    assert area.value == pytest.approx(40e-6)
    assert (area.low, area.high) == pytest.approx((20e-6, 80e-6))
    shared = figure(found, "area_per_unit")
    assert (shared.low, shared.high) == pytest.approx((10e-6, 40e-6))
    wafer = Estimate(4000.0, "money", Source(Origin.PUBLISHED, "ours"))
    small, large = (die_cost(x, None, wafer=wafer, defects_per_m2=2000.0) for x in (20e-6, 80e-6))
    dies = figure(found, "dies")
    assert (dies.low, dies.high) == (large.dies, small.dies)
    die = figure(found, "die_cost")
    assert die.low is not None and die.high is not None
    assert die.low <= small.die.value < die.value < large.die.value <= die.high
    assert die.low == pytest.approx(small.die.value, rel=0.01)
    assert die.high == pytest.approx(large.die.value, rel=0.01)
    per = figure(found, "per_inference_per_s")
    assert (per.low, per.value, per.high) == pytest.approx(
        tuple(1.3348 * usd / 10 for usd in (die.low, die.value, die.high))
    )


def test_areas_that_rest_on_different_assumptions_do_not_move_together() -> None:
    one, other = (Spread("cells", 0.5, 2.0),), (Spread("wires", 0.5, 2.0),)
    together = figure(cost(in_parts(pad=one, unit=one), 1.0), "area")
    apart = figure(cost(in_parts(pad=one, unit=other), 1.0), "area")
    stated = figure(cost(in_parts(), 1.0), "area")
    assert apart.high is not None and together.high is not None
    assert stated.value < apart.high < together.high
    assert (stated.low, stated.high) == (None, None)


def test_the_priced_parts_stand_beside_a_stated_area() -> None:
    made = replace(in_parts(pad=(Spread("cells", 0.5, 2.0),)), area_m2=60e-6)
    unit = replace(made.compute, area_m2=None)
    found = figure(cost(replace(made, compute=unit), 1.0), "priced_area")
    assert (found.low, found.value, found.high) == pytest.approx((5e-6, 10e-6, 20e-6))
    assert found.basis == "pad, all instances; without mac"
    with pytest.raises(KeyError):
        cost(with_die(), 1.0)["priced_area"]


def test_a_file_states_it() -> None:
    text = architecture_text("teaching").replace(
        "clock: 100 MHz\n",
        "clock: 100 MHz\nprocess: 28 nm\narea: {value: 10 mm^2, note: core}\ndie: 12 mm^2\n"
        "layout: 30 %\n"
        "cost: {source: lesson, wafer: 2 kUSD, defects: 0.2 /cm^2, dram: 5 USD}\n",
    )
    made = parse_architecture(text)
    assert made.die_m2 == pytest.approx(12e-6)
    assert made.layout_share == pytest.approx(0.3)
    assert made.cost is not None
    assert made.cost.defects_per_m2 == pytest.approx(2000)
    found = cost(made, 1.0)
    assert figure(found, "wafer").origin is Origin.ASSUMED
    assert figure(found, "dram_cost").value == 5
    by_hand = die_cost(12e-6, 28e-9, defects_per_m2=2000)
    assert figure(found, "dies").value == by_hand.dies
    assert figure(found, "yield").value == pytest.approx(by_hand.working.value)
