"""The page of a scorecard: its sections in order."""

from __future__ import annotations

from collections.abc import Sequence

from octant.arch import Architecture
from octant.report.amounts import figure_text, interval_text
from octant.report.layout import TIED
from octant.report.page.accuracy import accuracy_section
from octant.report.page.energy import energy_section
from octant.report.page.layers import latency_section, layers_section, utilization_section
from octant.report.page.metrics import metrics_section
from octant.report.page.nests import nests_section
from octant.report.page.sections import Page, Section, Tile
from octant.report.page.trust import assumptions_section, coverage_section, references_section
from octant.report.sheet import mappings_text
from octant.report.typeset import typeset
from octant.scorecard import Figure, Missing, Scorecard
from octant.scorecard.records import Metric


def scorecard_page(
    card: Scorecard,
    data: str,
    *,
    on: Architecture | None = None,
    more: Sequence[Section] = (),
) -> Page:
    """The page that ``octant evaluate --html`` writes.

    Args:
        card: what to show.
        data: the same as JSON text, to be downloaded.
        on: the chip; where given, the axes of its fanouts have their names.
        more: further sections; they follow the ones on latency and utilisation.
    """
    return Page(
        title=f"{card.network} on {card.architecture}",
        words=card.architecture_note,
        facts=_facts(card),
        tiles=tuple(tile(name, metric) for name, metric in card.metrics),
        sections=card_sections(card, on=on, more=more),
        data=data,
        file=f"{card.network}-{card.architecture}.json",
        made_by=f"Octant {dict(card.versions).get('octant', '')}".strip(),
    )


def card_sections(
    card: Scorecard, *, on: Architecture | None = None, more: Sequence[Section] = ()
) -> tuple[Section, ...]:
    """The sections of a scorecard's page; one that would be empty is left out.

    Args:
        card: what to show.
        on: as for ``scorecard_page``.
        more: as for ``scorecard_page``.
    """
    found = (
        metrics_section(card),
        accuracy_section(card),
        energy_section(card),
        latency_section(card),
        utilization_section(card),
        *more,
        layers_section(card),
        nests_section(card, on),
        coverage_section(card),
        assumptions_section(card),
        references_section(card),
    )
    return tuple(section for section in found if section is not None)


def tile(name: str, metric: Metric) -> Tile:
    """A metric at a glance: its first figure, or the first reason why there is none."""
    for row in metric.rows:
        if isinstance(row.figure, Figure):
            number, _, unit = typeset(figure_text(row.figure)).replace(TIED, " ").partition(" ")
            said = [row.label, interval_text(row.figure), row.figure.origin.value]
            return Tile(name, number, unit, "; ".join(word for word in said if word))
    first = metric.rows[0].figure
    assert isinstance(first, Missing)
    return Tile(name, "", "", f"add {first.add}")


def _facts(card: Scorecard) -> tuple[tuple[str, str], ...]:
    return (
        ("network", card.network_note or card.network),
        ("batch", str(card.batch)),
        ("mappings", mappings_text(card)),
        *(("searched", words) for words in card.spaces),
        ("dataflow", card.dataflow or "any"),
    )
