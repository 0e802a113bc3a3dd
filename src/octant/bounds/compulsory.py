"""Compulsory traffic: every element that a layer touches crosses the outermost memory once."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from octant.arch import Architecture
from octant.workload import Einsum, Tensor


@lru_cache(maxsize=4096)
def distinct_elements(einsum: Einsum, tensor: Tensor) -> int:
    """The different elements of a tensor that a layer touches; windows may leave gaps.

    Axes of a tensor share no rank, so the count is a product over axes. It is kept in the process:
    each bound of a layer asks.

    >>> from octant.workload import convolution
    >>> layer = convolution(in_channels=1, out_channels=1, output=(3,), kernel=(1,), stride=(4,))
    >>> distinct_elements(layer, layer.tensor("inputs"))  # elements 0, 4 and 8
    3
    """
    total = 1
    sizes = einsum.sizes
    for axis in tensor.axes:
        places = np.zeros(1, np.int64)
        for term in axis:
            steps = term.coefficient * np.arange(sizes[term.rank])
            places = np.unique(np.add.outer(places, steps))
        total *= len(places)
    return total


def compulsory_bits(einsum: Einsum, architecture: Architecture) -> dict[str, int]:
    """The bits of each tensor that the outermost memory must move, by the tensor's name.

    Every operand is read once and every result written once, whatever the mapping and however
    large the memories further in.

    >>> from octant.files import load_architecture
    >>> from octant.workload import matmul
    >>> compulsory_bits(matmul(rows=2, inner=3, columns=4), load_architecture("teaching"))
    {'inputs': 96, 'weights': 192, 'outputs': 128}
    """
    outermost = architecture.levels[0]
    return {
        tensor.name: math.ceil(
            distinct_elements(einsum, tensor)
            * architecture.element_bits(outermost.store(tensor.role), tensor.role)
        )
        for tensor in einsum.tensors
    }
