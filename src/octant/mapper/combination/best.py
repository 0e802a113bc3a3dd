"""The best combination without a limit and under one, and the network's hull."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from octant.mapper.combination.answer import Combination, CombinationResult, Taken, totalled
from octant.mapper.combination.grid import Options, options_of
from octant.mapper.combination.knapsack import by_energy_and_latency, knapsack
from octant.mapper.combination.labels import cheapest
from octant.mapper.combination.question import SAME, LayerFront, Limit, Limited, Point, check_finite
from octant.mapper.combination.relaxation import Chain, Counts, hull_of
from octant.mapper.result import Objective, Status
from octant.units import text

_NOTHING: Point = (0.0, 0.0)
#: What is more than so many times a limit is not told in percent.
_MUCH = 10.0


def best_combination(
    layers: Sequence[LayerFront],
    objective: Objective,
    *,
    limit: Limit | None = None,
    rest: Point = _NOTHING,
    time_limit_s: float | None = None,
) -> CombinationResult:
    """Returns the combination of the layers' fronts that minimises a goal of the whole network.

    Not the sum of the layers' best: a layer may well spend time where it saves much energy, if
    another makes up for it. The package's text has the proof.

    Args:
        layers: the fronts of the layers.
        objective: what to minimise; under a limit, energy or latency.
        limit: what the network's total may take.
        rest: energy and latency of what has no choice, such as layers without MACs.
        time_limit_s: when to stop with the best found; only a search under a limit takes time.

    Raises:
        ValueError: a product under a limit.

    Two runs of one layer, 3 J in 1 s, or 1 J in 2 s. The product of sums is 6 x 2, 4 x 3 or 2 x 4;
    a limit of 3 s lets one run be slow.

    >>> layer = LayerFront("conv", ((3.0, 1.0), (1.0, 2.0)), repeats=2)
    >>> best_combination([layer], Objective.EDP).value
    8.0
    >>> found = best_combination([layer], Objective.ENERGY, limit=Limit(Limited.LATENCY, 3.0))
    >>> found.status.value, found.value, found.combination.taken
    ('optimal', 4.0, ((Taken(point=0, repeats=1), Taken(point=1, repeats=1)),))
    >>> best_combination([layer], Objective.LATENCY, limit=Limit(Limited.POWER, 1.5)).value
    3.0
    >>> best_combination([layer], Objective.ENERGY, limit=Limit(Limited.LATENCY, 1.0)).reason
    'the least latency of any combination is 2 s, 100 % above the limit of 1 s'
    """
    started = time.monotonic()
    if limit is not None:
        _check_searched_for(objective)
    check_finite("the rest of the network", rest)
    best = _best_without_limit(layers, objective, rest)
    if limit is None or limit.met_by(best.energy_j, best.latency_s):
        return _optimal(objective, limit, best)
    lightest = _end(layers, rest, fastest=limit.on is Limited.LATENCY)
    if not limit.met_by(lightest.energy_j, lightest.latency_s):
        reason = _why_infeasible(limit, lightest)
        return CombinationResult(
            Status.INFEASIBLE, objective, limit, None, math.inf, math.inf, reason
        )
    deadline = math.inf if time_limit_s is None else started + time_limit_s
    return _searched(layers, rest, objective, limit, deadline)


def network_hull(
    layers: Sequence[LayerFront], *, rest: Point = _NOTHING
) -> tuple[Combination, ...]:
    """Returns the corners of the lower convex hull of all combinations, the fastest first.

    No combination lies below a line between neighbours, nor beyond the ends; the best for EDP,
    ED2P and every weighted sum of energy and latency are among them. Where edges of two layers are
    parallel, the point between them is listed too.

    Args:
        layers: the fronts of the layers.
        rest: energy and latency of what has no choice.

    >>> layer = LayerFront("conv", ((3.0, 1.0), (1.0, 2.0)), repeats=2)
    >>> [(one.energy_j, one.latency_s) for one in network_hull([layer])]
    [(6.0, 2.0), (2.0, 4.0)]
    """
    check_finite("the rest of the network", rest)
    hull = _hull(layers, rest)
    return tuple(hull.combination(corner) for corner in range(len(hull.corners)))


@dataclass(frozen=True, slots=True)
class _Hull:
    """The hull of all combinations, the fastest first.

    Args:
        layers: what is combined; rest: what has no choice.
        options: of the layers, with energy as cost and latency as weight; chain: of all repeats.
        corners: energies and latencies.
    """

    layers: Sequence[LayerFront]
    rest: Point
    options: Sequence[Options]
    chain: Chain
    corners: Sequence[Point]

    def combination(self, corner: int) -> Combination:
        return _combined(self.layers, self.rest, self.options, self.chain.counts(corner))


def _hull(layers: Sequence[LayerFront], rest: Point) -> _Hull:
    energies, latencies = by_energy_and_latency(layers)
    repeats = [layer.repeats for layer in layers]
    options, energy_step, latency_step = options_of(energies, latencies, repeats)
    chain = hull_of(options)
    corner_energies = rest[0] + chain.cost * energy_step
    corner_latencies = rest[1] + chain.weight * latency_step
    corners = list(zip(corner_energies.tolist(), corner_latencies.tolist(), strict=True))
    return _Hull(layers, rest, options, chain, corners)


def _best_without_limit(
    layers: Sequence[LayerFront], objective: Objective, rest: Point
) -> Combination:
    if objective in (Objective.ENERGY, Objective.LATENCY):
        return _end(layers, rest, fastest=objective is Objective.LATENCY)
    hull = _hull(layers, rest)
    values = [objective.value_of(*corner) for corner in hull.corners]
    return hull.combination(values.index(min(values)))


def _end(layers: Sequence[LayerFront], rest: Point, *, fastest: bool) -> Combination:
    """The fastest combination, or that of the least energy: it has the least power, too."""
    ends = [0 if fastest else len(layer.points) - 1 for layer in layers]
    taken = [(Taken(end, layer.repeats),) for end, layer in zip(ends, layers, strict=True)]
    return totalled(layers, rest, taken)


def _searched(
    layers: Sequence[LayerFront], rest: Point, objective: Objective, limit: Limit, deadline: float
) -> CombinationResult:
    """The best under a limit that some, but not the best combination without it, meets."""
    problem = knapsack(layers, limit, rest)
    found = cheapest(problem, deadline)
    combination = _combined(layers, rest, problem.layers, found.counts)
    if not found.reason:
        return _optimal(objective, limit, combination)
    value = objective.value_of(combination.energy_j, combination.latency_s)
    least = found.bound * problem.cost_step * (1 - SAME) + objective.value_of(*rest)
    return CombinationResult(
        Status.GAP, objective, limit, combination, value, min(value, least), found.reason
    )


def _combined(
    layers: Sequence[LayerFront], rest: Point, options: Sequence[Options], counts: Counts
) -> Combination:
    """The combination that takes so many of each option."""
    taken: list[list[Taken]] = [[] for _ in layers]
    for (layer, option), times in sorted(counts.items()):
        if times:
            taken[layer].append(Taken(int(options[layer].point[option]), times))
    return totalled(layers, rest, [tuple(sorted(one, key=lambda t: t.point)) for one in taken])


def _check_searched_for(objective: Objective) -> None:
    if objective not in (Objective.ENERGY, Objective.LATENCY):
        raise ValueError(
            f"objective is {objective} under a limit; allowed are energy and latency: the best "
            "product under a limit is not searched for"
        )


def _optimal(
    objective: Objective, limit: Limit | None, combination: Combination
) -> CombinationResult:
    value = objective.value_of(combination.energy_j, combination.latency_s)
    return CombinationResult(Status.OPTIMAL, objective, limit, combination, value, value)


def _why_infeasible(limit: Limit, lightest: Combination) -> str:
    dimension = "time" if limit.on is Limited.LATENCY else str(limit.on)
    least = limit.on.of(lightest.energy_j, lightest.latency_s)
    said = text(least, dimension) if math.isfinite(least) else "infinite"
    return f"the least {limit.on} of any combination is {said}, " + _beyond(least, limit, dimension)


def _beyond(least: float, limit: Limit, dimension: str) -> str:
    """By how much the limit is missed: in percent, or how many times it is where that is much."""
    most = text(limit.most, dimension)
    times = least / limit.most if limit.most else math.inf
    if math.isinf(times):
        return f"above the limit of {most}"
    if times > _MUCH:
        return f"{times:.4g} times the limit of {most}"
    return f"{100 * (times - 1):.3g} % above the limit of {most}"
