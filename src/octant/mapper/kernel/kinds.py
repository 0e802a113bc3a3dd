"""The least over the kinds of leads outside a tile, of what is known and what is to come."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import lean
from octant.mapper.kernel.completion import mixed
from octant.mapper.kernel.goals import admits, value_of
from octant.model.kernel import whole


@lean
def least_of_kinds(kinds, rows, first, apart, steps, total, pending, ended, sure, goal):
    """The least joules, cycles and value over the kinds of leads that could still be better.

    Args:
        pending: (kinds, columns) what crosses under such a lead; ended: (kinds, columns) the joules
            of that in which the end of a stay is counted already, which a kind's row adds.
        rows: (many, columns) the joules and ports' cycles of all that is to come, from ``first``
            on for each kind.
        sure: (kinds) the share of the tensor that stays for which its end surely costs. The least
            of sums is concave: what lies between costs no less than so much of both.
    """
    least, fewest, value = np.inf, np.inf, np.inf
    for kind in range(kinds):
        share, row, free = sure[kind], rows[first + kind * apart], rows[first]
        if share < 0.0:
            continue
        energy = max(pending[kind, 0] + mixed(share, row[0], free[0]), ended[kind, 0] + free[0])
        energy, cycles = total[0] + energy, steps
        for column in range(1, total.shape[0]):
            come = mixed(share, row[column], free[column])
            cycles = max(cycles, total[column] + pending[kind, column] + come)
        cycles = whole(cycles)
        if energy < np.inf and admits(goal, energy, cycles):
            least, fewest = min(least, energy), min(fewest, cycles)
            value = min(value, value_of(goal, energy, cycles))
    return least, fewest, value
