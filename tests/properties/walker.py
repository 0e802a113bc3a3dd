"""The oracle for counting: executes a loop nest step by step and moves every element.

Slow and obvious on purpose, and independent of ``octant.counting``: the closed forms there are
believed because they equal what this module counts.

* All loops over one rank are a mixed-radix counter, outermost digit first. A point exists where
  every rank's index is below its size.
* Time is the lexicographic order of the temporal loops. The loops of the fanouts give the
  coordinates of an instance.
* A tile is the smallest box of tensor elements that covers the existing points below an instance.
  What moves is the tile now without the tile of that instance's last active step.
* Instances share what moves where their whole tiles and all that is new in them are equal.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from octant.arch import Architecture, Fanout
from octant.mapping import Mapping, TemporalBlock
from octant.workload import Einsum, Role, Tensor

COMPUTE = "compute"

Point = tuple[int, ...]
Elements = frozenset[Point]
NOTHING: Elements = frozenset()


@dataclass(frozen=True)
class WalkedTensor:
    """Elements that one level moves of one tensor, over all its instances."""

    reads: int = 0
    fills: int = 0
    updates: int = 0
    occupancy: int = 0


@dataclass(frozen=True)
class WalkedHop:
    """Elements between a level and the next one further in that keeps a tensor.

    ``accesses`` are the parent's, after multicast or reduction; ``deliveries`` those of the
    children, each counted.
    """

    accesses: int
    deliveries: int


@dataclass(frozen=True)
class WalkedCounts:
    """Everything that the walk counted.

    ``cycles`` are the steps at which at least one compute unit works; ``active_instance_steps``
    the compute units at work, summed over the steps.
    """

    tensors: dict[tuple[str, str], WalkedTensor]
    hops: dict[tuple[str, str, str], WalkedHop]
    cycles: int
    active_instance_steps: int


@dataclass(frozen=True)
class _Digit:
    """One loop as a digit of its rank's counter."""

    position: int
    rank: str
    factor: int
    stride: int
    block: int
    temporal: bool


@dataclass(frozen=True)
class _Walk:
    """What is walked, and how networks share."""

    einsum: Einsum
    architecture: Architecture
    digits: tuple[_Digit, ...]
    network_by_network: bool


@dataclass
class _Moved:
    """What the walk of one hop saw."""

    accesses: int = 0
    deliveries: int = 0
    occupancy: int = 0
    steps: int = 0
    busy_times: int = 0
    first_at_parents: int = 0
    first_at_children: int = 0


def walk(
    einsum: Einsum,
    architecture: Architecture,
    mapping: Mapping,
    *,
    network_by_network: bool = False,
) -> WalkedCounts:
    """Counts what a valid mapping moves, by executing it.

    Args:
        einsum: the layer.
        architecture: where it runs.
        mapping: a valid mapping; a few thousand points at most.
        network_by_network: whether, where a tensor passes two fanouts between a level and the next
            that keeps it, instances of the outer one share only if all that the inner one will
            distribute below them is the same (Timeloop's rule), not element by element.
    """
    walked = _Walk(einsum, architecture, _digits(mapping), network_by_network)
    tensors: dict[tuple[str, str], WalkedTensor] = {}
    hops: dict[tuple[str, str, str], WalkedHop] = {}
    names = [*(node.name for node in architecture.nodes), COMPUTE]
    active = cycles = 0
    for tensor in einsum.tensors:
        keepers = [
            index
            for index, block in enumerate(mapping.blocks)
            if isinstance(block, TemporalBlock) and tensor.name in block.keeps
        ]
        incoming, fills = _walk_hop(walked, tensor, -1, keepers[0]), 0
        for parent, child in itertools.pairwise([*keepers, len(mapping.blocks)]):
            moved = _walk_hop(walked, tensor, parent, child)
            hop = WalkedHop(moved.accesses, moved.deliveries)
            hops[names[parent], names[child], tensor.name] = hop
            if tensor.role is Role.OUTPUT:
                counts = WalkedTensor(
                    reads=moved.accesses - moved.first_at_parents,
                    fills=fills,
                    updates=moved.accesses,
                    occupancy=incoming.occupancy,
                )
                fills = moved.deliveries - moved.first_at_children
            else:
                counts = WalkedTensor(moved.accesses, fills, 0, incoming.occupancy)
                fills = moved.deliveries
            tensors[names[parent], tensor.name] = counts
            incoming = moved
        active = incoming.steps
        cycles = incoming.busy_times
    return WalkedCounts(tensors, hops, cycles, active)


def _digits(mapping: Mapping) -> tuple[_Digit, ...]:
    """All loops, outermost first, each with the step that it takes in its rank's index."""
    digits: list[_Digit] = []
    strides: dict[str, int] = {}
    for index, block in reversed(list(enumerate(mapping.blocks))):
        for loop in reversed(block.loops):
            stride = strides.get(loop.rank, 1)
            strides[loop.rank] = stride * loop.factor
            temporal = isinstance(block, TemporalBlock)
            digits.append(_Digit(len(digits), loop.rank, loop.factor, stride, index, temporal))
    return tuple(digits[::-1])


def _walk_hop(walk: _Walk, tensor: Tensor, parent: int, child: int) -> _Moved:
    """Walks the tiles of all instances of node ``child``, fed by those of node ``parent``.

    Where ``child`` is past the last node it is the compute unit, which holds nothing between steps.
    """
    nodes = walk.architecture.nodes
    times = [digit for digit in walk.digits if digit.temporal and digit.block < child]
    places = [digit for digit in walk.digits if not digit.temporal and digit.block < child]
    above = [digit.block < parent for digit in places]
    apart = [
        digit.block < parent or not _shares(nodes[digit.block], tensor.role) for digit in places
    ]
    held: dict[Point, Elements] = {}
    at_children: dict[Point, set[Point]] = {}
    at_parents: dict[Point, set[Point]] = {}
    moved = _Moved()
    for time in _steps(times):
        groups = set()
        before = moved.steps
        for place in _steps(places):
            outside = dict(zip([*times, *places], [*time, *place], strict=True))
            tile = _tile(walk, tensor, outside, child)
            if not tile:
                continue
            delta = tile - held.get(place, NOTHING) if child < len(nodes) else tile
            held[place] = tile
            moved.steps += 1
            moved.occupancy = max(moved.occupancy, len(tile))
            moved.deliveries += len(delta)
            at_children.setdefault(place, set()).update(delta)
            at_parents.setdefault(_select(place, above), set()).update(delta)
            if delta:
                between = _tiles_between(walk, tensor, outside, parent, child)
                groups.add((_select(place, apart), between, tile, delta))
        moved.accesses += sum(len(delta) for *_, delta in groups)
        moved.busy_times += moved.steps > before
    moved.first_at_children = sum(len(elements) for elements in at_children.values())
    moved.first_at_parents = sum(len(elements) for elements in at_parents.values())
    return moved


def _steps(loops: list[_Digit]) -> Iterator[Point]:
    return itertools.product(*(range(loop.factor) for loop in loops))


def _select(place: Point, chosen: list[bool]) -> Point:
    return tuple(itertools.compress(place, chosen))


def _shares(node: object, role: Role) -> bool:
    """Whether instances along this fanout can share one read (operand) or update (output)."""
    assert isinstance(node, Fanout)
    return node.reduction if role is Role.OUTPUT else role in node.multicast


def _tiles_between(
    walk: _Walk, tensor: Tensor, outside: dict[_Digit, int], parent: int, child: int
) -> tuple[Elements, ...]:
    """What the levels between hold below this instance, where each network shares by itself."""
    if not walk.network_by_network:
        return ()
    fanouts = [
        index
        for index, node in enumerate(walk.architecture.nodes)
        if isinstance(node, Fanout) and parent < index < child
    ]
    return tuple(_tile(walk, tensor, outside, fanout + 1) for fanout in fanouts[:-1])


def _tile(walk: _Walk, tensor: Tensor, outside: dict[_Digit, int], node: int) -> Elements:
    """The smallest box of elements for all points below an instance of a node at one time.

    Args:
        walk: what is walked.
        tensor: whose elements.
        outside: the values of the loops, at least of those outside the node.
        node: the node's index.
    """
    first = dict.fromkeys(walk.einsum.sizes, 0)
    extent = dict.fromkeys(walk.einsum.sizes, 1)
    for digit in walk.digits:
        if digit.block < node:
            first[digit.rank] += digit.stride * outside[digit]
        else:
            extent[digit.rank] *= digit.factor
    last = {rank: min(first[rank] + extent[rank], size) - 1 for rank, size in walk.einsum.ranks}
    if any(first[rank] > last[rank] for rank in first):
        return NOTHING
    axes = []
    for terms in tensor.axes:
        lowest = sum(term.coefficient * first[term.rank] for term in terms)
        highest = sum(term.coefficient * last[term.rank] for term in terms)
        axes.append(range(lowest, highest + 1))
    return _box(tuple(axes))


@lru_cache(maxsize=4096)
def _box(axes: tuple[range, ...]) -> Elements:
    return frozenset(itertools.product(*axes))
