"""The die's cost on the sheet: what is stated, what is published, what is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from octant.arch import Architecture, CostInputs, Level
from octant.components.die import die_cost
from octant.errors import InvalidArchitectureError
from octant.files import architecture_text, parse_architecture
from octant.scorecard import Figure, Metric, Missing, Unit
from octant.scorecard.cost import cost
from octant.source import Origin
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
