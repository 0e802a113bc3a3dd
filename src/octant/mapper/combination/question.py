"""What is combined, and what limits it: the fronts of the layers, and a limit on the network."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from enum import StrEnum

Point = tuple[float, float]
"""Energy in joules and latency in seconds."""

SAME = 1e-12
"""Totals closer than this share of them count as equal."""


class Limited(StrEnum):
    """What a limit is on. Power is the network's energy over its latency."""

    LATENCY = "latency"
    ENERGY = "energy"
    POWER = "power"

    def of(self, energy_j: float, latency_s: float) -> float:
        """The limited quantity: s, J or W.

        >>> Limited.POWER.of(6.0, 3.0)
        2.0
        """
        match self:
            case Limited.LATENCY:
                return latency_s
            case Limited.ENERGY:
                return energy_j
            case Limited.POWER:
                return energy_j / latency_s if latency_s else math.inf


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that a combination may take of one quantity.

    Args:
        on: the quantity.
        most: the limit, in s, J or W.
    """

    on: Limited
    most: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.most) and self.most >= 0):
            raise ValueError(f"the {self.on} limit is {self.most}; allowed is 0 or more, finite")

    def met_by(self, energy_j: float, latency_s: float) -> bool:
        """Whether totals meet the limit, up to rounding.

        >>> Limit(Limited.ENERGY, 0.3).met_by(0.1 + 0.2, 1.0)
        True
        """
        return self.on.of(energy_j, latency_s) <= self.most * (1 + SAME)


@dataclass(frozen=True, slots=True)
class LayerFront:
    """A layer's front, as ``mapper.front`` returns it, and how often the network runs the layer.

    Args:
        name: the layer's, for messages.
        points: energy in joules and latency in seconds of the mappings that none dominates, the
            fastest first: latencies rise and energies fall.
        repeats: how often the layer runs; each time it may take another point.
    """

    name: str
    points: tuple[Point, ...]
    repeats: int = 1

    def __post_init__(self) -> None:
        if not self.points:
            raise ValueError(f"layer {self.name}: its front has no points; one at least is needed")
        if self.repeats < 1:
            raise ValueError(f"layer {self.name}: repeats is {self.repeats}; allowed is 1 or more")
        for point in self.points:
            check_finite(f"layer {self.name}: a point", point)
        for (energy, latency), (less, later) in itertools.pairwise(self.points):
            if not (latency < later and energy > less):
                raise ValueError(
                    f"layer {self.name}: point ({less} J, {later} s) follows ({energy} J, "
                    f"{latency} s); on a front, the fastest first, latencies rise and energies fall"
                )


def check_finite(what: str, point: Point) -> None:
    """Refuses energies and latencies that cannot be."""
    if not all(math.isfinite(number) and number >= 0 for number in point):
        raise ValueError(f"{what} is {point[0]} J, {point[1]} s; allowed is 0 or more, finite")
