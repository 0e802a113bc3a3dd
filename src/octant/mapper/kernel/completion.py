"""The least that the levels outside a partial mapping can cost: tables over what is left.

For every level a table over the tiles that it may keep, told by what is left of each rank outside
them. A tile's own price is that of what crosses into it; the least price of all that may come is
found by going through the table once along every rank, from the outermost level inwards.
"""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import compiled, inlined, lean
from octant.mapper.kernel.factors import tile_fits
from octant.mapper.kernel.hops import joules_of_hop, sliding_windows, whole_windows


@compiled
def fill_tables(hops, grids, tables, work):
    """Fills the tables of all levels, from the outermost inwards.

    ``tables.joules`` holds, from ``base[level]``, by the lead outside the tile inside the level
    (the last is none) and by how many ranks are chosen, the least over all others.
    """
    for level in range(grids.node.shape[0] - 1, -1, -1):
        fill_tiles(level, hops, grids, tables, work)
        minimise(level, hops, grids, tables, work)


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
    low, high, widths, ports = work.chosen, work.left, work.widths, work.ports
    for rank in range(hops.sizes.shape[0]):
        low[rank], high[rank], widths[rank] = 1, 1, 1
    for cell in range(grids.cells[level]):
        for rank in hops.live:
            place = cell // grids.stride[level, rank] % grids.lengths[level, rank]
            low[rank] = grids.low[level, rank, place]
            high[rank] = grids.high[level, rank, place]
            widths[rank] = (hops.sizes[rank] + high[rank] - 1) // high[rank]
        tile = tables.tile[grids.tile_base[level] + cell]
        for column in range(tile.shape[0]):
            tile[column] = np.inf
        if tile_fits(node, widths, hops):
            tile_costs(level, low, high, hops, grids, tables, ports, tile)


@lean
def tile_costs(level, low, high, hops, grids, tables, ports, tile):
    """Writes the least joules, and cycles of each port, of what crosses into a tile and outside."""
    ranks, node = hops.sizes.shape[0], grids.node[level]
    outermost = level == grids.node.shape[0] - 1
    cell = 0
    if not outermost:
        cell = cell_of(level + 1, high, hops, grids)
    led, last = False, True
    for rank in hops.live:
        last = last and low[rank] == 1
    for lead in range(ranks + 1):
        if lead < ranks:
            if not may_lead_outside(lead, level, low, high, outermost and not last, hops, grids):
                continue
            led = True
        elif led and not last:
            continue
        energy = 0.0
        for i in range(hops.limited.shape[0]):
            ports[hops.limited[i, 0], hops.limited[i, 1]] = 0.0
        for x in range(hops.keeps.shape[0]):
            if hops.keeps[x, node] == 1:
                energy += crossing(x, node, level, lead, low, high, hops, grids, ports)
        if not outermost:
            kind = hops.alike[lead] if lead < ranks else grids.kinds
            energy += tables.before[
                grids.before_base[level + 1] + kind * grids.cells[level + 1] + cell
            ]
        tile[0] = min(tile[0], energy)
        for i in range(hops.limited.shape[0]):
            cycles = ports[hops.limited[i, 0], hops.limited[i, 1]]
            if not outermost:
                cycles += tables.before_cycles[grids.tile_base[level + 1] + cell, i]
            tile[1 + i] = min(tile[1 + i], cycles)


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
def crossing(x, node, level, lead, low, high, hops, grids, ports):
    """The least joules of what crosses into a tile of a tensor under a lead; notes its ports."""
    parent = hops.parent[x, node]
    repeated, exact = 1.0, True
    for rank in hops.live:
        if hops.axes[x, rank] < 0:
            repeated *= low[rank]
        elif hops.window[x, rank] >= 0 and low[rank] < high[rank]:
            exact = False
    touched = hops.touched[x]
    elements = touched
    if exact and hops.windows[x] > 0:
        elements = whole_windows(x, low, hops)
    share = 1.0
    if lead < low.shape[0]:
        if hops.axes[x, lead] < 0:
            repeated, elements = 1.0, touched
        else:
            if exact and hops.window[x, lead] >= 0:
                slid = sliding_windows(x, lead, low, low, elements, hops)
                elements = min(elements, slid)
            if grids.share[level, lead] < 1.0:
                share = max(0.0, (low[lead] - grids.others[level, lead]) / low[lead])
    delivered = max(touched, share * elements * repeated)
    merged = elements if grids.multicast[level, x] == 1.0 else touched
    served = max(touched, share * merged * repeated / grids.multicast[level, x])
    first = touched * grids.outside[level, x]
    if hops.windows[x] > 0:
        first = delivered
    given, read, written = delivered, served, 0.0
    if hops.is_output[x] == 1:
        given, read = max(0.0, delivered - first), max(0.0, served - first)
        written = served
    outer, inner = hops.store[x, parent], hops.store[x, node]
    scale = hops.bits[x, parent] / grids.instances[level, x]
    ports[outer, 0] += read * scale / hops.bandwidths[outer, 0]
    ports[outer, 1] += written * scale / hops.bandwidths[outer, 1]
    ports[outer, 2] += (read + written) * scale / hops.bandwidths[outer, 2]
    scale = hops.bits[x, node] / grids.copies[level]
    ports[inner, 1] += given * scale / hops.bandwidths[inner, 1]
    ports[inner, 2] += given * scale / hops.bandwidths[inner, 2]
    return joules_of_hop(x, node, delivered, served, first, first, hops)


@lean
def excess(x, level, left, hops, grids):
    """What a tensor that stays costs the level inside more than to come once.

    It comes again for every tile of this level; of a rank that is cut off, some laps may not bring
    another tile.
    """
    child = grids.inner[level]
    if child < 0 or hops.parent[x, child] < 0:
        return 0.0
    times, share = 1.0, 1.0
    for rank in hops.live:
        if hops.axes[x, rank] < 0:
            times *= left[rank]
        elif hops.exact == 0:
            share = min(share, 2.0 / 3.0)
    if times <= 1.0:
        return 0.0
    touched = hops.touched[x]
    times = 1.0 + (times - 1.0) * share
    served = max(1.0, times / grids.inner_multicast[level, x])
    first = touched * grids.inner_outside[level, x]
    if hops.windows[x] > 0 and hops.is_output[x] == 1:
        first = touched * times
    once = joules_of_hop(x, child, touched, touched, touched, touched, hops)
    again = joules_of_hop(x, child, touched * times, touched * served, first, first, hops)
    return max(0.0, again - once)


@lean
def minimise(level, hops, grids, tables, work):
    """Goes along every rank: the least over all tiles with as much or less left outside."""
    closed, free = tables.closed, tables.free
    for kind in range(grids.kinds + 1):
        minimise_joules(kind, level, closed, free, hops, grids, tables, work.left)
    for i in range(hops.limited.shape[0]):
        minimise_cycles(i, level, closed, hops, grids, tables)


@lean
def minimise_joules(kind, level, closed, free, hops, grids, tables, left):
    """The same for joules under one lead outside the tile inside the level.

    A tensor that stays in that tile costs more at the next: its ``excess``. It stays on as long as
    the level takes only ranks that it does not depend on: that is the table ``free`` of excess.
    """
    cells, live = grids.cells[level], hops.live.shape[0]
    staying = staying_tensor(kind, level, hops, grids)
    for cell in range(cells):
        closed[cell] = tables.tile[grids.tile_base[level] + cell, 0]
        free[cell] = closed[cell]
        if staying >= 0 and closed[cell] < np.inf:
            for rank in hops.live:
                place = cell // grids.stride[level, rank] % grids.lengths[level, rank]
                left[rank] = grids.low[level, rank, place]
            closed[cell] += excess(staying, level, left, hops, grids)
    base = grids.base[level] + kind * (live + 1) * cells
    for stage in range(live, -1, -1):
        if stage < live:
            rank = hops.live[stage]
            if grids.allowed[level, rank] == 1:
                lower(closed, cells, grids.stride[level, rank], grids.lengths[level, rank])
                if staying >= 0 and hops.axes[staying, rank] < 0:
                    lower(free, cells, grids.stride[level, rank], grids.lengths[level, rank])
        target = base + stage * cells
        for cell in range(cells):
            tables.joules[target + cell] = closed[cell]
            if staying >= 0 and free[cell] < closed[cell]:
                tables.joules[target + cell] = free[cell]
    for cell in range(cells):
        closed[cell] = tables.joules[base + cell]
    for rank in hops.live:
        if grids.fanned[level, rank] == 1:
            lower(closed, cells, grids.stride[level, rank], grids.lengths[level, rank])
    target = grids.before_base[level] + kind * cells
    for cell in range(cells):
        tables.before[target + cell] = closed[cell]


@inlined
def staying_tensor(kind, level, hops, grids):
    """The one tensor that stays in the tile inside a level under a lead; -1 for none or several."""
    staying = -1
    if kind < grids.kinds and grids.inner[level] >= 0:
        for x in range(hops.keeps.shape[0]):
            if hops.keeps[x, grids.inner[level]] == 1 and hops.axes[x, grids.rank_of[kind]] < 0:
                if staying >= 0:
                    return -1
                staying = x
    return staying


@lean
def minimise_cycles(i, level, closed, hops, grids, tables):
    """The same for the cycles of a port."""
    cells, live, start = grids.cells[level], hops.live.shape[0], grids.tile_base[level]
    for cell in range(cells):
        closed[cell] = tables.tile[start + cell, 1 + i]
    base = grids.cycles_base[level]
    for stage in range(live, -1, -1):
        if stage < live:
            rank = hops.live[stage]
            if grids.allowed[level, rank] == 1:
                lower(closed, cells, grids.stride[level, rank], grids.lengths[level, rank])
        for cell in range(cells):
            tables.cycles[base + stage * cells + cell, i] = closed[cell]
    for rank in hops.live:
        if grids.fanned[level, rank] == 1:
            lower(closed, cells, grids.stride[level, rank], grids.lengths[level, rank])
    for cell in range(cells):
        tables.before_cycles[start + cell, i] = closed[cell]


@lean
def lower(values, cells, stride, count):
    """Writes to each cell the least of it and those before it along a rank."""
    for start in range(0, cells, stride * count):
        for cell in range(start + stride, start + stride * count):
            if values[cell - stride] < values[cell]:
                values[cell] = values[cell - stride]
