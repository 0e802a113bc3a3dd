"""A bound of everything that completes a partial mapping: all factors from some node inwards."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import ONE, ZERO, inlined, lean
from octant.mapper.kernel.blocks import (
    block_of,
    block_outside,
    may_lead,
    may_stay,
    most_between,
    next_level_outside,
    spread_of,
)
from octant.mapper.kernel.hops import (
    add_cycles,
    joules_of_hop,
    moved_share,
    shared_along,
    slid_windows,
    whole_windows,
)
from octant.mapper.kernel.laps import stray_tiles, sure_share, whole_tiles
from octant.mapper.kernel.sharing import note_shared, share_all
from octant.mapper.kernel.sliding import (
    least_of_all_time,
    merged_share,
    slid_share,
    steps_begin,
)
from octant.mapper.rows import (
    APART,
    CHANGES,
    DELIVERED,
    FAR,
    FIRST_CHILD,
    FIRST_PARENT,
    JOULES,
    LEAST,
    LEAST_APART,
    LEAST_MERGED,
    MERGED,
    MIXED,
    NEAR,
    OVER_TIME,
    SERVED,
    SHARED,
    SLIDES,
    SPREAD,
    STAYED,
    STAYING,
    STAYS,
    STRAYED,
    STRAYING,
    STRAYS,
    SURE,
    TILES,
    TIMES,
    UNSHARED,
)


@inlined
def note_spreads(known, unknown, hops, work):
    """Writes over how many more instances each rank may spread, and in the last place all of them.

    No further than what is left of it.
    """
    together = 1.0
    for rank in hops.live:
        spread = min(work.rest[known, rank], most_between(rank, ZERO, unknown, work))
        work.spread[rank] = spread
        together *= spread
    work.spread[hops.sizes.shape[0]] = together


@inlined
def note_leads(known, unknown, factors, hops, work):
    """Writes which ranks may lead outside each child: ``work.leads`` and ``work.block``.

    Outside all that is known any rank may that is left, unless the next level must complete one
    whose place among its loops is prescribed.
    """
    nodes, block, leads = factors.shape[0], work.block, work.leads
    for child in range(nodes + 1):
        for rank in hops.live:
            leads[child, rank] = 0
    forced, outer = -1, next_level_outside(known, hops)
    if outer >= 0:
        for rank in hops.live:
            later = forced < 0 or hops.order[outer, rank] > hops.order[outer, forced]
            loops = work.rest[known, rank] > most_between(rank, outer + 1, unknown, work)
            if loops and hops.must[outer, rank] == 1 and later:
                forced = rank
        if forced >= 0:
            for rank in hops.live:
                later = hops.order[outer, rank] > hops.order[outer, forced]
                if later and work.rest[known, rank] > 1:
                    forced = -1
                    break
        if forced >= 0 and hops.order[outer, forced] == 0:
            forced = -1
    for child in range(max(known, 1), nodes):
        block[child] = block_outside(child, known, factors, hops)
        for rank in hops.live:
            if block[child] >= 0:
                if may_lead(rank, block[child], factors, hops.order):
                    leads[child, rank] = 1
            elif work.rest[known, rank] > 1 and (forced < 0 or forced == rank):
                leads[child, rank] = 1 if hops.loops[known, rank] > 0 else 0


@inlined
def count_relaxed(x, child, known, unknown, factors, hops, work):
    """Writes what a hop depends on to ``work.tiles`` and ``work.hop``: see ``rows``."""
    parent, tiles, hop = hops.parent[x, child], work.tiles, work.hop
    more_shared, more_children, more_parents = 1.0, 1.0, 1.0
    may_share, may_repeat = 1.0, 1.0
    for node in range(child):
        more = 1.0
        if node < unknown and hops.temporal[node] == 0:
            more = work.open_limit[x, node]
        more_children *= more
        if node < parent:
            more_parents *= more
        elif hops.shared[x, node] == 1:
            more_shared *= more
    first_child, first_parent = 1.0, 1.0
    for rank in hops.live:
        count, over_time = work.rest[child, rank], work.rest[known, rank]
        shared, inside, outside, apart = ONE, ONE, ONE, ZERO
        for node in range(known, child):
            if hops.temporal[node] == 1:
                over_time *= factors[node, rank]
            elif factors[node, rank] > 1:
                if node < parent:
                    outside *= factors[node, rank]
                else:
                    inside *= factors[node, rank]
                    if hops.shared[x, node] == 1:
                        evenly = shared == 1 or apart == work.width[node, rank]
                        apart = work.width[node + 1, rank] if evenly else ZERO
                        shared *= factors[node, rank]
        tiles[OVER_TIME, rank], tiles[SPREAD, rank] = over_time, min(1, inside * outside - 1)
        tiles[MERGED, rank], tiles[APART, rank] = shared, apart
        tiles[TILES, rank] = count
        tiles[TILES + 1, rank] = (count + shared - 1) // shared
        tiles[STAYING, rank] = count
        tiles[STAYING + 1, rank] = tiles[TILES + 1, rank]
        if hops.axes[x, rank] < 0:
            may_share *= work.spread[rank]
            may_repeat *= work.spread[rank]
            first_child *= min(count, inside * outside)
            first_parent *= min(count, outside)
    for axis in range(hops.windows[x]):
        may_share *= shared_along(x, axis, tiles[MERGED], work.spread, hops)
    hop[SHARED] = min(more_shared, may_share)
    hop[FIRST_CHILD] = first_child * min(more_children, may_repeat)
    hop[FIRST_PARENT] = first_parent * min(more_parents, may_repeat)


@inlined
def sure_outside(x, child, outer, known, unknown, factors, hops, work):
    """The share of tiles that surely change at each step of the innermost loop of an outer block.

    None where that may be over a rank on which the tensor does not depend, or over one with a loop
    further in, too, unless each step surely goes to another lap of that, or where the child's own
    lead is outside all that is known: no block is known to be outside of that.

    Args:
        outer: the block, -1 for what is outside all that is known.
    """
    share, first = 2.0, max(known, 1)
    if work.block[child] < 0 or (outer < 0 and work.block[first] >= 0):
        return 0.0
    for rank in hops.live:
        leads = work.leads[first, rank] == 1
        if outer >= 0:
            leads = may_lead(rank, outer, factors, hops.order)
        if not leads:
            continue
        if hops.axes[x, rank] < 0:
            return 0.0
        inside = block_of(rank, max(known, outer + 1), child, factors, hops)
        sure = sure_share(rank, inside, outer, known, unknown, factors, hops, work)
        if sure < 1.0 and inside < child:
            return 0.0
        share = min(share, sure)
    return share if share <= 1.0 else 0.0


@inlined
def stay_while_free(x, child, known, unknown, factors, hops, work):
    """Lowers the counts of a tensor that stays over the loops that it does not depend on.

    From the lead outwards they are free up to the end of the first block with a loop that brings
    another tile; where that may have laps of one step only, those up to the next block are, too, if
    that surely brings one, else all.
    """
    parent, tiles, hop = hops.parent[x, child], work.tiles, work.hop
    node, closing, straying, first = child - 1, known, 1.0, True
    while node >= known:
        if hops.temporal[node] == 1:
            moves = not first and not may_stay(x, node, factors, hops)
            closed = moves
            for rank in hops.live:
                if hops.axes[x, rank] >= 0 and factors[node, rank] > 1:
                    closed = True
                    inside = spread_of(rank, child, node, factors, hops)
                    count = work.rest[child, rank]
                    strayed = stray_tiles(count, inside, factors[node, rank], work.rest[node, rank])
                    whole = whole_tiles(count, work.width[child, rank], hops.sizes[rank])
                    straying *= min(1.0, strayed / whole)
            if closed:
                closing = node
                node += moves
                break
            for rank in hops.live:
                first = first and factors[node, rank] == 1
        node -= 1
    outer = block_outside(closing, known, factors, hops)
    hop[STRAYING] = straying
    hop[SURE] = sure_outside(x, child, outer, known, unknown, factors, hops, work)
    for rank in hops.live:
        if hops.axes[x, rank] >= 0:
            continue
        free, near, shared, far = ONE, ONE, ONE, work.rest[known, rank]
        for level in range(known, child):
            if hops.temporal[level] == 1:
                far *= factors[level, rank]
                if level > outer:
                    near *= factors[level, rank]
                if level >= node:
                    free *= factors[level, rank]
            elif level >= parent and hops.shared[x, level] == 1:
                shared *= factors[level, rank]
        count = work.rest[child, rank]
        write_tiles(STAYING, rank, count, far if node < known else free, shared, tiles)
        write_tiles(FAR, rank, count, far, shared, tiles)
        write_tiles(NEAR, rank, count, near, shared, tiles)


@inlined
def write_tiles(row, rank, count, free, shared, tiles):
    """Writes the tiles along a rank of which so many are one, apart and merged by multicast."""
    tiles[row, rank] = (count + free - 1) // free
    tiles[row + 1, rank] = (count + free * shared - 1) // (free * shared)


@inlined
def product_outside(x, row, hops, tiles):
    """The tiles along the ranks that a tensor does not depend on."""
    total = 1.0
    for rank in hops.live:
        if hops.axes[x, rank] < 0:
            total *= tiles[row, rank]
    return total


@lean
def bound_hops(known, unknown, factors, hops, grids, work):
    """Bounds what crosses to every child from the node ``known`` inwards, in joules and cycles.

    ``work.total`` gets the joules, and the cycles of each limited port, of all that depends on no
    lead outside the known nodes; ``work.pending`` the others, by the kind of that lead.

    Args:
        known: factors of the nodes from here inwards are chosen; the others are 1.
        unknown: the nodes outside of this one may take more: it is ``known``, or one more where
            that is a fanout of which some ranks are open.
        work: room; ``rest`` and ``width`` have what is left of a rank outside a node's factor, and
            its extent inside.

    Returns:
        the steps of the loop nest.
    """
    tensors, nodes = hops.keeps.shape
    note_spreads(known, unknown, hops, work)
    note_leads(known, unknown, factors, hops, work)
    note_copies(known, unknown, factors, hops, work)
    work.moved[:] = 0.0
    work.total[:] = 0.0
    work.reach[:] = 1.0
    spreads = False
    for node in range(unknown):
        spreads = spreads or hops.temporal[node] == 0
    if spreads:
        work.unshared[:] = 0.0
        work.alone[:] = 0.0
    work.total[0] = hops.compute_j
    for x in range(tensors):
        for child in range(nodes, max(known, 1) - 1, -1):
            if hops.parent[x, child] >= 0:
                count_relaxed(x, child, known, unknown, factors, hops, work)
                bound_hop(x, child, known, unknown, factors, hops, work)
    if spreads:
        share_all(known, unknown, hops, work)
    settle_leads(known, hops, grids, work)
    return least_steps(known, unknown, factors, hops, work)


@inlined
def bound_hop(x, child, known, unknown, factors, hops, work):
    """Adds what crosses to a child to ``work.moved``, by the lead outside it.

    What crosses to the compute units depends on none: it is in ``work.total``.
    """
    tiles, hop, moves = work.tiles, work.hop, work.moves
    apart = whole_windows(x, tiles[TILES], hops)
    shared = merged_share(x, hops, work)
    merged = apart * shared
    hop[LEAST] = least_of_all_time(x, child, known, factors, hops, work)
    for rank in hops.live:
        if hops.axes[x, rank] < 0:
            shared /= tiles[MERGED, rank]
    hop[LEAST + 1] = max(hops.touched[x], hop[LEAST] * shared / hop[SHARED])
    first = apart if hops.windows[x] > 0 else hops.touched[x]
    hop[FIRST_CHILD] *= first
    hop[FIRST_PARENT] *= first
    moves[CHANGES, TIMES], moves[CHANGES, TIMES + 1] = (
        product_outside(x, TILES, hops, tiles), product_outside(x, TILES + 1, hops, tiles),
    )  # fmt: skip
    write_move(CHANGES, x, child, apart, merged, hops, work)
    if hops.apart[x] == 1:
        work.reach[child, x] = hop[SHARED]
    if child == hops.keeps.shape[1]:
        add_move(work.total, x, child, CHANGES, hops, work)
        if work.reach[child, x] > 1.0:
            note_shared(hops.sizes.shape[0], x, child, CHANGES, hops, work)
        return
    add_lead_move(hops.sizes.shape[0], x, child, CHANGES, hops, work)
    stay_while_free(x, child, known, unknown, factors, hops, work)
    write_stays(x, child, known, apart, merged, hops, work)
    for rank in hops.live:
        if work.leads[child, rank] == 1:
            add_lead(rank, x, child, known, unknown, factors, apart, merged, hops, work)


@inlined
def write_move(kind, x, child, apart, merged, hops, work):
    """Writes what is delivered and served, and its joules; its ``TIMES`` are there already."""
    hop, move = work.hop, work.moves[kind]
    move[DELIVERED] = max(apart * move[TIMES], hop[LEAST])
    move[UNSHARED] = max(merged * move[TIMES + 1], hop[LEAST + 1])
    move[SERVED] = max(move[UNSHARED] / hop[SHARED], hop[LEAST + 1])
    move[JOULES] = joules_of_hop(
        x, child, move[DELIVERED], move[SERVED], hop[FIRST_CHILD], hop[FIRST_PARENT], hops
    )


@inlined
def write_stays(x, child, known, apart, merged, hops, work):
    """Writes what crosses where a tensor stays while it can, and in laps of one step."""
    tiles, hop, moves = work.tiles, work.hop, work.moves
    share, node = 1.0, steps_begin(child, known, hops, work)
    for rank in hops.live:
        if hops.window[x, rank] >= 0 and work.rest[child, rank] > 1:
            moved = moved_share(
                x, rank, work.rest[child], work.width[child], work.rest[node], work.width[node],
                1.0, hops,
            )  # fmt: skip
            share = min(share, max(moved, slid_windows(x, rank, tiles[TILES], hops)))
    for end in range(2):
        strays, sure = product_outside(x, FAR + end, hops, tiles), hop[SURE]
        if sure > 0.0:
            strays += sure * (product_outside(x, NEAR + end, hops, tiles) - strays)
        stays = product_outside(x, STAYING + end, hops, tiles)
        moves[STRAYS, TIMES + end] = strays
        moves[STAYS, TIMES + end] = stays + hop[STRAYING] * (strays - stays)
    hop[LEAST_APART], hop[LEAST_MERGED] = share * apart, share * merged
    write_move(STRAYS, x, child, share * apart, share * merged, hops, work)
    write_move(STAYS, x, child, share * apart, share * merged, hops, work)
    hop[STRAYED], hop[STAYED] = moves[STRAYS, JOULES], moves[STAYS, JOULES]
    for place in range(hop.shape[0]):
        work.noted[child, x, place] = hop[place]


@inlined
def add_lead(rank, x, child, known, unknown, factors, apart, merged, hops, work):
    """Adds what crosses in a hop under a lead.

    Of a lead's laps some may have one step: nothing moves in these, as if it stayed.
    """
    moves = work.moves
    if hops.axes[x, rank] < 0:
        add_lead_move(rank, x, child, STAYS, hops, work)
        return
    kind = CHANGES
    if hops.window[x, rank] >= 0:
        kind = SLIDES
        slid = slid_share(x, rank, child, known, factors, hops, work)
        for end in range(2):
            moves[SLIDES, TIMES + end] = moves[CHANGES, TIMES + end]
        write_move(SLIDES, x, child, slid * apart, slid * merged, hops, work)
    mixing = work.mixing[child, x, rank]
    mixing[1] = max(0.0, moves[kind, JOULES] - moves[STRAYS, JOULES])
    share = sure_share(rank, child, work.block[child], known, unknown, factors, hops, work)
    if share < 1.0:
        for column in (DELIVERED, SERVED, UNSHARED, JOULES):
            strays = moves[STRAYS, column]
            moves[MIXED, column] = strays + share * max(0.0, moves[kind, column] - strays)
        kind = MIXED
    mixing[0] = moves[kind, JOULES]
    add_lead_move(rank, x, child, kind, hops, work)


@inlined
def add_lead_move(lead, x, child, kind, hops, work):
    """Adds to ``work.moved`` what crosses under a lead, or without any."""
    add_move(work.moved[child, lead], x, child, kind, hops, work)
    if work.reach[child, x] > 1.0:
        note_shared(lead, x, child, kind, hops, work)


@inlined
def add_move(row, x, child, kind, hops, work):
    """Adds the joules of a thing that a tensor may do, and the cycles of the ports that it uses."""
    parent = hops.parent[x, child]
    move = work.moves[kind]
    given, read, written = move[DELIVERED], move[SERVED], 0.0
    if hops.is_output[x] == 1:
        written, first = read, work.hop[FIRST_PARENT]
        given, read = max(0.0, given - work.hop[FIRST_CHILD]), max(0.0, read - first)
    row[0] += move[JOULES]
    add_cycles(row, x, parent, read, written, work.copies[parent], hops)
    if child < hops.keeps.shape[1]:
        add_cycles(row, x, child, 0.0, given, work.copies[child], hops)


@inlined
def note_copies(known, unknown, factors, hops, work):
    """Writes how many instances of each node there are."""
    more, chosen = 1.0, 1.0
    for node in range(factors.shape[0]):
        work.copies[node] = chosen * min(more, work.spread[hops.sizes.shape[0]])
        if hops.temporal[node] == 0:
            if node < unknown:
                more *= work.open_units[node]
            if node >= known:
                for rank in hops.live:
                    chosen *= factors[node, rank]


@inlined
def settle_leads(known, hops, grids, work):
    """Adds the least over leads of known blocks to ``work.total``; other leads are ``pending``."""
    nodes, ranks = hops.keeps.shape[1], hops.sizes.shape[0]
    first = max(known, 1)
    last = first
    while last < nodes and work.block[last] < 0:
        last += 1
    child = last
    while child < nodes:
        end = child + 1
        while end < nodes and work.block[end] == work.block[child]:
            end += 1
        add_least(child, end, hops, work)
        child = end
    kind_of = grids.kind_of[grids.next_level[known]]
    work.pending[:] = np.inf
    outside = False
    for rank in hops.live:
        outside = outside or (work.rest[known, rank] > 1 and hops.loops[known, rank] > 0)
    if first == last or not outside:
        add_pending(ranks, first, last, work.pending[kind_of[ranks]], work)
        return
    for rank in hops.live:
        leads = True
        for child in range(first, last):
            leads = leads and work.leads[child, rank] == 1
        if leads:
            add_pending(rank, first, last, work.pending[kind_of[rank]], work)


@inlined
def add_least(first, last, hops, work):
    """Adds the least over the leads that neighbouring children have outside, the same for all."""
    for column in range(work.total.shape[0]):
        least = np.inf
        for rank in hops.live:
            if work.leads[first, rank] == 1:
                total = 0.0
                for child in range(first, last):
                    total += work.moved[child, rank, column]
                least = min(least, total)
        work.total[column] += least


@inlined
def add_pending(lead, first, last, pending, work):
    """Lowers what is pending to that under a lead, outside of neighbouring children."""
    for column in range(pending.shape[0]):
        total = 0.0
        for child in range(first, last):
            total += work.moved[child, lead, column]
        pending[column] = min(pending[column], total)


@inlined
def least_steps(known, unknown, factors, hops, work):
    """The fewest steps of the loop nest: those of the first instance, the busiest."""
    total = 1.0
    for rank in hops.live:
        total *= steps_of(rank, known, factors, hops, work)
    more = min(units_outside(unknown, hops, work), work.spread[hops.sizes.shape[0]])
    return max(1.0, total / more)


@inlined
def units_outside(unknown, hops, work):
    """The instances that the fanouts which are not known yet may add."""
    more = 1.0
    for node in range(unknown):
        if hops.temporal[node] == 0:
            more *= work.open_units[node]
    return more


@inlined
def steps_of(rank, known, factors, hops, work):
    """The steps that the first instance takes along a rank; what is not known counts as loops."""
    left = hops.sizes[rank] - 1
    index = left // work.width[known, rank]
    left -= index * work.width[known, rank]
    for node in range(known, factors.shape[0]):
        if hops.temporal[node] == 1:
            inside = work.width[node + 1, rank]
            digit = min(left // inside, factors[node, rank] - 1)
            left -= digit * inside
            index = index * factors[node, rank] + digit
    return index + 1
