"""No bound is above the price of a nest that is drawn, of layers too large to price every nest.

``test_bounds`` prices every mapping of a space, so its windows have a few positions. Here a nest is
drawn factor by factor, with any order of its loops, and with prices of a few actions only: so a
hop whose bound is too high has nothing to hide behind.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from octant.arch import Architecture, Fanout, FanoutAxis, Level
from octant.counting import kernel as counting
from octant.counting.problem import problem
from octant.mapper import walk
from octant.mapper.space import Integers, keep_choices, space
from octant.model import costs
from octant.model import kernel as model
from octant.model.prices import Costs
from octant.workload import Einsum, convolution
from tests.properties.problems import architectures, few_ranks, windows
from tests.properties.test_bounds import ROUNDING, check_listing, check_partial
from tests.unit.mapper.chips import FREE, chip, level, picojoules

NESTS = 8
"""Nests of each layer on each chip."""


class Drawn(NamedTuple):
    """A layer on a chip, and what draws its nests."""

    einsum: Einsum
    chip: Architecture
    divisors: bool
    seed: int


@st.composite
def layers_on_chips(draw: st.DrawFn) -> Drawn:
    """Windows more often than not, on chips whose memories hold any tile."""
    einsum = draw(st.one_of(windows(), windows(), few_ranks()))
    on = draw(architectures(einsum))
    nodes = tuple(roomy(node) if isinstance(node, Level) else node for node in on.nodes)
    exact = draw(st.sampled_from([False, False, True]))
    return Drawn(einsum, replace(on, nodes=nodes), exact, draw(st.integers(0, 2**31)))


def roomy(level: Level) -> Level:
    stores = tuple(replace(store, capacity_bits=None) for store in level.stores)
    return replace(level, stores=stores)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(layers_on_chips())
def test_no_bound_is_above_a_nest(drawn: Drawn) -> None:
    einsum, on, rng = drawn.einsum, drawn.chip, random.Random(drawn.seed)
    layer, prices = problem(einsum, on), costs(einsum, on)
    place = space(einsum, on, FREE, divisors=drawn.divisors)
    keeps = rng.choice(list(keep_choices(einsum, on, FREE)))
    task = walk.task(layer, few_costs(rng, prices), place, keeps)
    for number in range(NESTS):
        check_nest(task, *nest(rng, drawn), number % 3)


def test_a_window_beside_a_rank_that_is_cut_off() -> None:
    """Three channels in a loop of two over two instances: of the second lap one has nothing."""
    fanouts = (Fanout(name, (FanoutAxis("X", 2),)) for name in ("clusters", "array"))
    outer, inner = (replace(each, transfer_energy=picojoules(10)) for each in fanouts)
    on = chip(level("buffer", 0), outer, level("near", 0), inner, level("registers", 0))
    layer = convolution(in_channels=3, out_channels=2, output=(8,), kernel=(2,))
    prices = costs(layer, on)
    only = np.zeros_like(prices.prices)
    only[0, 4, 2] = prices.prices[0, 4, 2]
    place = space(layer, on, FREE, divisors=False)
    (keeps,) = keep_choices(layer, on, FREE)
    some = prices._replace(prices=only, compute_j=0.0)
    task = walk.task(problem(layer, on), some, place, keeps)
    names = [rank for rank, _ in layer.ranks]
    factors = np.ones((len(on.nodes), len(names)), np.int64)
    loops: tuple[dict[str, int], ...] = (
        {"K": 2, "Q": 2},
        {"C": 2},
        {"C": 2},
        {"S": 2},
        {},
        {"Q": 4},
    )
    for node, loop in enumerate(loops):
        for rank, times in loop.items():
            factors[node, names.index(rank)] = times
    order = np.array([range(len(names))] * len(on.nodes))
    check_nest(task, factors, order, 0)


def check_nest(task: walk.Task, factors: Integers, order: Integers, goal: int) -> None:
    """Compares all bounds on the way to a nest with its price; each of its choices is listed."""
    layer, prices, keeps = task.leaf.layer, task.leaf.costs, task.leaf.keeps
    busy = np.ones(len(factors) + 1)
    counts = counting.count_all(*layer, factors, order, keeps)
    model.fill_busy(layer.sizes, layer.temporal, factors, order, busy)
    energy, cycles = model.price(counts, busy, *prices[1:])
    least = np.array([energy, cycles, energy * cycles])
    found = walk.new_found(goal, (*keeps.shape, len(layer.sizes)))
    for known in range(len(factors) + 1):
        inside = tuple(factors[known:].ravel().tolist())
        check_partial(task, known, inside, least)
        if 1 <= known < len(factors) and least[goal] > 0:
            check_listing(task, found, known, inside, least)
    if least[goal] > 0:
        check_pricing(task, found, factors, least)


def check_pricing(
    task: walk.Task, found: walk.Found, factors: Integers, least: NDArray[np.float64]
) -> None:
    """An order is found that is as good where nothing better than it was."""
    found.best = least[found.goal] * (1 + 1e-6)
    inside = factors.copy()
    inside[0] = 1
    chosen = inside[min(1, len(inside) - 1)][None]
    family = walk.Family(inside, 1, chosen.copy(), np.zeros((1, 3)))
    walk.price(task, found, family, np.inf)
    assert found.count == 1
    assert found.value(*found.points[0]) <= least[found.goal] * ROUNDING


def few_costs(rng: random.Random, all_costs: Costs) -> Costs:
    """Prices of few actions and, more often than not, few slow ports that few tensors use."""
    some = all_costs._replace(
        prices=all_costs.prices * few_actions(rng, all_costs.prices), compute_j=0.0
    )
    if rng.random() < 0.3:
        return some
    moved, limits = some.moved.copy(), np.full_like(some.bandwidths, np.inf)
    for _ in range(rng.choice([1, 1, 2])):
        limits[rng.randrange(len(limits)), rng.randrange(3)] = rng.choice([0.25, 0.5])
    for tensor in range(len(moved)):
        moved[tensor] *= rng.random() < 0.6
    return some._replace(moved=moved, bandwidths=limits)


def few_actions(rng: random.Random, prices: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 for the actions of tensors that have a price: one, two, or any."""
    share = rng.choice([0.0, 0.05, 0.5])
    chosen = np.array([rng.random() < share for _ in range(prices.size)]).reshape(prices.shape)
    priced = np.argwhere(prices > 0)
    if len(priced):
        chosen[tuple(rng.choice(priced.tolist()))] = True
    return chosen.astype(np.float64)


def nest(rng: random.Random, drawn: Drawn) -> tuple[Integers, Integers]:
    """Factors and orders of a nest of the space, node by node from the innermost."""
    ranks = len(drawn.einsum.ranks)
    left = [size for _, size in drawn.einsum.ranks]
    factors = np.ones((len(drawn.chip.nodes), ranks), np.int64)
    for index, node in reversed(list(enumerate(drawn.chip.nodes))):
        if isinstance(node, Level):
            for rank in range(ranks):
                most = left[rank] if rng.random() < 0.5 else 1
                factors[index, rank] = (
                    left[rank] if index == 0 else factor(rng, drawn, left[rank], most)
                )
                left[rank] = -(-left[rank] // int(factors[index, rank]))
            continue
        for axis in node.axes:
            take(rng, drawn, axis, left, factors[index])
    orders = np.array([rng.sample(range(ranks), ranks) for _ in drawn.chip.nodes])
    return factors, orders


def take(
    rng: random.Random, drawn: Drawn, axis: FanoutAxis, left: list[int], factors: Integers
) -> None:
    """Spreads some ranks over an axis, each over one: the search takes the least product of two."""
    room = axis.size
    for rank in rng.sample(range(len(left)), len(left)):
        name = drawn.einsum.ranks[rank][0]
        barred = factors[rank] > 1 or (axis.ranks is not None and name not in axis.ranks)
        if barred or rng.random() < 0.4:
            continue
        taken = factor(rng, drawn, left[rank], min(room, left[rank]))
        room //= taken
        factors[rank] *= taken
        left[rank] = -(-left[rank] // taken)


def factor(rng: random.Random, drawn: Drawn, left: int, most: int) -> int:
    """The smallest factor for a number of passes over what is left, or one that divides it."""
    chosen = rng.randint(1, most)
    if drawn.divisors:
        return chosen if left % chosen == 0 else 1
    return -(-left // -(-left // chosen))
