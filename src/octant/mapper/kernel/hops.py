"""What crosses between storage levels, from tiles alone: bounds of the counts of a hop.

A *hop* takes a tensor from a level that keeps it to the next one inwards. What crosses depends on
the child's tile, on the instances that share it, and on the loop that is innermost outside the
child, the *lead*: over loops that a tensor does not depend on it stays, along a window it slides,
else all of it is new at every step.
"""

from __future__ import annotations

from octant.counting.kernel import inlined, lean


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
    """The share of all tiles' elements that crosses when a window slides along one rank.

    Each step brings what it uncovers. Where another rank moves the window too, the two may cancel
    when the lead wraps around: half of the steps are sure.
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
def elements_along(x, axis, width, hops):
    """The elements of a tile along an axis."""
    elements = 1.0
    for rank in hops.live:
        if hops.window[x, rank] == axis:
            elements += hops.coefficients[x, rank] * (min(width[rank], hops.sizes[rank]) - 1.0)
    return elements


@lean
def moved_share(x, lead, count, width, steps, step, cut, hops):
    """The share of all tiles' elements that is new, whenever a rank changes that moves a window.

    Args:
        count, width: (ranks) the tiles and their extents.
        steps, step: (ranks) how many steps loops outside may take, and how far one moves a rank.
        cut: the share of tiles that are cut off along another rank, and that a larger one may come
            before: these count for nothing.
    """
    axis = hops.window[x, lead]
    always = moved_always(x, lead, steps, step, hops)
    share = min(1.0, always / elements_along(x, axis, width, hops))
    for rank in hops.live:
        if hops.window[x, rank] == axis and width[rank] * count[rank] != hops.sizes[rank]:
            share *= 1.0 - (1.0 if rank == lead else cut) / count[rank]
    return share


@inlined
def moved_always(x, lead, steps, step, hops):
    """How many elements a window moves by at least when a rank changes, whatever else does.

    Of two such ranks one has the longer steps: where these are longer than all that the other can
    move, they never cancel.
    """
    own, other, many = hops.coefficients[x, lead] * step[lead], -1, 0
    for rank in hops.live:
        moves = hops.window[x, rank] == hops.window[x, lead] and rank != lead
        if moves and steps[rank] > 1:
            other, many = rank, many + 1
    if many == 0:
        return own
    if many > 1:
        return 0
    beside = hops.coefficients[x, other] * step[other]
    if beside > own:
        return max(0, min(own, beside - own * (steps[lead] - 1)))
    return max(0, own - beside * (steps[other] - 1))


@inlined
def shared_along(x, axis, known, more, hops):
    """How many times as many instances may share a read where an axis's ranks are spread further.

    Places of two ranks have as many sums, at least, as both together less one: one rank alone has
    none that are equal.

    Args:
        known, more: (ranks) the instances that share so far, and how many times as many may.
    """
    before, after, times = 1.0, 1.0, 1.0
    for rank in hops.live:
        if hops.window[x, rank] == axis:
            before *= known[rank]
            after += known[rank] * more[rank] - 1.0
            times *= more[rank]
    return max(1.0, times * min(1.0, before / after))


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
