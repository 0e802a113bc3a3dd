"""What a tile takes in a format: elements stored, and bits that say where they belong."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from octant.arch import Compression, FormatRank, RankFormat
from octant.sparsity.density import Extents, empty_chance, masked, share
from octant.sparsity.slots import fits, slot_share
from octant.workload import Tensor

_NEGLIGIBLE = 1e-12


@dataclass(frozen=True, slots=True)
class Stored:
    """What a tile takes, on average over the tiles of its tensor.

    Args:
        elements: that are stored: the nonzeros, or all where the format keeps zeros.
        metadata_bits: coordinates, runs, flags and offsets; with run lengths also the zeros that
            are stored because a run is longer than its field.
        by_rank: the metadata of each rank of the format, in bits.
        padding: zeros that are stored because a run is longer than its field.
    """

    elements: float
    metadata_bits: float
    by_rank: tuple[float, ...]
    padding: float = 0.0

    def bits(self, element_bits: float) -> float:
        """All bits of the tile."""
        return self.elements * element_bits + self.metadata_bits


def stored(
    compression: Compression, tensor: Tensor, shape: Extents, tile: Extents, element_bits: float
) -> Stored:
    """What a tile of a tensor takes in a format.

    Each rank of the format is a fiber for each coordinate of the ranks above it that is held:
    for every one below an uncompressed rank, for the nonempty ones below any other.

    Args:
        compression: the format.
        tensor: with its density and pattern.
        shape: the extents of the whole tensor.
        tile: the extents of the tile.
        element_bits: width of an element.

    Slots hold so many elements of each group, whatever these are; the tensor fits them.

    >>> from octant.workload import Role, Term
    >>> A = Tensor("A", Role.INPUT, ((Term("M"),), (Term("K"),)), density=0.1)
    >>> csr = Compression(Role.INPUT, (FormatRank(RankFormat.OFFSETS, ("M",), 14),
    ...                                FormatRank(RankFormat.COORDINATES, ("K",), 7)))
    >>> round(stored(csr, A, (128, 128), (128, 128), 8).bits(8))
    26382
    """
    if compression.slots is not None:
        elements = math.prod(tile) * slot_share(tensor, shape, compression.slots)
        bits = elements * compression.ranks[0].added_bits
        return Stored(elements, bits, (bits,))
    parts = _by_format_rank(compression, tensor, tile)
    block = _block(compression, tensor, tile)
    fibers = held = 1.0
    padding = 0.0
    metadata = []
    for place, (rank, span) in enumerate(zip(compression.ranks, parts, strict=True)):
        below = _extents(tile, parts[place + 1 :], block)
        inner = math.prod(below)
        size = math.prod(-(-extent // block[axis]) for axis, extent in span.items())
        empty = empty_chance(tensor, shape, below)
        nonempty = fibers * size * (1 - empty)
        trivial = size == 1 and place > 0
        bits = 0.0 if trivial else _rank_bits(rank, held, size, nonempty)
        if rank.format is RankFormat.RUN_LENGTH and not trivial:
            extra = _fillers(rank, tensor, shape, tile, parts, place, block) * fibers
            bits += extra * (rank.added_bits + element_bits * inner)
            padding += extra * inner
        metadata.append(bits)
        fibers *= size
        keeps_empty = rank.format in (RankFormat.UNCOMPRESSED, RankFormat.FLAGGED)
        held = held * size if keeps_empty else nonempty
    elements = held * math.prod(block)
    if compression.leaves_zeros_out:
        elements = math.prod(tile) * share(tensor, shape)
    return Stored(elements, sum(metadata), tuple(metadata), padding)


def plain(tile: Extents) -> Stored:
    """A tile held element by element."""
    return Stored(float(math.prod(tile)), 0.0, ())


def chosen(
    compression: Compression | None,
    tensor: Tensor,
    shape: Extents,
    tile: Extents,
    element_bits: float,
) -> tuple[Stored, Compression | None]:
    """What a tile takes, and the format: None where it is held element by element.

    An optional format is left off where it would make the whole tensor larger, one with slots where
    the tensor does not fit them.
    """
    if compression is None or not _fits(compression, tensor, shape):
        return plain(tile), None
    whole = stored(compression, tensor, shape, shape, element_bits)
    if compression.optional and whole.bits(element_bits) >= math.prod(shape) * element_bits:
        return plain(tile), None
    return stored(compression, tensor, shape, tile, element_bits), compression


def _fits(compression: Compression, tensor: Tensor, shape: Extents) -> bool:
    return compression.slots is None or fits(tensor, shape, compression.slots)


def _by_format_rank(
    compression: Compression, tensor: Tensor, tile: Extents
) -> tuple[dict[int, int], ...]:
    """Axis to extent, for each rank of the format; axes that no rank names are the innermost's."""
    parts: tuple[dict[int, int], ...] = tuple({} for _ in compression.ranks)
    for axis, terms in enumerate(tensor.axes):
        ranks = {term.rank for term in terms}
        place = next(
            (i for i, each in enumerate(compression.ranks) if ranks & set(each.ranks)),
            len(parts) - 1,
        )
        parts[place][axis] = tile[axis]
    return parts


def _block(compression: Compression, tensor: Tensor, tile: Extents) -> Extents:
    """The extents of what is one entry of the format: 1 along each axis that names no other."""
    sizes = dict(compression.block)
    found = []
    for terms, extent in zip(tensor.axes, tile, strict=True):
        named = [sizes[term.rank] for term in terms if term.rank in sizes]
        found.append(min(extent, named[0] if named else 1))
    return tuple(found)


def _extents(tile: Extents, parts: tuple[dict[int, int], ...], block: Extents) -> Extents:
    """The extents of the sub-tile of some ranks of the format: a block's along all other axes."""
    kept = {axis for part in parts for axis in part}
    return tuple(extent if axis in kept else block[axis] for axis, extent in enumerate(tile))


def _rank_bits(rank: FormatRank, held: float, size: int, nonempty: float) -> float:
    """The metadata of one rank: ``held`` fibers of ``size`` coordinates, so many nonempty."""
    match rank.format:
        case RankFormat.UNCOMPRESSED:
            return 0.0
        case RankFormat.BITMASK | RankFormat.FLAGGED:
            return held * size * rank.bits
        case RankFormat.COORDINATES | RankFormat.RUN_LENGTH:
            return nonempty * rank.added_bits
        case RankFormat.OFFSETS:
            return held * (size + 1) * rank.bits


def _fillers(
    rank: FormatRank,
    tensor: Tensor,
    shape: Extents,
    tile: Extents,
    parts: tuple[dict[int, int], ...],
    place: int,
    block: Extents,
) -> float:
    """The zeros of one fiber that are stored because a run of r bits reaches only 2**r - 1 zeros.

    The j-th filler before a nonzero is there where the j * 2**r coordinates before it are all
    empty; the chance of that is the chance of so many empty ones less that of one more.
    """
    reach = 2**rank.bits
    size = math.prod(-(-extent // block[axis]) for axis, extent in parts[place].items())
    below = _extents(tile, parts[place + 1 :], block)
    if masked(tensor, shape) is not None:
        return _counted_fillers(tensor, shape, tile, parts, place, reach, block)
    run = _run_empty(tensor, shape, below)
    found = 0.0
    for zeros in range(reach, size, reach):
        term = (size - zeros) * (run(zeros) - run(zeros + 1))
        found += term
        if term <= _NEGLIGIBLE * found or term == 0.0:
            break
    return found


def _run_empty(tensor: Tensor, shape: Extents, below: Extents) -> Callable[[int], float]:
    """The chance that so many coordinates in a row are empty, each with a sub-tile below it."""
    longest = max(range(len(below)), key=lambda axis: shape[axis] / below[axis], default=0)

    def run(count: int) -> float:
        extents = tuple(
            extent * count if axis == longest else extent for axis, extent in enumerate(below)
        )
        return empty_chance(tensor, shape, extents)

    return run


def _counted_fillers(
    tensor: Tensor,
    shape: Extents,
    tile: Extents,
    parts: tuple[dict[int, int], ...],
    place: int,
    reach: int,
    block: Extents,
) -> float:
    """The same, counted on a mask: the average over the fibers of all its tiles."""
    import numpy as np

    from octant.sparsity.density import tile_counts

    nonzero = masked(tensor, shape)
    assert nonzero is not None
    kept = tile_counts(nonzero, _extents(tile, parts[place + 1 :], block)) > 0
    span = list(parts[place])
    lengths = [-(-tile[axis] // block[axis]) for axis in span]
    fibers, found = 0, 0
    rolled = np.moveaxis(kept, span, range(-len(span), 0))
    for outer in np.ndindex(*rolled.shape[: rolled.ndim - len(span)]):
        line = rolled[outer]
        for corner in np.ndindex(*[-(-n // m) for n, m in zip(line.shape, lengths, strict=True)]):
            box = tuple(
                slice(at * length, (at + 1) * length)
                for at, length in zip(corner, lengths, strict=True)
            )
            places = np.flatnonzero(line[box].ravel())
            gaps = np.diff(places, prepend=-1) - 1
            fibers += 1
            found += int((gaps // reach).sum())
    return found / fibers
