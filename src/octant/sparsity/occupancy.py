"""Whether the tiles of a memory fit it: how many bits they take, and how often that is too many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from octant.sparsity.density import (
    Extents,
    Floats,
    is_masked,
    largest_occupancy,
    masked,
    occupancy_chances,
    share,
    tile_counts,
)
from octant.workload import Even, Structured, Tensor

_MOST_SUMS = 1 << 20
_MOST_CHANCES = 1 << 14


@dataclass(frozen=True, slots=True)
class Occupancy:
    """What the tiles of a memory take of it together; expected values, over all of its tiles.

    Args:
        store: the memory.
        part: "data", "metadata" where formats have a memory of their own, or "both" in one.
        capacity_bits: that tiles may take.
        expected_bits: that they take on average.
        most_bits: that they can come to take.
        overflow_chance: that they do not fit.
        overflow_share: of the bits, what does not fit.
    """

    store: str
    part: str
    capacity_bits: int
    expected_bits: float
    most_bits: float
    overflow_chance: float
    overflow_share: float


@dataclass(frozen=True, slots=True)
class Taking:
    """Bits that a tile takes: so many for each element that is stored, and some in any case.

    Args:
        tensor: whose tile.
        shape: the extents of the whole tensor.
        tile: the extents of the tile.
        leaves_zeros_out: only nonzeros are stored.
        each: bits for each stored element.
        fixed: bits in any case.
    """

    tensor: Tensor
    shape: Extents
    tile: Extents
    leaves_zeros_out: bool
    each: float
    fixed: float

    @property
    def expected_bits(self) -> float:
        """On average."""
        stored = share(self.tensor, self.shape) if self.leaves_zeros_out else 1.0
        return self.fixed + self.each * math.prod(self.tile) * stored

    @property
    def most_bits(self) -> float:
        """At most."""
        if not self.leaves_zeros_out:
            return self.expected_bits
        most = largest_occupancy(self.tensor, self.shape, self.tile)
        return self.fixed + self.each * most


def occupancy(store: str, part: str, capacity_bits: int, tiles: Sequence[Taking]) -> Occupancy:
    """What tiles take of a memory, and what of them does not fit.

    Tiles are independent of each other. Their sum is taken exactly where it has up to 2^20 values,
    beyond that as normal. What does not fit is E[max(0, sum - capacity)].

    >>> from octant.workload import Role, Term
    >>> row = Tensor("A", Role.INPUT, ((Term("K"),),), density=0.5)
    >>> found = occupancy("pad", "data", 8, [Taking(row, (4,), (2,), True, 8, 0)])
    >>> round(found.overflow_chance, 4), round(found.overflow_share, 4)
    (0.1667, 0.1667)
    """
    expected = math.fsum(each.expected_bits for each in tiles)
    most = math.fsum(each.most_bits for each in tiles)
    if most <= capacity_bits:
        return Occupancy(store, part, capacity_bits, expected, most, 0.0, 0.0)
    parts = [_bits(each) for each in tiles]
    known = [found for found in parts if found is not None]
    if len(known) == len(parts) and math.prod(len(bits) for bits, _ in known) <= _MOST_SUMS:
        bits, chances = np.zeros(1), np.ones(1)
        for more, likely in known:
            bits = (bits[:, None] + more).ravel()
            chances = (chances[:, None] * likely).ravel()
        over = (bits - capacity_bits).clip(0)
        chance = float(chances[bits > capacity_bits].sum())
        excess = float((over * chances).sum())
    else:
        chance, excess = _normal(expected, sum(map(_variance, tiles)), capacity_bits)
    return Occupancy(store, part, capacity_bits, expected, most, chance, excess / expected)


def _bits(each: Taking) -> tuple[Floats, Floats] | None:
    """The bits that a tile can take and their chances; None where these are too many to list."""
    if not each.leaves_zeros_out:
        return np.array([each.expected_bits]), np.ones(1)
    nonzero = masked(each.tensor, each.shape)
    if nonzero is not None:
        counts, times = np.unique(tile_counts(nonzero, each.tile), return_counts=True)
        return _as_bits(each, counts), np.asarray(times / times.sum(), np.float64)
    if math.prod(each.tile) > _MOST_CHANCES:
        return None
    chances = occupancy_chances(each.tensor, each.shape, each.tile)
    counts = np.flatnonzero(chances)
    return _as_bits(each, counts), chances[counts]


def _as_bits(each: Taking, counts: NDArray[np.int64]) -> Floats:
    return np.asarray(each.fixed + each.each * counts, np.float64)


def _variance(each: Taking) -> float:
    """Of the bits of a tile."""
    if not each.leaves_zeros_out:
        return 0.0
    known = _bits(each) if is_masked(each.tensor) else None
    if known is not None:
        bits, chances = known
        return float((chances * (bits - (chances * bits).sum()) ** 2).sum())
    size, inside = math.prod(each.shape), math.prod(each.tile)
    if size == 1 or isinstance(each.tensor.pattern, Even | Structured):
        return 0.0  # whole groups, or to within one element
    density = share(each.tensor, each.shape)
    return each.each**2 * inside * density * (1 - density) * (size - inside) / (size - 1)


def _normal(mean: float, variance: float, capacity: float) -> tuple[float, float]:
    """The chance that a normal value is above the capacity, and by how much on average."""
    if variance == 0:
        return float(mean > capacity), max(0.0, mean - capacity)
    normal = NormalDist(mean, math.sqrt(variance))
    above = 1 - normal.cdf(capacity)
    return above, variance * normal.pdf(capacity) + (mean - capacity) * above
