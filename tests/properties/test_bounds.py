"""No bound of the search is above the price of a mapping that it stands for.

A bound that is too high rarely costs the optimum: comparing optima alone would seldom show it. Here
every bound on the way to every mapping of a small space is compared with the mapping's price.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from numpy.typing import NDArray

from octant.arch import Constraint, Dataflow, Fanout, FanoutAxis
from octant.counting import kernel as counting
from octant.counting.problem import problem
from octant.mapper import kernel, walk
from octant.mapper.space import Integers, may_begin, space
from octant.model import costs
from octant.model import kernel as model
from octant.workload import Role, convolution, matmul
from tests.properties import kernels
from tests.properties.problems import searches
from tests.properties.twin import (
    Search,
    factor_choices,
    keep_choices,
    nest,
    order_choices,
    places,
    tiles_fit,
)
from tests.unit.mapper.chips import FREE, ROLES, array, chip, level, picojoules

ROUNDING = 1 + 1e-9
Prices = NDArray[np.float64]
"""Energy, cycles, and their product."""


class Common(NamedTuple):
    """What all orders of a nest's loops share."""

    base: Integers
    stride: Integers
    context: NDArray[np.float64]
    busy: NDArray[np.float64]


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(searches(mappings=300))
def test_no_bound_is_above_a_price(case: Search) -> None:
    check_bounds(replace(case, dataflow=replace(case.dataflow, least_utilization=0.0)))


def test_outer_fanouts_pass_what_their_parent_serves() -> None:
    """Two fanouts without a level between, and a rank of 3 that two factors of 2 cut off."""
    outer = Fanout("outer", (FanoutAxis("X", 5),), (Role.WEIGHT,), transfer_energy=picojoules(1))
    inner = Fanout("inner", (FanoutAxis("X", 3),), (Role.OUTPUT,), transfer_energy=picojoules(1))
    on = chip(level("buffer", 1, optional=tuple(Role)), outer, inner, level("register", 1))
    check_bounds(Search(matmul(rows=1, inner=1, columns=3, groups=2), on, FREE))


def test_what_stays_goes_on_through_laps_of_one_step() -> None:
    """Weights stay over positions; of K, cut to 3 tiles, the last comes alone, and they stay on."""
    others, ranks = (Role.INPUT, Role.OUTPUT), {"far": "K", "middle": "P", "near": "K"}
    on = chip(*(level(name, 1, optional=others) for name in ranks))
    inside = (Constraint(at, ranks=(rank,), bypass=others) for at, rank in ranks.items())
    flow = Dataflow("cut", (Constraint("DRAM", order=("P",)), *inside))
    check_bounds(Search(matmul(rows=4, inner=1, columns=6), on, flow))


def test_what_stays_may_stay_on_where_a_lap_of_laps_has_one_step() -> None:
    """Five of K as 2 x 2 x 2, and two of P inside the first: the fifth stays over these."""
    others = (Role.INPUT, Role.OUTPUT)
    on = chip(
        level("far", 100, optional=others), level("middle", 1, optional=ROLES), level("near", 1)
    )
    bypass = {"far": others, "middle": ROLES}
    inside = (Constraint(at, ranks=("K",), bypass=moved) for at, moved in bypass.items())
    check_bounds(Search(matmul(rows=2, inner=1, columns=5), on, Dataflow("cut", tuple(inside))))


def test_what_is_spread_unevenly_stays_where_there_is_one_tile() -> None:
    """Seven groups by three are three tiles on two instances: one of these has the middle tile."""
    moved = (Role.INPUT, Role.WEIGHT)
    on = chip(
        level("buffer", 1, optional=moved), array(2, "G"), level("register", 1, optional=moved[:1])
    )
    inside = (Constraint("buffer", ranks=("G", "P"), inside=("G",), bypass=moved),)
    flow = Dataflow("uneven", (*inside, Constraint("register", bypass=moved[:1])))
    check_bounds(Search(matmul(rows=3, inner=1, columns=1, groups=7), on, flow))


def test_some_unions_leave_gaps_and_others_do_not() -> None:
    """Five positions over four instances, five taps three apart over two: the last come alone."""
    axes = FanoutAxis("Y", 5), FanoutAxis("X", 3)
    on = chip(Fanout("array", axes, transfer_energy=picojoules(0)))
    layer = convolution(in_channels=1, out_channels=1, output=(5,), kernel=(5,), dilation=(3,))
    check_bounds(Search(layer, on, FREE))


def test_no_block_is_outside_of_a_lead_outside_of_all_that_is_known() -> None:
    """Only positions go over DRAM's tiles: no other loop is outside of theirs, to bring more."""
    on = chip(array(2), level("register", 1))
    flow = Dataflow("positions", (Constraint("DRAM", order=("P",)),))
    check_bounds(Search(matmul(rows=3, inner=1, columns=2), on, flow))


def test_a_window_keeps_what_the_next_lap_begins_with() -> None:
    """Filter by filter over three positions: what the last and the first overlap in stays."""
    layer = convolution(in_channels=1, out_channels=2, output=(2,), kernel=(2,))
    check_bounds(Search(layer, chip(level("register", 1)), FREE))


def test_a_window_that_comes_again_keeps_what_two_tiles_overlap_in() -> None:
    """Six positions stay over four filters; the buffer's taps move them by one, there and back."""
    both = (Role.WEIGHT, Role.OUTPUT)
    on = chip(level("buffer", 1, optional=both), level("register", 1, optional=both))
    bypass = (Constraint("buffer", bypass=both), Constraint("register", bypass=both))
    layer = convolution(in_channels=1, out_channels=4, output=(6,), kernel=(2,))
    check_bounds(Search(layer, on, Dataflow("inputs", bypass), divisors=True))


def check_bounds(case: Search) -> None:
    """Prices every mapping, and compares the bounds of all that it is part of."""
    for task, coarse in tasks(case):
        lowest: dict[tuple[int, ...], Prices] = {}
        nodes = len(task.hops.temporal)
        found = walk.new_found(0, (*task.hops.keeps.shape, len(task.hops.sizes)))
        for factors in factor_choices(case):
            if not tiles_fit(case, factors, task.hops.keeps):
                continue
            best = check_nest(case, task, factors)
            made = node_factors(case, factors)
            for known in range(nodes + 1):
                inside = (known, *made[known:].ravel().tolist())
                lowest[inside] = np.minimum(lowest.get(inside, best), best)
        for number, (key, least) in enumerate(lowest.items()):
            check_partial(task, key[0], key[1:], least)
            check_partial(coarse, key[0], key[1:], least)
            found.goal = number % 3
            if 1 <= key[0] < nodes and least[found.goal] > 0:
                check_listing(task, found, key[0], key[1:], least)


def tasks(case: Search, cells: Iterable[int] = (6,)) -> Iterator[tuple[walk.Task, ...]]:
    """What is searched for each choice of kept tensors: with all cells of tables, and with few."""
    layer = problem(case.einsum, case.architecture)
    place = space(case.einsum, case.architecture, case.dataflow, divisors=case.divisors)
    if may_begin(case.einsum, case.architecture, place):
        prices = costs(case.einsum, case.architecture)
        for keeps in keep_choices(case):
            few = (walk.task(layer, prices, place, keeps, cells=number) for number in cells)
            yield walk.task(layer, prices, place, keeps), *few


def node_factors(case: Search, factors: dict[str, tuple[int, ...]]) -> Integers:
    """(nodes, ranks) the factors of a nest."""
    made = np.ones((len(case.architecture.nodes), len(factors)), np.int64)
    for number, place in enumerate(places(case.architecture)):
        for column, chain in enumerate(factors.values()):
            made[place.node, column] *= chain[number]
    return made


def check_partial(task: walk.Task, known: int, inside: tuple[int, ...], least: Prices) -> None:
    """Compares the bound of a partial mapping with the least price of all that begin with it."""
    factors = np.ones_like(task.hops.allowed)
    factors[known:] = np.array(inside).reshape(factors[known:].shape)
    energy, cycles = walk.bound_of(task, factors, known)
    assert energy <= least[0] * ROUNDING, (known, factors)
    assert cycles <= least[1] * ROUNDING, (known, factors)
    assert energy * cycles <= least[2] * ROUNDING, (known, factors)


def check_listing(
    task: walk.Task, found: walk.Found, node: int, inside: tuple[int, ...], least: Prices
) -> None:
    """A node's choice is listed when what it leads to is only just better than what was found."""
    factors = np.ones_like(task.hops.allowed)
    factors[node:] = np.array(inside).reshape(factors[node:].shape)
    chosen = factors[node].copy()
    near = least * (1 + 1e-6)
    found.best = near[found.goal]
    factors[node] = 1
    after = node + 1
    floor = np.array([[*walk.bound_of(task, factors, after), 0.0]])
    begun = walk.Family(factors, after, factors[after : after + 1], floor)
    if after == len(factors):
        begun = walk.start(task, (0.0, 0.0))
    listed = walk.go_on(task, found, begun)
    assert listed is not None
    assert chosen.tolist() in listed.choices.tolist()


def check_nest(case: Search, task: walk.Task, factors: dict[str, tuple[int, ...]]) -> Prices:
    """Compares the bounds on the way to every order; returns the lowest prices."""
    lowest = np.full(3, np.inf)
    common = None
    for orders in order_choices(case, factors):
        made = nest(case, factors, orders)
        common = common or common_of(task, made.factors)
        counts = counting.count_all(*task.leaf.layer, made.factors, made.order, task.leaf.keeps)
        price = priced(task, common, counts)
        check_order(task, common, made.factors, made.order, price)
        lowest = np.minimum(lowest, price)
    assert common is not None
    goal = kernel.Goal(0, np.inf, np.inf, np.inf, np.empty((1, 2)), 0)
    energy, cycles = kernels.bound_orders(goal, made.factors, tuple(common), task.leaf)
    assert np.all(np.array([energy, cycles, energy * cycles]) <= lowest * ROUNDING)
    return lowest


def common_of(task: walk.Task, factors: Integers) -> Common:
    return Common(*kernels.common_of_orders(factors, task.leaf))


def priced(task: walk.Task, common: Common, counts: Integers) -> Prices:
    energy, cycles = model.price(counts, common.busy, *task.leaf.costs[1:])
    return np.array([energy, cycles, energy * cycles])


def check_order(
    task: walk.Task, common: Common, factors: Integers, order: Integers, price: Prices
) -> None:
    """Follows one order as the search does: block by block, from each one's innermost loop."""
    layer, ranks = task.leaf.layer, len(task.leaf.layer.sizes)
    levels = np.nonzero(layer.temporal)[0]
    exact = common.base.copy()
    placed = np.zeros(len(layer.temporal), np.int64)
    for node, child in itertools.pairwise(levels):
        for known in range(1, ranks + 1):
            placed[node] = known
            rows = order.copy()
            rows[node, : ranks - known].sort()
            counts = exact.copy()
            kernels.bound_storage_hops(
                layer.sizes, layer.axes, layer.coefficients, layer.is_output, layer.temporal,
                task.leaf.keeps, factors, common.stride, rows, placed, task.leaf.touched,
                common.context, node, np.empty(ranks, np.int64), counts,
            )  # fmt: skip
            assert np.all(priced(task, common, counts) <= price * ROUNDING)
        kernels.count_children(node + 1, *layer, task.leaf.keeps, factors, order, child + 1, exact)
    assert np.allclose(priced(task, common, exact), price, rtol=1e-9)
