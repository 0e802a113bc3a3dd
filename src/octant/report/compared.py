"""Figures of a comparison in words, for the terminal and for the page."""

from __future__ import annotations

from octant.report.amounts import figure_text
from octant.scorecard import ComparedRow, Comparison, Difference, Figure, Missing, PublishedSheet


def value_text(figure: Figure | Missing | None) -> str:
    """A figure of a sheet; nothing where the sheet has no such row."""
    if figure is None:
        return ""
    return figure_text(figure) if isinstance(figure, Figure) else "not evaluated"


def ratio_text(row: ComparedRow, place: int) -> str:
    """How a sheet's figure is to the first one's: a ratio where fair, and whether it is sure.

    Args:
        row: of the comparison.
        place: of the sheet.
    """
    ratio, first, other = row.ratios[place], row.figures[0], row.figures[place]
    if ratio is None or place == 0:
        return ""
    said = f"{ratio:.3g}x"
    both = isinstance(first, Figure) and isinstance(other, Figure)
    return f"{said}, intervals overlap" if both and _overlap(first, other) else said


def difference_text(difference: Difference, names: tuple[str, ...]) -> str:
    """A difference with its value on each sheet and why it matters."""
    values = "; ".join(
        f"{name}: {value}" for name, value in zip(names, difference.values, strict=True) if value
    )
    said = f"{difference.name} ({values})" if values else difference.name
    return f"{said}: {difference.reason}"


def published_texts(found: Comparison) -> tuple[tuple[str, str], ...]:
    """The names of the published sheets with what each is of."""
    names = found.names[len(found.scorecards) :]
    return tuple(zip(names, map(published_text, found.published), strict=True))


def published_text(sheet: PublishedSheet) -> str:
    """What a published sheet is of: chip, how it was found, network, batch, what to know."""
    batch = "batch not said" if sheet.batch is None else f"batch {sheet.batch}"
    said = f"{sheet.title}; {sheet.label}; {sheet.network}, {batch}"
    return f"{said}; {sheet.note}" if sheet.note else said


def _overlap(one: object, other: object) -> bool:
    """Whether two intervals have a value in common; not where one is unknown or the same."""
    assert isinstance(one, Figure) and isinstance(other, Figure)
    if None in (one.low, one.high, other.low, other.high) or one.value == other.value:
        return False
    assert one.low is not None and one.high is not None
    assert other.low is not None and other.high is not None
    return one.low <= other.high and other.low <= one.high
