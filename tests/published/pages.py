"""Tables of published and modelled numbers, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a Markdown table whose first column is text and whose others are numbers.

    >>> print(table(["layer", "ms"], [["CONV1", "16.5"]]))
    | layer | ms |
    |---|--:|
    | CONV1 | 16.5 |
    """
    rule = "|---" + "|--:" * (len(header) - 1) + "|"
    lines = ["| " + " | ".join(cells) + " |" for cells in rows]
    return "\n".join(["| " + " | ".join(header) + " |", rule, *lines])


def residual(modelled: float, published: float) -> str:
    """Returns by how much a modelled value is above a published one.

    >>> residual(0.9, 1.0)
    '-10.0 %'
    """
    return f"{100 * (modelled / published - 1):+.1f} %"
