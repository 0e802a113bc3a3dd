"""Mirrors: exchanges of ranks after which a search is the same, so that half of it is enough.

The height and width of a square layer are such where no constraint tells them apart: a mapping and
the one with all their factors exchanged cost the same.
"""

from __future__ import annotations

import itertools

import numpy as np

from octant.counting.problem import Problem
from octant.mapper.space import Integers, Space

MOST_PAIRS = 4
"""Pairs of ranks that one mirror exchanges at the most; leaving out a mirror only costs time."""


def mirrors(layer: Problem, space: Space) -> tuple[Integers, ...]:
    """Returns the mirrors of a search, each as (ranks) the rank in the place of each.

    Each is its own reverse.
    """
    live = np.nonzero(layer.sizes > 1)[0].tolist()
    pairs = [
        (one, other)
        for one, other in itertools.combinations(live, 2)
        if layer.sizes[one] == layer.sizes[other] and _free(space, one, other)
    ]
    found, same = [], np.arange(len(layer.sizes))
    own = _indexes(layer, same) if pairs else []
    for many in range(1, min(len(pairs), MOST_PAIRS) + 1):
        for some in itertools.combinations(pairs, many):
            if len({rank for pair in some for rank in pair}) == 2 * many:
                mirror = same.copy()
                for one, other in some:
                    mirror[[one, other]] = other, one
                if _indexes(layer, mirror) == own:
                    found.append(mirror)
    return tuple(found)


def _free(space: Space, one: int, other: int) -> bool:
    """Whether no constraint tells two ranks apart."""
    told = (
        space.allowed, space.fixed, space.must, space.order, space.axis_allowed, space.axis_fixed,
        space.axis_whole,
    )  # fmt: skip
    return all(np.array_equal(limits[..., one], limits[..., other]) for limits in told)


def _indexes(layer: Problem, mirror: Integers) -> list[set[frozenset[tuple[int, int]]]]:
    """For each tensor its axes, each as the ranks that index it and their coefficients."""
    return [
        {
            frozenset(
                (int(mirror[rank]), int(scales[rank]))
                for rank in np.nonzero((axes == axis) & (layer.sizes > 1))[0]
            )
            for axis in np.unique(axes[axes >= 0])
        }
        for axes, scales in zip(layer.axes, layer.coefficients, strict=True)
    ]


def leaders(choices: Integers, mirror: Integers) -> Integers:
    """Which of a node's choices (many, ranks) come no later than their images, in some order."""
    differs = choices - choices[:, mirror]
    rows = np.arange(len(choices))
    first = differs[rows, np.argmax(differs != 0, axis=1)]
    kept: Integers = np.nonzero(first >= 0)[0]
    return kept
