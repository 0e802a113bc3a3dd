"""Prefixes and leaves with their bounds, and the exact price of a leaf's orders."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import compiled, count_children
from octant.mapper.kernel.bounds import bound_storage_hops, hop_context
from octant.mapper.kernel.factors import advance, grown, place_factors, restore
from octant.mapper.kernel.orders import (
    next_permutation,
    order_allowed,
    units_of_block,
    write_order,
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
    unordered = np.zeros(nodes, np.int64)
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
                sizes, axes, coefficients, is_output, temporal, keeps, factors, rows, unordered,
                sliding, touched, context, settled, lead, counts,
            )  # fmt: skip
            energy, cycles = price(counts, busy, bits, store, bandwidths, prices, compute_j)
            bounds[i] = min(bounds[i], value_of(objective, energy, cycles))
    return bounds


@compiled
def collect(
    first, digits, rest, width, best, objective, most, resume, factors, base, context, busy, rows,
    sizes, axes, coefficients, is_output, temporal, keeps,
    bits, store, bandwidths, prices, compute_j,
    slot_node, spatial, limits, allowed, fixed, whole, capacities, sliding, touched,
):  # fmt: skip
    """Lists the leaves of a prefix, choices for the slots from ``first``, that may beat the best.

    Args:
        best: the value to beat.
        most: how many to list at most.
        resume: whether to go on after the choice in ``digits``.
        base, context, busy: what all leaves of a prefix share: the counts of the compute units,
            ``hop_context`` and ``pace``.

    Returns:
        the list (choices, slots, ranks), the bound of each, how many there are, and whether there
        are more.
    """
    ranks = sizes.shape[0]
    last = slot_node.shape[0] - 1
    found = np.empty((16, last - first, ranks), np.int64)
    bounds = np.empty(16, np.float64)
    count = 0
    counts = np.empty(base.shape, np.int64)
    unordered = np.zeros(temporal.shape[0], np.int64)
    position = (last - first) * ranks - 1 if resume else 0
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
        copy_counts(base, counts)
        bound_storage_hops(
            sizes, axes, coefficients, is_output, temporal, keeps, factors, rows, unordered,
            sliding, touched, context, np.int64(0), np.int64(-1), counts,
        )  # fmt: skip
        energy, cycles = price(counts, busy, bits, store, bandwidths, prices, compute_j)
        bound = value_of(objective, energy, cycles)
        if bound >= best:
            continue
        if count == bounds.shape[0]:
            found, bounds = grown(found, bounds, count)
        for slot in range(last - first):
            for rank in range(ranks):
                found[count, slot, rank] = digits[first + slot, rank]
        bounds[count] = bound
        count += 1
        if count == most:
            return found, bounds, count, more
    return found, bounds, count, False


@compiled
def best_order(
    factors, busy, best, objective, sizes, axes, coefficients, is_output, temporal, shared, keeps,
    bits, store, bandwidths, prices, compute_j, prescribed, sliding, touched, base, context,
    best_rows,
):  # fmt: skip
    """Tries every order of a leaf's loops; returns the best value and how many were priced.

    Blocks are ordered from the outermost inwards. Orders whose bound beats the best are priced
    exactly; the best is written to ``best_rows``. Every order of the innermost level's loops costs
    the same: compute units ask for everything again at each step.
    """
    nodes, ranks = factors.shape
    rows = plain_rows(nodes, ranks)
    levels = np.empty(nodes, np.int64)
    blocks = 0
    for node in range(nodes):
        if temporal[node] == 1:
            levels[blocks] = node
            blocks += 1
    blocks -= 1
    write_prescribed(levels[blocks], prescribed, rows[levels[blocks]])
    ordered = np.zeros(nodes, np.int64)
    unit = np.empty((nodes, ranks), np.int64)
    count = np.zeros(nodes, np.int64)
    permutation = np.zeros((nodes, ranks), np.int64)
    counts = np.empty(base.shape, np.int64)
    priced, depth, fresh = 0, 0, True
    while depth >= 0:
        if depth == blocks:
            copy_counts(base, counts)
            count_children(
                np.int64(1), sizes, axes, coefficients, is_output, temporal, shared, keeps, factors,
                rows, nodes, counts,
            )  # fmt: skip
            energy, cycles = price(counts, busy, bits, store, bandwidths, prices, compute_j)
            priced += 1
            value = value_of(objective, energy, cycles)
            if value < best:
                best = value
                copy_rows(rows, best_rows)
            depth -= 1
            fresh = False
            continue
        node = levels[depth]
        if fresh:
            count[depth] = units_of_block(node, factors, axes, sliding, prescribed, unit[depth])
            for i in range(ranks):
                permutation[depth, i] = i
        elif not next_permutation(permutation[depth], count[depth]):
            ordered[node] = 0
            depth -= 1
            continue
        fresh = False
        write_order(permutation[depth], count[depth], unit[depth], rows[node])
        if not order_allowed(rows[node], node, factors, prescribed):
            continue
        ordered[node] = 1
        copy_counts(base, counts)
        bound_storage_hops(
            sizes, axes, coefficients, is_output, temporal, keeps, factors, rows, ordered, sliding,
            touched, context, np.int64(0), np.int64(-1), counts,
        )  # fmt: skip
        energy, cycles = price(counts, busy, bits, store, bandwidths, prices, compute_j)
        if value_of(objective, energy, cycles) < best * (1.0 - 1e-12):
            depth += 1
            fresh = True
    return best, priced
