"""The share of accesses and products that real masks leave."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from octant.sparsity import mask_of
from octant.sparsity.nest import Digit
from octant.sparsity.shares import Nest, of_accesses, of_products
from octant.workload import Einsum, Role, Tensor, convolution


def masked_inputs(stride: int, kernel: int, mask: list[int]) -> Nest:
    """A one-dimensional convolution of three positions whose inputs have a mask."""
    layer = convolution(
        in_channels=1, out_channels=1, output=(3,), kernel=(kernel,), stride=(stride,)
    )
    pattern = mask_of(np.array(mask, bool).reshape(inputs_of(layer).shape(layer.sizes)))
    tensors = (
        replace(tensor, density=sum(mask) / len(mask), pattern=pattern)
        if tensor.role is Role.INPUT
        else tensor
        for tensor in layer.tensors
    )
    loops = (Digit(rank, size, 1, 0, True) for rank, size in layer.ranks if size > 1)
    return Nest(replace(layer, tensors=tuple(tensors)), tuple(loops))


def inputs_of(layer: Einsum) -> Tensor:
    return next(tensor for tensor in layer.tensors if tensor.role is Role.INPUT)


@pytest.mark.parametrize(
    ("stride", "kernel", "mask", "met"),
    [
        (1, 1, [1, 0, 1], 2 / 3),
        (2, 1, [1, 0, 1, 0, 1], 1.0),  # what lies between the strides meets nothing
        (2, 1, [0, 1, 0, 1, 0], 0.0),
        (1, 2, [1, 0, 0, 0], 1 / 6),  # the first element is met once, the second twice
        (1, 2, [0, 1, 0, 0], 2 / 6),
    ],
)
def test_elements_count_as_often_as_products_meet_them(
    stride: int, kernel: int, mask: list[int], met: float
) -> None:
    nest = masked_inputs(stride, kernel, mask)
    inputs = inputs_of(nest.einsum)
    assert of_products(nest, {inputs.name: frozenset()}) == pytest.approx(met)
    assert of_accesses(nest, inputs, frozenset(), {}).nonzeros == pytest.approx(met)


def test_a_tile_has_what_lies_between_its_strides() -> None:
    nest = masked_inputs(2, 1, [1, 0, 1, 0, 1])
    inputs = inputs_of(nest.einsum)
    whole = frozenset(range(len(nest.digits)))
    assert of_accesses(nest, inputs, whole, {}).nonzeros == pytest.approx(3 / 5)
