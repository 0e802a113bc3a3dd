"""The orders of loops outside a buffer, in parts that are searched one by one.

Outside one buffer the innermost loop decides most: a tensor stays while loops advance that are not
its own, and what every step changes comes anew at every step. Of all orders those of some parts are
enough, and in each part a search knows from the start what stays.

Let no loop be foreign to two tensors, and the innermost loop be foreign to one. Every other tensor
then moves at every step, all of its tile if that loop alone makes its place: no order could move
more of it. So all loops foreign to the first tensor may go innermost, which lets it stay as long as
it can. Where a tensor slides, its place being made by two loops (a row of an image by ``P`` and
``R``), part of the tile stays, and how much depends on the other loops: of these only the innermost
loop is fixed. A loop that is foreign to no tensor is best outermost, for inside it moves all; and
none of it belongs in the buffer, where one step after the other moves as much and needs less room.
"""

from __future__ import annotations

from collections.abc import Iterator

from octant.arch import Constraint, Dataflow
from octant.workload import Einsum, Tensor

#: Terms of an axis that do not stand still: rank and coefficient.
_Axis = tuple[tuple[str, int], ...]


def parts_of(einsum: Einsum, level: str, buffer: str) -> tuple[Dataflow, ...]:
    """Returns dataflows for a level outside one buffer: the best of all orders is among theirs.

    None where all orders must be searched together: a loop is foreign to two tensors, or there is
    no foreign loop.

    Args:
        einsum: the layer.
        level: whose loops are ordered.
        buffer: the level inside.

    A matrix product has three, for the tensor that stays; of a convolution the windows along both
    sides of an image are alike, so one of each two stands for both:

    >>> from octant.workload import convolution, matmul
    >>> def orders(einsum):
    ...     return [flow.constraints[0].order for flow in parts_of(einsum, "DRAM", "buffer")]
    >>> orders(matmul(rows=4, inner=8, columns=2))
    [('K',), ('P',), ('C',)]
    >>> orders(convolution(in_channels=2, out_channels=4, output=(8, 8), kernel=(3, 3)))
    [('K',), ('P',), ('R',)]
    """
    foreign = [_foreign(einsum, tensor) for tensor in einsum.tensors]
    every = [rank for ranks in foreign for rank in ranks]
    common = [rank for rank, size in einsum.ranks if size > 1 and rank not in every]
    windows = {rank for tensor in einsum.tensors for rank in _sliding(einsum, tensor)}
    if len(set(every)) < len(every) or not every or windows & set(common):
        return ()
    orders: list[tuple[str, ...]] = []
    for ranks in foreign:
        sliding = [rank for rank in ranks if rank in windows]
        orders += [(rank,) for rank in sliding] if sliding else [ranks] if ranks else []
    alike = list(_likenesses(einsum))
    kept: list[tuple[str, ...]] = []
    for order in orders:
        images = [tuple(like.get(rank, rank) for rank in order) for like in alike]
        if not any(image in kept for image in images):
            kept.append(order)
    inside = Constraint(buffer, ranks=tuple(r for r, _ in einsum.ranks if r not in common))
    return tuple(
        Dataflow(f"{' '.join(order)} innermost", (Constraint(level, order=order), inside))
        for order in kept
    )


def _foreign(einsum: Einsum, tensor: Tensor) -> tuple[str, ...]:
    """The ranks of more than one step that a tensor does not depend on."""
    return tuple(rank for rank, size in einsum.ranks if size > 1 and rank not in tensor.ranks)


def _axes(einsum: Einsum, tensor: Tensor) -> list[_Axis]:
    """The axes of a tensor with their terms of more than one step."""
    sizes = einsum.sizes
    return [
        tuple((term.rank, term.coefficient) for term in axis if sizes[term.rank] > 1)
        for axis in tensor.axes
    ]


def _sliding(einsum: Einsum, tensor: Tensor) -> set[str]:
    """The ranks that make a place together with another one."""
    return {rank for axis in _axes(einsum, tensor) if len(axis) > 1 for rank, _ in axis}


def _likenesses(einsum: Einsum) -> Iterator[dict[str, str]]:
    """Ranks that can change places without changing the layer: those of two axes with windows."""
    for tensor in einsum.tensors:
        windows = [axis for axis in _axes(einsum, tensor) if len(axis) > 1]
        for number, one in enumerate(windows):
            for other in windows[number + 1 :]:
                if len(one) == len(other):
                    pairs = [(a, b) for (a, _), (b, _) in zip(one, other, strict=True)]
                    like = dict(pairs) | {b: a for a, b in pairs}
                    if _same(einsum, like):
                        yield like


def _same(einsum: Einsum, like: dict[str, str]) -> bool:
    """Whether a layer is the same with some ranks in place of others."""
    sizes = einsum.sizes
    if any(sizes[rank] != sizes[other] for rank, other in like.items()):
        return False
    for tensor in einsum.tensors:
        axes = [frozenset(axis) for axis in _axes(einsum, tensor)]
        moved = [
            frozenset((like.get(rank, rank), coefficient) for rank, coefficient in axis)
            for axis in axes
        ]
        if sorted(map(sorted, axes)) != sorted(map(sorted, moved)):
            return False
    return True
