"""Plain text in columns: tables, labelled fields, wrapped paragraphs, bars, numbered references.

Every function returns lines without a trailing newline; no line ends in a space.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WIDTH = 100
#: A space at which no line is broken.
TIED = "\N{NO-BREAK SPACE}"
_GAP = "  "
_NARROWEST = 12
_ENERGY = "energy of "
_BEFORE_UNIT = re.compile(
    r"(?<=\d) (?=(?:%|[a-zA-Z]?(?:Hz|[bBJVWms])(?:\^2|/\w+)?)(?:[\s,;:.)]|$))"
)
_EIGHTHS = " ▏▎▍▌▋▊▉█"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Args:
        title: what stands above it.
        right: its cells are aligned to the right, as numbers are.
        wraps: its cells may be broken into lines where the table would be too wide.
    """

    title: str
    right: bool = False
    wraps: bool = False


def table(
    columns: Sequence[Column], rows: Iterable[Sequence[str]], *, width: int, indent: str = ""
) -> list[str]:
    r"""The lines of a table: titles, then rows; a cell may hold several lines.

    Args:
        columns: as many as every row has cells.
        rows: the cells.
        width: characters that a line may have; where the table is wider, the columns that wrap
            give way.
        indent: what every line starts with.

    >>> table([Column("level"), Column("reads", right=True)], [("DRAM", "7"), ("RF", "12")],
    ...       width=40)
    ['level  reads', 'DRAM       7', 'RF        12']
    """
    cells = [[column.title for column in columns], *map(list, rows)]
    widths = _widths(columns, cells, width - len(indent))
    lines = []
    for row in cells:
        parts = [
            _broken(cell, size) if column.wraps else cell.split("\n")
            for column, cell, size in zip(columns, row, widths, strict=True)
        ]
        for number in range(max(map(len, parts))):
            line = _GAP.join(
                _aligned(part[number] if number < len(part) else "", size, column.right)
                for column, part, size in zip(columns, parts, widths, strict=True)
            )
            lines.append((indent + line).rstrip())
    return lines


def fields(pairs: Iterable[tuple[str, str]], *, width: int, indent: str = "") -> list[str]:
    """The lines of labelled values, the values aligned and wrapped below themselves.

    >>> fields([("clock", "200 MHz"), ("units", "168")], width=40)
    ['clock  200 MHz', 'units  168']
    """
    listed = list(pairs)
    size = max((len(label) for label, _ in listed), default=0)
    lines = []
    for label, value in listed:
        lines += paragraph(
            value,
            width=width,
            indent=indent + " " * size + _GAP,
            first=f"{indent}{label:<{size}}{_GAP}",
        )
    return lines


def paragraph(text: str, *, width: int, indent: str = "", first: str | None = None) -> list[str]:
    """The text in lines of at most ``width`` characters; words, and numbers with units, kept whole.

    Args:
        text: words; line breaks in it stay.
        width: characters of a line, indentation included.
        indent: what every line starts with.
        first: what the first line starts with in its place.

    >>> paragraph("one two three four", width=15, indent="  ", first="- ")
    ['- one two three', '  four']
    """
    lines: list[str] = []
    for part in _BEFORE_UNIT.sub(TIED, text).split("\n"):
        start = indent if lines or first is None else first
        wrapped = textwrap.wrap(
            part,
            width=max(width, len(indent) + _NARROWEST) if indent else max(width, 1),
            initial_indent=start,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines += [line.replace(TIED, " ").rstrip() for line in wrapped or [start]]
    return lines


def bar(share: float, size: int) -> str:
    """A bar of at most ``size`` characters, in eighths of one; a share above 0 shows.

    >>> bar(0.5, 4), bar(0.0, 4), bar(0.001, 4)
    ('██', '', '▏')
    """
    eighths = round(min(max(share, 0.0), 1.0) * size * 8)
    eighths = max(eighths, 1) if share > 0 and size > 0 else 0
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def numbered(citations: Iterable[str]) -> dict[str, int]:
    """Each citation's number, from 1, in the order of first mention.

    >>> numbered(["a", "b", "a"])
    {'a': 1, 'b': 2}
    """
    return {citation: number for number, citation in enumerate(dict.fromkeys(citations), start=1)}


def references(
    numbers: Mapping[str, int],
    *,
    width: int,
    indent: str = "  ",
    uses: Mapping[str, str] | None = None,
) -> list[str]:
    """The lines of a list of numbered citations; one that quotes another refers to it by number.

    Args:
        numbers: each citation's number.
        width: characters of a line.
        indent: what every line starts with.
        uses: what a citation is used for.

    >>> references({"Chen et al., JSSC 2017": 1}, width=60)
    ['  [1] Chen et al., JSSC 2017']
    """
    size = len(str(len(numbers)))
    lines = []
    for citation, number in numbers.items():
        mark = f"{indent}[{number}] ".ljust(len(indent) + size + 3)
        words = _shortened(citation, numbers)
        if uses and citation in uses:
            words += f" (for {uses[citation]})"
        lines += paragraph(words, width=width, indent=" " * len(mark), first=mark)
    return lines


def uses_text(used_for: Iterable[str]) -> str:
    """What a reference is used for; the words "energy of" once.

    >>> uses_text(["the network", "energy of DRAM", "energy of mac"])
    'the network; energy of DRAM, mac'
    """
    said = tuple(used_for)
    energies = [use.removeprefix(_ENERGY) for use in said if use.startswith(_ENERGY)]
    others = [use for use in said if not use.startswith(_ENERGY)]
    return "; ".join(others + [_ENERGY + ", ".join(energies)] * bool(energies))


def page(lines: Iterable[str]) -> str:
    r"""The lines as text that ends in a line break.

    >>> page(["a", "b"])
    'a\nb\n'
    """
    return "".join(f"{line}\n" for line in lines)


def _shortened(citation: str, numbers: Mapping[str, int]) -> str:
    """The citation with the words of every other one that it contains replaced by its number."""
    for other, number in sorted(numbers.items(), key=lambda item: -len(item[0])):
        words = other.split(": ", 1)[-1]
        if other != citation and words in citation.split(": ", 1)[-1]:
            citation = citation.replace(words, f"[{number}]")
    return citation


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    widths = [
        max(max(map(len, row[index].split("\n"))) for row in rows)
        for index, _ in enumerate(columns)
    ]
    excess = sum(widths) + len(_GAP) * (len(columns) - 1) - room
    for index in sorted(range(len(columns)), key=lambda index: -widths[index]):
        if excess > 0 and columns[index].wraps:
            longest = max(len(word) for row in rows for word in _words(row[index]))
            kept = max(longest, widths[index] - excess)
            excess -= widths[index] - kept
            widths[index] = kept
    return widths


def _words(cell: str) -> list[str]:
    """The parts that no line break divides."""
    return _BEFORE_UNIT.sub(TIED, cell).replace("\n", " ").split(" ")


def _broken(cell: str, size: int) -> list[str]:
    return paragraph(cell, width=size) if len(cell) > size else cell.split("\n")


def _aligned(text: str, size: int, right: bool) -> str:
    return text.rjust(size) if right else text.ljust(size)
