"""Blocks outside a child: which have loops, which loop may be innermost, what lies between."""

from __future__ import annotations

from octant.counting.kernel import inlined


@inlined
def block_outside(child, known, factors, hops):
    """The innermost block with a loop outside a child among the known nodes; -1 for none."""
    for node in range(child - 1, known - 1, -1):
        if hops.temporal[node] == 1:
            for rank in hops.live:
                if factors[node, rank] > 1:
                    return node
    return -1


@inlined
def block_of(rank, first, last, factors, hops):
    """The outermost block between two nodes with a loop over a rank; the last node for none."""
    for node in range(first, last):
        if hops.temporal[node] == 1 and factors[node, rank] > 1:
            return node
    return last


@inlined
def next_level_outside(known, hops):
    """The innermost level outside the known nodes; -1 for none."""
    node = known - 1
    while node >= 0 and hops.temporal[node] == 0:
        node -= 1
    return node


@inlined
def may_lead(rank, node, factors, prescribed):
    """Whether a rank's loop may be the innermost of a block: the last prescribed one, else any."""
    if factors[node, rank] == 1:
        return False
    for other in range(factors.shape[1]):
        if factors[node, other] > 1 and prescribed[node, other] > prescribed[node, rank]:
            return False
    return True


@inlined
def may_stay(x, node, factors, hops):
    """Whether the innermost loop of a block may be one that a tensor does not depend on."""
    empty = True
    for rank in hops.live:
        if factors[node, rank] > 1:
            empty = False
            if hops.axes[x, rank] < 0 and may_lead(rank, node, factors, hops.order):
                return True
    return empty


@inlined
def spread_of(rank, child, outside, factors, hops):
    """The instances between a child and a node outside of it that a rank is spread over."""
    instances = 1
    for node in range(outside + 1, child):
        if hops.temporal[node] == 0:
            instances *= factors[node, rank]
    return instances


@inlined
def most_between(rank, first, unknown, work):
    """The most instances that a rank may yet spread over in fanouts outside, from a node on."""
    most = 1
    for node in range(first, unknown):
        most *= work.open_most[node, rank]
    return most
