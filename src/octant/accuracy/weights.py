"""Stored weights in a number format: levels and scales where it has them, and their real values."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from octant.accuracy.rounding import (
    binary_weights,
    largest,
    levels,
    rounded_block,
    rounded_float,
    ternary_weights,
    to_levels,
)
from octant.workload import NumberFormat, NumberKind

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class StoredWeights:
    """Weights as the hardware stores them.

    Args:
        levels: whole numbers; of a format without levels, the real values.
        scale: what level 1 stands for; broadcasts against the levels.
    """

    levels: Floats
    scale: Floats

    @property
    def values(self) -> Floats:
        """The real values."""
        return (self.levels * self.scale).astype(np.float32)


def stored(
    weights: Floats,
    number: NumberFormat,
    *,
    channel_axis: int,
    summed_axis: int,
    per_channel: bool,
) -> StoredWeights:
    """Weights rounded to a format: symmetric, the greatest magnitude of a scale at its top.

    Args:
        weights: of a layer.
        number: the format.
        channel_axis: output channels.
        summed_axis: the axis that products are summed over: blocks run along it.
        per_channel: a scale for each output channel, else one for all.

    >>> from octant.workload import format_named
    >>> found = stored(np.array([[1.0, -2.0], [0.5, 0.1]], np.float32), format_named("int3"),
    ...                channel_axis=0, summed_axis=1, per_channel=True)
    >>> found.levels.tolist()
    [[2.0, -3.0], [3.0, 1.0]]
    """
    one = np.ones((), np.float32)
    if number.block:
        return StoredWeights(rounded_block(weights, number, summed_axis), one)
    if number.kind is NumberKind.FLOAT and number.bits > 8:
        return StoredWeights(rounded_float(weights, number), one)
    shared = _shared_axes(weights, channel_axis, per_channel)
    if number.kind is NumberKind.BINARY:
        return _stored(*binary_weights(weights, shared))
    if number.kind is NumberKind.TERNARY:
        return _stored(*ternary_weights(weights, shared))
    top = np.abs(weights).max(axis=shared, keepdims=True)
    if number.kind is NumberKind.FLOAT:
        scale = _scale(top, largest(number))
        return StoredWeights(rounded_float(weights / scale, number), scale)
    low, high = levels(NumberFormat(NumberKind.INT, number.bits))
    scale = _scale(top, high)
    return StoredWeights(
        to_levels(weights, scale, np.zeros((), np.float32), (low, high)).astype(np.float32), scale
    )


def sqnr_db(exact: NDArray[np.floating], rounded: NDArray[np.floating]) -> float:
    """The power of a signal over that of its rounding errors, in decibels; infinite without errors.

    >>> sqnr_db(np.array([1.0, -1.0]), np.array([0.9, -0.9]))
    20.0
    """
    signal = float(np.sum(np.square(exact, dtype=np.float64)))
    noise = float(np.sum(np.square(np.subtract(exact, rounded, dtype=np.float64))))
    return decibels(signal, noise)


def decibels(signal: float, noise: float) -> float:
    """Ten times the decimal logarithm of a ratio of powers; infinite where there is no noise."""
    if noise == 0:
        return math.inf
    return round(10 * math.log10(signal / noise), 10) if signal > 0 else -math.inf


def _stored(found: NDArray[np.float64], scale: NDArray[np.float64]) -> StoredWeights:
    return StoredWeights(found.astype(np.float32), scale.astype(np.float32))


def _shared_axes(weights: Floats, channel_axis: int, per_channel: bool) -> tuple[int, ...]:
    """The axes whose elements share a scale."""
    own = channel_axis % weights.ndim if per_channel else None
    return tuple(axis for axis in range(weights.ndim) if axis != own)


def _scale(top: Floats, most: float) -> Floats:
    scale = (top / np.float32(most)).astype(np.float32)
    return np.where(scale > 0, scale, np.float32(1))
