"""Compulsory traffic: every element that a layer touches crosses the outermost memory once."""

from __future__ import annotations

import math
from collections.abc import Iterable
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
    sizes = einsum.sizes
    axes = ([(term.coefficient, sizes[term.rank]) for term in axis] for axis in tensor.axes)
    return math.prod(map(different_sums, axes))


def different_sums(terms: Iterable[tuple[int, int]]) -> int:
    """How many different sums there are of a multiple of each coefficient, 0 to (steps - 1) times.

    Multiples of a coefficient that leave no gaps count as one term with those before. Of two
    coefficients a < b without a common divisor, b steps of a lead as far as a steps of b: the sums
    with so many steps of a, and so many of b left, are there twice.

    Args:
        terms: (coefficient, steps) of each rank.

    >>> different_sums([(1, 3), (2, 5)])  # a window of 3 that moves by 2: 0 to 10
    11
    """
    apart = sorted((coefficient, steps) for coefficient, steps in terms if steps > 1)
    while len(apart) > 1 and apart[1][0] % apart[0][0] == 0:
        (unit, first), (coefficient, steps), *others = apart
        if coefficient > unit * first:
            break
        apart = [(unit, first + coefficient // unit * (steps - 1)), *others]
    if len(apart) <= 1:
        return math.prod(steps for _, steps in apart)
    if len(apart) == 2:
        (low, first), (high, second) = apart
        common = math.gcd(low, high)
        twice = max(0, first - high // common) * max(0, second - low // common)
        return first * second - twice
    places = np.zeros(1, np.int64)
    for coefficient, steps in apart:
        places = np.unique(np.add.outer(places, coefficient * np.arange(steps)))
    return len(places)


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
