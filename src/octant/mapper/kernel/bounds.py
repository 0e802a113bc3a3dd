"""What must move at the least: bounds of what crosses between storage levels."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import distinct_elements, lean, number_of_axes
from octant.mapper.kernel.weights import count_crossing


@lean
def shares(x, axes, sizes, temporal, factors, stride, shared, parent, child, apart):
    """The instances, on average over steps, that get one irrelevant tile's data.

    Where a rank is cut off, its last steps have fewer instances, and its last laps fewer steps.

    Args:
        apart: 1 for only those that the network must serve one by one, 0 for all.
    """
    total = 1.0
    for rank in range(sizes.shape[0]):
        if axes[x, rank] >= 0:
            continue
        steps, together = 1, 1
        for node in range(child):
            if temporal[node] == 1:
                steps *= factors[node, rank]
            elif node >= parent and shared[x, node] == 1:
                together *= factors[node, rank]
        width = stride[child, rank] * factors[child, rank]
        tiles = (sizes[rank] + width - 1) // width
        if apart == 1:
            tiles = max(laps(rank, child, sizes, temporal, factors, stride), tiles / together)
        total *= tiles / steps
    return total


@lean
def laps(rank, child, sizes, temporal, factors, stride):
    """The steps that the first instance, the busiest, takes along a rank outside a child."""
    left, index = sizes[rank] - 1, 0
    for node in range(child):
        if temporal[node] == 1:
            digit = min(left // stride[node, rank], factors[node, rank] - 1)
            left -= digit * stride[node, rank]
            index = index * factors[node, rank] + digit
    return index + 1


@lean
def cut_off(rank, sizes, factors, stride):
    """Whether a rank's factors exceed its size, so that some instances miss its last step."""
    return stride[0, rank] * factors[0, rank] != sizes[rank]


@lean
def add_reach(node, rank, sizes, factors, stride, reach):
    """Adds how far a loop surely moves its rank each time.

    Of a rank that is cut off, an instance may miss the outermost loop's last step, and all but the
    first of the loops inside it.
    """
    steps = factors[node, rank] - 1
    if steps > 0 and cut_off(rank, sizes, factors, stride):
        steps -= 1
        for outer in range(node):
            if factors[outer, rank] > 1:
                steps = 0
    reach[rank] += steps * stride[node, rank]


@lean
def refetches(x, sizes, axes, temporal, factors, stride, rows, placed, child, reach):
    """How often loops over irrelevant ranks repeat a tensor's traffic to a child.

    From the child outwards, irrelevant loops are free up to the first relevant one. Of a block's
    loops that have no place yet the best order is meant: the irrelevant ones further in.

    Args:
        placed: (nodes) how many of a block's innermost ranks in ``rows`` have their place.
        reach: (ranks) is overwritten: how far the relevant loops that are surely inside the first
            repetition move before they repeat.

    Returns:
        the repetitions, and the relevant steps that may be outside them.
    """
    ranks = factors.shape[1]
    repeated, outside, stopped = 1, 1, False
    for rank in range(ranks):
        reach[rank] = 0
    for node in range(child - 1, -1, -1):
        if temporal[node] == 0:
            continue
        open_places = ranks - placed[node]
        for place in range(ranks - 1, open_places - 1, -1):
            rank = rows[node, place]
            factor = factors[node, rank]
            if factor == 1:
                continue
            if axes[x, rank] < 0:
                repeated *= factor if stopped else 1
                continue
            if repeated == 1:
                add_reach(node, rank, sizes, factors, stride, reach)
            outside *= factor if stopped else 1
            stopped = True
        relevant = 1
        for place in range(open_places):
            rank = rows[node, place]
            if axes[x, rank] >= 0:
                relevant *= factors[node, rank]
            elif stopped:
                repeated *= factors[node, rank]
        for place in range(open_places):
            rank = rows[node, place]
            if axes[x, rank] >= 0 and repeated == 1:
                add_reach(node, rank, sizes, factors, stride, reach)
        if relevant > 1:
            outside *= relevant if stopped else 1
            stopped = True
    return repeated, outside


@lean
def held_elements(x, sizes, axes, coefficients, temporal, factors, stride, child, reach):
    """The most that all instances of a child still hold of what is repeated.

    A repetition starts over: every axis jumps back by at least ``reach``, and a tile overlaps the
    one that far from it only where a window is longer.
    """
    held = 1
    for axis in range(number_of_axes(axes[x])):
        overlap = 1
        for rank in range(sizes.shape[0]):
            if axes[x, rank] == axis:
                width = stride[child, rank] * factors[child, rank]
                if width > sizes[rank]:
                    width = sizes[rank]
                overlap += coefficients[x, rank] * (width - 1 - reach[rank])
        held *= max(0, overlap)
    for node in range(child):
        if temporal[node] == 0:
            for rank in range(sizes.shape[0]):
                if axes[x, rank] >= 0:
                    held *= factors[node, rank]
    return held


@lean
def least_elements(
    x, sizes, axes, coefficients, temporal, factors, stride, rows, placed, child, touched, reach
):  # fmt: skip
    """The fewest elements of a tensor that a child must get, were it one instance.

    Every touched element comes once, and again for every repetition, but for what is still held
    when a repetition starts.

    Args:
        reach: (ranks) room.
    """
    repeated, outside = refetches(
        x, sizes, axes, temporal, factors, stride, rows, placed, child, reach
    )
    least = touched[x] * repeated
    if repeated > 1:
        held = held_elements(x, sizes, axes, coefficients, temporal, factors, stride, child, reach)
        least = max(touched[x], least - (repeated - 1) * held * outside)
    return least


@lean
def hop_context(
    sizes, axes, coefficients, is_output, temporal, shared, keeps, factors, stride, context
):  # fmt: skip
    """What of the storage hops depends on the factors alone, not on the order of loops.

    Writes (tensors, nodes, 4) for each child: ``shares`` apart and of all instances, and of the
    output the first visits at the child and at its parent.
    """
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


@lean
def bound_storage_hops(
    sizes, axes, coefficients, is_output, temporal, keeps, factors, stride, rows, placed, touched,
    context, counted, reach, result,
):  # fmt: skip
    """Adds lower bounds of what crosses between storage levels.

    Args:
        stride: of ``strides``; placed: of ``refetches``; context: of ``hop_context``.
        counted: children up to this node have been counted exactly.
        reach: (ranks) room.
    """
    tensors, nodes = keeps.shape
    for x in range(tensors):
        parent = np.int64(0)
        for child in range(1, nodes):
            if keeps[x, child] == 0:
                continue
            if child <= counted:
                parent = np.int64(child)
                continue
            least = least_elements(
                x, sizes, axes, coefficients, temporal, factors, stride, rows, placed, child,
                touched, reach,
            )  # fmt: skip
            first_child, first_parent = int(context[x, child, 2]), int(context[x, child, 3])
            served = max(int(least * context[x, child, 0]), first_parent)
            delivered = max(int(least * context[x, child, 1]), first_child)
            given = delivered - first_child
            count_crossing(
                result[x], parent, child, nodes, is_output[x], temporal, served, delivered, given,
                served - first_parent,
            )  # fmt: skip
            parent = np.int64(child)
