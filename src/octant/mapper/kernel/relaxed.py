"""A bound of everything that completes a partial mapping: all factors from some node inwards."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import inlined, lean
from octant.mapper.kernel.hops import (
    CHANGES,
    SLIDES,
    STAYS,
    STRAYS,
    joules_of_hop,
    merged_windows,
    sliding_windows,
    whole_windows,
)


@inlined
def block_outside(child, known, factors, hops):
    """The innermost block with a loop outside a child among the known nodes; -1 for none."""
    for node in range(child - 1, known - 1, -1):
        if hops.temporal[node] == 1:
            for rank in hops.live:
                if factors[node, rank] > 1:
                    return node
    return -1


@inlined
def may_lead(rank, node, factors, prescribed):
    """Whether a rank's loop may be the innermost of a block: the last prescribed one, else any."""
    if factors[node, rank] == 1:
        return False
    for other in range(factors.shape[1]):
        if factors[node, other] > 1 and prescribed[node, other] > prescribed[node, rank]:
            return False
    return True


@lean
def note_leads(known, factors, rest, hops, block, leads):
    """Writes which ranks may lead outside each child: (nodes + 1, ranks), ``block`` (nodes + 1).

    Outside all that is known any rank may that is left, unless the next level must complete one
    whose place among its loops is prescribed.
    """
    nodes = factors.shape[0]
    for child in range(nodes + 1):
        for rank in hops.live:
            leads[child, rank] = 0
    forced = -1
    outer = known - 1
    if outer >= 0 and hops.temporal[outer] == 1:
        for rank in hops.live:
            later = forced < 0 or hops.order[outer, rank] > hops.order[outer, forced]
            if rest[known, rank] > 1 and hops.must[outer, rank] == 1 and later:
                forced = rank
        if forced >= 0:
            for rank in hops.live:
                if rest[known, rank] > 1 and hops.order[outer, rank] > hops.order[outer, forced]:
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
            elif rest[known, rank] > 1 and (forced < 0 or forced == rank):
                leads[child, rank] = 1 if hops.loops[known, rank] == 1 else 0


@lean
def moves_surely(rank, child, block, steps, laps, known, factors, rest, width, hops):
    """Whether every lap of a loop outside a child surely has two steps or more.

    Where a rank is cut off, the last lap of an instance may have one step only: nothing moves then.

    Args:
        steps: of the loop; laps: what is left of the rank outside it.
    """
    if hops.exact == 1 or width[block, rank] * rest[block, rank] == hops.sizes[rank]:
        return True
    if laps > 1:
        below = rest[block + 1, rank]
        even = width[block + 1, rank] * below == hops.sizes[rank]
        return even and below - (laps - 1) * steps > 1
    return steps > 2 or instances_of(rank, child, known, factors, hops) == 1.0


@inlined
def instances_of(rank, child, known, factors, hops):
    """The instances outside a child that a rank may spread over."""
    instances = 1.0
    for node in range(child):
        if hops.temporal[node] == 0:
            instances *= factors[node, rank] if node >= known else hops.most[node, rank]
    return instances


@inlined
def sure_share(rank, child, block, known, factors, rest, width, hops):
    """The share of a lead's steps that surely belong to a lap of two steps or more.

    Args:
        block: the lead's, -1 when it is outside all that is known.
    """
    if hops.exact == 1:
        return 1.0
    if block >= 0:
        sure = moves_surely(
            rank, child, block, factors[block, rank], rest[block, rank], known, factors, rest,
            width, hops,
        )  # fmt: skip
    else:
        complete = hops.temporal[known - 1] == 1 and hops.must[known - 1, rank] == 1
        sure = complete and (
            rest[known, rank] > 2 or instances_of(rank, child, known, factors, hops) == 1.0
        )
    if sure:
        return 1.0
    count = rest[child, rank]
    return max(0.0, (count - instances_of(rank, child, known, factors, hops)) / count)


@inlined
def count_relaxed(x, child, known, factors, rest, hops, room):
    """Writes what a hop depends on to ``room``: counts of tiles along each rank.

    ``room`` (7, ranks): tiles apart, tiles merged by multicast, the same where the child stays
    while it can; then in (4, 0..3) multicast and instances that nodes not yet known may add, and
    the first visits of a result at the child and at its parent.
    """
    parent = hops.parent[x, child]
    more_shared, more_children, more_parents = 1.0, 1.0, 1.0
    for node in range(min(known, child)):
        if hops.temporal[node] == 0:
            more_children *= hops.limit[x, node]
            if node < parent:
                more_parents *= hops.limit[x, node]
            elif hops.shared[x, node] == 1:
                more_shared *= hops.limit[x, node]
    first_child, first_parent = 1.0, 1.0
    for rank in hops.live:
        count = rest[child, rank]
        shared, inside, outside = 1, 1, 1
        for node in range(known, child):
            if hops.temporal[node] == 0 and factors[node, rank] > 1:
                if node < parent:
                    outside *= factors[node, rank]
                else:
                    inside *= factors[node, rank]
                    if hops.shared[x, node] == 1:
                        shared *= factors[node, rank]
        room[0, rank] = count
        room[1, rank] = (count + shared - 1) // shared
        room[2, rank] = count
        room[3, rank] = room[1, rank]
        if hops.axes[x, rank] < 0:
            first_child *= min(count, inside * outside)
            first_parent *= min(count, outside)
    room[4, 0] = more_shared
    room[4, 1] = first_child * more_children
    room[4, 2] = first_parent * more_parents


@inlined
def straying_share(rank, child, node, known, factors, rest, width, hops):
    """The share of a loop's steps that may belong to a lap of one step."""
    if moves_surely(
        rank, child, node, factors[node, rank], rest[node, rank], known, factors, rest, width, hops
    ):
        return 0.0
    instances = instances_of(rank, child, known, factors, hops)
    return min(1.0, instances / rest[child, rank])


@inlined
def may_stay(x, node, factors, hops):
    """Whether the innermost loop of a block may be one that a tensor does not depend on."""
    empty = True
    for rank in hops.live:
        if factors[node, rank] > 1:
            empty = False
            if hops.axes[x, rank] < 0 and may_lead(rank, node, factors, hops.order):
                return True
    return empty


@inlined
def stay_while_free(x, child, known, factors, rest, width, hops, room):
    """Lowers the counts of a tensor that stays over the loops that it does not depend on.

    From the lead outwards they are free up to the end of the first block with a loop that brings
    another tile; where that may have laps of one step only, all loops are in these.
    """
    parent = hops.parent[x, child]
    node, straying, first = child - 1, 1.0, True
    while node >= known:
        if hops.temporal[node] == 1:
            closed = not first and not may_stay(x, node, factors, hops)
            if closed:
                node += 1
                straying = 0.0
                break
            for rank in hops.live:
                if hops.axes[x, rank] >= 0 and factors[node, rank] > 1:
                    closed = True
                    straying *= straying_share(rank, child, node, known, factors, rest, width, hops)
            if closed:
                break
            for rank in hops.live:
                first = first and factors[node, rank] == 1
        node -= 1
    room[4, 3] = straying
    for rank in hops.live:
        if hops.axes[x, rank] >= 0:
            continue
        free, shared, later = 1, 1, rest[known, rank]
        for outer in range(known, child):
            if hops.temporal[outer] == 1:
                if outer >= node:
                    free *= factors[outer, rank]
                else:
                    later *= factors[outer, rank]
            elif outer >= parent and hops.shared[x, outer] == 1:
                shared *= factors[outer, rank]
        if node < known:
            free *= later
            later = 1
        count = rest[child, rank]
        room[2, rank] = (count + free - 1) // free
        room[3, rank] = (count + free * shared - 1) // (free * shared)
        free *= later
        room[5, rank] = (count + free - 1) // free
        room[6, rank] = (count + free * shared - 1) // (free * shared)


@lean
def product_outside(x, row, hops, room):
    """The tiles along the ranks that a tensor does not depend on."""
    total = 1.0
    for rank in hops.live:
        if hops.axes[x, rank] < 0:
            total *= room[row, rank]
    return total


@lean
def bound_hops(known, factors, rest, width, hops, work):
    """Bounds what crosses to every child from the node ``known`` inwards.

    Args:
        known: factors of the nodes from here inwards are chosen; the others are 1.
        rest, width: (nodes + 1, ranks) what is left of a rank outside a node's factor, and its
            extent inside.
        work: room; ``work.pending`` (leads + 1) gets the joules that depend on the lead outside
            all that is known, by its class; the last is without any.

    Returns:
        the joules of all else, and the steps of the loop nest; ``work.ports`` gets the cycles of
        each port.
    """
    tensors, nodes = hops.keeps.shape
    note_leads(known, factors, rest, hops, work.block, work.leads)
    work.joules[:] = 0.0
    work.reads[:] = 0.0
    work.writes[:] = 0.0
    energy = hops.compute_j
    for x in range(tensors):
        for child in range(nodes, max(known, 1) - 1, -1):
            if hops.parent[x, child] >= 0:
                count_relaxed(x, child, known, factors, rest, hops, work.room)
                energy += bound_hop(x, child, known, factors, rest, width, hops, work)
    energy += settle_leads(known, rest, hops, work)
    note_cycles(known, factors, hops, work)
    return energy, least_steps(known, factors, rest, width, hops)


@lean
def bound_hop(x, child, known, factors, rest, width, hops, work):
    """Adds what crosses to a child to ``work``, by the lead outside it.

    Returns:
        the joules that depend on no lead: those of what crosses to the compute units.
    """
    room, moves = work.room, work.moves
    apart, merged = whole_windows(x, room[0], hops), merged_windows(x, room[0], room[1], hops)
    first = apart if hops.windows[x] > 0 else hops.touched[x]
    room[4, 1] *= first
    room[4, 2] *= first
    moves[CHANGES, 3], moves[CHANGES, 4] = (
        product_outside(x, 0, hops, room), product_outside(x, 1, hops, room),
    )  # fmt: skip
    write_move(CHANGES, x, child, apart, merged, hops, work)
    if child == hops.keeps.shape[1]:
        note_ports(x, child, CHANGES, hops, work)
        return moves[CHANGES, 2]
    work.joules[child, hops.sizes.shape[0]] += moves[CHANGES, 2]
    stay_while_free(x, child, known, factors, rest, width, hops, room)
    write_stays(x, child, apart, merged, rest, hops, work)
    moves[SLIDES, 0], moves[SLIDES, 1] = moves[CHANGES, 0], moves[CHANGES, 1]
    least = CHANGES
    for rank in hops.live:
        if work.leads[child, rank] == 1:
            kind = add_lead(
                rank, x, child, known, factors, rest, width, apart, merged, hops, work
            )  # fmt: skip
            least = min(least, kind)
    note_ports(x, child, least, hops, work)
    return 0.0


@inlined
def write_move(kind, x, child, apart, merged, hops, work):
    """Writes what is delivered, served, and its joules; the repetitions are in columns 3 and 4."""
    room, move = work.room, work.moves[kind]
    move[0] = apart * move[3]
    move[1] = max(merged * move[4] / room[4, 0], hops.touched[x])
    move[2] = joules_of_hop(x, child, move[0], move[1], room[4, 1], room[4, 2], hops)


@lean
def write_stays(x, child, apart, merged, rest, hops, work):
    """Writes what crosses where a tensor stays while it can, and in laps of one step."""
    room, moves = work.room, work.moves
    least_apart, least_merged = apart, merged
    for rank in hops.live:
        if hops.window[x, rank] >= 0 and rest[child, rank] > 1:
            least_apart = min(
                least_apart, sliding_windows(x, rank, room[0], room[0], apart, hops)
            )  # fmt: skip
            least_merged = min(
                least_merged, sliding_windows(x, rank, room[0], room[1], merged, hops)
            )
    for end in range(2):
        strays = product_outside(x, 5 + end, hops, room)
        stays = product_outside(x, 2 + end, hops, room)
        moves[STRAYS, 3 + end] = strays
        moves[STAYS, 3 + end] = stays + room[4, 3] * (strays - stays)
    write_move(STRAYS, x, child, least_apart, least_merged, hops, work)
    write_move(STAYS, x, child, least_apart, least_merged, hops, work)


@lean
def add_lead(rank, x, child, known, factors, rest, width, apart, merged, hops, work):
    """Adds the joules of a hop under a lead; returns the least that the tensor does then.

    Of a lead's laps some may have one step: nothing moves in these, as if it stayed.
    """
    room, moves = work.room, work.moves
    if hops.axes[x, rank] < 0:
        work.joules[child, rank] += moves[STAYS, 2]
        return STAYS
    kind, joules = CHANGES, moves[CHANGES, 2]
    if hops.window[x, rank] >= 0:
        kind = SLIDES
        delivered = sliding_windows(x, rank, room[0], room[0], apart, hops) * moves[CHANGES, 3]
        served = sliding_windows(x, rank, room[0], room[1], merged, hops) * moves[CHANGES, 4]
        served = max(served / room[4, 0], hops.touched[x])
        joules = joules_of_hop(x, child, delivered, served, room[4, 1], room[4, 2], hops)
        moves[SLIDES, 0] = min(moves[SLIDES, 0], delivered)
        moves[SLIDES, 1] = min(moves[SLIDES, 1], served)
    share = sure_share(rank, child, work.block[child], known, factors, rest, width, hops)
    if share < 1.0:
        kind = STRAYS
        joules = moves[STRAYS, 2] + share * max(0.0, joules - moves[STRAYS, 2])
    work.joules[child, rank] += joules
    return kind


@inlined
def note_ports(x, child, kind, hops, work):
    """Adds what a hop reads and writes at its two levels."""
    parent = hops.parent[x, child]
    given, read, served = work.moves[kind, 0], work.moves[kind, 1], work.moves[kind, 1]
    if hops.is_output[x] == 1:
        given, read = max(0.0, given - work.room[4, 1]), max(0.0, read - work.room[4, 2])
        work.writes[x, parent] += served
    work.reads[x, parent] += read
    if child < hops.keeps.shape[1]:
        work.writes[x, child] += given


@lean
def settle_leads(known, rest, hops, work):
    """The least joules over the leads of known blocks; ``work.pending`` gets the others' joules."""
    nodes, ranks = hops.keeps.shape[1], hops.sizes.shape[0]
    pending = work.pending
    none = pending.shape[0] - 1
    pending[:] = np.inf
    outside = False
    for rank in hops.live:
        outside = outside or (rest[known, rank] > 1 and hops.loops[known, rank] == 1)
    energy = 0.0
    for child in range(max(known, 1), nodes):
        if work.block[child] < 0:
            continue
        least = np.inf
        for rank in hops.live:
            if work.leads[child, rank] == 1:
                least = min(least, work.joules[child, rank])
        energy += least
    if not outside:
        pending[none] = 0.0
        for child in range(max(known, 1), nodes):
            if work.block[child] < 0:
                pending[none] += work.joules[child, ranks]
        return energy
    for rank in hops.live:
        total, any_child, leads = 0.0, False, True
        for child in range(max(known, 1), nodes):
            if work.block[child] < 0:
                any_child = True
                total += work.joules[child, rank]
                leads = leads and work.leads[child, rank] == 1
        if not any_child:
            pending[none] = 0.0
        elif leads:
            pending[hops.alike[rank]] = min(pending[hops.alike[rank]], total)
    return energy


@lean
def least_steps(known, factors, rest, width, hops):
    """The fewest steps of the loop nest: those of the first instance, the busiest."""
    total = 1.0
    for rank in hops.live:
        total *= steps_of(rank, known, factors, width, hops)
    return max(1.0, total / units_outside(known, hops))


@inlined
def units_outside(known, hops):
    """The instances that the fanouts outside all that is known may add."""
    more = 1.0
    for node in range(known):
        if hops.temporal[node] == 0:
            more *= hops.units[node]
    return more


@inlined
def steps_of(rank, known, factors, width, hops):
    """The steps that the first instance takes along a rank; what is not known counts as loops."""
    left = hops.sizes[rank] - 1
    index = left // width[known, rank]
    left -= index * width[known, rank]
    for node in range(known, factors.shape[0]):
        if hops.temporal[node] == 1:
            inside = width[node + 1, rank]
            digit = min(left // inside, factors[node, rank] - 1)
            left -= digit * inside
            index = index * factors[node, rank] + digit
    return index + 1


@lean
def note_cycles(known, factors, hops, work):
    """Writes to ``work.ports`` the cycles of each port for what its memory reads and writes."""
    tensors, nodes = hops.keeps.shape
    work.ports[:] = 0.0
    instances = 1.0
    for node in range(nodes):
        if hops.temporal[node] == 0:
            if node < known:
                instances *= hops.units[node]
                continue
            for rank in hops.live:
                instances *= factors[node, rank]
            continue
        for x in range(tensors):
            if hops.keeps[x, node] == 0:
                continue
            store = hops.store[x, node]
            scale = hops.bits[x, node] / instances
            reads, writes = work.reads[x, node] * scale, work.writes[x, node] * scale
            work.ports[store, 0] += reads / hops.bandwidths[store, 0]
            work.ports[store, 1] += writes / hops.bandwidths[store, 1]
            work.ports[store, 2] += (reads + writes) / hops.bandwidths[store, 2]
