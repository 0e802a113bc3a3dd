"""Nonzeros packed onto lanes: position skipping, by two rules."""

from __future__ import annotations

import numpy as np

from octant.sparsity.density import Floats


def passes(chances: Floats, lanes: int) -> float:
    """The steps that a group takes on average: ceil(x / lanes) for its x nonzeros.

    >>> passes(np.array([0.0, 0.0, 1.0]), 2), passes(np.array([0.5, 0.0, 0.0, 0.5]), 2)
    (1.0, 1.0)
    """
    counts = np.arange(len(chances))
    return float((chances * -(-counts // lanes)).sum())


def share_of_passes(chances: Floats, lanes: int) -> float:
    """``passes`` over those of a group without zeros: a ratio of expectations.

    Groups follow each other through the lanes, so times add up; this is the rule of the chip.

    >>> share_of_passes(np.array([0.0, 0.0, 1.0, 0.0, 0.0]), 2)  # 2:4 onto 2 lanes
    0.5
    """
    return passes(chances, lanes) / -(-(len(chances) - 1) // lanes)


def slowest_passes(chances: Floats, lanes: int, rows: int) -> float:
    """The passes of the slowest of some equal groups that start together, on average.

    None of them takes more than p passes with the chance that one does not, to the power of their
    number.

    >>> slowest_passes(np.array([0.0, 0.5, 0.5]), 1, 2)  # 1 or 2 passes; both 1 in a quarter
    1.75
    """
    below = np.cumsum(chances)
    most = -(-(len(chances) - 1) // lanes)
    within = [below[min(count * lanes, len(chances) - 1)] ** rows for count in range(most)]
    return float(most - sum(within))


def mean_fill(chances: Floats, lanes: int) -> float:
    """The share of lanes in use, averaged over the groups that are not empty.

    Sparseloop's rule (Wu et al., MICRO 2022): cycles are products over lanes x this share, an
    expectation of ratios, kept to compare with its results.

    >>> mean_fill(np.array([0.0, 0.0, 0.0, 1.0]), 2)  # 3 nonzeros take two steps of 2 lanes
    0.75
    """
    counts = np.arange(1, len(chances))
    filled = counts / (lanes * -(-counts // lanes))
    return float((chances[1:] * filled).sum() / chances[1:].sum())
