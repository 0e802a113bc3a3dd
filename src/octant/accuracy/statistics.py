"""How sure a count of right answers is, and whether two counts differ by more than chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from octant.accuracy.results import Comparison

CONFIDENCE = 0.95
Flags = NDArray[np.bool_]


def wilson(right: int, samples: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The Wilson score interval of a share (Wilson, JASA 22, 1927), by SciPy.

    Unlike the textbook interval it holds at shares near 0 and 1, where accuracies live.

    Args:
        right: samples answered rightly.
        samples: tested, 1 or more.
        confidence: how often such an interval holds the true share.

    >>> [round(end, 4) for end in wilson(95, 100)]
    [0.8882, 0.9785]
    """
    from scipy.stats import binomtest

    found = binomtest(right, samples).proportion_ci(confidence, method="wilson")
    return float(found.low), float(found.high)


def mcnemar(this: Flags, other: Flags) -> Comparison:
    """The paired comparison of two variants on the same samples (McNemar, Psychometrika 12, 1947).

    Only samples on which they differ say anything; if neither is better, each of these is a coin
    toss. The p-value is that of the exact binomial test, two-sided, by SciPy.

    Args:
        this: for each sample, whether this variant is right.
        other: the same of the other variant.

    >>> found = mcnemar(np.array([True] * 5 + [False] * 5), np.array([True] * 10))
    >>> found.lost, found.gained, found.p_value
    (5, 0, 0.0625)
    """
    from scipy.stats import binomtest

    lost, gained = int((other & ~this).sum()), int((this & ~other).sum())
    p_value = float(binomtest(gained, lost + gained).pvalue) if lost + gained else 1.0
    return Comparison((gained - lost) / len(this), lost, gained, p_value)
