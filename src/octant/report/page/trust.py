"""What the figures speak of, what they rest on, and where they come from."""

from __future__ import annotations

from octant.report.amounts import bare
from octant.report.layout import uses_text
from octant.report.page.sections import Cell, Column, DataTable, Group, Section
from octant.scorecard import OperatorTotal, Scorecard
from octant.units import count_text

_COLUMNS = (
    Column("operator"),
    Column("layers", right=True),
    Column("work", right=True),
    Column("parameters", right=True),
    Column("why", wide=True),
)


def coverage_section(card: Scorecard) -> Section:
    """How much of the network the figures speak of, and what is left out."""
    found = card.coverage
    words = (
        f"{found.layers_run} of {found.layers} layers run: "
        f"{count_text(found.macs, 'MAC')}, all evaluated; {bare(found.operations_run)} of "
        f"{bare(found.operations)} element operations; {bare(found.parameters_run)} of "
        f"{bare(found.parameters)} parameters.",
    )
    kinds = (
        ("Not run: neither time nor energy is counted", found.not_run),
        ("Not understood: never costed as zero", found.not_understood),
        ("Energy of the operations unknown, time counted", found.not_costed),
    )
    groups = tuple(Group(title, tuple(map(_row, totals))) for title, totals in kinds if totals)
    tables = (DataTable("left-out", "What is left out", _COLUMNS, groups),) if groups else ()
    return Section("coverage", "Coverage", words, tables=tables)


def assumptions_section(card: Scorecard) -> Section:
    """The sentences that the figures rest on."""
    return Section("assumptions", "Assumptions", points=card.assumptions)


def references_section(card: Scorecard) -> Section:
    """The sources, what each is used for, and the programs."""
    versions = ", ".join(f"{name} {version}" for name, version in card.versions)
    points = tuple(
        f"{reference.citation} (for {uses_text(reference.used_for)})"
        for reference in card.references
    )
    return Section(
        "references", "References", (f"Evaluated by {versions}.",), points=points, numbered=True
    )


def _row(total: OperatorTotal) -> tuple[Cell, ...]:
    work = count_text(total.operations, "op") if total.operations else "unknown"
    return (
        Cell(total.operator),
        Cell(f"{total.layers:,}", total.layers),
        Cell(work, total.operations),
        Cell(bare(total.parameters), total.parameters),
        Cell(total.reason),
    )
