"""What the command line's tests need: the command itself, and a small network in a file."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from tests.unit.cli.command import Octant


@pytest.fixture
def octant(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Octant:
    return Octant(monkeypatch, capsys)


def _model(operator: str, domain: str) -> onnx.ModelProto:
    """Two products of 4 x 4, something between them, and a batch of any size."""

    def tensor(name: str, *shape: int | str) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    nodes = [
        helper.make_node("MatMul", ["x", "v"], ["a"], name="first"),
        helper.make_node(operator, ["a"], ["b"], name="between", domain=domain),
        helper.make_node("MatMul", ["b", "w"], ["y"], name="second"),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [tensor("x", "batch", 4), tensor("v", 4, 4), tensor("w", 4, 4)],
        [tensor("y", "batch", 4)],
        value_info=[tensor("a", "batch", 4), tensor("b", "batch", 4)],
    )
    imports = [helper.make_opsetid("", 20), helper.make_opsetid("odd", 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=10)


@pytest.fixture
def tiny(tmp_path: Path) -> str:
    """A network that is understood."""
    path = tmp_path / "tiny.onnx"
    onnx.save(_model("Relu", ""), path)
    return str(path)


@pytest.fixture
def odd(tmp_path: Path) -> str:
    """A network with an operator that nobody understands."""
    path = tmp_path / "odd.onnx"
    onnx.save(_model("Twist", "odd"), path)
    return str(path)


@pytest.fixture
def rectifier(tmp_path: Path) -> str:
    """A network that multiplies nothing."""
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, 3)) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", ends[:1], ends[1:])
    path = tmp_path / "rectifier.onnx"
    onnx.save(helper.make_model(graph, ir_version=10), path)
    return str(path)
