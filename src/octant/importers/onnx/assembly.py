"""From a loaded model to a Workload: nodes become layers, metadata becomes edges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

import onnx

from octant.errors import ImportFailedError, InvalidWorkloadError
from octant.importers.onnx import (
    attention,
    contractions,
    convolutions,
    products,
    recurrent,
    vector,
)
from octant.importers.onnx.dimensions import batch_size, check_bindings, open_dimensions
from octant.importers.onnx.loading import LoadedModel
from octant.importers.onnx.nesting import nested_graphs
from octant.importers.onnx.nodes import Node, Operand, Piece, Rule, unknown
from octant.importers.onnx.ordering import captured, describe, ordered
from octant.importers.onnx.quantisation import Formats, formats
from octant.importers.onnx.shapes import STANDARD, Facts, extents, infer
from octant.importers.onnx.tables import METADATA, data_inputs
from octant.workload import Layer, Workload

RULES: Mapping[str, Rule] = {
    **vector.RULES,
    **convolutions.RULES,
    **products.RULES,
    **contractions.RULES,
    **recurrent.RULES,
    **attention.RULES,
}
CONTROL_FLOW = frozenset({"If", "Loop", "Scan", "SequenceMap"})


@dataclass(frozen=True, slots=True)
class _Graph:
    """A graph with everything that its layers need."""

    nodes: tuple[onnx.NodeProto, ...]
    facts: Facts
    formats: Formats
    batch: int


def assemble(model: LoadedModel, *, dims: Mapping[str, int], name: str | None) -> Workload:
    """The workload of a loaded model.

    Args:
        model: checked and stripped of its weights.
        dims: sizes of the open dimensions.
        name: what to call the network, or None: the file's stem, else the graph's name.

    Raises:
        ImportFailedError: what is malformed or not known, with the node's name.
        UnknownNameError: ``dims`` names no open dimension.
    """
    graph = model.proto.graph
    analysed = _analyse(model, dims)
    layers = tuple(_layers(analysed))
    given = "".join(f", {symbol}={size}" for symbol, size in sorted(dims.items()))
    return Workload(
        name=name or PurePath(model.file_name).stem or graph.name or "network",
        layers=layers,
        batch=analysed.batch,
        description=f"ONNX operator set {model.opset}{given}",
        source=model.file_name,
    )


def _analyse(model: LoadedModel, dims: Mapping[str, int]) -> _Graph:
    graph = model.proto.graph
    stored = {item.name for item in graph.initializer}
    stored |= {item.values.name for item in graph.sparse_initializer}
    inputs = [item for item in graph.input if item.name not in stored]
    nodes = ordered(graph.node, stored | {item.name for item in inputs})
    unshaped = {item.name for item in inputs if not item.type.tensor_type.HasField("shape")}
    made = unshaped | {name for node in nodes for name in node.output}
    check_bindings(open_dimensions(inputs), made, dims)
    facts = infer(
        graph,
        nodes,
        opsets=model.proto.opset_import,
        dims=dims,
        precomputed=vector.PRECOMPUTED | METADATA,
    )
    outputs = frozenset(item.name for item in graph.output)
    known = formats(nodes, facts.types, frozenset(facts.stored), outputs)
    return _Graph(tuple(nodes), facts, known, batch_size(inputs, dims))


def _layers(graph: _Graph) -> Iterator[Layer]:
    """The layers in order; a stored tensor is a parameter of the first that reads it."""
    joined: dict[str, str] = {}
    names: set[str] = set()
    counted: set[str] = set()
    for proto in graph.nodes:
        if proto.input and _is_metadata(proto, graph.facts):
            joined |= dict.fromkeys(proto.output, joined.get(proto.input[0], proto.input[0]))
        elif all(name in graph.facts.stored for name in proto.output):
            continue
        else:
            node = _node(proto, graph, _unique(proto.name or _default_name(proto), names))
            for piece in _pieces(node, proto):
                name = _unique(f"{node.name}.{piece.suffix}", names) if piece.suffix else node.name
                yield _layer(node, piece, name, joined, counted)


def _is_metadata(proto: onnx.NodeProto, facts: Facts) -> bool:
    """Whether a node moves and computes nothing (a Dropout that may be training does)."""
    if proto.op_type == "Dropout" and len(proto.input) > 2:
        training = facts.values.get(proto.input[2])
        return training is not None and not training.any()
    return proto.domain in STANDARD and proto.op_type in METADATA


def _default_name(proto: onnx.NodeProto) -> str:
    return f"{proto.op_type}_{next(filter(None, proto.output), 'nothing')}"


def _unique(name: str, names: set[str]) -> str:
    """The name, with a number where it is taken; it is taken afterwards."""
    found, number = name, 1
    while found in names:
        number += 1
        found = f"{name}.{number}"
    names.add(found)
    return found


def _node(proto: onnx.NodeProto, graph: _Graph, name: str) -> Node:
    standard = proto.domain in STANDARD
    outer = dict.fromkeys(name for nested in nested_graphs(proto) for name in captured(nested))
    return Node(
        name=name,
        operator=proto.op_type if standard else f"{proto.domain}.{proto.op_type}",
        inputs=_operands(proto.input, graph),
        outputs=_operands(proto.output, graph),
        attributes={
            item.name: onnx.helper.get_attribute_value(item)
            for item in proto.attribute
            if item.type not in (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS)
        },
        captured=tuple(item for item in _operands(outer, graph) if item),
        batch=graph.batch,
        fused=bool(proto.output) and proto.output[0] in graph.formats.fused,
    )


def _operands(names: Iterable[str], graph: _Graph) -> tuple[Operand | None, ...]:
    facts = graph.facts
    return tuple(
        Operand(
            name=name,
            maker=facts.makers.get(name, "the caller"),
            extents=extents(facts, name),
            number_format=graph.formats.of.get(name),
            stored=name in facts.stored,
            roots=facts.roots.get(name, ()),
            values=facts.values.get(name),
        )
        if name
        else None
        for name in names
    )


def _pieces(node: Node, proto: onnx.NodeProto) -> tuple[Piece, ...]:
    rule = RULES.get(node.operator)
    if node.operator in CONTROL_FLOW:
        return unknown(node, f"control flow: what {node.operator} runs depends on the data")
    if rule is None:
        return unknown(node, f"operator {node.operator} is in none of Octant's tables")
    try:
        return rule(node)
    except (ImportFailedError, InvalidWorkloadError) as error:
        raise ImportFailedError(f"node {describe(proto)}: {error}") from error


def _layer(
    node: Node, piece: Piece, name: str, joined: Mapping[str, str], counted: set[str]
) -> Layer:
    activations = [item.name for item in piece.reads if not item.stored]
    data = piece.reads[: data_inputs(node.operator, len(piece.reads))]
    roots = dict(root for item in data if item.stored for root in item.roots)
    parameters = sum(elements for root, elements in roots.items() if root not in counted)
    counted.update(roots)
    return Layer(
        name=name,
        operator=node.operator,
        work=piece.work,
        inputs=tuple(dict.fromkeys(joined.get(item, item) for item in activations)),
        outputs=piece.writes,
        repeats=piece.repeats,
        weights=piece.weights,
        parameters=parameters,
    )
