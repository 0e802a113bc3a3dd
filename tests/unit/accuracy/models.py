"""Small networks as ONNX, and data sets in memory, for the tests of accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from octant.accuracy.dataset import DataSet, Indices, Samples, Task
from octant.accuracy.runnable import Runnable, load_runnable


def model(
    nodes: Sequence[onnx.NodeProto],
    shape: Sequence[int | str],
    stored: dict[str, Any],
    *,
    opset: int = 21,
    output: str = "y",
) -> bytes:
    """Returns the bytes of a model that reads x and makes y."""
    graph = helper.make_graph(
        list(nodes),
        "test",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, list(shape))],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(values), name) for name, values in stored.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    return bytes(made.SerializeToString())


def runnable(
    nodes: Sequence[onnx.NodeProto], shape: Sequence[int | str], stored: dict[str, Any]
) -> Runnable:
    """Returns a runnable network that reads x and makes y."""
    return load_runnable(model(nodes, shape, stored), "test")


def samples(
    inputs: NDArray[Any], answers: NDArray[Any], task: Task = Task.CLASSIFICATION
) -> DataSet:
    """Returns a data set in memory."""

    def read(chosen: Indices) -> Samples:
        return {"": inputs[chosen]}, answers[chosen]

    return DataSet("memory", "in memory", len(inputs), task, str(hash(inputs.tobytes())), read)
