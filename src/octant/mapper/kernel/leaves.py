"""The exact price of a nest: every order of its loops that could still be better."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import ZERO, compiled, count_children, inner, lean
from octant.mapper.kernel.blocks import may_lead
from octant.mapper.kernel.bounds import bound_storage_hops, hop_context
from octant.mapper.kernel.goals import admits, found_so_many, note
from octant.mapper.kernel.orders import (
    next_unit,
    units_of_block,
    write_innermost,
    write_prescribed,
)
from octant.model.kernel import fill_busy, price


@inner
def plain_rows(nodes, ranks):
    """(nodes, ranks) an order of loops for counts that do not depend on it."""
    rows = np.empty((nodes, ranks), np.int64)
    for node in range(nodes):
        for rank in range(ranks):
            rows[node, rank] = rank
    return rows


@lean
def copy_counts(source, target):
    """Copies counts (tensors, nodes + 1, 6)."""
    for x in range(source.shape[0]):
        for node in range(source.shape[1]):
            for column in range(source.shape[2]):
                target[x, node, column] = source[x, node, column]


@inner
def bound_orders(goal, factors, base, context, busy, leaf):
    """A bound of all orders of a nest's loops: joules and cycles.

    One loop of each block is its innermost, and decides most of what crosses to the level inside:
    the least over all candidates, block by block, is added up.
    """
    nodes, ranks = factors.shape
    rows = plain_rows(nodes, ranks)
    counts, placed = np.empty(base.shape, np.int64), np.zeros(nodes, np.int64)
    free_energy, cycles = bound_order(
        base, placed, ZERO, counts, factors, rows, context, busy, leaf
    )
    energy = free_energy
    if not admits(goal, energy, cycles):
        return energy, cycles
    for node in range(nodes):
        if leaf.layer.temporal[node] == 0:
            continue
        least_energy, least_cycles = np.inf, np.inf
        placed[node] = 1
        for rank in range(ranks):
            if not may_lead(rank, node, factors, leaf.prescribed):
                continue
            rows[node, rank], rows[node, ranks - 1] = rows[node, ranks - 1], rows[node, rank]
            led_energy, led_cycles = bound_order(
                base, placed, ZERO, counts, factors, rows, context, busy, leaf
            )
            rows[node, rank], rows[node, ranks - 1] = rows[node, ranks - 1], rows[node, rank]
            least_energy = min(least_energy, led_energy)
            least_cycles = min(least_cycles, led_cycles)
        placed[node] = 0
        if least_cycles < np.inf:
            energy += least_energy - free_energy
            cycles = max(cycles, least_cycles)
    return energy, cycles


@inner
def priced(counts, busy, cost):
    """The joules and cycles of counts, at the prices and bandwidths of ``Costs``."""
    return price(counts, busy, cost.moved, cost.store, cost.bandwidths, cost.prices, cost.compute_j)


@inner
def order_positions(levels, factors, axes, sliding, prescribed):
    """The units of every block that can be ordered: all but the innermost.

    Returns:
        unit: (blocks + 1, ranks) each rank's unit; first: (blocks + 1) where the positions of a
        block's units begin, the last is how many there are in all.
    """
    blocks = levels.shape[0] - 1
    unit = np.empty((blocks + 1, factors.shape[1]), np.int64)
    first = np.zeros(blocks + 1, np.int64)
    for block in range(blocks):
        count = units_of_block(levels[block], factors, axes, sliding, prescribed, unit[block])
        first[block + 1] = first[block] + count
    return unit, first


@inner
def bound_order(settled, placed, counted, counts, factors, rows, context, busy, leaf):
    """A bound of all orders that complete what is placed.

    Args:
        settled: the counts with everything to the levels up to the node ``counted``.
        counts: room to work in.
    """
    layer = leaf.layer
    copy_counts(settled, counts)
    bound_storage_hops(
        layer.sizes, layer.axes, layer.coefficients, layer.is_output, layer.temporal, leaf.keeps,
        factors, rows, placed, leaf.touched, context, counted, counts,
    )  # fmt: skip
    return priced(counts, busy, leaf.costs)


@inner
def settle_blocks(block, first, levels, blocks, factors, rows, stacked, leaf):
    """Counts exactly what crosses to the level inside a block whose order is complete.

    Goes on through blocks without loops; returns the next block that has some.

    Args:
        stacked: (blocks + 1, ...) the counts with everything to the levels inside 0, 1 ... blocks.
    """
    layer = leaf.layer
    while True:
        copy_counts(stacked[block], stacked[block + 1])
        count_children(
            levels[block] + 1, layer.sizes, layer.axes, layer.coefficients, layer.is_output,
            layer.temporal, layer.shared, leaf.keeps, factors, rows, levels[block + 1] + 1,
            stacked[block + 1],
        )  # fmt: skip
        block += 1
        if block == blocks or first[block + 1] > first[block]:
            return block


@lean
def place_unit(chosen, first, block, position, unit, prescribed, row, placed, node):
    """Puts the next unit at a position of a block; False, and none there, when all were tried."""
    start = first[block]
    chosen[position] = next_unit(
        chosen, start, position, first[block + 1] - start, unit, prescribed
    )
    found = chosen[position] >= 0
    last = position + 1 if found else position
    placed[node] = write_innermost(chosen, start, last, unit, row)
    return found


@inner
def price_orders(goal, nests, orders, keeps, factors, base, context, busy, leaf):
    """Prices every order of a nest's loops that could be better, and notes what is.

    Blocks are ordered from the outermost inwards, and each from its innermost loop outwards: that
    loop decides most. What is left is bounded; what crosses to a level inside a complete block is
    exact. Every order of the innermost level's loops costs the same: compute units ask for
    everything again at each step.

    Returns:
        how many were found by now, and how many orders were priced.
    """
    prescribed = leaf.prescribed
    rows = plain_rows(*factors.shape)
    levels = np.nonzero(leaf.layer.temporal)[0]
    blocks = np.int64(levels.shape[0] - 1)
    write_prescribed(levels[blocks], prescribed, rows[levels[blocks]])
    unit, first = order_positions(levels, factors, leaf.layer.axes, leaf.sliding, prescribed)
    chosen = np.full(first[blocks] + 1, -1, np.int64)
    placed = np.zeros(factors.shape[0], np.int64)
    stacked = np.zeros((blocks + 1, *base.shape), np.int64)
    counts = np.empty(base.shape, np.int64)
    copy_counts(base, stacked[0])
    if blocks > 0 and first[1] == 0:
        settle_blocks(ZERO, first, levels, blocks, factors, rows, stacked, leaf)
    position, tried = ZERO, ZERO
    while position >= 0:
        if position == first[blocks]:
            energy, cycles = priced(stacked[blocks], busy, leaf.costs)
            if admits(goal, energy, cycles):
                count = note(goal, nests, orders, keeps, energy, cycles, factors, rows, leaf.keeps)
                goal = found_so_many(goal, count)
            tried += 1
            position -= 1
            continue
        block = ZERO
        while first[block + 1] <= position:
            block += 1
        node = levels[block]
        if not place_unit(
            chosen, first, block, position, unit[block], prescribed[node], rows[node], placed, node
        ):
            position -= 1
            continue
        settled = block
        if position + 1 == first[block + 1]:
            settled = settle_blocks(block, first, levels, blocks, factors, rows, stacked, leaf)
        energy, cycles = bound_order(
            stacked[settled], placed, levels[settled], counts, factors, rows, context, busy, leaf
        )
        if admits(goal, energy, cycles):
            position += 1
            chosen[position] = -1
    return goal.many, tried


@inner
def common_of_orders(factors, leaf):
    """What all orders of a nest's loops share.

    Returns:
        the counts of the compute units, ``hop_context`` and ``fill_busy``.
    """
    layer, keeps = leaf.layer, leaf.keeps
    nodes, ranks = factors.shape
    rows = plain_rows(nodes, ranks)
    base = np.zeros((keeps.shape[0], nodes + 1, 6), np.int64)
    count_children(
        nodes, layer.sizes, layer.axes, layer.coefficients, layer.is_output, layer.temporal,
        layer.shared, keeps, factors, rows, nodes + 1, base,
    )  # fmt: skip
    context = np.zeros((keeps.shape[0], nodes, 4), np.float64)
    hop_context(
        layer.sizes, layer.axes, layer.coefficients, layer.is_output, layer.temporal, layer.shared,
        keeps, factors, context,
    )  # fmt: skip
    busy = np.ones(nodes + 1, np.float64)
    fill_busy(layer.sizes, layer.temporal, factors, rows, busy)
    return base, context, busy


@compiled
def price_nest(goal, nests, orders, keeps, factors, leaf):
    """Prices a nest if it could be better, and notes what is.

    Args:
        factors: (nodes, ranks) of all nodes but the outermost, which takes what is left.
        nests, orders, keeps: of ``goals.note``.

    Returns:
        how many were found by now, and how many orders were priced.
    """
    for rank in range(factors.shape[1]):
        left = leaf.layer.sizes[rank]
        for node in range(factors.shape[0] - 1, 0, -1):
            left = (left + factors[node, rank] - 1) // factors[node, rank]
        factors[0, rank] = left
    base, context, busy = common_of_orders(factors, leaf)
    energy, cycles = bound_orders(goal, factors, base, context, busy, leaf)
    if not admits(goal, energy, cycles):
        return goal.many, ZERO
    return price_orders(goal, nests, orders, keeps, factors, base, context, busy, leaf)
