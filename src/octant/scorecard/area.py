"""The area of a chip as the sum of its parts, and how far it may be off."""

from __future__ import annotations

import math
from dataclasses import dataclass

from octant.arch import Architecture, Compute, Store
from octant.components import Estimate, Spread
from octant.components.uncertainty import of_a_sum
from octant.scorecard.records import Figure, Missing, Row, Unit
from octant.source import Origin, Source


@dataclass(frozen=True, slots=True)
class Parts:
    """What is known of the areas of a chip's parts, all instances of each together.

    Args:
        known: (name, area) of each part that has one.
        spreads: the assumptions that the sum of the known ones rests on.
        unknown: the parts whose area nobody gives.
    """

    known: tuple[tuple[str, float], ...]
    spreads: tuple[Spread, ...]
    unknown: tuple[str, ...]

    @property
    def sum_m2(self) -> float:
        """The known areas together."""
        return math.fsum(area_m2 for _, area_m2 in self.known)


def parts(architecture: Architecture) -> Parts:
    """The areas of all memories but the outermost level's, and of the compute units."""
    listed: list[tuple[int, Store | Compute]] = [
        (architecture.instances(level.name), store)
        for level in architecture.levels[1:]
        for store in level.stores
    ]
    every = [*listed, (architecture.compute_units, architecture.compute)]
    known = [(part, count * part.area_m2) for count, part in every if part.area_m2 is not None]
    return Parts(
        tuple((part.name, area_m2) for part, area_m2 in known),
        of_a_sum((area_m2, part.area_spreads) for part, area_m2 in known),
        tuple(part.name for _, part in every if part.area_m2 is None),
    )


def area_of_parts(architecture: Architecture) -> Estimate | Missing:
    """The area of a chip as the sum of its parts and the share of its layout.

    The parts are all memories but the outermost level's, and the compute units; with a layout share
    ``s`` they are ``1 - s`` of the chip. Its limits are those of its parts: the share has none.
    """
    found = parts(architecture)
    if found.unknown:
        return Missing(
            "the description of the chip does not give it",
            f"the area of the chip, or of its parts: {', '.join(found.unknown)}",
        )
    if architecture.layout_share is None:
        return Missing(
            "the areas of the parts are known, the space between them is not",
            "the share of the chip that is layout overhead",
        )
    layout = f"{100 * architecture.layout_share:g} % of it layout overhead as stated"
    source = Source(Origin.MODELLED, f"the sum of its parts, {layout}")
    whole_m2 = found.sum_m2 / (1 - architecture.layout_share)
    return Estimate(whole_m2, "area", source, found.spreads)


def area_figure(estimate: Estimate | Missing) -> Figure | Missing:
    """The area as a figure of the sheet."""
    return estimate if isinstance(estimate, Missing) else figure_of(estimate, Unit.SQUARE_METRE)


def figure_of(estimate: Estimate, unit: Unit, basis: str = "", per: float = 1.0) -> Figure:
    """An estimate as a figure of the sheet, with its limits where it has some.

    Args:
        estimate: the value.
        unit: its unit.
        basis: what it rests on; by default what its source cites.
        per: it is divided by so many.
    """
    words = basis or estimate.source.citation
    limits = (estimate.low / per, estimate.high / per) if estimate.spreads else (None, None)
    return Figure(estimate.value / per, unit, estimate.source.origin, words, *limits)


def priced_rows(architecture: Architecture) -> tuple[Row, ...]:
    """What the parts take that have an area, beside the area that is stated of the whole chip."""
    found = parts(architecture)
    if architecture.area_m2 is None or not found.known:
        return ()
    names = ", ".join(name for name, _ in found.known)
    basis = f"{names}, all instances"
    if found.unknown:
        basis += f"; without {', '.join(found.unknown)}"
    known = Estimate(found.sum_m2, "area", Source(Origin.MODELLED, basis), found.spreads)
    figure = figure_of(known, Unit.SQUARE_METRE)
    return (Row("priced_area", "area of its priced parts", figure),)
