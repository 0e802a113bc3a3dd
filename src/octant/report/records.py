"""Published chips as text: the list, one chip's reporting sheet, the references."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from octant.chips import (
    COUNT,
    RUN,
    SPECIFICATION,
    Bound,
    Citation,
    Entry,
    Quantity,
    Record,
    Run,
    efficiency,
    entry,
    formats_text,
    peak,
    peak_efficiency,
    rate,
)
from octant.report.amounts import bare
from octant.report.layout import (
    WIDTH,
    Column,
    fields,
    numbered,
    page,
    paragraph,
    references,
    table,
)
from octant.units import text

_INDENT = "  "
_RECALLED = "?"
#: Narrower pages leave the titles out.
_ROOM_FOR_TITLES = 96
_LEGEND = (
    f"{_RECALLED} after a value: recalled, not read in its source; it is no fact and enters no "
    "figure. < and >: the source gives a limit."
)


def quantity_text(quantity: Quantity) -> str:
    """A quantity with its unit, its limit and its mark.

    >>> quantity_text(Quantity(331e-6, "area", bound=Bound.AT_MOST))
    '< 331 mm^2'
    """
    value, dimension = quantity.value, quantity.dimension
    words = bare(value) if dimension == COUNT else text(value, dimension)
    if dimension == COUNT and value == round(value):
        words = f"{value:,.0f}"
    limit = {Bound.EXACT: "", Bound.AT_MOST: "< ", Bound.AT_LEAST: "> "}[quantity.bound]
    return limit + words + ("" if quantity.is_fact else _RECALLED)


def chips_page(records: Sequence[Record], *, width: int = WIDTH) -> str:
    """The page that ``octant chips`` prints: a line a chip.

    Args:
        records: in the order of the page.
        width: characters of a line.
    """
    columns = [
        Column("name"),
        Column("title", wraps=True),
        Column("process", right=True),
        Column("area", right=True),
        Column("peak", right=True),
        Column("efficiency", right=True),
        Column("", wraps=True),
    ]
    if not records:
        return page(paragraph("No published chip is like that.", width=width))
    rows = [_row(record) for record in records]
    if width < _ROOM_FOR_TITLES:
        columns, rows = [columns[0], *columns[2:]], [(row[0], *row[2:]) for row in rows]
    lines = ["PUBLISHED CHIPS"]
    lines += table(columns, rows, width=width, indent=_INDENT)
    lines += ["", *paragraph(_LEGEND, width=width)]
    lines += paragraph(
        "Efficiency is that of a run where one is published, else of the peak; octant chips NAME "
        "prints everything of one, octant references every citation.",
        width=width,
    )
    return page(lines)


def _row(record: Record) -> tuple[str, ...]:
    area = record["core_area"] or record["die_area"]
    top = record["peak"] or peak(record)
    best = next((found for run in record.runs if (found := efficiency(run))), None)
    economy = best or record["efficiency"] or peak_efficiency(record)
    return (
        record.name,
        record.title + (f", {record.year}" if record.year else ""),
        _text(record["process"]),
        _text(area),
        _text(top),
        _text(economy),
        str(record.method or "not said"),
    )


def _text(quantity: Quantity | None) -> str:
    return "" if quantity is None else quantity_text(quantity)


def record_page(record: Record, *, width: int = WIDTH) -> str:
    """The page that ``octant chips NAME`` prints: the reporting sheet with every citation.

    Args:
        record: what to print.
        width: characters of a line.
    """
    numbers = numbered(citation for citation, _ in record.citations())
    facts = [
        ("figures", str(record.method or "not said whether measured or simulated")),
        ("of", str(record.stage or "not said")),
        ("multiplies", str(record.kind)),
        ("formats", formats_text(record.weights, record.activations) or "not said"),
    ]
    lines = [*paragraph(f"{record.name}: {record.title}", width=width), ""]
    lines += fields(facts, width=width, indent=_INDENT)
    if record.note:
        lines += paragraph(record.note, width=width, indent=_INDENT)
    lines += ["", "SPECIFICATION", *_entries(record.entries, SPECIFICATION, numbers, width)]
    if record.parts:
        pairs = [(name, _cited(quantity, numbers)) for name, quantity in record.parts]
        lines += ["", "AREAS OF PARTS", *fields(pairs, width=width, indent=_INDENT)]
    for run in record.runs:
        lines += ["", f"RUN: {run.network}", *_run(run, numbers, width)]
    if record.others:
        lines += ["", "FURTHER FIGURES"]
        for other in record.others:
            mark = "" if other.sure != "recalled" else _RECALLED
            cited = _mark(other.citation, other.place, numbers)
            words = f"{other.what}: {other.value}{mark}{cited}"
            lines += paragraph(words, width=width, indent=_INDENT * 2, first=_INDENT)
    lines += ["", *paragraph(_LEGEND, width=width)]
    lines += ["", "REFERENCES", *references(numbers, width=width)]
    return page(lines)


def _run(run: Run, numbers: dict[str, int], width: int) -> list[str]:
    layers = {(): "not said which", ("all",): "all"}.get(run.layers, ", ".join(run.layers))
    facts = [
        ("layers", layers),
        ("formats", formats_text(run.weights, run.activations) or "not said"),
    ]
    if run.task:
        facts.append(("task", run.task))
    if run.counts_skipped:
        facts.append(("operations", "those that zeros spare are counted as if done"))
    if run.off_chip_included is not None:
        facts.append(("power and energy", ("without", "with")[run.off_chip_included] + " DRAM"))
    if run.note:
        facts.append(("note", run.note))
    lines = fields(facts, width=width, indent=_INDENT)
    derived = [
        (words, found)
        for words, found, stated in (
            ("operations achieved, derived", rate(run), run["achieved"]),
            ("efficiency, derived", efficiency(run), run["efficiency"]),
        )
        if found is not None and stated is None
    ]
    lines += _entries(run.entries, RUN, numbers, width)
    pairs = [(label, f"{quantity_text(q)} ({q.note})") for label, q in derived]
    return lines + fields(pairs, width=width, indent=_INDENT)


def _entries(
    entries: Iterable[tuple[str, Quantity]],
    sheet: tuple[Entry, ...],
    numbers: dict[str, int],
    width: int,
) -> list[str]:
    pairs = [(entry(sheet, name).label, _cited(quantity, numbers)) for name, quantity in entries]
    return fields(pairs, width=width, indent=_INDENT)


def _cited(quantity: Quantity, numbers: dict[str, int]) -> str:
    words = quantity_text(quantity)
    aside = [quantity.note] if quantity.note else []
    aside += ["derived"] if quantity.sure == "derived" else []
    words += f" ({', '.join(aside)})" if aside else ""
    return words + _mark(quantity.citation, quantity.place, numbers)


def _mark(citation: str, place: str, numbers: dict[str, int]) -> str:
    """The number of a citation, with the place in it."""
    if not citation:
        return ""
    return f" [{numbers[citation]}, {place}]" if place else f" [{numbers[citation]}]"


def references_page(cited: Sequence[Citation], *, width: int = WIDTH) -> str:
    """The page that ``octant references`` prints: every citation, and the chips that rest on it.

    Args:
        cited: in the order of the page.
        width: characters of a line.
    """
    numbers = {each.citation: number for number, each in enumerate(cited, start=1)}
    uses = {each.citation: _uses(each) for each in cited}
    head = paragraph(
        "What the numbers of the published chips rest on; after each, the chips and the entries. "
        "What is recalled was not looked up there, is no fact, and enters no figure.",
        width=width,
    )
    lines = references(numbers, width=width, uses=uses)
    return page([*head, "", "REFERENCES", *lines])


def _uses(cited: Citation) -> str:
    """The chips, each with its entries."""
    chips: dict[str, list[str]] = {}
    for chip, path in cited.used_for:
        chips.setdefault(chip, []).append(path)
    return "; ".join(f"{chip}: {', '.join(paths)}" for chip, paths in chips.items())
