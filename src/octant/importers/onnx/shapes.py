"""Types and shapes of every tensor, and the values of the few that are shapes themselves.

One pass over the nodes in order: each is inferred by the onnx package's own rule for its operator
and version, with all sizes of its inputs known, so the arithmetic of shapes folds to numbers as it
comes and nothing symbolic is left. Only small tensors are ever computed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import onnx
from onnx import numpy_helper
from onnx.shape_inference import infer_node_outputs

from octant.errors import ImportFailedError
from octant.importers.onnx.dimensions import bound_type
from octant.importers.onnx.folding import (
    constant_values,
    folded,
    shape_values,
    stored_values,
)
from octant.importers.onnx.nodes import Root, Values
from octant.importers.onnx.ordering import describe, reads
from octant.importers.onnx.stored import KEPT_ELEMENTS, checked_elements
from octant.importers.onnx.tables import data_inputs

STANDARD = ("", "ai.onnx")
# Other people's operators whose first output has the type of their first input.
_LIKE_FIRST_INPUT = frozenset({"BiasGelu", "FastGelu", "Gelu", "QuickGelu"})


@dataclass(slots=True)
class Facts:
    """What is known of each tensor, by name.

    Args:
        types: element type and shape, open sizes without value.
        values: values of small tensors.
        makers: what makes it, in words.
        stored: names known before the first inference.
        roots: the stored tensors that a stored tensor's values come from.
    """

    types: dict[str, onnx.TypeProto] = field(default_factory=dict)
    values: dict[str, Values] = field(default_factory=dict)
    makers: dict[str, str] = field(default_factory=dict)
    stored: set[str] = field(default_factory=set)
    roots: dict[str, tuple[Root, ...]] = field(default_factory=dict)


def extents(facts: Facts, name: str) -> tuple[int | None, ...] | None:
    """The extents of a tensor, None for each that is open; None where even their number is."""
    known = facts.types.get(name)
    if known is None or not known.HasField("tensor_type"):
        return None
    if not known.tensor_type.HasField("shape"):
        return None
    dims = known.tensor_type.shape.dim
    return tuple(dim.dim_value if dim.HasField("dim_value") else None for dim in dims)


def infer(
    graph: onnx.GraphProto,
    nodes: Sequence[onnx.NodeProto],
    *,
    opsets: Sequence[onnx.OperatorSetIdProto],
    dims: Mapping[str, int],
    precomputed: frozenset[str],
) -> Facts:
    """The facts of every tensor of a graph.

    Args:
        graph: the graph, for inputs, stored tensors and declared types.
        nodes: its nodes in an order in which they can run.
        opsets: the versions of the operator sets.
        dims: sizes of the open dimensions.
        precomputed: operators that run once, before the first inference, on stored operands.

    Raises:
        ImportFailedError: where the rule of an operator refuses its inputs; names the node.
    """
    facts = Facts()
    _take_stored(graph, facts)
    for item in graph.input:
        if item.name not in facts.stored:
            _take_type(facts, item.name, _best(item.name, None, item.type, dims), "the caller")
    declared = {item.name: item.type for item in (*graph.value_info, *graph.output)}
    for node in nodes:
        inferred = _infer_node(node, facts, declared, opsets)
        for name in filter(None, node.output):
            known = _best(name, inferred.get(name), declared.get(name), dims)
            _take_type(facts, name, known, f"node {describe(node)}")
        _take_values(node, facts, opsets)
        _take_provenance(node, facts, precomputed)
    return facts


def _take_stored(graph: onnx.GraphProto, facts: Facts) -> None:
    tensors = [(item.name, item.data_type, list(item.dims)) for item in graph.initializer]
    for sparse in graph.sparse_initializer:
        tensors.append((sparse.values.name, sparse.values.data_type, list(sparse.dims)))
    for name, element_type, shape in tensors:
        known = onnx.helper.make_tensor_type_proto(element_type, shape)
        _take_type(facts, name, known, "the file")
        facts.stored.add(name)
        facts.roots[name] = _root(name, shape)
    for item in graph.initializer:
        values = stored_values(item)
        if values is not None:
            facts.values[item.name] = values


def _root(name: str, shape: Iterable[int | None]) -> tuple[Root, ...]:
    """A stored tensor as a parameter; a scalar is a constant of the operator, and no parameter."""
    known = [extent for extent in shape if extent is not None]
    return ((name, checked_elements(f"tensor {name!r}", known)),) if known else ()


def _take_type(facts: Facts, name: str, known: onnx.TypeProto | None, maker: str) -> None:
    facts.makers[name] = maker
    if known is not None:
        facts.types[name] = known
        sizes = [extent for extent in extents(facts, name) or () if extent is not None]
        checked_elements(f"tensor {name!r} (made by {maker})", sizes)


def _infer_node(
    node: onnx.NodeProto,
    facts: Facts,
    declared: Mapping[str, onnx.TypeProto],
    opsets: Sequence[onnx.OperatorSetIdProto],
) -> dict[str, onnx.TypeProto]:
    """What the operator's rule says of a node's outputs; nothing where it has none."""
    schema = _schema(node, opsets)
    if schema is None:
        first = facts.types.get(next(iter(node.input), ""))
        like = first is not None and node.op_type in _LIKE_FIRST_INPUT
        return {node.output[0]: first} if like and first is not None and node.output else {}
    names = [name for name in reads(node) if name]
    types = {name: facts.types.get(name, onnx.TypeProto()) for name in names}
    small = {
        name: numpy_helper.from_array(facts.values[name], name)
        for name in node.input
        if name in facts.values
    }
    try:
        return infer_node_outputs(schema, node, types, small, {}, list(opsets), onnx.IR_VERSION)
    except Exception as error:  # InferenceError, ValidationError and others: all say "malformed"
        untyped = any(name not in facts.types for name in names)
        if untyped or all(name in declared for name in node.output if name):
            return {}
        reason = " ".join(str(error).split())
        raise ImportFailedError(
            f"the shape of tensor {node.output[0]!r} does not follow: node {describe(node)} "
            f"does not accept its inputs: {reason}"
        ) from error


def _schema(
    node: onnx.NodeProto, opsets: Sequence[onnx.OperatorSetIdProto]
) -> onnx.defs.OpSchema | None:
    domain = "" if node.domain in STANDARD else node.domain
    for item in opsets:
        if ("" if item.domain in STANDARD else item.domain) == domain:
            try:
                return onnx.defs.get_schema(node.op_type, item.version, domain)
            except onnx.defs.SchemaError:
                return None
    return None


def _best(
    name: str,
    inferred: onnx.TypeProto | None,
    declared: onnx.TypeProto | None,
    dims: Mapping[str, int],
) -> onnx.TypeProto | None:
    """The inferred type, its open sizes filled from the declared type and from ``dims``."""
    chosen = inferred if inferred is not None and inferred.WhichOneof("value") else declared
    if chosen is None:
        return None
    result = bound_type(name, chosen, dims)
    mine = result.tensor_type
    if declared is not None and inferred is not None:
        other = bound_type(name, declared, dims).tensor_type
        if not mine.HasField("shape") and other.HasField("shape"):
            mine.shape.CopyFrom(other.shape)
        for left, right in zip(mine.shape.dim, other.shape.dim, strict=False):
            if not left.HasField("dim_value") and right.HasField("dim_value"):
                left.dim_value = right.dim_value
    if result.HasField("tensor_type") and not mine.HasField("shape"):
        for size in _given_shape(name, dims):
            mine.shape.dim.add().dim_value = size
    return result


def _given_shape(name: str, dims: Mapping[str, int]) -> list[int]:
    """The extents that ``dims`` gives for axes 0, 1 ... of a tensor."""
    shape: list[int] = []
    while f"{name}.{len(shape)}" in dims:
        shape.append(dims[f"{name}.{len(shape)}"])
    return shape


def _take_values(
    node: onnx.NodeProto, facts: Facts, opsets: Sequence[onnx.OperatorSetIdProto]
) -> None:
    if node.domain not in STANDARD or not node.output:
        return
    if node.op_type == "Constant":
        value = constant_values(node)
    elif node.op_type in ("Shape", "Size"):
        value = shape_values(node, extents(facts, node.input[0]))
    else:
        facts.values.update(_folded_values(node, facts, opsets))
        return
    if value is not None:
        facts.values[node.output[0]] = value


def _folded_values(
    node: onnx.NodeProto, facts: Facts, opsets: Sequence[onnx.OperatorSetIdProto]
) -> dict[str, Values]:
    inputs = [name for name in node.input if name]
    if not inputs or any(name not in facts.values for name in inputs):
        return {}
    if not all(_is_small(extents(facts, name), node.op_type) for name in filter(None, node.output)):
        return {}
    version = next((item.version for item in opsets if item.domain in STANDARD), 1)
    values = folded(node, {name: facts.values[name] for name in inputs}, version)
    for name, value in values.items():
        if None in (extents(facts, name) or (None,)):
            element_type = onnx.helper.np_dtype_to_tensor_dtype(value.dtype)
            facts.types[name] = onnx.helper.make_tensor_type_proto(element_type, value.shape)
    return values


def _is_small(sizes: tuple[int | None, ...] | None, operator: str) -> bool:
    if operator == "NonZero":  # its one open extent is at most its input's, which is small
        return True
    known = [size for size in sizes or () if size is not None]
    return sizes is not None and len(known) == len(sizes) and math.prod(known) <= KEPT_ELEMENTS


def _take_provenance(node: onnx.NodeProto, facts: Facts, precomputed: frozenset[str]) -> None:
    """Marks the outputs of a node that runs once, before the first inference, as stored."""
    outputs = [name for name in node.output if name]
    if node.domain not in STANDARD:
        return
    if all(name in facts.values for name in outputs):
        facts.stored.update(outputs)
    inputs = [name for name in node.input if name]
    if node.op_type in precomputed and all(name in facts.stored for name in inputs):
        facts.stored.update(outputs)
    for name in outputs:
        if name in facts.stored:
            facts.roots[name] = _roots(node, name, facts)


def _roots(node: onnx.NodeProto, output: str, facts: Facts) -> tuple[Root, ...]:
    made = node.op_type == "Constant" or (
        node.op_type == "ConstantOfShape" and bool(facts.roots.get(node.input[0]))
    )
    if made:
        return _root(output, extents(facts, output) or ())
    data = node.input[: data_inputs(node.op_type, len(node.input))]
    found = [root for name in data for root in facts.roots.get(name, ())]
    return tuple(dict.fromkeys(found))
