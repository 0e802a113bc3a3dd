"""What crosses between storage levels, from tiles alone: bounds of the counts of a hop.

A *hop* takes a tensor from a level that keeps it to the next one inwards. What crosses depends on
the child's tile, on the instances that share it, and on the loop that is innermost outside the
child, the *lead*: over loops that a tensor does not depend on it stays, along a window it slides,
else all of it is new at every step.
"""

from __future__ import annotations

from octant.counting.kernel import inlined


@inlined
def whole_windows(x, count, hops):
    """The elements of all tiles of a tensor, so many along each rank, counted again in overlaps."""
    total = hops.plain[x]
    for axis in range(hops.windows[x]):
        product, extent = 1.0, 1.0
        for rank in hops.live:
            if hops.window[x, rank] == axis:
                product *= count[rank]
                extent += hops.coefficients[x, rank] * (hops.sizes[rank] / count[rank] - 1.0)
        total *= product * extent
    return total


@inlined
def slid_windows(x, lead, count, hops):
    """The share of that when the window slides along one rank: each step brings what it uncovers.

    Where another rank moves the window too, the two may cancel when the lead wraps around: half of
    the steps are sure.
    """
    if count[lead] <= 1:
        return 1.0
    axis, sure = hops.window[x, lead], 1.0
    product, extent, others = 1.0, 1.0, 1.0
    for rank in hops.live:
        if hops.window[x, rank] == axis:
            product *= count[rank]
            extent += hops.coefficients[x, rank] * (hops.sizes[rank] / count[rank] - 1.0)
            if rank != lead:
                others *= count[rank]
                if count[rank] > 1:
                    sure = 0.5
    uncovered = hops.coefficients[x, lead] * hops.sizes[lead] * others
    return sure * min(1.0, uncovered / (product * extent))


@inlined
def joules_of_hop(x, child, delivered, served, first_child, first_parent, hops):
    """The energy of a hop: all children get ``delivered``, the parent serves ``served`` of it.

    Of results the children get back, and the parent reads, all but what comes for the first time.
    """
    given, read = delivered, served
    if hops.is_output[x] == 1:
        given, read = max(0.0, delivered - first_child), max(0.0, served - first_parent)
    return (
        served * hops.weights[x, child, 0]
        + delivered * hops.weights[x, child, 1]
        + given * hops.weights[x, child, 2]
        + read * hops.weights[x, child, 3]
    )


@inlined
def add_cycles(row, x, node, read, written, instances, hops):
    """Adds the cycles in which a level reads and writes so many elements of a tensor."""
    store, scale = hops.store[x, node], hops.moved[x, node] / instances
    for i in range(hops.limited.shape[0]):
        if hops.limited[i, 0] == store:
            elements = 0.0
            if hops.limited[i, 1] != 1:
                elements += read
            if hops.limited[i, 1] != 0:
                elements += written
            row[1 + i] += elements * scale / hops.rates[i]
