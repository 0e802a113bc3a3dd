"""A network that can be run: an ONNX model with its weights, and its layers that multiply."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper, shape_inference, version_converter

from octant.accuracy.recurrence import Loop, unroll
from octant.errors import ImportFailedError, RunFailedError
from octant.importers.onnx.loading import content, parsed

#: The operator set that the pass writes: the first whose QuantizeLinear knows 16 bits.
OPSET = 21
IR_VERSION = 10
_LARGEST_BYTES = 2**31 - 1
#: Operators that multiply and accumulate, too, but run in float32: the pass does not know them, or
#: not all of them (an Einsum of three operands, an LSTM with peepholes).
UNROUNDED = frozenset(
    {
        "Attention", "ConvInteger", "DeformConv", "Einsum", "GRU", "If", "LSTM", "Loop",
        "MatMulInteger", "MultiHeadAttention", "QLinearConv", "QLinearMatMul", "RNN", "Scan",
    }
)  # fmt: skip
#: Operators that multiply and accumulate, whose operands the pass rounds.
MULTIPLYING = ("Conv", "ConvTranspose", "Einsum", "Gemm", "MatMul")


@dataclass(frozen=True, slots=True, eq=False)
class MacLayer:
    """A node that multiplies and accumulates.

    Args:
        name: the node's; where it has none, its operator and output.
        operator: Conv, ConvTranspose, Einsum, Gemm or MatMul; of a product inside a loop the node
            that the loop was: LSTM, GRU or RNN.
        position: of the node in the graph.
        activation: name of the operand that is an activation (the first one of two).
        second: name of the other operand.
        weights: its values where it is stored; None where it is an activation, too.
        weights_first: the stored operand is the first of the two.
        output: name of the result.
        channel_axis: the weights' axis of output channels.
        summed_axis: the weights' axis that products are summed over.
        activation_axis: the activation's axis that products are summed over.
        behind: axes of the output behind that of its channels.
        inner: the names of activation and output inside a loop; those outside hold all its steps.
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
    behind: int = 0
    inner: tuple[str, str] | None = None

    @property
    def has_channels(self) -> bool:
        """Whether the stored weights have an axis of output channels to take scales of their own.

        Axis 1 of a transposed convolution counts the channels of one group; a vector has none.
        """
        if self.weights is None or self.weights.ndim < 2 or self.operator == "ConvTranspose":
            return False
        axes = (self.channel_axis, self.summed_axis)
        return len({axis % self.weights.ndim for axis in axes}) == 2


@dataclass(frozen=True, slots=True, eq=False)
class Runnable:
    """A model with its weights, ready for the pass.

    Args:
        name: of the network.
        proto: at operator set 21 or later, shapes inferred, constants stored, recurrent nodes as
            loops.
        given: the same with the recurrent nodes that it came with.
        digest: SHA-256 of the bytes that it came from.
        inputs: (name, shape) of each input; None for an open extent.
        layers: those that multiply and accumulate, in order.
    """

    name: str
    proto: onnx.ModelProto
    given: onnx.ModelProto
    digest: str
    inputs: tuple[tuple[str, tuple[int | None, ...]], ...]
    layers: tuple[MacLayer, ...]

    @property
    def unrounded(self) -> tuple[str, ...]:
        """The operators among ``UNROUNDED`` that the network has, each with how often."""
        rounded = {layer.position for layer in self.layers}
        found = Counter(
            node.op_type
            for position, node in enumerate(self.proto.graph.node)
            if position not in rounded
        )
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
    try:
        data = content(source)
        proto = parsed(data)
    except ImportFailedError as error:
        where = label if isinstance(source, bytes) else str(source)
        raise ImportFailedError(f"{where}: {error}") from error.__cause__
    _attach_external(proto, source, label)
    if proto.ByteSize() > _LARGEST_BYTES:
        raise RunFailedError(
            f"{label}: with its weights it has more than the 2 GiB that protobuf holds in one "
            "piece: such a network cannot be rewritten here"
        )
    modern = _modern(proto, label)
    _store_constants(modern.graph)
    _name_nodes(modern.graph)
    given = onnx.ModelProto()
    given.CopyFrom(modern)
    loops = unroll(modern.graph)
    return Runnable(
        label,
        modern,
        given,
        hashlib.sha256(data).hexdigest(),
        _inputs(modern.graph),
        tuple(_layers(modern.graph, loops)),
    )


def stored_tensors(graph: onnx.GraphProto) -> dict[str, onnx.TensorProto]:
    """The stored tensors of a graph by name."""
    return {item.name: item for item in graph.initializer}


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


def _name_nodes(graph: onnx.GraphProto) -> None:
    """Gives every node a name of its own: that of its layer in a workload."""
    taken: set[str] = set()
    for node in graph.node:
        wanted = node.name or f"{node.op_type}_{next(filter(None, node.output), 'nothing')}"
        name, number = wanted, 1
        while name in taken:
            number += 1
            name = f"{wanted}.{number}"
        taken.add(name)
        node.name = name


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


def _layers(graph: onnx.GraphProto, loops: Mapping[str, Loop]) -> list[MacLayer]:
    stored = stored_tensors(graph)
    found = []
    for position, node in enumerate(graph.node):
        if node.op_type == "Scan" and node.name in loops:
            found.append(_in_loop(position, loops[node.name], stored))
            continue
        if node.op_type not in MULTIPLYING or node.domain not in ("", "ai.onnx"):
            continue
        layer = _layer(position, node, stored)
        if layer is not None:
            found.append(layer)
    return found


def _layer(
    position: int, node: onnx.NodeProto, stored: Mapping[str, onnx.TensorProto]
) -> MacLayer | None:
    """The layer of a node; None where it is none, or one that the pass does not know."""
    first, second = node.input[0], node.input[1] if len(node.input) > 1 else ""
    if first in stored and second in stored:
        return None  # known before the first inference
    weights_first = first in stored
    name = first if weights_first else second
    ranks = {x: len(stored[x].dims) for x in (first, second) if x in stored}
    axes = _contracted(node, weights_first) if node.op_type == "Einsum" else _axes(
        node, weights_first, ranks.get(name, 0)
    )  # fmt: skip
    if axes is None:
        return None
    return MacLayer(
        name=node.name,
        operator=node.op_type,
        position=position,
        activation=second if weights_first else first,
        second=name,
        weights=_values(stored[name]) if name in stored else None,
        weights_first=weights_first,
        output=node.output[0],
        channel_axis=axes.channel,
        summed_axis=axes.summed,
        activation_axis=axes.activation,
        behind=axes.behind,
    )


def _in_loop(position: int, loop: Loop, stored: Mapping[str, onnx.TensorProto]) -> MacLayer:
    return MacLayer(
        name=loop.layer,
        operator=loop.operator,
        position=position,
        activation=loop.states,
        second=loop.weights,
        weights=_values(stored[loop.weights]),
        weights_first=False,
        output=loop.sums,
        channel_axis=-1,
        summed_axis=-2,
        activation_axis=-1,
        inner=(loop.state, loop.sum),
    )


def _values(tensor: onnx.TensorProto) -> NDArray[np.float32]:
    return np.asarray(numpy_helper.to_array(tensor), dtype=np.float32)


class _Axes(NamedTuple):
    """Axes of the weights' output channels and summed index, of the activation's summed index.

    ``behind`` counts the axes of the output behind that of its channels.
    """

    channel: int
    summed: int
    activation: int
    behind: int = 0


def _axes(node: onnx.NodeProto, weights_first: bool, rank: int) -> _Axes:
    """The axes of a convolution or a matrix product."""
    turned = {item.name: item.i for item in node.attribute}
    if node.op_type == "Conv":
        return _Axes(0, 1, 1, rank - 2)
    if node.op_type == "ConvTranspose":
        return _Axes(1, 0, 1, rank - 2)
    if rank == 1:
        return _Axes(0, 0, -2 if weights_first else -1)  # a vector has the summed axis only
    if node.op_type == "Gemm":
        first = 0 if turned.get("transA", 0) else 1
        second = 1 if turned.get("transB", 0) else 0
        if weights_first:
            return _Axes(1 - first, first, second, 1)
        return _Axes(1 - second, second, first)
    return _Axes(-2, -1, -2, 1) if weights_first else _Axes(-1, -2, -1)


def _contracted(node: onnx.NodeProto, weights_first: bool) -> _Axes | None:
    """The axes of an Einsum of two operands that sums over an index of both; else None.

    Where the weights have several indices of the output to themselves, the first has the scales.
    """
    text = next((item.s.decode() for item in node.attribute if item.name == "equation"), "")
    inputs, arrow, result = text.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if not arrow:
        result = "".join(sorted(x for x in set(inputs) if x.isalpha() and inputs.count(x) == 1))
    if len(terms) != 2 or any(len(set(x)) < len(x) or "." in x for x in (*terms, result)):
        return None
    activation, weights = terms[::-1] if weights_first else terms
    summed = next((x for x in weights if x in activation and x not in result), "")
    own = next((x for x in weights if x in result and x not in activation), "")
    if not summed:
        return None
    # Weights without an index of their own have one scale, as a vector does.
    channel = weights.index(own) if own else weights.index(summed)
    behind = len(result) - 1 - result.index(own) if own else 0
    return _Axes(channel, weights.index(summed), activation.index(summed), behind)
