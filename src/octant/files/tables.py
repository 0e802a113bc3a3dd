"""A user's own numbers from a CSV file, or from a YAML file that says more about them.

In a CSV file the first line names the columns. ``capacity [KiB]`` is an attribute with its unit,
``banks`` a bare number or a word; ``energy of read [pJ]``, ``area [um^2]``, ``leakage [uW]`` and
``latency of read [ns]`` are figures; ``node [nm]`` is the process, ``source`` a citation for the
row. A YAML file (``octant: table 1``) gives a title, sources, the node, and which columns may be
interpolated; its rows stand in it or in a CSV file beside it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from octant.components import About, Attribute
from octant.components.spec import CHOICE, COUNT, Value
from octant.components.table import NODE, Row, Table
from octant.errors import FileFormatError, UnitError, near_misses
from octant.files.complaint import validated
from octant.files.document import Document, Fault, read_text
from octant.files.part import Name, Part, SourceName
from octant.files.parts import SourceForm
from octant.files.pricing import source_of
from octant.files.quantity import Length, Voltage
from octant.source import Origin, Source
from octant.units import dimensions, parse

TABLE_HEADER = "table 1"
_COLUMN = re.compile(r"\s*([^\[\]]+?)\s*(?:\[([^\[\]]+)\])?\s*")
_FIGURES = {"energy": "energy", "area": "area", "leakage": "power", "latency": "time"}


class TableFile(Part):
    """A table with what a CSV file cannot say."""

    octant: Literal["table 1"]
    name: Name
    title: str
    source: SourceName
    sources: dict[Name, SourceForm]
    node: Length | None = None
    voltage: Voltage | None = None
    interpolate: tuple[str, ...] = Field(default=(), strict=False)
    csv: str | None = None
    rows: list[dict[str, str | int | float]] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its words, its dimension, and the unit of its cells ("" where they bring it)."""

    word: str
    dimension: str
    unit: str

    @property
    def is_figure(self) -> bool:
        """Whether it holds what is wanted, not what is given."""
        kind, _, action = self.word.partition(" of ")
        return kind in _FIGURES and (bool(action) == (kind in ("energy", "latency")))


def read_csv(path: Path) -> Table:
    """The table in a CSV file; rows that name no source are the user's assumption.

    Raises:
        FileFormatError: it cannot be read or is malformed; every fault with its line.
    """
    title = f"the user's table {path.name}"
    columns, rows = _read(path, Source(Origin.ASSUMED, title))
    return _table(path.stem, title, columns, rows, None, None, ())


def _read(path: Path, source: Source) -> tuple[list[Column], list[Row]]:
    """The columns and rows of a CSV file.

    Args:
        path: of the file.
        source: of rows that name none.
    """
    lines = list(csv.reader(io.StringIO(read_text(path))))
    if not lines:
        raise FileFormatError(f"{path}:1: is empty; the first line names the columns")
    header, *cells = [[cell.strip() for cell in line] for line in lines]
    faults: list[tuple[int, str]] = []
    numbered = [(number, line) for number, line in enumerate(cells, start=2) if any(line)]
    columns = _columns(header, [line for _, line in numbered], faults)
    rows = []
    for number, line in numbered:
        if len(line) != len(header):
            faults.append((number, f"has {len(line)} cells; the first line has {len(header)}"))
        elif len(columns) == len(header):
            rows.append(_row(columns, line, source, number, faults))
    if faults or not rows:
        listed = sorted(faults) or [(1, "has no rows")]
        raise FileFormatError("\n".join(f"{path}:{line}: {what}" for line, what in listed))
    return columns, rows


def table_of(document: Document, folder: Path) -> Table:
    """The table that a YAML document describes.

    Args:
        document: that starts with ``octant: table 1``.
        folder: where its CSV file is looked for.

    Raises:
        FileFormatError: it is malformed; every fault with its line.
    """
    file, faults = validated(TableFile, document)
    if file is None or faults:
        raise document.refusal(faults)
    if (file.csv is None) == (file.rows is None):
        raise document.refusal([Fault(("rows",), "is needed, or 'csv'; allowed is one of them")])
    source = source_of(file.sources[file.source])
    if file.csv is not None:
        columns, rows = _read(folder / file.csv, source)
    else:
        columns, rows = _written(file, source, document)
    words = [column.word for column in columns if not column.is_figure]
    for index, word in enumerate(file.interpolate):
        if word not in words:
            raise document.refusal(
                [Fault(("interpolate", index), f"is {word!r}; {near_misses(word, words)}")]
            )
    return _table(file.name, file.title, columns, rows, file.node, file.voltage, file.interpolate)


def _written(file: TableFile, source: Source, document: Document) -> tuple[list[Column], list[Row]]:
    """The columns and rows that stand in the YAML file itself; each cell brings its unit."""
    header = list(dict.fromkeys(word for row in file.rows or () for word in row))
    lines = [[str(row.get(word, "")) for word in header] for row in file.rows or ()]
    faults: list[tuple[int, str]] = []
    columns = _columns(header, lines, faults)
    if faults:
        raise document.refusal([Fault(("rows",), what) for _, what in faults])
    rows = [_row(columns, line, source, index, faults) for index, line in enumerate(lines)]
    if faults:
        raise document.refusal([Fault(("rows", index), what) for index, what in faults])
    return columns, rows


def _columns(
    header: Iterable[str], lines: list[list[str]], faults: list[tuple[int, str]]
) -> list[Column]:
    found = []
    for index, title in enumerate(header):
        match = _COLUMN.fullmatch(title)
        if match is None:
            faults.append((1, f"column {title!r} is not NAME or NAME [UNIT]"))
            continue
        word, unit = match[1], match[2] or ""
        cells = [line[index] for line in lines if index < len(line) and line[index]]
        found.append(Column(word, _dimension(word, unit, cells, faults), unit))
    twice = {column.word for column in found if [x.word for x in found].count(column.word) > 1}
    faults.extend((1, f"column {word!r} stands twice") for word in sorted(twice))
    return found


def _dimension(word: str, unit: str, cells: list[str], faults: list[tuple[int, str]]) -> str:
    kind = word.partition(" of ")[0]
    if kind in _FIGURES:
        return _FIGURES[kind]
    if word in ("node", "source"):
        return "length" if word == "node" else CHOICE
    samples = [f"1 {unit}"] if unit else cells
    fitting = [name for name in ("width" if word == "width" else "capacity", *dimensions())]
    for name in fitting:
        if samples and all(_parses(sample, name) for sample in samples):
            return name
    if unit:
        faults.append((1, f"column {word!r} has the unit {unit!r}, which is none"))
    return COUNT if cells and all(_is_number(cell) for cell in cells) else CHOICE


def _row(
    columns: list[Column],
    cells: list[str],
    source: Source,
    line: int,
    faults: list[tuple[int, str]],
) -> Row:
    given: list[tuple[str, Value]] = []
    figures: list[tuple[str, float]] = []
    for column, cell in zip(columns, cells, strict=True):
        if not cell:
            continue
        if column.word == "source":
            source = Source(Origin.PUBLISHED, cell)
            continue
        try:
            value = _value(column, cell)
        except UnitError as error:
            faults.append((line, f"{column.word} {error}"))
            continue
        if column.is_figure:
            assert not isinstance(value, str), "figures are quantities"
            figures.append((column.word, value))
        else:
            given.append((_name(column), value))
    return Row(tuple(given), tuple(figures), source)


def _value(column: Column, cell: str) -> Value:
    if column.dimension == CHOICE:
        return cell
    if column.dimension == COUNT:
        return float(cell)
    return parse(f"{cell} {column.unit}" if column.unit else cell, column.dimension)


def _name(column: Column) -> str:
    return NODE if column.word == "node" else re.sub(r"\W+", "_", column.word)


def _table(
    name: str,
    title: str,
    columns: list[Column],
    rows: list[Row],
    node: float | None,
    voltage: float | None,
    interpolate: tuple[str, ...],
) -> Table:
    attributes = tuple(
        Attribute(
            _name(column),
            column.word,
            column.dimension,
            "a column of the table",
            choices=_choices(column, rows),
        )
        for column in columns
        if not column.is_figure and column.word not in ("node", "source")
    )
    figures = [column.word for column in columns if column.is_figure]
    actions = dict.fromkeys(word.partition(" of ")[2] for word in figures if " of " in word)
    nodes = {float(value) for row in rows for key, value in row.given if key == NODE}
    about = About(
        name,
        "table",
        title,
        tuple(actions),
        attributes,
        "the row of the component"
        + (f", interpolated in {', '.join(interpolate)}" if interpolate else ""),
        "the rows of the table and nothing else",
        tuple(dict.fromkeys(str(row.source) for row in rows)),
        tuple(sorted(nodes)) if node is None else (node,),
        voltage,
    )
    names = {column.word: _name(column) for column in columns}
    return Table(about, tuple(rows), tuple(names[word] for word in interpolate))


def _choices(column: Column, rows: list[Row]) -> tuple[str, ...]:
    if column.dimension != CHOICE:
        return ()
    values = (dict(row.given).get(_name(column)) for row in rows)
    return tuple(dict.fromkeys(value for value in values if isinstance(value, str)))


def _parses(cell: str, dimension: str) -> bool:
    try:
        parse(cell, dimension)
    except UnitError:
        return False
    return True


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
