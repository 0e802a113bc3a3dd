"""The lower convex hull of many repeats, and how it bounds and completes what is begun."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from octant.mapper.combination.grid import Integers, Options

Counts = dict[tuple[int, int], int]
"""For a layer and one of its options, how many repeats take it."""


def added(*parts: Counts) -> Counts:
    """Returns the sum.

    >>> added({(0, 1): 2}, {(0, 1): 1, (1, 0): 1})
    {(0, 1): 3, (1, 0): 1}
    """
    total: Counts = {}
    for key, times in itertools.chain.from_iterable(part.items() for part in parts):
        total[key] = total.get(key, 0) + times
    return total


@dataclass(frozen=True, slots=True)
class Edges:
    """The edges of all layers' hulls, the steepest first, with an endless flat one at the end.

    Args:
        layer: whose edge it is; after: the option at its heavier end.
        weight: what one repeat gains along it; cost: what it changes, negative.
        start_weight, start_cost: of each layer's lightest option.
    """

    layer: Integers
    after: Integers
    weight: Integers
    cost: Integers
    start_weight: Integers
    start_cost: Integers


def edges_of(layers: Sequence[Options]) -> Edges:
    """Returns the edges in the order of their slopes; those of one layer stay in theirs."""
    rows = [
        (
            number,
            after,
            int(one.weight[after] - one.weight[at]),
            int(one.cost[after] - one.cost[at]),
        )
        for number, one in enumerate(layers)
        for at, after in itertools.pairwise(one.hull)
    ]
    rows.sort(key=lambda row: row[3] / row[2])
    table = np.array([*rows, (0, 0, 1, 0)], dtype=np.int64)
    starts = np.array([(one.weight[0], one.cost[0]) for one in layers], dtype=np.int64)
    return Edges(*table.T, *starts.reshape(-1, 2).T)


@dataclass(frozen=True, slots=True)
class Chain:
    """The lower convex hull of some repeats: its corners, the lightest first.

    Args:
        edges: of all layers; copies: the repeats of each layer.
        weight, cost: of the corners, one before each edge.
    """

    edges: Edges
    copies: Integers
    weight: Integers
    cost: Integers

    def counts(self, corner: int, extra: int = 0) -> Counts:
        """The options at a corner, with some repeats moved on along the edge behind it."""
        edges = self.edges
        options = np.zeros(len(self.copies), dtype=np.int64)
        np.maximum.at(options, edges.layer[:corner], edges.after[:corner])
        found = {
            (layer, option): copies
            for layer, (option, copies) in enumerate(
                zip(options.tolist(), self.copies.tolist(), strict=True)
            )
        }
        if extra:
            layer = int(edges.layer[corner])
            found[layer, int(options[layer])] -= extra
            found[layer, int(edges.after[corner])] = extra
        return found

    @property
    def doubt(self) -> float:
        """More than the rounding of slopes and shares of edges: bounds are lowered by as much."""
        return 2.0**-10 + 2.0**-49 * float(self.cost[0] - self.cost[-1])


def chain_of(edges: Edges, copies: Integers) -> Chain:
    """Returns the hull of so many repeats of each layer; edges of layers without any are points."""
    times = copies[edges.layer[:-1]]
    weight = np.cumsum(np.append(copies @ edges.start_weight, times * edges.weight[:-1]))
    cost = np.cumsum(np.append(copies @ edges.start_cost, times * edges.cost[:-1]))
    return Chain(edges, copies, weight, cost)


def hull_of(layers: Sequence[Options]) -> Chain:
    """Returns the hull of all repeats of all layers."""
    return chain_of(edges_of(layers), np.array([one.repeats for one in layers], dtype=np.int64))


class Completed(NamedTuple):
    """What labels become when the relaxation of the repeats to come completes them.

    Args:
        cost: when only whole repeats move; bound: no completion costs less.
        corner: of the hull, the last that fits; extra: the repeats that move on from there.
    """

    cost: Integers
    bound: Integers
    corner: Integers
    extra: Integers


def completed(chain: Chain, cost: Integers, room: Integers) -> Completed:
    """Completes labels of such costs within the room that they leave, at least the lightest's.

    The bound is rounded up, as costs are whole.

    One repeat of cost 9 and weight 1, or 1 and 5, in a room of 4: the relaxation is 9 - 3/4 * 8.

    >>> from octant.mapper.combination.grid import options_of
    >>> layers, _, _ = options_of([np.array([9.0, 1.0])], [np.array([1.0, 5.0])], [1])
    >>> chain = chain_of(edges_of(layers), np.array([1]))
    >>> found = completed(chain, np.array([0]), np.array([4]))
    >>> found.cost.tolist(), found.bound.tolist()
    ([9], [3])
    """
    edges = chain.edges
    corner = np.searchsorted(chain.weight, room, side="right") - 1
    over, along, change = room - chain.weight[corner], edges.weight[corner], edges.cost[corner]
    extra: Integers = np.where(change == 0, 0, over // along)
    done: Integers = cost + chain.cost[corner] + extra * change
    part = np.where(change == 0, 0.0, (over - extra * along) / along * change)
    bound: Integers = done + np.ceil(part - chain.doubt).astype(np.int64)
    return Completed(done, bound, corner, extra)
