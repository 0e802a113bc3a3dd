"""Scorecards side by side: a ratio where that is fair, and what makes it unfair where it is not.

A ratio is fair where nothing but the design differs. What else may differ (the process, the number
formats, the batch ...) is found once for all rows, with the kinds of figures that it touches; a row
of such a kind keeps its figures and loses its ratios.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from octant.scorecard.differences import (
    CHECKS,
    KINDS,
    NAMES,
    WITHOUT_RATIO,
    WORK,
    Better,
    Check,
    Kind,
    Sheet,
)
from octant.scorecard.published import PublishedSheet
from octant.scorecard.records import Figure, Metric, Missing, Row, Scorecard, Unit
from octant.source import Origin

COMPARISON_SCHEMA = "octant.comparison/1"

#: The letter of figures that came to be in different ways; the last one, for it is of rows.
_MIXED = "z"
#: The row of the layers that multiply, and how it is called in a metric.
_ARRAY_ROW = "multiplying_layers"
_ARRAY = {
    "throughput": ("MACs a cycle in the layers that multiply", Unit.NUMBER),
    "latency": ("of it, the layers that multiply", Unit.SECOND),
    "energy": ("of it, the layers that multiply", Unit.JOULE_PER_INFERENCE),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Something other than the design that differs between sheets.

    Args:
        mark: a letter, which rows that it touches carry.
        name: what differs.
        values: what it is on each sheet.
        reason: why figures that it touches are not to be divided.
    """

    mark: str
    name: str
    values: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One figure on every sheet.

    Args:
        metric: one of the eight.
        name: the row's identifier.
        label: the words before the figures.
        better: which way.
        figures: on each sheet; None where a sheet has no such row.
        ratios: to the first sheet's; None where that is not fair, or not known.
        marks: of the differences that make one of the ratios unfair.
    """

    metric: str
    name: str
    label: str
    better: Better
    figures: tuple[Figure | Missing | None, ...]
    ratios: tuple[float | None, ...]
    marks: tuple[str, ...]

    @property
    def known(self) -> int:
        """Sheets that have a figure."""
        return sum(isinstance(figure, Figure) for figure in self.figures)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Sheets of one network side by side.

    Args:
        network: that all are of.
        names: of the sheets, one of a kind.
        differences: other than the design.
        rows: of all eight metrics, in the order of the sheets.
        scorecards: what was evaluated.
        published: what is published, which follows; ratios are to the first sheet of all.
        schema: name and version of the JSON form.
    """

    network: str
    names: tuple[str, ...]
    differences: tuple[Difference, ...]
    rows: tuple[ComparedRow, ...]
    scorecards: tuple[Scorecard, ...]
    published: tuple[PublishedSheet, ...] = ()
    schema: str = COMPARISON_SCHEMA

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """All of them, in the order of the names."""
        return (*self.scorecards, *self.published)

    def headline(self, metric: str) -> ComparedRow | None:
        """The row that stands for a metric: its first one that tells which sheet is better.

        Where that is not fair and the row of the layers that multiply is, and as many sheets have
        it, this stands for it. None where no sheet has a figure.
        """
        rows = [row for row in self.rows if row.metric == metric and row.better and row.known]
        if not rows:
            return None
        fair = [
            row
            for row in rows
            if row.name == _ARRAY_ROW and not row.marks and row.known == rows[0].known
        ]
        return fair[0] if rows[0].marks and fair else rows[0]


def compare(
    scorecards: Sequence[Scorecard],
    names: Sequence[str],
    published: Sequence[PublishedSheet] = (),
    network: str = "",
) -> Comparison:
    """The sheets side by side, with ratios to the first where that is fair.

    Args:
        scorecards: of one network.
        names: one of a kind for each sheet, those of the published ones last.
        published: sheets of published chips that ran the network, or a part of it.
        network: its name; needed where there is no scorecard.

    Raises:
        ValueError: fewer than two sheets, names that are not one of a kind, or different networks.
    """
    networks = {card.network for card in scorecards} or {network}
    sheets: tuple[Sheet, ...] = (*scorecards, *published)
    if len(sheets) < 2 or len(set(names)) != len(sheets) or len(networks) != 1:
        raise ValueError("a comparison is of two or more named sheets of one network")
    lettered = [
        (letter, check)
        for letter, check in zip(
            ascii_lowercase,
            [check for check in CHECKS if any(_differ(check, sheets))],
            strict=False,
        )
    ]
    rows = _rows(sheets, lettered)
    differences = [
        Difference(letter, check.name, tuple(map(check.value, sheets)), check.reason)
        for letter, check in lettered
    ]
    if any(_MIXED in row.marks for row in rows):
        differences.append(
            Difference(
                _MIXED, "how the figures of a row came to be", ("",) * len(names),
                "what is published or measured and what is modelled rest on different things",
            )
        )  # fmt: skip
    return Comparison(
        networks.pop(),
        tuple(names),
        tuple(differences),
        tuple(rows),
        tuple(scorecards),
        tuple(published),
    )


def _differ(check: Check, sheets: Sequence[Sheet]) -> list[bool]:
    """Whether each sheet differs from the first."""
    return [check.differs(sheets[0], sheet) for sheet in sheets]


def _rows(sheets: Sequence[Sheet], differences: Sequence[tuple[str, Check]]) -> list[ComparedRow]:
    """Every row that a sheet has, those of one metric together.

    They are in the order of the first sheet; those that it lacks follow, in that of the next one.
    """
    unfair = [(letter, check, _differ(check, sheets)) for letter, check in differences]
    found = []
    for metric, _ in sheets[0].metrics:
        metrics = [_with_array(sheet, metric) for sheet in sheets]
        labels: dict[str, list[str]] = {}
        for row in (row for each in metrics for row in each.rows):
            labels.setdefault(row.name, []).append(row.label)
        for name, words in labels.items():
            figures = tuple(
                next((row.figure for row in each.rows if row.name == name), None)
                for each in metrics
            )
            found.append(_compared(metric, name, shared_label(words), figures, unfair))
    return found


def shared_label(labels: Sequence[str]) -> str:
    """What sheets call a row: the words that all begin with, for the rest is one of differences.

    >>> shared_label(["latency of a batch of 1", "latency of a batch of 4"])
    'latency of a batch'
    >>> shared_label(["average power, off-chip included", "average power without off-chip memory"])
    'average power'
    >>> shared_label(["peak power", "rated power"])
    'peak power, rated power'
    """
    different = list(dict.fromkeys(labels))
    if len(different) == 1:
        return different[0]
    words = [[word.rstrip(",") for word in label.split()] for label in different]
    shared = []
    for column in zip(*words, strict=False):
        if len(set(column)) > 1:
            break
        shared.append(column[0])
    return " ".join(shared).removesuffix(" of") or ", ".join(different)


def _with_array(sheet: Sheet, metric: str) -> Metric:
    """The rows of a metric, with one of the layers that multiply alone: every chip runs these.

    The rate of multiply-accumulates knows nothing of clocks and processes either. No report gives
    it.
    """
    rows: Metric = getattr(sheet, metric)
    if isinstance(sheet, PublishedSheet):
        return rows
    layers = [layer for layer in sheet.layers if layer.run is not None]
    cycles = math.fsum(layer.cycles or 0.0 for layer in layers)
    found: float | None = None
    match metric:
        case "throughput":
            found = sum(layer.macs for layer in layers) / cycles if cycles else None
        case "latency":
            found = math.fsum(layer.latency_s or 0.0 for layer in layers)
        case "energy":
            known = [layer.energy_j for layer in layers if layer.energy_j is not None]
            found = math.fsum(known) / sheet.batch if len(known) == len(layers) else None
    if not found:
        return rows
    label, unit = _ARRAY[metric]
    figure = Figure(found, unit, Origin.MODELLED, "the layers that multiply, without the others")
    more = Row(_ARRAY_ROW, label, figure)
    return Metric((*rows.rows[:1], more, *rows.rows[1:]))


def _compared(
    metric: str,
    name: str,
    label: str,
    figures: tuple[Figure | Missing | None, ...],
    unfair: Sequence[tuple[str, Check, list[bool]]],
) -> ComparedRow:
    unit = next((figure.unit for figure in figures if isinstance(figure, Figure)), None)
    kind, better = _kind(metric, name, unit)
    ratios: list[float | None] = []
    marks: set[str] = set()
    for place, figure in enumerate(figures):
        ratio, first = None, figures[0]
        if isinstance(first, Figure) and isinstance(figure, Figure):
            letters = {
                letter
                for letter, check, differs in unfair
                if differs[place] and kind in check.touches and not _is_same_work(check, name)
            }
            letters |= {_MIXED} if first.origin is not figure.origin else set()
            fair = not letters and kind not in WITHOUT_RATIO and unit not in NAMES
            ratio = figure.value / first.value if fair and first.value else None
            marks |= letters
        ratios.append(ratio)
    ordered = tuple(sorted(marks))
    return ComparedRow(metric, name, label, better, figures, tuple(ratios), ordered)


def _is_same_work(check: Check, name: str) -> bool:
    """Whether a row is of the layers that every chip runs, whatever else it leaves out."""
    return check.name == WORK and name == _ARRAY_ROW


def _kind(metric: str, name: str, unit: Unit | None) -> tuple[Kind, Better]:
    """What a row is of, and which way it is better."""
    if metric == "accuracy":
        return Kind.ACCURACY, Better.MORE if unit is Unit.SHARE else Better.NEITHER
    if name == _ARRAY_ROW and unit is Unit.NUMBER:
        return Kind.CYCLES, Better.MORE
    if name == "peak_operations_per_s":
        return Kind.SILICON, Better.NEITHER
    if metric == "flexibility" and unit is Unit.SHARE:
        return Kind.SIZE, Better.MORE
    if unit is Unit.USD_PER_INFERENCE_PER_SECOND:
        return Kind.TIME, Better.LESS
    if unit is None or unit not in KINDS:
        return Kind.SIZE, Better.NEITHER
    if metric == "cost" and unit is Unit.SHARE:
        return Kind.SILICON, Better.MORE
    return KINDS[unit]
