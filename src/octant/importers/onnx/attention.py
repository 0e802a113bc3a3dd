"""Attention (operator set 23 and later): two products and a softmax.

Query heads that share a key-value head meet the same keys: they are products that share the second
operand (N); batch and key-value heads share nothing (G). The whole score matrix counts, masked
entries included, as the operator is defined; a chip that skips them is a matter of density.
"""

from __future__ import annotations

from dataclasses import dataclass

from octant.errors import ImportFailedError
from octant.importers.onnx.nodes import Node, Operand, Piece, Rule
from octant.importers.onnx.tables import PER_INPUT
from octant.workload import VectorWork, matmul, with_formats

SOFTCAP_OPERATIONS = 3  # divide, tanh, multiply


@dataclass(frozen=True, slots=True)
class _Sizes:
    batch: int
    query_heads: int
    key_heads: int
    queries: int
    keys: int
    head: int
    value_head: int

    @property
    def scores(self) -> int:
        return self.batch * self.query_heads * self.queries * self.keys


def attention(node: Node) -> tuple[Piece, ...]:
    """Scores (Q K^T), softmax with scale and mask, and the context (scores V).

    Where the operator hands on its keys and values (``present_key``), storing the new ones is a
    layer of its own that only moves data.
    """
    sizes = _sizes(node)
    pieces = (_scores(node, sizes), _softmax(node, sizes), _context(node, sizes))
    return (*pieces, *_cache(node))


def _sizes(node: Node) -> _Sizes:
    query, key, value = (node.operand(index) for index in range(3))
    batch, query_heads, queries, head = _split(query, node.integer("q_num_heads", 0))
    _, key_heads, new_keys, key_head = _split(key, node.integer("kv_num_heads", 0))
    _, _, _, value_head = _split(value, node.integer("kv_num_heads", 0))
    past = node.given(4)
    keys = new_keys + (past.shape[2] if past and len(past.shape) == 4 else 0)
    if head != key_head or not key_heads or query_heads % key_heads:
        raise ImportFailedError(
            f"its query {query.shape} and key {key.shape} do not fit: head sizes {head} and "
            f"{key_head}, {query_heads} and {key_heads} heads"
        )
    return _Sizes(batch, query_heads, key_heads, queries, keys, head, value_head)


def _split(operand: Operand, heads: int) -> tuple[int, int, int, int]:
    """Batch, heads, sequence, head size of an operand with three or four axes."""
    shape = operand.shape
    if len(shape) == 4:
        return shape
    if len(shape) != 3 or heads < 1 or shape[2] % heads:
        raise ImportFailedError(
            f"operand {operand.name!r} {shape} needs four axes, or three of which the last "
            f"divides into its {heads} heads"
        )
    return shape[0], heads, shape[1], shape[2] // heads


def _scores(node: Node, sizes: _Sizes) -> Piece:
    query, key, past = node.operand(0), node.operand(1), node.given(4)
    einsum = matmul(
        rows=sizes.queries,
        inner=sizes.head,
        columns=sizes.keys,
        batch=sizes.query_heads // sizes.key_heads,
        groups=sizes.batch * sizes.key_heads,
    )
    work = with_formats(einsum, inputs=query.format, weights=key.format, outputs=query.format)
    reads = (query, key, *((past,) if past else ()))
    return Piece(work, reads, (f"{node.name}.scores",), suffix="scores")


def _softmax(node: Node, sizes: _Sizes) -> Piece:
    mask = node.given(3)
    masked = bool(mask) or bool(node.integer("is_causal", 0))
    capped = SOFTCAP_OPERATIONS if node.attributes.get("softcap", 0.0) else 0
    operations = PER_INPUT["Softmax"] + 1 + masked + capped  # 1: the scale
    work = VectorWork(
        operations=operations * sizes.scores,
        read_elements=sizes.scores + (mask.elements if mask else 0),
        written_elements=sizes.scores,
        format=node.operand(0).format,
    )
    reads = (_inner(node, "scores"), *((mask,) if mask else ()))
    extra = tuple(result.name for result in node.outputs[3:] if result)
    return Piece(work, reads, (f"{node.name}.probabilities", *extra), suffix="softmax")


def _context(node: Node, sizes: _Sizes) -> Piece:
    value, past, result = node.operand(2), node.given(5), node.result()
    einsum = matmul(
        rows=sizes.queries,
        inner=sizes.keys,
        columns=sizes.value_head,
        batch=sizes.query_heads // sizes.key_heads,
        groups=sizes.batch * sizes.key_heads,
    )
    query_format = node.operand(0).format
    work = with_formats(einsum, inputs=query_format, weights=value.format, outputs=result.format)
    reads = (_inner(node, "probabilities"), value, *((past,) if past else ()))
    return Piece(work, reads, (result.name,), suffix="context")


def _cache(node: Node) -> tuple[Piece, ...]:
    present = tuple(result.name for result in node.outputs[1:3] if result)
    if not present:
        return ()
    key, value = node.operand(1), node.operand(2)
    moved = key.elements + value.elements
    work = VectorWork(0, moved, moved, key.format)
    past = tuple(operand for operand in (node.given(4), node.given(5)) if operand)
    return (Piece(work, (key, value, *past), present, suffix="cache"),)


def _inner(node: Node, part: str) -> Operand:
    """A tensor between the layers of one node."""
    query_format = node.operand(0).number_format
    return Operand(f"{node.name}.{part}", f"node {node.name!r}", None, query_format, stored=False)


RULES: dict[str, Rule] = {"Attention": attention}
