"""Instances that wait: groups that do not fill them, passes in which one has more to do."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from octant.arch import Architecture, Fanout
from octant.sparsity import shares
from octant.sparsity.density import Floats, nonempty_chances
from octant.sparsity.imbalance import (
    expected_busiest,
    expected_queued,
    product_variance,
    queued,
)
from octant.sparsity.nest import window
from octant.sparsity.packing import slowest_passes
from octant.sparsity.shares import Conditions, Nest
from octant.workload import Even, Structured

_CERTAIN = 1 - 1e-12
_LEAST = 1e-300


@dataclass(frozen=True, slots=True)
class Skipped:
    """Instances along an axis that get only coordinates where their leader is not all zero.

    Args:
        leader: the tensor's name.
        lanes: instances in use along the axis.
        group: neighbours that they choose from, a multiple of the lanes.
        axis: the digits of the axis that the leader has.
        neighbours: the digits that number the neighbours, outermost first, those of ``axis``
            included.
        inside: the digits below the fanout: the leader's part that one instance gets.
    """

    leader: str
    lanes: int
    group: int
    axis: tuple[int, ...]
    neighbours: tuple[int, ...]
    inside: frozenset[int]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Factors on the steps, 1 where nobody waits.

    Args:
        filling: groups of coordinates that do not fill the instances that they are handed to.
        imbalance: the busiest instance of a pass beside the average one.
    """

    filling: float = 1.0
    imbalance: float = 1.0


@dataclass(frozen=True, slots=True)
class _Groups:
    """Of the groups that instances along an axis choose from.

    Args:
        nonempty: the share of the leader's parts that are not all zero.
        passes: that a group takes, over those of one without empty coordinates.
    """

    nonempty: float
    passes: float


def skipping_axes(nest: Nest, architecture: Architecture) -> tuple[Skipped, ...]:
    """The axes of a mapping along which zeros spare instances."""
    found = []
    for block, node in enumerate(architecture.nodes):
        for number, axis in enumerate(node.axes if isinstance(node, Fanout) else ()):
            rule = axis.skipping
            leader = next(
                (each for each in nest.einsum.operands if rule and each.role is rule.leader), None
            )
            if rule is None or leader is None:
                continue
            mine = tuple(
                index
                for index, digit in enumerate(nest.digits)
                if not digit.temporal
                and (digit.block, digit.axis) == (block, number)
                and digit.rank in leader.ranks
            )
            if not mine:
                continue
            ranks = {nest.digits[index].rank for index in mine}
            neighbours = tuple(
                index
                for index, digit in enumerate(nest.digits)
                if index in mine or (digit.temporal and digit.block < block and digit.rank in ranks)
            )
            lanes = math.prod(nest.digits[index].factor for index in mine)
            there = math.prod(nest.digits[index].factor for index in neighbours)
            found.append(
                Skipped(
                    leader.name,
                    lanes,
                    lanes * max(1, min(rule.group, there) // lanes),
                    mine,
                    neighbours,
                    frozenset(i for i, digit in enumerate(nest.digits) if digit.block > block),
                )
            )
    return tuple(found)


def waiting(nest: Nest, architecture: Architecture, kept: Conditions, timed: float) -> Waiting:
    """How much longer the steps take than their average share of work.

    A pass of a fanout is what runs below it; its instances start a pass together, or as far apart
    as a queue before each of them lets them. On masks the work of every instance in every pass is
    counted: instances take the longest of their times, passes the sum. By chance it is the largest
    of so many normal values, of what instances do not share, fanout by fanout; all fanouts together
    never make a pass longer than one of which nothing is zero.

    Args:
        nest: the layer and its loops.
        architecture: with what it skips.
        kept: what a product needs to take time.
        timed: the share of products that take time.
    """
    along = skipping_axes(nest, architecture)
    groups = [_groups(nest, each) for each in along]
    filling = math.prod(each.passes / each.nonempty for each in groups if each.nonempty)
    used = sorted({digit.block for digit in nest.digits if not digit.temporal})
    if not used or not kept:
        return Waiting(filling)
    inside = {i for i, digit in enumerate(nest.digits) if digit.temporal and digit.block > used[-1]}
    outer = [index for index in range(len(nest.digits)) if index not in inside]
    queues = {block: _queue(architecture, block) for block in used}
    if math.prod(nest.digits[index].factor for index in outer) <= shares.MOST_POINTS:
        work = shares.products_by(nest, kept, outer)
        if work is not None and len(along) == len(used) == 1:
            return Waiting(filling, _packed(nest, along[0], work, outer) / filling)
        if work is not None and not along:
            return Waiting(filling, _longest(nest, work, outer, queues))
    longest = 1 / max(timed * filling, _LEAST)
    inner = {each: group.nonempty for each, group in zip(along, groups, strict=True)}
    chance = (_by_chance(nest, inner, kept, block, queue) for block, queue in queues.items())
    return Waiting(filling, min(math.prod(chance), longest))


def _queue(architecture: Architecture, block: int) -> int:
    fanout = architecture.nodes[block]
    return fanout.queue if isinstance(fanout, Fanout) else 0


def _longest(nest: Nest, work: Floats, outer: list[int], queues: dict[int, int]) -> float:
    """The time of all passes over the average work, on masks: innermost loops first."""
    total, left, times = float(work.sum()), list(outer), work
    for block in sorted(queues, reverse=True):
        later = [place for place, index in enumerate(left) if nest.digits[index].block > block]
        times = times.sum(axis=tuple(later))
        left = [index for index in left if nest.digits[index].block <= block]
        here = [place for place, index in enumerate(left) if nest.digits[index].block == block]
        if (
            queues[block]
            and len({nest.digits[i].block for i in left if not nest.digits[i].temporal}) == 1
        ):
            first = times.transpose([*here, *(i for i in range(len(left)) if i not in here)])
            each = first.reshape(math.prod(times.shape[place] for place in here), -1)
            return (
                queued(each, queues[block]) * _instances(nest, queues) / len(each) if total else 1.0
            )
        times = times.max(axis=tuple(here))
        left = [index for index in left if nest.digits[index].block < block]
    return float(times.sum()) * _instances(nest, queues) / total if total else 1.0


def _instances(nest: Nest, blocks: Iterable[int]) -> int:
    return math.prod(digit.factor for digit in nest.digits if digit.block in set(blocks))


def _by_chance(
    nest: Nest,
    inner: dict[Skipped, float],
    kept: Conditions,
    block: int,
    queue: int,
) -> float:
    """The busiest instance of a fanout over the average one, where nonzeros are a matter of chance.

    What all instances share makes them wait for nobody. Of instances that get no empty parts, and
    inside of them, the chances are those of nonempty ones; where such parts are alike, so are the
    instances. Outside, where parts are still handed out, some instances have more of them.

    Args:
        nest: the layer and its loops.
        inner: the axes that skip, each with the share of its leader's parts that are not empty.
        kept: what a product needs to take time.
        block: the number of the fanout.
        queue: passes that wait before each of its instances.
    """
    along = [each for each in inner if nest.digits[each.axis[0]].block <= block]
    nonempty = {each.leader: inner[each] for each in along}
    inside = frozenset(index for index, digit in enumerate(nest.digits) if digit.block > block)
    alike = {
        index
        for each in along
        for index in each.axis
        if kept.get(each.leader, frozenset()) >= each.inside
    }
    mine = [
        digit
        for index, digit in enumerate(nest.digits)
        if digit.block == block and index not in alike
    ]
    spread = {digit.rank for digit in mine}
    points = float(math.prod(nest.digits[index].factor for index in inside))
    deciding = []
    for name, stay in kept.items():
        leader = nest.einsum.tensor(name)
        whole = math.prod(window(nest.einsum, leader, nest.digits, inside))
        each = math.prod(window(nest.einsum, leader, nest.digits, stay & inside))
        chance = min(1.0, shares.of_products(nest, {name: stay}) / nonempty.get(name, 1.0))
        if not leader.ranks & spread and whole == each:
            continue  # a pass happens for all instances, or for none
        if isinstance(leader.pattern, Even | Structured) or not leader.ranks & spread:
            points *= chance
            continue
        if chance < _CERTAIN:
            deciding.append((chance, max(1.0, whole / each)))
    if not deciding:
        return 1.0
    instances = math.prod(digit.factor for digit in mine)
    mean = points * math.prod(chance for chance, _ in deciding)
    variance = product_variance(points, tuple(deciding))
    if queue:
        passes = math.prod(digit.factor for digit in nest.digits if digit.block < block)
        return expected_queued(mean, variance, points, instances, queue, passes)
    return expected_busiest(mean, variance, points, instances)


def _groups(nest: Nest, each: Skipped) -> _Groups:
    """What the groups along an axis hold, and the passes that they take."""
    leader = nest.einsum.tensor(each.leader)
    if nest.by_mask(leader):
        counts = _grouped(nest, each)
        slowest = -(-counts // each.lanes)
        passes = float(slowest.max(axis=1).mean()) * each.lanes / each.group
        return _Groups(float(counts.mean()) / each.group, passes)
    chances = _chances(nest, each)
    block = nest.digits[each.axis[0]].block
    rows = math.prod(
        digit.factor
        for index, digit in enumerate(nest.digits)
        if digit.block == block and index not in each.axis and digit.rank in leader.ranks
    )
    passes = slowest_passes(chances, each.lanes, rows) * each.lanes / each.group
    return _Groups(float((chances * np.arange(len(chances))).sum()) / each.group, passes)


def _chances(nest: Nest, each: Skipped) -> Floats:
    """The chance of each number of nonempty coordinates in a group."""
    leader = nest.einsum.tensor(each.leader)
    tile = window(nest.einsum, leader, nest.digits, each.inside)
    rank = nest.digits[each.axis[-1]].rank
    return nonempty_chances(leader, nest.shape(leader), tile, each.group, rank)


def _grouped(nest: Nest, each: Skipped) -> NDArray[np.int64]:
    """The nonempty coordinates of each group: (what follows in time, instances beside, groups)."""
    leader = nest.einsum.tensor(each.leader)
    occupied, digits = shares.occupied(nest, leader, each.inside)
    parts = _in_groups(nest, each, occupied > 0, digits)
    return np.asarray(parts.sum(axis=-1), np.int64)


def _in_groups(
    nest: Nest, each: Skipped, values: NDArray[np.generic], digits: tuple[int, ...]
) -> NDArray[np.generic]:
    """Values over digits as (time, instances beside, groups, neighbours), groups filled up."""
    block = nest.digits[each.axis[0]].block
    own = [digits.index(index) for index in each.neighbours]
    beside = [
        place
        for place, index in enumerate(digits)
        if index not in each.neighbours and nest.digits[index].block == block
    ]
    rest = [place for place in range(len(digits)) if place not in own and place not in beside]
    sizes = [math.prod(values.shape[place] for place in some) for some in (rest, beside, own)]
    turned = values.transpose([*rest, *beside, *own]).reshape(sizes)
    missing = -sizes[2] % each.group
    filled = np.pad(turned, ((0, 0), (0, 0), (0, missing)))
    return filled.reshape(sizes[0], sizes[1], -1, each.group)


def _packed(nest: Nest, each: Skipped, work: Floats, digits: list[int]) -> float:
    """The time of groups that are handed out without their empty coordinates, over the average.

    Nonempty coordinates go to the instances in order, a pass of them at a time; a pass lasts as
    long as the busiest instance of the axis and of those beside it.
    """
    there = shares.products_by(nest, {each.leader: each.inside}, digits)
    if there is None:
        return 1.0
    order = tuple(digits)
    some = _in_groups(nest, each, work, order)
    first = np.argsort(_in_groups(nest, each, there > 0, order) == 0, axis=-1, kind="stable")
    handed = np.take_along_axis(some, first, axis=-1)
    passes = handed.reshape(*handed.shape[:-1], -1, each.lanes).max(axis=-1)
    total = float(work.sum())
    instances = each.lanes * some.shape[1]
    return float(passes.max(axis=1).sum()) * instances / total if total else 1.0
