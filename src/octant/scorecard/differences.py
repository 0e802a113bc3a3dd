"""What may differ between two sheets besides the design, and the kinds of figures it distorts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from octant.scorecard.leakage import LEAKAGE
from octant.scorecard.records import Figure, Place, Scorecard, Unit
from octant.units import text

WORK = "work"
_UNKNOWN = "unknown"


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
    """A difference to look for; sheets with one key do not differ in it."""

    name: str
    value: Callable[[Scorecard], str]
    touches: tuple[Kind, ...]
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


def _nonzero(card: Scorecard) -> str:
    shares = [f"{100 * density:.3g} % of {role}" for role, density in card.nonzero]
    return ", ".join(shares) or "all"


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


CHECKS = (
    Check(
        "network", lambda card: card.network_note or card.network,
        (*_RUN, Kind.ACCURACY), "they are of different work",
    ),
    Check(
        "process", _process, (Kind.TIME, Kind.ENERGY, Kind.SILICON),
        "a newer process is faster, smaller and takes less energy, whatever the design",
    ),
    Check(
        "number formats", _formats, (*_RUN, Kind.SILICON),
        "narrower numbers are cheaper to store, move and multiply, and may cost accuracy",
    ),
    Check(
        "values that are not zero", _nonzero, _RUN,
        "a chip may spare what zeros need: with others the same chip does other work",
    ),
    Check(
        "batch", lambda card: str(card.batch), _RUN,
        "a larger batch reuses weights and makes each inference wait for the others",
    ),
    Check(
        "off-chip bandwidth", _off_chip, (Kind.TIME, Kind.CYCLES, Kind.SHARE),
        "a chip whose description sets no limit never waits for its memory",
    ),
    Check(
        "objective", lambda card: card.objective.value, _RUN,
        "the mappings were chosen for different ends",
    ),
    Check(
        "mappings searched", lambda card: "; ".join(card.spaces) or _UNKNOWN, _RUN,
        "a larger space has mappings at least as good, on the same chip",
    ),
    Check(
        WORK, _layers_run, _RUN,
        "what a chip leaves out costs it neither time nor energy here; all run the layers that "
        "multiply", _run_layers,
    ),
    Check(
        "what the energy holds", _energy_scope, (Kind.ENERGY,), "not the same parts are priced",
    ),
    Check(
        "program", lambda card: f"octant {dict(card.versions).get('octant', _UNKNOWN)}",
        (*_RUN, Kind.SILICON), "models change between versions",
    ),
)  # fmt: skip
