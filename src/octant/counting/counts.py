"""Access counts: what a mapping reads, fills and updates, at every level."""

from __future__ import annotations

import math
from dataclasses import dataclass

from octant.arch import Architecture
from octant.mapping import Mapping
from octant.workload import Einsum


@dataclass(frozen=True, slots=True)
class TensorCounts:
    """The accesses of one tensor at one level, over all its instances, in elements.

    Args:
        level: the storage level.
        tensor: the tensor's name.
        reads: elements read: operands handed inwards, partial sums read to be added to.
        fills: elements written that came from further out.
        updates: results and partial sums written that came from further in.
        occupancy: elements of the largest tile that one instance holds.
    """

    level: str
    tensor: str
    reads: int
    fills: int
    updates: int
    occupancy: int


@dataclass(frozen=True, slots=True)
class HopCounts:
    """What crosses between a level and the next one that keeps the tensor, in elements.

    Args:
        tensor: the tensor's name.
        parent: the outer level.
        child: the inner level, or the compute unit.
        accesses: elements that the parent reads (operands) or takes (results): instances that
            share an element count once where the network shares.
        deliveries: elements that all instances of the child receive (or send).
    """

    tensor: str
    parent: str
    child: str
    accesses: int
    deliveries: int


@dataclass(frozen=True, slots=True)
class TransferCounts:
    """The elements of a tensor that cross a fanout, once for each instance below it.

    Partial sums that a level is given back are among them. Where a hop crosses a fanout further in,
    too, what that one's instances share counts once.
    """

    fanout: str
    tensor: str
    elements: int


@dataclass(frozen=True, slots=True)
class AccessCounts:
    """All counts of one layer under one mapping.

    Args:
        tensors: one entry for each level and tensor that it keeps, outermost first.
        hops: one entry for each tensor and pair of neighbouring keepers.
        transfers: one entry for each fanout and tensor.
        steps: cycles of the loop nest when nothing stalls.
        macs: multiply-accumulates.
        units: compute units of the chip.
        active_units: compute units that the mapping uses at once at most.
    """

    tensors: tuple[TensorCounts, ...]
    hops: tuple[HopCounts, ...]
    transfers: tuple[TransferCounts, ...]
    steps: int
    macs: int
    units: int
    active_units: int

    def tensor(self, level: str, tensor: str) -> TensorCounts:
        """The counts of a tensor at a level; ``KeyError`` where the level does not keep it."""
        for counts in self.tensors:
            if counts.level == level and counts.tensor == tensor:
                return counts
        raise KeyError((level, tensor))


def count(
    einsum: Einsum,
    architecture: Architecture,
    mapping: Mapping,
    *,
    timeloop_compatible: bool = False,
) -> AccessCounts:
    """Returns the exact access counts of a layer under a mapping.

    The conventions are Timeloop's (Parashar et al., ISPASS 2019); sliding windows and remainder
    tiles are counted exactly. ``docs/explanation/counting.md`` states the rules.

    Args:
        einsum: the layer.
        architecture: where it runs.
        mapping: a valid mapping (``mapping.check``).
        timeloop_compatible: steps as Timeloop has them: the product of all temporal loops, also of
            those that leave a remainder (``docs/decisions/0005-counting-conventions.md``).
    """
    from octant.counting import kernel  # numba: loaded when something is counted
    from octant.counting.problem import nest, problem

    layer = problem(einsum, architecture)
    loops = nest(einsum, mapping)
    raw = kernel.count_all(*layer, *loops)
    names = [node.name for node in architecture.nodes] + [architecture.compute.name]
    tensors, hops = [], []
    for row, tensor in enumerate(einsum.tensors):
        keepers = [node for node in range(len(architecture.nodes)) if loops.keeps[row, node]]
        for node in keepers:
            reads, fills, updates, occupancy = (int(value) for value in raw[row, node, :4])
            tensors.append(TensorCounts(names[node], tensor.name, reads, fills, updates, occupancy))
        for parent, child in zip(keepers, [*keepers[1:], len(architecture.nodes)], strict=True):
            accesses, deliveries = (int(value) for value in raw[row, child, 4:])
            hops.append(HopCounts(tensor.name, names[parent], names[child], accesses, deliveries))
    tensors.sort(key=lambda counts: names.index(counts.level))
    return AccessCounts(
        tensors=tuple(tensors),
        hops=tuple(hops),
        transfers=tuple(
            TransferCounts(fanout.name, tensor.name, int(raw[row, names.index(fanout.name), 5]))
            for fanout in architecture.fanouts
            for row, tensor in enumerate(einsum.tensors)
        ),
        steps=_product_of_loops(mapping)
        if timeloop_compatible
        else int(kernel.time_steps(layer.sizes, layer.temporal, loops.factors, loops.order)),
        macs=einsum.macs,
        units=architecture.compute_units,
        active_units=_active_units(einsum, mapping),
    )


def _product_of_loops(mapping: Mapping) -> int:
    return math.prod(loop.factor for block in mapping.temporal for loop in block.loops)


def _active_units(einsum: Einsum, mapping: Mapping) -> int:
    """The units below existing points at the first step, the busiest one."""
    active = 1
    for rank, size in einsum.ranks:
        offsets, stride = {0}, 1
        for block in reversed(mapping.blocks):
            for loop in reversed(block.loops):
                if loop.rank != rank:
                    continue
                if hasattr(block, "fanout"):
                    offsets = {o + step * stride for o in offsets for step in range(loop.factor)}
                stride *= loop.factor
        active *= sum(offset < size for offset in offsets)
    return active
