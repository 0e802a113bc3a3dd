"""The verdict: is a network on a chip viable for a product?

Needs are decided in the order accuracy, latency and throughput, energy and power, cost, then
flexibility and scalability: a chip that misses the accuracy need not be fast, and one that is too
slow need not be frugal (Sze, Chen, Yang, Emer, IEEE Solid-State Circuits Magazine 12(3), 2020). The
first that is missed decides. What is not evaluated is not met: it is undecided, and says what to
add.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from octant.scorecard.records import Figure, Metric, Missing, Scorecard, Unit
from octant.source import Origin

#: The name and version of the JSON form.
SCHEMA = "octant.judgement/2"

#: What may be needed, in the order in which it is decided: the need, its metric, the row (empty
#: where the scorecard has no row for it), whether the figure must be at least the limit, the unit.
DECIDED = (
    ("accuracy", "accuracy", "accuracy", True, Unit.SHARE),
    ("latency", "latency", "latency", False, Unit.SECOND),
    ("throughput", "throughput", "inferences_per_s", True, Unit.INFERENCES_PER_SECOND),
    ("energy", "energy", "per_inference", False, Unit.JOULE_PER_INFERENCE),
    ("power", "power", "average", False, Unit.WATT),
    ("cost", "cost", "", False, Unit.USD),
    ("area", "cost", "area", False, Unit.SQUARE_METRE),
    ("must_run", "flexibility", "layers_run", True, Unit.SHARE),
    ("scalability", "scalability", "", True, Unit.SHARE),
)


class Outcome(StrEnum):
    """What became of a need, or of all of them."""

    MET = "met"
    MISSED = "missed"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Need:
    """One limit.

    Args:
        name: one of ``DECIDED``; ``must_run`` comes once for each network.
        limit: in SI.
        network: of ``must_run``; empty elsewhere.
        times: of ``scalability``, how many times the compute units; 0 elsewhere.
        weak: of ``scalability``, memories and ports outside of the array grow along.
    """

    name: str
    limit: float
    network: str = ""
    times: int = 0
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """A need and what became of it.

    Args:
        need: the need.
        outcome: met, missed or undecided.
        figure: what the scorecard has; None where it is not evaluated.
        unit: of the limit.
        at_least: the figure must be at least the limit, else at most.
        margin: by what share of the limit the need is met; negative where it is missed.
        sure: the whole interval of the figure is on the same side of the limit; None where no
            interval is known.
        reason: on what the figure rests, or why there is none and what to add.
    """

    need: Need
    outcome: Outcome
    figure: Figure | None
    unit: Unit
    at_least: bool
    margin: float | None
    sure: bool | None
    reason: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A network on a chip against the needs of a product.

    Args:
        network: its name.
        chip: its name.
        needs: the name of the needs.
        title: what the product is.
        batch: inferences of a run.
        outcome: met where every need is; missed where one is; undecided else.
        decisions: in the order in which they are decided.
    """

    network: str
    chip: str
    needs: str
    title: str
    batch: int
    outcome: Outcome
    decisions: tuple[Decision, ...]
    schema: str = SCHEMA

    @property
    def decided_by(self) -> Decision | None:
        """The first need that is missed, else the first undecided; None where all are met."""
        for outcome in (Outcome.MISSED, Outcome.UNDECIDED):
            for decision in self.decisions:
                if decision.outcome is outcome:
                    return decision
        return None


def judge(
    card: Scorecard,
    needs: tuple[Need, ...],
    *,
    name: str = "",
    title: str = "",
    others: Mapping[Need, Figure | Missing] | None = None,
) -> Judgement:
    """The verdict on a scorecard.

    Args:
        card: of the network on the chip.
        needs: in any order; they are decided in that of ``DECIDED``.
        name: of the needs.
        title: what the product is.
        others: what the scorecard does not tell: for each network that must run, the share of its
            layers that do; for a larger chip, its efficiency.
    """
    order = [each[0] for each in DECIDED]
    decisions = tuple(
        _decided(card, need, others or {})
        for need in sorted(needs, key=lambda need: order.index(need.name))
    )
    outcomes = {decision.outcome for decision in decisions}
    outcome = next(
        (each for each in (Outcome.MISSED, Outcome.UNDECIDED) if each in outcomes), Outcome.MET
    )
    return Judgement(card.network, card.architecture, name, title, card.batch, outcome, decisions)


def _decided(card: Scorecard, need: Need, others: Mapping[Need, Figure | Missing]) -> Decision:
    _, metric, row, at_least, unit = next(each for each in DECIDED if each[0] == need.name)
    if need in others:
        figure = others[need]
    elif need.name == "cost":
        figure = system_cost(card.cost)
    else:
        figure = dict(card.metrics)[metric][row]
    if isinstance(figure, Missing):
        return Decision(need, Outcome.UNDECIDED, None, unit, at_least, None, None, str(figure))
    margin = _margin(figure.value, need.limit, at_least)
    outcome = Outcome.MET if margin >= 0 else Outcome.MISSED
    return Decision(
        need,
        outcome,
        figure,
        unit,
        at_least,
        margin,
        _sure(figure, need.limit, at_least, margin >= 0),
        figure.basis,
    )


def _margin(value: float, limit: float, at_least: bool) -> float:
    """By what share of the limit a value is on the right side of it.

    >>> _margin(30.0, 24.0, True), _margin(30.0, 24.0, False)
    (0.25, -0.25)
    """
    return (value - limit) / limit * (1 if at_least else -1)


def _sure(figure: Figure, limit: float, at_least: bool, met: bool) -> bool | None:
    if figure.low is None or figure.high is None:
        return None
    return all((_margin(end, limit, at_least) >= 0) is met for end in (figure.low, figure.high))


def system_cost(cost: Metric) -> Figure | Missing:
    """Die and package, and what the chip's owner states of memory and interface."""
    found: list[Figure] = []
    for name in ("die_cost", "package_cost"):
        figure = next((row.figure for row in cost.rows if row.name == name), None)
        if not isinstance(figure, Figure):
            return figure or Missing("the cost of the die is not known", "the area and the process")
        found.append(figure)
    words = ["die", "package and test"]
    for name, word in (("dram_cost", "off-chip memory"), ("interface_cost", "interface")):
        figure = next((row.figure for row in cost.rows if row.name == name), None)
        if isinstance(figure, Figure):
            found.append(figure)
            words.append(word)
    ends = [
        sum(getattr(each, end) if getattr(each, end) is not None else each.value for each in found)
        for end in ("low", "high")
    ]
    total = sum(each.value for each in found)
    return Figure(total, Unit.USD, Origin.MODELLED, ", ".join(words), ends[0], ends[1])
