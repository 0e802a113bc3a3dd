from __future__ import annotations

from dataclasses import replace

import pytest

from octant.arch import (
    Architecture,
    Compute,
    Constraint,
    Dataflow,
    Fanout,
    FanoutAxis,
    Level,
    Store,
)
from octant.errors import InvalidMappingError
from octant.mapping import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.mapping.validity import check, tile_sizes, violations
from octant.workload import NumberFormat, NumberKind, Role, convolution, matmul

FORMATS = tuple((role, NumberFormat(NumberKind.INT, 8)) for role in Role)
PADS = (
    Store("weight pad", (Role.WEIGHT,), 8, capacity_bits=32),
    Store("sum pad", (Role.OUTPUT,), 8, capacity_bits=64, element_bits=((Role.OUTPUT, 16),)),
)
CHIP = Architecture(
    "small",
    "a small chip",
    (
        Level("DRAM", (Store("DRAM", tuple(Role), 8),)),
        Level(
            "buffer",
            (Store("buffer", tuple(Role), 8, capacity_bits=640, double_buffered=True),),
            (Role.WEIGHT,),
        ),
        Fanout("array", (FanoutAxis("Y", 2, ("C", "P")), FanoutAxis("X", 4))),
        Level("pads", PADS),
    ),
    Compute("mac", FORMATS),
    1e6,
)
ALL = ("inputs", "weights", "outputs")
LAYER = matmul(rows=4, inner=6, columns=8)
DRAM = TemporalBlock("DRAM", (Loop("K", 2),), ALL)
BUFFER = TemporalBlock("buffer", (Loop("C", 3),), ("inputs", "outputs"))
ARRAY = SpatialBlock("array", ((Loop("C", 2),), (Loop("K", 4),)))
PAD = TemporalBlock("pads", (Loop("P", 4),), ("weights", "outputs"))
NEST = Mapping((DRAM, BUFFER, ARRAY, PAD))


def faults(mapping: Mapping, architecture: Architecture = CHIP) -> str:
    with pytest.raises(InvalidMappingError) as caught:
        check(LAYER, architecture, mapping)
    return str(caught.value)


def test_the_example_is_valid() -> None:
    check(LAYER, CHIP, NEST)


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        (
            (DRAM, BUFFER, PAD),
            "its blocks are DRAM, buffer, pads; needed are, outermost first, DRAM",
        ),
        (
            (DRAM, replace(BUFFER, level="bufer"), ARRAY, PAD),
            "block 'bufer' is no node of it, did you mean 'buffer'?",
        ),
        ((BUFFER, DRAM, ARRAY, PAD), "needed are, outermost first, DRAM, buffer, array, pads"),
        (
            (DRAM, BUFFER, TemporalBlock("array", (), ()), PAD),
            "array is a fanout: a spatial block belongs there",
        ),
        (
            (DRAM, SpatialBlock("buffer", ()), ARRAY, PAD),
            "buffer is a storage level: a temporal block belongs there",
        ),
        (
            (DRAM, BUFFER, replace(ARRAY, axes=ARRAY.axes[:1]), PAD),
            "array has 2 axes (Y, X), its block 1",
        ),
        (
            (replace(DRAM, loops=()), BUFFER, ARRAY, PAD),
            "rank K: its loops make 4 iterations (array: 4), the layer has 8",
        ),
        (
            (DRAM, BUFFER, ARRAY, replace(PAD, loops=())),
            "rank P: its loops make 1 iterations (no loop), the layer has 4",
        ),
        (
            (replace(DRAM, loops=(Loop("K", 3),)), BUFFER, ARRAY, PAD),
            "DRAM: 3 iterations over K, of which only 2 are within its size 8 (tiles of 4",
        ),
        (
            (replace(DRAM, loops=(Loop("K", 2), Loop("Kay", 2))), BUFFER, ARRAY, PAD),
            "DRAM: no rank 'Kay' in the layer, known: C, G, K, N, P",
        ),
        (
            (DRAM, replace(BUFFER, keeps=("inputs", "outputs", "inputs", "weight")), ARRAY, PAD),
            "buffer: no tensor 'weight' in the layer, did you mean 'weights'?",
        ),
        (
            (DRAM, replace(BUFFER, keeps=("inputs", "outputs", "inputs")), ARRAY, PAD),
            "buffer: tensor 'inputs' is kept twice",
        ),
        (
            (DRAM, BUFFER, ARRAY, replace(PAD, keeps=ALL)),
            "pads cannot keep inputs (input); it can keep weight, output",
        ),
        (
            (DRAM, replace(BUFFER, keeps=("inputs",)), ARRAY, PAD),
            "buffer must keep outputs (output); optional there: weight",
        ),
        (
            (
                DRAM,
                BUFFER,
                replace(ARRAY, axes=((Loop("C", 2), Loop("P", 2)), (Loop("K", 4),))),
                PAD,
            ),
            "array.Y: C 2 x P 2 needs 4 instances, it has 2",
        ),
        (
            (DRAM, BUFFER, replace(ARRAY, axes=((Loop("K", 2),), (Loop("C", 2),))), PAD),
            "array.Y: rank K may not run here; allowed: C, P",
        ),
        (
            (
                replace(DRAM, loops=()),
                replace(BUFFER, loops=(Loop("K", 2), Loop("C", 3))),
                ARRAY,
                PAD,
            ),
            "buffer: tiles of inputs 24 x 8 + outputs 32 x 8 = 448 bits, it holds 320 (half of it, "
            "double buffered)",
        ),
        (
            (
                DRAM,
                replace(BUFFER, loops=()),
                ARRAY,
                replace(PAD, loops=(Loop("P", 4), Loop("C", 5))),
            ),
            "weight pad: tiles of weights 5 x 8 = 40 bits, it holds 32",
        ),
        (
            (
                replace(DRAM, loops=(Loop("K", 1),)),
                BUFFER,
                ARRAY,
                replace(PAD, loops=(Loop("K", 2), Loop("P", 4))),
            ),
            "sum pad: tiles of outputs 8 x 16 = 128 bits, it holds 64",
        ),
        (
            (DRAM, BUFFER, ARRAY, replace(PAD, loops=(Loop("P", 2), Loop("C", 2), Loop("P", 2)))),
            "pads: loops over P with others between them (P, C, P)",
        ),
    ],
)
def test_each_fault_says_where_and_what(
    blocks: tuple[TemporalBlock | SpatialBlock, ...], message: str
) -> None:
    assert message in faults(Mapping(blocks))


def test_every_fault_is_listed_at_once() -> None:
    broken = (
        replace(DRAM, loops=(), keeps=("inputs", "weights")),
        replace(BUFFER, keeps=("outputs",)),
        replace(ARRAY, axes=((), (Loop("K", 5),))),
        PAD,
    )
    message = faults(Mapping(broken))
    assert message.startswith("the mapping does not fit small:\n  ")
    assert message.count("\n") == 5


def test_loops_of_one_iteration_are_no_fault() -> None:
    padded = replace(PAD, loops=(Loop("P", 2), Loop("C", 1), Loop("P", 2)))
    check(LAYER, CHIP, Mapping((DRAM, BUFFER, ARRAY, padded)))


def test_tiles_stop_at_the_size_of_their_rank() -> None:
    layer = matmul(rows=4, inner=5, columns=7)
    sizes = tile_sizes(layer, NEST)
    assert [(tile["P"], tile["C"], tile["K"]) for tile in sizes] == [
        (4, 5, 7),
        (4, 5, 4),
        (4, 2, 4),
        (4, 1, 1),
    ]


STATIONARY = Dataflow(
    "weight stationary",
    (
        Constraint("buffer", ranks=("C", "P"), order=("C", "P"), inside=("P", "S")),
        Constraint("pads", ranks=("P",), keep=("weight",), bypass=("input",)),
        Constraint("array.X", ranks=("K",), factors=(("K", 4), ("S", 3))),
    ),
)


def depart(*blocks: TemporalBlock | SpatialBlock, constraint: Constraint) -> tuple[str, ...]:
    return violations(LAYER, CHIP, Dataflow("flow", (constraint,)), Mapping(blocks))


def test_a_conforming_mapping_has_no_violation() -> None:
    assert violations(LAYER, CHIP, STATIONARY, NEST) == ()


def test_violations_name_place_and_rule() -> None:
    swapped = replace(ARRAY, axes=((Loop("P", 2),), (Loop("C", 3),)))
    assert depart(DRAM, BUFFER, swapped, PAD, constraint=Constraint("array.X", ("K",))) == (
        "flow: array.X: a loop over C; allowed: K",
    )
    fixed = Constraint("array.X", factors=(("K", 4), ("S", 3)))
    assert depart(DRAM, BUFFER, swapped, PAD, constraint=fixed) == (
        "flow: array.X: factor 1 of K; fixed at 4",
    )
    assert depart(DRAM, BUFFER, ARRAY, PAD, constraint=Constraint("pads", keep=("input",))) == (
        "flow: pads: inputs (input) is not kept; it must be",
    )
    assert depart(DRAM, BUFFER, ARRAY, PAD, constraint=Constraint("pads", bypass=("weight",))) == (
        "flow: pads: weights (weight) is kept; it must bypass",
    )
    assert depart(DRAM, BUFFER, ARRAY, PAD, constraint=Constraint("pads", inside=("C", "P"))) == (
        "flow: pads: a loop over C further out; the tile here must hold it whole",
    )


@pytest.mark.parametrize(
    ("ranks", "order", "conforms"),
    [
        ("PCK", ("C", "K"), True),
        ("PCK", ("C", "S", "K"), True),  # a rank that the layer does not have
        ("PCK", ("K",), True),
        ("PCK", ("C",), False),  # C is not innermost
        ("PCK", ("K", "C"), False),
        ("P", ("K", "C"), True),  # neither of them loops here
        ("PK", ("C", "K"), True),
    ],
)
def test_order_binds_the_innermost_loops(
    ranks: str, order: tuple[str, ...], conforms: bool
) -> None:
    block = replace(PAD, loops=tuple(Loop(rank, 2) for rank in ranks))
    found = depart(DRAM, BUFFER, ARRAY, block, constraint=Constraint("pads", order=order))
    assert (found == ()) is conforms


def test_windows_count_in_the_capacity() -> None:
    layer = convolution(in_channels=1, out_channels=1, output=(4,), kernel=(3,), stride=(2,))
    store = Store("memory", tuple(Role), 8, capacity_bits=8 * (9 + 3 + 4) - 1)
    chip = replace(CHIP, nodes=(Level("memory", (store,)),))
    nest = Mapping((TemporalBlock("memory", (Loop("Q", 4), Loop("S", 3)), ALL),))
    with pytest.raises(
        InvalidMappingError, match=r"inputs 9 x 8 \+ weights 3 x 8 \+ outputs 4 x 8"
    ):
        check(layer, chip, nest)
    fits = replace(store, capacity_bits=8 * (9 + 3 + 4))
    check(layer, replace(chip, nodes=(Level("memory", (fits,)),)), nest)
