"""Why nothing fits: every reason is true, and says what stands in the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from octant.arch import Architecture, Constraint, Dataflow, Level
from octant.mapper import Objective, Status, search
from octant.workload import Role, matmul
from tests.unit.mapper.chips import FREE, array, chip, level, only

LAYER = matmul(rows=4, inner=6, columns=5)
CHIP = chip(level("buffer", 1, optional=(Role.WEIGHT,)), array(3, "C", "K"), level("register", 1))


def reason(dataflow: Dataflow, architecture: Architecture = CHIP) -> str:
    found = search(LAYER, architecture, objective=Objective.ENERGY, dataflow=dataflow)
    assert (found.status, found.mapping) == (Status.INFEASIBLE, None)
    return found.reason


def test_a_memory_below_one_element_of_each_tensor() -> None:
    assert reason(FREE, chip(level("buffer", 1, elements=2))) == (
        "buffer can hold 16 bits, but the smallest tile of inputs and weights and outputs takes 24"
    )


def test_a_memory_below_what_must_be_inside_it() -> None:
    """Whole rows: 4 inputs, 1 weight, 4 outputs of 8 bits."""
    small = chip(level("buffer", 1, elements=8))
    assert reason(only(Constraint("buffer", inside=("P",))), small) == (
        "buffer can hold 64 bits, but the smallest tile of inputs and weights and outputs takes 72"
    )


def test_a_memory_below_the_factors_that_are_prescribed_inside_it() -> None:
    """Four steps of C, three of K, two of P: 8 inputs, 12 weights, 6 outputs."""
    small = chip(level("buffer", 1, elements=25), array(3, "C", "K"), level("register", 1))
    inside = (
        Constraint("register", factors=(("C", 4),)),
        Constraint("array.X", factors=(("K", 3),)),
    )
    flow = Dataflow("prescribed", (*inside, Constraint("buffer", factors=(("P", 2),))))
    assert reason(flow, small) == (
        "buffer can hold 200 bits, but the smallest tile of inputs and weights and outputs takes "
        "208"
    )


def test_a_memory_below_what_a_dataflow_has_it_keep() -> None:
    short = replace(level("buffer", 1, optional=(Role.WEIGHT,)).stores[0], capacity_bits=7)
    only_weights = replace(short, roles=(Role.WEIGHT,))
    nodes = (CHIP.nodes[0], Level("buffer", (only_weights,), (Role.WEIGHT,)))
    found = reason(only(Constraint("buffer", keep=(Role.WEIGHT,))), replace(CHIP, nodes=nodes))
    assert found == "buffer can hold 7 bits, but the smallest tile of weights takes 8"


def test_an_outermost_memory_below_the_layer() -> None:
    """24 inputs, 30 weights, 20 outputs; the outermost memory holds them all."""
    nodes = (level("DRAM", 10, elements=73), level("buffer", 1))
    assert reason(FREE, replace(CHIP, nodes=nodes)) == (
        "DRAM can hold 584 bits, but the smallest tile of inputs and weights and outputs takes 592"
    )


@pytest.mark.parametrize(
    ("constraint", "text"),
    [
        (
            Constraint("buffer", factors=(("K", 6),)),
            "rank K of size 5: at buffer the factor 6 is prescribed, where 1 or 2 or 3 or 5 of it "
            "is left",
        ),
        (
            Constraint("register", factors=(("K", 7),)),
            "rank K of size 5: at register the factor 7 is prescribed, where 5 of it is left",
        ),
        (
            Constraint("array.X", factors=(("C", 4),)),
            "rank C of size 6: at array.X the factor 4 is prescribed",
        ),
        (
            Constraint("array.X", factors=(("P", 2),)),
            "rank P of size 4: at array.X the factor 2 is prescribed",
        ),
        (
            Constraint("DRAM", factors=(("K", 7),)),
            "rank K of size 5: at DRAM the factor 7 is prescribed",
        ),
        (
            Constraint("register", ranks=(), inside=("C",)),
            "rank C of size 6: at register it must be complete, but at least 6 of it is left",
        ),
        (
            Constraint("buffer", bypass=(Role.INPUT,)),
            "inputs (input) must bypass buffer, which always keeps it",
        ),
        (
            Constraint("buffer", keep=(Role.WEIGHT,), bypass=(Role.WEIGHT,)),
            "buffer must both keep weights (weight) and let it bypass",
        ),
    ],
)
def test_factors_that_a_rank_cannot_have(constraint: Constraint, text: str) -> None:
    assert text in reason(only(constraint))


def test_a_level_without_a_memory_for_what_it_must_keep() -> None:
    register = level("register", 1)
    inputs = replace(register, stores=(replace(register.stores[0], roles=(Role.INPUT,)),))
    assert reason(only(Constraint("register", keep=(Role.OUTPUT,))), chip(inputs)) == (
        "register must keep outputs (output), for which it has no memory"
    )


def test_a_rank_that_may_loop_nowhere() -> None:
    """Four rows: the array is not open to them, and the dataflow closes all levels."""
    closed = Dataflow("closed", tuple(Constraint(n, ("C", "K")) for n in ("DRAM", "buffer")))
    nodes = CHIP.nodes[:-1]
    assert reason(closed, replace(CHIP, nodes=nodes)) == (
        "rank P of size 4: at DRAM it may not loop, but 4 of it is left"
    )


def test_every_reason_is_given() -> None:
    wants = (Constraint("buffer", bypass=(Role.INPUT,)), Constraint("DRAM", factors=(("K", 7),)))
    assert reason(Dataflow("both", wants)).count(";") == 1


def test_constraints_that_exclude_each_other() -> None:
    """Two by two on an axis of three."""
    found = reason(only(Constraint("array.X", factors=(("C", 2), ("K", 2)))))
    assert found.startswith("each constraint can be met alone, but no factors meet all of them")


def test_a_utilisation_that_no_mapping_reaches() -> None:
    """Five filters on an axis of three take two passes: 5 of 6 units compute on average."""
    on_axis = only(Constraint("array.X", ranks=("K",)))
    for share in (5 / 6, 0.9):
        flow = replace(on_axis, least_utilization=share)
        found = search(LAYER, CHIP, objective=Objective.ENERGY, dataflow=flow)
        assert (found.status is Status.OPTIMAL) == (share < 0.9)
    assert reason(flow) == (
        "no mapping that meets all else has 90 % of the 3 compute units computing: a lower least "
        "utilisation, or none, may help"
    )
