"""The nine real architectures inside the onnx package, against an independent count."""

from __future__ import annotations

import math
from pathlib import Path

import onnx
import pytest

from octant.importers import read_onnx
from octant.workload import Einsum
from tests.unit.importers.models import light_models

# Multiply-accumulates in millions, as three separate counts of these files have given.
MEGAMACS = {
    "light_bvlc_alexnet": 654.6,
    "light_densenet121": 2834.2,
    "light_inception_v1": 1431.6,
    "light_inception_v2": 2018.9,
    "light_resnet50": 4089.2,
    "light_shufflenet": 124.7,
    "light_squeezenet": 349.2,
    "light_vgg19": 19632.1,
    "light_zfnet512": 1481.7,
}


def independent_macs(path: Path) -> int:
    """Output elements times the length of the sum behind each, from whole-graph inference."""
    model = onnx.shape_inference.infer_shapes(onnx.load(path))
    graph = model.graph
    shapes = {
        item.name: [dim.dim_value for dim in item.type.tensor_type.shape.dim]
        for item in (*graph.input, *graph.value_info, *graph.output)
    }
    total = 0
    for node in graph.node:
        if node.op_type == "Conv":
            total += math.prod(shapes[node.output[0]]) * math.prod(shapes[node.input[1]][1:])
        elif node.op_type == "Gemm":
            transposed = any(item.name == "transA" and item.i for item in node.attribute)
            inner = shapes[node.input[0]][0 if transposed else 1]
            total += math.prod(shapes[node.output[0]]) * inner
    return total


@pytest.mark.parametrize("path", light_models(), ids=lambda path: path.stem)
def test_macs_equal_an_independent_count(path: Path) -> None:
    network = read_onnx(path)
    assert network.macs == independent_macs(path)
    assert round(network.macs / 1e6, 1) == MEGAMACS[path.stem]
    assert network.batch == 1
    assert network.source == path.name
    assert not network.unknown_layers


def test_all_nine_are_there() -> None:
    assert {path.stem for path in light_models()} == set(MEGAMACS)


def test_alexnet_weights_by_hand() -> None:
    # bvlc_alexnet: two groups in the second, fourth and fifth convolution.
    network = read_onnx(next(path for path in light_models() if "alexnet" in path.stem))
    kernels = [96 * 3 * 121, 256 * 48 * 25, 384 * 256 * 9, 384 * 192 * 9, 256 * 192 * 9]
    matrices = [9216 * 4096, 4096 * 4096, 4096 * 1000]
    biases = 96 + 256 + 384 + 384 + 256 + 4096 + 4096 + 1000
    assert network.weights == sum(kernels) + sum(matrices) == 60_954_656
    assert network.parameters == network.weights + biases


def test_every_input_is_made_before_it_is_read() -> None:
    for path in light_models():
        made: set[str] = set()
        layers = read_onnx(path).layers
        outputs = {name for layer in layers for name in layer.outputs}
        for layer in layers:
            assert set(layer.inputs) & outputs <= made, layer.name
            made |= set(layer.outputs)


def test_layers_without_macs_stay_in_the_graph() -> None:
    network = read_onnx(next(path for path in light_models() if "squeezenet" in path.stem))
    operators = [layer.operator for layer in network.layers]
    assert operators.count("Relu") == 26
    assert operators.count("MaxPool") == 3
    assert operators.count("Concat") == 8
    assert sum(isinstance(layer.work, Einsum) for layer in network.layers) == 26
