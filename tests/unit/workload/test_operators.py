"""The layers that carry multiply-accumulates, as Einsums."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octant.errors import InvalidWorkloadError
from octant.workload import (
    FLOAT32,
    Einsum,
    NumberFormat,
    NumberKind,
    Role,
    convolution,
    matmul,
    transposed_convolution,
    with_formats,
)


def executed(einsum: Einsum, seed: int = 0) -> dict[str, np.ndarray]:
    """Runs an Einsum by walking every point; returns its tensors, operands filled at random."""
    generator = np.random.default_rng(seed)
    values = {
        tensor.name: generator.integers(-3, 4, tensor.shape(einsum.sizes))
        for tensor in einsum.operands
    }
    values["outputs"] = np.zeros(einsum.output.shape(einsum.sizes), dtype=np.int64)
    for point in product(*(range(size) for size in einsum.sizes.values())):
        at = dict(zip(einsum.sizes, point, strict=True))
        index = {
            tensor.name: tuple(
                sum(term.coefficient * at[term.rank] for term in axis) for axis in tensor.axes
            )
            for tensor in einsum.tensors
        }
        values["outputs"][index["outputs"]] += (
            values["inputs"][index["inputs"]] * values["weights"][index["weights"]]
        )
    return values


def test_alexnet_conv1() -> None:
    """105,415,200 MACs: Krizhevsky et al., NIPS 2012, 96 kernels of 11 x 11 x 3 at stride 4."""
    layer = convolution(
        in_channels=3, out_channels=96, output=(55, 55), kernel=(11, 11), stride=(4, 4)
    )
    assert layer.macs == 105_415_200
    assert layer.tensor("inputs").shape(layer.sizes) == (1, 1, 3, 227, 227)
    assert layer.elements("weights") == 96 * 3 * 11 * 11
    assert layer.reduced_ranks == {"C", "R", "S"}


def test_groups_split_the_channels() -> None:
    whole = convolution(in_channels=48, out_channels=256, output=(27, 27), kernel=(5, 5))
    split = convolution(in_channels=96, out_channels=256, groups=2, output=(27, 27), kernel=(5, 5))
    assert split.macs == whole.macs == 223_948_800
    assert split.sizes["C"] == 48
    assert split.sizes["K"] == 128


def test_a_depthwise_layer_has_a_group_a_channel() -> None:
    layer = convolution(in_channels=32, out_channels=32, groups=32, output=(4, 4), kernel=(3, 3))
    assert layer.macs == 32 * 4 * 4 * 3 * 3
    assert (layer.sizes["K"], layer.sizes["C"]) == (1, 1)


@pytest.mark.parametrize(
    ("extents", "ranks"), [((5,), "NGKCQS"), ((5, 6), "NGKCPQRS"), ((5, 6, 7), "NGKCZPQTRS")]
)
def test_convolutions_of_every_dimension(extents: tuple[int, ...], ranks: str) -> None:
    kernel = (2,) * len(extents)
    layer = convolution(in_channels=2, out_channels=3, output=extents, kernel=kernel)
    assert "".join(layer.sizes) == ranks
    assert layer.macs == 2 * 3 * prod(extents) * prod(kernel)


@given(
    channels=st.integers(1, 2),
    size=st.integers(1, 3),
    kernel=st.integers(1, 3),
    stride=st.integers(1, 3),
    dilation=st.integers(1, 3),
)
def test_a_convolution_computes_a_convolution(
    channels: int, size: int, kernel: int, stride: int, dilation: int
) -> None:
    layer = convolution(
        in_channels=channels,
        out_channels=2,
        output=(size,),
        kernel=(kernel,),
        stride=(stride,),
        dilation=(dilation,),
    )
    values = executed(layer)
    for k, q in product(range(2), range(size)):
        taps = range(q * stride, q * stride + kernel * dilation, dilation)
        window = values["inputs"][0, 0, :, list(taps)].T
        assert values["outputs"][0, 0, k, q] == (window * values["weights"][0, k]).sum()


@given(size=st.integers(1, 4), kernel=st.integers(1, 3), stride=st.integers(1, 3))
def test_a_transposed_convolution_spreads_its_inputs(size: int, kernel: int, stride: int) -> None:
    layer = transposed_convolution(
        in_channels=1, out_channels=1, input_extents=(size,), kernel=(kernel,), stride=(stride,)
    )
    values = executed(layer)
    spread = np.zeros(stride * (size - 1) + 1, dtype=np.int64)
    spread[::stride] = values["inputs"].ravel()
    expected = np.convolve(spread, values["weights"].ravel())
    assert values["outputs"].ravel().tolist() == expected.tolist()
    assert layer.macs == size * kernel


def test_a_matmul_computes_a_matrix_product() -> None:
    layer = matmul(rows=3, inner=4, columns=2, batch=2, groups=2)
    values = executed(layer)
    expected = np.einsum("ngcp,gkc->ngkp", values["inputs"], values["weights"])
    assert (values["outputs"] == expected).all()
    assert layer.macs == 2 * 2 * 3 * 4 * 2


@pytest.mark.parametrize("groups", [0, -1, 3])
def test_groups_that_do_not_divide_are_refused(groups: int) -> None:
    with pytest.raises(InvalidWorkloadError, match="groups do not divide 4 input and 8 output"):
        convolution(in_channels=4, out_channels=8, groups=groups, output=(1,), kernel=(1,))


@pytest.mark.parametrize(
    ("output", "kernel"), [((4, 4), (3,)), ((), ()), ((1, 1, 1, 1), (1, 1, 1, 1))]
)
def test_extents_and_kernel_that_disagree_are_refused(
    output: tuple[int, ...], kernel: tuple[int, ...]
) -> None:
    with pytest.raises(InvalidWorkloadError, match="1 to 3 dimensions, as many extents"):
        convolution(in_channels=1, out_channels=1, output=output, kernel=kernel)
    with pytest.raises(InvalidWorkloadError, match="1 to 3 dimensions, as many extents"):
        transposed_convolution(in_channels=1, out_channels=1, input_extents=output, kernel=kernel)


def test_an_extent_below_one_is_refused() -> None:
    with pytest.raises(InvalidWorkloadError, match="rank Q has size 0"):
        convolution(in_channels=1, out_channels=1, output=(0,), kernel=(1,))


def test_formats_are_set_by_role() -> None:
    int8, int32 = NumberFormat(NumberKind.INT, 8), NumberFormat(NumberKind.INT, 32)
    before = matmul(rows=1, inner=2, columns=3)
    after = with_formats(before, inputs=int8, weights=int8, outputs=int32)
    assert {tensor.role: tensor.format for tensor in after.tensors} == {
        Role.INPUT: int8,
        Role.WEIGHT: int8,
        Role.OUTPUT: int32,
    }
    assert before.output.format is FLOAT32
    assert after.ranks == before.ranks
