"""What may come next: the choices of one node that could still be better, with their bounds."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import ONE, ZERO, compiled_lean, inlined, lean, merged
from octant.mapper.kernel.choices import factors_of, splits_of, take_budgets
from octant.mapper.kernel.completion import cell_of, copy_rows
from octant.mapper.kernel.factors import tile_fits
from octant.mapper.kernel.goals import admits
from octant.mapper.kernel.outlook import (
    bound_state,
    clear,
    least_of_kinds,
    may_go_on,
    settle,
    settle_node,
    write_outer,
)
from octant.mapper.kernel.relaxed import bound_hops, steps_of, units_outside


@compiled_lean
def list_choices(node, factors, pool, bounds, goal, found, count, hops, grids, tables, work):
    """Lists what a node may take that could still be better than all that was found.

    Args:
        factors: (nodes, ranks) those of the nodes further in are chosen.
        pool, bounds: (many, ranks), (many, 3) room for the choices, and their joules, cycles and
            value.
        goal, found, count: of ``goals.admits``.

    Returns:
        how many there are; -1 when there is no room for all.
    """
    settle(node + 1, factors, hops, work)
    if hops.temporal[node] == 1:
        return list_tiles(
            node, pool, bounds, goal, found, count, factors, work.rest, work.width, hops, grids,
            tables, work,
        )  # fmt: skip
    return list_spreads(
        node, pool, bounds, goal, found, count, factors, work.rest, work.width, hops, grids,
        tables, work,
    )  # fmt: skip


@merged
def list_tiles(
    node, pool, bounds, goal, found, count, factors, rest, width, hops, grids, tables, work
):  # fmt: skip
    """Lists what a level may take; ``list_choices``.

    Ranks are chosen one after the other; the level's table bounds all choices of the others.
    """
    live, chosen, left, widths = hops.live.shape[0], work.chosen, work.left, work.widths
    steps = bound_hops(node + 1, factors, rest, width, hops, grids, work)
    for column in range(work.total.shape[0]):
        work.settled[column] = work.total[column]
    copy_rows(work.pending.shape[0], work.pending, ZERO, work.led, ZERO)
    level = grids.next_level[node + 1]
    for rank in range(hops.sizes.shape[0]):
        chosen[rank], left[rank], widths[rank] = 1, rest[node + 1, rank], width[node + 1, rank]
    at, many = work.at, work.many
    stage, end, cell = ZERO, ZERO, cell_of(level, left, hops, grids)
    if live == 0 and tile_fits(node, widths, hops):
        return list_one(
            node, end, pool, bounds, goal, found, count, factors, rest, width, hops, grids,
            tables, work,
        )  # fmt: skip
    open_stage(stage, node, rest, hops, work)
    while 0 <= stage < live and end >= 0:
        rank = hops.live[stage]
        whole, stride = rest[node + 1, rank], grids.stride[level, rank]
        cell -= grids.place[level, rank, left[rank]] * stride
        at[stage] += 1
        more = at[stage] < many[stage]
        chosen[rank] = work.options[stage, at[stage]] if more else 1
        left[rank] = (whole + chosen[rank] - 1) // chosen[rank]
        widths[rank] = width[node + 1, rank] * chosen[rank]
        cell += grids.place[level, rank, left[rank]] * stride
        if not more:
            stage -= 1
            continue
        last = stage == live - 1
        if (chosen[rank] > 1 or last) and not tile_fits(node, widths, hops):
            at[stage] = many[stage]
            continue
        if not may_lead_on(
            stage + 1, level, cell, steps, goal, found, count, hops, grids, tables, work
        ):  # fmt: skip
            continue
        if last:
            end = list_one(
                node, end, pool, bounds, goal, found, count, factors, rest, width, hops, grids,
                tables, work,
            )  # fmt: skip
        else:
            stage += 1
            open_stage(stage, node, rest, hops, work)
    return end


@inlined
def may_lead_on(stage, level, cell, steps, goal, found, count, hops, grids, tables, work):
    """Whether a level's tile could still be better, so many of its ranks chosen."""
    if not may_go_on(
        stage, level, cell, steps, work.settled, work.led, goal, found, count, hops, grids, tables
    ):
        return False
    write_outer(stage, level, cell, work.left, work.widths, hops, grids, tables, work)
    energy, _, _ = least_of_kinds(
        grids.kinds[level], work.outer, ZERO, ONE, steps, work.settled, work.led, goal, found,
        count,
    )  # fmt: skip
    return energy < np.inf


@inlined
def open_stage(stage, node, rest, hops, work):
    """Begins with the factors of a rank."""
    if stage < hops.live.shape[0]:
        rank = hops.live[stage]
        work.at[stage] = -1
        work.many[stage] = factors_of(node, rank, rest[node + 1, rank], hops, work.options[stage])


@lean
def list_one(
    node, end, pool, bounds, goal, found, count, factors, rest, width, hops, grids, tables, work
):  # fmt: skip
    """Appends ``work.chosen`` if it could still be better.

    Where only the outermost node is left, its factors follow, and the bound is of the whole nest.
    """
    chosen = work.chosen
    settle_node(node, chosen, factors, rest, width, hops)
    known = node
    if node == 1:
        for rank in range(hops.sizes.shape[0]):
            left = rest[1, rank]
            if hops.fixed[0, rank] > 0 and left != hops.fixed[0, rank]:
                return end
            if left > 1 and hops.allowed[0, rank] == 0:
                return end
        settle_node(ZERO, rest[1], factors, rest, width, hops)
        known = 0
    energy, cycles, value = bound_state(
        known, factors, rest, width, goal, found, count, hops, grids, tables, work
    )
    if known == 0:
        clear(ONE, factors)
    if energy < np.inf:
        if end == pool.shape[0]:
            return -1
        for rank in range(chosen.shape[0]):
            pool[end, rank] = chosen[rank]
        bounds[end, 0], bounds[end, 1], bounds[end, 2] = energy, cycles, value
        end += 1
    return end


@merged
def list_spreads(
    node, pool, bounds, goal, found, count, factors, rest, width, hops, grids, tables, work
):  # fmt: skip
    """Lists how ranks may spread over a fanout's instances; ``list_choices``.

    Only the product of what the axes take of a rank matters; of several ways to split it those that
    leave most of the axes are kept.
    """
    live, chosen, at, many = hops.live.shape[0], work.chosen, work.at, work.many
    chosen[:] = 1
    floor_j, floor_cycles, _ = bound_state(
        node + 1, factors, rest, width, goal, found, count, hops, grids, tables, work
    )
    open_splits(node, factors, rest, width, hops, work)
    stage, end = ZERO, ZERO
    if live == 0:
        return list_one(
            node, end, pool, bounds, goal, found, count, factors, rest, width, hops, grids,
            tables, work,
        )  # fmt: skip
    while stage >= 0 and end >= 0:
        products, first = work.products[stage], at[stage]
        if first >= many[stage]:
            chosen[hops.live[stage]] = 1
            stage -= 1
            continue
        last = first
        while last < many[stage] and products[last] == products[first]:
            last += 1
        at[stage] = last
        chosen[hops.live[stage]] = products[first]
        least = least_steps_ahead(stage, first, work)
        if work.units[stage + 1] < 1.0:
            continue
        if least > hops.most_steps or not admits(
            goal, found, count, floor_j, max(floor_cycles, least)
        ):
            if stage == live - 1:
                at[stage] = many[stage]
            continue
        work.open_budgets[stage + 1] = take_budgets(
            first, work.open_budgets[stage], last, work.budgets[stage], work.splits[stage],
            work.budgets[stage + 1],
        )  # fmt: skip
        if work.open_budgets[stage + 1] == 0:
            continue
        if stage == live - 1:
            end = list_one(
                node, end, pool, bounds, goal, found, count, factors, rest, width, hops, grids,
                tables, work,
            )  # fmt: skip
        else:
            stage += 1
            at[stage] = 0
    return end


@lean
def open_splits(node, factors, rest, width, hops, work):
    """Writes how each rank may split over the axes, and the steps that are left then."""
    live = hops.live.shape[0]
    for stage in range(live):
        rank, products = hops.live[stage], work.products[stage]
        many = splits_of(node, rank, rest[node + 1, rank], hops, products, work.splits[stage], work)
        for i in range(many):
            factors[node, rank] = products[i]
            width[node, rank] = width[node + 1, rank] * products[i]
            work.steps[stage, i] = steps_of(rank, node, factors, width, hops)
        factors[node, rank] = 1
        work.many[stage] = many
    work.ahead[live] = 1.0
    for stage in range(live - 1, -1, -1):
        smallest = work.many[stage] - 1
        work.ahead[stage] = work.ahead[stage + 1] * work.steps[stage, smallest]
        work.ahead[stage] *= work.products[stage, smallest]
    work.at[0] = 0
    work.slow[0] = 1.0 / units_outside(node, hops)
    work.units[0] = hops.units[node]
    work.open_budgets[0] = 1
    work.budgets[0, 0, :] = 1
    for axis in range(hops.axis_count[node]):
        work.budgets[0, 0, axis] = hops.axis_size[node, axis]


@inlined
def least_steps_ahead(stage, choice, work):
    """The fewest steps when a rank takes a choice, and all others fill the instances left."""
    work.slow[stage + 1] = work.slow[stage] * work.steps[stage, choice]
    work.units[stage + 1] = work.units[stage] / work.products[stage, choice]
    return work.slow[stage + 1] * max(1.0, work.ahead[stage + 1] / work.units[stage + 1])
