"""What an axis contributes at a moment: the deltas of instances, grouped where equal."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel.compiling import inner, lean
from octant.counting.kernel.segments import kind_of_moment, moments_of, segment_cuts, tile_at


@lean
def same_class(entries, a, b):
    """Whether two instances have one key and one interval."""
    return (
        entries[a, 0] == entries[b, 0]
        and entries[a, 1] == entries[b, 1]
        and entries[a, 2] == entries[b, 2]
    )


@lean
def add_group_sums(entries, number, merge, weight, sums):
    """Adds the four sums of one axis at one moment to ``sums``.

    ``entries`` (instances, 5) are key, start and extent now, start and extent of the overlap with
    the tile before. Instances of one key and one interval now are a class with extent L, m
    different non-empty overlaps of total extent V, and e = 1 where some overlap is empty. Added
    are the sums over classes of L*m, V, L, and L where e = 0. The number of elements that all
    distinct deltas bring is, with products over the axes, prod(Lm) - prod(V) + prod(L) - prod(L
    where e = 0): deltas with an overlap on every axis, and once per class the whole tile where
    there is one without.
    """
    for a in range(number):
        leader = True
        b = 0
        while merge == 1 and leader and b < a:
            leader = not same_class(entries, a, b)
            b += 1
        if not leader:
            continue
        different, overlaps, empty = 0, 0, False
        for b in range(a, number if merge == 1 else a + 1):
            if not same_class(entries, a, b):
                continue
            if entries[b, 4] == 0:
                empty = True
                continue
            new = True
            for d in range(a, b):
                if (
                    same_class(entries, a, d)
                    and entries[d, 3] == entries[b, 3]
                    and entries[d, 4] == entries[b, 4]
                ):
                    new = False
            if new:
                different += 1
                overlaps += entries[b, 4]
        extent = weight * entries[a, 2]
        sums[0] += extent * different
        sums[1] += weight * overlaps
        sums[2] += extent
        if not empty:
            sums[3] += extent


@lean
def axis_segments(axis, hop, moment, cuts, shape):
    """Writes every rank's segments at a moment: their first states, and how many there are."""
    for rank in range(shape.shape[0]):
        shape[rank] = 1
        if hop.axes[rank] != axis:
            continue
        outer, _, _ = kind_of_moment(moment, hop, rank)
        count = segment_cuts(outer, hop, rank, cuts[rank])
        if moment >= 0:
            shape[rank] = count - 1


@lean
def weight_of(axis, hop, moment, m, cuts, shape):
    """How many moments have the combination ``m`` of an axis's segments."""
    weight = np.int64(1)
    for rank in range(shape.shape[0]):
        if hop.axes[rank] == axis and moment >= 0:
            _, _, per_outer = kind_of_moment(moment, hop, rank)
            segment = m % shape[rank]
            weight *= moments_of(cuts[rank, segment], cuts[rank, segment + 1], per_outer)
        m //= shape[rank]
    return weight


@lean
def write_entry(axis, hop, moment, m, p, cuts, shape, entry):
    """Writes what instance ``p`` of an axis holds in the combination ``m`` of segments.

    Returns:
        whether it is active; ``entry`` is as in ``add_group_sums``.
    """
    key, scale = 0, 1
    low, high, low_before, high_before = 0, 0, 0, 0
    for rank in range(shape.shape[0]):
        if hop.axes[rank] != axis:
            continue
        outer, step, _ = kind_of_moment(moment, hop, rank)
        state = cuts[rank, m % shape[rank]]
        m //= shape[rank]
        places = hop.starts[rank + 1] - hop.starts[rank]
        spot = hop.starts[rank] + p % places
        p //= places
        start, extent, start_before, extent_before = tile_at(
            outer, step, state, hop.spots[spot, 0], hop, rank
        )
        if extent == 0:
            return False
        coefficient = hop.coefficients[rank]
        low += coefficient * start
        high += coefficient * (start + extent - 1)
        low_before += coefficient * start_before
        high_before += coefficient * (start_before + extent_before - 1)
        key += scale * hop.spots[spot, 1]
        scale *= places
    start = max(low, low_before)
    overlap = min(high, high_before) - start + 1
    if overlap <= 0 or moment < 0 or moment >= hop.loops.shape[0]:
        start, overlap = 0, 0
    entry[0], entry[1], entry[2], entry[3], entry[4] = key, low, high - low + 1, start, overlap
    return True


@inner
def axis_moments(axis, hop, moment, merge, sums):
    """The four sums of ``add_group_sums`` of an axis over all moments when a loop advances.

    Args:
        moment: see ``kind_of_moment``; nothing is held at its two special values.
        merge: whether equal deltas are served together.
        sums: (4) is overwritten.
    """
    for i in range(4):
        sums[i] = 0
    ranks = hop.sizes.shape[0]
    moments, positions, most, members, only = 1, 1, 0, 0, 0
    for rank in range(ranks):
        places = hop.starts[rank + 1] - hop.starts[rank]
        most = max(most, places)
        if hop.axes[rank] == axis:
            positions *= places
            members += 1
            only = rank
    if members == 1:
        merge = 0  # tiles of one rank at different positions are different
        if moment == hop.loops.shape[0] and hop.coefficients[only] == 1:
            sums[2] = hop.sizes[only]  # over all states and positions they cover it once
            return
    cuts = np.zeros((ranks, 2 * most + 2), np.int64)
    shape = np.ones(ranks, np.int64)
    axis_segments(axis, hop, moment, cuts, shape)
    for rank in range(ranks):
        moments *= shape[rank]
    entries = np.empty((positions, 5), np.int64)
    for m in range(moments):
        weight = weight_of(axis, hop, moment, m, cuts, shape)
        if weight == 0:
            continue
        active = np.int64(0)
        for p in range(positions):
            if write_entry(axis, hop, moment, m, p, cuts, shape, entries[active]):
                active += 1
        add_group_sums(entries, active, merge, weight, sums)


@lean
def even_axis_sums(axis, hop, turn, merge, sums):
    """What ``axis_moments`` gives for an axis that no rank cuts off: every state is alike."""
    extent, shift, states = 1, 0, hop.places[merge, axis]
    for rank in range(hop.sizes.shape[0]):
        if hop.axes[rank] != axis:
            continue
        extent += hop.coefficients[rank] * (hop.widths[rank] - 1)
        shift += hop.coefficients[rank] * hop.wrap[rank]
        states *= hop.outer[rank]
        if rank == turn.rank:
            shift -= hop.coefficients[rank] * turn.step
            states *= turn.times
    overlap = extent - (shift if shift > 0 else -shift)
    if overlap < 0 or not turn.held:
        overlap = 0
    sums[0] = states * extent if overlap > 0 else 0
    sums[1] = states * overlap
    sums[2] = states * extent
    sums[3] = sums[0]
