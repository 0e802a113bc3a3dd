"""Prefixes and leaves with their bounds, and the exact price of a leaf's orders."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import compiled, count_children
from octant.mapper.kernel.bounds import bound_storage_hops, hop_context
from octant.mapper.kernel.factors import advance, grown, place_factors, restore
from octant.mapper.kernel.orders import (
    next_unit,
    units_of_block,
    write_innermost,
    write_prescribed,
)
from octant.model.kernel import pace, price


@compiled
def value_of(objective, energy, cycles):
    """The objective: 0 energy, 1 cycles, 2 energy times cycles."""
    if objective == 0:
        return energy
    return cycles if objective == 1 else energy * cycles


@compiled
def plain_rows(nodes, ranks):
    """(nodes, ranks) an order of loops for counts that do not depend on it."""
    rows = np.empty((nodes, ranks), np.int64)
    for node in range(nodes):
        for rank in range(ranks):
            rows[node, rank] = rank
    return rows


@compiled
def clear_counts(counts):
    """Sets counts (tensors, nodes + 1, 6) to zero."""
    for x in range(counts.shape[0]):
        for node in range(counts.shape[1]):
            for column in range(counts.shape[2]):
                counts[x, node, column] = 0


@compiled
def copy_counts(source, target):
    """Copies counts (tensors, nodes + 1, 6)."""
    for x in range(source.shape[0]):
        for node in range(source.shape[1]):
            for column in range(source.shape[2]):
                target[x, node, column] = source[x, node, column]


@compiled
def copy_rows(source, target):
    """Copies a two-dimensional array."""
    for row in range(source.shape[0]):
        for column in range(source.shape[1]):
            target[row, column] = source[row, column]


@compiled
def bound_prefixes(
    found, chosen, digits, rest, width, objective,
    sizes, axes, coefficients, is_output, temporal, shared, keeps,
    bits, store, bandwidths, prices, compute_j,
    slot_node, spatial, limits, allowed, fixed, whole, order, capacities, sliding, touched,
):  # fmt: skip
    """Bounds of the prefixes ``found[chosen]``: no leaf of theirs has a lower value.

    What the compute units ask for is exact. One of the ranks that are left loops innermost outside
    a prefix; a prefix's bound is the lowest over which it is.
    """
    last, ranks = found.shape[1], found.shape[2]
    nodes, tensors = temporal.shape[0], keeps.shape[0]
    settled = slot_node[last - 1] if last > 0 else nodes
    factors = np.ones((nodes, ranks), np.int64)
    rows = plain_rows(nodes, ranks)
    unplaced = np.zeros(nodes, np.int64)
    busy = np.ones(nodes + 1, np.float64)
    context = np.zeros((tensors, nodes, 4), np.float64)
    asked = np.zeros((tensors, nodes + 1, 6), np.int64)
    counts = np.zeros((tensors, nodes + 1, 6), np.int64)
    bounds = np.full(chosen.shape[0], np.inf)
    for i in range(chosen.shape[0]):
        restore(found[chosen[i]], 0, digits, rest, width)
        place_factors(digits, rest, last, slot_node, factors)
        clear_counts(asked)
        count_children(
            nodes, sizes, axes, coefficients, is_output, temporal, shared, keeps, factors, rows,
            nodes + 1, asked,
        )  # fmt: skip
        hop_context(sizes, axes, coefficients, is_output, temporal, shared, keeps, factors, context)
        pace(sizes, temporal, factors, rows, busy)
        leads = 0
        for lead in range(ranks + 1):
            if lead == ranks:
                lead = np.int64(-1)
                if leads > 0:
                    break
            elif rest[last, lead] == 1:
                continue
            leads += 1
            copy_counts(asked, counts)
            bound_storage_hops(
                sizes, axes, coefficients, is_output, temporal, keeps, factors, rows, unplaced,
                touched, context, np.int64(0), settled, lead, counts,
            )  # fmt: skip
            energy, cycles = price(counts, busy, bits, store, bandwidths, prices, compute_j)
            bounds[i] = min(bounds[i], value_of(objective, energy, cycles))
    return bounds


@compiled
def may_lead(rank, node, factors, prescribed):
    """Whether a rank's loop may be the innermost of a block: the last prescribed one, else any."""
    if factors[node, rank] == 1:
        return False
    for other in range(factors.shape[1]):
        if factors[node, other] > 1 and prescribed[node, other] > prescribed[node, rank]:
            return False
    return True


@compiled
def bound_leaf(
    best, objective, factors, base, context, busy, rows, prescribed, counts, placed,
    sizes, axes, coefficients, is_output, temporal, keeps, bits, store, bandwidths, prices,
    compute_j, touched,
):  # fmt: skip
    """A bound of all orders of a leaf's loops.

    One loop of each block is its innermost, and decides most of what crosses to the level inside:
    the least over all candidates, block by block, is added up.

    Args:
        counts, placed: room to work in; ``placed`` (nodes) is 0 before and after.
    """
    nodes, ranks = factors.shape
    copy_counts(base, counts)
    bound_storage_hops(
        sizes, axes, coefficients, is_output, temporal, keeps, factors, rows, placed, touched,
        context, np.int64(0), np.int64(0), np.int64(-1), counts,
    )  # fmt: skip
    free_energy, cycles = price(counts, busy, bits, store, bandwidths, prices, compute_j)
    energy = free_energy
    if value_of(objective, energy, cycles) >= best:
        return value_of(objective, energy, cycles)
    for node in range(nodes):
        if temporal[node] == 0:
            continue
        least_energy, least_cycles = np.inf, np.inf
        placed[node] = 1
        for rank in range(ranks):
            if not may_lead(rank, node, factors, prescribed):
                continue
            rows[node, rank], rows[node, ranks - 1] = rows[node, ranks - 1], rows[node, rank]
            copy_counts(base, counts)
            bound_storage_hops(
                sizes, axes, coefficients, is_output, temporal, keeps, factors, rows, placed,
                touched, context, np.int64(0), np.int64(0), np.int64(-1), counts,
            )  # fmt: skip
            rows[node, rank], rows[node, ranks - 1] = rows[node, ranks - 1], rows[node, rank]
            led_energy, led_cycles = price(counts, busy, bits, store, bandwidths, prices, compute_j)
            least_energy, least_cycles = (
                min(least_energy, led_energy),
                min(least_cycles, led_cycles),
            )
        placed[node] = 0
        if least_cycles < np.inf:
            energy += least_energy - free_energy
            cycles = max(cycles, least_cycles)
    return value_of(objective, energy, cycles)


@compiled
def collect(
    first, digits, rest, width, best, objective, factors, base, context, busy, rows,
    sizes, axes, coefficients, is_output, temporal, keeps,
    bits, store, bandwidths, prices, compute_j,
    slot_node, spatial, limits, allowed, fixed, whole, prescribed, capacities, touched,
):  # fmt: skip
    """Lists the leaves of a prefix, choices for the slots from ``first``, that may beat the best.

    Args:
        best: the value to beat.
        base, context, busy: what all leaves of a prefix share: the counts of the compute units,
            ``hop_context`` and ``pace``.

    Returns:
        the list (choices, slots, ranks), and the bound of each.
    """
    ranks = sizes.shape[0]
    last = slot_node.shape[0] - 1
    found = np.empty((16, last - first, ranks), np.int64)
    bounds = np.empty(16, np.float64)
    count = 0
    counts = np.empty(base.shape, np.int64)
    placed = np.zeros(temporal.shape[0], np.int64)
    position = 0
    more = True
    while more:
        if last == first:
            more = False
        elif not advance(
            position, first, last, digits, rest, width, sizes, axes, coefficients, keeps, store,
            bits, slot_node, spatial, limits, allowed, fixed, whole, capacities,
        ):  # fmt: skip
            break
        position = (last - first) * ranks - 1
        place_factors(digits, rest, last, slot_node, factors)
        bound = bound_leaf(
            best, objective, factors, base, context, busy, rows, prescribed, counts, placed,
            sizes, axes, coefficients, is_output, temporal, keeps, bits, store, bandwidths, prices,
            compute_j, touched,
        )  # fmt: skip
        if bound >= best:
            continue
        if count == bounds.shape[0]:
            found, bounds = grown(found, bounds, count)
        for slot in range(last - first):
            for rank in range(ranks):
                found[count, slot, rank] = digits[first + slot, rank]
        bounds[count] = bound
        count += 1
    return found[:count], bounds[:count]


@compiled
def value_at(objective, counts, busy, cost):
    """The objective's value of counts, at the prices and bandwidths of ``Costs``."""
    energy, cycles = price(
        counts, busy, cost.bits, cost.store, cost.bandwidths, cost.prices, cost.compute_j
    )
    return value_of(objective, energy, cycles)


@compiled
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


@compiled
def bound_order(
    settled, placed, counted, counts, objective, sizes, axes, coefficients, is_output, temporal,
    keeps, factors, rows, touched, context, busy, cost,
):  # fmt: skip
    """A bound of all orders that complete what is placed.

    Args:
        settled: the counts with everything to the levels up to the node ``counted``.
        counts: room to work in; cost: ``Costs``.
    """
    copy_counts(settled, counts)
    bound_storage_hops(
        sizes, axes, coefficients, is_output, temporal, keeps, factors, rows, placed, touched,
        context, counted, np.int64(0), np.int64(-1), counts,
    )  # fmt: skip
    return value_at(objective, counts, busy, cost)


@compiled
def settle_blocks(
    block, first, levels, blocks, sizes, axes, coefficients, is_output, temporal, shared, keeps,
    factors, rows, stacked,
):  # fmt: skip
    """Counts exactly what crosses to the level inside a block whose order is complete.

    Goes on through blocks without loops; returns the next block that has some.

    Args:
        stacked: (blocks + 1, ...) the counts with everything to the levels inside 0, 1 ... blocks.
    """
    while True:
        copy_counts(stacked[block], stacked[block + 1])
        count_children(
            levels[block] + 1, sizes, axes, coefficients, is_output, temporal, shared, keeps,
            factors, rows, levels[block + 1] + 1, stacked[block + 1],
        )  # fmt: skip
        block += 1
        if block == blocks or first[block + 1] > first[block]:
            return block


@compiled
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


@compiled
def best_order(
    factors, busy, best, objective, sizes, axes, coefficients, is_output, temporal, shared, keeps,
    cost, prescribed, sliding, touched, base, context, best_rows,
):  # fmt: skip
    """Tries every order of a leaf's loops; returns the best value and how many were priced.

    Blocks are ordered from the outermost inwards, and each from its innermost loop outwards: that
    loop decides most. What is left is bounded; what crosses to a level inside a complete block is
    exact. The best order is written to ``best_rows``. Every order of the innermost level's loops
    costs the same: compute units ask for everything again at each step.
    """
    rows = plain_rows(*factors.shape)
    levels = np.nonzero(temporal)[0]
    blocks = np.int64(levels.shape[0] - 1)
    write_prescribed(levels[blocks], prescribed, rows[levels[blocks]])
    unit, first = order_positions(levels, factors, axes, sliding, prescribed)
    chosen = np.full(first[blocks] + 1, -1, np.int64)
    placed = np.zeros(temporal.shape[0], np.int64)
    stacked = np.zeros((blocks + 1, *base.shape), np.int64)
    counts = np.empty(base.shape, np.int64)
    copy_counts(base, stacked[0])
    if blocks > 0 and first[1] == 0:
        settle_blocks(
            np.int64(0), first, levels, blocks, sizes, axes, coefficients, is_output, temporal,
            shared, keeps, factors, rows, stacked,
        )  # fmt: skip
    position, priced = 0, 0
    while position >= 0:
        if position == first[blocks]:
            value = value_at(objective, stacked[blocks], busy, cost)
            if value < best:
                best = value
                copy_rows(rows, best_rows)
            priced += 1
            position -= 1
            continue
        block = np.int64(np.searchsorted(first, position, side="right") - 1)
        node = levels[block]
        if not place_unit(
            chosen, first, block, position, unit[block], prescribed[node], rows[node], placed, node
        ):
            position -= 1
            continue
        settled = block
        if position + 1 == first[block + 1]:
            settled = settle_blocks(
                block, first, levels, blocks, sizes, axes, coefficients, is_output, temporal,
                shared, keeps, factors, rows, stacked,
            )  # fmt: skip
        bound = bound_order(
            stacked[settled], placed, levels[settled], counts, objective, sizes, axes, coefficients,
            is_output, temporal, keeps, factors, rows, touched, context, busy, cost,
        )  # fmt: skip
        if bound < best * (1.0 - 1e-12):
            position += 1
            chosen[position] = -1
    return best, priced
