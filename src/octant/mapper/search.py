"""The search for the best mapping of one layer."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from octant.arch import Architecture, Dataflow, Fanout, Level
from octant.counting.problem import problem
from octant.errors import NotEstimatedError, OctantError
from octant.mapper.feasibility import why_infeasible
from octant.mapper.result import Objective, SearchResult, Status
from octant.mapper.space import Integers, keep_choices, outermost_takes, space
from octant.mapper.walk import Best, Task, walk
from octant.mapping import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.model import costs, evaluate, missing_prices
from octant.workload import Einsum

MOST_LEVELS = 3
SPACE = (
    "every divisor of what is left of a rank at each level, on each array axis the smallest factor "
    "for each number of passes (also where it does not divide), every loop order, every bypass"
)


def search(
    einsum: Einsum,
    architecture: Architecture,
    *,
    objective: Objective = Objective.EDP,
    dataflow: Dataflow,
    time_limit_s: float | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> SearchResult:
    """Returns the best mapping of a layer with the proof that none is better.

    Every mapping of the space (``SPACE``) is priced or excluded by a bound that no mapping below it
    can beat. The answer's value is that of ``model.evaluate``.

    Args:
        einsum: the layer.
        architecture: up to three storage levels and one fanout of one or two axes.
        objective: what to minimise.
        dataflow: constraints (``dataflow_named``).
        time_limit_s: stop then, with the best found and the bound.
        on_progress: called now and then with the share of the work done.

    Raises:
        NotEstimatedError: when the objective needs energy and a price is missing.
    """
    _require_supported(architecture)
    missing = missing_prices(architecture)
    if missing and objective is not Objective.LATENCY:
        raise NotEstimatedError(
            f"{architecture.name} has no price for {', '.join(missing)}: add the energies to the "
            "architecture, or search with the objective latency"
        )
    deadline = None if time_limit_s is None else time.monotonic() + time_limit_s
    best = Best(deadline, on_progress)
    layer, prices = problem(einsum, architecture), costs(einsum, architecture)
    place = space(einsum, architecture, dataflow)
    fits = outermost_takes(einsum, architecture, place)
    for keeps in keep_choices(einsum, architecture, dataflow) if fits else ():
        walk(Task(layer, prices, place, keeps, objective), best)
    if best.digits is None:
        return _nothing(einsum, architecture, dataflow, objective, best)
    return _answer(einsum, architecture, objective, best)


def _require_supported(architecture: Architecture) -> None:
    if len(architecture.levels) > MOST_LEVELS or len(architecture.fanouts) > 1:
        raise OctantError(
            f"{architecture.name} has {len(architecture.levels)} storage levels and "
            f"{len(architecture.fanouts)} fanouts: this version maps up to {MOST_LEVELS} levels "
            "and one fanout"
        )


def _answer(
    einsum: Einsum,
    architecture: Architecture,
    objective: Objective,
    best: Best,
) -> SearchResult:
    assert best.digits is not None and best.rows is not None and best.keeps is not None
    mapping = _mapping(einsum, architecture, best.digits, best.rows, best.keeps)
    evaluation = evaluate(einsum, architecture, mapping)
    value = objective.value_of(evaluation.energy_j or 0.0, evaluation.latency_s)
    scale = _unit(architecture, objective)
    if abs(value * scale - best.value) > 1e-9 * best.value:
        raise AssertionError(
            f"the search's value {best.value / scale} is not the model's {value}: {mapping}"
        )
    optimal = best.settles(best.bound)
    return SearchResult(
        status=Status.OPTIMAL if optimal else Status.GAP,
        objective=objective,
        mapping=mapping,
        evaluation=evaluation,
        value=value,
        bound=value if optimal else best.bound / scale,
        priced=best.priced,
        space=SPACE,
        reason="" if optimal else "the time limit was reached",
    )


def _nothing(
    einsum: Einsum,
    architecture: Architecture,
    dataflow: Dataflow,
    objective: Objective,
    best: Best,
) -> SearchResult:
    stopped = bool(np.isfinite(best.bound))
    return SearchResult(
        status=Status.GAP if stopped else Status.INFEASIBLE,
        objective=objective,
        mapping=None,
        evaluation=None,
        value=np.inf,
        bound=best.bound / _unit(architecture, objective),
        priced=best.priced,
        space=SPACE,
        reason="the time limit was reached before any mapping was found"
        if stopped
        else why_infeasible(einsum, architecture, dataflow),
    )


def _unit(architecture: Architecture, objective: Objective) -> float:
    """What the search's value is divided by: it counts cycles where the answer counts seconds."""
    return 1.0 if objective is Objective.ENERGY else architecture.clock_hz


def _mapping(
    einsum: Einsum, architecture: Architecture, digits: Integers, rows: Integers, keeps: Integers
) -> Mapping:
    """The arrays of the search as a loop nest."""
    names = [name for name, _ in einsum.ranks]
    blocks: list[TemporalBlock | SpatialBlock] = []
    slot = len(digits)
    for index, node in enumerate(architecture.nodes):
        if isinstance(node, Level):
            slot -= 1
            loops = [Loop(names[rank], int(digits[slot, rank])) for rank in rows[index]]
            kept = tuple(
                tensor.name for row, tensor in enumerate(einsum.tensors) if keeps[row, index]
            )
            blocks.append(TemporalBlock(node.name, _real(loops), kept))
        else:
            slot -= len(node.axes)
            blocks.append(SpatialBlock(node.name, _axes(names, node, digits, slot)))
    return Mapping(tuple(blocks))


def _axes(
    names: list[str], fanout: Fanout, digits: Integers, slot: int
) -> tuple[tuple[Loop, ...], ...]:
    last = slot + len(fanout.axes) - 1
    rows = [digits[last - axis].tolist() for axis in range(len(fanout.axes))]
    return tuple(_real([Loop(*pair) for pair in zip(names, row, strict=True)]) for row in rows)


def _real(loops: list[Loop]) -> tuple[Loop, ...]:
    return tuple(loop for loop in loops if loop.factor > 1)
