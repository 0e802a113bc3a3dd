"""Slots for so many elements of each group of neighbours: whether a tensor fits, what they take."""

from __future__ import annotations

from functools import lru_cache

from octant.arch import Architecture, Slots
from octant.sparsity.density import Extents, largest_occupancy
from octant.workload import Einsum, Tensor


def axis_of(tensor: Tensor, rank: str) -> int | None:
    """The number of the axis that a rank indexes; None where none does."""
    for index, terms in enumerate(tensor.axes):
        if rank in [term.rank for term in terms]:
            return index
    return None


@lru_cache(maxsize=256)
def fits(tensor: Tensor, shape: Extents, slots: Slots) -> bool:
    """No group of the tensor has, or can come to have, more nonzeros than slots.

    Groups start at the first index of the rank; the last one may be smaller. Of nonzeros by chance
    any group can hold as many as there are: half of many weights do not fit 2 slots for 4, unless a
    pattern keeps them to 2 of 4. A tensor without the rank has no groups, and does not fit.

    Args:
        tensor: with its density and pattern.
        shape: the extents of the whole tensor.
        slots: that there are.

    >>> from octant.workload import Role, Structured, Term
    >>> half = Tensor("B", Role.WEIGHT, ((Term("C"),),), density=0.5)
    >>> pruned = Tensor("B", Role.WEIGHT, half.axes, density=0.5, pattern=Structured(2, 4, "C"))
    >>> [fits(tensor, (64,), Slots("C", 4, 2)) for tensor in (half, pruned)]
    [False, True]
    """
    axis = axis_of(tensor, slots.rank)
    if axis is None:
        return False
    group = tuple(
        min(slots.group, extent) if place == axis else 1 for place, extent in enumerate(shape)
    )
    return largest_occupancy(tensor, shape, group) <= slots.slots


def slot_share(tensor: Tensor, shape: Extents, slots: Slots) -> float:
    """The slots of a tensor that fits, over its elements.

    A last group of fewer neighbours than slots has as many slots as neighbours.

    >>> from octant.workload import Role, Term
    >>> row = Tensor("B", Role.WEIGHT, ((Term("C"),),))
    >>> [slot_share(row, (extent,), Slots("C", 4, 2)) for extent in (8, 6, 2)]  # 4, 4 and 2 slots
    [0.5, 0.6666666666666666, 1.0]
    """
    axis = axis_of(tensor, slots.rank)
    assert axis is not None, "a tensor without the rank does not fit"
    groups, rest = divmod(shape[axis], slots.group)
    return (groups * slots.slots + min(rest, slots.slots)) / shape[axis]


def unfit(einsum: Einsum, architecture: Architecture) -> tuple[tuple[Tensor, Slots], ...]:
    """The operands that the multipliers take as if dense because they do not fit, and what.

    Tensors with no zero that anybody knows of are not among them.
    """
    found = []
    for each in architecture.compute.packing:
        for tensor in einsum.operands:
            if tensor.role is not each.role or each.slots is None or tensor.density == 1:
                continue
            if not fits(tensor, tensor.shape(einsum.sizes), each.slots):
                found.append((tensor, each.slots))
    return tuple(found)
