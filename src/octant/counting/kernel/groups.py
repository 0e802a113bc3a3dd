"""What an axis contributes at a moment: the deltas of instances, grouped where equal."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel.compiling import compiled
from octant.counting.kernel.positions import number_of_axes
from octant.counting.kernel.segments import kind_of_moment, moments_of, segment_cuts, tile_at


@compiled
def same_class(entries, a, b):
    """Whether two instances have one key and one interval."""
    return (
        entries[a, 0] == entries[b, 0]
        and entries[a, 1] == entries[b, 1]
        and entries[a, 2] == entries[b, 2]
    )


@compiled
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


@compiled
def axis_moments(
    axis, axes, coefficients, moment, loops, factors, stride, sizes, widths, spots, starts, merge,
    sums,
):  # fmt: skip
    """The four sums of ``add_group_sums`` of an axis over all moments when a loop advances.

    Args:
        moment: see ``kind_of_moment``; nothing is held at its two special values.
        spots, starts: the spatial positions of all ranks, ``spots[starts[r]:starts[r + 1]]``.
        merge: whether equal deltas are served together.
        sums: (4) is overwritten.
    """
    for i in range(4):
        sums[i] = 0
    ranks = sizes.shape[0]
    held = 0 <= moment < loops.shape[0]
    most = 0
    for rank in range(ranks):
        most = max(most, 2 * (starts[rank + 1] - starts[rank]) + 2)
    cuts = np.zeros((ranks, most), np.int64)
    shape = np.ones(ranks, np.int64)
    moments, positions = 1, 1
    for rank in range(ranks):
        if axes[rank] != axis:
            continue
        outer, step, per_outer = kind_of_moment(moment, loops, rank, factors, stride)
        shape[rank] = (
            segment_cuts(
                loops, outer, rank, factors, stride, sizes[rank], widths[rank], spots,
                starts[rank], starts[rank + 1], cuts[rank],
            )
            - 1
        )  # fmt: skip
        if moment < 0:
            shape[rank] = 1
        moments *= shape[rank]
        positions *= starts[rank + 1] - starts[rank]
    entries = np.empty((positions, 5), np.int64)
    for m in range(moments):
        active, weight = np.int64(0), np.int64(1)
        for p in range(positions):
            rest, other, key, scale, alive = m, p, 0, 1, True
            low, high, low_before, high_before = 0, 0, 0, 0
            weight = np.int64(1)
            for rank in range(ranks):
                if axes[rank] != axis:
                    continue
                outer, step, per_outer = kind_of_moment(moment, loops, rank, factors, stride)
                s = rest % shape[rank]
                rest //= shape[rank]
                places = starts[rank + 1] - starts[rank]
                spot = starts[rank] + other % places
                other //= places
                if moment >= 0:
                    weight *= moments_of(cuts[rank, s], cuts[rank, s + 1], per_outer)
                start, extent, start_before, extent_before = tile_at(
                    loops, outer, step, cuts[rank, s], spots[spot, 0], rank, factors, stride,
                    sizes[rank], widths[rank],
                )  # fmt: skip
                alive = alive and extent > 0
                c = coefficients[rank]
                low += c * start
                high += c * (start + extent - 1)
                low_before += c * start_before
                high_before += c * (start_before + extent_before - 1)
                key += scale * spots[spot, 1]
                scale *= places
            if not alive:
                continue
            start = max(low, low_before)
            overlap = min(high, high_before) - start + 1
            if overlap <= 0 or not held:
                start, overlap = 0, 0
            entries[active, 0] = key
            entries[active, 1] = low
            entries[active, 2] = high - low + 1
            entries[active, 3] = start
            entries[active, 4] = overlap
            active += 1
        if active > 0 and weight > 0:
            add_group_sums(entries, active, merge, weight, sums)


@compiled
def even_axes(sizes, axes, even):
    """(axes) whether no rank of an axis is cut off; ``even`` (ranks) says it of each rank."""
    plain = np.ones(number_of_axes(axes), np.int64)
    for rank in range(sizes.shape[0]):
        if axes[rank] >= 0 and even[rank] == 0:
            plain[axes[rank]] = 0
    return plain


@compiled
def even_axis_sums(
    axis, axes, coefficients, widths, outer, wrap, turning, step, advanced, held, places, sums
):  # fmt: skip
    """What ``axis_moments`` gives for an axis that no rank cuts off: every state is alike.

    Args:
        outer, wrap: (ranks) states of the rank's loops outside the one that advances, and how far
            its loops inside reach before they wrap.
        turning, step, advanced: the rank that advances (-1 for none), by how much, how often in
            each state of its loops outside.
        places: instances with different tiles.
    """
    extent, shift, states = 1, 0, places
    for rank in range(axes.shape[0]):
        if axes[rank] != axis:
            continue
        extent += coefficients[rank] * (widths[rank] - 1)
        shift += coefficients[rank] * wrap[rank]
        states *= outer[rank]
        if rank == turning:
            shift -= coefficients[rank] * step
            states *= advanced
    overlap = extent - (shift if shift > 0 else -shift)
    if overlap < 0 or not held:
        overlap = 0
    sums[0] = states * extent if overlap > 0 else 0
    sums[1] = states * overlap
    sums[2] = states * extent
    sums[3] = sums[0]
