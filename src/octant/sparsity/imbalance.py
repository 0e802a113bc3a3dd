"""Instances that have more nonzeros than others, and keep them waiting."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from octant.sparsity.density import Floats

_DRAWN = 1024


def expected_busiest(mean: float, variance: float, most: float, instances: int) -> float:
    """The work of the busiest of so many equal instances over the average, by chance.

    The largest of n normal values, by Blom's approximation of order statistics ((n - 3/8) / (n +
    1/4)), at most all of the work. Instances that share operands differ less than independent
    ones, so this is the high end.

    Args:
        mean: products of one instance in one pass.
        variance: of that number.
        most: products of a pass without zeros.
        instances: at work at once.

    >>> round(expected_busiest(100.0, 100.0, 400.0, 16), 3)
    1.177
    """
    if instances < 2 or mean <= 0:
        return 1.0
    high = NormalDist().inv_cdf((instances - 0.375) / (instances + 0.25))
    return min(most, mean + math.sqrt(variance) * high) / mean


def queued(work: Floats, depth: int) -> float:
    """The time of all passes over the average work, where passes wait in a queue before instances.

    A pass is handed to all queues at once, as soon as none is full: as soon as every instance has
    taken up the pass that came so many before it.

    Args:
        work: (instances, passes) products of each instance in each pass; passes without any are
            not handed out.
        depth: of the queues.

    >>> import numpy as np
    >>> queued(np.array([[3.0, 1.0], [1.0, 3.0]]), 1)  # the second runs ahead of the first
    1.0
    """
    total = work.sum()
    if not total:
        return 1.0
    busy = work[:, work.max(axis=0) > 0]
    ended, handed = np.zeros(len(busy)), 0.0
    started = np.zeros(busy.shape[1])
    for number in range(busy.shape[1]):
        if number >= depth:
            handed = max(handed, started[number - depth])
        begun = np.maximum(ended, handed)
        started[number] = begun.max()
        ended = begun + busy[:, number]
    return float(ended.max() * len(busy) / total)


@lru_cache(maxsize=1024)
def expected_queued(
    mean: float, variance: float, most: float, instances: int, depth: int, passes: int
) -> float:
    """The same by chance: of drawn passes, the same draw every time.

    The work of an instance in a pass is drawn from a gamma distribution of the same mean and
    variance, at most all of the work; so many passes that the start no longer matters.

    Args:
        mean: products of one instance in one pass.
        variance: of that number.
        most: products of a pass without zeros.
        instances: at work at once.
        depth: of the queues.
        passes: of the layer.
    """
    if instances < 2 or mean <= 0 or variance <= 0:
        return 1.0
    source = np.random.default_rng(0)
    shape = (instances, min(passes, _DRAWN))
    drawn = source.gamma(mean**2 / variance, variance / mean, shape).clip(max=most)
    return queued(drawn, depth)


def product_variance(points: float, shares: tuple[tuple[float, float], ...]) -> float:
    """The variance of the number of effectual products in a pass.

    Each product needs all of its operands nonzero; products that share an operand's element stand
    or fall together. With chance p for each element of an operand of m products an element:
    Var = n q (1 - q) + n sum over operands of (m - 1) q^2 (1 - p) / p, where q is the product of
    all p (pairs of products share at most one operand).

    Args:
        points: n, the products of a pass.
        shares: (p, elements of the operand in a pass) for each operand that decides.

    >>> product_variance(100, ((0.5, 100),))  # a binomial
    25.0
    """
    together = math.prod(chance for chance, _ in shares)
    found = points * together * (1 - together)
    for chance, elements in shares:
        reuse = points / elements
        found += points * (reuse - 1) * together**2 * (1 - chance) / chance
    return found
