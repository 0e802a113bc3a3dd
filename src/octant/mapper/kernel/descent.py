"""What may come next: the choices of one node that could still be better, with their bounds."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import compiled, inlined, lean
from octant.mapper.kernel.choices import factors_of, splits_of, take_budgets
from octant.mapper.kernel.completion import cell_of, copy_rows
from octant.mapper.kernel.factors import tile_fits
from octant.mapper.kernel.goals import admits, value_of
from octant.mapper.kernel.relaxed import bound_hops, steps_of, units_outside


@compiled
def bound_nest(known, factors, hops, grids, tables, work):
    """The least joules and cycles of all that completes the nodes from ``known`` inwards."""
    settle(known, factors, hops, work)
    energy, cycles, _ = bound_state(
        known, factors, work.rest, work.width, 0, tables.closed, 0, hops, grids, tables, work
    )  # fmt: skip
    return energy, cycles


@lean
def bound_state(
    known, factors, rest, width, goal, found, count, hops, grids, tables, work
):  # fmt: skip
    """The least joules, cycles and value of all that completes the nodes from ``known`` inwards.

    Infinite where nothing could be better than all that was found.
    """
    level = grids.next_level[known]
    steps = bound_hops(known, factors, rest, width, hops, grids, work)
    if level < 0:
        for column in range(work.total.shape[0]):
            work.outer[0, column] = 0.0
        return least_of_kinds(
            1, work.outer, 0, 0, steps, work.total, work.pending, goal, found, count
        )
    cell, cells = cell_of(level, rest[known], hops, grids), grids.cells[level]
    if grids.node[level] != known - 1:
        return least_of_kinds(
            grids.kinds[level], tables.before, grids.before_base[level] + cell, cells, steps,
            work.total, work.pending, goal, found, count,
        )  # fmt: skip
    write_outer(0, level, cell, rest[known], width[known], hops, grids, tables, work)
    return least_of_kinds(
        grids.kinds[level], work.outer, 0, 1, steps, work.total, work.pending, goal, found, count
    )


@lean
def least_of_kinds(kinds, rows, first, apart, steps, total, pending, goal, found, count):
    """The least joules, cycles and value over the kinds of leads that could still be better.

    Args:
        rows: (many, columns) the joules and ports' cycles of all that is to come, from ``first``
            on for each kind.
    """
    least, fewest, value = np.inf, np.inf, np.inf
    for kind in range(kinds):
        energy, cycles, row = total[0] + pending[kind, 0], steps, rows[first + kind * apart]
        energy += row[0]
        for column in range(1, total.shape[0]):
            cycles = max(cycles, total[column] + pending[kind, column] + row[column])
        if energy < np.inf and admits(goal, found, count, energy, cycles):
            least, fewest = min(least, energy), min(fewest, cycles)
            value = min(value, value_of(goal, energy, cycles))
    return least, fewest, value


@lean
def write_outer(stage, level, cell, left, widths, hops, grids, tables, work):
    """Writes to ``work.outer`` the least of a level's tiles that fit, when some ranks are chosen.

    Args:
        cell: what is left of all ranks.
        left, widths: (ranks) what is left, and the tile's extents; ``work.chosen`` has the factors
            of the chosen ranks.
    """
    node = grids.node[level]
    if not tile_fits(node, widths, hops):
        work.outer[:] = np.inf
        return
    for at in range(hops.live.shape[0]):
        rank = hops.live[at]
        if at < stage:
            work.places[rank] = grids.place[level, rank, left[rank]]
        else:
            work.places[rank] = least_place(rank, node, level, left, widths, hops, grids)
    base, fitting = grids.before_base[level], places_cell(level, hops, grids, work)
    stages, cells = hops.live.shape[0] + 1, grids.cells[level]
    for kind in range(grids.kinds[level]):
        outer, x = work.outer[kind], grids.staying[level, kind]
        closed = tables.fitting[base + kind * cells + fitting]
        joined = tables.joined[grids.base[level] + (kind * stages + stage) * cells + cell]
        place = fitting
        if x >= 0:
            place = staying_cell(stage, x, level, fitting, left, hops, grids, work)
        free = tables.fitting[base + max(place, 0)]
        for column in range(outer.shape[0]):
            least = closed[column]
            if x >= 0 and place >= 0:
                least = min(least, free[column])
            outer[column] = max(least, joined[column])


@inlined
def places_cell(level, hops, grids, work):
    """The cell of ``work.places``."""
    cell = 0
    for rank in hops.live:
        cell += work.places[rank] * grids.stride[level, rank]
    return cell


@inlined
def least_place(rank, node, level, left, widths, hops, grids):
    """The first cell along a rank in which a tile fits, when the level takes only of that rank."""
    own, whole = widths[rank], left[rank]
    first, last = 0, grids.place[level, rank, whole]
    if grids.allowed[level, rank] == 0:
        return last
    while first < last:
        middle = (first + last) // 2
        most = min(grids.high[level, rank, middle], whole)
        widths[rank] = own * ((whole + most - 1) // most)
        if tile_fits(node, widths, hops):
            last = middle
        else:
            first = middle + 1
    widths[rank] = own
    return first


@inlined
def staying_cell(stage, x, level, fitting, left, hops, grids, work):
    """The cell of tiles of a level that takes no rank on which a tensor depends; -1 if it did."""
    cell = fitting
    for at in range(hops.live.shape[0]):
        rank = hops.live[at]
        if hops.axes[x, rank] >= 0:
            if at >= stage:
                more = grids.place[level, rank, left[rank]] - work.places[rank]
                cell += more * grids.stride[level, rank]
            elif work.chosen[rank] > 1:
                return -1
    return cell


@lean
def settle(known, factors, hops, work):
    """Writes what the nodes from ``known`` inwards leave and cover; clears all others."""
    nodes = factors.shape[0]
    for rank in range(hops.sizes.shape[0]):
        work.rest[nodes, rank] = hops.sizes[rank]
        work.width[nodes, rank] = 1
    for node in range(nodes - 1, known - 1, -1):
        settle_node(node, factors[node], factors, work.rest, work.width, hops)
    clear(known, factors)


@inlined
def clear(known, factors):
    """Sets the factors outside of what is known to 1."""
    for node in range(known):
        for rank in range(factors.shape[1]):
            factors[node, rank] = 1


@lean
def settle_node(node, chosen, factors, rest, width, hops):
    """Writes a node's factors, and what they leave and cover."""
    for rank in range(hops.sizes.shape[0]):
        factor = chosen[rank]
        factors[node, rank] = factor
        rest[node, rank] = (rest[node + 1, rank] + factor - 1) // factor
        width[node, rank] = width[node + 1, rank] * factor


@compiled
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


@lean
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
    copy_rows(work.pending.shape[0], work.pending, 0, work.led, 0)
    level = grids.next_level[node + 1]
    kinds, cells = grids.kinds[level], grids.cells[level]
    for rank in range(hops.sizes.shape[0]):
        chosen[rank], left[rank], widths[rank] = 1, rest[node + 1, rank], width[node + 1, rank]
    at, many = work.at, work.many
    stage, end, cell = 0, 0, cell_of(level, left, hops, grids)
    if live == 0 and tile_fits(node, widths, hops):
        return list_one(
            node, end, pool, bounds, goal, found, count, factors, rest, width, hops, grids,
            tables, work,
        )  # fmt: skip
    open_stage(0, node, rest, hops, work)
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
        joined = grids.base[level] + (stage + 1) * cells + cell
        energy, _, _ = least_of_kinds(
            kinds, tables.joined, joined, (live + 1) * cells, steps, work.settled, work.led, goal,
            found, count,
        )  # fmt: skip
        if energy == np.inf:
            continue
        last = stage == live - 1
        if (chosen[rank] > 1 or last) and not tile_fits(node, widths, hops):
            at[stage] = many[stage]
            continue
        write_outer(stage + 1, level, cell, left, widths, hops, grids, tables, work)
        energy, _, _ = least_of_kinds(
            kinds, work.outer, 0, 1, steps, work.settled, work.led, goal, found, count
        )  # fmt: skip
        if energy == np.inf:
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
        settle_node(0, rest[1], factors, rest, width, hops)
        known = 0
    energy, cycles, value = bound_state(
        known, factors, rest, width, goal, found, count, hops, grids, tables, work
    )
    clear(1, factors)
    if energy < np.inf:
        if end == pool.shape[0]:
            return -1
        for rank in range(chosen.shape[0]):
            pool[end, rank] = chosen[rank]
        bounds[end, 0], bounds[end, 1], bounds[end, 2] = energy, cycles, value
        end += 1
    return end


@lean
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
    stage, end = 0, 0
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
        if not admits(goal, found, count, floor_j, max(floor_cycles, least)):
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
