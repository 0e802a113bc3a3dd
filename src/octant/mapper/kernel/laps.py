"""How often a loop that should bring something new has laps of one step, in which nothing moves.

Where factors exceed a rank, the last lap of a loop is cut off. Of ``count`` tiles along a rank,
``inside`` instances each take their next one at every step of a loop of ``steps``, which has
``laps`` laps: only the last can be short, and in it an instance has one step when there are less
than two tiles for it.
"""

from __future__ import annotations

from octant.counting.kernel import ONE, ZERO, inlined, lean
from octant.mapper.kernel.blocks import most_between, next_level_outside, spread_of
from octant.mapper.kernel.choices import next_factor


@inlined
def whole_tiles(count, width, size):
    """All tiles along a rank, without one that is cut off."""
    return count if width * count == size else count - 1


@inlined
def stray_tiles(count, inside, steps, laps):
    """The tiles that come in laps of one step."""
    last = count - inside * steps * (laps - 1)
    if last <= inside:
        return last
    return max(0, 2 * inside - last)


@inlined
def most_stray(count, inside, once):
    """The same for the worst loop of two steps or more; 0 where no loop is left.

    The last of the tiles, at most one for each instance, come in a lap of their own, or share a lap
    of two steps with those before.

    Args:
        once: whether the loop must have one lap.
    """
    left = (count + inside - 1) // inside
    last = count - inside * (left - 1)
    if left == 1 or (once and left > 2):
        return 0
    if left == 2:
        return inside - last
    return max(last, inside - last)


@inlined
def sure_share(rank, child, block, known, unknown, factors, hops, work):
    """The share of a lead's steps that surely belong to a lap of two steps or more.

    Args:
        block: the lead's, -1 when it is outside all that is known.
    """
    if hops.exact == 1:
        return 1.0
    if block < 0:
        return open_share(rank, child, known, unknown, ZERO, factors, hops, work)
    count = work.rest[child, rank]
    inside = spread_of(rank, child, block, factors, hops)
    strayed = stray_tiles(count, inside, factors[block, rank], work.rest[block, rank])
    whole = whole_tiles(count, work.width[child, rank], hops.sizes[rank])
    return max(0.0, 1.0 - strayed / whole)


@inlined
def open_share(rank, child, known, unknown, one_lap, factors, hops, work):
    """The share of ``sure_share`` for a lead outside all that is known, whatever comes there.

    Args:
        one_lap: 1 for loops of one lap only: the share of tiles at instances that surely have two
            of them, or none at all.
    """
    count, more = work.rest[child, rank], most_between(rank, ZERO, unknown, work)
    inside = spread_of(rank, child, known - 1, factors, hops)
    if more == 1:
        outer = next_level_outside(known, hops)
        once = one_lap == 1 or hops.must[outer, rank] == 1 or hops.loops[known, rank] == 1
        strayed = most_stray(count, inside, once)
    else:
        first = unknown if most_between(rank, known, unknown, work) > 1 else known
        strayed = worst_stray(first, rank, count, inside, one_lap, hops, work)
    whole = whole_tiles(count, work.width[child, rank], hops.sizes[rank])
    return max(0.0, 1.0 - strayed / whole)


@lean
def worst_stray(known, rank, count, inside, one_lap, hops, work):
    """The most stray tiles, whatever the fanouts outside a node take of a rank.

    Found once for each question, and kept in ``work.strays`` until another takes its place.

    Args:
        count: all tiles; inside: the instances that they are spread over already.
        one_lap: 1 for loops of one lap only: where it is one of two steps, some instances may have
            one tile.
    """
    inside = min(inside, count)
    asked = (known * hops.sizes.shape[0] + rank) * 2 + one_lap
    kept = work.strays[(31 * (31 * asked + inside) + count) % work.strays.shape[0]]
    if kept[0] != asked or kept[1] != count or kept[2] != inside:
        kept[0], kept[1], kept[2] = asked, count, inside
        kept[3] = worst_chain(known, rank, count, inside, one_lap, hops, work.chains)
    return kept[3]


@lean
def worst_chain(known, rank, count, inside, one_lap, hops, chains):
    """The most stray tiles, over all chains of factors of the fanouts outside a node."""
    worst, many = ZERO, ONE
    chains[0, 0], chains[0, 1] = inside, (count + inside - 1) // inside
    for node in range(known - 1, -1, -1):
        if hops.temporal[node] == 1:
            if hops.allowed[node, rank] == 1:
                once = one_lap == 1 or node == 0 or hops.must[node, rank] == 1
                for i in range(many):
                    worst = max(worst, most_stray(count, chains[i, 0], once))
            continue
        for axis in range(hops.axis_count[node]):
            known_chains = many
            for i in range(known_chains):
                many = extend_chain(i, many, node, axis, rank, hops, chains)
                if many < 0:
                    return count
    return worst


@lean
def extend_chain(i, many, node, axis, rank, hops, chains):
    """Appends a chain with each factor above 1 of an axis; the new number, -1 without room."""
    if hops.axis_allowed[node, axis, rank] == 0:
        return many
    inside, left = chains[i, 0], chains[i, 1]
    limit, fixed = hops.axis_size[node, axis], hops.axis_fixed[node, axis, rank]
    factor = ONE
    while True:
        factor = next_factor(left, factor, limit, hops.divisors) if fixed == 0 else fixed
        if factor <= 1 or factor > left or factor > limit:
            return many
        if many == chains.shape[0]:
            return -1
        chains[many, 0], chains[many, 1] = inside * factor, (left + factor - 1) // factor
        many += 1
        if fixed > 0:
            return many
