"""What crosses to a child over all time."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel.compiling import compiled
from octant.counting.kernel.groups import axis_moments, even_axes, even_axis_sums
from octant.counting.kernel.loops import loops_outside, product
from octant.counting.kernel.positions import alone, distinct_positions, positions_of_ranks
from octant.counting.kernel.segments import irrelevant_moments


@compiled
def hop_elements(sizes, axes, coefficients, temporal, separate, factors, order, stride, child):
    """The elements that cross to a child, over all time: the sizes of its deltas.

    A storage level holds its tile from step to step; the compute unit, the child after the last
    node, asks for its element again at every step.

    Args:
        axes, coefficients: (ranks) of the tensor.
        separate: (nodes) 1 for a fanout whose instances are served one by one.
        child: the child's node.

    Returns:
        (2) deltas of all instances, and deltas that differ among instances served together.
    """
    ranks = sizes.shape[0]
    nodes = factors.shape[0]
    if child == nodes and alone(temporal, separate):
        return np.full(2, product(sizes), np.int64)
    loops = loops_outside(temporal, factors, order, child)
    spots, starts, spread = positions_of_ranks(sizes, temporal, separate, factors, stride, child)
    widths = np.ones(ranks, np.int64)
    even = np.zeros(ranks, np.int64)
    outer = np.ones(ranks, np.int64)
    wrap = np.zeros(ranks, np.int64)
    for rank in range(ranks):
        if child < nodes:
            widths[rank] = stride[child, rank] * factors[child, rank]
        if stride[0, rank] * factors[0, rank] == sizes[rank]:
            even[rank] = 1
    for i in range(loops.shape[0]):
        outer[loops[i, 1]] *= factors[loops[i, 0], loops[i, 1]]
    plain = even_axes(sizes, axes, even)
    places = np.ones((2, plain.shape[0]), np.int64)
    for axis in range(plain.shape[0]):
        for merge in range(2):
            if plain[axis] == 1:
                places[merge, axis] = distinct_positions(
                    axis, axes, coefficients, spots, starts, spread[0], merge
                )
    cuts = np.empty(2 * spots.shape[0] + 2, np.int64)
    sums = np.empty(4, np.int64)
    settled = np.full((2, plain.shape[0]), -1, np.int64)
    totals = np.zeros(2, np.int64)
    moments = loops.shape[0]
    moving = np.zeros(plain.shape[0] + 1, np.int64)  # whether a loop inside moves the axis
    for moment in range(moments - 1, -2, -1) if child < nodes else range(moments, moments + 1):
        step, turning, advanced = 0, -1, 1
        held = 0 <= moment < moments
        if held:
            turning = loops[moment, 1]
            step = stride[loops[moment, 0], turning]
            advanced = factors[loops[moment, 0], turning] - 1
            outer[turning] //= advanced + 1
            moving[axes[turning]] = 1
            still = True
            for axis in range(plain.shape[0]):
                still = still and moving[axis] == 0
            if still:
                wrap[turning] += advanced * step
                continue
        for merge in range(2):
            times = 1
            for rank in range(ranks):
                if axes[rank] >= 0:
                    continue
                if even[rank] == 0:
                    times *= irrelevant_moments(
                        rank, moment, loops, factors, stride, sizes[rank], widths[rank], spots,
                        starts[rank], starts[rank + 1], merge, cuts,
                    )  # fmt: skip
                else:
                    times *= spread[merge, rank]
                    if moment >= 0:
                        times *= outer[rank] * (advanced if rank == turning else 1)
            both, overlaps, whole, kept = times, times, times, times
            for axis in range(plain.shape[0]):
                if plain[axis] == 1:
                    even_axis_sums(
                        axis, axes, coefficients, widths, outer, wrap, turning, step, advanced,
                        held, places[merge, axis], sums,
                    )  # fmt: skip
                elif held and moving[axis] == 0:
                    if settled[merge, axis] < 0:
                        axis_moments(
                            axis, axes, coefficients, moments, loops, factors, stride, sizes,
                            widths, spots, starts, merge, sums,
                        )  # fmt: skip
                        settled[merge, axis] = sums[2]
                    for i in range(4):
                        sums[i] = settled[merge, axis]
                else:
                    axis_moments(
                        axis, axes, coefficients, moment, loops, factors, stride, sizes, widths,
                        spots, starts, merge, sums,
                    )  # fmt: skip
                both *= sums[0]
                overlaps *= sums[1]
                whole *= sums[2]
                kept *= sums[3]
            totals[merge] += both - overlaps + whole - kept
        if held:
            wrap[turning] += advanced * step
    return totals
