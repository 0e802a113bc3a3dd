"""Weights set to zero, and how many are left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from octant.accuracy.recipe import PruneMethod, Pruning
from octant.accuracy.runnable import MacLayer

Floats = NDArray[np.float32]


def pruned(layers: Sequence[MacLayer], pruning: Pruning) -> dict[str, Floats]:
    """The stored weights of each layer with the least magnitudes set to zero.

    Layers whose two operands are activations store nothing and are left out. A channel of the last
    layer is an answer, so channel pruning leaves that layer as it is.

    Args:
        layers: of the network.
        pruning: which weights.
    """
    stored = {layer.name: layer.weights for layer in layers if layer.weights is not None}
    if pruning.method is PruneMethod.GLOBAL:
        return _globally(stored, pruning.share)
    if pruning.method is PruneMethod.LAYER:
        return {name: _smallest_gone(weights, pruning.share) for name, weights in stored.items()}
    result = {}
    for layer in layers:
        if layer.weights is None:
            continue
        if pruning.method is PruneMethod.PATTERN:
            result[layer.name] = _patterned(layer.weights, pruning, layer.summed_axis)
        elif layer is layers[-1]:
            result[layer.name] = layer.weights
        else:
            result[layer.name] = _without_channels(layer.weights, pruning.share, layer.channel_axis)
    return result


def density(weights: Floats) -> float:
    """The share of the weights that is not zero.

    >>> density(np.array([0.0, 1.0, 2.0, 0.0], np.float32))
    0.5
    """
    return float(np.count_nonzero(weights) / weights.size)


def _smallest_gone(weights: Floats, share: float) -> Floats:
    """The weights without the given share of them, least magnitudes first, in order of place."""
    count = round(weights.size * share)
    gone = np.argsort(np.abs(weights), axis=None, kind="stable")[:count]
    result = weights.copy()
    result.reshape(-1)[gone] = 0
    return result


def _globally(stored: Mapping[str, Floats], share: float) -> dict[str, Floats]:
    everything = np.concatenate([weights.reshape(-1) for weights in stored.values()])
    kept = _smallest_gone(everything, share)
    result, start = {}, 0
    for name, weights in stored.items():
        result[name] = kept[start : start + weights.size].reshape(weights.shape)
        start += weights.size
    return result


def _patterned(weights: Floats, pruning: Pruning, axis: int) -> Floats:
    """The weights with the ``keep`` greatest of every ``of`` along an axis; a rest stays as it is.

    A group that the axis has too few weights for (one input channel) is not pruned: hardware for
    the pattern runs it densely.
    """
    moved = np.moveaxis(weights, axis, -1)
    whole = moved.shape[-1] // pruning.of * pruning.of
    groups = moved[..., :whole].reshape(*moved.shape[:-1], -1, pruning.of)
    order = np.argsort(-np.abs(groups), axis=-1, kind="stable")
    kept = np.zeros(groups.shape, bool)
    np.put_along_axis(kept, order[..., : pruning.keep], True, axis=-1)
    result = moved.copy()
    result[..., :whole] = (groups * kept).reshape(*moved.shape[:-1], whole)
    return np.ascontiguousarray(np.moveaxis(result, -1, axis))


def _without_channels(weights: Floats, share: float, axis: int) -> Floats:
    moved = np.moveaxis(weights, axis, 0)
    norms = np.sqrt((moved.reshape(len(moved), -1).astype(np.float64) ** 2).sum(axis=1))
    gone = np.argsort(norms, kind="stable")[: round(len(norms) * share)]
    result = moved.copy()
    result[gone] = 0
    return np.ascontiguousarray(np.moveaxis(result, 0, axis))
