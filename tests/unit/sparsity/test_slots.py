"""Slots of N:M hardware: what fits, what it takes, and that nothing else profits."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import octant
from octant.arch import Compression, FormatRank, Packing, RankFormat, Slots
from octant.counting import count
from octant.errors import InvalidArchitectureError
from octant.scorecard import LayerResult, Scorecard
from octant.sparsity import mask_of, thin
from octant.sparsity.formats import chosen
from octant.sparsity.slots import fits, slot_share, unfit
from octant.workload import (
    Einsum,
    Even,
    Layer,
    Pattern,
    Role,
    Structured,
    Tensor,
    Term,
    Uniform,
    Workload,
    matmul,
)
from tests.against.sparseloop.designs import chip, fanout, layer, level, memory, nest

WEIGHT, INPUT, OUTPUT = Role.WEIGHT, Role.INPUT, Role.OUTPUT
TWO_OF_FOUR = Slots("C", 4, 2)
FORM = Compression(WEIGHT, (FormatRank(RankFormat.COORDINATES, (), 2),), slots=TWO_OF_FOUR)
ROWS, COLUMNS = 6, 12


def weights(pattern: Pattern, density: float, axes: str = "K C") -> Tensor:
    return Tensor("B", WEIGHT, tuple((Term(rank),) for rank in axes.split()), density=density,
                  pattern=pattern)  # fmt: skip


def encoded(values: NDArray[np.bool_], slots: Slots) -> int | None:
    """The twin: every group's slots filled one by one; None where a nonzero finds none free."""
    written = 0
    for row in values:
        for start in range(0, len(row), slots.group):
            neighbours = list(row[start : start + slots.group])
            room = min(slots.slots, len(neighbours))
            for value in neighbours:
                room -= bool(value)
                if room < 0:
                    return None
            written += min(slots.slots, len(neighbours))
    return written


@settings(max_examples=60, deadline=None)
@given(
    extent=st.integers(1, 14),
    group=st.integers(1, 6),
    data=st.data(),
    density=st.floats(0.05, 1.0),
    seed=st.integers(0, 2**16),
)
def test_masks_fit_where_an_encoder_can_write_them(
    extent: int, group: int, data: st.DataObject, density: float, seed: int
) -> None:
    slots = Slots("C", group, data.draw(st.integers(1, group)))
    mask = np.random.default_rng(seed).random((3, extent)) < density
    mask[0, 0] = True
    tensor = weights(mask_of(mask), float(mask.mean()))
    written = encoded(mask, slots)
    assert fits(tensor, mask.shape, slots) == (written is not None)
    form = replace(FORM, slots=slots)
    held, taken = chosen(form, tensor, mask.shape, mask.shape, 8)
    if written is None:
        assert taken is None and held.bits(8) == mask.size * 8
    else:
        assert held.elements == pytest.approx(written)
        assert held.bits(8) == pytest.approx(written * (8 + 2))


@pytest.mark.parametrize(
    ("pattern", "density", "fitting"),
    [
        (Structured(2, 4, "C"), 0.5, True),
        (Structured(1, 4, "C"), 0.25, True),
        (Even(), 0.5, True),
        (Uniform(), 2 / 72, True),  # two nonzeros fit wherever they are
        (Uniform(), 3 / 72, False),
        (Uniform(), 0.5, False),
        (Uniform(), 1.0, False),
        (Structured(3, 4, "C"), 0.75, False),
        (Structured(4, 8, "C"), 0.5, False),  # all four may be in one group
        (Structured(2, 4, "K"), 0.5, False),  # along the other rank
    ],
)
def test_patterns_fit_where_every_way_to_draw_them_does(
    pattern: Pattern, density: float, fitting: bool
) -> None:
    assert fits(weights(pattern, density), (ROWS, COLUMNS), TWO_OF_FOUR) is fitting


@settings(max_examples=60, deadline=None)
@given(
    of=st.integers(1, 5), group=st.integers(1, 5), extent=st.integers(1, 11), data=st.data()
)  # fmt: skip
def test_patterns_fit_groups_that_begin_within_theirs(
    of: int, group: int, extent: int, data: st.DataObject
) -> None:
    """Groups of the pattern and of the slots need not meet: the twin tries every mask."""
    keep, room = data.draw(st.integers(1, of)), data.draw(st.integers(1, group))
    tensor = weights(Structured(keep, of, "C"), keep / of, "C")
    slots = Slots("C", group, room)
    masks = np.arange(2**extent)[:, None] >> np.arange(extent) & 1 == 1
    held = np.array([masks[:, at : at + of].sum(1) for at in range(0, extent, of)])
    allowed = masks[(held <= keep).all(0)]
    fitting = all(encoded(mask[None], slots) is not None for mask in allowed)
    assert fits(tensor, (extent,), slots) is fitting


def test_a_tensor_without_the_rank_has_no_groups() -> None:
    assert not fits(weights(Uniform(), 0.01, "K R"), (8, 8), TWO_OF_FOUR)


def steps(einsum: Einsum, *, fixed: bool = True) -> tuple[float, float]:
    """Steps and products of a layer on a chip with two lanes for four weights along C."""
    base = chip(level(memory("outer", tuple(Role))), fanout("array", X=2))
    packing = (Packing(WEIGHT, "C", 4, 2, fixed),)
    design = replace(base, compute=replace(base.compute, packing=packing))
    loops = {"outer": f"M 3, C {COLUMNS}, K {ROWS // 2}", "array": "K 2"}
    mapping = nest(design, {"outer": "A B Z"}, loops)
    found = thin(einsum, design, mapping, count(einsum, design, mapping))
    return found.steps, found.macs.happening


def product(pattern: Pattern, density: float) -> Einsum:
    """Three rows of dense inputs times such weights."""
    plain = layer(
        {"M": 3, "K": ROWS, "C": COLUMNS},
        {INPUT: "M C", WEIGHT: "K C", OUTPUT: "M K"},
        {WEIGHT: density},
        Uniform(),
    )
    return replace(
        plain,
        tensors=tuple(
            replace(tensor, pattern=pattern) if tensor.role is WEIGHT else tensor
            for tensor in plain.tensors
        ),
    )


def walked(mask: NDArray[np.bool_]) -> tuple[int, int]:
    """The twin in time: each group of each row, for each input row, two lanes or all four."""
    room, busy, products = encoded(mask, TWO_OF_FOUR), 0, 0
    for _ in range(3):
        for row in mask:
            for start in range(0, COLUMNS, 4):
                taken = len(row[start : start + 4]) if room is None else 2
                busy += taken
                products += taken
    return busy // 2, products  # on two instances


@pytest.mark.parametrize("kept", [2, 3])
def test_steps_are_those_of_groups_taken_one_by_one(kept: int) -> None:
    source = np.random.default_rng(kept)
    mask = np.zeros((ROWS, COLUMNS), bool)
    for row in range(ROWS):
        for start in range(0, COLUMNS, 4):
            mask[row, start + source.permutation(4)[: source.integers(0, kept + 1)]] = True
    assert (encoded(mask, TWO_OF_FOUR) is None) == (kept == 3)
    einsum = product(mask_of(mask), float(mask.mean()))
    assert steps(einsum) == pytest.approx(walked(mask))


def test_by_chance_only_free_packing_profits() -> None:
    dense = 3 * ROWS * COLUMNS
    assert steps(product(Uniform(), 0.5)) == (dense / 2, dense)
    free, _ = steps(product(Uniform(), 0.5), fixed=False)
    assert free < 0.7 * dense / 2
    assert steps(product(Structured(2, 4, "C"), 0.5)) == (dense / 4, dense / 2)


def test_zeros_in_slots_are_multiplied() -> None:
    """1:4 fits, and takes the steps and products of 2:4."""
    quarter, half = (steps(product(Structured(keep, 4, "C"), keep / 4)) for keep in (1, 2))
    assert quarter == half


def test_slots_that_make_no_sense() -> None:
    for make in (
        lambda: Slots("C", 4, 5),
        lambda: Slots("C", 4, 0),
        lambda: replace(FORM, ranks=(FormatRank(RankFormat.BITMASK),)),
        lambda: replace(FORM, block=(("K", 2),)),
    ):
        with pytest.raises(InvalidArchitectureError, match="slots"):
            make()


def test_a_last_group_has_no_more_slots_than_neighbours() -> None:
    tensor = weights(Even(), 0.5)
    found = [slot_share(tensor, (1, extent), TWO_OF_FOUR) * extent for extent in (1, 2, 3, 5, 6, 7)]
    assert found == pytest.approx([1, 2, 2, 3, 4, 4])


# The built-in chip: 64 rows, 256 inputs, 128 outputs.


def network(pattern: Pattern | None, weight: float, inputs: float) -> Workload:
    einsum = matmul(rows=64, inner=256, columns=128)
    tensors = tuple(
        replace(
            tensor,
            density={WEIGHT: weight, INPUT: inputs}.get(tensor.role, 1.0),
            pattern=pattern if pattern and tensor.role is WEIGHT else tensor.pattern,
        )
        for tensor in einsum.tensors
    )
    return Workload(
        "one", (Layer("product", "Gemm", replace(einsum, tensors=tensors), ("x",), ("y",)),)
    )


CASES = {
    "dense": (None, 1.0, 1.0),
    "half by chance": (None, 0.5, 1.0),
    "pruned 2:4": (Structured(2, 4, "C"), 0.5, 1.0),
    "half of the inputs": (None, 1.0, 0.5),
}


def card(case: str) -> Scorecard:
    return octant.evaluate(network(*CASES[case]), "sparse-tensor-core", time_limit_s=5)


def figures(found: LayerResult) -> tuple[float | None, int, int]:
    """Cycles, bits of weights from DRAM, products."""
    moved = [
        part.bits
        for part in found.energy
        if part.component == "DRAM" and part.tensor == "weight" and part.action.startswith("read")
    ]
    products = [part.count for part in found.energy if part.action == "MAC"]
    return found.cycles, sum(moved), products[0]


def test_the_built_in_chip_profits_from_two_of_four_and_from_nothing_else() -> None:
    """All products on 1024 lanes, weights of 8 b from DRAM once; with 2:4 half of both.

    Then its buffer limits: 42 words of 8 b a cycle for the inputs, twice (K is 2 x 64) and whole,
    and for half of the weights with 2 b each.
    """
    products, bits, inputs = 64 * 256 * 128, 256 * 128 * 8, 64 * 256 * 8
    found = {case: figures(card(case).layers[0]) for case in CASES}
    full = (products / 1024, bits, products)
    assert found["dense"] == full
    assert found["half by chance"] == full
    assert found["half of the inputs"] == full
    coded = bits / 2 * 10 / 8
    assert found["pruned 2:4"] == (math.ceil((2 * inputs + coded) / 336), coded, products / 2)


def test_its_sheet_names_the_layers_that_do_not_fit() -> None:
    said = [line for line in card("half by chance").assumptions if "as if dense" in line]
    assert said == [
        "In 1 of 1 layers (product) the weight does not keep to 2 nonzeros in every 4 along C: "
        "sparse-tensor-core holds and multiplies it there as if dense."
    ]
    for case in ("dense", "pruned 2:4", "half of the inputs"):
        assert not any("as if dense" in line for line in card(case).assumptions)


def test_tensors_without_zeros_are_not_said_to_miss() -> None:
    chips = octant.load_architecture("sparse-tensor-core")
    works = {case: network(*given).mac_layers[0].work for case, given in CASES.items()}
    found = {case: unfit(work, chips) for case, work in works.items() if isinstance(work, Einsum)}
    assert [case for case, missed in found.items() if missed] == ["half by chance"]
    assert math.isclose(found["half by chance"][0][0].density, 0.5)
