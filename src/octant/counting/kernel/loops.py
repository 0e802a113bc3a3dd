"""The loops of one rank outside a child, as a mixed-radix counter."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel.compiling import inner, lean


@inner
def strides(factors):
    """(nodes, ranks) the distance in a rank that one step of a node's loop covers."""
    nodes, ranks = factors.shape
    result = np.ones((nodes, ranks), np.int64)
    for node in range(nodes - 2, -1, -1):
        for rank in range(ranks):
            result[node, rank] = result[node + 1, rank] * factors[node + 1, rank]
    return result


@inner
def loops_outside(temporal, factors, order, child):
    """The (node, rank) pairs of the temporal loops outside a child, outermost first."""
    ranks = factors.shape[1]
    found = np.empty((child * ranks, 2), np.int64)
    count = 0
    for node in range(child):
        if temporal[node] == 0:
            continue
        for place in range(ranks):
            rank = order[node, place]
            if factors[node, rank] > 1:
                found[count, 0] = node
                found[count, 1] = rank
                count += 1
    return found[:count]


@lean
def states_up_to(loops, first, last, rank, factors, stride, limit):
    """How many states of a rank's loops ``first <= i < last`` have an offset of at most ``limit``.

    States are counted in the order of time; offsets grow with it, so they are the first ones.
    """
    if limit < 0:
        return 0
    index = 0
    left = limit
    for i in range(first, last):
        node = loops[i, 0]
        if loops[i, 1] != rank:
            continue
        digit = left // stride[node, rank]
        if digit > factors[node, rank] - 1:
            digit = factors[node, rank] - 1
        left -= digit * stride[node, rank]
        index = index * factors[node, rank] + digit
    return index + 1


@lean
def offset_of_state(loops, last, rank, factors, stride, state):
    """The offset in a rank of the state of that number of its loops ``i < last``."""
    offset = 0
    for i in range(last - 1, -1, -1):
        if loops[i, 1] != rank:
            continue
        node = loops[i, 0]
        offset += (state % factors[node, rank]) * stride[node, rank]
        state //= factors[node, rank]
    return offset


@lean
def last_offset(loops, first, rank, factors, stride, room):
    """The offset of the last existing state of a rank's loops ``i >= first`` below ``room``."""
    offset = 0
    for i in range(first, loops.shape[0]):
        node = loops[i, 0]
        if loops[i, 1] != rank:
            continue
        digit = (room - 1 - offset) // stride[node, rank]
        if digit > factors[node, rank] - 1:
            digit = factors[node, rank] - 1
        offset += digit * stride[node, rank]
    return offset


@lean
def span_of(loops, first, rank, factors, stride, width):
    """The extent in a rank of its loops ``i >= first`` with the tile inside them."""
    span = width
    for i in range(first, loops.shape[0]):
        if loops[i, 1] == rank:
            span += (factors[loops[i, 0], rank] - 1) * stride[loops[i, 0], rank]
    return span


@lean
def product(values):
    """The product of an array's values."""
    result = 1
    for value in values:
        result *= value
    return result
