"""What may come next: the choices of one node that could still be better, with their bounds."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import ONE, ZERO, compiled_lean, inlined, lean
from octant.mapper.kernel.choices import factors_of, splits_of, take_budgets
from octant.mapper.kernel.completion import cell_of, copy_rows
from octant.mapper.kernel.factors import tile_fits
from octant.mapper.kernel.goals import AT_ONCE, admits, may_gain, most_joules
from octant.mapper.kernel.kinds import least_of_kinds
from octant.mapper.kernel.leading import note_block, note_factor, write_leading
from octant.mapper.kernel.outermost import may_be_ordered
from octant.mapper.kernel.outlook import (
    bound_state,
    clear,
    least_before,
    may_go_on,
    note_even,
    note_sure,
    settle,
    settle_node,
    write_outer,
)
from octant.mapper.kernel.relaxed import bound_hops, steps_of, units_outside
from octant.model.kernel import whole

FEW = 40
"""Spreads that are not worth a bound of what they have in common."""


@compiled_lean
def list_onwards(
    node, factors, choices, values, first, pool, bounds, goal, hops, grids, tables, work
):
    """Lists what the next node may take under the first of a node's choices that leads on.

    Without any choices it lists what is known: writes its bound, which is of one.

    Args:
        node: the number of nodes to begin with: its one choice is not read.
        factors: (nodes, ranks) those of the nodes further in are chosen; gets the choice.
        choices, values: (many, ranks), (many, 3) what the node may take, and the joules, cycles and
            value that no completion goes below; those before ``first`` were taken.
        pool, bounds: (many, ranks), (many, 3) room for what is listed, with the same of these.
        goal: ``goals.Goal``.

    Returns:
        the number of the choice, and how many are listed: -1 when there is no room for all, 0 when
        neither it nor any before it leads on.
    """
    if choices.shape[0] == 0:
        settle(node, factors, hops, work)
        bounds[0, 0], bounds[0, 1], bounds[0, 2] = bound_state(
            node, node, ZERO, factors, goal, hops, grids, tables, work
        )
        return first, ONE
    last = min(choices.shape[0], first + AT_ONCE) - 1
    for at in range(first, last + 1):
        if node < factors.shape[0]:
            for rank in range(factors.shape[1]):
                factors[node, rank] = choices[at, rank]
        if not may_gain(goal, values[at]):
            continue
        many = list_choices(
            node - 1, values[at], pool, bounds, goal, factors, hops, grids, tables, work
        )  # fmt: skip
        if many != 0:
            return at, many
    return last, ZERO


@lean
def list_choices(node, floor, pool, bounds, goal, factors, hops, grids, tables, work):
    """Lists what a node may take that could still be better than all that was found.

    Args:
        floor: (3) the bound of what is known already.
    """
    settle(node + 1, factors, hops, work)
    if hops.temporal[node] == 1:
        return list_tiles(node, pool, bounds, goal, factors, hops, grids, tables, work)
    return list_spreads(node, floor, pool, bounds, goal, factors, hops, grids, tables, work)


@lean
def list_tiles(node, pool, bounds, goal, factors, hops, grids, tables, work):
    """Lists what a level may take; ``list_choices``.

    Ranks are chosen one after the other; the level's table bounds all choices of the others.
    """
    live, chosen, left, widths = hops.live.shape[0], work.chosen, work.left, work.widths
    steps = settle_hops(node, factors, hops, grids, work)
    level, crossing = grids.next_level[node + 1], note_block(node, factors, hops, work)
    copy_rows(work.pending.shape[0], work.unsettled, ZERO, work.leading, ZERO)
    copy_rows(work.pending.shape[0], work.unsettled, ZERO, work.ended, ZERO)
    for rank in range(hops.sizes.shape[0]):
        chosen[rank] = 1
        left[rank], widths[rank] = work.rest[node + 1, rank], work.width[node + 1, rank]
    at, many, most = work.at, work.many, most_joules(goal, steps) - least_inside(work)
    stage, end, cell = ZERO, ZERO, cell_of(level, left, hops, grids)
    if live == 0 and tile_fits(node, widths, hops):
        return list_one(node, end, pool, bounds, goal, factors, hops, grids, tables, work)
    open_stage(stage, node, hops, work)
    while 0 <= stage < live and end >= 0:
        rank = hops.live[stage]
        whole, stride = work.rest[node + 1, rank], grids.stride[level, rank]
        cell -= grids.place[level, rank, left[rank]] * stride
        at[stage] += 1
        more = at[stage] < many[stage]
        chosen[rank] = work.options[stage, at[stage]] if more else 1
        left[rank] = (whole + chosen[rank] - 1) // chosen[rank]
        widths[rank] = work.width[node + 1, rank] * chosen[rank]
        cell += grids.place[level, rank, left[rank]] * stride
        if not more:
            stage -= 1
            continue
        last = stage == live - 1
        if (chosen[rank] > 1 or last) and not tile_fits(node, widths, hops):
            at[stage] = many[stage]
            continue
        if last and node == 1 and not may_be_ordered(most, left, widths, hops, work):
            continue
        if not may_lead_on(
            stage + 1, crossing, level, cell, steps, goal, hops, grids, tables, work
        ):
            continue
        if last:
            end = list_one(node, end, pool, bounds, goal, factors, hops, grids, tables, work)
        else:
            stage += 1
            open_stage(stage, node, hops, work)
    return end


@inlined
def least_inside(work):
    """The least joules of all that crosses inside a tile, before its factors are chosen."""
    least = np.inf
    for kind in range(work.unsettled.shape[0]):
        least = min(least, work.unsettled[kind, 0])
    return work.settled[0] + least


@inlined
def may_lead_on(stage, crossing, level, cell, steps, goal, hops, grids, tables, work):
    """Whether a level's tile could still be better, so many of its ranks chosen.

    What takes least time to ask is asked first.

    Args:
        crossing: the hops of ``leading.note_block``.
    """
    note_sure(level, stage, work.settled_even, hops, grids, work)
    if not may_go_on(
        stage, level, cell, steps, work.settled, work.unsettled, work.unsettled, goal, hops, grids,
        tables, work,
    ):  # fmt: skip
        return False
    if crossing > 0:
        note_factor(stage - 1, crossing, hops, work)
        write_leading(stage, crossing, level, hops, grids, work)
        if not may_go_on(
            stage, level, cell, steps, work.settled, work.leading, work.ended, goal, hops, grids,
            tables, work,
        ):  # fmt: skip
            return False
    write_outer(stage, level, cell, work.left, work.widths, hops, grids, tables, work)
    energy, _, _ = least_of_kinds(
        grids.kinds[level], work.outer, ZERO, ONE, steps, work.settled, work.leading, work.ended,
        work.sure, goal,
    )  # fmt: skip
    return energy < np.inf


@inlined
def open_stage(stage, node, hops, work):
    """Begins with the factors of a rank."""
    if stage < hops.live.shape[0]:
        rank = hops.live[stage]
        work.at[stage] = -1
        left = work.rest[node + 1, rank]
        work.many[stage] = factors_of(node, rank, left, hops, work.options[stage])


@lean
def list_one(node, end, pool, bounds, goal, factors, hops, grids, tables, work):
    """Appends ``work.chosen`` if it could still be better.

    Where only the outermost node is left, its factors follow, and the bound is of the whole nest.
    """
    chosen = work.chosen
    settle_node(node, chosen, factors, hops, work)
    known = node
    if node == 1:
        for rank in range(hops.sizes.shape[0]):
            left = work.rest[1, rank]
            if hops.fixed[0, rank] > 0 and left != hops.fixed[0, rank]:
                return end
            if left > 1 and hops.allowed[0, rank] == 0:
                return end
        settle_node(ZERO, work.rest[1], factors, hops, work)
        known = 0
    energy, cycles, value = bound_state(
        known, known, ZERO, factors, goal, hops, grids, tables, work
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


@lean
def list_spreads(node, floor, pool, bounds, goal, factors, hops, grids, tables, work):
    """Lists how ranks may spread over a fanout's instances; ``list_choices``.

    Only the product of what the axes take of a rank matters; of several ways to split it those that
    leave most of the axes are kept.
    """
    live, at, many = hops.live.shape[0], work.at, work.many
    work.chosen[:] = 1
    stage, end, level = ZERO, ZERO, grids.next_level[node + 1]
    if live == 0:
        return list_one(node, end, pool, bounds, goal, factors, hops, grids, tables, work)
    if level >= 0:
        settle_hops(node, factors, hops, grids, work)
        note_sure(level, ZERO, work.settled_even, hops, grids, work)
        for kind in range(grids.kinds[level]):
            work.settled_sure[kind] = work.sure[kind]
    open_splits(node, factors, hops, work)
    while stage >= 0 and end >= 0:
        first, last = next_product(stage, hops, work)
        if first == last:
            stage -= 1
            continue
        least = least_steps_ahead(stage, first, work)
        if work.units[stage + 1] < 1.0:
            continue
        if least > hops.most_steps or not admits(goal, floor[0], max(floor[1], whole(least))):
            if stage == live - 1:
                at[stage] = many[stage]
            continue
        settle_node(node, work.chosen, factors, hops, work)
        if level >= 0 and not may_leave(
            stage + 1, node, level, max(floor[1], least), goal, hops, grids, tables, work
        ):
            continue
        work.open_budgets[stage + 1] = take_budgets(
            first, work.open_budgets[stage], last, work.budgets[stage], work.splits[stage],
            work.budgets[stage + 1],
        )  # fmt: skip
        if work.open_budgets[stage + 1] == 0:
            continue
        if stage == live - 1:
            end = list_one(node, end, pool, bounds, goal, factors, hops, grids, tables, work)
            continue
        few = level >= 0 and spreads_ahead(stage + 1, live, many) <= FEW
        if few or may_spread_on(stage + 1, node, goal, factors, hops, grids, tables, work):
            stage += 1
            at[stage] = 0
    return end


@lean
def settle_hops(node, factors, hops, grids, work):
    """Keeps the bound of all that a node may take, while that is listed; returns the steps."""
    steps = bound_hops(node + 1, node + 1, factors, hops, grids, work)
    for column in range(work.total.shape[0]):
        work.settled[column] = work.total[column]
    copy_rows(work.pending.shape[0], work.pending, ZERO, work.unsettled, ZERO)
    note_even(node + 1, node + 1, factors, hops, grids, work, work.settled_even)
    return steps


@lean
def may_leave(stage, node, level, steps, goal, hops, grids, tables, work):
    """Whether what a spread leaves could be enough for something better, so many ranks chosen."""
    cell = cell_of(level, work.rest[node], hops, grids)
    chosen = stage if grids.node[level] == node - 1 else ZERO
    energy, _, _ = least_before(
        chosen, level, cell, steps, work.settled, work.unsettled, work.settled_sure, goal, hops,
        grids, tables,
    )  # fmt: skip
    return energy < np.inf


@inlined
def spreads_ahead(stage, live, many):
    """The most choices that the other ranks have."""
    total = 1
    for later in range(stage, live):
        total *= many[later]
    return total


@inlined
def next_product(stage, hops, work):
    """Takes the next product of a rank; returns where its splits begin, and where they end."""
    products, first, many = work.products[stage], work.at[stage], work.many[stage]
    last = first
    while last < many and products[last] == products[first]:
        last += 1
    work.at[stage] = last
    work.chosen[hops.live[stage]] = products[first] if first < last else 1
    return first, last


@lean
def may_spread_on(stage, node, goal, factors, hops, grids, tables, work):
    """Whether a spread of which so many ranks are chosen could still be better."""
    leave_open(stage, node, hops, work)
    energy, _, _ = bound_state(node, node + 1, stage, factors, goal, hops, grids, tables, work)
    return energy < np.inf


@lean
def leave_open(stage, node, hops, work):
    """Writes what a fanout's ranks may still take where so many have what they take."""
    live, budgets = hops.live.shape[0], work.budgets[stage]
    work.open_units[node] = 1.0
    for way in range(work.open_budgets[stage]):
        units = 1.0
        for axis in range(hops.axis_count[node]):
            units *= budgets[way, axis]
        work.open_units[node] = max(work.open_units[node], units)
    for at in range(live):
        rank, most = hops.live[at], 1
        for way in range(work.open_budgets[stage] if at >= stage else 0):
            room = 1
            for axis in range(hops.axis_count[node]):
                if hops.axis_allowed[node, axis, rank] == 1:
                    room *= budgets[way, axis]
            most = max(most, room)
        work.open_most[node, rank] = most
    for x in range(hops.keeps.shape[0]):
        work.open_limit[x, node] = 1.0
        for way in range(work.open_budgets[stage]):
            limit = 1.0
            for axis in range(hops.axis_count[node]):
                shares = False
                for at in range(stage, live):
                    rank = hops.live[at]
                    may = hops.shares[x, rank] == 1 and hops.axis_allowed[node, axis, rank] == 1
                    shares = shares or may
                if shares:
                    limit *= budgets[way, axis]
            work.open_limit[x, node] = max(work.open_limit[x, node], limit)


@lean
def open_splits(node, factors, hops, work):
    """Writes how each rank may split over the axes, and the steps that are left then."""
    live = hops.live.shape[0]
    for stage in range(live):
        rank, products = hops.live[stage], work.products[stage]
        left = work.rest[node + 1, rank]
        many = splits_of(node, rank, left, hops, products, work.splits[stage], work)
        for i in range(many):
            factors[node, rank] = products[i]
            work.width[node, rank] = work.width[node + 1, rank] * products[i]
            work.steps[stage, i] = steps_of(rank, node, factors, hops, work)
        factors[node, rank] = 1
        work.many[stage] = many
    work.ahead[live] = 1.0
    for stage in range(live - 1, -1, -1):
        smallest = work.many[stage] - 1
        work.ahead[stage] = work.ahead[stage + 1] * work.steps[stage, smallest]
        work.ahead[stage] *= work.products[stage, smallest]
    work.at[0] = 0
    work.slow[0] = 1.0 / units_outside(node, hops, work)
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
