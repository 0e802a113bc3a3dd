"""Sparsity: from dense counts to the work and traffic that zeros leave."""

from octant.sparsity.counts import Moves, SparseCounts, SparseTensor, SparseTransfer
from octant.sparsity.density import array_of, empty_chance, mask_of, occupancy_chances
from octant.sparsity.floors import Floors
from octant.sparsity.formats import Stored, stored
from octant.sparsity.occupancy import Occupancy
from octant.sparsity.overflow import with_room_for_formats
from octant.sparsity.passes import thin
from octant.sparsity.slots import unfit

__all__ = [
    "Floors",
    "Moves",
    "Occupancy",
    "SparseCounts",
    "SparseTensor",
    "SparseTransfer",
    "Stored",
    "array_of",
    "empty_chance",
    "mask_of",
    "occupancy_chances",
    "stored",
    "thin",
    "unfit",
    "with_room_for_formats",
]
