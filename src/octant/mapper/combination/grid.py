"""Fronts in integers: costs and weights on binary grids, where every sum is exact."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

_GRID_BITS = 61
"""Of the largest total: sums of costs, and differences of them, then fit into 64 bits."""


@dataclass(frozen=True, slots=True)
class Options:
    """A layer's front on the grid, the lightest first: costs fall and weights rise.

    Args:
        repeats: of the layer.
        cost: of each option; weight: of each option.
        point: for each option, its place on the front.
        hull: the options that are corners of the lower convex hull.
    """

    repeats: int
    cost: Integers
    weight: Integers
    point: Integers
    hull: tuple[int, ...]


def options_of(
    costs: Sequence[Floats], weights: Sequence[Floats], repeats: Sequence[int]
) -> tuple[tuple[Options, ...], float, float]:
    """Returns the layers on a grid each for cost and weight, and the steps of the two grids."""
    cost_step, weight_step = grid_step(costs, repeats), grid_step(weights, repeats)
    layers = []
    for cost, weight, times in zip(costs, weights, repeats, strict=True):
        on_grid = rounded(cost, cost_step), rounded(weight, weight_step)
        kept = undominated(*on_grid)
        front = on_grid[0][kept], on_grid[1][kept]
        layers.append(Options(times, *front, kept, hull(*front)))
    return tuple(layers), cost_step, weight_step


def rounded(numbers: Floats, step: float) -> Integers:
    """Returns the nearest multiples of the step; exact in between, as it is a power of two.

    >>> rounded(np.array([0.75, 1.1]), 0.25).tolist()
    [3, 4]
    """
    return np.rint(numbers / step).astype(np.int64)


def grid_step(parts: Sequence[Floats], repeats: Sequence[int]) -> float:
    """Returns the largest power of two that divides all numbers, if 61 bits then hold their sum.

    Else it is the least power of two with which they do.

    >>> grid_step([np.array([6.0, 4.0])], [3]), grid_step([np.array([0.75])], [1])
    (2.0, 0.25)
    """
    largest = [float(np.max(np.abs(part))) for part in parts]
    total = math.fsum(most * times for most, times in zip(largest, repeats, strict=True))
    if total == 0:
        return 1.0
    numbers = np.concatenate(parts)
    mantissas, exponents = np.frexp(numbers[numbers != 0])
    whole = np.ldexp(mantissas, 53).astype(np.int64)
    trailing = np.frexp((whole & -whole).astype(np.float64))[1] - 1
    natural = int(np.min(exponents - 53 + trailing))
    return math.ldexp(1.0, max(natural, math.frexp(total)[1] - _GRID_BITS))


def undominated(cost: Integers, weight: Integers) -> Integers:
    """Returns the places of the pairs that none dominates, the lightest first, without doubles.

    >>> undominated(np.array([5, 1, 3, 3]), np.array([1, 4, 2, 3])).tolist()
    [0, 2, 1]
    """
    order = np.lexsort((cost, weight))
    costs = cost[order]
    better = np.ones(len(order), dtype=np.bool_)
    better[1:] = costs[1:] < np.minimum.accumulate(costs)[:-1]
    return order[better]


def hull(cost: Integers, weight: Integers) -> tuple[int, ...]:
    """Returns the places of the corners of the lower convex hull of a front, the lightest first.

    A corner goes when the edge behind it falls as steeply as the one before it, or more: integers
    decide that without error.

    >>> hull(np.array([10, 8, 1]), np.array([1, 2, 4]))
    (0, 2)
    """
    corners: list[int] = []
    costs, weights = cost.tolist(), weight.tolist()
    for place, (c, w) in enumerate(zip(costs, weights, strict=True)):
        while len(corners) > 1:
            first, middle = corners[-2:]
            before = (costs[middle] - costs[first]) * (w - weights[middle])
            if before < (c - costs[middle]) * (weights[middle] - weights[first]):
                break
            corners.pop()
        corners.append(place)
    return tuple(corners)
