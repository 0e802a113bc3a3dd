"""Scorecards side by side: a ratio where that is fair, and what makes it unfair where it is not.

A ratio is fair where nothing but the design differs. What else may differ (the process, the number
formats, the batch ...) is found once for all rows, with the kinds of figures that it touches; a row
of such a kind keeps its figures and loses its ratios.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from string import ascii_lowercase

from octant.scorecard.leakage import LEAKAGE
from octant.scorecard.records import Figure, Metric, Missing, Place, Row, Scorecard, Unit
from octant.source import Origin
from octant.units import text

COMPARISON_SCHEMA = "octant.comparison/1"

_UNKNOWN = "unknown"
_WORK = "work"
#: The letter of figures that came to be in different ways; the last one, for it is of rows.
_MIXED = "z"
#: The row of the layers that multiply, and how it is called in a metric.
_ARRAY_ROW = "multiplying_layers"
_ARRAY = {
    "throughput": ("MACs a cycle in the layers that multiply", Unit.NUMBER),
    "latency": ("of it, the layers that multiply", Unit.SECOND),
    "energy": ("of it, the layers that multiply", Unit.JOULE_PER_INFERENCE),
}


class Better(StrEnum):
    """Which way a figure is better; neither for what is only a size."""

    MORE = "more"
    LESS = "less"
    NEITHER = ""


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
        scorecards: what is compared; ratios are to the first.
        schema: name and version of the JSON form.
    """

    network: str
    names: tuple[str, ...]
    differences: tuple[Difference, ...]
    rows: tuple[ComparedRow, ...]
    scorecards: tuple[Scorecard, ...]
    schema: str = COMPARISON_SCHEMA

    def headline(self, metric: str) -> ComparedRow | None:
        """The row that stands for a metric: its first one that tells which sheet is better.

        Where that is not fair and the row of the layers that multiply is, this stands for it. None
        where no sheet has a figure.
        """
        rows = [row for row in self.rows if row.metric == metric and row.better and row.known]
        if not rows:
            return None
        fair = [row for row in rows if row.name == _ARRAY_ROW and not row.marks]
        return fair[0] if rows[0].marks and fair else rows[0]


class _Kind(StrEnum):
    """What a difference may touch."""

    TIME = "time"
    CYCLES = "cycles"
    ENERGY = "energy"
    TRAFFIC = "traffic"
    SILICON = "silicon"
    SHARE = "share"
    ACCURACY = "accuracy"
    SIZE = "size"


_RUN = (_Kind.TIME, _Kind.CYCLES, _Kind.ENERGY, _Kind.TRAFFIC, _Kind.SHARE)
_KINDS: dict[Unit, tuple[_Kind, Better]] = {
    Unit.SECOND: (_Kind.TIME, Better.LESS),
    Unit.INFERENCES_PER_SECOND: (_Kind.TIME, Better.MORE),
    Unit.OPERATIONS_PER_SECOND: (_Kind.TIME, Better.MORE),
    Unit.JOULE_PER_INFERENCE: (_Kind.ENERGY, Better.LESS),
    Unit.INFERENCES_PER_JOULE: (_Kind.ENERGY, Better.MORE),
    Unit.WATT: (_Kind.ENERGY, Better.LESS),
    Unit.BIT_PER_INFERENCE: (_Kind.TRAFFIC, Better.LESS),
    Unit.USD: (_Kind.SILICON, Better.LESS),
    Unit.SQUARE_METRE: (_Kind.SILICON, Better.LESS),
    Unit.SQUARE_METRE_PER_MAC_UNIT: (_Kind.SILICON, Better.LESS),
    Unit.SHARE: (_Kind.SHARE, Better.MORE),
}
#: Of these a ratio says less than the two figures.
_WITHOUT_RATIO = frozenset({_Kind.SHARE, _Kind.ACCURACY})
#: Figures that are names: there is nothing to divide.
_NAMES = frozenset({Unit.METRE, Unit.SHARE})


@dataclass(frozen=True, slots=True)
class _Check:
    """A difference to look for; sheets with one key do not differ in it."""

    name: str
    value: Callable[[Scorecard], str]
    touches: tuple[_Kind, ...]
    reason: str
    key: Callable[[Scorecard], object] | None = None

    def differs(self, one: Scorecard, other: Scorecard) -> bool:
        """Whether two sheets differ in it; what is unknown of two chips may."""
        if self.value(one) == self.value(other) == _UNKNOWN:
            return one.architecture != other.architecture
        key = self.key or self.value
        return key(one) != key(other)


def _process(card: Scorecard) -> str:
    figure = next((row.figure for row in card.cost.rows if row.name == "process"), None)
    return text(figure.value, "length") if isinstance(figure, Figure) else _UNKNOWN


def _formats(card: Scorecard) -> str:
    return ", ".join(f"{role} {number}" for role, number in card.formats)


def _run_layers(card: Scorecard) -> frozenset[str]:
    left_out = (Place.NOT_RUN, Place.UNKNOWN)
    return frozenset(layer.name for layer in card.layers if layer.place not in left_out)


def _off_chip(card: Scorecard) -> str:
    rows = [row for row in card.cost.rows if row.name.startswith("bandwidth_")]
    limited = [isinstance(row.figure, Figure) for row in rows]
    return "limited" if all(limited) else "limited in part" if any(limited) else "not limited"


def _layers_run(card: Scorecard) -> str:
    return f"{card.coverage.layers_run} of {card.coverage.layers} layers run"


def _energy_scope(card: Scorecard) -> str:
    leaks = any(part.action == LEAKAGE for part in card.energy_parts)
    without = [total.operator for total in card.coverage.not_costed]
    said = "with the leakage that is known" if leaks else "without leakage"
    return said + (f", without the operations of {', '.join(without)}" if without else "")


_CHECKS = (
    _Check(
        "network", lambda card: card.network_note or card.network,
        (*_RUN, _Kind.ACCURACY), "they are of different work",
    ),
    _Check(
        "process", _process, (_Kind.TIME, _Kind.ENERGY, _Kind.SILICON),
        "a newer process is faster, smaller and takes less energy, whatever the design",
    ),
    _Check(
        "number formats", _formats, (*_RUN, _Kind.SILICON),
        "narrower numbers are cheaper to store, move and multiply, and may cost accuracy",
    ),
    _Check(
        "batch", lambda card: str(card.batch), _RUN,
        "a larger batch reuses weights and makes each inference wait for the others",
    ),
    _Check(
        "off-chip bandwidth", _off_chip, (_Kind.TIME, _Kind.CYCLES, _Kind.SHARE),
        "a chip whose description sets no limit never waits for its memory",
    ),
    _Check(
        "objective", lambda card: card.objective.value, _RUN,
        "the mappings were chosen for different ends",
    ),
    _Check(
        _WORK, _layers_run, _RUN,
        "what a chip leaves out costs it neither time nor energy here; all run the layers that "
        "multiply", _run_layers,
    ),
    _Check(
        "what the energy holds", _energy_scope, (_Kind.ENERGY,), "not the same parts are priced",
    ),
    _Check(
        "program", lambda card: f"octant {dict(card.versions).get('octant', _UNKNOWN)}",
        (*_RUN, _Kind.SILICON), "models change between versions",
    ),
)  # fmt: skip


def compare(scorecards: Sequence[Scorecard], names: Sequence[str]) -> Comparison:
    """The sheets side by side, with ratios to the first where that is fair.

    Args:
        scorecards: two or more, of one network.
        names: one of a kind for each.

    Raises:
        ValueError: fewer than two, names that are not one of a kind, or different networks.
    """
    networks = {card.network for card in scorecards}
    if len(scorecards) < 2 or len(set(names)) != len(scorecards) or len(networks) != 1:
        raise ValueError("a comparison is of two or more named sheets of one network")
    lettered = [
        (letter, check)
        for letter, check in zip(
            ascii_lowercase,
            [check for check in _CHECKS if any(_differ(check, scorecards))],
            strict=False,
        )
    ]
    rows = _rows(scorecards, lettered)
    differences = [
        Difference(letter, check.name, tuple(map(check.value, scorecards)), check.reason)
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
        scorecards[0].network, tuple(names), tuple(differences), tuple(rows), tuple(scorecards)
    )


def _differ(check: _Check, cards: Sequence[Scorecard]) -> list[bool]:
    """Whether each sheet differs from the first."""
    return [check.differs(cards[0], card) for card in cards]


def _rows(
    cards: Sequence[Scorecard], differences: Sequence[tuple[str, _Check]]
) -> list[ComparedRow]:
    """Every row that a sheet has, those of one metric together, in the order of the sheets."""
    unfair = [(letter, check, _differ(check, cards)) for letter, check in differences]
    found = []
    for metric, _ in cards[0].metrics:
        sheets = [_with_array(card, metric) for card in cards]
        labels = {row.name: row.label for sheet in reversed(sheets) for row in sheet.rows}
        order = dict.fromkeys(row.name for sheet in sheets for row in sheet.rows)
        for name in order:
            figures = tuple(
                next((row.figure for row in sheet.rows if row.name == name), None)
                for sheet in sheets
            )
            found.append(_compared(metric, name, labels[name], figures, unfair))
    return found


def _with_array(card: Scorecard, metric: str) -> Metric:
    """The rows of a metric, with one of the layers that multiply alone: every chip runs these.

    The rate of multiply-accumulates knows nothing of clocks and processes either.
    """
    rows: Metric = getattr(card, metric)
    layers = [layer for layer in card.layers if layer.run is not None]
    cycles = math.fsum(layer.cycles or 0.0 for layer in layers)
    found: float | None = None
    match metric:
        case "throughput":
            found = sum(layer.macs for layer in layers) / cycles if cycles else None
        case "latency":
            found = math.fsum(layer.latency_s or 0.0 for layer in layers)
        case "energy":
            known = [layer.energy_j for layer in layers if layer.energy_j is not None]
            found = math.fsum(known) / card.batch if len(known) == len(layers) else None
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
    unfair: Sequence[tuple[str, _Check, list[bool]]],
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
            fair = not letters and kind not in _WITHOUT_RATIO and unit not in _NAMES
            ratio = figure.value / first.value if fair and first.value else None
            marks |= letters
        ratios.append(ratio)
    ordered = tuple(sorted(marks))
    return ComparedRow(metric, name, label, better, figures, tuple(ratios), ordered)


def _is_same_work(check: _Check, name: str) -> bool:
    """Whether a row is of the layers that every chip runs, whatever else it leaves out."""
    return check.name == _WORK and name == _ARRAY_ROW


def _kind(metric: str, name: str, unit: Unit | None) -> tuple[_Kind, Better]:
    """What a row is of, and which way it is better."""
    if metric == "accuracy":
        return _Kind.ACCURACY, Better.MORE if unit is Unit.SHARE else Better.NEITHER
    if name == _ARRAY_ROW and unit is Unit.NUMBER:
        return _Kind.CYCLES, Better.MORE
    if name == "peak_operations_per_s":
        return _Kind.SILICON, Better.NEITHER
    if metric == "flexibility" and unit is Unit.SHARE:
        return _Kind.SIZE, Better.MORE
    if unit is Unit.USD_PER_INFERENCE_PER_SECOND:
        return _Kind.TIME, Better.LESS
    if unit is None or unit not in _KINDS:
        return _Kind.SIZE, Better.NEITHER
    if metric == "cost" and unit is Unit.SHARE:
        return _Kind.SILICON, Better.MORE
    return _KINDS[unit]
