"""Local functions, inlined; recursion and explosion are refused before they can happen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import onnx
from onnx.inliner import inline_local_functions

from octant.errors import ImportFailedError
from octant.importers.onnx.nesting import nested_graphs

LARGEST_GRAPH = 1_000_000  # nodes after inlining

_Key = tuple[str, str]


def inlined(proto: onnx.ModelProto) -> onnx.ModelProto:
    """The model with the bodies of its local functions in place of their calls.

    Raises:
        ImportFailedError: when functions call each other in a circle, or expand to more than
            a million nodes.
    """
    if not proto.functions:
        return proto
    sizes: dict[_Key, int] = {}
    bodies = {(item.domain, item.name): item for item in proto.functions}
    for key in bodies:
        _measure(key, bodies, sizes)
    total = sum(sizes.get((node.domain, node.op_type), 1) for node in _nodes(proto.graph.node))
    if total > LARGEST_GRAPH:
        raise ImportFailedError(
            f"its local functions expand to {total} nodes: allowed are up to {LARGEST_GRAPH}"
        )
    try:
        return inline_local_functions(proto)
    except Exception as error:
        raise ImportFailedError(f"its local functions cannot be inlined: {error}") from error


def _measure(key: _Key, bodies: dict[_Key, onnx.FunctionProto], sizes: dict[_Key, int]) -> None:
    """Fills ``sizes`` with the node count of a function and of all that it calls (depth first)."""
    path = [key]
    while path:
        current = path[-1]
        calls = [(node.domain, node.op_type) for node in _nodes(bodies[current].node)]
        waiting = [call for call in calls if call in bodies and call not in sizes]
        if not waiting:
            sizes[current] = sum(sizes.get(call, 1) for call in calls)
            path.pop()
        elif waiting[0] in path:
            raise ImportFailedError(f"its local function {waiting[0][1]!r} calls itself")
        else:
            path.append(waiting[0])


def _nodes(nodes: Iterable[onnx.NodeProto]) -> Iterator[onnx.NodeProto]:
    """The nodes and those of the graphs nested in them."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        for graph in nested_graphs(node):
            waiting.extend(graph.node)
