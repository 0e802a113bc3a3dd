"""The search for the best mappings of one layer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from octant.arch import Architecture, Dataflow, Level
from octant.counting.problem import problem
from octant.errors import NotEstimatedError
from octant.mapper.feasibility import why_infeasible
from octant.mapper.result import (
    TIME_IS_UP,
    FrontResult,
    Objective,
    SearchResult,
    Status,
    value_of,
)
from octant.mapper.space import Integers, Space, keep_choices, may_begin, space
from octant.mapper.split import split_over_axes
from octant.mapper.walk import FRONT, ROUNDING, Found, new_found, walk
from octant.mapping import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.model import Evaluation, Thinning, costs, evaluate, missing_prices, thin_cost
from octant.workload import Einsum

SPACE = (
    "at each level and on each array axis the smallest factor for each number of passes over what "
    "is left of a rank (also where it does not divide), every loop order, every bypass"
)
DIVISORS_SPACE = (
    "at each level and on each array axis every divisor of what is left of a rank, every loop "
    "order, every bypass"
)
_OTHER = {Objective.LATENCY: Objective.ENERGY, Objective.ENERGY: Objective.LATENCY}
"""What tells mappings apart that are as good by one objective."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a search was asked."""

    einsum: Einsum
    architecture: Architecture
    dataflow: Dataflow
    place: Space
    words: str
    thinning: Thinning | None


def search(
    einsum: Einsum,
    architecture: Architecture,
    *,
    objective: Objective = Objective.EDP,
    dataflow: Dataflow,
    divisors_only: bool = False,
    time_limit_s: float | None = None,
    on_progress: Callable[[float], None] | None = None,
    thinning: Thinning | None = None,
    many: int = 1,
    floor: float = 0.0,
    grain: float = 0.0,
    parts: tuple[Dataflow, ...] = (),
    ties: bool = False,
) -> SearchResult:
    """Returns the best mapping of a layer with the proof that none is better.

    Every mapping of the space (``SPACE``) is priced or excluded by a bound that no mapping below it
    can beat. The answer's value is that of ``model.evaluate``.

    Args:
        einsum: the layer.
        architecture: any levels and fanouts.
        objective: what to minimise.
        dataflow: constraints (``dataflow_named``).
        divisors_only: leave out factors that do not divide what is left of a rank.
        time_limit_s: stop then, with the best found and the bound.
        on_progress: called now and then with the share that is done of the present part of the
            work; an exception from it ends the search.
        thinning: factors on what accesses and work cost; ``search_with_zeros`` finds them.
        many: of the best mappings that are wanted.
        floor: a value that no mapping is below, as the caller knows: the first mapping that has it
            is the best.
        grain: so exactly does the caller want to know the value: with latencies at least whole
            cycles, which they are.
        parts: dataflows, each with the constraints of ``dataflow`` and more, of which one allows a
            mapping as good as any, as the caller knows: they are searched one after the other, and
            what is found in one drops most of the others.
        ties: of all mappings of the least latency the one of the least energy is wanted, where
            prices are known, or the reverse; only that is ``OPTIMAL``. Of one best only.

    Raises:
        NotEstimatedError: when the objective needs energy and a price is missing.
    """
    if objective is not Objective.LATENCY:
        _require_prices(architecture, f"{objective}")
    asked = _asked(einsum, architecture, dataflow, divisors_only, thinning)
    clock_hz = architecture.clock_hz / (1.0 if thinning is None else thinning.pace)
    found = _room(asked, list(Objective).index(objective), many, on_progress)
    found.floor = objective.in_cycles(floor, clock_hz)
    found.grain = max(found.grain, objective.in_cycles(grain, clock_hz))
    start = time.monotonic()
    _walk(asked, found, time_limit_s, parts)
    bound = objective.in_seconds(found.bound, clock_hz)
    if not found.count:
        return _nothing(asked, found, objective, bound)
    optimal, reason = _complete(found), TIME_IS_UP
    if ties and optimal and many == 1 and _may_tie(asked, objective):
        left_s = None if time_limit_s is None else start + time_limit_s - time.monotonic()
        found = _settled(asked, found, objective, left_s, parts)
        optimal, reason = _complete(found), f"{TIME_IS_UP} before all as good were compared"
    evaluation = _evaluated(asked, found, 0)
    value = value_of(evaluation, architecture, objective, thinning)
    others = tuple(_evaluated(asked, found, number).mapping for number in range(1, found.count))
    return SearchResult(
        status=Status.OPTIMAL if optimal else Status.GAP,
        objective=objective,
        mapping=evaluation.mapping,
        evaluation=evaluation,
        value=value,
        bound=min(bound, value),
        priced=found.priced,
        space=asked.words,
        reason="" if optimal else reason,
        others=others,
    )


def _complete(found: Found) -> bool:
    """Whether nothing that was left out could be better than what was found."""
    found.best = found.value(*found.points[0])
    return not any(found.may_gain(*left_out) for left_out in found.left_out)


def _may_tie(asked: _Asked, objective: Objective) -> bool:
    """Whether mappings of the same value may differ in something that is known."""
    return objective in _OTHER and not missing_prices(asked.architecture)


def _settled(
    asked: _Asked,
    best: Found,
    objective: Objective,
    time_limit_s: float | None,
    parts: tuple[Dataflow, ...],
) -> Found:
    """Of the mappings that are as good as the best the one that is best by the other objective."""
    other = _OTHER[objective]
    found = _room(asked, list(Objective).index(other), 1, best.on_progress)
    energy_j, cycles = (1 + ROUNDING) * best.points[0]
    found.most = (energy_j, np.inf) if objective is Objective.ENERGY else (np.inf, cycles)
    for row in ("points", "nests", "orders", "keeps"):
        getattr(found, row)[0] = getattr(best, row)[0]
    found.count, found.priced, found.best = 1, best.priced, found.value(*found.points[0])
    _walk(asked, found, time_limit_s, parts)
    return found


def _nothing(asked: _Asked, found: Found, objective: Objective, bound: float) -> SearchResult:
    """The answer where no mapping was found: there is none, or there was no time to find one."""
    stopped = bool(found.left_out)
    return SearchResult(
        status=Status.GAP if stopped else Status.INFEASIBLE,
        objective=objective,
        mapping=None,
        evaluation=None,
        value=np.inf,
        bound=bound,
        priced=found.priced,
        space=asked.words,
        reason=f"{TIME_IS_UP} before any mapping was found" if stopped else _why(asked),
    )


def front(
    einsum: Einsum,
    architecture: Architecture,
    *,
    dataflow: Dataflow,
    divisors_only: bool = False,
    time_limit_s: float | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> FrontResult:
    """Returns all mappings of a layer of which no other is as fast and needs less, or the reverse.

    Args: those of ``search``.

    Raises:
        NotEstimatedError: when a price is missing.
    """
    _require_prices(architecture, "front")
    asked = _asked(einsum, architecture, dataflow, divisors_only, None)
    found = _room(asked, FRONT, 1, on_progress)
    _walk(asked, found, time_limit_s)
    complete = not any(found.may_gain(*left_out) for left_out in found.left_out)
    evaluations = [_evaluated(asked, found, number) for number in range(found.count)]
    if found.count:
        return FrontResult(
            status=Status.OPTIMAL if complete else Status.GAP,
            evaluations=tuple(sorted(evaluations, key=lambda entry: entry.latency_s)),
            priced=found.priced,
            space=asked.words,
            reason="" if complete else TIME_IS_UP,
        )
    return FrontResult(
        status=Status.INFEASIBLE if complete else Status.GAP,
        evaluations=(),
        priced=found.priced,
        space=asked.words,
        reason=_why(asked) if complete else f"{TIME_IS_UP} before any mapping was found",
    )


def _require_prices(architecture: Architecture, wanted: str) -> None:
    missing = missing_prices(architecture)
    if missing:
        raise NotEstimatedError(
            f"{architecture.name} has no price for {', '.join(missing)}, which {wanted} needs: add "
            "the energies to the architecture, or search with the objective latency"
        )


def _asked(
    einsum: Einsum,
    architecture: Architecture,
    dataflow: Dataflow,
    divisors_only: bool,
    thinning: Thinning | None,
) -> _Asked:
    place = space(einsum, architecture, dataflow, divisors=divisors_only)
    words = DIVISORS_SPACE if divisors_only else SPACE
    if dataflow.least_utilization > 0.0:
        words += f", with at least {100 * dataflow.least_utilization:g} % of the units computing"
    return _Asked(einsum, architecture, dataflow, place, words, thinning)


def _room(
    asked: _Asked, goal: int, many: int, on_progress: Callable[[float], None] | None
) -> Found:
    """Room for what is found."""
    shape = len(asked.einsum.tensors), len(asked.architecture.nodes), len(asked.einsum.ranks)
    found = new_found(goal, shape, many)
    found.on_progress = on_progress
    if goal == list(Objective).index(Objective.LATENCY) and asked.thinning is None:
        found.grain = 1.0  # latencies are whole cycles
    return found


def _walk(
    asked: _Asked, found: Found, time_limit_s: float | None, parts: tuple[Dataflow, ...] = ()
) -> None:
    """Searches the space, or parts of it one after the other, for so long at most."""
    start = time.monotonic()
    einsum, chip, divisors = asked.einsum, asked.architecture, asked.place.divisors == 1
    if not may_begin(einsum, chip, asked.place):
        return
    layer, prices = problem(einsum, chip), costs(einsum, chip)
    prices = prices if asked.thinning is None else asked.thinning.of(prices)
    places = [space(einsum, chip, part, divisors=divisors) for part in parts] or [asked.place]
    choices = list(keep_choices(einsum, chip, asked.dataflow))
    if not divisors and found.one:
        # A small space first, in half of the time: what it finds is good, and most else is dropped.
        found.deadline = None if time_limit_s is None else start + time_limit_s / 2
        for place in places:
            walk(layer, prices, place._replace(divisors=1), choices, found)
        found.left_out.clear()
    found.deadline = None if time_limit_s is None else start + time_limit_s
    for place in places:
        walk(layer, prices, place, choices, found)


def _why(asked: _Asked) -> str:
    return why_infeasible(
        asked.einsum, asked.architecture, asked.dataflow, divisors_only=asked.place.divisors == 1
    )


def _evaluated(asked: _Asked, found: Found, number: int) -> Evaluation:
    """The evaluation of what was found, by the model; it must agree with the search."""
    mapping = _mapping(asked, found.nests[number], found.orders[number], found.keeps[number])
    evaluation = evaluate(asked.einsum, asked.architecture, mapping)
    energy_j, cycles = found.points[number]
    models_j, models_cycles = evaluation.energy_j, evaluation.cycles
    if asked.thinning is not None:
        cycles *= asked.thinning.pace
        models_j, models_cycles = thin_cost(evaluation, asked.architecture, asked.thinning)
    for name, own, models in (
        ("joules", energy_j, models_j),
        ("cycles", cycles, models_cycles),
    ):
        if models is not None and abs(models - own) > 1e-9 * own:
            raise AssertionError(f"the search has {own} {name}, the model {models}: {mapping}")
    return evaluation


def _mapping(asked: _Asked, factors: Integers, orders: Integers, keeps: Integers) -> Mapping:
    """The arrays of the search as a loop nest."""
    names = [name for name, _ in asked.einsum.ranks]
    blocks: list[TemporalBlock | SpatialBlock] = []
    for index, node in enumerate(asked.architecture.nodes):
        if isinstance(node, Level):
            kept = tuple(
                tensor.name for row, tensor in enumerate(asked.einsum.tensors) if keeps[row, index]
            )
            loops = [Loop(names[rank], int(factors[index, rank])) for rank in orders[index]]
            blocks.append(TemporalBlock(node.name, _real(loops), kept))
        else:
            blocks.append(SpatialBlock(node.name, _axes(asked, index, factors)))
    return Mapping(tuple(blocks))


def _axes(asked: _Asked, index: int, factors: Integers) -> tuple[tuple[Loop, ...], ...]:
    """The loops of a fanout's axes: a split of its factors that the space allows."""
    left = np.array([size for _, size in asked.einsum.ranks])
    for inner in reversed(range(index + 1, len(factors))):
        left = -(-left // factors[inner])
    names = [name for name, _ in asked.einsum.ranks]
    rows = split_over_axes(asked.place, index, left.tolist(), factors[index].tolist())
    return tuple(
        _real([Loop(*pair) for pair in zip(names, row, strict=True)]) for row in reversed(rows)
    )


def _real(loops: list[Loop]) -> tuple[Loop, ...]:
    return tuple(loop for loop in loops if loop.factor > 1)
