"""What crosses to a child over all time."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel.compiling import inner, lean
from octant.counting.kernel.groups import axis_moments, even_axis_sums
from octant.counting.kernel.hop import Turn, view_of_hop
from octant.counting.kernel.loops import product
from octant.counting.kernel.positions import alone, any_of
from octant.counting.kernel.segments import irrelevant_moments


@lean
def repetitions(hop, moment, turn, merge):
    """How often the ranks that the tensor does not depend on repeat what happens at a moment."""
    times = 1
    for rank in range(hop.sizes.shape[0]):
        if hop.axes[rank] >= 0:
            continue
        if hop.even[rank] == 0:
            times *= irrelevant_moments(rank, hop, moment, merge)
            continue
        times *= hop.spread[merge, rank]
        if moment >= 0:
            times *= hop.outer[rank] * (turn.times if rank == turn.rank else 1)
    return times


@lean
def elements_at(hop, moment, turn, moving, merge, settled, sums):
    """The elements of all deltas at the moments when a loop advances.

    Args:
        moving: (axes + 1) 1 for an axis that has changed since the loop's last advance.
        settled: (2, axes) what a cut axis that has not changed contributes, -1 while unknown.
        sums: (4) room to work in.
    """
    times = repetitions(hop, moment, turn, merge)
    both, overlaps, whole, kept = times, times, times, times
    for axis in range(hop.plain.shape[0]):
        if hop.plain[axis] == 1:
            even_axis_sums(axis, hop, turn, merge, sums)
        elif turn.held and moving[axis] == 0:
            if settled[merge, axis] < 0:
                axis_moments(axis, hop, hop.loops.shape[0], merge, sums)
                settled[merge, axis] = sums[2]
            for i in range(4):
                sums[i] = settled[merge, axis]
        else:
            axis_moments(axis, hop, moment, merge, sums)
        both *= sums[0]
        overlaps *= sums[1]
        whole *= sums[2]
        kept *= sums[3]
    return both - overlaps + whole - kept


@inner
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
    if child == factors.shape[0] and alone(temporal, separate):
        return np.full(2, product(sizes), np.int64)
    hop = view_of_hop(sizes, axes, coefficients, temporal, separate, factors, order, stride, child)
    sums = np.empty(4, np.int64)
    settled = np.full((2, hop.plain.shape[0]), -1, np.int64)
    totals = np.zeros(2, np.int64)
    moving = np.zeros(hop.plain.shape[0] + 1, np.int64)  # the last is for irrelevant ranks
    moments = hop.loops.shape[0]
    first, last = (moments - 1, -2) if child < factors.shape[0] else (moments, moments - 1)
    for moment in range(first, last, -1):
        turn = Turn(False, np.int64(-1), np.int64(0), np.int64(1))
        if 0 <= moment < moments:
            node, rank = hop.loops[moment, 0], hop.loops[moment, 1]
            turn = Turn(True, rank, stride[node, rank], factors[node, rank] - 1)
            hop.outer[rank] //= factors[node, rank]
            moving[axes[rank]] = 1
        if not turn.held or any_of(moving[:-1]):
            for merge in range(2):
                totals[merge] += elements_at(hop, moment, turn, moving, merge, settled, sums)
        if turn.held:
            hop.wrap[turn.rank] += turn.times * turn.step
    return totals
