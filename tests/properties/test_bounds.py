"""No bound of the search is above the price of a mapping that it stands for.

A bound that is too high rarely costs the optimum: comparing optima alone would seldom show it. Here
every bound on the way to every mapping of a small space is compared with the mapping's price.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from hypothesis import given, settings
from numpy.typing import NDArray

from octant.counting import kernel as counting
from octant.counting.problem import problem
from octant.mapper import Objective, kernel, walk
from octant.mapper.kernel.bounds import bound_storage_hops
from octant.mapper.space import outermost_takes, space
from octant.model import costs
from octant.model import kernel as model
from tests.properties.problems import searches
from tests.properties.twin import Integers, Search, keep_choices, nest, order_choices

ROUNDING = 1 + 1e-9
Prices = NDArray[np.float64]
"""Energy, cycles, and their product: the objectives in the kernel's order."""


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(searches(mappings=300))
def test_no_bound_is_above_a_price(case: Search) -> None:
    for task in tasks(case):
        for found, steps, _ in walk._portions(task):
            for prefix, least_steps in zip(found, steps, strict=True):
                check_prefix(case, task, prefix, float(least_steps))


def tasks(case: Search) -> Iterator[walk.Task]:
    """What the search walks through: one task for each choice of kept tensors."""
    layer = problem(case.einsum, case.architecture)
    place = space(case.einsum, case.architecture, case.dataflow)
    if outermost_takes(case.einsum, case.architecture, place):
        for keeps in keep_choices(case):
            prices = costs(case.einsum, case.architecture)
            yield walk.Task(layer, prices, place, keeps, Objective.EDP)


def check_prefix(case: Search, task: walk.Task, prefix: Integers, steps: float) -> None:
    """Compares what is known of a prefix with all mappings that begin with it."""
    everything = walk.Best(None, None)
    leaves = walk._open(task, everything, prefix, walk._new_place(task))
    if not len(leaves.choices):
        return
    lowest = np.full(3, np.inf)
    for choice, bound in zip(leaves.choices, leaves.bounds, strict=True):
        best = check_leaf(case, task, leaves, choice)
        assert bound <= best[task.goal] * ROUNDING
        lowest = np.minimum(lowest, best)
    assert steps <= lowest[1]
    assert least_energy(task) <= lowest[0] * ROUNDING
    for goal in range(3):
        bounds = kernel.bound_prefixes(
            prefix[np.newaxis], np.zeros(1, np.int64), *walk._new_place(task), goal, *task.layer,
            task.keeps, *task.costs, *task.space,
        )  # fmt: skip
        assert bounds[0] <= lowest[goal] * ROUNDING


def least_energy(task: walk.Task) -> float:
    layer, place = task.layer, task.space
    return float(
        kernel.least_energy(
            layer.sizes, layer.axes, layer.is_output, layer.temporal, layer.shared, task.keeps,
            task.costs.prices, task.costs.compute_j, place.slot_node, place.limits, place.spatial,
            place.touched,
        )
    )  # fmt: skip


def check_leaf(case: Search, task: walk.Task, leaves: walk._Leaves, choice: Integers) -> Prices:
    """Compares the bounds on the way to every order; returns the lowest prices."""
    inside = np.concatenate([leaves.prefix, choice])
    rest = task.layer.sizes.copy()
    for digits in inside:
        rest = -(-rest // digits)
    digits = np.concatenate([inside, rest[np.newaxis]])[::-1]
    factors = {
        rank: tuple(int(factor) for factor in digits[:, column])
        for column, rank in enumerate(case.einsum.sizes)
    }
    lowest = np.full(3, np.inf)
    for orders in order_choices(case, factors):
        made = nest(case, factors, orders)
        counts = counting.count_all(*task.layer, made.factors, made.order, task.keeps)
        price = priced(task, leaves, counts)
        check_order(task, leaves, made.factors, made.order, price)
        lowest = np.minimum(lowest, price)
    return lowest


def priced(task: walk.Task, leaves: walk._Leaves, counts: Integers) -> Prices:
    energy, cycles = model.price(counts, leaves.busy, *task.costs)
    return np.array([energy, cycles, energy * cycles])


def check_order(
    task: walk.Task, leaves: walk._Leaves, factors: Integers, order: Integers, price: Prices
) -> None:
    """Follows one order as the search does: block by block, from each one's innermost loop."""
    layer, ranks = task.layer, len(task.layer.sizes)
    levels = np.nonzero(layer.temporal)[0]
    exact = leaves.base.copy()
    placed = np.zeros(len(layer.temporal), np.int64)
    for node, child in itertools.pairwise(levels):
        for known in range(1, ranks + 1):
            placed[node] = known
            rows = order.copy()
            rows[node, : ranks - known].sort()
            counts = exact.copy()
            bound_storage_hops(
                layer.sizes, layer.axes, layer.coefficients, layer.is_output, layer.temporal,
                task.keeps, factors, rows, placed, task.space.touched, leaves.context, node,
                np.int64(0), np.int64(-1), counts,
            )  # fmt: skip
            assert np.all(priced(task, leaves, counts) <= price * ROUNDING)
        counting.count_children(node + 1, *layer, task.keeps, factors, order, child + 1, exact)
    assert np.allclose(priced(task, leaves, exact), price, rtol=1e-9)
