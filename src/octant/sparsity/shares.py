"""The share of accesses that zeros leave: by chance in closed form, on masks exactly.

An access happens where every leader that it follows has a nonzero among the elements that meet
it during its stay. Leaders of chance are independent of each other, so their shares multiply.
Masks are not independent of anything: their tiles are met one by one, as a product of arrays over
the digits of the loop nest, which sums without listing the nest.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from string import ascii_letters
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from octant.sparsity.density import empty_chance, is_masked, masked, share
from octant.sparsity.nest import Digit, window
from octant.workload import Einsum, Tensor

#: A tensor's name to the digits of the window in which it must not be all zero.
Conditions: TypeAlias = Mapping[str, frozenset[int]]
Floats: TypeAlias = NDArray[np.float64]
_Unfolded: TypeAlias = tuple[NDArray[np.bool_], tuple[int, ...]]

#: A mask of more points than this in the loop nest is taken as chance of the same density.
MOST_POINTS = 1 << 25


@dataclass(frozen=True, slots=True)
class Share:
    """What is left of some accesses.

    Args:
        elements: the share that happens, zeros of the tensor itself among them.
        nonzeros: the share that happens and moves a nonzero of the tensor.
    """

    elements: float
    nonzeros: float


@dataclass(frozen=True, slots=True)
class Nest:
    """A layer and the digits of its mapping: what shares are taken of.

    Masks are laid out over the digits when they are first met, and kept.
    """

    einsum: Einsum
    digits: tuple[Digit, ...]
    shapes: dict[str, tuple[int, ...]] = field(init=False)
    _unfolded: dict[str, _Unfolded] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        sizes = self.einsum.sizes
        shapes = {tensor.name: tensor.shape(sizes) for tensor in self.einsum.tensors}
        object.__setattr__(self, "shapes", shapes)
        object.__setattr__(self, "_unfolded", {})

    def unfolded(self, tensor: Tensor) -> _Unfolded:
        """The mask over the digits of a tensor's ranks, and these; False outside of the layer."""
        if tensor.name not in self._unfolded:
            self._unfolded[tensor.name] = _unfolded(self, tensor)
        return self._unfolded[tensor.name]

    def shape(self, tensor: Tensor) -> tuple[int, ...]:
        """The extents of a whole tensor."""
        return self.shapes[tensor.name]

    def by_mask(self, tensor: Tensor) -> bool:
        """Its nonzeros are known one by one, and few enough to be met one by one."""
        if not is_masked(tensor):
            return False
        points = math.prod(digit.factor for digit in self.digits if digit.rank in tensor.ranks)
        return points <= MOST_POINTS


def met_alike(tensor: Tensor) -> bool:
    """Whether each element of a tensor meets as many products: no window, and no stride."""
    return all(len(axis) == 1 and axis[0].coefficient == 1 for axis in tensor.axes)


def narrower(first: Conditions, second: Conditions) -> dict[str, frozenset[int]]:
    """Both conditions at once: of a leader's two windows, one inside the other, the smaller.

    >>> narrower({"A": frozenset({0, 1})}, {"A": frozenset({1}), "B": frozenset()})
    {'A': frozenset({1}), 'B': frozenset()}
    """
    found = dict(first)
    for name, inside in second.items():
        found[name] = found[name] & inside if name in found else inside
    return found


def of_accesses(nest: Nest, tensor: Tensor, stay: frozenset[int], kept: Conditions) -> Share:
    """The share of a tensor's accesses that happen, each element once a stay.

    Args:
        nest: the layer and its loops.
        tensor: whose accesses.
        stay: the digits inside one stay.
        kept: what must not be all zero.
    """
    chance, real = _split(nest, kept)
    ranks = tensor.ranks
    own = {index for index in stay if nest.digits[index].rank in ranks}
    if not real and (own or met_alike(tensor) or not nest.by_mask(tensor)):
        return Share(chance, chance * share(tensor, nest.shape(tensor)))
    outside = frozenset(range(len(nest.digits))) - stay
    factors = [occupied(nest, nest.einsum.tensor(name), inside) for name, inside in real.items()]
    summed = frozenset(own) | outside
    everything = _sum(nest, [], summed)
    met = _sum(nest, factors, summed) / everything * chance
    if not nest.by_mask(tensor):
        return Share(met, met * share(tensor, nest.shape(tensor)))
    mine = occupied(nest, tensor, frozenset())
    nonzero = _sum(nest, [*factors, mine], summed) / everything * chance
    return Share(met, nonzero)


def of_products(nest: Nest, kept: Conditions) -> float:
    """The share of multiply-accumulates for which no condition fails."""
    chance, real = _split(nest, kept)
    if not real:
        return chance
    if len(real) == 1:
        ((name, inside),) = real.items()
        only = nest.einsum.tensor(name)
        if not inside and met_alike(only):
            return chance * share(only, nest.shape(only))
    everywhere = frozenset(range(len(nest.digits)))
    factors = [occupied(nest, nest.einsum.tensor(name), inside) for name, inside in real.items()]
    return chance * _sum(nest, factors, everywhere) / _sum(nest, [], everywhere)


def products_by(nest: Nest, kept: Conditions, by: Iterable[int]) -> Floats | None:
    """The products that no condition fails, summed for each value of some digits.

    Args:
        nest: the layer and its loops.
        kept: what must not be all zero.
        by: the digits that are not summed over, in the order of the result's axes.

    Returns:
        the sums; None where a condition is a matter of chance.
    """
    _, real = _split(nest, kept)
    if len(real) != len(kept):
        return None
    factors = [occupied(nest, nest.einsum.tensor(name), inside) for name, inside in real.items()]
    return _summed(nest, factors, frozenset(range(len(nest.digits))), tuple(by))


_Factor: TypeAlias = tuple[Floats, tuple[int, ...]]


def _split(nest: Nest, kept: Conditions) -> tuple[float, dict[str, frozenset[int]]]:
    """The chance that the leaders of chance are met, and the leaders with masks."""
    chance, real = 1.0, {}
    for name, inside in kept.items():
        leader = nest.einsum.tensor(name)
        if nest.by_mask(leader):
            real[name] = inside
            continue
        tile = window(nest.einsum, leader, nest.digits, inside)
        if math.prod(tile) == 1:
            chance *= share(leader, nest.shape(leader))
        else:
            chance *= 1 - empty_chance(leader, nest.shape(leader), tile)
    return chance, real


def occupied(nest: Nest, tensor: Tensor, inside: frozenset[int]) -> _Factor:
    """1 where the window of a masked tensor has a nonzero; an axis for each digit outside of it."""
    values, mine = nest.unfolded(tensor)
    gone = tuple(place for place, index in enumerate(mine) if index in inside)
    left = tuple(index for index in mine if index not in inside)
    return np.asarray(values.any(axis=gone), np.float64), left


def _unfolded(nest: Nest, tensor: Tensor) -> _Unfolded:
    nonzero = masked(tensor, nest.shape(tensor))
    assert nonzero is not None
    mine = tuple(index for index, digit in enumerate(nest.digits) if digit.rank in tensor.ranks)
    exists = np.ones([nest.digits[index].factor for index in mine], bool)
    places = []
    sizes = nest.einsum.sizes
    for terms, extent in zip(tensor.axes, nonzero.shape, strict=True):
        at: NDArray[np.int64] = np.zeros([1] * len(mine), np.int64)
        for term in terms:
            coordinate = _coordinate(nest, term.rank, mine)
            exists &= coordinate < sizes[term.rank]
            at = at + term.coefficient * coordinate
        places.append(np.minimum(at, extent - 1))
    return nonzero[tuple(np.broadcast_arrays(*places))].reshape(exists.shape) & exists, mine


def _coordinate(nest: Nest, rank: str, over: tuple[int, ...]) -> NDArray[np.int64]:
    """A rank's index over the axes of some digits, broadcastable."""
    at: NDArray[np.int64] = np.zeros([1] * len(over), np.int64)
    for axis, index in enumerate(over):
        digit = nest.digits[index]
        if digit.rank == rank:
            steps = np.arange(digit.factor) * digit.stride
            at = at + steps.reshape([-1 if axis == other else 1 for other in range(len(over))])
    return at


def _existence(nest: Nest, summed: frozenset[int]) -> list[_Factor]:
    """1 where a rank's index is within its size, for the digits that are summed over.

    Ranks whose loops divide them need none.
    """
    found = []
    for rank, size in nest.einsum.ranks:
        every = [digit.factor for digit in nest.digits if digit.rank == rank]
        mine = tuple(
            index
            for index, digit in enumerate(nest.digits)
            if digit.rank == rank and index in summed
        )
        if mine and math.prod(every) != size:
            coordinate = _coordinate(nest, rank, mine)
            found.append((np.asarray(coordinate < size, np.float64), mine))
    return found


def _sum(nest: Nest, factors: list[_Factor], summed: frozenset[int]) -> float:
    """The sum over all points of some digits of the product of the factors."""
    return float(_summed(nest, factors, summed, ()))


def _summed(
    nest: Nest, factors: list[_Factor], summed: frozenset[int], by: tuple[int, ...]
) -> Floats:
    """The same for each value of some of the digits."""
    terms = [*factors, *_existence(nest, summed)]
    covered = {index for _, mine in terms for index in mine}
    terms += [
        (np.ones(nest.digits[index].factor), (index,)) for index in by if index not in covered
    ]
    alike = math.prod(nest.digits[index].factor for index in summed - covered - set(by))
    return _contract(terms, by) * alike if terms else np.asarray(float(alike))


def _contract(factors: list[_Factor], by: tuple[int, ...]) -> Floats:
    """The sum of a product; what a single factor depends on is summed first."""
    times: dict[int, int] = {}
    for _, mine in factors:
        times |= {index: times.get(index, 0) + 1 for index in mine}
    reduced = []
    for values, mine in factors:
        alone = [place for place, index in enumerate(mine) if times[index] == 1 and index not in by]
        left = tuple(index for place, index in enumerate(mine) if place not in alone)
        reduced.append((values.sum(axis=tuple(alone)) if alone else values, left))
    used = sorted({index for _, mine in reduced for index in mine})
    letter = dict(zip(used, ascii_letters, strict=False))
    terms = ["".join(letter[index] for index in mine) for _, mine in reduced]
    form = f"{','.join(terms)}->{''.join(letter[index] for index in by)}"
    found = np.einsum(form, *(values for values, _ in reduced), optimize="greedy")
    return np.asarray(found, np.float64)
