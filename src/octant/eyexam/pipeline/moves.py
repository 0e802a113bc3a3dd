"""What moves when a loop of time advances: the elements of every hop, exactly.

The rules are those of counting (docs/explanation/counting.md), of one moment instead of the whole
run; summed over all moments they are its counts.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass

from octant.eyexam.pipeline.schedule import Hop, Schedule, TimeLoop

#: What is left of each rank from the first instance's position on; None: it is not cut off.
Rooms = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """The elements that move to a child at one moment.

    Args:
        deliveries: of all instances of the child.
        accesses: of the parent, where instances that share count once.
        distinct: different elements, were everything shared.
    """

    deliveries: int
    accesses: int
    distinct: int


def moved(schedule: Schedule, hop: Hop, moment: int, rooms: Rooms) -> Moved:
    """Returns what a hop moves when the loop of time at ``moment`` has just advanced.

    Args:
        schedule: of the mapping.
        hop: which way.
        moment: the loop's place; -1 at the very start, when nothing is held.
        rooms: what is left of each rank from where the loop now stands.
    """
    shared = schedule.layer.shared[hop.tensor].tolist()
    spread = schedule.spread[: hop.child]
    alone = tuple(spread)
    apart = tuple(wide and not flag for wide, flag in zip(spread, shared, strict=False))
    together = (False,) * len(spread)
    found = {
        separate: _elements(schedule, hop, moment, rooms, separate)
        for separate in {alone, apart, together}
    }
    return Moved(found[alone], found[apart], found[together])


def _elements(
    schedule: Schedule, hop: Hop, moment: int, rooms: Rooms, separate: tuple[bool, ...]
) -> int:
    axes = schedule.layer.axes[hop.tensor]
    spots = [
        _existing(schedule.spots(rank, hop.child, hop.parent, separate), rooms[rank])
        for rank in range(len(axes))
    ]
    times = math.prod(
        len({key for _, key in spots[rank]}) for rank in range(len(axes)) if axes[rank] < 0
    )
    indexed = {int(axis) for axis in axes if axis >= 0}
    if not indexed:  # a scalar: where anything moves, it is the one element
        return times
    both, overlaps, whole, kept = times, times, times, times
    for axis in indexed:
        parts = [
            _parts(schedule, hop, moment, rank, rooms, spots[rank])
            for rank in range(len(axes))
            if axes[rank] == axis
        ]
        still = moment < 0 or hop.child == len(schedule.loops.factors)
        sums = _sums([_entry(places, still=still) for places in itertools.product(*parts)])
        both, overlaps = both * sums[0], overlaps * sums[1]
        whole, kept = whole * sums[2], kept * sums[3]
    return both - overlaps + whole - kept


def _existing(spots: list[tuple[int, int]], room: int | None) -> list[tuple[int, int]]:
    return spots if room is None else [(o, key) for o, key in spots if o < room]


#: A rank's part of an instance's place on an axis: key, first and last now, and before.
_Part = tuple[int, int, int, int, int]
#: key, start and extent now, start and extent of the overlap with the tile before.
_Entry = tuple[tuple[int, ...], int, int, int, int]


def _parts(
    schedule: Schedule,
    hop: Hop,
    moment: int,
    rank: int,
    rooms: Rooms,
    spots: list[tuple[int, int]],
) -> list[_Part]:
    """What a rank adds to the places of instances at some spots."""
    times, room = int(schedule.layer.coefficients[hop.tensor, rank]), rooms[rank]
    known: dict[int | None, tuple[int, int, int]] = {}
    found = []
    for offset, key in spots:
        left = None if room is None else room - offset
        if left not in known:
            known[left] = _tile(schedule, hop, moment, rank, left)
        extent, back, extent_before = known[left]
        before = offset + back
        last, last_before = offset + extent - 1, before + extent_before - 1
        found.append((key, times * offset, times * last, times * before, times * last_before))
    return found


def _entry(places: tuple[_Part, ...], *, still: bool) -> _Entry:
    """What one instance holds of an axis now, and how much of it it held before.

    Args:
        places: the parts of the ranks of the axis.
        still: nothing was held before.
    """
    keys, lows, highs, lows_before, highs_before = zip(*places, strict=True)
    low, high = sum(lows), sum(highs)
    start = max(low, sum(lows_before))
    overlap = min(high, sum(highs_before)) - start + 1
    if overlap <= 0 or still:
        start, overlap = 0, 0
    return keys, low, high - low + 1, start, overlap


def _tile(
    schedule: Schedule, hop: Hop, moment: int, rank: int, left: int | None
) -> tuple[int, int, int]:
    """The extent of an instance's tile in a rank now, where it was before, and its extent then.

    Args:
        left: of the rank from the instance's position on; None where it is not cut off.
    """
    width = schedule.width(rank, hop.child)
    loops = schedule.inner(rank, moment + 1, hop.child)
    turning = moment >= 0 and schedule.time[moment].rank == rank
    step = schedule.time[moment].stride if turning else 0
    span = width + sum((x.factor - 1) * x.stride for x in loops)
    reach = span if turning or left is None else min(span, left)
    last = _last(loops, reach)
    now = width if left is None else min(width, left)
    return now, last - step, min(width, reach - last)


def _last(loops: list[TimeLoop], reach: int) -> int:
    """The offset of the last state of some loops that starts below ``reach``."""
    offset = 0
    for loop in loops:
        offset += min((reach - 1 - offset) // loop.stride, loop.factor - 1) * loop.stride
    return offset


def _sums(entries: list[_Entry]) -> tuple[int, int, int, int]:
    """The sums over classes of instances that counting takes; see ``counting.kernel.groups``.

    A class has one key and one interval of extent L; m different non-empty overlaps of total
    extent V, and possibly an empty one. Summed are L*m, V, L, and L of classes without an empty
    one.
    """
    classes: dict[tuple[tuple[int, ...], int, int], set[tuple[int, int]]] = defaultdict(set)
    for key, low, extent, start, overlap in entries:
        classes[key, low, extent].add((start, overlap))
    sums = [0, 0, 0, 0]
    for (_, _, extent), overlaps in classes.items():
        held = [overlap for _, overlap in overlaps if overlap]
        sums[0] += extent * len(held)
        sums[1] += sum(held)
        sums[2] += extent
        sums[3] += extent * (len(held) == len(overlaps))
    return sums[0], sums[1], sums[2], sums[3]
