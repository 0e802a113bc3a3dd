"""What may differ between two sheets besides the design, and the kinds of figures it distorts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from octant.scorecard.leakage import LEAKAGE
from octant.scorecard.published import PublishedSheet
from octant.scorecard.records import Figure, Place, Scorecard, Unit
from octant.units import text

#: What is compared: what was evaluated, and what is published.
Sheet: TypeAlias = Scorecard | PublishedSheet

WORK = "work"
_UNKNOWN = "unknown"
#: The label of a published sheet whose figures were measured.
MEASURED = "published, measured"


class Better(StrEnum):
    """Which way a figure is better; neither for what is only a size."""

    MORE = "more"
    LESS = "less"
    NEITHER = ""


class Kind(StrEnum):
    """What a difference may touch."""

    TIME = "time"
    CYCLES = "cycles"
    ENERGY = "energy"
    TRAFFIC = "traffic"
    SILICON = "silicon"
    SHARE = "share"
    ACCURACY = "accuracy"
    SIZE = "size"


_RUN = (Kind.TIME, Kind.CYCLES, Kind.ENERGY, Kind.TRAFFIC, Kind.SHARE)
KINDS: dict[Unit, tuple[Kind, Better]] = {
    Unit.SECOND: (Kind.TIME, Better.LESS),
    Unit.INFERENCES_PER_SECOND: (Kind.TIME, Better.MORE),
    Unit.OPERATIONS_PER_SECOND: (Kind.TIME, Better.MORE),
    Unit.JOULE_PER_INFERENCE: (Kind.ENERGY, Better.LESS),
    Unit.INFERENCES_PER_JOULE: (Kind.ENERGY, Better.MORE),
    Unit.WATT: (Kind.ENERGY, Better.LESS),
    Unit.BIT_PER_INFERENCE: (Kind.TRAFFIC, Better.LESS),
    Unit.USD: (Kind.SILICON, Better.LESS),
    Unit.SQUARE_METRE: (Kind.SILICON, Better.LESS),
    Unit.SQUARE_METRE_PER_MAC_UNIT: (Kind.SILICON, Better.LESS),
    Unit.SHARE: (Kind.SHARE, Better.MORE),
}
#: Of these a ratio says less than the two figures.
WITHOUT_RATIO = frozenset({Kind.SHARE, Kind.ACCURACY})
#: Figures that are names: there is nothing to divide.
NAMES = frozenset({Unit.METRE, Unit.SHARE})


@dataclass(frozen=True, slots=True)
class Check:
    """A difference to look for.

    Args:
        name: what may differ.
        value: what it is on a sheet, in words; empty where the sheet has no such thing, which is
            then no difference.
        touches: the kinds of figures that it distorts.
        reason: why these are not to be divided.
        same: whether two sheets are alike in it, where equal words do not say so.
    """

    name: str
    value: Callable[[Sheet], str]
    touches: tuple[Kind, ...]
    reason: str
    same: Callable[[Sheet, Sheet], bool] | None = None

    def differs(self, one: Sheet, other: Sheet) -> bool:
        """Whether two sheets differ in it; what is unknown of two chips may."""
        first, second = self.value(one), self.value(other)
        if not first or not second:
            return False
        if first == second == _UNKNOWN:
            return chip_of(one) != chip_of(other)
        return first != second if self.same is None else not self.same(one, other)


def chip_of(sheet: Sheet) -> str:
    """The name of a sheet's chip."""
    return sheet.chip if isinstance(sheet, PublishedSheet) else sheet.architecture


def _network(sheet: Sheet) -> str:
    if isinstance(sheet, PublishedSheet):
        return sheet.network
    return sheet.network_note or sheet.network


def _process(sheet: Sheet) -> str:
    figure = next((row.figure for row in sheet.cost.rows if row.name == "process"), None)
    return text(figure.value, "length") if isinstance(figure, Figure) else _UNKNOWN


def _formats(sheet: Sheet) -> str:
    return ", ".join(f"{role} {number}" for role, number in sheet.formats) or _UNKNOWN


def _same_formats(one: Sheet, other: Sheet) -> bool:
    """Of the operands, and of whatever else both sheets state."""
    mine, theirs = dict(one.formats), dict(other.formats)
    both = mine.keys() & theirs.keys()
    return {"input", "weight"} <= both and all(mine[role] == theirs[role] for role in both)


def _nonzero(sheet: Sheet) -> str:
    if isinstance(sheet, PublishedSheet):
        return _UNKNOWN
    shares = [f"{100 * density:.3g} % of {role}" for role, density in sheet.nonzero]
    return ", ".join(shares) or "all"


def _batch(sheet: Sheet) -> str:
    return _UNKNOWN if sheet.batch is None else str(sheet.batch)


def _run_layers(sheet: Sheet) -> object:
    if isinstance(sheet, PublishedSheet):
        return sheet.layers
    left_out = (Place.NOT_RUN, Place.UNKNOWN)
    run = frozenset(layer.name for layer in sheet.layers if layer.place not in left_out)
    return ("all",) if len(run) == len(sheet.layers) else run


def _same_layers(one: Sheet, other: Sheet) -> bool:
    return _run_layers(one) == _run_layers(other)


def _off_chip(sheet: Sheet) -> str:
    if isinstance(sheet, PublishedSheet):
        return "limited" if sheet.label == MEASURED else _UNKNOWN
    rows = [row for row in sheet.cost.rows if row.name.startswith("bandwidth_")]
    limited = [isinstance(row.figure, Figure) for row in rows]
    return "limited" if all(limited) else "limited in part" if any(limited) else "not limited"


def _layers_run(sheet: Sheet) -> str:
    if isinstance(sheet, PublishedSheet):
        return "all layers" if sheet.layers == ("all",) else ", ".join(sheet.layers) or _UNKNOWN
    return f"{sheet.coverage.layers_run} of {sheet.coverage.layers} layers run"


def _energy_scope(sheet: Sheet) -> str:
    if isinstance(sheet, PublishedSheet):
        scopes = {True: "with off-chip memory", False: "without off-chip memory", None: _UNKNOWN}
        return scopes[sheet.off_chip_included]
    leaks = any(part.action == LEAKAGE for part in sheet.energy_parts)
    without = [total.operator for total in sheet.coverage.not_costed]
    said = "with the leakage that is known" if leaks else "without leakage"
    return said + (f", without the operations of {', '.join(without)}" if without else "")


def _objective(sheet: Sheet) -> str:
    return "" if isinstance(sheet, PublishedSheet) else sheet.objective.value


def _searched(sheet: Sheet) -> str:
    return "" if isinstance(sheet, PublishedSheet) else "; ".join(sheet.spaces) or _UNKNOWN


def _program(sheet: Sheet) -> str:
    if isinstance(sheet, PublishedSheet):
        return ""
    return f"octant {dict(sheet.versions).get('octant', _UNKNOWN)}"


def _method(sheet: Sheet) -> str:
    return sheet.label if isinstance(sheet, PublishedSheet) else ""


CHECKS = (
    Check(
        "network", _network, (*_RUN, Kind.ACCURACY), "they are of different work",
    ),
    Check(
        "process", _process, (Kind.TIME, Kind.ENERGY, Kind.SILICON),
        "a newer process is faster, smaller and takes less energy, whatever the design",
    ),
    Check(
        "number formats", _formats, (*_RUN, Kind.SILICON),
        "narrower numbers are cheaper to store, move and multiply, and may cost accuracy",
        _same_formats,
    ),
    Check(
        "values that are not zero", _nonzero, _RUN,
        "a chip may spare what zeros need: with others the same chip does other work",
    ),
    Check(
        "batch", _batch, _RUN,
        "a larger batch reuses weights and makes each inference wait for the others",
    ),
    Check(
        "off-chip bandwidth", _off_chip, (Kind.TIME, Kind.CYCLES, Kind.SHARE),
        "a chip whose description sets no limit never waits for its memory",
    ),
    Check(
        "objective", _objective, _RUN,
        "the mappings were chosen for different ends",
    ),
    Check(
        "mappings searched", _searched, _RUN,
        "a larger space has mappings at least as good, on the same chip",
    ),
    Check(
        WORK, _layers_run, _RUN,
        "what a chip leaves out costs it neither time nor energy here; all that are "
        "evaluated run the layers that multiply", _same_layers,
    ),
    Check(
        "what the energy holds", _energy_scope, (Kind.ENERGY,), "not the same parts are priced",
    ),
    Check(
        "program", _program, (*_RUN, Kind.SILICON), "models change between versions",
    ),
    Check(
        "how a report came to its figures", _method, (*_RUN, Kind.SILICON, Kind.ACCURACY),
        "a simulation leaves out what silicon has",
    ),
)  # fmt: skip
