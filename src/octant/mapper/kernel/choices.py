"""What one node may take: the factors of a level, and how ranks split over the axes of a fanout."""

from __future__ import annotations

from octant.counting.kernel import ONE, ZERO, inlined, lean


@lean
def next_factor(rest, current, limit, exact):
    """The next larger factor for what is left of a rank; 0 when there is none.

    Of all factors that leave the same rest only the smallest is taken: a larger one idles. (That is
    a limit of the space: idle instances can save energy where they hold first partial sums, or
    share a dilated window.)

    Args:
        exact: 1 for only those that divide the rest.
    """
    if current == 0:
        return 1
    factor = current
    while factor < rest and factor < limit:
        left = (rest + factor - 1) // factor
        factor = (rest + left - 2) // (left - 1)
        if factor > limit:
            return 0
        if exact == 0 or rest % factor == 0:
            return factor
    return 0


@lean
def factors_of(node, rank, left, hops, options):
    """Writes the factors that a level may take of what is left of a rank; returns how many."""
    count, factor = ZERO, ZERO
    fixed = hops.fixed[node, rank]
    while True:
        factor = fixed if fixed > 0 else next_factor(left, factor, left, hops.divisors)
        if factor == 0 or factor > left or (factor > 1 and hops.allowed[node, rank] == 0):
            return count
        if hops.must[node, rank] == 0 or factor == left:
            options[count] = factor
            count += 1
        if fixed > 0:
            return count


@lean
def splits_of(node, rank, left, hops, products, splits, work):
    """Writes what the axes of a fanout may take of a rank, largest product first; returns how many.

    Args:
        products: (many); splits: (many, axes) the factors, the innermost axis first.
    """
    rests = work.rests
    products[0], rests[0], count = 1, left, ONE
    for axis in range(splits.shape[1]):
        splits[0, axis] = 1
    for axis in range(hops.axis_count[node]):
        known = count
        for i in range(known):
            count = split_axis(i, count, node, axis, rank, hops, products, splits, rests)
        alive = ZERO
        for i in range(known, count):
            products[alive], rests[alive] = products[i], rests[i]
            move_row(splits, i, alive)
            alive += 1
        count = alive
    alive = ZERO
    for i in range(count):
        if hops.must[node, rank] == 0 or rests[i] == 1:
            products[alive] = products[i]
            move_row(splits, i, alive)
            alive += 1
    sort_splits(alive, products, splits, work.keys, work.rows)
    return alive


@inlined
def move_row(rows, i, to):
    """Copies a row to another place."""
    for column in range(rows.shape[1]):
        rows[to, column] = rows[i, column]


@lean
def split_axis(i, count, node, axis, rank, hops, products, splits, rests):
    """Appends the split ``i`` with every factor that an axis may take; returns the new count."""
    factor, fixed, limit = ZERO, hops.axis_fixed[node, axis, rank], hops.axis_size[node, axis]
    while True:
        factor = fixed if fixed > 0 else next_factor(rests[i], factor, limit, hops.divisors)
        if factor == 0 or factor > rests[i] or factor > limit:
            return count
        if factor > 1 and hops.axis_allowed[node, axis, rank] == 0:
            return count
        after = (rests[i] + factor - 1) // factor
        if hops.axis_whole[node, axis, rank] == 0 or after == 1:
            move_row(splits, i, count)
            splits[count, axis] = factor
            products[count], rests[count] = products[i] * factor, after
            count += 1
        if fixed > 0:
            return count


@lean
def sort_splits(count, products, splits, keys, rows):
    """Sorts by the product, the largest first, by Shell's method."""
    for i in range(count):
        keys[i] = products[i] * count + i
        for axis in range(splits.shape[1]):
            rows[i, axis] = splits[i, axis]
    gap = count // 2
    while gap > 0:
        for i in range(gap, count):
            key, j = keys[i], i
            while j >= gap and keys[j - gap] < key:
                keys[j] = keys[j - gap]
                j -= gap
            keys[j] = key
        gap //= 2
    for i in range(count):
        products[i] = keys[i] // count
        for axis in range(splits.shape[1]):
            splits[i, axis] = rows[keys[i] % count, axis]


@lean
def take_budgets(split, known, last, budgets, splits, taken):
    """What is left of the axes after a rank takes one of the splits of equal product.

    Args:
        budgets: (many, axes) the largest ways in which the axes may still be filled.
        taken: the same afterwards, without what another way surpasses; returns how many.
    """
    count = 0
    axes = budgets.shape[1]
    for i in range(known):
        for k in range(split, last):
            for axis in range(axes):
                taken[count, axis] = budgets[i, axis] // splits[k, axis]
            fine = True
            for axis in range(axes):
                fine = fine and taken[count, axis] > 0
            for other in range(count):
                surpassed = True
                for axis in range(axes):
                    surpassed = surpassed and taken[other, axis] >= taken[count, axis]
                if surpassed:
                    fine = False
            if fine and count < taken.shape[0] - 1:
                count += 1
    return count
