"""What a search is after: the best values, or a front that nothing dominates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from octant.counting.kernel import ZERO, inlined, inner, lean

ROUNDING = 1e-12
"""What is less than this share better is the same value: sums of floats differ by as much."""
FRONT = 4
AT_ONCE = 64
"""Choices that are tried, or priced, before the caller may look at the clock."""


class Goal(NamedTuple):
    """What a search is after, and what it has.

    Attributes:
        number: of the objective, or ``FRONT``.
        wanted: the value below which something is among the best; not of a front.
        most_j, most_cycles: joules and cycles that it may have at most.
        points: (room, 2) joules and cycles of what was found, the first ``many`` of them, the best
            first.
    """

    number: int
    wanted: float
    most_j: float
    most_cycles: float
    points: NDArray[np.float64]
    many: int


@lean
def value_of(goal, energy, cycles):
    """The value of a goal: energy, cycles, energy times cycles, times cycles again.

    A front is searched in the order of energy times cycles.
    """
    if goal.number == 0:
        return energy
    if goal.number == 1:
        return cycles
    return energy * cycles * cycles if goal.number == 3 else energy * cycles


@lean
def admits(goal, energy, cycles):
    """Whether something of so many joules and cycles would be among the best, as many as wanted."""
    if energy > goal.most_j or cycles > goal.most_cycles:
        return False
    if goal.number == FRONT:
        for i in range(goal.many):
            joules, many = goal.points[i, 0], goal.points[i, 1]
            if joules <= energy * (1.0 + ROUNDING) and many <= cycles * (1.0 + ROUNDING):
                return False
    elif value_of(goal, energy, cycles) >= goal.wanted:
        return False
    return energy < np.inf and cycles < np.inf


@lean
def most_joules(goal, cycles):
    """The joules from which on nothing of at least so many cycles is among the best."""
    most = goal.most_j * (1.0 + ROUNDING)
    if goal.number == FRONT or goal.number == 1:
        return most
    return min(most, goal.wanted / value_of(goal, 1.0, cycles))


@lean
def may_gain(goal, bound):
    """The same for something of at least so many joules, cycles and such a value."""
    if goal.number == FRONT:
        return admits(goal, bound[0], bound[1])
    return bound[2] < goal.wanted


@lean
def note(goal, nests, orders, keeps, energy, cycles, factors, rows, kept_tensors):
    """Notes one of the best, the best first, and drops what it beats; returns how many there are.

    Args:
        nests, orders, keeps: (many, nodes, ranks), (many, tensors, nodes) factors, loop orders and
            kept tensors of what was found.
    """
    found, count, kept = goal.points, goal.many, ZERO
    if goal.number == FRONT:
        for i in range(count):
            if found[i, 0] < energy or found[i, 1] < cycles:
                move_found(found, nests, orders, keeps, i, kept)
                kept += 1
        if kept == found.shape[0]:
            raise ValueError("a front of more points than there is room for")
        count = kept
    else:
        value, kept = value_of(goal, energy, cycles), min(count, found.shape[0] - 1)
        count = kept
        while kept > 0 and value < value_of(goal, found[kept - 1, 0], found[kept - 1, 1]):
            move_found(found, nests, orders, keeps, kept - 1, kept)
            kept -= 1
    found[kept, 0], found[kept, 1] = energy, cycles
    copy_table(factors, nests[kept])
    copy_table(rows, orders[kept])
    copy_table(kept_tensors, keeps[kept])
    return count + 1


@inner
def found_so_many(goal, count):
    """The goal when so many are found."""
    wanted, points = goal.wanted, goal.points
    if goal.number != FRONT and count == points.shape[0]:
        worst = value_of(goal, points[count - 1, 0], points[count - 1, 1])
        wanted = min(wanted, worst * (1.0 - ROUNDING))
    return Goal(goal.number, wanted, goal.most_j, goal.most_cycles, points, count)


@inlined
def move_found(found, nests, orders, keeps, number, to):
    """Copies one of what was found to another place."""
    found[to, 0], found[to, 1] = found[number, 0], found[number, 1]
    copy_table(nests[number], nests[to])
    copy_table(orders[number], orders[to])
    copy_table(keeps[number], keeps[to])


@lean
def copy_table(source, target):
    """Copies all rows and columns."""
    for row in range(source.shape[0]):
        for column in range(source.shape[1]):
            target[row, column] = source[row, column]
