"""The least that the levels outside a partial mapping can cost: tables over what is left.

For every level a table over the tiles that it may keep, told by what is left of each rank outside
them. A tile's own price is that of what crosses into it; the least price of all that may come is
found by going through the table once along every rank, from the outermost level inwards.
"""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import ONE, ZERO, compiled_lean, inlined, lean
from octant.mapper.kernel.factors import tile_fits
from octant.mapper.kernel.hops import (
    add_cycles,
    joules_of_hop,
    moved_share,
    shared_along,
    slid_windows,
    whole_windows,
)
from octant.mapper.kernel.laps import worst_stray
from octant.mapper.kernel.weights import fill_weights
from octant.mapper.rows import MERGED


@compiled_lean
def fill_tables(hops, prices, grids, tables, work):
    """Fills ``hops.weights``, and the tables of all levels, from the outermost inwards.

    Rows have joules, and the cycles of each limited port. ``tile`` has the least of what crosses
    into each tile, with all outside. The others begin anew for each kind of lead outside the tile
    inside the level. Where a tensor stays there, ``held`` is the least over leads outside the tile
    itself that leave that tensor in place, and ``replaced`` over those that do not. ``joined`` has,
    by how many ranks are chosen, the least over all others; ``before`` the least over all that the
    fanouts inside the level may take, too, by how many ranks have what they take. ``fitting`` is
    the least over tiles with as much or more left, of all that may fit where no larger one does;
    ``staying`` that of ``held``.
    """
    fill_weights(hops, prices, work.counts)
    work.tiles[MERGED, :] = 1.0
    for level in range(grids.node.shape[0] - 1, -1, -1):
        fill_tiles(level, hops, grids, tables, work)
        for kind in range(grids.kinds[level]):
            minimise(kind, level, hops, grids, tables, work)


@inlined
def cell_of(level, left, hops, grids):
    """The cell of a level's table for what is left of every rank."""
    cell = 0
    for rank in hops.live:
        cell += grids.place[level, rank, left[rank]] * grids.stride[level, rank]
    return cell


@lean
def fill_tiles(level, hops, grids, tables, work):
    """Writes what each tile of a level costs at the least, with all that is outside it."""
    node = grids.node[level]
    low, high, widths = work.chosen, work.left, work.widths
    for rank in range(hops.sizes.shape[0]):
        low[rank], high[rank], widths[rank] = 1, 1, 1
    for cell in range(grids.cells[level]):
        for rank in hops.live:
            place = cell // grids.stride[level, rank] % grids.lengths[level, rank]
            low[rank] = grids.low[level, rank, place]
            high[rank] = grids.high[level, rank, place]
            widths[rank] = (hops.sizes[rank] + high[rank] - 1) // high[rank]
        tile = tables.tile[grids.tile_base[level] + cell]
        first, apart = grids.kind_base[level] + cell, grids.cells[level]
        for column in range(tile.shape[0]):
            tile[column] = np.inf
            for kind in range(grids.kinds[level]):
                tables.held[first + kind * apart, column] = np.inf
                tables.replaced[first + kind * apart, column] = np.inf
        if tile_fits(node, widths, hops):
            if level + 1 < grids.node.shape[0]:
                note_outside(level, low, high, hops, grids, tables, work)
            tile_costs(level, first, low, high, hops, grids, tables, work, tile)


@inlined
def mixed(share, one, other):
    """A share of one, and the rest of another."""
    return one if share == 1.0 else other if share == 0.0 else share * one + (1.0 - share) * other


@lean
def note_outside(level, low, high, hops, grids, tables, work):
    """Writes the least of all outside a level's tile to ``work.outer``, by the kind of lead there.

    A tensor that stays in the tile comes again when that ends; along a rank that is spread
    unevenly some instances may have but one tile, and there it stays.
    """
    for kind in range(grids.kinds[level + 1]):
        x, share = grids.staying[level + 1, kind], 1.0
        least_outside(kind, level + 1, low, high, hops, grids, tables, work)
        for rank in hops.live:
            if x >= 0 and hops.exact == 0 and hops.axes[x, rank] >= 0:
                count, size = high[rank], hops.sizes[rank]
                while count > 1 and count >= low[rank]:
                    strayed = worst_stray(grids.node[level], rank, count, ONE, ONE, hops, work)
                    share = min(share, max(0.0, 1.0 - strayed / (count - 1)))
                    width = (size + count - 2) // (count - 1)
                    count = (size + width - 1) // width
        come, free = work.outer[kind], work.outer[0]
        for column in range(come.shape[0]):
            come[column] = mixed(share, come[column], free[column])


@lean
def least_outside(kind, outer, low, high, hops, grids, tables, work):
    """Writes the least of a level's ``before`` over its cells from ``low`` to ``high``.

    That of ``high`` has the least over less left of a rank, too. Not of one that no node there may
    take, nor, for a tensor that stays, of one that ends its stay: it need not if none is left.
    """
    x, come, beyond = grids.staying[outer, kind], work.outer[kind], work.places
    cell = grids.base[outer] + kind * (hops.live.shape[0] + 1) * grids.cells[outer]
    cell += cell_of(outer, high, hops, grids)
    for column in range(come.shape[0]):
        come[column] = np.inf
    for rank in hops.live:
        beyond[rank] = 0
    more = True
    while more:
        for column in range(come.shape[0]):
            come[column] = min(come[column], tables.before[cell, column])
        more = False
        for rank in hops.live:
            lowered = grids.allowed[outer, rank] == 1 or grids.fanned[outer, rank] == 1
            if lowered and (x < 0 or hops.axes[x, rank] < 0):
                continue
            span = grids.place[outer, rank, high[rank]] - grids.place[outer, rank, low[rank]]
            if beyond[rank] < span:
                beyond[rank] += 1
                cell -= grids.stride[outer, rank]
                more = True
                break
            cell += beyond[rank] * grids.stride[outer, rank]
            beyond[rank] = 0


@lean
def tile_costs(level, first, low, high, hops, grids, tables, work, tile):
    """Writes the least of what crosses into a tile, with all outside, over the leads outside.

    There may be none where fanouts outside can take all that is left.

    Args:
        first: the row of ``tables.held`` and ``tables.replaced`` of the first kind.
    """
    ranks, node, row = hops.sizes.shape[0], grids.node[level], work.row
    outermost = level == grids.node.shape[0] - 1
    led, last, loops = False, True, False
    for rank in hops.live:
        last = last and low[rank] == 1
        loops = loops or low[rank] > grids.others[level, rank]
    for lead in range(ranks + 1):
        if lead < ranks:
            if not may_lead_outside(lead, level, low, high, outermost and not last, hops, grids):
                continue
            led = True
        elif led and loops:
            continue
        for column in range(row.shape[0]):
            row[column] = 0.0
        for x in range(hops.keeps.shape[0]):
            if hops.keeps[x, node] == 1:
                add_crossing(x, node, level, lead, low, high, hops, grids, work, row)
        if not outermost:
            come = work.outer[grids.kind_of[level + 1, lead]]
            for column in range(row.shape[0]):
                row[column] += come[column]
        for column in range(row.shape[0]):
            tile[column] = min(tile[column], row[column])
        for kind in range(grids.kinds[level]):
            x, at = grids.staying[level, kind], first + kind * grids.cells[level]
            if x < 0:
                continue
            stays = lead == ranks or hops.axes[x, lead] < 0
            for column in range(row.shape[0]):
                if stays:
                    tables.held[at, column] = min(tables.held[at, column], row[column])
                else:
                    tables.replaced[at, column] = min(tables.replaced[at, column], row[column])


@inlined
def may_lead_outside(lead, level, low, high, ordered, hops, grids):
    """Whether a rank's loop may be the innermost outside a tile.

    Args:
        ordered: whether all loops outside are those of the outermost level, and there are some:
            a rank that surely loops there with a place further in leads before it.
    """
    if high[lead] == 1 or grids.leads[level, lead] == 0:
        return False
    if ordered:
        for rank in hops.live:
            loops = low[rank] > grids.others[level, rank]
            if loops and hops.order[0, rank] > hops.order[0, lead]:
                return False
    return True


@inlined
def add_crossing(x, node, level, lead, low, high, hops, grids, work, row):
    """Adds the least of what crosses into a tile of a tensor under a lead."""
    parent = hops.parent[x, node]
    repeated, exact, may_share, may_repeat = 1.0, True, 1.0, 1.0
    for rank in hops.live:
        spread = min(high[rank], grids.others[level, rank])
        work.spread[rank] = spread
        if hops.axes[x, rank] < 0:
            repeated *= low[rank]
            may_share *= spread
            may_repeat *= spread
        elif hops.window[x, rank] >= 0 and low[rank] < high[rank]:
            exact = False
    for axis in range(hops.windows[x]):
        may_share *= shared_along(x, axis, work.tiles[MERGED], work.spread, hops)
    multicast = min(grids.multicast[level, x], may_share)
    touched = hops.touched[x]
    elements = touched
    if exact and hops.windows[x] > 0:
        elements = whole_windows(x, low, hops)
    share = 1.0
    if lead < low.shape[0]:
        if hops.axes[x, lead] < 0:
            repeated, elements = 1.0, touched
        else:
            if hops.window[x, lead] >= 0:
                if exact:
                    slid = slid_windows(x, lead, low, hops)
                    moved = moved_share(x, lead, low, work.widths, low, work.widths, 0.5, hops)
                    elements *= max(slid, moved)
                else:
                    elements = least_slid(x, lead, low, high, hops)
            if grids.share[level, lead] < 1.0:
                share = max(0.0, (low[lead] - grids.others[level, lead]) / low[lead])
    delivered = max(touched, share * elements * repeated)
    merged = elements if multicast == 1.0 else min(elements, touched)
    served = max(touched, share * merged * repeated / multicast)
    first = touched * min(grids.outside[level, x], may_repeat)
    if hops.windows[x] > 0:
        first = delivered
    row[0] += joules_of_hop(x, node, delivered, served, first, first, hops)
    given, read, written = delivered, served, 0.0
    if hops.is_output[x] == 1:
        given, read = max(0.0, delivered - first), max(0.0, served - first)
        written = served
    add_cycles(row, x, parent, read, written, grids.instances[level, x], hops)
    add_cycles(row, x, node, 0.0, given, grids.copies[level], hops)


@inlined
def least_slid(x, lead, low, high, hops):
    """What ``slid_windows`` leaves of all tiles at the least, by what may be left of the ranks."""
    sure, others, extent = 1.0, 1.0, 1.0
    for rank in hops.live:
        if hops.window[x, rank] == hops.window[x, lead]:
            extent += hops.coefficients[x, rank] * (hops.sizes[rank] - 1.0)
            if rank != lead:
                others *= low[rank]
                if high[rank] > 1:
                    sure = 0.5
    uncovered = hops.coefficients[x, lead] * hops.sizes[lead] * others
    return hops.touched[x] * sure * min(1.0, uncovered / extent)


@inlined
def close(x, level, outer, left, most, hops, grids, tables, row, closed):
    """Writes a tile's least with the excess of a tensor that stays further in.

    Under a lead outside that leaves the tensor in place, the level itself moves it: of ranks that
    it leaves a part of, and that are cut off, some laps may have one step. Under a lead that moves
    it, laps of the outermost level are all whole.

    Args:
        outer: the row of ``tables.held`` and ``tables.replaced``.
        left, most: (ranks) the least and the most that is left outside the tile.
        row: room; closed: what is written.
    """
    whole = True
    for rank in hops.live:
        whole = whole and (hops.axes[x, rank] < 0 or most[rank] == 1)
    for column in range(row.shape[0]):
        row[column] = tables.held[outer, column]
        closed[column] = tables.replaced[outer, column]
    outermost = level == grids.node.shape[0] - 1
    sure = 1.0 if hops.exact == 1 or whole else 2.0 / 3.0
    add_excess(x, level, left, sure, hops, grids, row)
    sure = 1.0 if hops.exact == 1 or outermost else 2.0 / 3.0
    add_excess(x, level, left, sure, hops, grids, closed)
    for column in range(row.shape[0]):
        closed[column] = min(closed[column], row[column])


@lean
def add_excess(x, level, left, share, hops, grids, row):
    """Adds what a tensor that stays costs the level inside more than to come once.

    It comes again for every tile of this level, but for what a window still holds then.

    Args:
        share: of the laps that surely bring another tile.
    """
    child = grids.inner[level]
    parent = hops.parent[x, child]
    if parent < 0:
        return
    times = 1.0
    for rank in hops.live:
        if hops.axes[x, rank] < 0:
            times *= left[rank]
    if times <= 1.0:
        return
    touched = hops.touched[x]
    times = 1.0 + (times - 1.0) * share * new_share(x, left, hops)
    delivered = touched * times
    served = touched * max(1.0, times / grids.inner_multicast[level, x])
    first = touched * grids.inner_outside[level, x]
    if hops.windows[x] > 0 and hops.is_output[x] == 1:
        first = delivered
    once = joules_of_hop(x, child, touched, touched, touched, touched, hops)
    again = joules_of_hop(x, child, delivered, served, first, first, hops)
    row[0] += max(0.0, again - once)
    given, read, written = delivered - touched, served - touched, 0.0
    if hops.is_output[x] == 1:
        given, read = max(0.0, delivered - first), max(0.0, served - first)
        written = served - touched
    add_cycles(row, x, parent, read, written, grids.inner_instances[level, x], hops)
    add_cycles(row, x, child, 0.0, given, grids.inner_copies[level], hops)


@inlined
def new_share(x, left, hops):
    """The share of a tile that is surely not held any more where loops over it begin anew.

    Two tiles inside, neighbours along a rank that moves a window, overlap by what the window's
    other ranks reach; of that the next lap begins with all, and both ends are new.

    Args:
        left: (ranks) the least that is left outside the tile.
    """
    share = 1.0
    for rank in hops.live:
        window = hops.window[x, rank]
        if window < 0:
            continue
        overlap, moved = 0.0, 2.0 * hops.coefficients[x, rank]
        for other in hops.live:
            if other != rank and hops.window[x, other] == window:
                widest = hops.sizes[other] // left[other]
                if hops.exact == 0 and left[other] > 1:
                    widest = (hops.sizes[other] - 1) // (left[other] - 1)
                overlap += hops.coefficients[x, other] * (widest - 1.0)
        share = min(share, moved / (moved + overlap))
    return share


@lean
def minimise(kind, level, hops, grids, tables, work):
    """Goes along every rank: the least over all tiles with as much or less left outside.

    A tensor that stays in the tile inside costs more at the next: its ``excess``. It stays on where
    the level takes only ranks that it does not depend on, and the next loop outside is over such a
    one, too: that is the table ``free`` of excess.
    """
    closed, free, cells = tables.closed, tables.free, grids.cells[level]
    live, staying = hops.live.shape[0], grids.staying[level, kind]
    base, outer = grids.base[level] + kind * (live + 1) * cells, grids.kind_base[level]
    outer += kind * cells
    copy_rows(cells, tables.tile, grids.tile_base[level], closed, ZERO)
    if staying >= 0:
        copy_rows(cells, tables.held, outer, free, ZERO)
        copy_rows(cells, free, ZERO, tables.staying, outer)
        for cell in range(cells):
            if closed[cell, 0] < np.inf:
                for rank in hops.live:
                    place = cell // grids.stride[level, rank] % grids.lengths[level, rank]
                    work.chosen[rank] = grids.low[level, rank, place]
                    work.left[rank] = grids.high[level, rank, place]
                close(
                    staying, level, outer + cell, work.chosen, work.left, hops, grids, tables,
                    work.row, closed[cell],
                )  # fmt: skip
    copy_rows(cells, closed, ZERO, tables.fitting, outer)
    for rank in hops.live:
        if grids.allowed[level, rank] == 1:
            lower_outwards(tables.fitting, outer, cells, rank, level, grids)
            if staying >= 0:
                lower_outwards(tables.staying, outer, cells, rank, level, grids)
    for stage in range(live, -1, -1):
        if stage < live:
            rank = hops.live[stage]
            if grids.allowed[level, rank] == 1:
                lower(closed, cells, rank, level, grids)
                if staying >= 0 and hops.axes[staying, rank] < 0:
                    lower(free, cells, rank, level, grids)
        copy_rows(cells, closed, ZERO, tables.joined, base + stage * cells)
        if staying >= 0:
            lower_rows(cells, free, tables.joined, base + stage * cells)
    copy_rows(cells, tables.joined, base, closed, ZERO)
    copy_rows(cells, closed, ZERO, tables.before, base + live * cells)
    for stage in range(live - 1, -1, -1):
        if grids.fanned[level, hops.live[stage]] == 1:
            lower(closed, cells, hops.live[stage], level, grids)
        copy_rows(cells, closed, ZERO, tables.before, base + stage * cells)


@lean
def copy_rows(count, source, start, target, to):
    """Copies so many rows."""
    for row in range(count):
        for column in range(source.shape[1]):
            target[to + row, column] = source[start + row, column]


@lean
def lower_rows(count, source, target, to):
    """Lowers so many rows to others."""
    for row in range(count):
        for column in range(source.shape[1]):
            target[to + row, column] = min(target[to + row, column], source[row, column])


@lean
def lower(rows, cells, rank, level, grids):
    """Writes to each cell the least of it and those before it along a rank."""
    stride = grids.stride[level, rank]
    block = stride * grids.lengths[level, rank]
    for start in range(0, cells, block):
        for cell in range(start + stride, start + block):
            for column in range(rows.shape[1]):
                rows[cell, column] = min(rows[cell, column], rows[cell - stride, column])


@lean
def lower_outwards(rows, base, cells, rank, level, grids):
    """Writes to each cell from ``base`` the least of it and those after it along a rank."""
    stride = grids.stride[level, rank]
    block = stride * grids.lengths[level, rank]
    for start in range(base, base + cells, block):
        for cell in range(start + block - stride - 1, start - 1, -1):
            for column in range(rows.shape[1]):
                rows[cell, column] = min(rows[cell, column], rows[cell + stride, column])
