"""What rests on which citation, over many records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from octant.chips.record import Record


@dataclass(frozen=True, slots=True)
class ChipList:
    """Records, as ``octant chips --json`` writes them."""

    records: tuple[Record, ...]
    schema: str = "octant.chips/1"


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation, and what rests on it: pairs of a chip and the path of one of its numbers."""

    citation: str
    used_for: tuple[tuple[str, str], ...]


def citations(records: Iterable[Record]) -> tuple[Citation, ...]:
    """Every citation of the records' numbers once, sorted, with what rests on it.

    >>> from octant.chips.record import Quantity
    >>> node = ("process", Quantity(65e-9, "length", "a paper", "Table I"))
    >>> citations([Record("x", "a chip", entries=(node,))])[0].used_for
    (('x', 'process (Table I)'),)
    """
    uses: dict[str, list[tuple[str, str]]] = {}
    for record in records:
        for words, paths in record.citations():
            uses.setdefault(words, []).extend((record.name, path) for path in paths)
    return tuple(Citation(words, tuple(uses[words])) for words in sorted(uses))
