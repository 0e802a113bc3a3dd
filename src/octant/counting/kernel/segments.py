"""What a rank does at the moments when a loop advances: segments of alike states."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel.compiling import inner, lean
from octant.counting.kernel.loops import last_offset, offset_of_state, span_of, states_up_to


@lean
def insert_sorted(values, count, value):
    """Inserts a value into the first ``count`` sorted ones unless it is there; the new count."""
    place = count
    while place > 0 and values[place - 1] >= value:
        place -= 1
    if place < count and values[place] == value:
        return count
    for i in range(count, place, -1):
        values[i] = values[i - 1]
    values[place] = value
    return count + 1


@lean
def segment_cuts(outer, hop, rank, cuts):
    """Where the segments of a rank begin: writes the states to ``cuts``, returns how many + 1.

    Args:
        outer: the rank's states are those of its loops ``i < outer``.
    """
    loops, factors, stride = hop.loops, hop.factors, hop.stride
    span = span_of(loops, outer, rank, factors, stride, hop.widths[rank])
    states = np.int64(1)
    for i in range(outer):
        if loops[i, 1] == rank:
            states *= factors[loops[i, 0], rank]
    cuts[0] = 0
    count = insert_sorted(cuts, np.int64(1), states)
    for p in range(hop.starts[rank], hop.starts[rank + 1]):
        room = hop.sizes[rank] - hop.spots[p, 0]
        complete = states_up_to(loops, 0, outer, rank, factors, stride, room - span)
        existing = states_up_to(loops, 0, outer, rank, factors, stride, room - 1)
        count = insert_sorted(cuts, count, complete)
        count = insert_sorted(cuts, count, existing)
    return count


@lean
def tile_at(outer, step, state, spot, hop, rank):
    """The tile of an instance in a state: start and size now, start and size before.

    Args:
        outer: the state is of the rank's loops ``i < outer``.
        step: the stride of the loop that has just advanced, 0 where it is another rank's.
        state: the number of the state; ``spot``: the instance's offset.

    Returns:
        starts relative to the state's offset; size 0 where the instance is absent.
    """
    loops, factors, stride, width = hop.loops, hop.factors, hop.stride, hop.widths[rank]
    room = hop.sizes[rank] - spot - offset_of_state(loops, outer, rank, factors, stride, state)
    if room <= 0:
        return 0, 0, 0, 0
    span = span_of(loops, outer, rank, factors, stride, width)
    now = width if width < room else room
    reach = span if step > 0 or span < room else room
    last = last_offset(loops, outer, rank, factors, stride, reach)
    before = width if width < reach - last else reach - last
    return spot, now, spot + last - step, before


@lean
def moments_of(low, high, per_outer):
    """How many of the states from ``low`` to ``high`` a loop of so many steps has advanced to."""
    if per_outer == 0:
        return high - low
    return high - low - (high + per_outer - 1) // per_outer + (low + per_outer - 1) // per_outer


@lean
def kind_of_moment(moment, hop, rank):
    """Which of a rank's loops make its state at a moment: (outer, step, steps of that loop).

    A moment of -1 is the first of all, of the number of loops any at all.
    """
    if 0 <= moment < hop.loops.shape[0] and hop.loops[moment, 1] == rank:
        node = hop.loops[moment, 0]
        return moment + 1, hop.stride[node, rank], hop.factors[node, rank]
    return (moment if moment > 0 else 0), 0, 0


@inner
def irrelevant_moments(rank, hop, moment, merge):
    """Sum over moments of the groups that an irrelevant rank makes: its distinct active keys."""
    first, last = hop.starts[rank], hop.starts[rank + 1]
    if moment == hop.loops.shape[0]:
        if merge == 0:  # every tile of the rank is one instance at one state
            return (hop.sizes[rank] + hop.widths[rank] - 1) // hop.widths[rank]
        if hop.spread[1, rank] == 1:  # all share, and the first position exists in every state
            return states_up_to(
                hop.loops, 0, moment, rank, hop.factors, hop.stride, hop.sizes[rank] - 1
            )
    outer, _, per_outer = kind_of_moment(moment, hop, rank)
    cuts = np.empty(2 * (last - first) + 2, np.int64)
    count = segment_cuts(outer, hop, rank, cuts)
    total = 0
    for s in range(1 if moment < 0 else count - 1):
        times = 1 if moment < 0 else moments_of(cuts[s], cuts[s + 1], per_outer)
        base = offset_of_state(hop.loops, outer, rank, hop.factors, hop.stride, cuts[s])
        for p in range(first, last):
            new = hop.spots[p, 0] + base < hop.sizes[rank]
            q = first
            while merge == 1 and new and q < p:
                absent = hop.spots[q, 0] + base >= hop.sizes[rank]
                new = absent or hop.spots[q, 1] != hop.spots[p, 1]
                q += 1
            if new:
                total += times
    return total
