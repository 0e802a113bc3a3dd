"""Sparse counts: what of a mapping's accesses happens, what is gated, what is skipped."""

from __future__ import annotations

from dataclasses import dataclass

from octant.sparsity.occupancy import Occupancy


@dataclass(frozen=True, slots=True)
class Moves:
    """Elements or bits, by what becomes of them; expected values, so not whole numbers.

    Args:
        happening: that are moved.
        gated: that are not moved, but take their time.
        skipped: that are not moved and take no time.
    """

    happening: float = 0.0
    gated: float = 0.0
    skipped: float = 0.0

    @property
    def timed(self) -> float:
        """What takes time."""
        return self.happening + self.gated

    def times(self, factor: float) -> Moves:
        """All three multiplied."""
        return Moves(self.happening * factor, self.gated * factor, self.skipped * factor)


@dataclass(frozen=True, slots=True)
class SparseTensor:
    """The accesses of one tensor at one level, over all its instances.

    Args:
        level: the storage level.
        tensor: the tensor's name.
        reads: elements read; zeros are not among them where the level leaves them out.
        fills: elements written that came from further out.
        updates: results and partial sums written that came from further in.
        read_metadata: bits of the format that are read with the elements.
        filled_metadata: bits of the format that are written with the fills.
        updated_metadata: bits of the format that are written with the updates.
        tile_elements: of one tile, zeros among them.
        elements: that one tile stores, on average.
        metadata_bits: of one tile, on average.
        most_elements: that one tile can come to store.
        compressed: the level leaves zeros out.
        addressed: what an intersection skips is passed over by its address, and nothing of it is
            looked at: the ranks that its leaders decide on are those of offsets.
    """

    level: str
    tensor: str
    reads: Moves
    fills: Moves
    updates: Moves
    read_metadata: Moves
    filled_metadata: Moves
    updated_metadata: Moves
    tile_elements: int
    elements: float
    metadata_bits: float
    most_elements: int
    compressed: bool
    addressed: bool = False

    @property
    def written(self) -> float:
        """Elements that are written, from either side."""
        return self.fills.happening + self.updates.happening

    @property
    def metadata_read(self) -> float:
        """Bits of the format that are read: of what is skipped, too, unless it is passed over."""
        passed = 0.0 if self.addressed else self.read_metadata.skipped
        return self.read_metadata.happening + passed

    @property
    def metadata_written(self) -> float:
        """Bits of the format that are written, from either side."""
        return self.filled_metadata.happening + self.updated_metadata.happening


@dataclass(frozen=True, slots=True)
class SparseTransfer:
    """What of a tensor crosses a fanout: elements, and bits of its format."""

    fanout: str
    tensor: str
    elements: float
    metadata_bits: float


@dataclass(frozen=True, slots=True)
class SparseCounts:
    """All counts of one layer with zeros under one mapping.

    Args:
        tensors: one entry for each level and tensor that it keeps, as in ``AccessCounts``.
        transfers: one entry for each fanout and tensor.
        macs: multiply-accumulates, by what becomes of them.
        effectual: multiply-accumulates of which no operand is zero.
        steps: cycles of the loop nest when nothing stalls; skipped work takes none.
        packing: of the steps, the factor that packed nonzeros leave.
        padding: of the steps, the factor of stored zeros that are multiplied.
        filling: of the steps, the factor by which groups of coordinates do not fill the instances
            that skip empty ones.
        imbalance: of the steps, the factor by which the busiest instance exceeds the average.
        occupancy: what the tiles of each bounded memory with a format take of it.
        chance: names of tensors whose masks were too large to be met one by one.
    """

    tensors: tuple[SparseTensor, ...]
    transfers: tuple[SparseTransfer, ...]
    macs: Moves
    effectual: float
    steps: float
    packing: float
    padding: float
    filling: float
    imbalance: float
    occupancy: tuple[Occupancy, ...] = ()
    chance: tuple[str, ...] = ()

    def tensor(self, level: str, tensor: str) -> SparseTensor:
        """The counts of a tensor at a level; ``KeyError`` where the level does not keep it."""
        for counts in self.tensors:
            if counts.level == level and counts.tensor == tensor:
                return counts
        raise KeyError((level, tensor))
