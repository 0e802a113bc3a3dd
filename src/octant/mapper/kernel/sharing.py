"""What tensors can at best share of the instances that fanouts outside of a partial mapping add.

Each tensor alone might be shared by all of them. But where no rank is free of two tensors, an
instance that one rank is spread over serves one tensor only: the product of what the tensors share
is at most the number of instances.
"""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import inlined, lean

ROUNDING = 1e-12
"""So much more is shared than would be best, for sums of floats."""


@inlined
def note_shared(lead, x, child, kind, hops, work):
    """Notes what a tensor costs at its parent under a lead, before it is shared."""
    parent, move, row = hops.parent[x, child], work.moves[kind], work.unshared[child, lead, x]
    served, first = move[5], work.room[4, 2]
    base, clipped = move[1], 0.0
    if hops.is_output[x] == 1:
        clipped = max(0.0, first - base)
    ask, again = hops.weights[x, child, 0], hops.weights[x, child, 3]
    work.caps[child, lead, x] = served / base
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
def add_sharing(child, unknown, hops, work):
    """Adds to what crosses to a child what tensors cannot share all at once."""
    units, sharing = 1.0, 0
    for x in range(hops.keeps.shape[0]):
        if work.reach[child, x] > 1.0:
            sharing += 1
    for node in range(min(unknown, child)):
        shared = False
        for x in range(hops.keeps.shape[0]):
            if work.reach[child, x] > 1.0 and hops.parent[x, child] <= node:
                shared = shared or hops.shared[x, node] == 1
        if shared and hops.temporal[node] == 0:
            units *= work.open_units[node]
    if sharing < 2:
        return
    units = min(units, work.spread[hops.sizes.shape[0]])
    for lead in range(hops.sizes.shape[0] + 1):
        for column in range(work.total.shape[0]):
            together = least_together(child, lead, column, units, work)
            work.moved[child, lead, column] += max(0.0, together - work.alone[child, lead, column])


@lean
def least_together(child, lead, column, units, work):
    """The least sum of what tensors cost, each divided by its share; the shares multiply to units.

    The best shares are proportional to what tensors cost, between 1 and the most that still saves.
    Between two factors of proportion at which a share meets an end, their product is a power.
    """
    most, below, tensors = 1.0, np.inf, work.reach.shape[1]
    for x in range(tensors):
        cost = work.unshared[child, lead, x, column]
        if work.reach[child, x] > 1.0 and cost > 0.0:
            most, below = most * work.caps[child, lead, x], min(below, 1.0 / cost)
    if most <= units:
        return 0.0
    for x in range(tensors):
        cost = work.unshared[child, lead, x, column]
        for end in range(2 if work.reach[child, x] > 1.0 and cost > 0.0 else 0):
            factor = (work.caps[child, lead, x] if end == 1 else 1.0) / cost
            if factor > below and product_of_shares(child, lead, column, factor, work) <= units:
                below = factor
    free = 0
    for x in range(tensors):
        cost = work.unshared[child, lead, x, column] * below
        if work.reach[child, x] > 1.0 and 1.0 <= cost < work.caps[child, lead, x]:
            free += 1
    more = units / product_of_shares(child, lead, column, below, work)
    factor = below * (1.0 + ROUNDING) * (more if free < 2 else more ** (1.0 / free))
    total = 0.0
    for x in range(tensors):
        if work.reach[child, x] > 1.0:
            share = share_of(child, lead, x, column, factor, work)
            total += work.unshared[child, lead, x, column] / share
    return total


@inlined
def product_of_shares(child, lead, column, factor, work):
    """The product of what tensors share at a factor of proportion."""
    product = 1.0
    for x in range(work.reach.shape[1]):
        if work.reach[child, x] > 1.0:
            product *= share_of(child, lead, x, column, factor, work)
    return product


@inlined
def share_of(child, lead, x, column, factor, work):
    """What a tensor shares when that is proportional to its cost."""
    cost = work.unshared[child, lead, x, column]
    return max(1.0, min(work.caps[child, lead, x], cost * factor))
