"""The multiple-choice knapsack: the least cost of all repeats within a capacity."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from octant.mapper.combination.grid import Floats, Integers, Options, options_of
from octant.mapper.combination.question import SAME, LayerFront, Limit, Limited, Point
from octant.mapper.combination.relaxation import Chain, Counts, completed, hull_of


@dataclass(frozen=True, slots=True)
class Knapsack:
    """What is chosen from, and the capacity, on the grid.

    Args:
        layers: the options of each; whole: the hull of all their repeats.
        capacity: the most weight, with the slack that counts as equal.
        cost_step: the grid's step of the cost, in J or s.
    """

    layers: tuple[Options, ...]
    whole: Chain
    capacity: int
    cost_step: float


def by_energy_and_latency(layers: Sequence[LayerFront]) -> tuple[list[Floats], list[Floats]]:
    """Returns the energies and the latencies of each layer's points."""
    tables = [np.array(layer.points, dtype=np.float64) for layer in layers]
    return [table[:, 0] for table in tables], [table[:, 1] for table in tables]


def knapsack(layers: Sequence[LayerFront], limit: Limit, rest: Point) -> Knapsack:
    """Returns the problem under a limit.

    Under an energy or a power limit it minimises the latency, under a latency limit the energy:
    the energy within an energy or a power limit is least at an end of the hull.

    E / L <= P is E - P L <= 0; the rest of the network only moves the capacity.
    """
    energies, latencies = by_energy_and_latency(layers)
    most, energy, latency = Fraction(limit.most), Fraction(rest[0]), Fraction(rest[1])
    match limit.on:
        case Limited.LATENCY:
            costs, weights, room, slack = energies, latencies, most - latency, limit.most
        case Limited.ENERGY:
            costs, weights, room, slack = latencies, energies, most - energy, limit.most
        case Limited.POWER:
            costs, room = latencies, most * latency - energy
            weights = [e - limit.most * t for e, t in zip(energies, latencies, strict=True)]
            slack = limit.most * (rest[1] + sum(one.repeats * one.points[0][1] for one in layers))
    options, cost_step, step = options_of(costs, weights, [layer.repeats for layer in layers])
    lightest = sum(one.repeats * int(one.weight[0]) for one in options)
    heaviest = sum(one.repeats * int(one.weight[-1]) for one in options)
    room_steps = math.floor((room + Fraction(SAME / 2) * Fraction(slack)) / Fraction(step))
    capacity = min(max(lightest, room_steps), heaviest)
    return Knapsack(options, hull_of(options), capacity, cost_step)


class Best:
    """The best combination known, and what is proven of better ones.

    Args:
        cost: of the best, on the grid; counts: its options.
        bound: no combination costs less, by proof; reason: why that is not the cost, if so.
    """

    def __init__(self, cost: int, counts: Counts, bound: int) -> None:
        self.cost, self.counts, self.bound, self.reason = cost, counts, bound, ""

    @property
    def most(self) -> int:
        """The most that a better combination may cost; what is closer counts as equal."""
        return self.cost - max(1, int(self.cost * SAME / 2))


def rounded_relaxation(problem: Knapsack) -> Best:
    """Returns the best that the relaxation of all repeats gives, and its bound."""
    whole, nothing = problem.whole, np.zeros(1, dtype=np.int64)
    first = completed(whole, nothing, nothing + problem.capacity)
    counts = whole.counts(int(first.corner[0]), int(first.extra[0]))
    return Best(int(first.cost[0]), counts, int(first.bound[0]))


@dataclass(frozen=True, slots=True)
class Move:
    """One repeat takes one of some options of its layer."""

    layer: int
    options: Integers


@dataclass(frozen=True, slots=True)
class Plan:
    """What a better combination may still change.

    Args:
        fixed: the options that are decided, and for how many repeats.
        moves: one for each open repeat, those that lose most first.
    """

    fixed: Counts
    moves: list[Move]


def plan(problem: Knapsack, best: Best) -> Plan | None:
    """Decides repeats by their reduced costs; returns None when nothing can be better."""
    whole, edges = problem.whole, problem.whole.edges
    corner = int(np.searchsorted(whole.weight, problem.capacity, side="right")) - 1
    slope = float(edges.cost[corner] / edges.weight[corner])
    over = problem.capacity - int(whole.weight[corner])
    gap = best.most - int(whole.cost[corner]) - over * slope + whole.doubt
    if gap < 0:
        return None
    fixed: Counts = {}
    moves: list[tuple[float, Move]] = []
    for number, base in whole.counts(corner):
        layer = problem.layers[number]
        excess = layer.cost - layer.cost[base] - slope * (layer.weight - layer.weight[base])
        excess = np.maximum(excess - whole.doubt, 0)
        options = np.flatnonzero(excess <= gap)
        least = float(np.min(excess[options[options != base]], initial=math.inf))
        times = layer.repeats if least * layer.repeats <= gap else int(gap / least)
        fixed[number, base] = layer.repeats - times
        moves += [(least, Move(number, options))] * times
    moves.sort(key=lambda row: row[0], reverse=True)
    return Plan(fixed, [move for _, move in moves])
