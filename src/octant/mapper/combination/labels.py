"""The search under a limit: labels of cost and weight, one repeat after the other."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from octant.mapper.combination.grid import Integers, Options, undominated
from octant.mapper.combination.knapsack import Best, Knapsack, Move, Plan, plan, rounded_relaxation
from octant.mapper.combination.relaxation import Chain, Counts, added, chain_of, completed

WIDTHS = (1 << 6, 1 << 10, 1 << 14, 1 << 18)
"""Labels that a pass keeps."""
_BLOCK = 1 << 19
"""Labels that are made at once: some ten arrays of them are in memory."""
_ENDLESS = 1 << 62


def cheapest(problem: Knapsack, deadline: float) -> Best:
    """Returns the cheapest combination within the capacity, by passes of growing width."""
    best = rounded_relaxation(problem)
    for width in WIDTHS:
        planned = plan(problem, best)
        if planned is None:
            return best
        try:
            dropped = _pass(problem, planned, best, width, deadline)
        except TimeoutError:
            best.reason = "the time limit was reached"
            return best
        if dropped > best.most:
            return best
        best.bound = max(best.bound, dropped)
    best.reason = f"more than {WIDTHS[-1]} partial combinations stay open"
    return best


class _Labels:
    """The labels after some moves, the lightest first, and where they come from."""

    def __init__(self, problem: Knapsack, fixed: Counts) -> None:
        chosen = [(problem.layers[layer], option, n) for (layer, option), n in fixed.items()]
        self.cost = np.array([sum(n * int(one.cost[at]) for one, at, n in chosen)])
        self.weight = np.array([sum(n * int(one.weight[at]) for one, at, n in chosen)])
        self._fixed = fixed
        self._trace: list[tuple[Move, Integers]] = []

    def made(self, move: Move, layer: Options) -> Iterator[tuple[Integers, Integers, Integers]]:
        """Costs, weights and numbers of the labels after a move, a block at a time."""
        size = len(move.options)
        rows = max(1, _BLOCK // size)
        for first in range(0, len(self.cost), rows):
            cost = self.cost[first : first + rows, np.newaxis] + layer.cost[move.options]
            weight = self.weight[first : first + rows, np.newaxis] + layer.weight[move.options]
            yield cost.ravel(), weight.ravel(), np.arange(cost.size) + first * size

    def move_to(self, move: Move, cost: Integers, weight: Integers, number: Integers) -> None:
        """Takes the labels after a move, with their numbers among those made."""
        self.cost, self.weight = cost, weight
        self._trace.append((move, number))

    def counts(self, label: int) -> Counts:
        """The options that the repeats of a label take."""
        found = self._fixed
        for move, number in reversed(self._trace):
            label, choice = divmod(int(number[label]), len(move.options))
            found = added(found, {(move.layer, int(move.options[choice])): 1})
        return found


def _pass(problem: Knapsack, planned: Plan, best: Best, width: int, deadline: float) -> int:
    """Improves the best; returns a bound of all that was dropped, too large when nothing was."""
    labels = _Labels(problem, planned.fixed)
    to_come = np.zeros(len(problem.layers), dtype=np.int64)
    np.add.at(to_come, [move.layer for move in planned.moves], 1)
    dropped = _ENDLESS
    for move in planned.moves:
        to_come[move.layer] -= 1
        chain = chain_of(problem.whole.edges, to_come)
        cost, weight, number, bound = _open(problem, labels, move, chain, best, deadline)
        kept = undominated(cost, weight)
        if len(kept) > width:
            by_bound = kept[np.argpartition(bound[kept], width)]
            dropped = min(dropped, int(bound[by_bound[width]]))
            kept = by_bound[:width]
            kept = kept[np.argsort(weight[kept])]
        labels.move_to(move, cost[kept], weight[kept], number[kept])
    return dropped


def _open(
    problem: Knapsack, labels: _Labels, move: Move, chain: Chain, best: Best, deadline: float
) -> tuple[Integers, ...]:
    """Cost, weight, number and bound of what a move makes that may still be better.

    The cheapest whole completion may be the new best.
    """
    parts = [(labels.cost[:0],) * 4]
    for cost, weight, number in labels.made(move, problem.layers[move.layer]):
        if time.monotonic() > deadline:
            raise TimeoutError
        room = problem.capacity - weight
        fits = np.flatnonzero(room >= chain.weight[0])
        if not len(fits):
            continue
        cost, weight, number = cost[fits], weight[fits], number[fits]
        ends = completed(chain, cost, room[fits])
        least = int(np.argmin(ends.cost))
        if ends.cost[least] < best.cost:
            parent, choice = divmod(int(number[least]), len(move.options))
            own = added(labels.counts(parent), {(move.layer, int(move.options[choice])): 1})
            end = chain.counts(int(ends.corner[least]), int(ends.extra[least]))
            best.cost, best.counts = int(ends.cost[least]), added(own, end)
        kept = np.flatnonzero(ends.bound <= best.most)
        kept = kept[undominated(cost[kept], weight[kept])]
        parts.append((cost[kept], weight[kept], number[kept], ends.bound[kept]))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))
