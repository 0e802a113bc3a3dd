"""What crosses a block's innermost loop, while the block's factors are chosen rank by rank.

A lead lets a tensor stay, but only over the steps that its own block has along ranks that the
tensor does not depend on. So each factor that is chosen tells more of what crosses inwards.
"""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import ZERO, inlined, lean
from octant.mapper.kernel.blocks import spread_of
from octant.mapper.kernel.hops import joules_of_hop
from octant.mapper.kernel.laps import stray_tiles, whole_tiles
from octant.mapper.rows import (
    COUNT,
    FIRST_CHILD,
    FIRST_PARENT,
    INSIDE,
    LEAST,
    LEAST_APART,
    LEAST_MERGED,
    SHARED,
    STAYED,
    STRAYED,
    TOGETHER,
)


@lean
def note_block(node, factors, hops, work):
    """Notes the hops that a block's innermost loop is outside of, before any factor is chosen.

    That is what ``bound_hops`` has left in ``work`` for the nodes inside: it is asked for others
    before the block is complete.

    Returns:
        how many hops; none where there is nothing to loop over.
    """
    nodes, many, outside = hops.keeps.shape[1], ZERO, False
    for lead in hops.live:
        work.led[lead], work.moving[lead] = np.inf, 0.0
        if hops.loops[node + 1, lead] > 0 and work.rest[node + 1, lead] > 1:
            work.led[lead], outside = 0.0, True
    if not outside:
        return 0
    for child in range(node + 1, nodes):
        if work.block[child] >= 0:
            break
        for lead in hops.live:
            if work.leads[child, lead] == 0:
                work.led[lead] = np.inf
            work.led[lead] += work.moved[child, lead, 0]
        for x in range(hops.keeps.shape[0]):
            if hops.parent[x, child] >= 0:
                note_hop(many, x, child, node, factors, hops, work)
                many += 1
    return many


@lean
def note_hop(number, x, child, node, factors, hops, work):
    """Notes a hop: its tiles, what it costs under each lead that moves it, how long it may stay."""
    hop, tiles, parent = work.open_hops[number], work.open_tiles[number], hops.parent[x, child]
    work.open_of[number, 0], work.open_of[number, 1] = x, child
    for place in range(hop.shape[0]):
        hop[place] = work.noted[child, x, place]
    live = hops.live.shape[0]
    for end in range(2):
        work.open_times[0, number, end], work.open_rest[live, number, end] = 1.0, 1.0
    work.open_strays[0, number] = -1.0
    for at in range(live - 1, -1, -1):
        rank, together = hops.live[at], 1
        for level in range(max(parent, node + 1), child):
            if hops.temporal[level] == 0 and hops.shared[x, level] == 1:
                together *= factors[level, rank]
        count, free = work.rest[child, rank], work.rest[node + 1, rank]
        tiles[COUNT, rank], tiles[TOGETHER, rank] = count, together
        tiles[INSIDE, rank] = spread_of(rank, child, node, factors, hops)
        for end in range(2):
            times = 1
            if hops.axes[x, rank] < 0:
                step = free * together if end == 1 else free
                times = (count + step - 1) // step
            work.open_rest[at, number, end] = work.open_rest[at + 1, number, end] * times
        if hops.axes[x, rank] >= 0 and work.leads[child, rank] == 1:
            work.moving[rank] += work.mixing[child, x, rank, 0]
            work.open_gains[number, rank] = work.mixing[child, x, rank, 1]


@lean
def note_factor(stage, many, hops, work):
    """Notes what a block's next rank does to the hops: its factor is in ``work.chosen``."""
    rank = hops.live[stage]
    factor, left = work.chosen[rank], work.left[rank]
    work.moved_on[rank] = 0.0
    for number in range(many):
        x, child = work.open_of[number, 0], work.open_of[number, 1]
        tiles, count = work.open_tiles[number], work.open_tiles[number, COUNT, rank]
        before, times = work.open_times[stage, number], work.open_times[stage + 1, number]
        times[0], times[1], strays = before[0], before[1], work.open_strays[stage, number]
        if hops.axes[x, rank] < 0:
            step = factor * tiles[TOGETHER, rank]
            times[0] *= (count + factor - 1) // factor
            times[1] *= (count + step - 1) // step
        elif factor > 1:
            strayed = stray_tiles(count, tiles[INSIDE, rank], factor, left)
            whole = whole_tiles(count, work.width[child, rank], hops.sizes[rank])
            lost = min(1.0, strayed / whole)
            strays = lost * (1.0 if strays < 0.0 else strays)
            gain = work.open_gains[number, rank]
            work.moved_on[rank] += work.open_hops[number, STRAYED] + (1.0 - lost) * gain
        work.open_strays[stage + 1, number] = strays


@inlined
def joules_where_it_stays(stage, number, hops, work):
    """The least joules of a hop under leads that let its tensor stay, so many ranks chosen.

    It stays over the loops of the block that it does not depend on; and on, into the next blocks,
    where there is no other loop, or in laps of one step.
    """
    x, child, hop = work.open_of[number, 0], work.open_of[number, 1], work.open_hops[number]
    apart, merged = work.open_rest[0, number, 0], work.open_rest[0, number, 1]
    strays = work.open_strays[stage, number]
    if strays >= 0.0:
        stays = work.open_times[stage, number, 0] * work.open_rest[stage, number, 0]
        apart = stays + strays * (apart - stays)
        stays = work.open_times[stage, number, 1] * work.open_rest[stage, number, 1]
        merged = stays + strays * (merged - stays)
    delivered = max(hop[LEAST_APART] * apart, hop[LEAST])
    served = max(hop[LEAST_MERGED] * merged / hop[SHARED], hop[LEAST + 1])
    return joules_of_hop(x, child, delivered, served, hop[FIRST_CHILD], hop[FIRST_PARENT], hops)


@lean
def write_leading(stage, many, level, hops, grids, work):
    """Writes what is pending by the kind of the block's lead, so many of its ranks chosen.

    ``work.leading`` gets it as ``bound_hops`` has it, where a tensor that stays comes once: what
    it costs when that ends is in the tables of what is to come. ``work.ended`` has this instead.

    Args:
        many: the hops of ``note_block``.
    """
    loops, leading, ended = False, work.leading, work.ended
    for at in range(stage):
        loops = loops or work.chosen[hops.live[at]] > 1
    for number in range(many):
        work.stayed[number] = joules_where_it_stays(stage, number, hops, work)
    for kind in range(grids.kinds[level]):
        leading[kind, 0], ended[kind, 0] = np.inf, np.inf
    for at in range(hops.live.shape[0]):
        lead = hops.live[at]
        if loops and at < stage and work.chosen[lead] == 1:
            continue
        once, kind = work.moving[lead], grids.kind_of[level, lead]
        if at < stage and work.chosen[lead] > 1:
            once = max(once, work.moved_on[lead])
        often = once
        for number in range(many):
            if hops.axes[work.open_of[number, 0], lead] < 0:
                once += work.open_hops[number, STAYED]
                often += work.stayed[number]
        leading[kind, 0] = min(leading[kind, 0], max(once, work.led[lead]))
        ended[kind, 0] = min(ended[kind, 0], max(often, work.led[lead]))
