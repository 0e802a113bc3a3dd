"""Graphs inside nodes: the branches and bodies of If, Loop and Scan."""

from __future__ import annotations

import onnx


def nested_graphs(node: onnx.NodeProto) -> list[onnx.GraphProto]:
    """The graphs that a node's attributes hold, in order."""
    graphs: list[onnx.GraphProto] = []
    for attribute in node.attribute:
        graphs.extend(attribute.graphs)
        if attribute.HasField("g"):
            graphs.append(attribute.g)
    return graphs
