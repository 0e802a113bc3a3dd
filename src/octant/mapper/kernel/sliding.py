"""What a window brings that slides along a lead, by what each step uncovers.

Where the factors of all ranks that move the window divide.

An instance holds its own tile only. So of what multicast merges all that is new to one instance
must come, also what another one holds: it is a union of what is new to each.
"""

from __future__ import annotations

from octant.counting.kernel import inlined, lean
from octant.mapper.kernel.blocks import block_outside, may_lead
from octant.mapper.rows import COPIES, DIVIDES, LOOSE, OVER_TIME, TILES


@inlined
def note_copies_of_tile(rank, over_time, spread, shared, looped, tiles):
    """Writes the rows of what merges.

    Args:
        over_time: the most tiles of an instance along a rank; spread: over so many known instances;
            shared: so many of these get the same from the parent; looped: whether a loop lies
            between them.
    """
    loose = 1.0 if spread > shared else 0.0
    tiles[COPIES, rank], tiles[COPIES + LOOSE, rank] = 1.0, 0.0
    tiles[COPIES + 1, rank], tiles[COPIES + LOOSE + 1, rank] = shared, max(looped, loose)
    tiles[OVER_TIME, rank], tiles[OVER_TIME + LOOSE, rank] = over_time, 1.0 if spread > 1 else 0.0
    tiles[OVER_TIME + 1, rank], tiles[OVER_TIME + LOOSE + 1, rank] = over_time * shared, loose


@lean
def least_union(x, axis, child, elements, row, hops, work):
    """The fewest elements along an axis of all copies of a tile, or of a part of it.

    A set of which a part is so long grows by each copy by as much as that is moved, or by the
    length of the part. Copies side by side leave no gaps where they move by no more.

    Args:
        elements: along the axis; row: of ``work.tiles``.
    """
    total, long, tiles = elements, elements, work.tiles
    for rank in hops.live:
        apart = hops.coefficients[x, rank] * work.width[child, rank]
        if hops.window[x, rank] == axis and apart <= elements:
            total += (tiles[row, rank] - 1.0) * apart
            if tiles[row + LOOSE, rank] == 0.0:
                long += (tiles[row, rank] - 1.0) * apart
    more = total
    for rank in hops.live:
        apart = hops.coefficients[x, rank] * work.width[child, rank]
        if hops.window[x, rank] == axis and apart > elements:
            more += (tiles[row, rank] - 1.0) * min(apart, long)
    return more


@inlined
def elements_along(x, axis, child, hops, work):
    """The elements of a tile along an axis."""
    elements = 1.0
    for rank in hops.live:
        if hops.window[x, rank] == axis:
            elements += hops.coefficients[x, rank] * (work.width[child, rank] - 1.0)
    return elements


@lean
def union_of_tiles(x, child, row, hops, work):
    """The fewest elements of all tiles of a tensor, those counted once that a row says."""
    total, tiles = hops.plain[x], work.tiles
    for axis in range(hops.windows[x]):
        elements = elements_along(x, axis, child, hops, work)
        total *= least_union(x, axis, child, elements, row, hops, work)
        for rank in hops.live:
            if hops.window[x, rank] == axis:
                total *= tiles[TILES, rank] / tiles[row, rank]
    return total


@lean
def least_of_all_time(x, child, end, hops, work):
    """What must cross at least: each instance gets everything once that it ever needs.

    Args:
        end: 0 of all children apart, 1 with those that multicast merges.
    """
    if work.hop[DIVIDES] == 0.0:
        return hops.touched[x]
    row = OVER_TIME + end
    total = union_of_tiles(x, child, row, hops, work)
    for rank in hops.live:
        if hops.axes[x, rank] < 0:
            total *= work.tiles[TILES, rank] / work.tiles[row, rank]
    return total


@lean
def slid_tiles(x, lead, child, end, known, factors, total, hops, work):
    """The elements that cross when a window slides along a lead.

    Each step of a lap uncovers as much, and what its first step brings depends on the loop outside
    the lead. Where no other rank moves the window, going back uncovers no less than a step.

    Args:
        end: of ``least_of_all_time``; total: the elements of all tiles.
    """
    axis, block, row = hops.window[x, lead], work.block[child], COPIES + end
    elements = elements_along(x, axis, child, hops, work)
    whole = least_union(x, axis, child, elements, row, hops, work)
    step = hops.coefficients[x, lead] * work.width[max(block + 1, known), lead]
    moved = least_union(x, axis, child, min(step, elements), row, hops, work)
    uncovered = moved / whole
    alone = True
    for rank in hops.live:
        if hops.window[x, rank] == axis and rank != lead:
            alone = alone and not loops_outside(rank, child, known, factors, hops, work)
    if block < 0:
        return total * uncovered * (1.0 if alone else 0.5)
    steps = factors[block, lead]
    first = least_first(x, lead, child, elements, row, known, factors, hops, work)
    first /= whole
    if alone:
        first = max(first, uncovered)
    return total * ((steps - 1.0) * uncovered + first) / steps


@inlined
def loops_outside(rank, child, known, factors, hops, work):
    """Whether a rank loops outside a child, or may."""
    loops = work.rest[known, rank] > 1
    for node in range(known, child):
        loops = loops or (hops.temporal[node] == 1 and factors[node, rank] > 1)
    return loops


@lean
def least_first(x, lead, child, elements, row, known, factors, hops, work):
    """The fewest new elements along its axis when a lap of a sliding lead begins.

    The window goes back, and the next loop outside moves on. All is new where the tensor has an
    axis of its own for that, or it moves another window beyond the tile. What its own end brings is
    not known then, but for an axis of its own: there the place is another one, too.
    """
    axis, block = hops.window[x, lead], work.block[child]
    node = block
    if not has_others(lead, block, factors, hops):
        node = block_outside(block, known, factors, hops)
    back = (factors[block, lead] - 1.0) * hops.coefficients[x, lead] * work.width[block + 1, lead]
    least = least_union(x, axis, child, elements, row, hops, work)
    for rank in hops.live:
        follows = work.rest[known, rank] > 1
        if node >= 0:
            follows = factors[node, rank] > 1 and (
                rank != lead if node == block else may_lead(rank, node, factors, hops.order)
            )
        own = hops.axes[x, rank] >= 0 and hops.window[x, rank] < 0
        if not follows or (own and node < 0 and hops.exact == 1):
            continue
        if node < 0 or work.rest[node, rank] * factors[node, rank] != work.rest[node + 1, rank]:
            return 0.0
        if own:
            continue
        new, moved = back, hops.coefficients[x, rank] * work.width[node + 1, rank]
        other = hops.window[x, rank]
        if other == axis:
            new = abs(moved - back)
        elif other >= 0 and moved >= elements_along(x, other, child, hops, work):
            new = elements
        if new > 0.0:
            new = least_union(x, axis, child, min(new, elements), row, hops, work)
        least = min(least, new * (1.0 - 1.0 / factors[node, rank]))
    return least


@inlined
def has_others(lead, block, factors, hops):
    """Whether a block has loops over other ranks."""
    others = False
    for rank in hops.live:
        others = others or (rank != lead and factors[block, rank] > 1)
    return others
