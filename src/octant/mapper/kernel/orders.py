"""The orders of a leaf's loops."""

from __future__ import annotations

from octant.counting.kernel import lean


@lean
def units_of_block(node, factors, axes, sliding, order, unit):
    """Numbers the ranks that loop in a block by the unit in which they are permuted.

    Ranks that every tensor sees alike, and that share no tensor axis with another, stand together
    in some best order: they form one unit. Prescribed ranks stand alone.

    Returns:
        how many units; ``unit`` (ranks) is -1 for a rank without a loop.
    """
    ranks = factors.shape[1]
    count = 0
    for rank in range(ranks):
        unit[rank] = -1
        if factors[node, rank] == 1:
            continue
        for other in range(rank):
            if unit[other] < 0 or sliding[rank] or sliding[other]:
                continue
            if order[node, rank] > 0 or order[node, other] > 0:
                continue
            alike = True
            for x in range(axes.shape[0]):
                alike = alike and (axes[x, rank] >= 0) == (axes[x, other] >= 0)
            if alike:
                unit[rank] = unit[other]
        if unit[rank] < 0:
            unit[rank] = count
            count += 1
    return count


@lean
def outermost_unit(axes, sliding, prescribed, unit):
    """The unit of the ranks that every tensor depends on, on an axis of its own; -1 for none.

    Each step of these changes every tile as a whole. So it is best outermost, where others that
    leave a tile in place can do so.
    """
    for rank in range(unit.shape[0]):
        if unit[rank] >= 0 and prescribed[rank] == 0 and sliding[rank] == 0:
            every = True
            for x in range(axes.shape[0]):
                every = every and axes[x, rank] >= 0
            if every:
                return unit[rank]
    return -1


@lean
def write_prescribed(node, order, row):
    """Writes a block's ranks, outermost first, the prescribed ones innermost in their order."""
    place, wanted = 0, 0
    while place < row.shape[0]:
        for rank in range(row.shape[0]):
            if order[node, rank] == wanted:
                row[place] = rank
                place += 1
        wanted += 1


@lean
def next_unit(chosen, first, position, count, outermost, unit, prescribed):
    """The unit to try next at a block's position, from the innermost; -1 when none is left.

    Prescribed ranks come first, the one with the highest place innermost.

    Args:
        chosen: the units at all positions; those from ``first`` are the block's.
        count: units of the block; outermost: of ``outermost_unit``; unit, prescribed: (ranks) of
            the block.
    """
    wanted = 0
    for rank in range(unit.shape[0]):
        if unit[rank] < 0 or prescribed[rank] <= wanted:
            continue
        free = True
        for other in range(first, position):
            free = free and chosen[other] != unit[rank]
        if free:
            wanted = prescribed[rank]
    for candidate in range(chosen[position] + 1, count):
        free = candidate != outermost or position == first + count - 1
        for other in range(first, position):
            free = free and chosen[other] != candidate
        for rank in range(unit.shape[0]):
            if unit[rank] == candidate and prescribed[rank] != wanted:
                free = False
        if free:
            return candidate
    return -1


@lean
def write_innermost(chosen, first, last, unit, row):
    """Writes a block's ranks, the units ``chosen[first:last]`` innermost; returns how many."""
    place = row.shape[0]
    for position in range(first, last):
        for rank in range(unit.shape[0] - 1, -1, -1):
            if unit[rank] == chosen[position]:
                place -= 1
                row[place] = rank
    placed = row.shape[0] - place
    for rank in range(unit.shape[0]):
        waiting = unit[rank] < 0
        if not waiting:
            waiting = True
            for position in range(first, last):
                waiting = waiting and chosen[position] != unit[rank]
        if waiting:
            place -= 1
            row[place] = rank
    return placed
