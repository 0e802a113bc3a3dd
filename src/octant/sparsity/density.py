"""How many nonzeros a tile holds: chances for patterns of chance, counts for real masks.

A tile is a box of a tensor's elements, given by its extents along the tensor's axes. Chances are
those of a tile at a random place; a mask's are the shares of its tiles, laid side by side.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from octant.errors import InvalidWorkloadError
from octant.workload import Banded, Even, Mask, Structured, Tensor

Extents: TypeAlias = tuple[int, ...]
Booleans: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float64]

_LONGEST_PRODUCT = 4096
_LARGEST_BAND = 1 << 26
_LONGEST_EXACT = 1 << 14


def mask_of(nonzero: Booleans) -> Mask:
    r"""The mask of an array: where it is not zero.

    >>> mask_of(np.array([[True, False], [False, True]]))
    Mask(shape=(2, 2), bits=b'\x90')
    """
    return Mask(tuple(nonzero.shape), np.packbits(nonzero.astype(bool), axis=None).tobytes())


@lru_cache(maxsize=8)
def array_of(mask: Mask) -> Booleans:
    r"""The array that a mask packs.

    >>> array_of(Mask((2, 2), bytes([0x90]))).tolist()
    [[True, False], [False, True]]
    """
    packed = np.frombuffer(mask.bits, np.uint8)
    return np.unpackbits(packed, count=math.prod(mask.shape)).astype(bool).reshape(mask.shape)


def masked(tensor: Tensor, shape: Extents) -> Booleans | None:
    """The nonzeros of a tensor one by one, where its pattern says so; None where chance does.

    Raises:
        InvalidWorkloadError: a band on a tensor that is no square matrix.
    """
    if isinstance(tensor.pattern, Mask):
        return array_of(tensor.pattern)
    return _band(tensor.pattern, tensor, shape) if isinstance(tensor.pattern, Banded) else None


def _band(pattern: Banded, tensor: Tensor, shape: Extents) -> Booleans:
    long = [extent for extent in shape if extent > 1]
    if len(long) not in (0, 2) or len(set(long)) > 1 or math.prod(shape) > _LARGEST_BAND:
        raise InvalidWorkloadError(
            f"tensor {tensor.name!r} is {' x '.join(map(str, shape))}: a band needs a square "
            f"matrix of at most {_LARGEST_BAND} elements"
        )
    side = np.arange(long[0] if long else 1)
    near = abs(side[:, None] - side[None, :]) <= pattern.half_width
    return np.asarray(near.reshape(shape))


def share(tensor: Tensor, shape: Extents) -> float:
    """The share of a tensor's elements that is not zero.

    Args:
        tensor: its own density counts where chance says where the nonzeros lie.
        shape: the extents of the whole tensor.
    """
    if isinstance(tensor.pattern, Mask):
        return _nonzeros(tensor.pattern) / math.prod(shape)
    nonzero = masked(tensor, shape)
    if nonzero is not None:
        return float(nonzero.mean())
    if isinstance(tensor.pattern, Structured):
        return tensor.pattern.keep / tensor.pattern.of
    return tensor.density


@lru_cache(maxsize=256)
def _nonzeros(mask: Mask) -> int:
    """The nonzeros of a mask, counted in its bytes."""
    return int(np.bitwise_count(np.frombuffer(mask.bits, np.uint8)).sum())


def is_masked(tensor: Tensor) -> bool:
    """The tensor's nonzeros are known one by one."""
    return isinstance(tensor.pattern, Mask | Banded)


def empty_chance(tensor: Tensor, shape: Extents, tile: Extents) -> float:
    """The chance that a tile holds no nonzero.

    Uniform: the hypergeometric chance C(N-K, n) / C(N, n) of n elements among N with K nonzeros,
    in logarithms, so that no size overflows. One element alone is empty with 1 - density.

    Args:
        tensor: whose tile.
        shape: the extents of the whole tensor.
        tile: the extents of the tile.

    >>> from octant.workload import Role, Term
    >>> row = Tensor("A", Role.INPUT, ((Term("K"),),), density=0.25)
    >>> round(empty_chance(row, (64,), (4,)), 4)
    0.3062
    """
    nonzero = masked(tensor, shape)
    if nonzero is not None:
        return float((tile_counts(nonzero, tile) == 0).mean())
    size, inside = math.prod(shape), math.prod(tile)
    if isinstance(tensor.pattern, Even):
        return max(0.0, 1.0 - inside * tensor.density)
    if isinstance(tensor.pattern, Structured):
        return _structured_empty(tensor, tensor.pattern, tile)
    return _none_of(size, tensor.density * size, inside)


def _structured_empty(tensor: Tensor, pattern: Structured, tile: Extents) -> float:
    """Of full groups none is empty; of a part of a group, each is by itself."""
    along = _axis(tensor, pattern.rank)
    part = tile[along]
    if part >= pattern.of:
        return 0.0
    groups = math.prod(tile) // part
    return _none_of(pattern.of, pattern.keep, part) ** groups


def _axis(tensor: Tensor, rank: str) -> int:
    for index, terms in enumerate(tensor.axes):
        if rank in [term.rank for term in terms]:
            return index
    raise InvalidWorkloadError(
        f"tensor {tensor.name!r} has a pattern along {rank}, which is none of its ranks "
        f"({', '.join(sorted(tensor.ranks))})"
    )


@lru_cache(maxsize=4096)
def _none_of(size: int, nonzeros: float, drawn: int) -> float:
    """The chance that of so many drawn elements none is a nonzero."""
    zeros = size - nonzeros
    if drawn > zeros + 1e-9:
        return 0.0
    if drawn <= _LONGEST_PRODUCT:
        places = np.arange(drawn)
        return float(np.exp(np.log((zeros - places).clip(0) / (size - places)).sum()))
    ways = math.lgamma(zeros + 1) - math.lgamma(zeros - drawn + 1)
    return math.exp(ways + math.lgamma(size - drawn + 1) - math.lgamma(size + 1))


def occupancy_chances(tensor: Tensor, shape: Extents, tile: Extents) -> Floats:
    """The chance of each number of nonzeros in a tile, from 0 up.

    Args:
        tensor: whose tile.
        shape: the extents of the whole tensor.
        tile: the extents of the tile.

    >>> from octant.workload import Role, Term
    >>> row = Tensor("A", Role.INPUT, ((Term("K"),),), density=0.5)
    >>> occupancy_chances(row, (4,), (2,)).round(4).tolist()
    [0.1667, 0.6667, 0.1667]
    """
    nonzero = masked(tensor, shape)
    inside = math.prod(tile)
    if nonzero is not None:
        counts = np.bincount(tile_counts(nonzero, tile).ravel(), minlength=inside + 1)
        return np.asarray(counts / counts.sum(), np.float64)
    if isinstance(tensor.pattern, Even):
        return _even(inside, tensor.density)
    if isinstance(tensor.pattern, Structured):
        return _structured(tensor, tensor.pattern, tile)
    size = math.prod(shape)
    return hypergeometric(size, math.ceil(tensor.density * size - 1e-9), inside)


def _even(inside: int, density: float) -> Floats:
    chances = np.zeros(inside + 1)
    low = math.floor(inside * density + 1e-9)
    chances[low] = 1 - (inside * density - low)
    chances[min(low + 1, inside)] += 1 - chances[low]
    return chances


def _structured(tensor: Tensor, pattern: Structured, tile: Extents) -> Floats:
    """Full groups are certain; the parts of groups are hypergeometric, each by itself."""
    part = tile[_axis(tensor, pattern.rank)]
    rows = math.prod(tile) // part
    full, rest = divmod(part, pattern.of)
    chances = np.ones(1)
    for _ in range(rows if rest else 0):
        chances = np.convolve(chances, hypergeometric(pattern.of, pattern.keep, rest))
    found = np.zeros(math.prod(tile) + 1)
    certain = rows * full * pattern.keep
    found[certain : certain + len(chances)] = chances
    return found


def hypergeometric(size: int, nonzeros: int, drawn: int) -> Floats:
    """The chance of each number of nonzeros among drawn elements, from 0 to all of them.

    In logarithms of the gamma function: neither large sizes nor large draws overflow.

    >>> hypergeometric(4, 2, 2).round(4).tolist()
    [0.1667, 0.6667, 0.1667]
    """
    found = np.zeros(drawn + 1)
    least, most = max(0, drawn - (size - nonzeros)), min(drawn, nonzeros)
    counts = np.arange(least, most + 1)
    ways = [_choices(nonzeros, int(x)) + _choices(size - nonzeros, drawn - int(x)) for x in counts]
    found[counts] = np.exp(np.array(ways) - _choices(size, drawn))
    return np.asarray(found / found.sum())


def _choices(of: int, taken: int) -> float:
    """The logarithm of the binomial coefficient."""
    return math.lgamma(of + 1) - math.lgamma(taken + 1) - math.lgamma(of - taken + 1)


def nonempty_chances(
    tensor: Tensor, shape: Extents, tile: Extents, group: int, rank: str
) -> Floats:
    """The chance of each number of tiles with a nonzero among neighbours, from none to all.

    By inclusion and exclusion over the tiles that are empty: exactly j of g are with
    C(g, j) sum over i of (-1)^i C(g - j, i) H(j + i), where H(m) is the chance that m given ones
    are. Terms cancel, so H has some hundred binary digits.

    Args:
        tensor: whose tiles; its nonzeros are a matter of chance.
        shape: the extents of the whole tensor.
        tile: the extents of a tile.
        group: neighbours.
        rank: along which they are neighbours.

    >>> from octant.workload import Role, Term
    >>> row = Tensor("A", Role.INPUT, ((Term("K"),),), density=0.5)
    >>> nonempty_chances(row, (4,), (2,), 2, "K").round(4).tolist()  # both nonzeros in one, or not
    [0.0, 0.3333, 0.6667]

    Neighbours beyond the end of the tensor are empty:

    >>> nonempty_chances(row, (4,), (2,), 3, "K").round(4).tolist()
    [0.0, 0.3333, 0.6667, 0.0]
    """
    inside, pattern = math.prod(tile), tensor.pattern
    if isinstance(pattern, Even):
        return _even(group, min(1.0, inside * tensor.density))
    if isinstance(pattern, Structured) and pattern.rank == rank:
        return _structured_nonempty(tensor, pattern, tile, group)
    size = math.prod(shape)
    if isinstance(pattern, Structured) or group * inside > _LONGEST_EXACT:
        return binomial(group, 1 - empty_chance(tensor, shape, tile))
    zeros = size - math.ceil(tensor.density * size - 1e-9)
    there = min(group, size // inside)
    return np.pad(np.array(_exclusion(there, zeros, size, inside)).clip(0), (0, group - there))


def _structured_nonempty(tensor: Tensor, pattern: Structured, tile: Extents, group: int) -> Floats:
    """Tiles that share groups of the pattern: each of its rows draws for itself."""
    part = tile[_axis(tensor, pattern.rank)]
    rows = math.prod(tile) // part
    every = math.comb(pattern.of, pattern.keep)
    chances, left = np.ones(1), group
    while left:
        some = min(left, max(1, pattern.of // part))
        empty = [
            Fraction(math.comb(max(0, pattern.of - j * part), pattern.keep), every) ** rows
            for j in range(some + 1)
        ]
        chances = np.convolve(chances, [float(chance) for chance in _excluded(empty)])
        left -= some
    return np.asarray(chances)


def _excluded(empty: list[Fraction]) -> list[Fraction]:
    """The chance of each number of nonempty tiles, from that of so many given ones being empty."""
    group = len(empty) - 1
    return [
        math.comb(group, j)
        * sum((-1) ** i * math.comb(group - j, i) * empty[j + i] for i in range(group - j + 1))
        for j in range(group, -1, -1)
    ]


def binomial(drawn: int, chance: float) -> Floats:
    """The chance of each number of nonzeros among drawn elements that are nonzero each by itself.

    >>> binomial(2, 0.5).tolist()
    [0.25, 0.5, 0.25]
    """
    counts = range(drawn + 1)
    ways = [math.comb(drawn, x) * chance**x * (1 - chance) ** (drawn - x) for x in counts]
    return np.array(ways)


@lru_cache(maxsize=256)
def _exclusion(group: int, zeros: int, size: int, inside: int) -> tuple[float, ...]:
    digits = 2 * group + 128
    empty, chance = [Fraction(1)], 1 << digits
    for place in range(group * inside):
        chance = chance * max(0, zeros - place) // (size - place)
        if (place + 1) % inside == 0:
            empty.append(Fraction(chance, 1 << digits))
    return tuple(float(found) for found in _excluded(empty))


def tile_counts(nonzero: Booleans, tile: Extents) -> NDArray[np.int64]:
    """The nonzeros of each tile, tiles laid side by side; the last along an axis may be smaller.

    >>> tile_counts(np.array([[1, 0, 0], [1, 1, 0]], bool), (2, 2)).tolist()
    [[3, 0]]
    """
    counts = nonzero.astype(np.int64)
    for axis, extent in enumerate(tile):
        counts = np.add.reduceat(counts, np.arange(0, counts.shape[axis], extent), axis=axis)
    return counts


def largest_occupancy(
    tensor: Tensor, shape: Extents, tile: Extents, confidence: float = 1.0
) -> int:
    """The nonzeros that a tile holds at most, in that share of the tiles.

    Args:
        tensor: whose tile.
        shape: the extents of the whole tensor.
        tile: the extents of the tile.
        confidence: 1 for all tiles that there can be.
    """
    if confidence >= 1 and not is_masked(tensor):
        return _most(tensor, shape, tile)
    chances = occupancy_chances(tensor, shape, tile)
    if confidence >= 1:
        return int(np.flatnonzero(chances)[-1])
    return int(np.searchsorted(np.cumsum(chances), confidence - 1e-12))


def _kept_between(pattern: Structured, start: int, stop: int) -> int:
    """The most nonzeros of neighbours that may begin and end within a group of the pattern.

    >>> two_of_four = Structured(2, 4, "C")
    >>> [_kept_between(two_of_four, start, start + 3) for start in (0, 3)]  # 1 and 2 more
    [2, 3]
    """
    groups = range(start // pattern.of, -(-stop // pattern.of))
    held = (min(stop, (g + 1) * pattern.of) - max(start, g * pattern.of) for g in groups)
    return sum(min(elements, pattern.keep) for elements in held)


def _most(tensor: Tensor, shape: Extents, tile: Extents) -> int:
    """The most nonzeros that any tile of a pattern of chance can hold."""
    inside, pattern = math.prod(tile), tensor.pattern
    if isinstance(pattern, Structured):
        along = _axis(tensor, pattern.rank)
        part, extent = tile[along], shape[along]
        starts = range(0, extent, part)[: pattern.of]  # then tiles lie in the groups as before
        row = max(_kept_between(pattern, start, min(start + part, extent)) for start in starts)
        return inside // part * row
    size = inside if isinstance(pattern, Even) else math.prod(shape)
    return min(inside, math.ceil(tensor.density * size - 1e-9))
