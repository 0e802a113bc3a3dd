"""What a search for the best combination answers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from octant.mapper.combination.question import LayerFront, Limit, Point
from octant.mapper.result import Objective, Status, gap_of


@dataclass(frozen=True, slots=True)
class Taken:
    """A point of a layer's front, by its place there, and how many repeats take it."""

    point: int
    repeats: int


@dataclass(frozen=True, slots=True)
class Combination:
    """One choice of points for all repeats of all layers.

    Args:
        energy_j: of the whole network, with its rest.
        latency_s: of the whole network, with its rest.
        taken: for each layer, in the order that was given, the points that its repeats take.
    """

    energy_j: float
    latency_s: float
    taken: tuple[tuple[Taken, ...], ...]


@dataclass(frozen=True, slots=True)
class CombinationResult:
    """The answer of a search for the best combination.

    Args:
        status: how the search ended.
        objective: what was minimised.
        limit: what every combination had to meet, if anything.
        combination: the best combination; None when infeasible.
        value: the objective's value of it; infinite when infeasible.
        bound: no combination within the limit has a lower value; equals ``value`` when optimal.
        reason: why it is infeasible, with the least that can be reached, or why the search
            stopped early; empty when optimal.
    """

    status: Status
    objective: Objective
    limit: Limit | None
    combination: Combination | None
    value: float
    bound: float
    reason: str = ""

    @property
    def gap(self) -> float:
        """How far the value may be above the optimum, as a share of it."""
        return gap_of(self.status, self.value, self.bound)


def totalled(
    layers: Sequence[LayerFront], rest: Point, taken: Sequence[tuple[Taken, ...]]
) -> Combination:
    """Returns a combination with its totals, each the correctly rounded sum.

    >>> layer = LayerFront("conv", ((3.0, 1.0), (1.0, 2.0)), repeats=3)
    >>> found = totalled([layer], (0.5, 0.0), [(Taken(0, 1), Taken(1, 2))])
    >>> found.energy_j, found.latency_s
    (5.5, 5.0)
    """

    def total(which: int) -> float:
        parts = (
            itertools.repeat(layer.points[one.point][which], one.repeats)
            for layer, choice in zip(layers, taken, strict=True)
            for one in choice
        )
        return math.fsum(itertools.chain([rest[which]], *parts))

    return Combination(total(0), total(1), tuple(taken))
