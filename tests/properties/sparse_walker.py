"""The oracle for sparse counts: executes a loop nest on masks and asks each access by itself.

Slow and obvious on purpose, and independent of ``octant.sparsity``: every point of the layer is
visited in the order of the nest; a stay of a tile at a child is a run of points that the child
works on without another tile in between; an access of the stay happens where every leader has a
nonzero among the elements that the points of the stay use. Tiles are boxes of whole factors.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from octant.arch import Architecture, Fanout, Level
from octant.mapping import Mapping, TemporalBlock
from octant.workload import Einsum, Role, Tensor

Masks = dict[str, NDArray[np.bool_]]
Point = tuple[int, ...]


@dataclass(frozen=True)
class _Loop:
    block: int
    rank: str
    factor: int
    temporal: bool


@dataclass(frozen=True)
class _Visit:
    """A point: the value of each loop, and the index of each rank."""

    values: Point
    indices: dict[str, int]


@dataclass
class Walked:
    """Elements read by each level of each tensor: those that happen, and nonzeros among them."""

    happening: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    nonzero: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    spared: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    computed: int = 0
    effectual: int = 0


def walk(einsum: Einsum, chip: Architecture, mapping: Mapping, masks: Masks) -> Walked:
    """Counts the operands that a nest of whole factors reads on masks."""
    loops = [
        _Loop(index, loop.rank, loop.factor, isinstance(block, TemporalBlock))
        for index, block in enumerate(mapping.blocks)
        for loop in block.loops
    ]
    walked = Walked()
    points = list(_points(einsum, loops))
    passed: dict[str, dict[Point, bool]] = {}
    for tensor in einsum.operands:
        passed[tensor.name] = _walk_tensor(
            einsum, chip, mapping, masks, tensor, loops, points, walked
        )
    for number, point in enumerate(points):
        nonzero = {
            tensor.name: bool(masks[tensor.name][_element(tensor, point.indices)])
            for tensor in einsum.operands
        }
        zeros = chip.compute.zeros
        comes = all(kept[(number,)] for kept in passed.values())
        if zeros is not None:
            comes &= all(
                nonzero[tensor.name] for tensor in einsum.operands if tensor.role in zeros.operands
            )
        walked.computed += comes
        walked.effectual += all(nonzero.values())
    return walked


def _points(einsum: Einsum, loops: list[_Loop]) -> list[_Visit]:
    """Every point in the order of time; instances at one time follow each other."""
    strides, inner = [0] * len(loops), dict.fromkeys(einsum.sizes, 1)
    for place in reversed(range(len(loops))):
        strides[place] = inner[loops[place].rank]
        inner[loops[place].rank] *= loops[place].factor
    order = sorted(range(len(loops)), key=lambda place: not loops[place].temporal)
    found = []
    for chosen in itertools.product(*(range(loops[place].factor) for place in order)):
        at = dict(zip(order, chosen, strict=True))
        indices = dict.fromkeys(einsum.sizes, 0)
        for place, value in at.items():
            indices[loops[place].rank] += strides[place] * value
        found.append(_Visit(tuple(at[place] for place in range(len(loops))), indices))
    return found


def _element(tensor: Tensor, indices: dict[str, int]) -> Point:
    return tuple(
        sum(term.coefficient * indices[term.rank] for term in axis) for axis in tensor.axes
    )


def _walk_tensor(
    einsum: Einsum,
    chip: Architecture,
    mapping: Mapping,
    masks: Masks,
    tensor: Tensor,
    loops: list[_Loop],
    points: list[_Visit],
    walked: Walked,
) -> dict[Point, bool]:
    """Walks the hops of one operand from the outermost in; whether each point's element comes."""
    keepers = [
        index
        for index, block in enumerate(mapping.blocks)
        if isinstance(block, TemporalBlock) and tensor.name in block.keeps
    ]
    alive: dict[Point, bool] = {(number,): True for number in range(len(points))}
    for parent, child in itertools.pairwise([*keepers, len(mapping.blocks)]):
        stays = _stays(chip, tensor, loops, points, parent, child)
        name = chip.nodes[parent].name
        leaders = {
            role
            for node in chip.nodes[parent:child]
            if isinstance(node, Level)
            for each in node.intersections
            if each.target is tensor.role
            for role in each.leaders
        }
        for members in stays:
            arrives = alive[(members[0],)]
            comes = arrives and all(
                any(masks[leader.name][_element(leader, points[m].indices)] for m in members)
                for leader in einsum.operands
                if leader.role in leaders
            )
            elements = {_element(tensor, points[m].indices) for m in members}
            key = (name, tensor.name)
            walked.happening[key] += comes * len(elements)
            walked.spared[key] += (arrives and not comes) * len(elements)
            walked.nonzero[key] += comes * sum(bool(masks[tensor.name][e]) for e in elements)
            for m in members:
                alive[(m,)] = comes
    return alive


def _stays(
    chip: Architecture,
    tensor: Tensor,
    loops: list[_Loop],
    points: list[_Visit],
    parent: int,
    child: int,
) -> list[list[int]]:
    """The points of each stay of a tile at the child, numbered; instances that share are one."""
    groups: dict[tuple[Point, int], list[int]] = defaultdict(list)
    last: dict[Point, tuple[Point, Point]] = {}
    runs: dict[Point, int] = defaultdict(int)
    for number, point in enumerate(points):
        where = tuple(
            value
            for value, loop in zip(point.values, loops, strict=True)
            if not loop.temporal
            and loop.block < child
            and (
                loop.block < parent
                or loop.rank in tensor.ranks
                or not _shares(chip.nodes[loop.block])
            )
        )
        paired = list(zip(point.values, loops, strict=True))
        if child == len(chip.nodes):
            now = tuple(value for value, loop in paired if loop.temporal)
            tile = (_element(tensor, point.indices), now)
        else:
            outside = tuple(
                value for value, loop in paired if loop.block < child and loop.rank in tensor.ranks
            )
            tile = (outside, ())
        if last.get(where) != tile:
            runs[where] += 1
            last[where] = tile
        groups[where, runs[where]].append(number)
    return list(groups.values())


def _shares(node: object) -> bool:
    assert isinstance(node, Fanout)
    return Role.INPUT in node.multicast
