"""Small ONNX models, made in code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from octant.importers import read_onnx
from octant.workload import Einsum, Layer, VectorWork, Workload

Extents = Sequence[int | str | None]


def value(name: str, extents: Extents | None, element_type: int = TensorProto.FLOAT) -> Any:
    return helper.make_tensor_value_info(name, element_type, extents)


def weight(name: str, extents: Sequence[int], element_type: int = TensorProto.FLOAT) -> Any:
    """A stored tensor of that shape without its data: sizes are all that an import needs."""
    return TensorProto(name=name, dims=extents, data_type=element_type)


def integers(name: str, values: Sequence[int]) -> Any:
    return numpy_helper.from_array(np.asarray(values, dtype=np.int64), name)


def node(
    operator: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    name: str = "",
    **attributes: Any,
) -> Any:
    return helper.make_node(operator, inputs, outputs, name, **attributes)


def model(
    nodes: Sequence[Any],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    stored: Sequence[Any] = (),
    *,
    opset: int = 20,
    functions: Sequence[Any] = (),
    domains: Mapping[str, int] | None = None,
    value_info: Sequence[Any] = (),
) -> Any:
    graph = helper.make_graph(nodes, "graph", inputs, outputs, stored, value_info=value_info)
    opsets = [helper.make_opsetid("", opset)]
    opsets += [helper.make_opsetid(name, version) for name, version in (domains or {}).items()]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10, functions=functions)


def imported(
    nodes: Sequence[Any],
    inputs: Sequence[Any],
    stored: Sequence[Any] = (),
    *,
    dims: Mapping[str, int] | None = None,
    **options: Any,
) -> Workload:
    """The workload of a graph whose outputs are those of its last node."""
    outputs = [value(name, None) for name in nodes[-1].output if name]
    return read_onnx(
        model(nodes, inputs, outputs, stored, **options).SerializeToString(), dims=dims
    )


def einsum_of(layer: Layer) -> Einsum:
    assert isinstance(layer.work, Einsum)
    return layer.work


def vector_of(layer: Layer) -> VectorWork:
    assert isinstance(layer.work, VectorWork)
    return layer.work


def sizes(layer: Layer) -> dict[str, int]:
    return einsum_of(layer).sizes


def formats(layer: Layer) -> list[str]:
    """The formats of inputs, weights and outputs."""
    return [str(tensor.format) for tensor in einsum_of(layer).tensors]


def light_models() -> list[Any]:
    """The networks that ship inside the onnx package."""
    from pathlib import Path

    folder = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
    return sorted(folder.glob("*.onnx"))
