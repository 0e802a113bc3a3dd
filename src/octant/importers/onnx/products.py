"""Matrix products as Einsums: MatMul, Gemm, MatMulInteger, QLinearMatMul."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import zip_longest

from octant.errors import ImportFailedError
from octant.importers.onnx.nodes import Node, Operand, Piece, Rule
from octant.workload import Einsum, matmul, with_formats


def matmul_node(node: Node) -> tuple[Piece, ...]:
    """MatMul and MatMulInteger."""
    return _product(node, node.operand(0), node.operand(1))


def quantised_matmul(node: Node) -> tuple[Piece, ...]:
    """QLinearMatMul: each operand is followed by its scale and zero point."""
    return _product(node, node.operand(0), node.operand(3))


def gemm(node: Node) -> tuple[Piece, ...]:
    """Gemm: a product of two matrices, either transposed, with a bias.

    ``alpha``, ``beta`` and the bias belong to the end of the multiply-accumulates.
    """
    first, second = node.operand(0), node.operand(1)
    left = _matrix(first, transposed=bool(node.integer("transA", 0)))
    right = _matrix(second, transposed=bool(node.integer("transB", 0)))
    bias = (node.operand(2),) if node.given(2) else ()
    return _piece(node, first, second, left, right, bias)


def product_einsum(left: Sequence[int], right: Sequence[int], *, batch: int = 1) -> Einsum:
    """The Einsum of a product in the sense of MatMul, the right operand in the weights' place.

    Leading axes that only the left operand has share the right one: they are N. Those that both
    have are G. Those that only the right one has add columns (K), for each meets the same rows.
    A single matrix with as many rows as the network's batch holds one row an inference: N, too.

    Args:
        left: extents of the left operand.
        right: extents of the right operand.
        batch: the network's batch.

    >>> str(product_einsum((2, 8, 4, 16), (16, 3)).ranks)
    "(('N', 16), ('G', 1), ('K', 3), ('C', 16), ('P', 4))"
    >>> str(product_einsum((2, 8, 4, 16), (2, 8, 16, 4)).ranks)
    "(('N', 1), ('G', 16), ('K', 4), ('C', 16), ('P', 4))"
    """
    if not left or not right:
        raise ImportFailedError("a matrix product needs operands with axes, one is a scalar")
    rows, inner = ((1, *left) if len(left) == 1 else tuple(left))[-2:]
    inner_right, columns = ((*right, 1) if len(right) == 1 else tuple(right))[-2:]
    if inner != inner_right:
        raise ImportFailedError(
            f"a product of {tuple(left)} and {tuple(right)}: inner extents differ"
        )
    shared, groups, more_columns = _leading(left[:-2], right[:-2])
    if len(left) == 2 and rows == batch:
        shared, rows = shared * rows, 1
    return matmul(
        rows=rows, inner=inner, columns=columns * more_columns, batch=shared, groups=groups
    )


def _leading(left: Sequence[int], right: Sequence[int]) -> tuple[int, int, int]:
    """Leading extents multiplied up: of the left operand alone, of both, of the right alone."""
    pairs = list(zip_longest(reversed(left), reversed(right), fillvalue=1))
    for one, other in pairs:
        if one != other and 1 not in (one, other):
            raise ImportFailedError(f"leading axes {tuple(left)} and {tuple(right)} do not match")
    return (
        math.prod(one for one, other in pairs if other == 1),
        math.prod(one for one, other in pairs if one == other),
        math.prod(other for one, other in pairs if one == 1),
    )


def _product(node: Node, first: Operand, second: Operand) -> tuple[Piece, ...]:
    return _piece(node, first, second, first.shape, second.shape, ())


def _piece(
    node: Node,
    first: Operand,
    second: Operand,
    left: tuple[int, ...],
    right: tuple[int, ...],
    bias: tuple[Operand, ...],
) -> tuple[Piece, ...]:
    """The layer; a stored first operand takes the weights' place: (AB)^T = B^T A^T."""
    reads = (first, second, *bias)
    if first.stored and not second.stored:
        first, second = second, first
        left, right = _transposed(right), _transposed(left)
    einsum = product_einsum(left, right, batch=node.batch)
    result = node.result()
    work = with_formats(einsum, inputs=first.format, weights=second.format, outputs=result.format)
    weights = second.elements if second.stored else 0
    return (Piece(work, reads, (result.name,), weights=weights),)


def _matrix(operand: Operand, *, transposed: bool) -> tuple[int, ...]:
    if len(operand.shape) != 2:
        raise ImportFailedError(f"operand {operand.name!r} {operand.shape} is no matrix")
    return _transposed(operand.shape) if transposed else operand.shape


def _transposed(extents: tuple[int, ...]) -> tuple[int, ...]:
    """The extents with the last two axes exchanged (a vector stays as it is)."""
    return extents if len(extents) < 2 else (*extents[:-2], extents[-1], extents[-2])


RULES: dict[str, Rule] = {
    "Gemm": gemm,
    "MatMul": matmul_node,
    "MatMulInteger": matmul_node,
    "QLinearMatMul": quantised_matmul,
}
