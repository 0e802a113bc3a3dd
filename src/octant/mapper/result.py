"""What a search answers: the best mapping, its value, and the proof."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from octant.arch import Architecture
from octant.mapping import Mapping
from octant.model import Evaluation, Thinning, thin_cost

TIME_IS_UP = "the time limit was reached"
"""Why a search that was stopped has no proof."""


class Objective(StrEnum):
    """What a search minimises."""

    ENERGY = "energy"
    LATENCY = "latency"
    EDP = "edp"
    ED2P = "ed2p"

    def value_of(self, energy_j: float, latency_s: float) -> float:
        """The objective's value: J, s, J*s, or J*s^2.

        >>> Objective.EDP.value_of(2.0, 3.0)
        6.0
        """
        match self:
            case Objective.ENERGY:
                return energy_j
            case Objective.LATENCY:
                return latency_s
            case Objective.EDP:
                return energy_j * latency_s
            case Objective.ED2P:
                return energy_j * latency_s * latency_s

    def in_cycles(self, value: float, clock_hz: float) -> float:
        """A value with its cycles counted in place of its seconds: undoes ``in_seconds``.

        >>> Objective.ED2P.in_cycles(2.0, 2.0)
        8.0
        """
        return value / self.in_seconds(1.0, clock_hz)

    def in_seconds(self, value: float, clock_hz: float) -> float:
        """A value that counts cycles in place of seconds, in seconds.

        >>> Objective.ED2P.in_seconds(8.0, 2.0)
        2.0
        """
        match self:
            case Objective.ENERGY:
                return value
            case Objective.LATENCY | Objective.EDP:
                return value / clock_hz
            case Objective.ED2P:
                return value / clock_hz**2


class Status(StrEnum):
    """How a search ended.

    ``OPTIMAL``: no mapping of the space is better. ``GAP``: not proven; the best found, and a
    bound that no mapping can beat. ``INFEASIBLE``: no mapping of the space fits.
    """

    OPTIMAL = "optimal"
    GAP = "gap"
    INFEASIBLE = "infeasible"


def value_of(
    evaluation: Evaluation,
    architecture: Architecture,
    objective: Objective,
    thinning: Thinning | None = None,
) -> float:
    """An objective's value of an evaluation, with the factors of a thinning."""
    if thinning is None:
        return objective.value_of(evaluation.energy_j or 0.0, evaluation.latency_s)
    energy_j, cycles = thin_cost(evaluation, architecture, thinning)
    return objective.value_of(energy_j, cycles / architecture.clock_hz)


def gap_of(status: Status, value: float, bound: float) -> float:
    """How far a value may be above the optimum, as a share of it."""
    if status is Status.OPTIMAL:
        return 0.0
    return value / bound - 1 if bound > 0 else math.inf


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer of a search for one layer.

    Args:
        status: how the search ended.
        objective: what was minimised.
        mapping: the best mapping; None when infeasible.
        evaluation: its evaluation by ``model.evaluate``; None when infeasible. Of a search with
            zeros, by ``model.evaluate_sparse``.
        value: the objective's value of that evaluation; infinite when infeasible. Of a search with
            a ``Thinning``, of the evaluation's cost under that.
        bound: no mapping of the space has a lower value; equals ``value`` when optimal.
        priced: mappings priced in full.
        space: the space that was searched, in words.
        reason: why it is infeasible or not proven; empty when optimal.
        others: the next best mappings, the best first, where more than one was wanted.
        dense: of a layer with zeros, the best that a search with its formats finds where nothing is
            zero; None otherwise.
    """

    status: Status
    objective: Objective
    mapping: Mapping | None
    evaluation: Evaluation | None
    value: float
    bound: float
    priced: int
    space: str
    reason: str = ""
    others: tuple[Mapping, ...] = ()
    dense: Evaluation | None = None

    @property
    def gap(self) -> float:
        """How far the value may be above the optimum, as a share of it."""
        return gap_of(self.status, self.value, self.bound)


@dataclass(frozen=True, slots=True)
class FrontResult:
    """The answer of a search for a layer's front of energy and latency.

    Args:
        status: ``OPTIMAL`` when no mapping of the space dominates a point, and none is missing.
        evaluations: the mappings that none dominates, the fastest first, without doubles.
        priced: mappings priced in full.
        space: the space that was searched, in words.
        reason: why it is infeasible or stopped early; empty when optimal.
    """

    status: Status
    evaluations: tuple[Evaluation, ...]
    priced: int
    space: str
    reason: str = ""
