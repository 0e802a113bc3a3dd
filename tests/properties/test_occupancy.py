"""Tiles that do not fit: chances against plain loops, and what their overflow costs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octant.arch import Architecture, Level, RankFormat, Store
from octant.counting import count
from octant.sparsity import SparseCounts, mask_of, thin
from octant.sparsity.occupancy import Taking, occupancy
from octant.workload import Einsum, Role, Tensor, Term, Uniform
from tests.against.sparseloop.designs import (
    chip,
    component_pj,
    form,
    layer,
    level,
    memory,
    nest,
    port,
    price,
    run,
)

INPUT, WEIGHT, OUTPUT = Role.INPUT, Role.WEIGHT, Role.OUTPUT
CODED = (form(WEIGHT, (RankFormat.COORDINATES, "", 4)),)


def row(name: str, density: float, size: int) -> Tensor:
    return Tensor(name, WEIGHT, ((Term("K"),),), density=density)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**20), capacity=st.integers(8, 60), tile=st.integers(1, 6))
def test_overflow_on_masks(seed: int, capacity: int, tile: int) -> None:
    """Two masks in one memory: each tile of one meets each of the other."""
    source = np.random.default_rng(seed)
    masks = [source.random(12) < share for share in (0.3, 0.7)]
    bits = (8, 5)
    tiles = [
        Taking(replace(row("A", 0.5, 12), pattern=mask_of(mask)), (12,), (tile,), True, each, 3)
        for mask, each in zip(masks, bits, strict=True)
    ]
    found = occupancy("pad", "both", capacity, tiles)
    sums = [
        3 + bits[0] * masks[0][i : i + tile].sum() + 3 + bits[1] * masks[1][j : j + tile].sum()
        for i in range(0, 12, tile)
        for j in range(0, 12, tile)
    ]
    over = [max(0, each - capacity) for each in sums]
    assert found.most_bits >= max(sums)
    if max(sums) <= capacity:
        assert (found.overflow_chance, found.overflow_share) == (0, 0)
        return
    assert found.overflow_chance == pytest.approx(np.mean([each > 0 for each in over]))
    if 12 % tile == 0:
        assert found.overflow_share == pytest.approx(np.mean(over) / np.mean(sums))


def test_large_tiles_are_normal() -> None:
    """2^14 elements are listed, one more is not: both say the same."""
    whole = 10**6
    found = [
        occupancy("pad", "data", 5000, [Taking(row("A", 0.3, whole), (whole,), (n,), True, 1, 0)])
        for n in (1 << 14, (1 << 14) + 1)
    ]
    assert found[0].overflow_chance == pytest.approx(found[1].overflow_chance, rel=0.05)
    assert found[0].overflow_share == pytest.approx(found[1].overflow_share, rel=0.05)


def two_levels(capacity: int, *, overflow: bool = True) -> Architecture:
    pad = Store(
        "pad",
        (WEIGHT, OUTPUT),
        8,
        capacity_bits=capacity,
        read_energy=price(1),
        write_energy=price(1),
        compression=CODED,
        overflow=overflow,
    )
    outer = memory(
        "outer", tuple(Role), compression=CODED, read_energy=price(10), read_bits_per_cycle=8
    )
    return chip(level(outer), level(pad))


def product() -> Einsum:
    return layer(
        {"M": 4, "K": 8, "N": 2},
        {INPUT: "M K", WEIGHT: "N K", OUTPUT: "M N"},
        {WEIGHT: 0.5},
        Uniform(),
    )


def counted(chosen: Architecture) -> SparseCounts:
    einsum = product()
    mapping = nest(chosen, {"outer": "A B Z", "pad": "B Z"}, {"outer": "N 2", "pad": "M 4, K 8"})
    return thin(einsum, chosen, mapping, count(einsum, chosen, mapping))


def test_what_does_not_fit_is_read_from_further_out() -> None:
    """A row of 8 weights with 8 of 16 nonzero takes 12 b each; sums take 4 x 8 b of 80 b.

    Up to 4 nonzeros fit. A share of the reads and fills of the pad goes to the memory further out,
    once for each use.
    """
    ways = [math.comb(8, x) * math.comb(8, 8 - x) / math.comb(16, 8) for x in range(9)]
    excess = sum(chance * max(0, 12 * x + 32 - 80) for x, chance in enumerate(ways))
    share = excess / (12 * 4 + 32)
    found, whole = counted(two_levels(80)), counted(two_levels(10**6))
    (held,) = found.occupancy
    assert held.overflow_chance == pytest.approx(sum(ways[5:]))
    assert held.overflow_share == pytest.approx(share)
    inner, outer = (found.tensor(name, "B").reads.happening for name in ("pad", "outer"))
    inner_whole, outer_whole = (
        whole.tensor(name, "B").reads.happening for name in ("pad", "outer")
    )
    assert inner == pytest.approx(inner_whole * (1 - share))
    assert outer == pytest.approx(outer_whole * (1 - share) + inner_whole * share)
    assert found.tensor("pad", "B").fills.happening == pytest.approx(
        whole.tensor("pad", "B").fills.happening * (1 - share)
    )
    total = found.tensor("outer", "B").read_metadata.happening
    assert total == pytest.approx(outer * 4)  # coordinates come with their elements


def test_overflow_costs_energy_and_time() -> None:
    einsum = product()
    costs = []
    for capacity in (80, 10**6):
        chosen = two_levels(capacity)
        loops = {"outer": "N 2", "pad": "M 4, K 8"}
        costs.append(run(einsum, chosen, nest(chosen, {"outer": "A B Z", "pad": "B Z"}, loops)))
    assert component_pj(costs[0], "outer") > component_pj(costs[1], "outer")
    assert port(costs[0], "outer", "read") > port(costs[1], "outer", "read")
    assert component_pj(costs[0], "pad") < component_pj(costs[1], "pad")


def test_memories_without_overflow_say_how_often_tiles_do_not_fit() -> None:
    (held,) = counted(two_levels(80, overflow=False)).occupancy
    plain = counted(two_levels(10**6, overflow=False))
    assert held.overflow_chance > 0
    assert counted(two_levels(80, overflow=False)).tensors == plain.tensors


def test_metadata_have_a_port_of_their_own() -> None:
    """In a memory of their own they leave the elements' port alone, and may limit by themselves."""
    shared = two_levels(10**6)
    costs = []
    for apart in (False, True):
        nodes = []
        for node in shared.nodes:
            assert isinstance(node, Level)
            (store,) = node.stores
            if store.name == "pad":
                store = replace(store, read_bits_per_cycle=8)
                if apart:
                    store = replace(store, metadata_bits=10**6, metadata_bits_per_cycle=1)
            nodes.append(replace(node, stores=(store,)))
        chosen = replace(shared, nodes=tuple(nodes))
        loops = {"outer": "N 2", "pad": "M 4, K 8"}
        costs.append(run(product(), chosen, nest(chosen, {"outer": "A B Z", "pad": "B Z"}, loops)))
    together, apart_costs = costs
    sparse = apart_costs.sparse
    assert sparse is not None
    weights = sparse.tensor("pad", "B")
    data = weights.reads.happening * 8 + sparse.tensor("pad", "Z").reads.happening * 8
    coded = weights.read_metadata.happening + weights.filled_metadata.happening
    assert port(apart_costs, "pad", "read") == math.ceil(data / 8)
    assert port(apart_costs, "pad", "metadata") == math.ceil(coded - 1e-9)
    assert port(together, "pad", "read") == math.ceil(
        (data + weights.read_metadata.happening) / 8 - 1e-9
    )
    assert component_pj(together, "pad") == pytest.approx(component_pj(apart_costs, "pad"))
