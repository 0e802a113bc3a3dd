"""The interval of a run's energy, and the assumptions that widen it."""

from __future__ import annotations

from collections.abc import Iterable
from math import log

from octant.arch import Architecture
from octant.components import Spread
from octant.components.uncertainty import of_a_sum
from octant.scorecard.leakage import leakage_spreads
from octant.scorecard.records import Contribution, EnergyPart
from octant.scorecard.references import prices


def spreads(parts: Iterable[EnergyPart], architecture: Architecture) -> tuple[Spread, ...]:
    """The spreads of the energy that these parts add up to.

    Each part moves with the assumptions of its price, or of its leakage; one assumption moves all
    parts that rest on it together. A part whose price has no limits stays where it is.

    Args:
        parts: of a run; unpriced ones are left out.
        architecture: whose prices they were costed with.
    """
    known = {action: price.spreads for action, price in prices(architecture)}
    known |= leakage_spreads(architecture)
    return of_a_sum(
        (part.energy_j, known.get(f"{part.component} {part.action}", ()))
        for part in parts
        if part.energy_j is not None
    )


def contributions(
    parts: tuple[EnergyPart, ...], architecture: Architecture, batch: int
) -> tuple[Contribution, ...]:
    """What each assumption alone does to the energy of an inference, the largest first."""
    energy_j = sum(part.energy_j or 0.0 for part in parts) / batch
    widest = sorted(spreads(parts, architecture), key=lambda spread: -log(spread.high / spread.low))
    return tuple(
        Contribution(spread.assumption, energy_j * spread.low, energy_j * spread.high)
        for spread in widest
        if spread.high > spread.low
    )


def unlimited(architecture: Architecture) -> tuple[str, ...]:
    """The actions whose prices have no known limits."""
    return tuple(action for action, price in prices(architecture) if not price.spreads)


def extrapolated(architecture: Architecture) -> tuple[tuple[str, str], ...]:
    """(action, what is stretched) for each price outside of its source's range."""
    return tuple(
        (action, "; ".join(price.extrapolated))
        for action, price in prices(architecture)
        if price.extrapolated
    )
