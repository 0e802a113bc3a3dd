"""What the order of the outermost level's loops makes of the traffic into the next level's tile.

The innermost loop alone says little of a window: the lap after it may bring a whole new tile, or
nothing but what the window goes back. The loops next to it say that, and which tensors stay.
"""

from __future__ import annotations

from octant.counting.kernel import inlined, lean
from octant.mapper.kernel.hops import elements_along, joules_of_hop, whole_windows
from octant.mapper.kernel.laps import whole_tiles

PLACED = 3
"""Innermost loops that are told apart: a window slides along two axes, and is new with the next."""


@lean
def may_be_ordered(most, left, widths, hops, work):
    """Whether in some order of the outermost loops less crosses into the next level than so much.

    The innermost loops are placed one by one, as long as there is hope; the others may be as they
    like. It takes less time than to bound all hops of the nest.

    Args:
        most: joules.
        left, widths: (ranks) the loops' steps, and the tile's extents; node 1 is a level.
    """
    live, at, loops = hops.live.shape[0], work.at_place, 0
    for rank in hops.live:
        loops += left[rank] > 1
    for x in range(hops.keeps.shape[0]):
        work.everything[x] = elements_of_all(x, left, hops)
    position, last = 0, min(loops, PLACED) - 1
    at[0] = -1
    while 0 <= position <= last:
        at[position] += 1
        if at[position] == live:
            position -= 1
            continue
        work.inward[position] = hops.live[at[position]]
        if (
            may_come(position, left, hops, work)
            and joules_beyond(position + 1, left, widths, hops, work) < most
        ):
            position += 1
            at[position] = -1
    return position > last


@inlined
def elements_of_all(x, left, hops):
    """The elements of all tiles of a tensor, as often as each step brings one."""
    elements = whole_windows(x, left, hops)
    for rank in hops.live:
        if hops.axes[x, rank] < 0:
            elements *= left[rank]
    return elements


@inlined
def may_come(position, left, hops, work):
    """Whether a loop may have a place, counted from the innermost: if it is there, and not yet."""
    rank = work.inward[position]
    may = left[rank] > 1 and not is_placed(rank, position, work)
    for other in hops.live:
        if left[other] > 1 and hops.order[0, other] > hops.order[0, rank]:
            may = may and is_placed(other, position, work)
    return may


@inlined
def is_placed(rank, placed, work):
    """Whether a loop is one of so many innermost ones."""
    found = False
    for position in range(placed):
        found = found or work.inward[position] == rank
    return found


@inlined
def joules_beyond(placed, left, widths, hops, work):
    """The least joules of what crosses into the tile, so many loops placed.

    Of results with windows only what is touched is sure.
    """
    joules = 0.0
    for x in range(hops.keeps.shape[0]):
        if hops.keeps[x, 1] == 0:
            continue
        elements, touched = hops.touched[x], hops.touched[x]
        if hops.windows[x] == 0 or hops.is_output[x] == 0:
            share = crossing_share(x, placed, left, widths, hops, work)
            elements = max(touched, share * work.everything[x])
        joules += joules_of_hop(x, 1, elements, elements, touched, touched, hops)
    return joules


@lean
def crossing_share(x, placed, left, widths, hops, work):
    """The share of all tiles' elements that surely crosses, at each step of the loops a tile.

    At a step of a loop those further in go back to their first. As soon as one with an axis of its
    own is among them, all is new, whatever the others do; else the first of all tiles is.
    """
    share, first, own = 0.0, 1.0, False
    for position in range(placed):
        rank = work.inward[position]
        own = own or (hops.axes[x, rank] >= 0 and hops.window[x, rank] < 0)
        new = 1.0 if own else uncovered_share(x, position, left, widths, hops, work)
        share += first * part_later(x, rank, left, widths, hops) * new
        first *= part_at_first(x, rank, left, widths, hops)
    if not own:
        for rank in hops.live:
            if not is_placed(rank, placed, work):
                first *= part_at_first(x, rank, left, widths, hops)
    return share + first


@inlined
def part_at_first(x, rank, left, widths, hops):
    """The share of a tensor that is crossed by at a loop's first step."""
    if hops.axes[x, rank] >= 0 and hops.window[x, rank] < 0:
        return min(1.0, widths[rank] / hops.sizes[rank])
    return 1.0 / left[rank]


@inlined
def part_later(x, rank, left, widths, hops):
    """The same of all others; a tile that is cut off along a window counts for nothing."""
    if hops.window[x, rank] < 0:
        return 1.0 - part_at_first(x, rank, left, widths, hops)
    whole = whole_tiles(left[rank], widths[rank], hops.sizes[rank])
    return max(0.0, (whole - 1.0) / left[rank])


@lean
def uncovered_share(x, position, left, widths, hops, work):
    """The share of a window that is new at a step of a loop."""
    held = 1.0
    for axis in range(hops.windows[x]):
        moved = 0.0
        for inner in range(position + 1):
            rank = work.inward[inner]
            if hops.window[x, rank] == axis:
                steps = -1.0 if inner == position else left[rank] - 1.0
                moved += steps * hops.coefficients[x, rank] * widths[rank]
        if moved != 0.0:
            held *= 1.0 - min(1.0, abs(moved) / elements_along(x, axis, widths, hops))
    return 1.0 - held
