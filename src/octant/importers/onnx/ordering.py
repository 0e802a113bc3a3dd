"""An order in which the nodes can run, and the outer tensors that nested graphs read."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

import onnx

from octant.errors import ImportFailedError
from octant.importers.onnx.nesting import nested_graphs


def ordered(nodes: Sequence[onnx.NodeProto], given: Iterable[str]) -> list[onnx.NodeProto]:
    """The nodes so that each follows those whose outputs it reads; the file's order where free.

    Args:
        nodes: as the file lists them (ONNX asks for this order, exporters sometimes forget).
        given: names of the graph's inputs and stored tensors.

    Raises:
        ImportFailedError: when a tensor is made twice or never, or nodes form a circle.
    """
    available = set(given)
    makers = _makers(nodes, available)
    missing: dict[int, int] = {}
    readers: dict[str, list[int]] = {}
    for index, node in enumerate(nodes):
        needs = {name for name in reads(node) if name and name not in available}
        for name in needs:
            if name not in makers:
                raise ImportFailedError(
                    f"node {describe(node)} reads tensor {name!r}, which nothing makes: the file "
                    "is truncated or malformed"
                )
            readers.setdefault(name, []).append(index)
        missing[index] = len(needs)
    return _drain(nodes, missing, readers)


def reads(node: onnx.NodeProto) -> list[str]:
    """The tensors that a node reads, those that its nested graphs capture included."""
    names = list(node.input)
    for graph in nested_graphs(node):
        names.extend(name for name in captured(graph) if name not in names)
    return names


def captured(graph: onnx.GraphProto) -> list[str]:
    """The names that a nested graph uses and does not define itself."""
    own = {item.name for item in (*graph.input, *graph.initializer)}
    own |= {name for node in graph.node for name in node.output}
    used = [name for node in graph.node for name in reads(node)]
    used += [item.name for item in graph.output]
    return [name for name in dict.fromkeys(used) if name and name not in own]


def describe(node: onnx.NodeProto) -> str:
    """How messages call a node: its operator and its name, or what it makes.

    >>> describe(onnx.helper.make_node("Relu", ["x"], ["y"]))
    "'Relu' (making 'y')"
    """
    if node.name:
        return f"{node.name!r} ({node.op_type})"
    return f"{node.op_type!r} (making {next(iter(node.output), '')!r})"


def _makers(nodes: Sequence[onnx.NodeProto], given: set[str]) -> set[str]:
    makers: set[str] = set()
    for node in nodes:
        for name in node.output:
            if name and (name in makers or name in given):
                raise ImportFailedError(
                    f"tensor {name!r} is made twice, the second time by node {describe(node)}"
                )
            makers.add(name)
    return makers


def _drain(
    nodes: Sequence[onnx.NodeProto], missing: dict[int, int], readers: dict[str, list[int]]
) -> list[onnx.NodeProto]:
    ready = [index for index in range(len(nodes)) if not missing[index]]
    order: list[onnx.NodeProto] = []
    while ready:
        node = nodes[heapq.heappop(ready)]
        order.append(node)
        for name in dict.fromkeys(node.output):
            for reader in readers.get(name, ()):
                missing[reader] -= 1
                if not missing[reader]:
                    heapq.heappush(ready, reader)
    if len(order) < len(nodes):
        stuck = next(nodes[index] for index in range(len(nodes)) if missing[index])
        raise ImportFailedError(
            f"the graph has a circle through node {describe(stuck)}: each tensor must be made "
            "before it is read"
        )
    return order
