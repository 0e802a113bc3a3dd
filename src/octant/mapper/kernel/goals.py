"""What a search is after: the best values, or a front that nothing dominates."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import ZERO, inlined, lean

ROUNDING = 1e-12
"""What is less than this share better is the same value: sums of floats differ by as much."""
FRONT = 4


@lean
def value_of(goal, energy, cycles):
    """The value of a goal: energy, cycles, energy times cycles, times cycles again.

    A front is searched in the order of energy times cycles.
    """
    if goal == 0:
        return energy
    if goal == 1:
        return cycles
    return energy * cycles * cycles if goal == 3 else energy * cycles


@lean
def admits(goal, found, count, energy, cycles):
    """Whether something of so many joules and cycles would be among the best, as many as wanted."""
    if goal != FRONT:
        if count == 0 or count < found.shape[0]:
            return energy < np.inf and cycles < np.inf
        worst = value_of(goal, found[count - 1, 0], found[count - 1, 1])
        return value_of(goal, energy, cycles) < worst * (1.0 - ROUNDING)
    for i in range(count):
        if found[i, 0] <= energy * (1.0 + ROUNDING) and found[i, 1] <= cycles * (1.0 + ROUNDING):
            return False
    return energy < np.inf and cycles < np.inf


@lean
def may_gain(goal, found, count, bound):
    """The same for something of at least so many joules, cycles and such a value."""
    if goal == FRONT:
        return admits(goal, found, count, bound[0], bound[1])
    if count < found.shape[0]:
        return bound[2] < np.inf
    worst = value_of(goal, found[count - 1, 0], found[count - 1, 1])
    return bound[2] < worst * (1.0 - ROUNDING)


@lean
def note(goal, found, nests, orders, keeps_found, count, energy, cycles, factors, rows, keeps):
    """Notes one of the best, the best first, and drops what it beats; returns how many there are.

    Args:
        found, nests, orders, keeps_found: (many, 2), (many, nodes, ranks), (many, tensors, nodes)
            joules and cycles, factors, loop orders and kept tensors of what was found.
    """
    kept = ZERO
    if goal == FRONT:
        for i in range(count):
            if found[i, 0] < energy or found[i, 1] < cycles:
                move_found(found, nests, orders, keeps_found, i, kept)
                kept += 1
        if kept == found.shape[0]:
            raise ValueError("a front of more points than there is room for")
        count = kept
    else:
        value, kept = value_of(goal, energy, cycles), min(count, found.shape[0] - 1)
        count = kept
        while kept > 0 and value < value_of(goal, found[kept - 1, 0], found[kept - 1, 1]):
            move_found(found, nests, orders, keeps_found, kept - 1, kept)
            kept -= 1
    found[kept, 0], found[kept, 1] = energy, cycles
    copy_table(factors, nests[kept])
    copy_table(rows, orders[kept])
    copy_table(keeps, keeps_found[kept])
    return count + 1


@inlined
def move_found(found, nests, orders, keeps_found, number, to):
    """Copies one of what was found to another place."""
    found[to, 0], found[to, 1] = found[number, 0], found[number, 1]
    copy_table(nests[number], nests[to])
    copy_table(orders[number], orders[to])
    copy_table(keeps_found[number], keeps_found[to])


@lean
def copy_table(source, target):
    """Copies all rows and columns."""
    for row in range(source.shape[0]):
        for column in range(source.shape[1]):
            target[row, column] = source[row, column]
