from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octant.importers.onnx.products import product_einsum
from octant.workload import Layer
from tests.unit.importers.models import imported, node, sizes, value, weight


def product(left: list[int], right: list[int], *, stored: str = "right") -> Layer:
    names = {"left": ("a", left), "right": ("b", right)}
    inputs = [value(*names[side]) for side in names if side != stored]
    weights = [weight(*names[side]) for side in names if side == stored]
    (layer,) = imported([node("MatMul", ["a", "b"], ["y"])], inputs, weights).layers
    return layer


def test_a_shared_weight_is_counted_once() -> None:
    layer = product([2, 8, 16], [16, 32])
    assert sizes(layer) == dict(N=2, G=1, K=32, C=16, P=8)
    assert layer.weights == 16 * 32


def test_the_products_of_attention_share_nothing() -> None:
    layer = product([2, 12, 7, 64], [2, 12, 64, 7], stored="none")
    assert sizes(layer) == dict(N=1, G=24, K=7, C=64, P=7)
    assert layer.weights == 0
    assert layer.inputs == ("a", "b")


def test_a_broadcast_axis_is_shared() -> None:
    # Four query heads for each of two key heads.
    layer = product([2, 4, 7, 64], [2, 1, 64, 9], stored="none")
    assert sizes(layer) == dict(N=4, G=2, K=9, C=64, P=7)


def test_axes_of_the_second_operand_alone_are_columns() -> None:
    assert sizes(product([2, 7, 64], [3, 1, 64, 9])) == dict(N=2, G=1, K=27, C=64, P=7)


def test_a_stored_first_operand_takes_the_weights_place() -> None:
    layer = product([32, 16], [16, 5], stored="left")
    assert sizes(layer) == dict(N=1, G=1, K=32, C=16, P=5)
    assert layer.weights == 32 * 16
    assert layer.inputs == ("b",)


@pytest.mark.parametrize(
    ("left", "right", "macs"), [([5], [5], 5), ([5], [5, 3], 15), ([4, 5], [5], 20)]
)
def test_vectors(left: list[int], right: list[int], macs: int) -> None:
    assert product(left, right, stored="none").macs == macs


@pytest.mark.parametrize("trans_a", [0, 1])
@pytest.mark.parametrize("trans_b", [0, 1])
def test_gemm(trans_a: int, trans_b: int) -> None:
    first = [9, 3] if trans_a else [3, 9]
    second = [5, 9] if trans_b else [9, 5]
    nodes = [node("Gemm", ["a", "b", "c"], ["y"], transA=trans_a, transB=trans_b)]
    stored = [weight("b", second), weight("c", [5])]
    (layer,) = imported(nodes, [value("a", first)], stored).layers
    assert layer.macs == 3 * 9 * 5
    assert (layer.weights, layer.parameters) == (45, 50)


def test_rows_that_are_the_batch_are_the_batch() -> None:
    nodes = [node("Gemm", ["a", "b"], ["y"])]
    network = imported(nodes, [value("a", ["batch", 9])], [weight("b", [9, 5])], dims={"batch": 4})
    assert network.batch == 4
    assert sizes(network.layers[0]) == dict(N=4, G=1, K=5, C=9, P=1)


@given(
    leading=st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from(["both", "left", "right"])), max_size=3
    ),
    matrix=st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4)),
)
def test_macs_and_traffic_are_those_of_numpy(
    leading: list[tuple[int, str]], matrix: tuple[int, int, int]
) -> None:
    rows, inner, columns = matrix
    left = [1 if side == "right" else size for size, side in leading] + [rows, inner]
    right = [1 if side == "left" else size for size, side in leading] + [inner, columns]
    einsum = product_einsum(left, right, batch=10**6)
    result = np.matmul(np.ones(left), np.ones(right))
    assert einsum.macs == result.size * inner
    assert einsum.elements("inputs") == math.prod(left)
    assert einsum.elements("weights") == math.prod(right)
    assert einsum.elements("outputs") == result.size
