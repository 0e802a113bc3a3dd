"""The range of an activation: from what it held on the calibration samples to scale and zero point.

A histogram holds what was seen, so memory does not grow with the samples. It needs the extremes
first: calibration passes over the samples twice where the method is not min-max.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octant.accuracy.recipe import RangeMethod, Recipe
from octant.accuracy.rounding import largest, levels, rounded_float
from octant.workload import NumberFormat, NumberKind

BINS = 2048
#: Fractions of the full range that the search for the least error tries.
_TRIED = tuple(np.linspace(1.0, 0.05, 96).tolist())
#: Bins that the search for the least divergence starts from.
_FEWEST_BINS = 128


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What an activation held on the calibration samples.

    Args:
        low: least value.
        high: greatest value.
        squares: sum of the squares of the values.
        count: values.
        histogram: values by bin, ``BINS`` of equal width from low to high; empty before they are
            counted.
    """

    low: float = math.inf
    high: float = -math.inf
    squares: float = 0.0
    count: int = 0
    histogram: NDArray[np.int64] | None = None

    @property
    def root_mean_square(self) -> float:
        """Of the values."""
        return math.sqrt(self.squares / self.count) if self.count else 0.0


@dataclass(frozen=True, slots=True)
class Grid:
    """The values that an activation may take: ``scale * (level - zero_point)``.

    Args:
        number: the format.
        scale: the distance of two levels; of a scaled floating-point format, what 1 stands for.
        zero_point: the level that stands for 0.
        low: the least level.
        high: the greatest level.
    """

    number: NumberFormat
    scale: float = 1.0
    zero_point: int = 0
    low: int = 0
    high: int = 0


def extended(seen: Seen, values: NDArray[np.float32]) -> Seen:
    """What was seen, with more values: extremes and squares."""
    if not values.size:
        return seen
    return replace(
        seen,
        low=min(seen.low, float(values.min())),
        high=max(seen.high, float(values.max())),
        squares=seen.squares + float(np.vdot(values, values)),
        count=seen.count + values.size,
    )


def counted(seen: Seen, values: NDArray[np.float32]) -> Seen:
    """What was seen, with values counted into the histogram between the extremes."""
    width = seen.high - seen.low
    before = np.zeros(BINS, np.int64) if seen.histogram is None else seen.histogram
    counts, _ = np.histogram(values, BINS, (seen.low, seen.high if width > 0 else seen.low + 1.0))
    return replace(seen, histogram=before + counts)


def grid(seen: Seen, number: NumberFormat, recipe: Recipe) -> Grid:
    """The levels of an activation in a format, its range chosen as the recipe says.

    Floating-point formats of 16 bits and more, and blocks, have no scale to choose. Those of 8 bits
    and less are scaled so that the greatest magnitude of the range is their greatest value.

    Args:
        seen: on the calibration samples.
        number: the format.
        recipe: method of the range; symmetric or not.

    >>> from octant.workload import format_named
    >>> found = grid(Seen(-1.0, 3.0), format_named("int2"), Recipe())
    >>> round(found.scale, 4), found.zero_point, found.low, found.high
    (1.3333, 1, 0, 3)
    """
    if number.block or (number.kind is NumberKind.FLOAT and number.bits > 8):
        return Grid(number)
    if number.kind is NumberKind.FLOAT:
        low, high = chosen_range(seen, number, recipe, symmetric=True)
        return Grid(number, _positive(max(-low, high) / largest(number)))
    symmetric = number.kind is NumberKind.TERNARY or (
        recipe.symmetric and number.kind is not NumberKind.UINT
    )
    low, high = chosen_range(seen, number, recipe, symmetric=symmetric)
    if symmetric and number.kind is NumberKind.BINARY:
        return Grid(number, _positive(seen.root_mean_square), 0, -1, 1)
    return _affine(number, low, high, symmetric)


def chosen_range(
    seen: Seen, number: NumberFormat, recipe: Recipe, *, symmetric: bool
) -> tuple[float, float]:
    """The range that an activation's levels span; it contains 0."""
    low, high = min(seen.low, 0.0), max(seen.high, 0.0)
    if recipe.ranges is not RangeMethod.MIN_MAX and seen.histogram is not None:
        if recipe.ranges is RangeMethod.PERCENTILE:
            low, high = _percentile(seen, recipe.percentile)
        elif recipe.ranges is RangeMethod.MSE:
            low, high = _least_error(seen, number, symmetric)
        else:
            top = _least_divergence(seen, number, symmetric)
            low, high = max(low, -top), min(high, top)
    if symmetric:
        return -max(-low, high), max(-low, high)
    return low, high


def _affine(number: NumberFormat, low: float, high: float, symmetric: bool) -> Grid:
    least, most = levels(number, symmetric=symmetric)
    if symmetric:
        return Grid(number, _positive(high / most), 0, least, most)
    scale = _positive((high - low) / (most - least))
    zero = int(np.clip(np.rint(least - low / scale), least, most))
    return Grid(number, scale, zero, least, most)


def _positive(scale: float) -> float:
    """The scale as float32 has it; 1 for an activation that was always 0."""
    exact = float(np.float32(scale))
    return exact if exact > 0 and math.isfinite(exact) else 1.0


def _centres(seen: Seen) -> NDArray[np.floating[Any]]:
    width = (seen.high - seen.low) / BINS or 1.0 / BINS
    return seen.low + (np.arange(BINS) + 0.5) * width


def _percentile(seen: Seen, share: float) -> tuple[float, float]:
    """The range that leaves out half of the rest at each end."""
    assert seen.histogram is not None
    edges = np.linspace(seen.low, seen.high, BINS + 1)
    running = np.concatenate([[0], np.cumsum(seen.histogram)]) / max(seen.histogram.sum(), 1)
    left = (1 - share) / 2 if seen.low < 0 else 0.0
    low = float(np.interp(left, running, edges))
    high = float(np.interp(share + left, running, edges))
    return min(low, 0.0), max(high, 0.0)


def _least_error(seen: Seen, number: NumberFormat, symmetric: bool) -> tuple[float, float]:
    """The range, a fraction of the full one, of the least mean squared error."""
    centres, counts = _centres(seen), seen.histogram
    assert counts is not None
    low, high = min(seen.low, 0.0), max(seen.high, 0.0)
    if symmetric:
        low, high = -max(-low, high), max(-low, high)

    def error(fraction: float) -> float:
        if number.kind is NumberKind.FLOAT:
            scale = _positive(high * fraction / largest(number))
            off = rounded_float(centres / scale, number) * scale - centres
        else:
            tried = _affine(number, low * fraction, high * fraction, symmetric)
            level = np.clip(
                np.rint(centres / tried.scale) + tried.zero_point, tried.low, tried.high
            )
            off = (level - tried.zero_point) * tried.scale - centres
        return float((off * off * counts).sum())

    best = min(_TRIED, key=error)
    return low * best, high * best


def _least_divergence(seen: Seen, number: NumberFormat, symmetric: bool) -> float:
    """The magnitude at which clipping loses the least information.

    For each threshold, the histogram clipped there is compared with itself at the resolution of the
    format, by Kullback-Leibler divergence (Migacz: 8-bit Inference with TensorRT, GTC 2017). Zeros,
    of which a ReLU makes many, are a level of their own and lose nothing: their bin is taken to
    hold as much as the next one, or it alone would decide. The bins are too wide to tell what
    formats of more levels than an eighth of them lose: these clip nothing.
    """
    magnitudes = np.abs(_centres(seen))
    top = max(abs(seen.low), abs(seen.high)) or 1.0
    assert seen.histogram is not None
    one_sided = not symmetric and min(-seen.low, seen.high) <= 0
    steps = max(2 ** (number.bits - (0 if one_sided else 1)), 2)
    if steps > BINS // 8:
        return top
    counts, _ = np.histogram(magnitudes, BINS, (0.0, top), weights=seen.histogram.astype(float))
    counts[0] = min(counts[0], counts[1])
    best, found = math.inf, BINS
    for stop in range(max(_FEWEST_BINS, min(steps, BINS)), BINS + 1, 8):
        divergence = _divergence(counts, stop, steps)
        if divergence < best:
            best, found = divergence, stop
    return top * found / BINS


def _divergence(counts: NDArray[Any], stop: int, steps: int) -> float:
    kept = counts[:stop].copy()
    inside = kept.copy()
    kept[-1] += counts[stop:].sum()
    group = np.arange(stop) * steps // stop
    filled = (inside > 0).astype(float)
    sums, numbers = np.bincount(group, inside), np.bincount(group, filled)
    coarse = np.divide(sums, numbers, out=np.zeros_like(sums), where=numbers > 0)[group] * filled
    if not kept.sum() or not coarse.sum():
        return math.inf
    p, q = kept / kept.sum(), coarse / coarse.sum()
    least = 1e-12
    used = p > 0
    return float((p[used] * np.log(p[used] / np.maximum(q[used], least))).sum())
