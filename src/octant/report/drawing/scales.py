"""Scales from values to positions, and the ticks that read them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from octant.units import parse, text


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and what stands there.

    Args:
        value: in the unit of the scale.
        label: the words; empty for a line alone.
    """

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Linear:
    """Equal steps of value, equal steps of position.

    >>> Linear(0.0, 10.0, 100.0, 200.0).at(2.5)
    125.0
    """

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The position of a value."""
        span = self.high - self.low
        return self.start + (self.end - self.start) * ((value - self.low) / span if span else 0.0)


@dataclass(frozen=True, slots=True)
class Logarithmic:
    """Equal ratios of value, equal steps of position.

    >>> Logarithmic(1.0, 100.0, 0.0, 200.0).at(10.0)
    100.0
    """

    low: float
    high: float
    start: float
    end: float

    def __post_init__(self) -> None:
        if not 0 < self.low < self.high:
            raise ValueError(f"a logarithmic scale from {self.low:g} to {self.high:g}: above 0")

    def at(self, value: float) -> float:
        """The position of a value above 0."""
        part = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + (self.end - self.start) * part


#: From values to positions.
Scale: TypeAlias = Linear | Logarithmic


def steps(high: float, count: int = 5) -> tuple[float, ...]:
    """Values from 0 up to ``high`` in steps of 1, 2 or 5 times a power of ten.

    Args:
        high: above 0.
        count: steps at most.

    >>> steps(0.87), steps(3.0, 3)
    ((0.0, 0.2, 0.4, 0.6, 0.8), (0.0, 1.0, 2.0, 3.0))
    """
    power = 10.0 ** math.floor(math.log10(high / count))
    step = next(
        power * size for size in (1, 2, 5, 10, 20) if power * size * count >= high * (1 - 1e-9)
    )
    number = math.floor(high / step * (1 + 1e-9))
    return tuple(float(f"{step * place:.10g}") for place in range(number + 1))


def decades(low: float, high: float) -> tuple[float, ...]:
    """The powers of ten from a value to another, both ends included where they are such.

    >>> decades(0.02, 30.0)
    (0.1, 1.0, 10.0)
    """
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    return tuple(10.0**power for power in range(first, last + 1))


def quantity_ticks(high: float, dimension: str, count: int = 5) -> tuple[tuple[Tick, ...], str]:
    """Ticks from 0 up to a quantity, all in one unit, and that unit.

    Args:
        high: the largest quantity, in SI.
        dimension: one of ``octant.units.dimensions()``.
        count: steps at most.

    >>> ticks, unit = quantity_ticks(3.1e-3, "energy", 4)
    >>> [tick.label for tick in ticks], unit
    (['0', '1', '2', '3'], 'mJ')
    """
    if dimension == "share":
        return tuple(Tick(v, f"{100 * v:g} %") for v in steps(high or 1.0, count)), ""
    unit = text(high or 1.0, dimension).partition(" ")[2]
    size = parse(f"1 {unit}", dimension)
    places = steps((high or 1.0) / size, count)
    return tuple(Tick(place * size, f"{place:g}") for place in places), unit
