"""What a partial mapping costs at the least, with the least of all that may come."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import ONE, ZERO, inlined, lean
from octant.mapper.kernel.completion import cell_of
from octant.mapper.kernel.factors import tile_fits
from octant.mapper.kernel.kinds import least_of_kinds
from octant.mapper.kernel.laps import open_share
from octant.mapper.kernel.relaxed import bound_hops
from octant.mapper.kernel.spreading import least_spread, may_look_through


@lean
def bound_state(known, unknown, stage, factors, goal, hops, grids, tables, work):
    """The least joules, cycles and value of all that completes the nodes from ``known`` inwards.

    Infinite where nothing could be better than all that was found, or has few enough steps.

    Args:
        unknown: of ``relaxed.bound_hops``; stage: where the node ``known`` is a fanout of which
            some ranks are open, so many are chosen.
    """
    level = grids.next_level[known]
    steps = bound_hops(known, unknown, factors, hops, grids, work)
    if steps > hops.most_steps:
        return np.inf, np.inf, np.inf
    if level < 0:
        work.sure[0] = 1.0
        for column in range(work.total.shape[0]):
            work.outer[0, column] = 0.0
        return least_of_kinds(
            ONE, work.outer, ZERO, ZERO, steps, work.total, work.pending, work.pending, work.sure,
            goal,
        )  # fmt: skip
    note_even(known, unknown, factors, hops, grids, work, work.evenly)
    note_sure(level, ZERO, work.evenly, hops, grids, work)
    cell = cell_of(level, work.rest[known], hops, grids)
    if unknown > known or grids.node[level] != known - 1:
        chosen = stage if unknown > known and grids.node[level] == known - 1 else ZERO
        energy, cycles, value = least_before(
            chosen, level, cell, steps, work.total, work.pending, work.sure, goal, hops, grids,
            tables,
        )  # fmt: skip
        if energy < np.inf and may_look_through(known, unknown, level, factors, hops, grids):
            return least_spread(
                known, level, energy, cycles, value, goal, factors, hops, grids, tables, work
            )
        return energy, cycles, value
    if not may_go_on(
        ZERO, level, cell, steps, work.total, work.pending, work.pending, goal, hops, grids,
        tables, work,
    ):  # fmt: skip
        return np.inf, np.inf, np.inf
    write_outer(ZERO, level, cell, work.rest[known], work.width[known], hops, grids, tables, work)
    return least_of_kinds(
        grids.kinds[level], work.outer, ZERO, ONE, steps, work.total, work.pending, work.pending,
        work.sure, goal,
    )  # fmt: skip


@inlined
def least_before(stage, level, cell, steps, total, pending, sure, goal, hops, grids, tables):
    """The least joules, cycles and value before the fanouts inside a level take what is left.

    Args:
        stage: so many ranks have what they take; sure: of ``least_of_kinds``.
    """
    cells = grids.cells[level]
    return least_of_kinds(
        grids.kinds[level], tables.before, grids.base[level] + stage * cells + cell,
        (hops.live.shape[0] + 1) * cells, steps, total, pending, pending, sure, goal,
    )  # fmt: skip


@inlined
def may_go_on(stage, level, cell, steps, total, pending, ended, goal, hops, grids, tables, work):
    """Whether a level's table alone, asked before what fits, which takes longer, leaves hope."""
    cells = grids.cells[level]
    joined, apart = grids.base[level] + stage * cells + cell, (hops.live.shape[0] + 1) * cells
    energy, _, _ = least_of_kinds(
        grids.kinds[level], tables.joined, joined, apart, steps, total, pending, ended,
        work.sure, goal,
    )  # fmt: skip
    return energy < np.inf


@lean
def note_even(known, unknown, factors, hops, grids, work, even):
    """Writes for each rank the share of tiles at instances that surely have two of them or none.

    Of the tiles of the level inside the next one: where a tensor stays in them, and a rank is
    spread unevenly, some instances have but one, and there it stays whatever loops outside.
    """
    child = grids.inner[grids.next_level[known]]
    for rank in hops.live:
        even[rank] = 1.0
        if child >= 0 and hops.exact == 0 and work.rest[child, rank] > 1:
            even[rank] = open_share(rank, child, known, unknown, ONE, factors, hops, work)


@inlined
def note_sure(level, stage, even, hops, grids, work):
    """Writes for each kind of lead how much of the tensor that stays surely comes again; or -1.

    There is no lead of a kind of which the level takes no rank, if it takes another.

    Args:
        stage: of the level's ranks so many are chosen, ``work.chosen``: if it takes one on which
            the tensor depends, that ends its stay, else any may.
    """
    loops = False
    for at in range(stage):
        loops = loops or work.chosen[hops.live[at]] > 1
    for kind in range(grids.kinds[level]):
        x, least, taken = grids.staying[level, kind], 1.0, 0.0
        leads = not loops
        for at in range(hops.live.shape[0]):
            rank = hops.live[at]
            if grids.kind_of[level, rank] == kind:
                leads = leads or at >= stage or work.chosen[rank] > 1
            if x >= 0 and hops.axes[x, rank] >= 0:
                least = min(least, even[rank])
                if at < stage and work.chosen[rank] > 1:
                    taken = max(taken, even[rank])
        work.sure[kind] = max(least, taken) if leads else -1.0


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
    base, fitting = grids.kind_base[level], places_cell(level, hops, grids, work)
    stages, cells = hops.live.shape[0] + 1, grids.cells[level]
    for kind in range(grids.kinds[level]):
        outer, x = work.outer[kind], grids.staying[level, kind]
        closed = tables.fitting[base + kind * cells + fitting]
        joined = tables.joined[grids.base[level] + (kind * stages + stage) * cells + cell]
        place = fitting
        if x >= 0:
            place = staying_cell(stage, x, level, fitting, left, hops, grids, work)
        free = tables.staying[base + kind * cells + max(place, 0)]
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
    """Writes what the nodes from ``known`` inwards leave and cover; all others are open."""
    nodes = factors.shape[0]
    for rank in range(hops.sizes.shape[0]):
        work.rest[nodes, rank] = hops.sizes[rank]
        work.width[nodes, rank] = 1
    for node in range(nodes - 1, known - 1, -1):
        settle_node(node, factors[node], factors, hops, work)
    clear(known, factors)
    for node in range(nodes):
        work.open_units[node] = hops.units[node]
        for rank in range(hops.sizes.shape[0]):
            work.open_most[node, rank] = hops.most[node, rank]
        for x in range(hops.limit.shape[0]):
            work.open_limit[x, node] = hops.limit[x, node]


@inlined
def clear(known, factors):
    """Sets the factors outside of what is known to 1."""
    for node in range(known):
        for rank in range(factors.shape[1]):
            factors[node, rank] = 1


@lean
def settle_node(node, chosen, factors, hops, work):
    """Writes a node's factors, and what they leave and cover."""
    for rank in range(hops.sizes.shape[0]):
        factor = chosen[rank]
        factors[node, rank] = factor
        work.rest[node, rank] = (work.rest[node + 1, rank] + factor - 1) // factor
        work.width[node, rank] = work.width[node + 1, rank] * factor
