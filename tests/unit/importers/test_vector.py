"""Layers without multiply-accumulates: operations and traffic by hand."""

from __future__ import annotations

from typing import Any

import pytest

from octant.importers.onnx import assembly, tables
from octant.workload import Layer, UnknownWork, VectorWork
from tests.unit.importers.models import imported, integers, node, value, vector_of, weight

DATA = [2, 8, 6, 6]  # 576 elements


def one(operator: str, inputs: list[str], stored: list[Any] = [], **attributes: Any) -> Layer:  # noqa: B006
    nodes = [node(operator, inputs, ["y"], **attributes)]
    (layer,) = imported(nodes, [value("x", DATA)], stored).layers
    return layer


def costs(layer: Layer) -> tuple[int, int, int]:
    work = vector_of(layer)
    return work.operations, work.read_elements, work.written_elements


def test_element_wise() -> None:
    assert costs(one("Relu", ["x"])) == (576, 576, 576)
    assert costs(one("HardSwish", ["x"])) == (5 * 576, 576, 576)
    assert costs(one("Add", ["x", "b"], [weight("b", [8, 1, 1])])) == (576, 584, 576)
    assert costs(one("Sum", ["x", "x", "x"])) == (2 * 576, 3 * 576, 576)
    assert costs(one("Gelu", ["x"])) == (5 * 576, 576, 576)
    assert costs(one("Gelu", ["x"], approximate="tanh")) == (9 * 576, 576, 576)


def test_clip_counts_its_bounds() -> None:
    assert costs(one("Clip", ["x", "low", "high"], [weight("low", []), weight("high", [])])) == (
        2 * 576,
        576,
        576,
    )
    assert costs(one("Clip", ["x", "low"], [weight("low", [])]))[0] == 576


def test_pooling_counts_its_windows() -> None:
    assert costs(one("AveragePool", ["x"], kernel_shape=[3, 3], strides=[3, 3])) == (
        9 * 64,
        576,
        64,
    )
    assert costs(one("MaxPool", ["x"], kernel_shape=[2, 2], strides=[2, 2])) == (3 * 144, 576, 144)
    assert costs(one("GlobalAveragePool", ["x"])) == (576, 576, 16)


def test_normalisation() -> None:
    stored = [weight(name, [8]) for name in ("scale", "shift", "mean", "variance")]
    names = ["x", "scale", "shift", "mean", "variance"]
    batch = one("BatchNormalization", names, stored)
    assert costs(batch) == (2 * 576, 576 + 16, 576)
    assert batch.parameters == 32
    layer = one("LayerNormalization", ["x", "s", "b"], [weight("s", [6]), weight("b", [6])])
    assert costs(layer) == (7 * 576, 588, 576)
    assert layer.parameters == 12
    assert costs(one("LRN", ["x"], size=5))[0] == 9 * 576
    assert costs(one("Softmax", ["x"]))[0] == 5 * 576


def test_training_is_listed_and_not_costed() -> None:
    stored = [weight(name, [8]) for name in ("scale", "shift", "mean", "variance")]
    names = ["x", "scale", "shift", "mean", "variance"]
    layer = one("BatchNormalization", names, stored, training_mode=1)
    assert isinstance(layer.work, UnknownWork)


def test_reductions_count_their_inputs() -> None:
    assert costs(one("ReduceMean", ["x", "axes"], [integers("axes", [2, 3])])) == (576, 576, 16)
    assert costs(one("ReduceL2", ["x"]))[0] == 2 * 576


def test_movement_has_traffic_and_no_operations() -> None:
    assert costs(one("Transpose", ["x"], perm=[0, 2, 3, 1])) == (0, 576, 576)
    assert costs(one("Concat", ["x", "x"], axis=1)) == (0, 1152, 1152)
    index = [integers(name, [values]) for name, values in zip("sea", (0, 2, 1), strict=True)]
    assert costs(one("Slice", ["x", "s", "e", "a"], index)) == (0, 144, 144)
    pads = integers("p", [0, 0, 1, 1, 0, 0, 1, 1])
    assert costs(one("Pad", ["x", "p"], [pads])) == (0, 576, 2 * 8 * 8 * 8)


def test_a_look_up_reads_what_it_writes_and_its_indices() -> None:
    nodes = [node("Gather", ["table", "ids"], ["y"])]
    (layer,) = imported(nodes, [value("ids", [2, 7], 7)], [weight("table", [1000, 16])]).layers
    assert costs(layer) == (0, 2 * 7 * 16 + 14, 2 * 7 * 16)
    assert (layer.weights, layer.parameters) == (0, 16000)
    assert layer.inputs == ("ids",)


def test_interpolation_is_not_free() -> None:
    sizes = [integers("sizes", [2, 8, 12, 12])]
    names = ["x", "", "", "sizes"]
    assert costs(one("Resize", names, sizes)) == (0, 576, 4 * 576)
    assert costs(one("Resize", names, sizes, mode="linear"))[0] == 9 * 4 * 576
    assert costs(one("Resize", names, sizes, mode="cubic"))[0] == 32 * 4 * 576


def test_rotary_embedding() -> None:
    caches = [weight("cos", [7, 4]), weight("sin", [7, 4])]
    inputs = [value("x", [2, 3, 7, 8]), value("ids", [2, 7], 7)]
    nodes = [node("RotaryEmbedding", ["x", "cos", "sin", "ids"], ["y"])]
    (layer,) = imported(nodes, inputs, caches, opset=24).layers
    assert costs(layer)[0] == 3 * 2 * 3 * 7 * 8


def test_top_k() -> None:
    nodes = [node("TopK", ["x", "k"], ["y", "i"])]
    (layer,) = imported(nodes, [value("x", [1, 1000])], [integers("k", [8])]).layers
    assert costs(layer) == ((1 + 3) * 1000, 1000, 16)


def test_metadata_makes_no_layer_and_joins_edges() -> None:
    nodes = [
        node("Relu", ["x"], ["a"]),
        node("Identity", ["a"], ["b"]),
        node("Flatten", ["b"], ["c"]),
        node("Dropout", ["c"], ["d"]),
        node("Relu", ["d"], ["y"]),
    ]
    first, second = imported(nodes, [value("x", DATA)]).layers
    assert second.inputs == first.outputs == ("a",)


def test_a_tied_table_is_a_parameter_once() -> None:
    nodes = [
        node("Gather", ["table", "ids"], ["e"]),
        node("Transpose", ["table"], ["t"]),
        node("MatMul", ["e", "t"], ["y"]),
    ]
    network = imported(nodes, [value("ids", [1, 7], 7)], [weight("table", [100, 16])])
    assert network.parameters == 1600
    assert network.weights == 1600


def test_the_tables_name_operators_that_exist_and_each_once() -> None:
    import onnx

    known = {schema.name for schema in onnx.defs.get_all_schemas_with_history()}
    ours = {name for name in assembly.RULES if "." not in name} | tables.METADATA
    assert ours <= known
    groups = [
        tables.PER_OUTPUT.keys(),
        tables.PER_INPUT.keys(),
        tables.VARIADIC,
        tables.MOVES_INPUTS,
        tables.MOVES_OUTPUTS,
        tables.METADATA,
    ]
    assert sum(len(group) for group in groups) == len(set().union(*groups))


@pytest.mark.parametrize(
    "name", sorted(tables.PER_OUTPUT.keys() - tables.RANDOM - {"RotaryEmbedding"})
)
def test_every_element_wise_operator_imports(name: str) -> None:
    import onnx

    schema = onnx.defs.get_schema(name, 26, "")
    names = [f"x{place}" for place in range(schema.min_input)]
    kinds = [_kind(schema, place) for place in range(schema.min_input)]
    inputs = [value(x, [3, 4], kind) for x, kind in zip(names, kinds, strict=True)]
    special: dict[str, dict[str, Any]] = {"Cast": {"to": 1}, "BitShift": {"direction": "LEFT"}}
    attributes = special.get(name, {})
    nodes = [node(name, names, ["y"], **attributes)]
    (layer,) = imported(nodes, inputs, opset=26).layers
    assert isinstance(layer.work, VectorWork)
    assert layer.work.operations == 12 * tables.PER_OUTPUT[name]


def _kind(schema: Any, place: int) -> int:
    """An element type that the operator takes at a place: float where it can be."""
    types = schema.inputs[place].types
    for text, kind in (("float", 1), ("bool", 9), ("uint8", 2), ("int64", 7)):
        if f"tensor({text})" in types:
            return kind
    raise AssertionError(types)
