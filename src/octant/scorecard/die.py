"""What the die of a chip costs, on the sheet: every step, its source, its interval."""

from __future__ import annotations

import math

from octant.arch import Architecture
from octant.components import Estimate
from octant.components.die import (
    ANANDTECH,
    CSET,
    DIGITIMES,
    MURPHY,
    DieCost,
    die_cost,
    dies_per_wafer,
)
from octant.components.price import weakest
from octant.components.uncertainty import of_a_sum
from octant.errors import NotEstimatedError
from octant.scorecard.area import area_of_parts, figure_of
from octant.scorecard.records import Figure, Missing, Row, Unit
from octant.source import Origin, Source

_STATED = "the owner of the chip states none"
#: Citations as the rows call them; the references have them in full.
_SHORT = {
    CSET: "CSET 2020",
    DIGITIMES: "DigiTimes 2022",
    ANANDTECH: "TSMC's N7 and N5",
    MURPHY: "Murphy's model",
}


def die_rows(architecture: Architecture, inferences_per_s: float | None) -> tuple[Row, ...]:
    """The rows of the die's cost; what is missing says what to add."""
    found = _die(architecture)
    if isinstance(found, Missing):
        return (Row("die_cost", "die cost", found),)
    cost, area = found
    fewest, most = _dies(cost, area)
    rows = [
        Row("wafer", "wafer price", _figure(cost.wafer, Unit.USD)),
        Row(
            "dies",
            "dies on a wafer",
            Figure(
                float(cost.dies),
                Unit.COUNT,
                Origin.MODELLED,
                f"300 mm; {area.source.citation}",
                fewest,
                most,
            ),
        ),
        Row("yield", "yield", _figure(cost.working, Unit.SHARE)),
        Row(
            "die_cost",
            "die cost",
            figure_of(cost.die, Unit.USD, "wafer / (dies x yield)"),
        ),
        Row("package_cost", "assembly, test and package", _figure(cost.package, Unit.USD)),
        *_beside(architecture),
        Row(
            "per_inference_per_s",
            "cost per inference/s",
            figure_of(
                _together(architecture, cost),
                Unit.USD_PER_INFERENCE_PER_SECOND,
                per=inferences_per_s,
            )
            if inferences_per_s
            else Missing("no layer of the network runs on this chip", "a network that it can run"),
        ),
    ]
    return tuple(rows)


def die_citations(architecture: Architecture) -> tuple[tuple[str, str], ...]:
    """(what, citation) of every source that the rows of the die's cost rest on, in full."""
    found = _die(architecture)
    if isinstance(found, Missing):
        return ()
    cost, _ = found
    uses = (
        ("wafer price", cost.wafer.source.citation),
        ("yield", cost.working.source.citation),
        ("package and test", cost.package.source.citation),
    )
    return tuple(
        (what, citation) for what, words in uses for citation in _SHORT if citation in words
    )


def _area(architecture: Architecture) -> Estimate | Missing:
    """The area that a wafer is cut into: the die's, else the chip's, else that of its parts."""
    area_m2, words = architecture.die_m2, "the die as published"
    if area_m2 is None:
        area_m2, words = architecture.area_m2, f"the area as stated ({architecture.area_note})"
    if area_m2 is not None:
        return Estimate(area_m2, "area", Source(Origin.PUBLISHED, words))
    found = area_of_parts(architecture)
    if isinstance(found, Missing):
        return Missing("the area of the die is not known", found.add)
    return found


def _dies(cost: DieCost, area: Estimate) -> tuple[float | None, float | None]:
    """The fewest and the most dies on a wafer within the limits of their area."""
    if not area.spreads:
        return None, None
    return float(dies_per_wafer(area.high)), float(dies_per_wafer(area.low))


def _die(architecture: Architecture) -> tuple[DieCost, Estimate] | Missing:
    area = _area(architecture)
    if isinstance(area, Missing):
        return area
    stated = architecture.cost
    wafer = None
    if stated is not None and stated.wafer_usd is not None:
        wafer = Estimate(stated.wafer_usd, "money", _source(stated.source))
    defects = stated.defects_per_m2 if stated else None
    try:
        cost = die_cost(area, architecture.process_m, wafer=wafer, defects_per_m2=defects)
    except NotEstimatedError as error:
        return Missing(str(error), "the process node, or the price of a wafer")
    return cost, area


def _beside(architecture: Architecture) -> tuple[Row, ...]:
    """Off-chip memory and interface: only as the owner states them."""
    stated = architecture.cost
    rows = []
    for name, label, usd in (
        ("dram_cost", "off-chip memory cost", stated.dram_usd if stated else None),
        ("interface_cost", "interface cost", stated.interface_usd if stated else None),
    ):
        if stated is None or usd is None:
            rows.append(Row(name, label, Missing(_STATED, "a price of it to the chip's file")))
            continue
        source = _source(stated.source)
        rows.append(Row(name, label, Figure(usd, Unit.USD, source.origin, source.citation)))
    return tuple(rows)


def _together(architecture: Architecture, cost: DieCost) -> Estimate:
    """What is known of the chip's cost, as far to be trusted as its weakest part.

    The die and its package rest on the same assumptions; what is stated has no limits.
    """
    stated = architecture.cost
    extra = {
        "off-chip memory": stated.dram_usd if stated else None,
        "interface": stated.interface_usd if stated else None,
    }
    known = [name for name, usd in extra.items() if usd is not None]
    without = [name for name, usd in extra.items() if usd is None]
    basis = ", ".join(["die", "package", *known])
    if without:
        basis += f"; without {' and '.join(without)}"
    beside = sum(usd or 0.0 for usd in extra.values())
    parts = [(cost.die.value + cost.package.value, cost.die.spreads), (beside, ())]
    origins = [cost.die.source.origin, cost.package.source.origin]
    if stated is not None and known:
        origins.append(_source(stated.source).origin)
    usd = math.fsum(value for value, _ in parts)
    return Estimate(usd, "money", Source(weakest(origins), basis), of_a_sum(parts))


def _figure(estimate: Estimate, unit: Unit) -> Figure:
    basis = estimate.source.citation
    for citation, short in _SHORT.items():
        basis = basis.replace(citation, short)
    return figure_of(estimate, unit, basis)


def _source(citation: str) -> Source:
    """The source that an architecture cites as ``assumed: words``."""
    word, _, words = citation.partition(": ")
    if word in set(Origin) and words:
        return Source(Origin(word), words)
    return Source(Origin.PUBLISHED, citation)
