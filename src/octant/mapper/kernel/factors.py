"""Choosing factors, slot by slot from the innermost outwards."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import compiled


@compiled
def next_factor(spatial, rest, current, limit):
    """The next larger factor for what is left of a rank; 0 when there is none.

    A level takes divisors of the rest. An axis takes, of all factors that leave the same rest, the
    smallest: a larger one idles instances. (That is a limit of the space: idle instances can save
    energy where they hold first partial sums, or share a dilated window.)
    """
    if current == 0:
        return 1
    if current >= rest or current >= limit:
        return 0
    if spatial == 1:
        left = (rest + current - 1) // current
        factor = (rest + left - 2) // (left - 1)
        return factor if factor <= limit else 0
    factor = current + 1
    while factor * factor <= rest:
        if rest % factor == 0:
            return factor
        factor += 1
    partner = rest // factor
    while partner > 0:
        if rest % partner == 0 and rest // partner > current:
            return rest // partner
        partner -= 1
    return 0


@compiled
def fits(widths, sizes, axes, coefficients, keeps, store, bits, node, capacities):
    """Whether the tiles that a level keeps fit its memories."""
    for x in range(keeps.shape[0]):
        if keeps[x, node] == 0:
            continue
        used = 0
        for y in range(keeps.shape[0]):
            if keeps[y, node] == 0 or store[y, node] != store[x, node]:
                continue
            elements, axis, more = 1, 0, True
            while more:
                extent, more = 1, False
                for rank in range(sizes.shape[0]):
                    if axes[y, rank] > axis:
                        more = True
                    if axes[y, rank] == axis:
                        width = widths[rank] if widths[rank] < sizes[rank] else sizes[rank]
                        extent += coefficients[y, rank] * (width - 1)
                elements *= extent
                axis += 1
            used += elements * bits[y, node]
        if used > capacities[store[x, node]]:
            return False
    return True


@compiled
def next_allowed(slot, rank, digits, rest, spatial, limits, allowed, fixed):
    """The factor to try after the one in ``digits`` that hardware and dataflow allow; or 0."""
    limit = limits[slot]
    if spatial[slot] == 1:
        for other in range(rank):
            limit //= digits[slot, other]
    left = rest[slot, rank]
    factor = next_factor(spatial[slot], left, digits[slot, rank], limit)
    if fixed[slot, rank] > 0 and factor > 0:
        factor = fixed[slot, rank] if digits[slot, rank] == 0 else 0
        if factor > limit or factor > left:
            factor = 0
        if spatial[slot] == 0 and factor > 0 and left % factor > 0:
            factor = 0
    if factor > 1 and allowed[slot, rank] == 0:
        factor = 0
    return factor


@compiled
def advance(
    position, first, last, digits, rest, width, sizes, axes, coefficients, keeps, store, bits,
    slot_node, spatial, limits, allowed, fixed, whole, capacities,
):  # fmt: skip
    """Moves to the next choice of factors for the slots ``first <= slot < last``.

    Args:
        position: slot and rank to go on at: 0 to begin, the last one to look for the next choice.
        digits, rest, width: (slots + 1, ranks) the factor of a slot, what is left of the rank
            before it, the rank's extent inside it.

    Returns:
        whether there is one; it stands in ``digits``.
    """
    ranks = sizes.shape[0]
    end = (last - first) * ranks
    if position == 0:
        for rank in range(ranks):
            digits[first, rank] = 0
    widths = np.empty(ranks, np.int64)
    while position >= 0:
        slot, rank = first + position // ranks, position % ranks
        factor = next_allowed(slot, rank, digits, rest, spatial, limits, allowed, fixed)
        digits[slot, rank] = factor
        if factor == 0:
            position -= 1
            continue
        rest[slot + 1, rank] = (rest[slot, rank] + factor - 1) // factor
        width[slot + 1, rank] = width[slot, rank] * factor
        if spatial[slot] == 0 and (factor > 1 or rank == ranks - 1):
            for other in range(ranks):
                widths[other] = width[slot + (1 if other <= rank else 0), other]
            node = slot_node[slot]
            if not fits(widths, sizes, axes, coefficients, keeps, store, bits, node, capacities):
                digits[slot, rank] = 0
                position -= 1
                continue
        if whole[slot, rank] == 1 and rest[slot + 1, rank] > 1:
            continue
        if slot == slot_node.shape[0] - 2:
            if allowed[slot + 1, rank] == 0 and rest[slot + 1, rank] > 1:
                continue
            if fixed[slot + 1, rank] > 0 and rest[slot + 1, rank] != fixed[slot + 1, rank]:
                continue
        position += 1
        if position == end:
            return True
        slot, rank = first + position // ranks, position % ranks
        digits[slot, rank] = 0
    return False


@compiled
def place_factors(digits, rest, last, slot_node, factors):
    """Writes the factors of the nodes: chosen up to ``last``, what is left at the outermost."""
    for node in range(factors.shape[0]):
        for rank in range(factors.shape[1]):
            factors[node, rank] = 1
    for slot in range(last):
        for rank in range(factors.shape[1]):
            factors[slot_node[slot], rank] *= digits[slot, rank]
    for rank in range(factors.shape[1]):
        factors[0, rank] *= rest[last, rank]


@compiled
def restore(choice, first, digits, rest, width):
    """Puts a listed choice back: its digits, and what they leave and cover."""
    for slot in range(choice.shape[0]):
        for rank in range(choice.shape[1]):
            factor = choice[slot, rank]
            at = first + slot
            digits[at, rank] = factor
            rest[at + 1, rank] = (rest[at, rank] + factor - 1) // factor
            width[at + 1, rank] = width[at, rank] * factor


@compiled
def grown(found, values, count):
    """A list and its values with twice the room."""
    larger = np.empty((2 * count, found.shape[1], found.shape[2]), np.int64)
    longer = np.empty(2 * count, np.float64)
    for i in range(count):
        longer[i] = values[i]
        for slot in range(found.shape[1]):
            for rank in range(found.shape[2]):
                larger[i, slot, rank] = found[i, slot, rank]
    return larger, longer


@compiled
def list_prefixes(
    last, digits, rest, width, most, resume, sizes, axes, coefficients, keeps, bits, store,
    slot_node, spatial, limits, allowed, fixed, whole, capacities,
):  # fmt: skip
    """Lists the choices for the slots before ``last``.

    Args:
        most: how many to list at most.
        resume: whether to go on after the choice in ``digits``.

    Returns:
        the list (choices, slots, ranks), the steps of the loop nest of each, how many there are,
        and whether there are more.
    """
    ranks = sizes.shape[0]
    found = np.empty((64, last, ranks), np.int64)
    steps = np.empty(64, np.float64)
    count = 0
    position = last * ranks - 1 if resume else 0
    more = True
    while more:
        if last == 0:
            more = False
        elif not advance(
            position, np.int64(0), last, digits, rest, width, sizes, axes, coefficients, keeps,
            store, bits, slot_node, spatial, limits, allowed, fixed, whole, capacities,
        ):  # fmt: skip
            break
        position = last * ranks - 1
        if count == steps.shape[0]:
            found, steps = grown(found, steps, count)
        steps[count] = 1.0
        for rank in range(ranks):
            steps[count] *= rest[last, rank]
            for slot in range(last):
                found[count, slot, rank] = digits[slot, rank]
                if spatial[slot] == 0:
                    steps[count] *= digits[slot, rank]
        count += 1
        if count == most:
            return found, steps, count, more
    return found, steps, count, False
