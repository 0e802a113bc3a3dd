"""What each memory holds of each tensor: tiles, in formats, and whether they fit."""

from __future__ import annotations

import math
from dataclasses import dataclass

from octant.arch import Architecture, Compression, Level, RankFormat
from octant.mapping import Mapping, tile_sizes
from octant.sparsity.formats import Stored, chosen
from octant.sparsity.occupancy import Occupancy, Taking, occupancy
from octant.workload import Einsum, Tensor

_LEAST = 1e-300
_BY_ELEMENT = (RankFormat.COORDINATES, RankFormat.RUN_LENGTH)


@dataclass(frozen=True, slots=True)
class Held:
    """A tensor at a level: its tile, and what it takes there.

    Args:
        tensor: which.
        shape: the extents of the whole tensor.
        tile: the extents of its tile there.
        bits: of one element there.
        stored: what a tile takes on average.
        compression: the format; None where it is held element by element.
    """

    tensor: Tensor
    shape: tuple[int, ...]
    tile: tuple[int, ...]
    bits: float
    stored: Stored
    compression: Compression | None

    @property
    def leaves_zeros_out(self) -> bool:
        """Only nonzeros are held."""
        return self.compression is not None and self.compression.leaves_zeros_out

    @property
    def kept_share(self) -> float:
        """Of the elements of a tile, what is held: blocks, rows or whatever is not all zero."""
        return self.stored.elements / math.prod(self.tile)

    def addressed(self, ranks: frozenset[str]) -> bool:
        """Every coordinate of some ranks can be gone to: each is in its place, or has an offset."""
        if self.compression is None:
            return True
        there = {
            rank
            for each in self.compression.ranks
            if each.format in (RankFormat.OFFSETS, RankFormat.UNCOMPRESSED)
            for rank in each.ranks
        }
        return ranks <= there

    def taking(self, data: bool, metadata: bool) -> Taking:
        """Its bits: of the elements, of the format, or of both.

        Coordinates and runs are so many bits for each element that is stored; what other ranks of
        a format take does not change with the elements.
        """
        each = 0.0
        form = self.compression
        if form and form.leaves_zeros_out and form.ranks[-1].format in _BY_ELEMENT:
            each = self.stored.by_rank[-1] / max(self.stored.elements, _LEAST)
        fixed = self.stored.metadata_bits - each * self.stored.elements
        element = self.bits if self.leaves_zeros_out else self.bits * self.kept_share
        return Taking(
            self.tensor,
            self.shape,
            self.tile,
            self.leaves_zeros_out,
            element * data + each * metadata,
            fixed * metadata,
        )


def holding(
    einsum: Einsum,
    architecture: Architecture,
    mapping: Mapping,
    shapes: dict[str, tuple[int, ...]],
) -> dict[tuple[str, str], Held]:
    """Every tensor at every level that keeps it.

    Args:
        einsum: the layer.
        architecture: with the formats of its memories.
        mapping: of the layer.
        shapes: of whole tensors.
    """
    found = {}
    sizes = tile_sizes(einsum, mapping)
    for node, block, tile in zip(architecture.nodes, mapping.blocks, sizes, strict=True):
        for tensor in einsum.tensors:
            store = node.store(tensor.role) if isinstance(node, Level) else None
            if store is None or tensor.name not in getattr(block, "keeps", ()):
                continue
            form = store.format_of(tensor.role)
            extents, whole = tensor.shape(tile), shapes[tensor.name]
            bits = architecture.element_bits(store, tensor.role)
            taken = chosen(form, tensor, whole, extents, bits)
            found[node.name, tensor.name] = Held(tensor, whole, extents, bits, *taken)
    return found


def occupancies(
    einsum: Einsum, architecture: Architecture, held: dict[tuple[str, str], Held]
) -> tuple[Occupancy, ...]:
    """What memories with a format hold; the others hold what the mapping was checked for."""
    found = []
    for level in architecture.levels:
        for store in level.stores:
            mine = [
                held[level.name, tensor.name]
                for tensor in einsum.tensors
                if tensor.role in store.roles and (level.name, tensor.name) in held
            ]
            limit = store.usable_bits
            if limit is None or not store.compression or not mine:
                continue
            if store.metadata_bits is None:
                found.append(
                    occupancy(store.name, "both", limit, [each.taking(True, True) for each in mine])
                )
                continue
            data = [each.taking(True, False) for each in mine]
            formats = [each.taking(False, True) for each in mine]
            found.append(occupancy(store.name, "data", limit, data))
            found.append(occupancy(store.name, "metadata", store.metadata_bits, formats))
    return tuple(found)
