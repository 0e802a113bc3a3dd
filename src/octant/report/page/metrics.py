"""The eight metrics as one table, and throughput as a product."""

from __future__ import annotations

from octant.report.amounts import figure_text, interval_text
from octant.report.page.sections import Cell, Column, DataTable, Group, Section
from octant.report.product import products
from octant.scorecard import Figure, Row, Scorecard

_COLUMNS = (
    Column("figure", wide=True),
    Column("value", right=True),
    Column("origin"),
    Column("on what it rests", wide=True),
)


def metrics_section(card: Scorecard) -> Section:
    """Every figure of the scorecard; what is missing says what to add."""
    groups = tuple(
        Group(name, tuple(_row(row) for row in metric.rows)) for name, metric in card.metrics
    )
    words = [
        "Every figure with its unit, below it its interval where the limits of what it rests on "
        "are known, and how it came to be: measured, modelled, published or assumed. What is not "
        "known is not evaluated, never zero."
    ]
    if card.decomposition is not None:
        words += [f"{value} = {' '.join(terms)}" for value, terms in products(card.decomposition)]
    table = DataTable("all-figures", "The eight metrics", _COLUMNS, groups, stacks=True)
    return Section("metrics", "Scorecard", tuple(words), tables=(table,))


def _row(row: Row) -> tuple[Cell, ...]:
    if isinstance(row.figure, Figure):
        figure = row.figure
        return (
            Cell(row.label),
            Cell(figure_text(figure), figure.value, interval_text(figure)),
            Cell(figure.origin.value),
            Cell(figure.basis),
        )
    missing = row.figure
    return (
        Cell(row.label),
        Cell("not evaluated"),
        Cell(""),
        Cell(f"add {missing.add}", note=missing.reason),
    )
