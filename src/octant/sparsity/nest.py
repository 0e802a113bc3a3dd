"""The loops of a mapping as digits, and what lies within one stay of a tile."""

from __future__ import annotations

from dataclasses import dataclass

from octant.arch import Architecture, Fanout
from octant.mapping import Mapping, TemporalBlock
from octant.workload import Einsum, Role, Tensor


@dataclass(frozen=True, slots=True)
class Digit:
    """One loop as a digit of its rank's counter.

    Args:
        rank: that it loops over.
        factor: its iterations.
        stride: what one iteration adds to the rank's index.
        block: the number of its node, the outermost 0.
        temporal: its iterations follow one another.
        axis: the number of its axis, where it is a fanout's.
    """

    rank: str
    factor: int
    stride: int
    block: int
    temporal: bool
    axis: int = 0


@dataclass(frozen=True, slots=True)
class Hop:
    """A tensor between two neighbouring keepers, by the numbers of their nodes.

    Args:
        tensor: its name.
        parent: the outer level.
        child: the inner level; the number of nodes where it is the compute unit.
        stay: numbers of the digits that run while one tile stays at the child, those inside the
            tile included: what meets the tile before the next one comes.
    """

    tensor: str
    parent: int
    child: int
    stay: frozenset[int]


def digits(mapping: Mapping) -> tuple[Digit, ...]:
    """All loops of a mapping, outermost first; those of one iteration left out.

    >>> from octant.mapping import Loop
    >>> nest = Mapping((TemporalBlock("outer", (Loop("K", 2),), ()),
    ...                 TemporalBlock("inner", (Loop("K", 4),), ())))
    >>> [(digit.factor, digit.stride) for digit in digits(nest)]
    [(2, 4), (4, 1)]
    """
    found: list[Digit] = []
    strides: dict[str, int] = {}
    for index in reversed(range(len(mapping.blocks))):
        block = mapping.blocks[index]
        temporal = isinstance(block, TemporalBlock)
        axes = (block.loops,) if isinstance(block, TemporalBlock) else block.axes
        for axis, loops in reversed(list(enumerate(axes))):
            for loop in reversed(loops):
                stride = strides.get(loop.rank, 1)
                strides[loop.rank] = stride * loop.factor
                if loop.factor > 1:
                    found.append(Digit(loop.rank, loop.factor, stride, index, temporal, axis))
    return tuple(reversed(found))


def hops(
    einsum: Einsum, architecture: Architecture, mapping: Mapping, loops: tuple[Digit, ...]
) -> tuple[Hop, ...]:
    """Every hop of every tensor, the outermost first.

    Args:
        einsum: the layer.
        architecture: where it runs.
        mapping: how.
        loops: its ``digits``.
    """
    found = []
    for tensor in einsum.tensors:
        keepers = [
            index
            for index, block in enumerate(mapping.blocks)
            if isinstance(block, TemporalBlock) and tensor.name in block.keeps
        ]
        ends = [*keepers[1:], len(mapping.blocks)]
        found += [
            Hop(tensor.name, parent, child, _stay(architecture, loops, tensor, parent, child))
            for parent, child in zip(keepers, ends, strict=True)
        ]
    return tuple(found)


def _stay(
    architecture: Architecture,
    loops: tuple[Digit, ...],
    tensor: Tensor,
    parent: int,
    child: int,
) -> frozenset[int]:
    """The digits inside one stay: within the tile, those that leave it in place, shared networks.

    A tile stays while the loops right around it are over ranks that it does not have. The compute
    unit holds nothing from one step to the next.
    """
    ranks = tensor.ranks
    stay = {index for index, digit in enumerate(loops) if digit.block >= child}
    for index in reversed(range(len(loops))):
        digit = loops[index]
        if digit.block >= child or not digit.temporal:
            continue
        if digit.rank in ranks or child == len(architecture.nodes):
            break
        stay.add(index)
    stay |= {
        index
        for index, digit in enumerate(loops)
        if not digit.temporal
        and parent < digit.block < child
        and digit.rank not in ranks
        and _shares(architecture.nodes[digit.block], tensor.role)
    }
    return frozenset(stay)


def _shares(node: object, role: Role) -> bool:
    assert isinstance(node, Fanout), "spatial loops are those of fanouts"
    return node.reduction if role is Role.OUTPUT else role in node.multicast


def window(
    einsum: Einsum, tensor: Tensor, loops: tuple[Digit, ...], inside: frozenset[int]
) -> tuple[int, ...]:
    """The extents of the part of a tensor that some digits run over, along its axes."""
    extents = dict.fromkeys(einsum.sizes, 1)
    for index in inside:
        extents[loops[index].rank] *= loops[index].factor
    return tensor.shape({rank: min(extents[rank], size) for rank, size in einsum.ranks})
