"""Spatial skipping, alone and with temporal skipping, and queues: against plain loops."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from octant.arch import (
    Architecture,
    Fanout,
    FanoutAxis,
    Saving,
    SpatialSkipping,
    ZeroOperands,
)
from octant.counting import count
from octant.mapping import Mapping
from octant.sparsity import SparseCounts, mask_of, thin
from octant.sparsity.density import nonempty_chances
from octant.sparsity.imbalance import expected_queued, queued
from octant.workload import Einsum, Even, Role, Structured, Tensor, Term, Uniform
from tests.against.sparseloop.designs import chip, layer, level, memory, nest

INPUT, WEIGHT, OUTPUT = Role.INPUT, Role.WEIGHT, Role.OUTPUT
LANES, ROWS, GROUP = 3, 2, 6
WEIGHTS_SKIPPED = ZeroOperands(Saving.SKIPPING, (WEIGHT,))


def design(zeros: ZeroOperands | None, rows: int = ROWS) -> Architecture:
    axes = (
        FanoutAxis("X", LANES, ("K",), SpatialSkipping(WEIGHT, GROUP)),
        FanoutAxis("Y", rows, ("N",)),
    )
    return chip(
        level(memory("outer", tuple(Role))),
        Fanout("array", axes),
        level(memory("inner", (WEIGHT, OUTPUT))),
        zeros=zeros,
    )


def product(inner: int = 2, rows: int = ROWS) -> Einsum:
    return layer(
        {"M": 2, "K": 4 * LANES * inner, "N": 2 * rows},
        {INPUT: "M K", WEIGHT: "N K", OUTPUT: "M N"},
        {},
    )


def mapped(chosen: Architecture, inner: int = 2, rows: int = ROWS) -> Mapping:
    loops = {"outer": "K 4, N 2", "array": f"K {LANES} | N {rows}", "inner": f"M 2, K {inner}"}
    return nest(chosen, {"outer": "A B Z", "inner": "B Z"}, loops)


def thinned(einsum: Einsum, chosen: Architecture, mapping: Mapping) -> SparseCounts:
    return thin(einsum, chosen, mapping, count(einsum, chosen, mapping))


def with_weights(einsum: Einsum, weights: NDArray[np.bool_]) -> Einsum:
    tensors = tuple(
        replace(each, density=float(weights.mean()), pattern=mask_of(weights))
        if each.role is WEIGHT
        else each
        for each in einsum.tensors
    )
    return replace(einsum, tensors=tensors)


def walked(weights: NDArray[np.bool_], inner: int, temporal: bool) -> int:
    """Cycles: hands the nonempty parts of each group out, and waits for the busiest instance."""
    parts = weights.reshape(2, ROWS, 4 * LANES, inner)  # N outside, N on Y, K in parts
    cycles = 0
    for outer, group in itertools.product(range(2), range(4 * LANES // GROUP)):
        queues = []
        for row in range(ROWS):
            mine = parts[outer, row, group * GROUP : (group + 1) * GROUP]
            queues.append([int(part.sum()) if temporal else inner for part in mine if part.any()])
        for number in range(GROUP // LANES):
            at_work = [
                part for queue in queues for part in queue[number * LANES : (number + 1) * LANES]
            ]
            cycles += 2 * max(at_work, default=0)  # each weight meets two inputs
    return cycles


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**20), share=st.floats(0.1, 0.9), temporal=st.booleans())
def test_parts_are_handed_out_on_masks(seed: int, share: float, temporal: bool) -> None:
    """Spatial skipping, and temporal skipping inside of it, of one tensor on one level."""
    einsum = product()
    weights = np.random.default_rng(seed).random((4, 4 * LANES * 2)) < share
    weights[0, 0] = True
    chosen = design(WEIGHTS_SKIPPED if temporal else None)
    found = thinned(with_weights(einsum, weights), chosen, mapped(chosen))
    assert found.steps == pytest.approx(walked(weights, 2, temporal))
    parts = weights.reshape(4, 4 * LANES, 2)
    there = weights.sum() * 2 if temporal else parts.any(axis=2).sum() * 2 * 2
    assert found.macs.happening == pytest.approx(there)


def test_groups_by_chance_are_the_mean_over_masks() -> None:
    """One row: the closed form is exact. The mean of 200 masks is within four standard errors."""
    einsum, chosen = product(rows=1), design(None, rows=1)
    mapping = mapped(chosen, rows=1)
    size = 2 * 4 * LANES * 2
    tensors = tuple(
        replace(each, density=14 / size, pattern=Uniform()) if each.role is WEIGHT else each
        for each in einsum.tensors
    )
    expected = thinned(replace(einsum, tensors=tensors), chosen, mapping)
    samples = []
    for seed in range(200):
        flat = np.zeros(size, bool)
        flat[np.random.default_rng(seed).permutation(size)[:14]] = True
        masked = with_weights(einsum, flat.reshape(2, -1))
        samples.append(thinned(masked, chosen, mapping).steps)
    error = np.std(samples) / math.sqrt(len(samples))
    assert expected.imbalance == 1
    assert abs(np.mean(samples) - expected.steps) <= 4 * error


def test_no_zeros_no_waiting() -> None:
    chosen = design(WEIGHTS_SKIPPED)
    einsum, mapping = product(), mapped(chosen)
    found = thinned(einsum, chosen, mapping)
    assert (found.filling, found.imbalance) == (1, 1)
    assert found.steps == count(einsum, chosen, mapping).steps


@pytest.mark.parametrize(
    ("nonzeros", "tile", "group"), [(3, 2, 3), (5, 1, 6), (1, 3, 2), (7, 2, 4)]
)
def test_nonempty_tiles_by_enumeration(nonzeros: int, tile: int, group: int) -> None:
    """Every choice of nonzeros among eight elements."""
    row = Tensor("A", INPUT, ((Term("K"),),), density=nonzeros / 8)
    found = nonempty_chances(row, (8,), (tile,), group, "K")
    counts = np.zeros(group + 1)
    for chosen in itertools.combinations(range(8), nonzeros):
        counts[len({place // tile for place in chosen if place < tile * group})] += 1
    assert found == pytest.approx(counts / counts.sum())


def test_nonempty_tiles_of_large_tensors() -> None:
    """Where tiles are few among many they are independent."""
    row = Tensor("A", INPUT, ((Term("K"),),), density=0.02)
    found = nonempty_chances(row, (10**9,), (16,), 64, "K")
    empty = 0.98**16
    assert found.sum() == pytest.approx(1)
    assert (found * np.arange(65)).sum() == pytest.approx(64 * (1 - empty), rel=1e-6)
    assert found[64] == pytest.approx((1 - empty) ** 64, rel=1e-3)


def test_nonempty_tiles_of_structured_rows() -> None:
    """2 of 4, two rows together: columns are empty where both rows leave them out."""
    pattern = Structured(2, 4, "K")
    table = Tensor("B", WEIGHT, ((Term("N"),), (Term("K"),)), density=0.5, pattern=pattern)
    counts = np.zeros(5)
    pairs = list(itertools.combinations(range(4), 2))
    for first, second in itertools.product(pairs, pairs):
        counts[len({*first, *second})] += 1
    found = nonempty_chances(table, (8, 8), (2, 1), 4, "K")
    assert found == pytest.approx(counts / counts.sum())
    assert nonempty_chances(table, (8, 8), (1, 1), 8, "K")[4] == pytest.approx(1)
    even = replace(table, pattern=Even())
    assert nonempty_chances(even, (8, 8), (1, 1), 8, "K")[4] == pytest.approx(1)


def stepped(work: NDArray[np.float64], depth: int) -> int:
    """Cycle by cycle: whole numbers of products, queues of passes, a pass handed to all at once."""
    waiting: list[list[int]] = [[] for _ in work]
    left, handed, cycle = [0] * len(work), 0, 0
    passes = [column for column in work.T.astype(int) if column.max() > 0]
    while handed < len(passes) or any(left) or any(waiting):
        taken = True
        while taken:  # what takes no time happens between two cycles
            taken = False
            if handed < len(passes) and all(len(queue) < depth for queue in waiting):
                for queue, amount in zip(waiting, passes[handed], strict=True):
                    queue.append(int(amount))
                handed, taken = handed + 1, True
            for number, queue in enumerate(waiting):
                if not left[number] and queue:
                    left[number], taken = queue.pop(0), True
        if any(left):
            cycle += 1
            left = [max(0, amount - 1) for amount in left]
    return cycle


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**20), depth=st.integers(1, 5))
def test_queues_are_those_that_run_cycle_by_cycle(seed: int, depth: int) -> None:
    work = np.random.default_rng(seed).integers(0, 5, (3, 9)).astype(float)
    work[0, 0] = 1
    assert queued(work, depth) == pytest.approx(stepped(work, depth) * 3 / work.sum())


def test_longer_queues_wait_less() -> None:
    found = [expected_queued(6.0, 5.0, 64.0, 64, depth, 1000) for depth in (1, 2, 4, 8, 64)]
    assert found == sorted(found, reverse=True)
    assert found[0] > 1.2 and 1 <= found[-1] < 1.05


def test_fanouts_wait_for_their_own_passes() -> None:
    """On a mask: inner instances meet in each inner pass, outer ones in each outer one."""
    chosen = chip(
        level(memory("outer", tuple(Role))),
        Fanout("far", (FanoutAxis("X", 2, ("N",)),)),
        level(memory("middle", (WEIGHT, OUTPUT))),
        Fanout("near", (FanoutAxis("X", 3, ("K",)),)),
        level(memory("inner", (WEIGHT,))),
        zeros=WEIGHTS_SKIPPED,
    )
    einsum = layer({"M": 2, "K": 24, "N": 4}, {INPUT: "M K", WEIGHT: "N K", OUTPUT: "M N"}, {})
    loops = {"outer": "N 2", "far": "N 2", "middle": "K 4", "near": "K 3", "inner": "M 2, K 2"}
    mapping = nest(chosen, {"outer": "A B Z", "middle": "B Z", "inner": "B"}, loops)
    weights = np.random.default_rng(1).random((4, 24)) < 0.5
    found = thinned(with_weights(einsum, weights), chosen, mapping)
    cycles = 0
    for outer in range(2):
        times = []
        for far in range(2):
            row = weights[outer * 2 + far].reshape(4, 3, 2)  # passes, near instances, parts
            times.append(sum(2 * int(each.sum(axis=1).max()) for each in row))
        cycles += max(times)
    assert found.steps == pytest.approx(cycles)


def test_a_queue_on_a_mask() -> None:
    """Instances run ahead of each other: the recursion over the work of each pass."""
    base = Fanout("near", (FanoutAxis("X", 3, ("N",)),), queue=2)
    chosen = chip(
        level(memory("outer", tuple(Role))),
        base,
        level(memory("inner", (WEIGHT, OUTPUT))),
        zeros=WEIGHTS_SKIPPED,
    )
    einsum = layer({"M": 2, "K": 24, "N": 3}, {INPUT: "M K", WEIGHT: "N K", OUTPUT: "M N"}, {})
    loops = {"outer": "K 6", "near": "N 3", "inner": "M 2, K 4"}
    mapping = nest(chosen, {"outer": "A B Z", "inner": "B Z"}, loops)
    weights = np.random.default_rng(2).random((3, 24)) < 0.4
    found = thinned(with_weights(einsum, weights), chosen, mapping)
    work = 2.0 * weights.reshape(3, 6, 4).sum(axis=2)
    assert found.steps == pytest.approx(stepped(work, 2))
    assert found.steps < work.max(axis=0).sum()


@settings(max_examples=40, deadline=None)
@given(
    weights=st.integers(1, 96),
    inputs=st.integers(1, 32),
    inner=st.integers(1, 4),
    queue=st.sampled_from([0, 2]),
)
def test_waiting_at_several_fanouts_never_takes_longer_than_dense_data(
    weights: int, inputs: int, inner: int, queue: int
) -> None:
    """Few zeros among many instances: the busiest of each fanout has none of them, no more."""
    nested = chip(
        level(memory("outer", tuple(Role))),
        Fanout("clusters", (FanoutAxis("X", 4, ("K",)),), queue=queue),
        Fanout("pes", (FanoutAxis("X", 3, ("N",)),)),
        level(memory("inner", (WEIGHT, OUTPUT))),
        zeros=ZeroOperands(Saving.SKIPPING, (INPUT, WEIGHT)),
    )
    einsum = layer(
        {"M": 4, "K": 4 * inner, "N": 6},
        {INPUT: "M K", WEIGHT: "N K", OUTPUT: "M N"},
        {WEIGHT: min(1.0, weights / 96), INPUT: min(1.0, inputs / 32)},
        Uniform(),
    )
    loops = {"outer": "N 2", "clusters": "K 4", "pes": "N 3", "inner": f"M 4, K {inner}"}
    mapping = nest(nested, {"outer": "A B Z", "inner": "B Z"}, loops)
    found = thinned(einsum, nested, mapping)
    steps = count(einsum, nested, mapping).steps
    share = einsum.operands[0].density * einsum.operands[1].density
    assert share * steps * (1 - 1e-9) <= found.steps <= steps * (1 + 1e-9)


@pytest.mark.parametrize("density", [0.3, 0.5, 0.7])
def test_instances_wait_for_those_whose_lanes_have_more_to_do(density: float) -> None:
    """Four PEs with a row of weights each; in each, lanes get the nonzero ones of six at a time.

    The mean of 300 random masks, executed in plain loops: up to 7 % more, as whole passes even out
    what PEs have to do; without waiting it would be less. The lanes of a PE step together, and PEs
    meet at the end of a row.
    """
    pes, groups = 4, 8
    nested = chip(
        level(memory("outer", tuple(Role))),
        Fanout("pes", (FanoutAxis("Y", pes, ("N",)),)),
        level(memory("inner", (WEIGHT, OUTPUT))),
        Fanout("lanes", (FanoutAxis("X", LANES, ("K",), SpatialSkipping(WEIGHT, GROUP)),)),
        zeros=WEIGHTS_SKIPPED,
    )
    einsum = layer(
        {"M": 1, "K": groups * GROUP, "N": 2 * pes},
        {INPUT: "M K", WEIGHT: "N K", OUTPUT: "M N"},
        {WEIGHT: density},
        Uniform(),
    )
    loops = {"outer": "N 2", "pes": f"N {pes}", "inner": f"K {groups * GROUP // LANES}",
             "lanes": f"K {LANES}"}  # fmt: skip
    found = thinned(einsum, nested, nest(nested, {"outer": "A B Z", "inner": "B Z"}, loops))
    source = np.random.default_rng(0)
    size = 2 * pes * groups * GROUP
    walked = []
    for _ in range(300):
        flat = np.zeros(size, bool)
        flat[source.permutation(size)[: round(density * size)]] = True
        rows = flat.reshape(2, pes, groups, GROUP)
        steps = -(-rows.sum(axis=3) // LANES)
        walked.append(steps.sum(axis=2).max(axis=1).sum())
    assert -0.01 < found.steps / np.mean(walked) - 1 < 0.07
    assert found.steps / found.imbalance < 0.95 * np.mean(walked)
