"""The exact price of a nest: every order of its loops that could still be better."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import ZERO, compiled, count_children, inner, lean, strides
from octant.mapper.kernel.blocks import may_lead
from octant.mapper.kernel.bounds import bound_storage_hops, hop_context
from octant.mapper.kernel.goals import AT_ONCE, admits, found_so_many, may_gain, note
from octant.mapper.kernel.orders import (
    next_unit,
    outermost_unit,
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
def bound_orders(goal, factors, common, leaf):
    """A bound of all orders of a nest's loops: joules and cycles.

    One loop of each block is its innermost, and decides most of what crosses to the level inside:
    the least over all candidates, block by block, is added up.
    """
    nodes, ranks = factors.shape
    rows, placed, base = plain_rows(nodes, ranks), np.zeros(nodes, np.int64), common[0]
    room = np.empty(base.shape, np.int64), np.empty(ranks, np.int64)
    free_energy, cycles = bound_order(base, placed, ZERO, room, factors, rows, common, leaf)
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
                base, placed, ZERO, room, factors, rows, common, leaf
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
        block's units begin, the last is how many there are in all; outermost: (blocks + 1) of
        ``outermost_unit``.
    """
    blocks = levels.shape[0] - 1
    unit = np.empty((blocks + 1, factors.shape[1]), np.int64)
    first, outermost = np.zeros(blocks + 1, np.int64), np.zeros(blocks + 1, np.int64)
    for block in range(blocks):
        node = levels[block]
        count = units_of_block(node, factors, axes, sliding, prescribed, unit[block])
        first[block + 1] = first[block] + count
        outermost[block] = outermost_unit(axes, sliding, prescribed[node], unit[block])
    return unit, first, outermost


@inner
def bound_order(settled, placed, counted, room, factors, rows, common, leaf):
    """A bound of all orders that complete what is placed.

    Args:
        settled: the counts with everything to the levels up to the node ``counted``.
        room: counts, and ``reach`` of ``refetches``; common: of ``common_of_orders``.
    """
    (_, stride, context, busy), (counts, reach) = common, room
    layer = leaf.layer
    copy_counts(settled, counts)
    bound_storage_hops(
        layer.sizes, layer.axes, layer.coefficients, layer.is_output, layer.temporal, leaf.keeps,
        factors, stride, rows, placed, leaf.touched, context, counted, reach, counts,
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
def place_unit(position, block, node, units, chosen, prescribed, rows, placed):
    """Puts the next unit at a position of a block; False, and none there, when all were tried.

    Args:
        units: of ``order_positions``.
    """
    unit, first, outermost = units
    start = first[block]
    chosen[position] = next_unit(
        chosen, start, position, first[block + 1] - start, outermost[block], unit[block],
        prescribed[node],
    )  # fmt: skip
    found = chosen[position] >= 0
    last = position + 1 if found else position
    placed[node] = write_innermost(chosen, start, last, unit[block], rows[node])
    return found


@inner
def price_orders(goal, nests, orders, keeps, factors, common, leaf):
    """Prices every order of a nest's loops that could be better, and notes what is.

    Blocks are ordered from the outermost inwards, and each from its innermost loop outwards: that
    loop decides most. What is left is bounded; what crosses to a level inside a complete block is
    exact. Every order of the innermost level's loops costs the same: compute units ask for
    everything again at each step.

    Returns:
        how many were found by now, and how many orders were priced.
    """
    prescribed, (base, _, _, busy) = leaf.prescribed, common
    rows = plain_rows(*factors.shape)
    levels = np.nonzero(leaf.layer.temporal)[0]
    blocks = np.int64(levels.shape[0] - 1)
    write_prescribed(levels[blocks], prescribed, rows[levels[blocks]])
    units = order_positions(levels, factors, leaf.layer.axes, leaf.sliding, prescribed)
    first = units[1]
    chosen = np.full(first[blocks] + 1, -1, np.int64)
    placed = np.zeros(factors.shape[0], np.int64)
    stacked = np.zeros((blocks + 1, *base.shape), np.int64)
    room = np.empty(base.shape, np.int64), np.empty(factors.shape[1], np.int64)
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
        if not place_unit(position, block, node, units, chosen, prescribed, rows, placed):
            position -= 1
            continue
        settled = block
        if position + 1 == first[block + 1]:
            settled = settle_blocks(block, first, levels, blocks, factors, rows, stacked, leaf)
        energy, cycles = bound_order(
            stacked[settled], placed, levels[settled], room, factors, rows, common, leaf
        )
        if admits(goal, energy, cycles):
            position += 1
            chosen[position] = -1
    return goal.many, tried


@inner
def common_of_orders(factors, leaf):
    """What all orders of a nest's loops share.

    Returns:
        the counts of the compute units, ``strides``, ``hop_context`` and ``fill_busy``.
    """
    layer, keeps = leaf.layer, leaf.keeps
    nodes, ranks = factors.shape
    rows = plain_rows(nodes, ranks)
    base = np.zeros((keeps.shape[0], nodes + 1, 6), np.int64)
    count_children(
        nodes, layer.sizes, layer.axes, layer.coefficients, layer.is_output, layer.temporal,
        layer.shared, keeps, factors, rows, nodes + 1, base,
    )  # fmt: skip
    stride, context = strides(factors), np.zeros((keeps.shape[0], nodes, 4), np.float64)
    hop_context(
        layer.sizes, layer.axes, layer.coefficients, layer.is_output, layer.temporal, layer.shared,
        keeps, factors, stride, context,
    )  # fmt: skip
    busy = np.ones(nodes + 1, np.float64)
    fill_busy(layer.sizes, layer.temporal, factors, rows, busy)
    return base, stride, context, busy


@compiled
def price_nests(goal, nests, orders, keeps, factors, choices, values, first, most, leaf):
    """Prices nests that differ in one node's factors, the best of them first.

    After the first they follow as long as their value is no more than ``most``, but not for long.

    Args:
        nests, orders, keeps: of ``goals.note``.
        factors: (nodes, ranks) of the nodes further in; has room for the others.
        choices, values: of ``descent.list_onwards``: of the node outside of which is the outermost
            only, which takes what is left; those before ``first`` were taken.

    Returns:
        the number of the next choice, how many were found by now, and how many orders were priced.
    """
    at, last, tried = first, min(choices.shape[0], first + AT_ONCE), ZERO
    while at < last and (at == first or values[at, 2] <= most):
        if may_gain(goal, values[at]):
            for rank in range(factors.shape[1] if factors.shape[0] > 1 else 0):
                factors[1, rank] = choices[at, rank]
            count, more = price_nest(goal, nests, orders, keeps, factors, leaf)
            goal = found_so_many(goal, count)
            tried += more
        at += 1
    return at, goal.many, tried


@inner
def price_nest(goal, nests, orders, keeps, factors, leaf):
    """Prices a nest if it could be better, and notes what is.

    Args:
        factors: (nodes, ranks) of all nodes but the outermost, which takes what is left.

    Returns:
        how many were found by now, and how many orders were priced.
    """
    for rank in range(factors.shape[1]):
        left = leaf.layer.sizes[rank]
        for node in range(factors.shape[0] - 1, 0, -1):
            left = (left + factors[node, rank] - 1) // factors[node, rank]
        factors[0, rank] = left
    common = common_of_orders(factors, leaf)
    if leaf.layer.temporal.sum() > 2:  # else the first look at each order says as much
        energy, cycles = bound_orders(goal, factors, common, leaf)
        if not admits(goal, energy, cycles):
            return goal.many, ZERO
    return price_orders(goal, nests, orders, keeps, factors, common, leaf)
