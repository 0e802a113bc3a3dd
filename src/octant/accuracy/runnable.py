"""A network that can be run: an ONNX model with its weights, and its layers that multiply."""

from __future__ import annotations

import hashlib
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper, shape_inference, version_converter

from octant.errors import ImportFailedError, RunFailedError

#: The operator set that the pass writes: the first whose QuantizeLinear knows 16 bits.
OPSET = 21
IR_VERSION = 10
_LARGEST_BYTES = 2**31 - 1
#: Operators that multiply and accumulate, too, but run in float32: the pass does not know them.
UNROUNDED = frozenset(
    {
        "Attention", "ConvInteger", "DeformConv", "Einsum", "GRU", "If", "LSTM", "Loop",
        "MatMulInteger", "MultiHeadAttention", "QLinearConv", "QLinearMatMul", "RNN", "Scan",
    }
)  # fmt: skip
#: Operators that multiply and accumulate, whose operands the pass rounds.
MULTIPLYING = ("Conv", "ConvTranspose", "Gemm", "MatMul")


@dataclass(frozen=True, slots=True, eq=False)
class MacLayer:
    """A node that multiplies and accumulates.

    Args:
        name: the node's; where it has none, its operator and output.
        operator: Conv, ConvTranspose, Gemm or MatMul.
        position: of the node in the graph.
        activation: name of the operand that is an activation (the first one of two).
        second: name of the other operand.
        weights: its values where it is stored; None where it is an activation, too.
        weights_first: the stored operand is the first of the two.
        output: name of the result.
        channel_axis: the weights' axis of output channels.
        summed_axis: the weights' axis that products are summed over.
        activation_axis: the activation's axis that products are summed over.
    """

    name: str
    operator: str
    position: int
    activation: str
    second: str
    weights: NDArray[np.float32] | None
    weights_first: bool
    output: str
    channel_axis: int
    summed_axis: int
    activation_axis: int


@dataclass(frozen=True, slots=True, eq=False)
class Runnable:
    """A model with its weights, ready for the pass.

    Args:
        name: of the network.
        proto: at operator set 21 or later, shapes inferred, constants stored.
        digest: SHA-256 of the bytes that it came from.
        inputs: (name, shape) of each input; None for an open extent.
        layers: those that multiply and accumulate, in order.
    """

    name: str
    proto: onnx.ModelProto
    digest: str
    inputs: tuple[tuple[str, tuple[int | None, ...]], ...]
    layers: tuple[MacLayer, ...]

    @property
    def unrounded(self) -> tuple[str, ...]:
        """The operators among ``UNROUNDED`` that the network has, each with how often."""
        found = Counter(node.op_type for node in self.proto.graph.node)
        local = {function.name for function in self.proto.functions}
        return tuple(
            f"{operator} ({count})"
            for operator, count in sorted(found.items())
            if operator in UNROUNDED | local
        )

    @property
    def batch(self) -> int | None:
        """The batch that the model is fixed to; None where it is open."""
        shape = self.inputs[0][1]
        return shape[0] if shape else None


def load_runnable(source: str | Path | bytes, name: str = "") -> Runnable:
    """The model in a file or in bytes, with its weights.

    Raises:
        ImportFailedError: it is missing, no ONNX model, or lacks its weights.
        RunFailedError: it cannot be brought to the operator set that the pass needs.
    """
    label = name or (Path(source).stem if not isinstance(source, bytes) else "network")
    data = source if isinstance(source, bytes) else _read(Path(source))
    proto = onnx.ModelProto()
    try:
        proto.ParseFromString(data)
    except Exception as error:  # protobuf's DecodeError derives from nothing narrower
        raise ImportFailedError(f"{label}: not an ONNX model: it does not parse") from error
    if not proto.graph.node:
        raise ImportFailedError(f"{label}: not an ONNX model: it holds no graph with nodes")
    _attach_external(proto, source, label)
    if proto.ByteSize() > _LARGEST_BYTES:
        raise RunFailedError(
            f"{label}: with its weights it has more than the 2 GiB that protobuf holds in one "
            "piece: such a network cannot be rewritten here"
        )
    modern = _modern(proto, label)
    _store_constants(modern.graph)
    return Runnable(
        label,
        modern,
        hashlib.sha256(data).hexdigest(),
        _inputs(modern.graph),
        tuple(_layers(modern.graph)),
    )


def stored_tensors(graph: onnx.GraphProto) -> dict[str, onnx.TensorProto]:
    """The stored tensors of a graph by name."""
    return {item.name: item for item in graph.initializer}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImportFailedError(f"{path}: cannot be read: {error.strerror}") from error


def _attach_external(proto: onnx.ModelProto, source: str | Path | bytes, label: str) -> None:
    """Loads weights that lie beside the file; paths that leave its folder are refused by onnx."""
    outside = [
        item.name
        for item in proto.graph.initializer
        if item.data_location == onnx.TensorProto.EXTERNAL
    ]
    if not outside:
        return
    if isinstance(source, bytes):
        raise ImportFailedError(
            f"{label}: {len(outside)} weights lie in another file; give the model's path"
        )
    try:
        onnx.load_external_data_for_model(proto, str(Path(source).parent))
    except Exception as error:
        raise ImportFailedError(
            f"{label}: the weights beside it cannot be read: {' '.join(str(error).split())}"
        ) from error


def _modern(proto: onnx.ModelProto, label: str) -> onnx.ModelProto:
    """The model at the operator set of the pass, its shapes inferred where they can be."""
    version = max((x.version for x in proto.opset_import if x.domain in ("", "ai.onnx")), default=0)
    try:
        if version < OPSET:
            proto = version_converter.convert_version(proto, OPSET)
        proto.ir_version = max(IR_VERSION, min(proto.ir_version, IR_VERSION + 3))
    except Exception as error:
        raise RunFailedError(
            f"{label}: cannot be brought from operator set {version} to {OPSET}, which rounding "
            f"needs: {' '.join(str(error).split())[:300]}; export it with operator set {OPSET}"
        ) from error
    with suppress(Exception):  # an operator that onnx does not know: ONNX Runtime may
        return shape_inference.infer_shapes(proto)
    return proto


def _store_constants(graph: onnx.GraphProto) -> None:
    """Turns Constant nodes that hold a tensor into stored tensors."""
    kept = []
    for node in graph.node:
        value = next((item.t for item in node.attribute if item.name == "value"), None)
        if node.op_type == "Constant" and value is not None:
            value.name = node.output[0]
            graph.initializer.append(value)
        else:
            kept.append(node)
    del graph.node[:]
    graph.node.extend(kept)


def _inputs(graph: onnx.GraphProto) -> tuple[tuple[str, tuple[int | None, ...]], ...]:
    stored = set(stored_tensors(graph))
    return tuple(
        (
            item.name,
            tuple(
                dim.dim_value if dim.HasField("dim_value") else None
                for dim in item.type.tensor_type.shape.dim
            ),
        )
        for item in graph.input
        if item.name not in stored
    )


def _layers(graph: onnx.GraphProto) -> list[MacLayer]:
    stored = stored_tensors(graph)
    found = []
    for position, node in enumerate(graph.node):
        if node.op_type not in MULTIPLYING or node.domain not in ("", "ai.onnx"):
            continue
        first, second = node.input[0], node.input[1]
        if first in stored and second in stored:
            continue  # known before the first inference
        weights_first = first in stored
        name = second if not weights_first else first
        channel, summed, activation = _axes(node, weights_first)
        if name in stored and len(stored[name].dims) == 1:
            channel = summed = 0  # a vector has the summed axis only
        found.append(
            MacLayer(
                name=node.name or f"{node.op_type}_{node.output[0]}",
                operator=node.op_type,
                position=position,
                activation=second if weights_first else first,
                second=name,
                weights=_values(stored[name]) if name in stored else None,
                weights_first=weights_first,
                output=node.output[0],
                channel_axis=channel,
                summed_axis=summed,
                activation_axis=activation,
            )
        )
    return found


def _values(tensor: onnx.TensorProto) -> NDArray[np.float32]:
    return np.asarray(numpy_helper.to_array(tensor), dtype=np.float32)


def _axes(node: onnx.NodeProto, weights_first: bool) -> tuple[int, int, int]:
    """Axes of the weights' output channels, their summed index, and the activation's."""
    turned = {item.name: item.i for item in node.attribute}
    if node.op_type == "Conv":
        return 0, 1, 1
    if node.op_type == "ConvTranspose":
        return 1, 0, 1
    if node.op_type == "Gemm":
        first = 0 if turned.get("transA", 0) else 1
        second = 1 if turned.get("transB", 0) else 0
        if weights_first:
            return 1 - first, first, second
        return 1 - second, second, first
    return (-2, -1, -2) if weights_first else (-1, -2, -1)
