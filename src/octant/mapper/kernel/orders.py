"""The orders of a leaf's loops."""

from __future__ import annotations

from octant.counting.kernel import compiled


@compiled
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


@compiled
def write_order(permutation, count, unit, row):
    """Writes a block's ranks, outermost first, from a permutation of its units."""
    place = 0
    for rank in range(unit.shape[0]):
        if unit[rank] < 0:
            row[place] = rank
            place += 1
    for i in range(count):
        for rank in range(unit.shape[0]):
            if unit[rank] == permutation[i]:
                row[place] = rank
                place += 1


@compiled
def write_prescribed(node, order, row):
    """Writes a block's ranks, outermost first, the prescribed ones innermost in their order."""
    place, wanted = 0, 0
    while place < row.shape[0]:
        for rank in range(row.shape[0]):
            if order[node, rank] == wanted:
                row[place] = rank
                place += 1
        wanted += 1


@compiled
def order_allowed(row, node, factors, order):
    """Whether a block's loops keep the prescribed order among its innermost ones."""
    last = 0
    for place in range(row.shape[0]):
        rank = row[place]
        if factors[node, rank] == 1:
            continue
        if order[node, rank] < last:
            return False
        last = order[node, rank]
    return True


@compiled
def next_permutation(permutation, count):
    """Moves to the next permutation in lexicographic order; False after the last."""
    pivot = count - 2
    while pivot >= 0 and permutation[pivot] >= permutation[pivot + 1]:
        pivot -= 1
    if pivot < 0:
        return False
    other = count - 1
    while permutation[other] <= permutation[pivot]:
        other -= 1
    permutation[pivot], permutation[other] = permutation[other], permutation[pivot]
    low, high = pivot + 1, count - 1
    while low < high:
        permutation[low], permutation[high] = permutation[high], permutation[low]
        low += 1
        high -= 1
    return True
