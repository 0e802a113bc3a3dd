"""A mapping as the pipeline sees it: the loops of time, the hops, and the rooms of ranks."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from octant.arch import Architecture
from octant.counting.problem import Nest, Problem, nest, problem
from octant.mapping import Mapping
from octant.workload import Einsum

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TimeLoop:
    """A loop of time: its node, its rank (a column), its iterations, and how far a step goes."""

    node: int
    rank: int
    factor: int
    stride: int


@dataclass(frozen=True, slots=True)
class Hop:
    """A tensor's way from a level to the next one inwards that keeps it, or to the compute unit.

    Args:
        tensor: its row.
        parent, child: nodes; the compute unit is the node after the last.
        depth: the place among the loops of time of the innermost one that brings a new tile; the
            child has a new tile whenever this loop or one outside it advances. -1: one tile only.
    """

    tensor: int
    parent: int
    child: int
    depth: int


@dataclass(frozen=True)
class Schedule:
    """What a mapping makes of time and space.

    Args:
        layer, loops: the layer and the mapping as arrays.
        strides: (nodes, ranks) how far one step of a node's loop goes in a rank.
        time: the loops of time, outermost first.
        hops: of every tensor, outermost first.
        known_spots: those that were asked for before.
    """

    layer: Problem
    loops: Nest
    strides: Integers
    time: tuple[TimeLoop, ...]
    hops: tuple[Hop, ...]
    known_spots: dict[tuple[int, int, int, tuple[bool, ...]], list[tuple[int, int]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @cached_property
    def even(self) -> tuple[bool, ...]:
        """Of each rank, whether its loops end exactly at its size."""
        whole = self.strides[0] * self.loops.factors[0]
        return tuple(bool(a == b) for a, b in zip(whole, self.layer.sizes, strict=True))

    @cached_property
    def spread(self) -> tuple[bool, ...]:
        """Of each node, whether it is a fanout with more than one instance."""
        wide = (self.loops.factors > 1).any(axis=1) & (self.layer.temporal == 0)
        return tuple(wide.tolist())

    def spots(
        self, rank: int, child: int, parent: int, separate: tuple[bool, ...]
    ) -> list[tuple[int, int]]:
        """(offset, key) of a rank's spatial positions outside a child.

        Positions of one key share an access of the parent: the key holds the digits of the fanouts
        that are served one by one, and of those outside of the parent.
        """
        asked = rank, child, parent, separate
        if asked not in self.known_spots:
            self.known_spots[asked] = self._spots(*asked)
        return self.known_spots[asked]

    def _spots(
        self, rank: int, child: int, parent: int, separate: tuple[bool, ...]
    ) -> list[tuple[int, int]]:
        fanouts = [node for node in range(child) if self.layer.temporal[node] == 0]
        digits = [range(int(self.loops.factors[node, rank])) for node in fanouts]
        found = []
        for place in itertools.product(*digits):
            offset, key, scale = 0, 0, 1
            for node, digit in zip(fanouts, place, strict=True):
                offset += digit * int(self.strides[node, rank])
                if node < parent or separate[node]:
                    key += digit * scale
                    scale *= int(self.loops.factors[node, rank])
            found.append((offset, key))
        return found

    def width(self, rank: int, child: int) -> int:
        """The extent of a child's tile in a rank: 1 at the compute unit."""
        if child == len(self.loops.factors):
            return 1
        return int(self.strides[child, rank] * self.loops.factors[child, rank])

    def inner(self, rank: int, first: int, child: int) -> list[TimeLoop]:
        """The loops of a rank from a place of time on that are outside a child."""
        return [x for x in self.time[first:] if x.rank == rank and x.node < child]


def schedule(einsum: Einsum, architecture: Architecture, mapping: Mapping) -> Schedule:
    """Returns the loops of time and the hops of a mapping."""
    layer, loops = problem(einsum, architecture), nest(einsum, mapping)
    nodes = len(architecture.nodes)
    strides = np.ones_like(loops.factors)
    for node in range(nodes - 2, -1, -1):
        strides[node] = strides[node + 1] * loops.factors[node + 1]
    time = tuple(
        TimeLoop(node, rank, int(loops.factors[node, rank]), int(strides[node, rank]))
        for node in range(nodes)
        if layer.temporal[node] == 1
        for rank in map(int, loops.order[node])
        if loops.factors[node, rank] > 1
    )
    hops = []
    for row in range(len(einsum.tensors)):
        keepers = [node for node in range(nodes) if loops.keeps[row, node]]
        for parent, child in zip(keepers, [*keepers[1:], nodes], strict=True):
            hops.append(Hop(row, parent, child, _depth(layer, time, row, child, nodes)))
    return Schedule(layer, loops, strides, time, tuple(hops))


def _depth(layer: Problem, time: tuple[TimeLoop, ...], row: int, child: int, nodes: int) -> int:
    """The innermost loop outside a child that is the tensor's own; all, for the compute unit."""
    if child == nodes:
        return len(time) - 1
    own = [i for i, x in enumerate(time) if x.node < child and layer.axes[row, x.rank] >= 0]
    return max(own, default=-1)
