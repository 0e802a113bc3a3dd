"""What a window brings that slides along a lead, by what each step uncovers.

Instances share what comes where their tiles are equal and so is all that is new in them. Tiles of
one rank never are; those of two that move one window may be.
"""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import inlined, lean
from octant.mapper.kernel.blocks import block_outside, may_lead
from octant.mapper.kernel.hops import elements_along, moved_share, slid_windows
from octant.mapper.kernel.laps import whole_tiles
from octant.mapper.rows import APART, MERGED, OVER_TIME, SPREAD, TILES


@lean
def merged_share(x, hops, work):
    """The least share of tiles that differ among those that multicast may merge.

    Along one axis the places of one rank and those of another make as many sums, at least, as both
    together less one. Those of two ranks that are evenly spread are equal only where so many steps
    of the one are as long as so many of the other.
    """
    share, tiles = 1.0, work.tiles
    for axis in range(hops.windows[x]):
        different, together, apart = 1, 1, 0
        for rank in hops.live:
            many = int(tiles[MERGED, rank])
            if hops.window[x, rank] != axis or many == 1:
                continue
            step = int(hops.coefficients[x, rank] * tiles[APART, rank])
            if together == 1:
                different, apart = many, step
            else:
                sums = different + many - 1
                if apart > 0 and step > 0:
                    sums = sums_of_two(different, apart, many, step)
                different, apart = sums, 0
            together *= many
        share *= different / together
    return share


@inlined
def sums_of_two(many, step, others, beside):
    """How many sums there are of a place of one row and a place of another, each evenly spaced.

    ``bounds.compulsory.different_sums`` says as much of a layer, where nothing may be compiled.
    """
    common, rest = step, beside
    while rest > 0:
        common, rest = rest, common % rest
    equal = max(0, many - beside // common) * max(0, others - step // common)
    return many * others - equal


@inlined
def steps_begin(child, known, hops, work):
    """The node from which outwards there may be loops outside a child."""
    return child if child == hops.keeps.shape[1] else max(work.block[child] + 1, known)


@lean
def least_union(x, axis, child, known, factors, hops, work):
    """The fewest elements along an axis of all tiles that an instance has over all time.

    Copies that are further apart than a set is long are apart. Else each adds to a set, of which a
    part is so long, by as much as it is moved, or by the length of the part.
    """
    tiles, elements = work.tiles, elements_along(x, axis, work.width[child], hops)
    node = steps_begin(child, known, hops, work)
    total, long, span = elements, elements, elements
    for far in range(2):
        for rank in hops.live:
            apart = hops.coefficients[x, rank] * work.width[node, rank]
            if hops.window[x, rank] != axis or (apart > elements) != (far == 1):
                continue
            more = tiles[OVER_TIME, rank] - 1.0
            if apart >= span:
                total *= more + 1.0
            else:
                total += more * min(apart, long)
            loose = False
            for fanout in range(known, node):
                loose = loose or (hops.temporal[fanout] == 0 and factors[fanout, rank] > 1)
            if loose:
                span = np.inf
            elif more > 0.0:
                span += more * apart
                if apart <= elements:
                    long += more * apart
    return total


@lean
def least_of_all_time(x, child, known, factors, hops, work):
    """What children must get at least: each instance gets everything once that it ever needs."""
    total, tiles = hops.plain[x], work.tiles
    for axis in range(hops.windows[x]):
        if divides(x, axis, known, hops, work):
            total *= least_union(x, axis, child, known, factors, hops, work)
            for rank in hops.live:
                if hops.window[x, rank] == axis:
                    total *= tiles[TILES, rank] / tiles[OVER_TIME, rank]
        else:
            total *= least_reach(x, axis, child, known, hops, work)
    for rank in hops.live:
        if hops.axes[x, rank] < 0:
            total *= tiles[TILES, rank] / tiles[OVER_TIME, rank]
    return max(hops.touched[x], total)


@inlined
def divides(x, axis, known, hops, work):
    """Whether no rank is cut off that moves a window."""
    whole = True
    for rank in hops.live:
        if hops.window[x, rank] == axis:
            whole = whole and work.width[known, rank] * work.rest[known, rank] == hops.sizes[rank]
    return whole


@lean
def least_reach(x, axis, child, known, hops, work):
    """What all instances get at least over all time along an axis of which a rank is cut off.

    Each has at least what its tiles along one rank cover, with all of another that is not spread;
    those of all instances cover the whole rank.
    """
    elements, most, tiles = elements_along(x, axis, work.width[child], hops), 0.0, work.tiles
    node = steps_begin(child, known, hops, work)
    for lead in hops.live:
        if hops.window[x, lead] != axis:
            continue
        step, width = hops.coefficients[x, lead], min(work.width[child, lead], hops.sizes[lead])
        count, long, others = work.rest[child, lead], elements, 1.0
        least = elements - step * (width * count - hops.sizes[lead])
        for rank in hops.live:
            if hops.window[x, rank] != axis or rank == lead:
                continue
            along = hops.coefficients[x, rank]
            if tiles[SPREAD, rank] == 0.0 and along * work.width[node, rank] <= least:
                long += along * max(0, hops.sizes[rank] - work.width[child, rank])
                continue
            whole = whole_tiles(work.rest[child, rank], work.width[child, rank], hops.sizes[rank])
            others *= max(1.0, whole / tiles[OVER_TIME, rank])
        alone = count / tiles[OVER_TIME, lead]
        if step * work.width[node, lead] >= long:
            alone = float(count)
        if step * width <= long:
            most = max(most, others * (alone * (long - step * width) + step * hops.sizes[lead]))
    return most


@lean
def slid_share(x, lead, child, known, factors, hops, work):
    """The share of all tiles' elements that crosses when a window slides along a lead.

    Each step of a lap uncovers as much; what its first step brings depends on the loop outside the
    lead. Of a lead that is cut off that is not known, and its last tile counts for nothing.
    """
    axis, block = hops.window[x, lead], work.block[child]
    elements = elements_along(x, axis, work.width[child], hops)
    node = steps_begin(child, known, hops, work)
    step = hops.coefficients[x, lead] * work.width[node, lead]
    uncovered, alone, within = min(1.0, step / elements), True, True
    for rank in hops.live:
        if hops.window[x, rank] == axis and rank != lead:
            alone = alone and not loops_outside(rank, child, known, factors, hops, work)
            within = within and (block < 0 or factors[block, rank] == 1)
    first = moved_share(
        x, lead, work.rest[child], work.width[child], work.rest[node], work.width[node], 0.5, hops
    )
    whole = work.width[known, lead] * work.rest[known, lead] == hops.sizes[lead]
    least = 0.0
    if not divides(x, axis, known, hops, work):
        least = slid_windows(x, lead, work.tiles[TILES], hops)
    if block < 0:
        if whole:
            least = max(least, uncovered * (1.0 if alone else 0.5))
        return max(least, first)
    later = later_share(lead, block, child, factors, hops, work)
    if not whole:
        return max(least, first, later * uncovered)
    back = step * (factors[block, lead] - 1.0)
    if within:
        ends = share_of_ends(lead, block, child, factors, hops, work)
        farther = uncovered if work.rest[block, lead] > 1 else min(1.0, back / elements)
        came = (1.0 - ends) * min(1.0, back / elements) + ends * (farther if alone else 0.0)
        first = max(first, came)
    if first < 1.0:
        begun = least_first(x, lead, child, back, elements, known, factors, hops, work)
        first = max(first, begun)
    return max(least, later * uncovered + (1.0 - later) * first)


@inlined
def at_first_step(count, rank, node, child, factors, work):
    """How many of a child's first tiles along a rank a loop of a node has at its first step."""
    inside = work.width[node + 1, rank] // work.width[child, rank]
    lap = inside * factors[node, rank]
    return count // lap * inside + min(inside, count % lap)


@inlined
def later_share(rank, node, child, factors, hops, work):
    """The share of a child's tiles along a rank that a loop of a node is past its first step at.

    Without a last tile that is cut off: all others are as large.
    """
    count = work.rest[child, rank]
    whole = whole_tiles(count, work.width[child, rank], hops.sizes[rank])
    return (whole - at_first_step(whole, rank, node, child, factors, work)) / count


@inlined
def share_of_ends(lead, block, child, factors, hops, work):
    """The share of a lead's laps, at most, that follow the end of the other loops of its block."""
    share = 1.0
    for rank in hops.live:
        if rank != lead and factors[block, rank] > 1:
            count = work.rest[child, rank]
            whole = whole_tiles(count, work.width[child, rank], hops.sizes[rank])
            share *= min(1.0, at_first_step(count, rank, block, child, factors, work) / whole)
    return share


@inlined
def loops_outside(rank, child, known, factors, hops, work):
    """Whether a rank loops outside a child, or may."""
    loops = work.rest[known, rank] > 1
    for node in range(known, child):
        loops = loops or (hops.temporal[node] == 1 and factors[node, rank] > 1)
    return loops


@lean
def least_first(x, lead, child, back, elements, known, factors, hops, work):
    """The least share of a tile that is new when a lap of a sliding lead begins.

    The window goes back, and the next loop outside moves on. All is new where the tensor has an
    axis of its own for that, or it moves another window beyond the tile. What its own end brings is
    not known then, but for an axis of its own: there the place is another one, too.

    Args:
        back, elements: how far the window goes back, and the tile's, along the lead's axis.
    """
    axis, block = hops.window[x, lead], work.block[child]
    node = block
    if not has_others(lead, block, factors, hops):
        node = block_outside(block, known, factors, hops)
    least = 1.0
    for rank in hops.live:
        follows = work.rest[known, rank] > 1
        if node >= 0:
            follows = factors[node, rank] > 1 and (
                rank != lead if node == block else may_lead(rank, node, factors, hops.order)
            )
        own = hops.axes[x, rank] >= 0 and hops.window[x, rank] < 0
        if not follows or (own and hops.exact == 1):
            continue
        if node < 0:
            return 0.0
        other, moved = hops.window[x, rank], hops.coefficients[x, rank] * work.width[node + 1, rank]
        far = elements if own else abs(moved - back) if other == axis else back
        held = 1.0 - min(1.0, far / elements)
        if other >= 0 and other != axis:
            held *= 1.0 - min(1.0, moved / elements_along(x, other, work.width[child], hops))
        later = later_share(rank, node, child, factors, hops, work)
        least = min(least, (1.0 - held) * later)
    return least


@inlined
def has_others(lead, block, factors, hops):
    """Whether a block has loops over other ranks."""
    others = False
    for rank in hops.live:
        others = others or (rank != lead and factors[block, rank] > 1)
    return others
