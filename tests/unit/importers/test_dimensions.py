"""Open dimensions, shape arithmetic, and what cannot be inferred."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from octant.errors import ImportFailedError, UnknownNameError
from octant.importers import read_onnx
from octant.workload import Workload
from tests.unit.importers.models import imported, integers, model, node, sizes, value, weight


def dense(extents: list[Any], **dims: int) -> Workload:
    nodes = [node("MatMul", ["x", "w"], ["y"])]
    return imported(nodes, [value("x", extents)], [weight("w", [6, 5])], dims=dims)


def test_a_symbolic_batch() -> None:
    network = dense(["batch", 7, 6], batch=4)
    assert network.batch == 4
    assert network.macs == 4 * 7 * 6 * 5
    assert "batch=4" in network.description


def test_a_batch_that_is_not_the_first_axis() -> None:
    assert dense(["steps", "batch", 6], steps=9, batch=2).batch == 2


def test_an_open_dimension_is_an_error_that_names_what_to_give() -> None:
    with pytest.raises(ImportFailedError, match=r"'batch' \(input 'x', axis 0\).*--dim batch=1"):
        dense(["batch", 7, 6])


def test_a_dimension_without_a_name() -> None:
    nodes = [node("Relu", ["x"], ["y"])]
    with pytest.raises(ImportFailedError, match=r"--dim x\.1=1"):
        imported(nodes, [value("x", [2, None])])
    assert imported(nodes, [value("x", [2, None])], dims={"x.1": 5}).layers[0].macs == 0


def test_an_unknown_name_is_an_error_with_near_misses() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'batch'"):
        dense(["batch", 7, 6], bach=4)
    with pytest.raises(UnknownNameError, match="all its dimensions have sizes"):
        dense([1, 7, 6], batch=4)


@pytest.mark.parametrize("size", [0, -3, True, 2**48 + 1, 10**20])
def test_a_size_that_no_dimension_has(size: int) -> None:
    with pytest.raises(ImportFailedError, match=r"size .*: allowed are 1 to 2\^48"):
        dense(["batch", 7, 6], batch=size)


def test_shape_arithmetic_folds() -> None:
    # view(x.shape[0], x.shape[1] * x.shape[2]), as exporters write it
    nodes = [
        node("Shape", ["x"], ["s"]),
        node("Constant", [], ["zero"], value_int=0),
        node("Gather", ["s", "zero"], ["b"]),
        node("Shape", ["x"], ["tail"], start=1),
        node("ReduceProd", ["tail"], ["flat"]),
        node("Unsqueeze", ["b", "axis"], ["b1"]),
        node("Concat", ["b1", "flat"], ["target"], axis=0),
        node("Reshape", ["x", "target"], ["v"]),
        node("MatMul", ["v", "w"], ["y"]),
    ]
    network = imported(
        nodes,
        [value("x", ["batch", "tokens", 6])],
        [weight("w", [42, 5]), integers("axis", [0])],
        dims={"batch": 3, "tokens": 7},
        opset=17,
    )
    (layer,) = network.layers
    assert sizes(layer) == dict(N=3, G=1, K=5, C=42, P=1)


def test_a_split_into_heads() -> None:
    nodes = [
        node("Reshape", ["x", "heads"], ["h"]),
        node("Transpose", ["h"], ["q"], perm=[0, 2, 1, 3]),
        node("Transpose", ["h"], ["k"], perm=[0, 2, 3, 1]),
        node("MatMul", ["q", "k"], ["y"]),
    ]
    stored = [integers("heads", [0, 0, 12, 64])]
    network = imported(nodes, [value("x", ["batch", 9, 768])], stored, dims={"batch": 2})
    assert sizes(network.layers[-1]) == dict(N=1, G=24, K=9, C=64, P=9)


def test_a_size_that_depends_on_data_is_an_error_until_it_is_given() -> None:
    nodes = [
        node("NonZero", ["x"], ["places"], "find"),
        node("Cast", ["places"], ["p"], to=1),
        node("MatMul", ["w", "p"], ["y"], "product"),
    ]
    arguments: Any = (nodes, [value("x", [20])], [weight("w", [5, 1])])
    with pytest.raises(
        ImportFailedError, match=r"'places' \(made by node 'find'.*--dim places\.1=1"
    ):
        imported(*arguments)
    # It may be given where it arises, and then follows.
    assert imported(*arguments, dims={"places.1": 8}).macs == 5 * 8


def test_names_for_a_network() -> None:
    nodes = [node("Relu", ["x"], ["y"])]
    data = model(nodes, [value("x", [1, 2])], [value("y", None)]).SerializeToString()
    assert read_onnx(data).name == "graph"
    assert read_onnx(data, name="mine").name == "mine"


def test_a_path(tmp_path: Path) -> None:
    path = tmp_path / "tiny.onnx"
    nodes = [node("Relu", ["x"], ["y"])]
    path.write_bytes(model(nodes, [value("x", [1, 2])], [value("y", None)]).SerializeToString())
    for source in (path, str(path)):
        network = read_onnx(source)
        assert (network.name, network.source) == ("tiny", "tiny.onnx")


def test_large_stored_tensors_are_never_computed() -> None:
    # 2^40 weights: an import that touched them would not end.
    nodes = [
        node("ConstantOfShape", ["s"], ["w"]),
        node("Transpose", ["w"], ["t"]),
        node("MatMul", ["x", "t"], ["y"]),
    ]
    stored = [integers("s", [2**20, 2**20])]
    (layer,) = imported(nodes, [value("x", [1, 2**20])], stored).layers
    assert layer.weights == layer.parameters == 2**40


def test_what_depends_on_shapes_alone_is_no_parameter() -> None:
    nodes = [
        node("Shape", ["x"], ["s"]),
        node("ConstantOfShape", ["s"], ["mask"]),
        node("Add", ["x", "mask"], ["y"]),
    ]
    (layer,) = imported(nodes, [value("x", [90, 90])]).layers
    assert layer.parameters == 0
    assert layer.inputs == ("x",)
