"""Bit widths read from the graph: integer operators, QLinear operators, and QDQ graphs."""

from __future__ import annotations

from typing import Any

import pytest
from onnx import TensorProto

from octant.workload import Workload
from tests.unit.importers.models import formats, imported, node, value, vector_of, weight

SCALES = ["xs", "ws", "ys"]


def scales() -> list[Any]:
    return [weight(name, []) for name in SCALES]


def zero(name: str, element_type: int) -> Any:
    return weight(name, [], element_type)


def test_conv_integer() -> None:
    nodes = [node("ConvInteger", ["x", "w", "xz"], ["y"], pads=[1, 1, 1, 1])]
    stored = [weight("w", [8, 3, 3, 3], TensorProto.INT8), zero("xz", TensorProto.UINT8)]
    (layer,) = imported(nodes, [value("x", [1, 3, 6, 6], TensorProto.UINT8)], stored).layers
    assert formats(layer) == ["uint8", "int8", "int32"]
    assert layer.macs == 8 * 36 * 27
    assert layer.parameters == 8 * 27


def test_matmul_integer() -> None:
    nodes = [node("MatMulInteger", ["x", "w"], ["y"])]
    stored = [weight("w", [6, 5], TensorProto.INT8)]
    (layer,) = imported(nodes, [value("x", [2, 4, 6], TensorProto.UINT8)], stored).layers
    assert formats(layer) == ["uint8", "int8", "int32"]
    assert layer.macs == 2 * 4 * 6 * 5


def test_qlinear_operators() -> None:
    conv = ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"]
    product = ["c", "ys", "yz", "m", "ws", "wz", "xs", "xz"]
    nodes = [node("QLinearConv", conv, ["c"]), node("QLinearMatMul", product, ["y"])]
    stored = [
        weight("w", [4, 3, 1, 1], TensorProto.INT8),
        weight("b", [4], TensorProto.INT32),
        weight("m", [6, 5], TensorProto.INT8),
        zero("wz", TensorProto.INT8),
        zero("xz", TensorProto.UINT8),
        zero("yz", TensorProto.UINT8),
        *scales(),
    ]
    first, second = imported(nodes, [value("x", [1, 3, 6, 6], TensorProto.UINT8)], stored).layers
    assert formats(first) == formats(second) == ["uint8", "int8", "uint8"]
    assert (first.macs, first.weights, first.parameters) == (4 * 36 * 3, 12, 16)
    assert (second.macs, second.weights) == (4 * 6 * 6 * 5, 30)


def qdq(weights: int, activations: int, *, opset: int = 21) -> Workload:
    """A convolution and a Relu between quantisers, as exporters write them."""
    nodes = [
        node("QuantizeLinear", ["x", "xs", "xz"], ["xq"], "quantise-input"),
        node("DequantizeLinear", ["xq", "xs", "xz"], ["xd"], "dequantise-input"),
        node("DequantizeLinear", ["w", "ws", "wz"], ["wd"]),
        node("Conv", ["xd", "wd"], ["c"], "conv"),
        node("Relu", ["c"], ["r"], "relu"),
        node("QuantizeLinear", ["r", "ys", "yz"], ["rq"], "quantise-output"),
        node("DequantizeLinear", ["rq", "ys", "yz"], ["y"], "dequantise-output"),
    ]
    stored = [
        weight("w", [4, 3, 1, 1], weights),
        zero("wz", weights),
        zero("xz", activations),
        zero("yz", activations),
        *scales(),
    ]
    return imported(nodes, [value("x", [1, 3, 5, 5])], stored, opset=opset)


@pytest.mark.parametrize(
    ("weights", "activations", "expected"),
    [
        (TensorProto.INT8, TensorProto.UINT8, ["uint8", "int8", "uint8"]),
        (TensorProto.INT4, TensorProto.INT8, ["int8", "int4", "int8"]),
        (TensorProto.UINT4, TensorProto.UINT16, ["uint16", "uint4", "uint16"]),
    ],
)
def test_a_layer_between_quantisers(weights: int, activations: int, expected: list[str]) -> None:
    network = qdq(weights, activations)
    layers = {layer.name: layer for layer in network.layers}
    assert formats(layers["conv"]) == expected
    assert layers["conv"].weights == layers["conv"].parameters == 12
    assert str(vector_of(layers["relu"]).format) == expected[0]


def test_the_quantisers_cost_their_arithmetic_and_real_passes_their_traffic() -> None:
    layers = {layer.name: layer for layer in qdq(TensorProto.INT8, TensorProto.INT8).layers}
    # The input is float: a real pass. What follows the Relu is only its number format.
    assert vector_of(layers["quantise-input"]).operations == 3 * 75
    assert vector_of(layers["quantise-input"]).read_elements == 75
    assert vector_of(layers["dequantise-input"]).operations == 2 * 75
    assert vector_of(layers["dequantise-input"]).read_elements == 0
    assert vector_of(layers["quantise-output"]).operations == 3 * 100
    assert vector_of(layers["quantise-output"]).written_elements == 0
    # The network's result is float: a real pass again.
    assert vector_of(layers["dequantise-output"]).written_elements == 100


def test_a_tensor_that_others_read_as_float_stays_float() -> None:
    nodes = [
        node("Conv", ["x", "w"], ["c"], "conv"),
        node("QuantizeLinear", ["c", "ys", "yz"], ["q"]),
        node("DequantizeLinear", ["q", "ys", "yz"], ["d"]),
        node("Add", ["c", "d"], ["y"]),
    ]
    stored = [weight("w", [4, 3, 1, 1]), zero("yz", TensorProto.INT8), *scales()]
    network = imported(nodes, [value("x", [1, 3, 5, 5])], stored)
    assert formats(network.layers[0]) == ["float32", "float32", "float32"]
    assert vector_of(network.layers[1]).read_elements == 100


@pytest.mark.parametrize(
    ("element_type", "expected"),
    [(TensorProto.FLOAT16, "float16"), (TensorProto.BFLOAT16, "float16"), (11, "float64")],
)
def test_float_formats(element_type: int, expected: str) -> None:
    nodes = [node("MatMul", ["x", "w"], ["y"])]
    stored = [weight("w", [6, 5], element_type)]
    (layer,) = imported(nodes, [value("x", [4, 6], element_type)], stored).layers
    assert formats(layer) == [expected] * 3


@pytest.mark.parametrize(
    "steps",
    [
        [node("Identity", ["w"], ["v"])],
        [node("Transpose", ["w"], ["v"], perm=[0, 1])],
        [node("Reshape", ["w", "shape"], ["v"])],
        [node("DequantizeLinear", ["w", "ws"], ["v"])],
        [
            node("DequantizeLinear", ["w", "ws"], ["a"]),
            node("Identity", ["a"], ["b"]),
            node("Transpose", ["b"], ["v"], perm=[0, 1]),
        ],
    ],
    ids=["identity", "transpose", "reshape", "dequantise", "chain"],
)
def test_weights_behind_operators_that_run_once(steps: list[Any]) -> None:
    from tests.unit.importers.models import integers

    quantised = steps[0].op_type == "DequantizeLinear"
    stored = [
        weight("w", [6, 5], TensorProto.INT8 if quantised else TensorProto.FLOAT),
        integers("shape", [6, 5]),
        *scales(),
    ]
    network = imported([*steps, node("MatMul", ["x", "v"], ["y"])], [value("x", [4, 6])], stored)
    (layer,) = network.layers
    assert (layer.weights, layer.parameters) == (30, 30)
    assert formats(layer)[1] == ("int8" if quantised else "float32")


def test_weights_in_constant_nodes() -> None:
    nodes = [
        node("Constant", [], ["w"], value=weight("", [6, 5])),
        node("MatMul", ["x", "w"], ["y"]),
    ]
    (layer,) = imported(nodes, [value("x", [4, 6])]).layers
    assert (layer.weights, layer.parameters) == (30, 30)
