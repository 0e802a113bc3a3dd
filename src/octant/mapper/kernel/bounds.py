"""What must move at the least: bounds of what crosses between storage levels."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import (
    add_hop,
    compiled,
    distinct_elements,
    product,
    strides,
    tile_elements,
)
from octant.model.kernel import energy_of


@compiled
def shares(x, axes, sizes, temporal, factors, stride, shared, parent, child, apart):
    """The instances, on average over steps, that get one irrelevant tile's data.

    Where a rank is cut off, its last steps have fewer instances.

    Args:
        apart: 1 for only those that the network must serve one by one, 0 for all.
    """
    total = 1.0
    for rank in range(sizes.shape[0]):
        if axes[x, rank] >= 0:
            continue
        steps, separate, together = 1, 1, 1
        for node in range(child):
            if temporal[node] == 1:
                steps *= factors[node, rank]
            elif node < parent or shared[x, node] == 0:
                separate *= factors[node, rank]
            else:
                together *= factors[node, rank]
        if separate * together == 1 or (apart == 1 and separate == 1):
            continue
        width = stride[child, rank] * factors[child, rank]
        tiles = (sizes[rank] + width - 1) // width
        if apart == 1:
            total *= max(1.0, tiles / (steps * together))
        else:
            total *= tiles / steps
    return total


@compiled
def refetches(x, axes, sliding, temporal, factors, rows, ordered, child):
    """How often loops over irrelevant ranks repeat a tensor's traffic to a child.

    From the child outwards, irrelevant loops are free up to the first relevant one. In a block
    whose order is open the best one is meant: its irrelevant loops innermost.

    Args:
        ordered: (nodes) 1 where ``rows`` gives the block's order.

    Returns:
        the repetitions; the relevant steps outside the first relevant loop (or its block); whether
        what is repeated moves along a window only, so that the child may hold a part of it.
    """
    ranks = factors.shape[1]
    repeated, outside, stopped, bridged = 1, 1, False, True
    for node in range(child - 1, -1, -1):
        if temporal[node] == 0:
            continue
        relevant = 1
        for place in range(ranks - 1, -1, -1):
            rank = rows[node, place]
            factor = factors[node, rank]
            if factor == 1:
                continue
            if axes[x, rank] < 0:
                if stopped:
                    repeated *= factor
                continue
            relevant *= factor
            if repeated == 1 and sliding[rank] == 0:
                bridged = False
            if ordered[node] == 1:
                if stopped:
                    outside *= factor
                stopped = True
        if ordered[node] == 0 and relevant > 1:
            if stopped:
                outside *= relevant
            stopped = True
    return repeated, outside, bridged


@compiled
def least_elements(
    x, sizes, axes, coefficients, sliding, temporal, factors, stride, rows, ordered, child, touched
):  # fmt: skip
    """The fewest elements of a tensor that a child must get, were it one instance.

    Every touched element comes once, and again for every repetition; only where the repetition
    moves along a window may the child still hold a tile of it.
    """
    repeated, outside, bridged = refetches(
        x, axes, sliding, temporal, factors, rows, ordered, child
    )
    least = touched[x] * repeated
    if bridged and repeated > 1:
        held = tile_elements(sizes, axes[x], coefficients[x], factors, stride, child)
        least -= (repeated - 1) * held * outside
        if least < touched[x]:
            least = touched[x]
    return least


@compiled
def least_behind(
    x, first, sizes, axes, coefficients, sliding, temporal, factors, stride, child, touched
):  # fmt: skip
    """The fewest elements that a child must get when its next loop outside is over ``first``.

    Whatever block the loops outside stand in: a tensor that depends on the first of them moves at
    each step, so every loop over a rank that is irrelevant to it repeats all of it; only along a
    window may the child still hold a tile from one repetition to the next.
    """
    if axes[x, first] < 0:
        return touched[x]
    repeated, outside = 1, 1
    for node in range(child):
        if temporal[node] == 0:
            continue
        for rank in range(sizes.shape[0]):
            if axes[x, rank] < 0:
                repeated *= factors[node, rank]
            elif rank != first:
                outside *= factors[node, rank]
    least = touched[x] * repeated
    if sliding[first] == 1 and repeated > 1:
        held = tile_elements(sizes, axes[x], coefficients[x], factors, stride, child)
        least -= (repeated - 1) * held * outside
        if least < touched[x]:
            least = touched[x]
    return least


@compiled
def hop_context(
    sizes, axes, coefficients, is_output, temporal, shared, keeps, factors, context
):  # fmt: skip
    """What of the storage hops depends on the spatial factors alone.

    Writes (tensors, nodes, 4) for each child: ``shares`` apart and of all instances, and of the
    output the first visits at the child and at its parent.
    """
    stride = strides(factors)
    for x in range(keeps.shape[0]):
        parent = np.int64(0)
        for child in range(1, keeps.shape[1]):
            if keeps[x, child] == 0:
                continue
            for end in range(2):
                context[x, child, end] = shares(
                    x, axes, sizes, temporal, factors, stride, shared, parent, child, 1 - end
                )
                context[x, child, 2 + end] = 0
                if is_output[x] == 1:
                    context[x, child, 2 + end] = distinct_elements(
                        sizes, axes[x], coefficients[x], temporal, factors, stride, child,
                        child if end == 0 else parent,
                    )  # fmt: skip
            parent = child


@compiled
def bound_storage_hops(
    sizes, axes, coefficients, is_output, temporal, keeps, factors, rows, ordered, sliding, touched,
    context, settled, first, result,
):  # fmt: skip
    """Adds lower bounds of what crosses between storage levels.

    Args:
        context: of ``hop_context``.
        settled: children from this node inwards have all their factors; to those further out every
            element is only known to cross once.
        first: the rank of the next loop outside the settled children; -1 to go by ``ordered``.
    """
    tensors, nodes = keeps.shape
    stride = strides(factors)
    for x in range(tensors):
        parent = np.int64(0)
        for child in range(1, nodes):
            if keeps[x, child] == 0:
                continue
            least = touched[x]
            if child >= settled and first >= 0:
                least = least_behind(
                    x, first, sizes, axes, coefficients, sliding, temporal, factors, stride, child,
                    touched,
                )  # fmt: skip
            elif child >= settled:
                least = least_elements(
                    x, sizes, axes, coefficients, sliding, temporal, factors, stride, rows,
                    ordered, child, touched,
                )  # fmt: skip
            first_child, first_parent = int(context[x, child, 2]), int(context[x, child, 3])
            served = max(int(least * context[x, child, 0]), first_parent)
            delivered = max(int(least * context[x, child, 1]), first_child)
            given = delivered - first_child
            add_hop(
                result[x], parent, child, nodes, is_output[x], served, delivered, given,
                served - first_parent,
            )  # fmt: skip
            inner = -1
            for fanout in range(parent, child):
                if temporal[fanout] == 0:
                    inner = fanout
                    result[x, fanout, 5] = least
            if inner >= 0:
                result[x, inner, 5] = delivered
                if is_output[x] == 1:
                    result[x, inner, 5] += given
            parent = child


@compiled
def least_energy(
    sizes, axes, is_output, temporal, shared, keeps, prices, compute_j, slot_node, limits, spatial,
    touched,
):  # fmt: skip
    """Joules that no mapping goes below: all crosses once, compute units share what they can."""
    tensors, nodes = keeps.shape
    counts = np.zeros((tensors, nodes + 1, 6), np.int64)
    macs = product(sizes)
    for x in range(tensors):
        parent = np.int64(0)
        for child in range(1, nodes + 1):
            if child < nodes and keeps[x, child] == 0:
                continue
            served, delivered, given = touched[x], touched[x], touched[x]
            if child == nodes:
                together, apart = 1, 1
                for slot in range(slot_node.shape[0]):
                    if spatial[slot] == 1:
                        apart *= limits[slot]
                        if slot_node[slot] > parent and shared[x, slot_node[slot]] == 1:
                            together *= limits[slot]
                served, delivered = (macs + together - 1) // together, macs
                given = served - touched[x] * apart if is_output[x] == 1 else served
            elif is_output[x] == 1:
                given = 0
            add_hop(
                counts[x], parent, child, nodes, is_output[x], served, delivered,
                given if is_output[x] == 0 else 0, max(given, 0),
            )  # fmt: skip
            for fanout in range(parent, child):
                if temporal[fanout] == 0:
                    counts[x, fanout, 5] = touched[x]
            parent = child
    return compute_j + energy_of(counts, prices)
