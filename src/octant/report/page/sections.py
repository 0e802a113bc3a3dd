"""What a page is made of: sections with words, pictures, tables and things to unfold.

A section of one's own is a ``Section``, given to ``octant.report.page.scorecard_page`` as one of
``more``: the page draws its pictures at two widths, sorts and filters its tables, and lists it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from octant.report.drawing import Drawing


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with its words.

    Args:
        name: of its file, and its anchor; one of a kind on the page, of letters and dashes.
        caption: what it shows and how to read it.
        alternative: what there is to see, for those who do not see it.
        draw: makes the drawing for a width in pixels: that of a desk, or that of a phone.
    """

    name: str
    caption: str
    alternative: str
    draw: Callable[[int], Drawing]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Args:
        text: what stands in it.
        value: by what it is sorted; None sorts by the text.
        note: of less weight, below the text.
        series: the colour of a swatch before the text; None for none.
        part: how much of the cell's width a bar fills; None for no bar.
    """

    text: str
    value: float | None = None
    note: str = ""
    series: int | None = None
    part: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Args:
        title: what stands above it.
        right: its cells are aligned to the right, as numbers are.
        wide: its cells may be broken into lines.
    """

    title: str
    right: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of a table under one heading; without one the heading is empty."""

    heading: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class DataTable:
    """A table.

    Args:
        name: its anchor; one of a kind on the page, of letters and dashes.
        caption: what it shows.
        columns: as many as every row has cells.
        groups: its rows; only a table of one group without heading sorts and filters.
        foot: a last row that stays where it is; empty for none.
        stacks: on a phone its rows become blocks: the second cell beside the first, the others
            below them; other tables scroll to the side.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    foot: tuple[Cell, ...] = ()
    stacks: bool = False

    def __post_init__(self) -> None:
        rows = [row for group in self.groups for row in group.rows]
        for row in (*rows, *([self.foot] if self.foot else [])):
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.name!r} has a row that is not as its columns are")

    @property
    def sorts(self) -> bool:
        """Whether its rows may change places."""
        return len(self.groups) == 1 and not self.groups[0].heading


@dataclass(frozen=True, slots=True)
class Fold:
    """Something that unfolds.

    Args:
        title: always there.
        summary: always there, of less weight.
        facts: (name, value) pairs, when unfolded.
        code: lines that are kept as they are, when unfolded.
    """

    title: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    code: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page.

    Args:
        name: its anchor; one of a kind on the page, of letters and dashes.
        heading: its title.
        words: paragraphs that explain it.
        pictures: in order.
        tables: in order, behind the pictures.
        folds: behind the tables.
        points: a list of sentences, behind these.
        numbered: the list has numbers.
    """

    name: str
    heading: str
    words: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[DataTable, ...] = ()
    folds: tuple[Fold, ...] = ()
    points: tuple[str, ...] = ()
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """One metric at a glance.

    Args:
        name: of the metric.
        number: its first figure, without the unit; empty where it is not evaluated.
        unit: of the number.
        words: its interval, how it came to be; or what to add.
    """

    name: str
    number: str
    unit: str
    words: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Args:
        title: its first line.
        words: below the title.
        facts: (name, value) pairs.
        tiles: metrics at a glance; empty for none.
        sections: in order.
        data: all of it as JSON text, to be downloaded.
        file: the name of that download.
        made_by: the program and its version.
    """

    title: str
    words: str
    facts: tuple[tuple[str, str], ...]
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    data: str
    file: str
    made_by: str

    def __post_init__(self) -> None:
        names = [section.name for section in self.sections]
        names += [each.name for section in self.sections for each in section.pictures]
        names += [each.name for section in self.sections for each in section.tables]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"names used twice on the page: {', '.join(twice)}")
