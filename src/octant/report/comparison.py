"""The sheets side by side, as ``octant compare`` prints them."""

from __future__ import annotations

from itertools import groupby

from octant.report.compared import (
    difference_text,
    published_texts,
    ratio_text,
    value_text,
)
from octant.report.layout import WIDTH, Column, page, paragraph, table
from octant.scorecard import ComparedRow, Comparison

_INDENT = "  "


def comparison_sheet(found: Comparison, *, width: int = WIDTH) -> str:
    """The page that ``octant compare`` prints.

    Args:
        found: what to print.
        width: characters of a line.
    """
    first = found.names[0]
    lines = paragraph(f"{found.network} on {', '.join(found.names)}", width=width)
    lines += ["", *_said(_intro(first, bool(found.differences)), width)]
    if found.published:
        lines += ["", "PUBLISHED"]
        for name, words in published_texts(found):
            lines += _said(f"{name}: {words}", width)
    if found.differences:
        lines += ["", "WHAT ELSE DIFFERS"]
        for each in found.differences:
            mark = f"{_INDENT}{each.mark}  "
            lines += paragraph(
                difference_text(each, found.names), width=width, indent=" " * 5, first=mark
            )
    size = max(len(row.label) for row in found.rows)
    for metric, rows in groupby(found.rows, lambda row: row.metric):
        columns = [
            Column(metric.upper().ljust(size + 2), wraps=True),
            *(Column(name, right=True, wraps=True) for name in found.names),
            Column("unfair"),
        ]
        lines += ["", *table(columns, [_row(row) for row in rows], width=width)]
    return page(lines)


def _intro(first: str, differs: bool) -> str:
    said = f"Behind a figure, where that is fair, its ratio to that of {first}."
    letters = " Letters say why a ratio that is not there would be unfair."
    return said + letters * differs


def _said(words: str, width: int) -> list[str]:
    return paragraph(words, width=width, indent=_INDENT, first=_INDENT)


def _row(row: ComparedRow) -> tuple[str, ...]:
    cells = []
    for place, figure in enumerate(row.figures):
        ratio = ratio_text(row, place)
        cells.append(value_text(figure) + (f"\n({ratio})" if ratio else ""))
    marks = ", ".join(row.marks) if any(value_text(figure) for figure in row.figures) else ""
    return (_INDENT + row.label, *cells, marks)
