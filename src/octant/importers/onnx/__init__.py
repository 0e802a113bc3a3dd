"""ONNX models as workloads.

The steps, each a module: ``loading`` (bytes to a checked, weight-free model), ``functions`` (local
functions inlined), ``ordering`` (an order in which the nodes can run), ``dimensions`` (sizes for
symbolic dimensions), ``shapes`` (types, shapes and small values, node by node), ``quantisation``
(number formats through QuantizeLinear and DequantizeLinear), one module for each family of
operators, and ``assembly`` (nodes to layers). The ``onnx`` package loads when a model is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from octant.errors import ImportFailedError, OctantError
from octant.workload import Workload


def read_onnx(
    source: str | Path | bytes,
    *,
    dims: Mapping[str, int] | None = None,
    name: str | None = None,
) -> Workload:
    """The Workload of an ONNX model: every node a layer, weights never loaded.

    Only shapes and types are read, so a model whose weights are external or missing imports like
    any other. What runs once for all inferences (on stored tensors or on shapes only) and what
    moves no data (Reshape, Identity ...) makes no layer. A stored tensor that several layers read
    counts among the ``parameters`` of the first. ``batch`` is the size of the dimension that the
    inputs call ``batch`` (``batch_size``, ``N`` ...), else of axis 0 of the first input with two
    or more axes.

    Args:
        source: the model's path, or its bytes.
        dims: sizes for open dimensions, by symbolic name (``batch``) or, where a dimension has no
            name or depends on data, by ``<tensor>.<axis>``.
        name: what to call the network; by default the file's stem, else the graph's name.

    Raises:
        ImportFailedError: the source is no (whole, safe) ONNX model, or a size is not known.
        UnknownNameError: ``dims`` names no open dimension of the model.

    >>> read_onnx(b"a cat")
    Traceback (most recent call last):
    octant.errors.ImportFailedError: <bytes>: not an ONNX model: it does not parse
    """
    from octant.importers.onnx.assembly import assemble
    from octant.importers.onnx.loading import load_model

    label = "<bytes>" if isinstance(source, bytes) else str(source)
    try:
        return assemble(load_model(source), dims=dict(dims or {}), name=name)
    except ImportFailedError as error:
        raise ImportFailedError(f"{label}: {error}") from error.__cause__
    except OctantError:
        raise
    except Exception as error:  # a malformed model can trip the onnx package in any way
        what = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise ImportFailedError(f"{label}: malformed: reading it ended in {what}") from error
