"""What tensors can at best share of the instances that fanouts outside of a partial mapping add.

Each tensor alone might be shared by all of them. But where no rank is free of two tensors, an
instance that one rank is spread over serves one tensor only: the product of what the tensors share
is at most the number of instances.
"""

from __future__ import annotations

from octant.counting.kernel import inlined, lean


@inlined
def note_shared(lead, x, child, kind, hops, work):
    """Notes what a tensor costs at its parent under a lead, before it is shared."""
    parent, move, row = hops.parent[x, child], work.moves[kind], work.unshared[child, lead, x]
    served, first = move[5], work.room[4, 2]
    base, clipped = move[1], 0.0
    if hops.is_output[x] == 1:
        clipped = max(0.0, first - base)
    ask, again = hops.weights[x, child, 0], hops.weights[x, child, 3]
    row[0] = served * (ask + again)
    work.alone[child, lead, 0] += base * (ask + again) + clipped * again
    store, scale = hops.store[x, parent], hops.moved[x, parent] / work.copies[parent]
    for i in range(hops.limited.shape[0]):
        if hops.limited[i, 0] == store:
            ask, again = 0.0, scale / hops.rates[i]
            if hops.is_output[x] == 1 and hops.limited[i, 1] > 0:
                ask = again
            if hops.limited[i, 1] == 1:
                again = 0.0
            row[1 + i] = served * (ask + again)
            work.alone[child, lead, 1 + i] += base * (ask + again) + clipped * again


@lean
def add_sharing(child, known, hops, work):
    """Adds to what crosses to a child what tensors cannot share all at once."""
    units, sharing = 1.0, 0
    for x in range(hops.keeps.shape[0]):
        if work.reach[child, x] > 1.0:
            sharing += 1
    for node in range(min(known, child)):
        shared = False
        for x in range(hops.keeps.shape[0]):
            if work.reach[child, x] > 1.0 and hops.parent[x, child] <= node:
                shared = shared or hops.shared[x, node] == 1
        if shared and hops.temporal[node] == 0:
            units *= hops.units[node]
    if sharing < 2:
        return
    for lead in range(hops.sizes.shape[0] + 1):
        for column in range(work.total.shape[0]):
            together = least_together(child, lead, column, units, work)
            work.moved[child, lead, column] += max(0.0, together - work.alone[child, lead, column])


@lean
def least_together(child, lead, column, units, work):
    """The least sum of what tensors cost, each divided by its share; the shares multiply to units.

    The best shares are proportional to what tensors cost, between 1 and what each can reach. The
    factor is found by bisection, from above, so that the sum is no more than the least.
    """
    low, high, most = 1e300, 0.0, 1.0
    for x in range(work.reach.shape[1]):
        cost, reach = work.unshared[child, lead, x, column], work.reach[child, x]
        if reach > 1.0 and cost > 0.0:
            low, high, most = min(low, 1.0 / cost), max(high, reach / cost), most * reach
    if high == 0.0 or most <= units:
        return 0.0
    for _ in range(40):
        middle, product = (low * high) ** 0.5, 1.0
        for x in range(work.reach.shape[1]):
            if work.reach[child, x] > 1.0:
                product *= share_of(child, lead, x, column, middle, work)
        if product < units:
            low = middle
        else:
            high = middle
    total = 0.0
    for x in range(work.reach.shape[1]):
        if work.reach[child, x] > 1.0:
            share = share_of(child, lead, x, column, high, work)
            total += work.unshared[child, lead, x, column] / share
    return total


@inlined
def share_of(child, lead, x, column, factor, work):
    """What a tensor shares when that is proportional to its cost."""
    cost = work.unshared[child, lead, x, column]
    return max(1.0, min(work.reach[child, x], cost * factor))
