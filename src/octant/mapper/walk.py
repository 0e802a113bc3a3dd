"""The walk through the space: choices of kept tensors by their bounds, then the descents."""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from octant.counting.problem import Problem
from octant.mapper import arrays, layout
from octant.mapper.arrays import Floats, Hops, Leaf, Work
from octant.mapper.layout import Grids, Tables
from octant.mapper.mirrors import leaders, mirrors
from octant.mapper.result import Objective
from octant.mapper.space import Integers, Space
from octant.model.prices import Costs

MOST_POINTS = 4096
"""Points that a front may have."""
ROOM = 4096
"""Choices that a listing has room for at first."""
COARSE = 500
"""Cells of the tables that only say in which order to search choices of kept tensors."""
ROUNDING = 1e-12
"""What is less than this share better is the same value: sums of floats differ by as much."""
PART = 1e-6
"""What is less than this part of a grain above a whole number of them is that number."""
FRONT = len(Objective)
"""The goal of a front, after the objectives in their order."""


class Task(NamedTuple):
    """What is searched: a layer on an architecture with one choice of kept tensors, as arrays."""

    hops: Hops
    grids: Grids
    tables: Tables
    work: Work
    leaf: Leaf


@dataclass(slots=True)
class Family:
    """Partial mappings that differ in the factors of one node, the best first.

    Attributes:
        factors: (nodes, ranks) of the nodes further in.
        node: whose factors differ.
        choices, bounds: (many, ranks), (many, 3) its factors, and the joules, cycles and value that
            no completion goes below.
        next: those before were taken.
        mirrors: exchanges of ranks after which the factors further in are the same, so that
            choices differ in nothing from their images.
    """

    factors: Integers
    node: int
    choices: Integers
    bounds: Floats
    next: int = 0
    mirrors: tuple[Integers, ...] = ()

    def __lt__(self, other: Family) -> bool:
        return self.value < other.value

    @property
    def value(self) -> float:
        """The least value that is left."""
        return float(self.bounds[self.next, 2])


@dataclass(slots=True)
class Found:
    """What was found so far: the one thing that a walk changes.

    Attributes:
        goal: the number of the objective, or ``FRONT``.
        deadline: when to stop, on the monotonic clock; None is never.
        on_progress: called with the share that is done of the present part of the work.
        points: (many, 2) joules and cycles; nests, orders: (many, nodes, ranks) factors and loop
            orders. The first ``count`` of them are valid.
        keeps: (many, tensors, nodes) the kept tensors.
        best: the value below which something is among the best; infinite while there is room.
        floor: a value that nothing is below, as somebody else has proven; of one best only.
        grain: values that come to as many of it, rounded up, are as good as one another: cycles
            are whole. 0 where every value counts.
        most: joules and cycles that something may have at most.
        left_out: (many, 3) joules, cycles and value that nothing is below that was left out.
        priced: mappings priced in full.
        pool, bounds: (many, ranks), (many, 3) room for a list of choices.
    """

    goal: int
    points: Floats
    nests: Integers
    orders: Integers
    keeps: Integers
    pool: Integers
    bounds: Floats
    deadline: float | None = None
    on_progress: Callable[[float], None] | None = None
    count: int = 0
    best: float = np.inf
    floor: float = -np.inf
    grain: float = 0.0
    most: tuple[float, float] = (np.inf, np.inf)
    priced: int = 0
    left_out: list[tuple[float, float, float]] = field(default_factory=list)

    @property
    def one(self) -> bool:
        """Whether one best is wanted, or a front: what is found twice counts once."""
        return self.goal == FRONT or len(self.points) == 1

    @property
    def out_of_time(self) -> bool:
        """Whether the deadline has passed."""
        return self.deadline is not None and time.monotonic() > self.deadline

    def tell(self, share: float) -> None:
        """Says how much is done; who is told may end the search by an exception."""
        if self.on_progress is not None:
            self.on_progress(share)

    def value(self, energy_j: float, cycles: float) -> float:
        """The value of the goal; a front is searched in the order of energy times cycles."""
        if self.goal == FRONT:
            return energy_j * cycles
        return list(Objective)[self.goal].value_of(energy_j, cycles)

    def leave_out(self, energy_j: float, cycles: float) -> None:
        """Notes that what nothing is below so many joules and cycles of was not searched."""
        self.left_out.append((energy_j, cycles, self.value(energy_j, cycles)))

    def admits(self, energy_j: float, cycles: float) -> bool:
        """Whether something of so many joules and cycles would be better than all found."""
        if energy_j > self.most[0] or cycles > self.most[1]:
            return False
        if self.goal != FRONT:
            return self.value(energy_j, cycles) < self.wanted
        points = self.points[: self.count]
        limit = np.array([energy_j, cycles]) * (1 + ROUNDING)
        return not bool(np.any(np.all(points <= limit, axis=1)))

    def may_gain(self, energy_j: float, cycles: float, value: float) -> bool:
        """Whether something of at least so many joules, cycles and such a value may be better."""
        if self.goal == FRONT:
            return self.admits(energy_j, cycles)
        return value < self.wanted

    @property
    def wanted(self) -> float:
        """The value below which something is better than all found; nothing is below no value."""
        if self.best <= self.floor * (1 + ROUNDING):
            return -np.inf
        least = self.best * (1 - ROUNDING)
        if self.grain == 0.0 or self.best == np.inf:
            return least
        return min(least, (math.ceil(least / self.grain - PART) - 1 + PART) * self.grain)

    @property
    def bound(self) -> float:
        """The least value that anything left out may have; infinite when nothing was."""
        return min((value for _, _, value in self.left_out), default=np.inf)


def new_found(goal: int, shape: tuple[int, int, int], many: int = 1) -> Found:
    """Room for what a search of so many (tensors, nodes, ranks) finds, without a deadline.

    Args:
        many: of the best that are wanted; a front has as many points as it has.
    """
    tensors, nodes, ranks = shape
    many = MOST_POINTS if goal == FRONT else many
    return Found(
        goal,
        points=np.empty((many, 2)),
        nests=np.empty((many, nodes, ranks), np.int64),
        orders=np.empty((many, nodes, ranks), np.int64),
        keeps=np.empty((many, tensors, nodes), np.int64),
        pool=np.empty((ROOM, ranks), np.int64),
        bounds=np.empty((ROOM, 3)),
    )


def task(
    layer: Problem, costs: Costs, space: Space, keeps: Integers, cells: int = layout.CELLS
) -> Task:
    """Returns the arrays of a search, its tables filled."""
    from octant.mapper import kernel

    view = arrays.hops(layer, costs, space, keeps)
    grids = layout.grids(view, cells)
    tables = layout.tables(view, grids)
    work = arrays.work(view)
    kernel.fill_tables(view, costs.prices, grids, tables, work)
    leaf = Leaf(layer, costs, keeps, space.order, space.sliding, space.touched)
    return Task(view, grids, tables, work, leaf)


def walk(layer: Problem, costs: Costs, space: Space, choices: list[Integers], found: Found) -> None:
    """Searches all choices of kept tensors, in the order of their bounds, improving ``found``.

    Where there are several, it first goes down once in each: a good mapping of any drops many. Not
    so where more than one best is wanted, for these would be found twice.
    """
    alike = mirrors(layer, space) if found.one else ()
    if len(choices) == 1:
        descend(task(layer, costs, space, choices[0]), found, alike)
        return
    coarse: list[Task] = []
    for keeps in choices:
        if coarse and found.out_of_time:
            found.leave_out(0.0, 0.0)
            break
        coarse.append(task(layer, costs, space, keeps, COARSE))
    floors = [root_bound(each) for each in coarse]
    order = sorted(range(len(coarse)), key=lambda number: found.value(*floors[number]))
    for done, number in enumerate(order if found.one else [], start=1):
        found.tell(done / len(order))
        if found.admits(*floors[number]) and not (found.count and found.out_of_time):
            dive(coarse[number], found, start(coarse[number], floors[number], alike), [])
    for number in order:
        if found.admits(*floors[number]):
            if found.out_of_time:
                found.leave_out(*floors[number])
            else:
                descend(task(layer, costs, space, choices[number]), found, alike)


def start(task: Task, floor: tuple[float, float], alike: tuple[Integers, ...] = ()) -> Family:
    """The partial mapping without any factors, with its bound."""
    factors = np.ones_like(task.hops.allowed)
    bounds = np.array([[*floor, 0.0]])
    return Family(factors, len(factors), factors[:1], bounds, mirrors=alike)


def root_bound(task: Task) -> tuple[float, float]:
    """Joules and cycles that no mapping goes below."""
    return bound_of(task, np.ones_like(task.hops.allowed), len(task.hops.temporal))


def bound_of(task: Task, factors: Integers, known: int) -> tuple[float, float]:
    """Joules and cycles of all mappings that go on from the nodes from ``known`` inwards."""
    from octant.mapper import kernel

    none, bounds = factors[:0], np.empty((1, 3))
    any_better = kernel.Goal(0, math.inf, math.inf, math.inf, np.empty((1, 2)), 0)
    kernel.list_onwards(
        known, factors, none, bounds[:0], 0, none, bounds, any_better, task.hops, task.grids,
        task.tables, task.work,
    )  # fmt: skip
    return float(bounds[0, 0]), float(bounds[0, 1])


def descend(task: Task, found: Found, alike: tuple[Integers, ...] = ()) -> None:
    """Searches one choice of kept tensors, improving ``found``; notes bounds if it must stop.

    From the open partial mapping of the least bound it goes down at once, always to the best
    choice, until that is priced or worse than what was found: good mappings are known early.

    Args:
        alike: mirrors of the search: of what they make of one another one is looked at.
    """
    floor = root_bound(task)
    if found.out_of_time:
        found.leave_out(*floor)
        return
    opened: list[Family] = []
    family = start(task, floor, alike)
    while True:
        dive(task, found, family, opened)
        while opened and not found.may_gain(*opened[0].bounds[opened[0].next]):
            skip(opened, one=found.goal == FRONT)
        found.tell(_share(found, floor, opened))
        if not opened:
            return
        if found.out_of_time:
            for family in opened:
                found.left_out += family.bounds[family.next :].tolist()
            return
        family = heapq.heappop(opened)


def dive(task: Task, found: Found, family: Family, opened: list[Family]) -> None:
    """Goes down from a family, always to the best choice that leads on; others are opened."""
    while family.node > 1:
        below = go_on(task, found, family)
        open_rest(family, opened)
        if below is None:
            return
        family = below
    price(task, found, family, opened[0].value if opened else math.inf)
    open_rest(family, opened)


def open_rest(family: Family, opened: list[Family]) -> None:
    """What is left of a family stays open."""
    if family.next < len(family.choices):
        heapq.heappush(opened, family)


def skip(opened: list[Family], *, one: bool) -> None:
    """Drops the open partial mapping of the least value, or all where none can be better."""
    if not one:
        opened.clear()
        return
    family = opened[0]
    family.next += 1
    if family.next < len(family.choices):
        heapq.heapreplace(opened, family)
    else:
        heapq.heappop(opened)


def go_on(task: Task, found: Found, family: Family) -> Family | None:
    """What the next node may take under the best of a family's choices, the best first.

    Choices that lead nowhere are dropped on the way, at most so many at once.
    """
    from octant.mapper import kernel

    factors, goal = family.factors.copy(), _goal(found)
    while True:
        at, many = kernel.list_onwards(
            family.node, factors, family.choices, family.bounds, family.next, found.pool,
            found.bounds, goal, task.hops, task.grids, task.tables, task.work,
        )  # fmt: skip
        if many >= 0:
            break
        room = 8 * len(found.pool)
        found.pool, found.bounds = (
            np.empty((room, found.pool.shape[1]), np.int64),
            np.empty((room, 3)),
        )
        family.next = at
    family.next = at + 1
    if many == 0:
        return None
    order = np.argsort(found.bounds[:many, 2], kind="stable")
    alike = family.mirrors
    if alike and family.node < len(factors):
        chosen = family.choices[at]
        alike = tuple(mirror for mirror in alike if np.array_equal(chosen[mirror], chosen))
    for mirror in alike:
        order = order[leaders(found.pool[order], mirror)]
    if not len(order):
        return None
    return Family(factors, family.node - 1, found.pool[order], found.bounds[order], 0, alike)


def price(task: Task, found: Found, family: Family, most: float) -> None:
    """Prices the best nests of a family, all orders of them that could be better.

    Args:
        most: the value up to which this family is the best that is open.
    """
    from octant.mapper import kernel

    family.next, found.count, priced = kernel.price_nests(
        _goal(found), found.nests, found.orders, found.keeps, family.factors.copy(),
        family.choices, family.bounds, family.next, most, task.leaf,
    )  # fmt: skip
    found.priced += priced
    points = found.points[: found.count]
    if found.goal == FRONT or found.count == len(found.points):
        limit = min if found.goal == FRONT else max
        found.best = limit((found.value(*point) for point in points), default=np.inf)


def _goal(found: Found) -> Any:
    """What is wanted, for kernels."""
    from octant.mapper import kernel

    return kernel.Goal(found.goal, float(found.wanted), *found.most, found.points, found.count)


def _share(found: Found, floor: tuple[float, float], opened: list[Family]) -> float:
    """How much of the gap between the first bound and the best is closed."""
    if not opened:
        return 1.0
    first, best = found.value(*floor), found.best
    return min(1.0, max(0.0, (opened[0].value - first) / (best - first))) if best > first else 0.0
