"""What tensors can at best share of the instances that fanouts outside of a partial mapping add.

Each tensor alone might be shared by all of them. But where no rank is free of two tensors, an
instance that one rank is spread over serves one tensor only: the product of what the tensors share
is at most the number of instances.
"""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import inlined, lean
from octant.mapper.rows import FIRST_PARENT, SERVED, UNSHARED

ROUNDING = 1e-12
"""What differs by this share may be the same; some of it more is shared than would be best."""


@inlined
def note_shared(lead, x, child, kind, hops, work):
    """Notes what a tensor costs at its parent under a lead, before it is shared."""
    parent, move, row = hops.parent[x, child], work.moves[kind], work.unshared[child, lead, x]
    served, first = move[UNSHARED], work.hop[FIRST_PARENT]
    base, clipped = move[SERVED], 0.0
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
def share_all(known, unknown, hops, work):
    """Adds to what crosses to each child what tensors cannot share all at once.

    What crosses to the compute units depends on no lead: it shares along with the first child that
    shares anything, or else alone. A tensor crosses the fanouts that are not known in one hop only.
    """
    nodes, none, joined = hops.keeps.shape[1], hops.sizes.shape[0], False
    for child in range(max(known, 1), nodes):
        if sharing_at(child, work) == 0:
            continue
        if not joined and sharing_at(nodes, work) > 0:
            join_units(child, hops, work)
            joined = True
        add_sharing(child, unknown, hops, work)
    if not joined and sharing_at(nodes, work) > 1:
        units = units_shared(nodes, unknown, hops, work)
        for column in range(work.total.shape[0]):
            together = least_together(nodes, none, column, units, work)
            work.total[column] += max(0.0, together - work.alone[nodes, none, column])


@inlined
def sharing_at(child, work):
    """How many tensors may yet share what crosses to a child."""
    sharing = 0
    for x in range(work.reach.shape[1]):
        if work.reach[child, x] > 1.0:
            sharing += 1
    return sharing


@lean
def join_units(child, hops, work):
    """Lets what crosses to the compute units share along with what crosses to a child."""
    (tensors, nodes), none = hops.keeps.shape, hops.sizes.shape[0]
    for lead in range(none + 1):
        if lead < none and work.leads[child, lead] == 0:
            continue
        for column in range(work.total.shape[0]):
            work.alone[child, lead, column] += work.alone[nodes, none, column]
        for x in range(tensors):
            if work.reach[nodes, x] > 1.0:
                work.reach[child, x] = work.reach[nodes, x]
                work.caps[child, lead, x] = work.caps[nodes, none, x]
                for column in range(work.total.shape[0]):
                    work.unshared[child, lead, x, column] = work.unshared[nodes, none, x, column]


@lean
def units_shared(child, unknown, hops, work):
    """The instances of the fanouts that are not known and share what crosses to a child."""
    units = 1.0
    for node in range(min(unknown, child)):
        shared = False
        for x in range(hops.keeps.shape[0]):
            if work.reach[child, x] > 1.0 and hops.parent[x, child] <= node:
                shared = shared or hops.shared[x, node] == 1
        if shared and hops.temporal[node] == 0:
            units *= work.open_units[node]
    return min(units, work.spread[hops.sizes.shape[0]])


@lean
def add_sharing(child, unknown, hops, work):
    """Adds to what crosses to a child what tensors cannot share all at once, under each lead."""
    if sharing_at(child, work) < 2:
        return
    units, none = units_shared(child, unknown, hops, work), hops.sizes.shape[0]
    led = False
    for rank in hops.live:
        led = led or work.leads[child, rank] == 1
    for lead in range(none + 1):
        if led if lead == none else work.leads[child, lead] == 0:
            continue
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
    costs, caps = work.unshared[child, lead], work.caps[child, lead]
    for x in range(tensors):
        if costs[x, column] > 0.0:
            most, below = most * caps[x], min(below, 1.0 / costs[x, column])
    if most <= units:
        return 0.0
    product = 1.0
    for x in range(tensors):
        cost = costs[x, column]
        for end in range(2 if cost > 0.0 else 0):
            factor = (caps[x] if end == 1 else 1.0) / cost
            if factor > below:
                shared = 1.0
                for other in range(tensors):
                    shared *= max(1.0, min(caps[other], costs[other, column] * factor))
                if shared <= units:
                    below, product = factor, shared
    free = 0
    for x in range(tensors):
        share = costs[x, column] * below * (1.0 + ROUNDING)
        if 1.0 <= share < caps[x]:
            free += 1
    more = units / product
    if free > 1:
        more = more**0.5 if free == 2 else more ** (1.0 / free)
    factor = below * (1.0 + 4.0 * ROUNDING) * more
    total = 0.0
    for x in range(tensors):
        cost = costs[x, column]
        total += cost / max(1.0, min(caps[x], cost * factor))
    return total
