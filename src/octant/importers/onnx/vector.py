"""Layers without multiply-accumulates: element operations and traffic.

Operands with data and with indices are read once each, stored ones (a normalisation's scale)
included, scalars too; results are written once. The tables are in ``tables``; here are the
operators whose cost depends on attributes or on operands that may be left out.
"""

from __future__ import annotations

import math

from octant.importers.onnx.nodes import Node, Piece, Rule, unknown
from octant.importers.onnx.tables import (
    MOVES_INPUTS,
    MOVES_OUTPUTS,
    PER_INPUT,
    PER_OUTPUT,
    RANDOM,
    VARIADIC,
    data_inputs,
)
from octant.workload import VectorWork

QUANTISE_OPERATIONS = 3  # divide by the scale, add the zero point, round and saturate
DEQUANTISE_OPERATIONS = 2  # subtract the zero point, multiply by the scale
LINEAR_OPERATIONS = 3  # an interpolation between two: subtract, multiply, add
CUBIC_TAPS = 4
BATCH_NORMALISATION_OPERATIONS = 2  # scale, shift
GELU_OPERATIONS = 5  # x * (0.5 * (1 + erf(x * c)))
GELU_TANH_OPERATIONS = 9  # 0.5 * x * (1 + tanh(c * (x + d * x * x * x)))
QUICK_GELU_OPERATIONS = 3  # x * sigmoid(alpha * x)


def vector(node: Node, operations: int, *, read: int | None = None) -> tuple[Piece, ...]:
    """One layer of so many element operations; it reads its operands and writes its results.

    Args:
        node: the node.
        operations: element operations in all.
        read: elements read, where they are not those of all the operands with data.
    """
    data = node.operands[: data_inputs(node.operator, len(node.operands))]
    results = node.results
    shown = data[0] if data else node.result()
    work = VectorWork(
        operations=operations,
        read_elements=sum(item.elements for item in data) if read is None else read,
        written_elements=sum(item.elements for item in results),
        format=shown.format,
    )
    return (Piece(work, node.operands, tuple(item.name for item in results)),)


def per_output(node: Node) -> tuple[Piece, ...]:
    """A fixed number of operations for each element of the result."""
    return vector(node, PER_OUTPUT[node.operator] * node.result().elements)


def per_input(node: Node) -> tuple[Piece, ...]:
    """A fixed number of operations for each element of the first operand."""
    return vector(node, PER_INPUT[node.operator] * node.operand(0).elements)


def variadic(node: Node) -> tuple[Piece, ...]:
    """One operation for each element of each operand after the first; Mean divides once more."""
    steps = len(node.operands) - 1 + (node.operator == "Mean")
    return vector(node, steps * node.result().elements)


def moves_inputs(node: Node) -> tuple[Piece, ...]:
    """Reads its operands, writes its results, computes nothing."""
    return vector(node, 0)


def moves_outputs(node: Node) -> tuple[Piece, ...]:
    """Reads the elements that it writes and the indices that choose them, computes nothing."""
    indices = node.given(1) if node.operator.startswith("Gather") else None
    picked = 0 if node.operator == "ConstantOfShape" else node.result().elements
    return vector(node, 0, read=picked + (indices.elements if indices else 0))


def pooling(node: Node) -> tuple[Piece, ...]:
    """Operations for each element of the result, every window taken as full, also at the border.

    Of k places: k - 1 comparisons (MaxPool), k - 1 additions and a multiplication (AveragePool), a
    power and an addition each (LpPool).
    """
    window = math.prod(node.integers("kernel_shape", ()))
    each = {"MaxPool": window - 1, "AveragePool": window, "LpPool": 2 * window}[node.operator]
    return vector(node, each * node.result().elements)


def local_response(node: Node) -> tuple[Piece, ...]:
    """LRN: a square, the window's additions, scale and bias, a power, a division."""
    window = node.integer("size", 0)
    return vector(node, (1 + (window - 1) + 2 + 1 + 1) * node.result().elements)


def clip(node: Node) -> tuple[Piece, ...]:
    """One comparison for each bound that is given (before operator set 11: both)."""
    bounds = sum(bool(node.given(index)) for index in (1, 2))
    bounds += sum(name in node.attributes for name in ("min", "max"))
    return vector(node, bounds * node.result().elements)


def normalisation(node: Node) -> tuple[Piece, ...]:
    """Mean and variance of each group of elements, then scale and shift where they are given.

    Layer, instance and group normalisation: add, subtract, square, add, scale by the deviation;
    RMS normalisation has no mean: square, add, scale.
    """
    statistics = 3 if node.operator == "RMSNormalization" else 5
    affine = sum(bool(node.given(index)) for index in (1, 2))
    return vector(node, (statistics + affine) * node.operand(0).elements)


def resize(node: Node) -> tuple[Piece, ...]:
    """Nearest moves only; linear interpolates between 2^d neighbours, cubic sums 4^d of them.

    d is the number of axes that change.
    """
    data, result = node.operand(0), node.result()
    axes = sum(before != after for before, after in zip(data.shape, result.shape, strict=True))
    mode = node.text("mode", "nearest")
    each = {"nearest": 0, "linear": LINEAR_OPERATIONS * (2**axes - 1)}
    each |= {"cubic": 2 * CUBIC_TAPS**axes}
    if mode not in each:
        return unknown(node, f"a resize of mode {mode!r}")
    return vector(node, each[mode] * result.elements)


def top_k(node: Node) -> tuple[Piece, ...]:
    """A heap of k: for each element one comparison with its root and log2(k) to sift it in."""
    values = node.operand(1).values if node.given(1) else None
    k = int(values.reshape(-1)[0]) if values is not None and values.size else node.integer("k", 1)
    depth = math.ceil(math.log2(k)) if k > 1 else 0
    return vector(node, (1 + depth) * node.operand(0).elements)


def quantise(node: Node) -> tuple[Piece, ...]:
    """QuantizeLinear, DequantizeLinear: no traffic where it only gives a neighbour's format."""
    each = QUANTISE_OPERATIONS if node.operator == "QuantizeLinear" else DEQUANTISE_OPERATIONS
    operations = each * node.result().elements
    if not node.fused:
        return vector(node, operations)
    work = VectorWork(operations, 0, 0, node.operand(0).format)
    return (Piece(work, node.operands, (node.result().name,)),)


def gelu(node: Node) -> tuple[Piece, ...]:
    """Gelu by erf, or by tanh, with the addition of a bias where the operator has one."""
    tanh = node.operator.endswith("FastGelu") or node.text("approximate", "none") == "tanh"
    each = GELU_TANH_OPERATIONS if tanh else GELU_OPERATIONS
    return vector(node, (each + bool(node.given(1))) * node.result().elements)


def quick_gelu(node: Node) -> tuple[Piece, ...]:
    """X * sigmoid(alpha * x)."""
    return vector(node, QUICK_GELU_OPERATIONS * node.result().elements)


def batch_normalisation(node: Node) -> tuple[Piece, ...]:
    """One multiplication and one addition an element, the statistics folded into them."""
    if node.integer("training_mode", 0):
        return unknown(node, "a batch normalisation in training mode: export for inference")
    data, result = node.operand(0), node.result()
    folded = 2 * node.operand(1).elements  # scale and shift, statistics folded into them
    work = VectorWork(
        operations=BATCH_NORMALISATION_OPERATIONS * result.elements,
        read_elements=data.elements + folded,
        written_elements=result.elements,
        format=data.format,
    )
    return (Piece(work, node.operands, (result.name,)),)


RULES: dict[str, Rule] = {
    **dict.fromkeys(PER_OUTPUT, per_output),
    **dict.fromkeys(PER_INPUT, per_input),
    **dict.fromkeys(VARIADIC, variadic),
    **dict.fromkeys(MOVES_INPUTS, moves_inputs),
    **dict.fromkeys(MOVES_OUTPUTS, moves_outputs),
    "BatchNormalization": batch_normalisation,
    "Gelu": gelu,
    "com.microsoft.Gelu": gelu,
    "com.microsoft.BiasGelu": gelu,
    "com.microsoft.FastGelu": gelu,
    "com.microsoft.QuickGelu": quick_gelu,
    **dict.fromkeys(("AveragePool", "LpPool", "MaxPool"), pooling),
    **dict.fromkeys(("Resize", "Upsample"), resize),
    **dict.fromkeys(("QuantizeLinear", "DequantizeLinear"), quantise),
    **dict.fromkeys(
        (
            "GroupNormalization",
            "InstanceNormalization",
            "LayerNormalization",
            "RMSNormalization",
        ),
        normalisation,
    ),
    "Clip": clip,
    "LRN": local_response,
    "TopK": top_k,
}

PRECOMPUTED = frozenset(name for name in RULES if "." not in name) - RANDOM
