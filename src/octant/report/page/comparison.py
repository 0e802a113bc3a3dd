"""The page of a comparison: the eight metrics in one picture, the sheets side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from itertools import groupby

from octant.report.amounts import digits, joules
from octant.report.compared import (
    difference_text,
    published_texts,
    ratio_text,
    value_text,
)
from octant.report.drawing import (
    Axis,
    Bars,
    Logarithmic,
    Series,
    Thread,
    parallel,
    quantity_ticks,
    rows,
)
from octant.report.page.sections import Cell, Column, DataTable, Group, Page, Picture, Section
from octant.scorecard import (
    Better,
    ComparedRow,
    Comparison,
    Figure,
    Scorecard,
    by_component,
)

#: The picture shows at least a ratio of so much, so that small differences look small.
_LEAST_RANGE = 2.0


def comparison_page(found: Comparison, data: str, *, more: Sequence[Section] = ()) -> Page:
    """The page that ``octant compare --html`` writes.

    Args:
        found: what to show.
        data: the same as JSON text, to be downloaded.
        more: further sections, which follow those of the figures.
    """
    versions = {dict(card.versions).get("octant", "") for card in found.scorecards}
    sections = (
        _overview(found),
        _sheets(found),
        _energy(found),
        *more,
        _assumptions(found),
        _sources(found),
    )
    return Page(
        title=f"{found.network} on {_listed(found.names)}",
        words="Chips compared along the eight metrics",
        facts=(
            *(
                (name, f"{card.architecture_note or card.architecture}; batch {card.batch}")
                for name, card in zip(found.names, found.scorecards, strict=False)
            ),
            *published_texts(found),
        ),
        tiles=(),
        sections=tuple(section for section in sections if section is not None),
        data=data,
        file=f"{found.network}-comparison.json",
        made_by=f"Octant {' and '.join(sorted(versions))}".strip(),
    )


def _overview(found: Comparison) -> Section:
    """One picture of all metrics, its caveat, and what makes ratios unfair."""
    heads = [(name, found.headline(name)) for name, _ in found.sheets[0].metrics]
    shown = [(name, row) for name, row in heads if row is not None]
    without = [name for name, row in heads if row is None]
    range_ = _range([row for _, row in shown])
    axes = tuple(_axis(name, row, range_) for name, row in shown)
    threads = tuple(
        _thread(found, place, [row for _, row in shown], range_)
        for place in range(len(found.names))
    )
    caveat = (
        "One figure stands for each metric, drawn relative to the best of the chips on one "
        "logarithmic scale, the better the higher (on a phone, the further right). A line "
        "that is above everywhere is better only as far as its axes are fair: those that are "
        "dashed are not, for the reasons that their letters name. The area and the order of "
        "axes mean nothing, and no metric outweighs another here."
    )
    words = [caveat]
    if without:
        words.append(f"No sheet has a figure that would rank {_listed(without)}.")
    picture = Picture(
        "metrics-side-by-side",
        "; ".join(f"{name}: {row.label}" for name, row in shown) + ".",
        "Parallel coordinates. "
        + " ".join(_said(found, name, row) for name, row in shown)
        + " The tables below have every number.",
        partial(parallel, axes, threads),
    )
    points = tuple(
        f"({each.mark}) {difference_text(each, found.names)}." for each in found.differences
    )
    return Section("overview", "Overview", tuple(words), (picture,), points=points)


def _axis(name: str, row: ComparedRow, range_: float) -> Axis:
    best = _best(row)
    return Axis(
        name,
        value_text(best),
        f"{digits(range_, 2):g} times worse",
        f"({', '.join(row.marks)})" if row.marks else "",
    )


def _thread(found: Comparison, place: int, shown: list[ComparedRow], range_: float) -> Thread:
    places, hovers = [], []
    for row in shown:
        worse = _worse(row, place)
        places.append(None if worse is None else _height(worse, range_))
        hovers.append(f"{found.names[place]}, {row.label}: {value_text(row.figures[place])}")
    return Thread(found.names[place], tuple(places), tuple(hovers))


def _height(worse: float, range_: float) -> float:
    return Logarithmic(1.0, range_, 1.0, 0.0).at(worse) if math.isfinite(worse) else 0.0


def _range(shown: list[ComparedRow]) -> float:
    """How many times worse than the best the lower end of every axis is."""
    found = [
        worse
        for row in shown
        for place in range(len(row.figures))
        if (worse := _worse(row, place)) is not None and math.isfinite(worse)
    ]
    return max(_LEAST_RANGE, *found, 1.0)


def _best(row: ComparedRow) -> Figure:
    known = [figure for figure in row.figures if isinstance(figure, Figure)]
    pick = max if row.better is Better.MORE else min
    return pick(known, key=lambda figure: figure.value)


def _worse(row: ComparedRow, place: int) -> float | None:
    """How many times worse than the best; None where there is no figure."""
    figure, best = row.figures[place], _best(row)
    if not isinstance(figure, Figure):
        return None
    if figure.value == best.value:
        return 1.0
    above, below = (
        (best.value, figure.value) if row.better is Better.MORE else (figure.value, best.value)
    )
    return above / below if below else math.inf


def _said(found: Comparison, name: str, row: ComparedRow) -> str:
    values = ", ".join(
        f"{chip} {value_text(figure) or 'nothing'}"
        for chip, figure in zip(found.names, row.figures, strict=True)
    )
    return f"{name}: {values}."


def _sheets(found: Comparison) -> Section:
    """Every row of every sheet."""
    columns = (
        Column("figure", wide=True),
        *(Column(name, right=True) for name in found.names),
        *([Column("unfair")] if found.differences else []),
    )
    groups = tuple(
        Group(metric, tuple(_row(row, bool(found.differences)) for row in rows_))
        for metric, rows_ in groupby(found.rows, lambda row: row.metric)
    )
    words = (
        f"Below a figure, where that is fair, its ratio to that of {found.names[0]}; letters name "
        "what would make a ratio unfair that is not there. What is not known is not evaluated, "
        "never zero.",
    )
    table = DataTable("side-by-side", "The sheets side by side", columns, groups)
    return Section("sheets", "Side by side", words, tables=(table,))


def _row(row: ComparedRow, marked: bool) -> tuple[Cell, ...]:
    cells = [
        Cell(value_text(figure), note=ratio_text(row, place))
        for place, figure in enumerate(row.figures)
    ]
    return (Cell(row.label), *cells, *([Cell(", ".join(row.marks))] if marked else []))


def _energy(found: Comparison) -> Section | None:
    """Energy of an inference by component of each chip; None where no sheet knows any.

    A report rarely divides it: of published chips it is not shown.
    """
    names = found.names[: len(found.scorecards)]
    known = [_components(card) for card in found.scorecards]
    if not any(known):
        return None
    components = dict.fromkeys(name for each in known for name in each)
    totals = [math.fsum(each.values()) for each in known]
    series = tuple(
        Series(
            component,
            tuple(each.get(component, 0.0) for each in known),
            tuple(
                f"{name}, {component}: {joules(each.get(component, 0.0))}"
                for name, each in zip(names, known, strict=True)
            ),
        )
        for component in components
    )
    ticks, unit = quantity_ticks(max(totals), "energy", 4)
    ends = tuple(map(_known_energy, found.scorecards, totals))
    bars = Bars(names, series, ticks, f"energy an inference ({unit})", ends)
    marks = {mark for row in found.rows if row.metric == "energy" for mark in row.marks}
    unfair = f" The chips differ in more than their design ({', '.join(sorted(marks))})."
    picture = Picture(
        "energy-side-by-side",
        "Energy of an inference by component, as far as it is known." + unfair * bool(marks),
        "Bars of the energy of an inference: "
        + ", ".join(f"{name} {end}" for name, end in zip(names, ends, strict=True))
        + ".",
        partial(rows, bars),
    )
    return Section("energy", "Energy", pictures=(picture,))


def _known_energy(card: Scorecard, energy_j: float) -> str:
    """What a bar ends in: where it is not all of the energy, it says so."""
    if not energy_j:
        return "not evaluated"
    whole = isinstance(card.energy["per_inference"], Figure)
    return joules(energy_j) if whole else f"{joules(energy_j)} and more"


def _components(card: Scorecard) -> dict[str, float]:
    return {
        group.name: group.energy_j / card.batch
        for group in by_component(part for part in card.energy_parts if part.energy_j is not None)
        if group.energy_j
    }


def _assumptions(found: Comparison) -> Section | None:
    """What the figures of each sheet rest on; what all share is said once."""
    if not found.scorecards:
        return None
    shared = [
        said
        for said in (found.scorecards[0].assumptions if found.scorecards else ())
        if all(said in card.assumptions for card in found.scorecards)
    ]
    own = [
        f"{name}: {said}"
        for name, card in zip(found.names, found.scorecards, strict=False)
        for said in card.assumptions
        if said not in shared
    ]
    return Section("assumptions", "Assumptions", points=(*shared, *own))


def _sources(found: Comparison) -> Section:
    points = dict.fromkeys(
        reference.citation for sheet in found.sheets for reference in sheet.references
    )
    return Section("references", "References", points=tuple(points), numbered=True)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
