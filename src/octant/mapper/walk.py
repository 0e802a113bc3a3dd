"""The walk through the space: prefixes in the order of their bounds, then their leaves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from octant.counting.problem import Problem
from octant.mapper.result import Objective
from octant.mapper.space import Integers, Space
from octant.model.prices import Costs

Floats = NDArray[np.float64]

PORTION = 200_000
"""Prefixes listed at once: bounds the memory."""
BATCH = 2_000
"""Prefixes bounded at once, before the best of them are searched."""
ROUNDING = 1e-12
"""What is less than this share better is the same value: sums of floats differ by as much."""


class Task(NamedTuple):
    """What is searched: a layer on an architecture with one choice of kept tensors, as arrays."""

    layer: Problem
    costs: Costs
    space: Space
    keeps: Integers
    objective: Objective

    @property
    def goal(self) -> int:
        """The objective's number in the kernel."""
        return list(Objective).index(self.objective)

    def floors(self, energy_j: float, steps: Floats) -> Floats:
        """Values that no mapping of so many steps goes below, with cycles in place of seconds."""
        match self.objective:
            case Objective.ENERGY:
                return np.full(len(steps), energy_j)
            case Objective.LATENCY:
                return steps
            case Objective.EDP:
                return energy_j * steps


@dataclass(slots=True)
class Best:
    """The best mapping so far, and how the search went: the one thing that a walk changes.

    Attributes:
        value: the objective's value, cycles in place of seconds; infinite before the first.
        digits: factors by slot; rows: loop orders by node; keeps: tensors kept.
        bound: no mapping that was left out is below it; infinite when none was.
        priced: mappings priced in full.
        deadline: when to stop, on the monotonic clock; None is never.
        on_progress: called with the share of the work done.
    """

    deadline: float | None
    on_progress: Callable[[float], None] | None
    value: float = np.inf
    digits: Integers | None = None
    rows: Integers | None = None
    keeps: Integers | None = None
    bound: float = np.inf
    priced: int = 0

    def settles(self, bound: float) -> bool:
        """Whether nothing from a bound on can be better, but for the rounding of floats."""
        return bound >= self.value * (1 - ROUNDING)

    @property
    def out_of_time(self) -> bool:
        """Whether the deadline has passed."""
        return self.deadline is not None and time.monotonic() > self.deadline


class _Place(NamedTuple):
    """Where the walk stands, (slots + 1, ranks) each: factors, what is left, extents inside."""

    digits: Integers
    rest: Integers
    width: Integers


def walk(task: Task, best: Best) -> None:
    """Searches everything that the task allows, improving ``best``; notes a bound if it must stop.

    Prefixes are listed in portions. Of each, those with the fewest steps are bounded first, and
    only while so few steps could still pay.
    """
    from octant.mapper import kernel

    layer, prices, space = task.layer, task.costs, task.space
    floor_j = kernel.least_energy(
        layer.sizes, layer.axes, layer.is_output, layer.temporal, layer.shared, task.keeps,
        prices.prices, prices.compute_j, space.slot_node, space.limits, space.spatial,
        space.touched,
    )  # fmt: skip
    for found, steps, more in _portions(task):
        floors = task.floors(floor_j, steps)
        _search_portion(task, best, found, floors)
        if best.out_of_time:
            if more:
                best.bound = min(best.bound, float(task.floors(floor_j, np.ones(1))[0]))
            return


def _new_place(task: Task) -> _Place:
    shape = (len(task.space.slot_node) + 1, len(task.layer.sizes))
    place = _Place(*(np.ones(shape, np.int64) for _ in range(3)))
    place.rest[0] = task.layer.sizes
    return place


def _portions(task: Task) -> Iterator[tuple[Integers, Floats, bool]]:
    """Lists the prefixes: portions of choices, their steps, and whether there are more."""
    from octant.mapper import kernel

    layer, prices, space = task.layer, task.costs, task.space
    fanouts = np.nonzero(space.spatial)[0]
    last = int(fanouts.max()) + 1 if len(fanouts) else min(1, len(space.slot_node) - 1)
    place = _new_place(task)
    more = resume = False
    while more or not resume:
        found, steps, count, more = kernel.list_prefixes(
            last, *place, PORTION, resume, layer.sizes, layer.axes, layer.coefficients, task.keeps,
            prices.bits, prices.store, space.slot_node, space.spatial, space.limits, space.allowed,
            space.fixed, space.whole, space.capacities,
        )  # fmt: skip
        resume = True
        yield found[:count], steps[:count], more


def _search_portion(task: Task, best: Best, found: Integers, floors: Floats) -> None:
    """Searches listed prefixes by their bounds, batch by batch in the order of their floors.

    Steps say nothing about energy: then all prefixes are bounded first, and are one batch.
    """
    from octant.mapper import kernel

    place = _new_place(task)
    ranking = np.argsort(floors, kind="stable")
    size = max(1, len(ranking)) if task.objective is Objective.ENERGY else BATCH
    for start in range(0, len(ranking), size):
        batch = ranking[start : start + size]
        if best.settles(floors[batch[0]]):
            return
        bounds = kernel.bound_prefixes(
            found, batch, *place, task.goal, *task.layer, task.keeps, *task.costs, *task.space
        )
        for index in np.argsort(bounds, kind="stable"):
            if best.settles(bounds[index]):
                break
            if best.out_of_time:
                later = floors[ranking[start + size :]].min(initial=np.inf)
                best.bound = min(best.bound, float(bounds[index]), float(later))
                return
            _search_prefix(task, best, found[batch[index]], place)
        if best.on_progress is not None:
            best.on_progress(min(1.0, (start + size) / len(ranking)))


def _search_prefix(task: Task, best: Best, prefix: Integers, place: _Place) -> None:
    """Prices the leaves of a prefix that may beat the best, in the order of their bounds."""
    leaves = _open(task, best, prefix, place)
    for leaf, bound in enumerate(leaves.bounds.tolist()):
        if best.settles(bound):
            return
        _price(task, best, leaves, leaf, place)


class _Leaves(NamedTuple):
    """The leaves of a prefix in the order of their bounds, and what they have in common."""

    prefix: Integers
    choices: Integers
    bounds: Floats
    factors: Integers
    base: Integers
    context: Floats
    busy: Floats


def _open(task: Task, best: Best, prefix: Integers, place: _Place) -> _Leaves:
    """Lists the leaves of a prefix that may beat the best."""
    from octant.counting.kernel import count_children
    from octant.mapper import kernel
    from octant.model.kernel import pace

    layer, prices, space = task.layer, task.costs, task.space
    nodes, ranks = len(layer.temporal), len(layer.sizes)
    last = len(prefix)
    kernel.restore(prefix, 0, *place)
    factors, rows = np.ones((nodes, ranks), np.int64), kernel.plain_rows(nodes, ranks)
    kernel.place_factors(place.digits, place.rest, last, space.slot_node, factors)
    base = np.zeros((len(task.keeps), nodes + 1, 6), np.int64)
    count_children(nodes, *layer, task.keeps, factors, rows, nodes + 1, base)
    context = np.zeros((len(task.keeps), nodes, 4))
    kernel.hop_context(*layer, task.keeps, factors, context)
    busy = np.ones(nodes + 1)
    pace(layer.sizes, layer.temporal, factors, rows, busy)
    choices, bounds = kernel.collect(
        last, *place, best.value, task.goal, factors, base, context, busy, rows,
        layer.sizes, layer.axes, layer.coefficients, layer.is_output, layer.temporal, task.keeps,
        *prices, space.slot_node, space.spatial, space.limits, space.allowed, space.fixed,
        space.whole, space.order, space.capacities, space.touched,
    )  # fmt: skip
    ranking = np.argsort(bounds, kind="stable")
    return _Leaves(prefix, choices[ranking], bounds[ranking], factors, base, context, busy)


def _price(task: Task, best: Best, leaves: _Leaves, leaf: int, place: _Place) -> None:
    """Prices a leaf with every order of its loops that may beat the best."""
    from octant.mapper import kernel

    layer, space = task.layer, task.space
    slots = len(space.slot_node) - 1
    kernel.restore(leaves.prefix, 0, *place)
    kernel.restore(leaves.choices[leaf], len(leaves.prefix), *place)
    kernel.place_factors(place.digits, place.rest, slots, space.slot_node, leaves.factors)
    rows = np.empty(leaves.factors.shape, np.int64)
    value, tried = kernel.best_order(
        leaves.factors, leaves.busy, best.value, task.goal, *layer, task.keeps, task.costs,
        space.order, space.sliding, space.touched, leaves.base, leaves.context, rows,
    )  # fmt: skip
    best.priced += tried
    if value < best.value:
        best.value, best.keeps, best.rows = value, task.keeps, rows
        best.digits = np.vstack([place.digits[:slots], place.rest[slots]])
