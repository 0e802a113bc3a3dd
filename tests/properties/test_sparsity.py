"""Sparse counts against the walker: exactly on masks, on average by chance."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octant.arch import Architecture, Intersection, Saving, ZeroOperands
from octant.counting import count
from octant.mapping import Mapping
from octant.sparsity import SparseCounts, mask_of, thin
from octant.workload import Einsum, Role, Term, Uniform
from tests.against.sparseloop.designs import chip, fanout, layer, level, memory, nest
from tests.properties.sparse_walker import Masks, Walked, walk

INPUT, WEIGHT, OUTPUT = Role.INPUT, Role.WEIGHT, Role.OUTPUT
_LEADS = {INPUT: WEIGHT, WEIGHT: INPUT}


@st.composite
def cases(draw: st.DrawFn) -> tuple[Einsum, Architecture, Mapping]:
    """A product of matrices of whole factors on two levels, a fanout and a third level."""
    places = [(rank, slot) for rank in "MKN" for slot in range(4)]
    factors = {rank: [1] * 4 for rank in "MKN"}
    points = 300
    for rank, slot in draw(st.permutations(places)):
        factors[rank][slot] = draw(st.integers(1, max(1, min(3, points))))
        points //= factors[rank][slot]
    order = [draw(st.permutations("MKN")) for _ in range(3)]
    follows = [
        tuple(
            Intersection(Saving.SKIPPING, role, (_LEADS[role],))
            for role in (INPUT, WEIGHT)
            if draw(st.booleans())
        )
        for _ in range(3)
    ]
    zeros = draw(st.sampled_from([None, ZeroOperands(Saving.SKIPPING, (WEIGHT,))]))
    design = chip(
        level(memory("outer", tuple(Role)), *follows[0]),
        level(memory("middle", (INPUT, OUTPUT)), *follows[1]),
        fanout("array", X=27),
        level(memory("inner", (WEIGHT, OUTPUT)), *follows[2]),
        zeros=zeros,
    )
    einsum = layer(
        {rank: math.prod(each) for rank, each in factors.items()},
        {INPUT: "M K", WEIGHT: "N K", OUTPUT: "M N"},
        {},
    )
    loops = {
        name: ", ".join(f"{rank} {factors[rank][slot]}" for rank in order[min(slot, 2)])
        for slot, name in enumerate(("outer", "middle", "inner"))
    }
    loops["array"] = ", ".join(f"{rank} {factors[rank][3]}" for rank in "MKN")
    keeps = {"outer": "A B Z", "middle": "A Z", "inner": "B Z"}
    return einsum, design, nest(design, keeps, loops)


def with_masks(einsum: Einsum, masks: Masks) -> Einsum:
    tensors = tuple(
        replace(
            tensor, density=float(masks[tensor.name].mean()), pattern=mask_of(masks[tensor.name])
        )
        if tensor.name in masks
        else tensor
        for tensor in einsum.tensors
    )
    return replace(einsum, tensors=tensors)


def some_masks(einsum: Einsum, seed: int, nonzeros: dict[str, int]) -> Masks:
    source = np.random.default_rng(seed)
    masks = {}
    for tensor in einsum.operands:
        shape = tensor.shape(einsum.sizes)
        flat = np.zeros(math.prod(shape), bool)
        flat[source.permutation(flat.size)[: nonzeros[tensor.name]]] = True
        masks[tensor.name] = flat.reshape(shape)
    return masks


@settings(max_examples=30, deadline=None)
@given(case=cases(), seed=st.integers(0, 2**20), data=st.data())
def test_counts_on_masks_are_the_walkers(
    case: tuple[Einsum, Architecture, Mapping], seed: int, data: st.DataObject
) -> None:
    einsum, design, mapping = case
    walked, sparse = on_masks(einsum, design, mapping, seed, data)
    for at in sparse.tensors:
        if at.tensor != "Z":
            key = (at.level, at.tensor)
            assert at.reads.happening == pytest.approx(walked.happening[key])
            assert at.reads.skipped == pytest.approx(walked.spared[key])
    check_products(walked, sparse)


@settings(max_examples=30, deadline=None)
@given(case=cases(), strides=st.lists(st.integers(1, 3), min_size=4, max_size=4), data=st.data())
def test_products_of_strided_masks_are_the_walkers(
    case: tuple[Einsum, Architecture, Mapping], strides: list[int], data: st.DataObject
) -> None:
    """Elements between the strides are in the mask, but meet no product."""
    plain, design, mapping = case
    apart = iter(strides)
    tensors = tuple(
        replace(tensor, axes=tuple((Term(axis[0].rank, next(apart)),) for axis in tensor.axes))
        if tensor in plain.operands
        else tensor
        for tensor in plain.tensors
    )
    einsum = replace(plain, tensors=tensors)
    check_products(*on_masks(einsum, design, mapping, data.draw(st.integers(0, 2**20)), data))


def on_masks(
    einsum: Einsum, design: Architecture, mapping: Mapping, seed: int, data: st.DataObject
) -> tuple[Walked, SparseCounts]:
    """The walk of a nest on masks with any number of nonzeros, and its counts."""
    nonzeros = {
        tensor.name: data.draw(st.integers(1, einsum.elements(tensor.name)))
        for tensor in einsum.operands
    }
    masks = some_masks(einsum, seed, nonzeros)
    sparse = thin(with_masks(einsum, masks), design, mapping, count(einsum, design, mapping))
    return walk(einsum, design, mapping, masks), sparse


def check_products(walked: Walked, sparse: SparseCounts) -> None:
    assert sparse.macs.happening == pytest.approx(walked.computed)
    assert sparse.effectual == pytest.approx(walked.effectual)


@pytest.mark.parametrize(
    "loops",
    [
        {"outer": "K 2, N 3, M 2", "array": "N 2", "inner": "M 2, K 2"},
        {"outer": "M 2, N 3", "middle": "K 4, N 2", "array": "M 2"},
        {"outer": "N 6", "middle": "M 4", "array": "K 2", "inner": "K 2"},
    ],
)
def test_counts_by_chance_are_the_walkers_mean(loops: dict[str, str]) -> None:
    """Means of 200 walks on random masks lie within four standard errors."""
    both = tuple(Intersection(Saving.SKIPPING, role, (leader,)) for role, leader in _LEADS.items())
    design = chip(
        level(memory("outer", tuple(Role)), *both),
        level(memory("middle", (INPUT, OUTPUT)), both[0]),
        fanout("array", X=2),
        level(memory("inner", (WEIGHT, OUTPUT)), both[1]),
    )
    einsum = layer(
        {"M": 4, "K": 4, "N": 6},
        {INPUT: "M K", WEIGHT: "N K", OUTPUT: "M N"},
        {INPUT: 4 / 16, WEIGHT: 7 / 24},
        Uniform(),
    )
    keeps = {"outer": "A B Z", "middle": "A Z", "inner": "B Z"}
    mapping = nest(design, keeps, loops)
    sparse = thin(einsum, design, mapping, count(einsum, design, mapping))
    walks = [
        walk(einsum, design, mapping, some_masks(einsum, seed, {"A": 4, "B": 7}))
        for seed in range(200)
    ]
    for at in sparse.tensors:
        if at.tensor != "Z":
            key = (at.level, at.tensor)
            _near(at.reads.happening, [each.happening[key] for each in walks])
    _near(sparse.macs.happening, [each.computed for each in walks])
    _near(sparse.effectual, [each.effectual for each in walks])


def _near(expected: float, samples: list[int]) -> None:
    error = np.std(samples) / math.sqrt(len(samples))
    assert abs(np.mean(samples) - expected) <= 4 * error + 1e-9
