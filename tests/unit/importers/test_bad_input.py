"""Files that are no networks, damaged, or hostile: always a clear error, never a traceback."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto, helper

from octant.errors import ImportFailedError, OctantError
from octant.importers import read_onnx
from octant.workload import UnknownWork
from tests.unit.importers.models import (
    imported,
    integers,
    light_models,
    model,
    node,
    value,
    weight,
)


@pytest.mark.parametrize("data", [b"", b"a cat", b"\x00" * 100, b"\x08\x0a"])
def test_not_a_model(data: bytes) -> None:
    with pytest.raises(ImportFailedError, match="<bytes>: not an ONNX model"):
        read_onnx(data)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ImportFailedError, match="no such file"):
        read_onnx(tmp_path / "none.onnx")
    with pytest.raises(ImportFailedError, match="is a directory"):
        read_onnx(tmp_path)


def small(stored: list[Any], nodes: list[Any] | None = None, **options: Any) -> bytes:
    nodes = nodes or [node("MatMul", ["x", "w"], ["y"], "product")]
    made = model(nodes, [value("x", [4, 6])], [value("y", None)], stored, **options)
    data: bytes = made.SerializeToString()
    return data


def external(location: str) -> Any:
    tensor = weight("w", [6, 5])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    return tensor


def test_external_weights_may_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(small([external("folder/weights.bin")]))
    assert read_onnx(path).weights == 30


@pytest.mark.parametrize(
    "location",
    [
        "../w.bin",
        "a/../../w.bin",
        "/etc/passwd",
        "C:\\w.bin",
        "..\\w.bin",
        "\\\\host\\w",
        "",
        "a\0b",
    ],
)
def test_external_weights_stay_in_the_models_folder(location: str, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(small([external(location)]))
    for source in (path, path.read_bytes()):
        with pytest.raises(ImportFailedError, match="stored tensor 'w'"):
            read_onnx(source)


def test_a_link_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(b"s")
    (folder / "w.bin").symlink_to(tmp_path / "secret")
    (folder / "net.onnx").write_bytes(small([external("w.bin")]))
    with pytest.raises(ImportFailedError, match="link"):
        read_onnx(folder / "net.onnx")


def test_external_data_inside_a_branch_is_checked_too() -> None:
    branch = helper.make_graph([node("Identity", ["w"], ["o"])], "b", [], [value("o", None)])
    branch.initializer.append(external("/etc/passwd"))
    nodes = [node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)]
    made = model(nodes, [value("c", [], 9)], [value("y", None)])
    with pytest.raises(ImportFailedError, match="refused"):
        read_onnx(made.SerializeToString())


@pytest.mark.parametrize("extents", [[-6, 5], [2**40, 2**40], [6, -(2**62)]])
def test_impossible_extents(extents: list[int]) -> None:
    with pytest.raises(ImportFailedError, match=r"'w'.*allowed"):
        read_onnx(small([weight("w", extents)]))


def test_impossible_input_extents() -> None:
    with pytest.raises(ImportFailedError, match="'x'"):
        imported([node("Relu", ["x"], ["y"])], [value("x", [-1, 3])])
    with pytest.raises(ImportFailedError, match="'x'"):
        imported([node("Relu", ["x"], ["y"])], [value("x", [2**40, 2**40])])


def test_a_huge_result() -> None:
    nodes = [node("Expand", ["x", "s"], ["y"])]
    with pytest.raises(ImportFailedError):
        read_onnx(small([integers("s", [2**40, 2**20, 4, 6])], nodes))


def test_data_of_another_length() -> None:
    tensor = weight("w", [6, 5])
    tensor.raw_data = b"\x00" * 7
    with pytest.raises(ImportFailedError, match=r"120\s+bytes.*holds 7"):
        read_onnx(small([tensor]))


def test_an_unknown_element_type() -> None:
    with pytest.raises(ImportFailedError, match="'w' has element type 99"):
        read_onnx(small([weight("w", [6, 5], 99)]))


def test_a_circle() -> None:
    nodes = [node("Add", ["x", "b"], ["a"], "first"), node("Relu", ["a"], ["b"], "second")]
    with pytest.raises(ImportFailedError, match="circle through node 'first'"):
        imported(nodes, [value("x", [1])])


def test_nodes_in_another_order_are_sorted() -> None:
    nodes = [node("Relu", ["a"], ["b"]), node("Neg", ["x"], ["a"])]
    outputs = [value("b", None)]
    network = read_onnx(model(nodes, [value("x", [3])], outputs).SerializeToString())
    assert [layer.operator for layer in network.layers] == ["Neg", "Relu"]


def test_a_tensor_that_nothing_makes_and_one_made_twice() -> None:
    with pytest.raises(ImportFailedError, match="'z', which nothing makes"):
        imported([node("Relu", ["z"], ["y"])], [value("x", [1])])
    twice = [node("Relu", ["x"], ["y"]), node("Neg", ["x"], ["y"])]
    with pytest.raises(ImportFailedError, match="'y' is made twice"):
        imported(twice, [value("x", [1])])


def test_names_are_made_unique() -> None:
    nodes = [
        node("Relu", ["x"], ["a"], "same"),
        node("Relu", ["a"], ["b"], "same"),
        node("Relu", ["b"], ["c"]),
    ]
    network = imported(nodes, [value("x", [3])])
    assert [layer.name for layer in network.layers] == ["same", "same.2", "Relu_c"]


def test_operators_that_nobody_knows_are_listed() -> None:
    nodes = [
        node("Secret", ["x"], ["a"], "mystery", domain="com.example"),
        node("Relu", ["a"], ["y"]),
    ]
    network = imported(
        nodes,
        [value("x", [4, 6])],
        domains={"com.example": 1},
        value_info=[value("a", [4, 6])],
    )
    (layer,) = network.unknown_layers
    assert layer.name == "mystery"
    assert isinstance(layer.work, UnknownWork)
    assert "com.example.Secret" in layer.work.reason
    assert len(network.layers) == 2


def test_what_follows_an_unknown_operator_has_no_shape() -> None:
    nodes = [
        node("Secret", ["x"], ["a"], "mystery", domain="com.example"),
        node("MatMul", ["a", "w"], ["y"], "product"),
    ]
    given: dict[str, Any] = {"stored": [weight("w", [6, 5])], "domains": {"com.example": 1}}
    for dims in {}, {"a.0": 4, "a.1": 6}:  # sizes do not help: the type is open, too
        with pytest.raises(
            ImportFailedError, match=r"product.*tensor 'a' \(made by node 'mystery'.*value_info"
        ) as error:
            imported(nodes, [value("x", [4, 6])], dims=dims, **given)
        assert "--dim" not in str(error.value)
    declared = [value("a", [4, 6])]
    assert imported(nodes, [value("x", [4, 6])], value_info=declared, **given).macs == 120


def test_a_shape_without_axes_is_given_by_sizes_where_the_type_is_known() -> None:
    arguments = [node("MatMul", ["x", "w"], ["y"])], [value("x", None)], [weight("w", [6, 5])]
    with pytest.raises(ImportFailedError, match=r"every axis, for example --dim x\.0=1 --dim x\.1"):
        imported(*arguments)
    assert imported(*arguments, dims={"x.0": 4, "x.1": 6}).macs == 120


def test_a_known_operator_of_another_domain() -> None:
    nodes = [
        node("FastGelu", ["x"], ["a"], domain="com.microsoft"),
        node("MatMul", ["a", "w"], ["y"]),
    ]
    network = imported(
        nodes, [value("x", [4, 6])], [weight("w", [6, 5])], domains={"com.microsoft": 1}
    )
    assert network.layers[0].element_operations == 9 * 24
    assert network.macs == 120


def test_control_flow_is_listed() -> None:
    branch = helper.make_graph([node("Relu", ["x"], ["o"])], "b", [], [value("o", None)])
    nodes = [
        node("If", ["c"], ["a"], "choose", then_branch=branch, else_branch=branch),
        node("Relu", ["a"], ["y"]),
    ]
    network = imported(nodes, [value("c", [], 9), value("x", [4, 6])])
    choose, relu = network.layers
    assert isinstance(choose.work, UnknownWork)
    assert "control flow" in choose.work.reason
    assert choose.inputs == ("c", "x")
    assert relu.element_operations == 24


def test_local_functions_are_inlined() -> None:
    body = [node("MatMul", ["a", "b"], ["m"]), node("Relu", ["m"], ["r"])]
    function = helper.make_function(
        "mine", "Dense", ["a", "b"], ["r"], body, [helper.make_opsetid("", 20)]
    )
    nodes = [node("Dense", ["x", "w"], ["y"], domain="mine")]
    network = imported(
        nodes,
        [value("x", [4, 6])],
        [weight("w", [6, 5])],
        functions=[function],
        domains={"mine": 1},
    )
    assert [layer.operator for layer in network.layers] == ["MatMul", "Relu"]
    assert (network.macs, network.weights) == (120, 30)


def function(name: str, calls: list[str]) -> Any:
    nodes, last = [], "a"
    for place, call in enumerate(calls):
        nodes.append(node(call, [last], [f"t{place}"], domain="mine"))
        last = f"t{place}"
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("mine", 1)]
    return helper.make_function("mine", name, ["a"], [last], nodes, opsets)


@pytest.mark.parametrize(
    ("functions", "complaint"),
    [
        ([function("F", ["G"]), function("G", ["F"])], "calls itself"),
        ([function(f"F{n}", [f"F{n + 1}"] * 10) for n in range(12)], "expand to"),
    ],
    ids=["recursion", "explosion"],
)
def test_functions_that_never_end(functions: list[Any], complaint: str) -> None:
    nodes = [node(functions[0].name, ["x"], ["y"], domain="mine")]
    with pytest.raises(ImportFailedError, match=complaint):
        imported(nodes, [value("x", [3])], functions=functions, domains={"mine": 1})


def test_an_operator_set_from_the_future() -> None:
    with pytest.raises(ImportFailedError, match="operator set 999"):
        imported([node("Relu", ["x"], ["y"])], [value("x", [3])], opset=999)


def test_a_malformed_attribute() -> None:
    nodes = [node("Conv", ["x", "w"], ["y"], "odd", strides=[0, 0])]
    with pytest.raises(ImportFailedError, match="odd"):
        imported(nodes, [value("x", [1, 3, 8, 8])], [weight("w", [4, 3, 3, 3])])


def test_truncated_and_mutated_files_raise_only_our_errors() -> None:
    data = next(path for path in light_models() if "zfnet" in path.stem).read_bytes()
    choose = random.Random(7)
    failures = 0
    for trial in range(120):
        damaged = bytearray(data)
        if trial % 3 == 0:
            del damaged[choose.randrange(len(data)) :]
        for _ in range(choose.randrange(1, 6)):
            if damaged:
                damaged[choose.randrange(len(damaged))] = choose.randrange(256)
        try:
            read_onnx(bytes(damaged))
        except OctantError as error:
            failures += 1
            assert "\n" not in str(error).strip()
    assert failures > 60


def test_the_onnx_package_loads_only_when_a_model_is_read() -> None:
    code = "import sys, octant.importers; sys.exit('onnx' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": _sources()})


def _sources() -> str:
    import octant.importers

    return str(Path(octant.importers.__file__).parents[2])
