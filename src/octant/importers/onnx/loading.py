"""From a file or bytes to a model that is whole, safe, and stripped of its weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import onnx

from octant.errors import ImportFailedError
from octant.importers.onnx.functions import inlined
from octant.importers.onnx.nesting import nested_graphs
from octant.importers.onnx.stored import check_and_strip

PROTOBUF_LIMIT_BYTES = 2**31 - 1


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A checked model without its weights.

    Args:
        proto: the model, local functions inlined, large tensors without data.
        opset: the version of the standard operators.
        file_name: the file's name, empty where it came as bytes.
    """

    proto: onnx.ModelProto
    opset: int
    file_name: str


def load_model(source: str | Path | bytes) -> LoadedModel:
    """The model in a file or in bytes, checked, weights stripped, local functions inlined.

    External data is never opened; its paths are checked all the same.

    Raises:
        ImportFailedError: when it is missing, not ONNX, truncated, unsafe or too new.
    """
    path = None if isinstance(source, bytes) else Path(source)
    proto = parsed(content(source))
    opset = _standard_opset(proto)
    folder = path.parent if path else None
    for graph in _graphs(proto):
        _strip_graph(graph, folder)
    return LoadedModel(inlined(proto), opset, path.name if path else "")


def content(source: str | Path | bytes) -> bytes:
    """The bytes of a file, or those that were given.

    Raises:
        ImportFailedError: it is missing, no file, too large, or cannot be read.
    """
    if isinstance(source, bytes):
        return source
    path = Path(source)
    if path.is_dir():
        raise ImportFailedError("is a directory: give the path of an .onnx file")
    if not path.is_file():
        raise ImportFailedError("there is no such file: give the path of an .onnx file")
    try:
        if path.stat().st_size > PROTOBUF_LIMIT_BYTES:
            raise ImportFailedError(
                "larger than the 2 GiB that protobuf reads: save the model with external data"
            )
        return path.read_bytes()
    except OSError as error:
        raise ImportFailedError(f"the file cannot be read: {error.strerror}") from error


def parsed(data: bytes) -> onnx.ModelProto:
    """The model that bytes hold, which has a graph with nodes.

    Raises:
        ImportFailedError: they hold none.
    """
    if not data:
        raise ImportFailedError("not an ONNX model: it is empty")
    proto = onnx.ModelProto()
    try:
        proto.ParseFromString(data)
    except Exception as error:  # protobuf's DecodeError derives from nothing narrower
        raise ImportFailedError("not an ONNX model: it does not parse") from error
    if proto.ir_version < 1 or not proto.HasField("graph") or not proto.graph.node:
        raise ImportFailedError("not an ONNX model: it holds no graph with nodes, or is truncated")
    return proto


def _standard_opset(proto: onnx.ModelProto) -> int:
    """The declared version of the standard operators; 0 where only other domains are used."""
    newest = onnx.defs.onnx_opset_version()
    versions = [item.version for item in proto.opset_import if item.domain in ("", "ai.onnx")]
    if not versions:
        if any(node.domain in ("", "ai.onnx") for node in proto.graph.node):
            raise ImportFailedError(
                "the model declares no version of the standard operators (opset_import): it is "
                "truncated or malformed"
            )
        return 0
    if not 1 <= versions[0] <= newest:
        raise ImportFailedError(
            f"the model is written for operator set {versions[0]}; the installed onnx "
            f"{onnx.__version__} knows 1 to {newest}: install a newer onnx"
        )
    return int(versions[0])


def _graphs(proto: onnx.ModelProto) -> Iterator[onnx.GraphProto | onnx.FunctionProto]:
    """The main graph, the functions, and every graph nested in an attribute of theirs."""
    waiting: list[onnx.GraphProto | onnx.FunctionProto] = [proto.graph, *proto.functions]
    while waiting:
        graph = waiting.pop()
        yield graph
        for node in graph.node:
            waiting.extend(nested_graphs(node))


def _strip_graph(graph: onnx.GraphProto | onnx.FunctionProto, folder: Path | None) -> None:
    if isinstance(graph, onnx.GraphProto):
        for tensor in graph.initializer:
            check_and_strip(tensor, folder)
        for sparse in graph.sparse_initializer:
            check_and_strip(sparse.values, folder)
            check_and_strip(sparse.indices, folder)
    for node in graph.node:
        _check_text(node.op_type, node.domain, node.name, *node.input, *node.output)
        for attribute in node.attribute:
            for tensor in (*attribute.tensors, *([attribute.t] if attribute.HasField("t") else [])):
                check_and_strip(tensor, folder)


def _check_text(*names: str | bytes) -> None:
    """Protobuf hands on a text that is no UTF-8 as bytes; no tool writes such names."""
    for name in names:
        if isinstance(name, bytes):
            raise ImportFailedError(f"the name {name!r} is no text: the file is damaged")
