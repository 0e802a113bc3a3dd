from __future__ import annotations

from typing import Any

import pytest

from octant.errors import ImportFailedError
from octant.workload import UnknownWork
from tests.unit.importers.models import einsum_of, imported, node, sizes, value, weight


def one_conv(data: list[int], kernel: list[int], *, bias: bool = False, **attributes: Any) -> Any:
    names = ["x", "w", "b"] if bias else ["x", "w"]
    stored = [weight("w", kernel)] + ([weight("b", kernel[:1])] if bias else [])
    network = imported([node("Conv", names, ["y"], **attributes)], [value("x", data)], stored)
    (layer,) = network.layers
    return layer


def test_two_dimensions_with_groups_and_bias() -> None:
    # AlexNet's second convolution: 27x27 outputs, 256 of 48 channels, 5x5.
    layer = one_conv([4, 96, 27, 27], [256, 48, 5, 5], bias=True, group=2, pads=[2, 2, 2, 2])
    assert sizes(layer) == dict(N=4, G=2, K=128, C=48, P=27, Q=27, R=5, S=5)
    assert layer.macs == 4 * 27 * 27 * 256 * 48 * 25
    assert layer.weights == 256 * 48 * 25
    assert layer.parameters == layer.weights + 256
    assert layer.inputs == ("x",)
    assert layer.outputs == ("y",)


def test_strides_dilations_and_a_kernel_that_is_not_square() -> None:
    layer = one_conv([1, 3, 20, 30], [8, 3, 3, 5], strides=[2, 3], dilations=[2, 1])
    # (20 - 5) // 2 + 1 = 8 rows, (30 - 5) // 3 + 1 = 9 columns
    assert sizes(layer) == dict(N=1, G=1, K=8, C=3, P=8, Q=9, R=3, S=5)
    text = str(einsum_of(layer))
    assert "2*P+2*R" in text
    assert "3*Q+S" in text


@pytest.mark.parametrize("auto_pad", ["SAME_UPPER", "SAME_LOWER"])
def test_auto_pad(auto_pad: str) -> None:
    layer = one_conv([1, 3, 23, 23], [8, 3, 3, 3], auto_pad=auto_pad, strides=[2, 2])
    assert (sizes(layer)["P"], sizes(layer)["Q"]) == (12, 12)  # ceil(23 / 2)


def test_auto_pad_valid() -> None:
    assert sizes(one_conv([1, 3, 23, 23], [8, 3, 3, 3], auto_pad="VALID"))["P"] == 21


def test_one_and_three_dimensions() -> None:
    line = one_conv([2, 4, 10], [6, 4, 3])
    assert sizes(line) == dict(N=2, G=1, K=6, C=4, Q=8, S=3)
    volume = one_conv([1, 2, 5, 6, 7], [3, 2, 2, 3, 4])
    assert sizes(volume) == dict(N=1, G=1, K=3, C=2, Z=4, P=4, Q=4, T=2, R=3, S=4)


def test_depthwise() -> None:
    layer = one_conv([1, 32, 8, 8], [32, 1, 3, 3], group=32, pads=[1, 1, 1, 1])
    assert sizes(layer) == dict(N=1, G=32, K=1, C=1, P=8, Q=8, R=3, S=3)
    assert layer.macs == 32 * 64 * 9


def test_more_than_three_dimensions_is_listed_and_not_costed() -> None:
    layer = one_conv([1, 2, 3, 3, 3, 3], [2, 2, 1, 1, 1, 1])
    assert isinstance(layer.work, UnknownWork)
    assert "4 dimensions" in layer.work.reason


def test_transposed() -> None:
    nodes = [node("ConvTranspose", ["x", "w"], ["y"], strides=[2, 2], group=2)]
    network = imported(nodes, [value("x", [3, 4, 5, 6])], [weight("w", [4, 8, 3, 3])])
    (layer,) = network.layers
    # Every element of the input meets a filter of 8 channels and 3x3.
    assert layer.macs == (3 * 4 * 5 * 6) * (8 * 3 * 3)
    assert sizes(layer) == dict(N=3, G=2, K=8, C=2, P=5, Q=6, R=3, S=3)
    assert einsum_of(layer).output.shape(sizes(layer))[-2:] == (11, 13)


def test_a_kernel_that_is_computed_is_no_stored_weight() -> None:
    nodes = [node("Conv", ["x", "w"], ["y"])]
    network = imported(nodes, [value("x", [1, 3, 8, 8]), value("w", [4, 3, 3, 3])])
    assert network.weights == 0
    assert network.layers[0].inputs == ("x", "w")


def test_channels_that_do_not_fit() -> None:
    with pytest.raises(ImportFailedError, match=r"'Conv' \(making 'y'\).*5 channels.*for 3"):
        one_conv([1, 5, 8, 8], [4, 3, 3, 3])
