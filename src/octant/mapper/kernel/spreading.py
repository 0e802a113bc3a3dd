"""The least over the ways in which ranks may spread over the next fanout outside.

How many steps a spread leaves, and what the levels outside cost then, are known from its products
alone: so the two are joined before any spread is listed.
"""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import inlined, lean
from octant.mapper.kernel.goals import admits
from octant.mapper.kernel.kinds import least_of_kinds
from octant.mapper.kernel.relaxed import steps_of, units_outside
from octant.model.kernel import whole

MOST_SPREADS = 256
"""Spreads that are looked at: where more could be better, little is gained by it."""


@inlined
def may_look_through(known, unknown, level, factors, hops, grids):
    """Whether a fanout of few products, and no other, lies between what is known and a level.

    Not while a fanout is listed: that needs the same room.
    """
    if unknown > known or grids.node[level] != known - 2 or hops.live.shape[0] == 0:
        return False
    if known < factors.shape[0] and hops.temporal[known] == 0:
        return False
    return hops.product_count[known - 1, hops.live[0]] > 0


@lean
def least_spread(known, level, energy, cycles, value, goal, factors, hops, grids, tables, work):
    """The least joules, cycles and value over the spreads that could be better; infinite for none.

    Args:
        known: the fanout is the node outside of it; level: the number of the level outside of that.
        energy, cycles, value: the same of all spreads at once.
    """
    live, seen, stage = hops.live.shape[0], 0, 0
    open_products(known, level, factors, hops, grids, work)
    apart, first, spread = (live + 1) * grids.cells[level], grids.base[level], work.spread_at
    least, soonest, best = np.inf, np.inf, np.inf
    spread[0] = -1
    while stage >= 0:
        spread[stage] += 1
        at = spread[stage]
        if at == work.spread_many[stage] or work.products[stage, at] > work.units[stage]:
            stage -= 1
            continue
        units = work.units[stage] / work.products[stage, at]
        slow = work.slow[stage] * work.steps[stage, at]
        steps = slow * max(1.0, work.ahead[stage + 1] / units)
        fewest = max(cycles, whole(steps))
        if steps > hops.most_steps or not admits(goal, energy, fewest):
            continue
        cell = work.spread_cell[stage] + work.spread_cells[stage, at]
        if stage < live - 1:
            stage += 1
            work.units[stage], work.slow[stage], work.spread_cell[stage] = units, slow, cell
            spread[stage] = -1
            continue
        seen += 1
        if seen > MOST_SPREADS:
            return energy, cycles, value
        joules, many, gain = least_of_kinds(
            grids.kinds[level], tables.joined, first + cell, apart, fewest, work.total,
            work.pending, work.pending, work.sure, goal,
        )  # fmt: skip
        least, soonest, best = min(least, joules), min(soonest, many), min(best, gain)
    return max(least, energy), max(soonest, cycles), max(best, value)


@inlined
def open_products(known, level, factors, hops, grids, work):
    """Writes what each rank may take of a fanout, its steps then, and the cell of what is left."""
    live, node = hops.live.shape[0], known - 1
    work.units[0], work.spread_cell[0] = hops.units[node], 0
    work.slow[0], work.ahead[live] = 1.0 / units_outside(node, hops, work), 1.0
    for stage in range(live - 1, -1, -1):
        rank, many, passes, full = hops.live[stage], 0, 0, 1
        left = work.rest[known, rank]
        for inside in range(known, factors.shape[0]):
            if hops.temporal[inside] == 1:
                full *= factors[inside, rank]
        cut = steps_of(rank, known, factors, hops, work) - (left - 1) * full
        for i in range(hops.product_count[node, rank]):
            product = hops.products[node, rank, i]
            if (left + product - 1) // product == passes:
                continue
            passes = (left + product - 1) // product
            last = cut if (passes - 1) * product == left - 1 else full
            work.products[stage, many] = product
            work.steps[stage, many] = (passes - 1) * full + last
            place = grids.place[level, rank, passes]
            work.spread_cells[stage, many] = place * grids.stride[level, rank]
            many += 1
        work.spread_many[stage] = many
        work.ahead[stage] = work.ahead[stage + 1] * work.steps[stage, 0]
