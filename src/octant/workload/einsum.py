"""The Einsum: the one form that every layer with multiply-accumulates takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from octant.errors import InvalidWorkloadError
from octant.workload.density import UNIFORM, Mask, Pattern
from octant.workload.formats import FLOAT32, NumberFormat


class Role(StrEnum):
    """What a tensor is to a layer; architectures speak of tensors by role.

    The second operand of a product of two activations (the keys of an attention layer) has the
    role ``WEIGHT``: it takes the weights' place in the hardware.
    """

    INPUT = "input"
    WEIGHT = "weight"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a tensor's index: ``coefficient * rank``."""

    rank: str
    coefficient: int = 1

    def __post_init__(self) -> None:
        if self.coefficient < 1:
            raise InvalidWorkloadError(
                f"the index term {self.coefficient}*{self.rank} must have a coefficient of at "
                "least 1: a mirrored axis costs the same, so give its magnitude"
            )

    def __str__(self) -> str:
        return self.rank if self.coefficient == 1 else f"{self.coefficient}*{self.rank}"


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of an Einsum: one affine index a dimension.

    The input of a convolution of stride 2 has the axes ``n``, ``c``, ``2*p + r``, ``2*q + s``.

    Args:
        name: unique within the Einsum.
        role: input, weight or output.
        axes: a tuple of terms for each dimension, none for a scalar; no rank occurs twice in one
            tensor.
        format: the numbers that it holds.
        density: the share of nonzero elements, above 0, at most 1.
        pattern: where those lie.
    """

    name: str
    role: Role
    axes: tuple[tuple[Term, ...], ...]
    format: NumberFormat = FLOAT32
    density: float = 1.0
    pattern: Pattern = UNIFORM

    def __post_init__(self) -> None:
        ranks = [term.rank for axis in self.axes for term in axis]
        if len(set(ranks)) != len(ranks):
            raise InvalidWorkloadError(
                f"tensor {self.name!r} uses a rank twice ({', '.join(ranks)}): rename one of them"
            )
        if not 0 < self.density <= 1:
            raise InvalidWorkloadError(
                f"tensor {self.name!r} has density {self.density}: allowed are values above 0 "
                "up to 1"
            )

    @property
    def ranks(self) -> frozenset[str]:
        """The ranks that the tensor depends on (its relevant ranks)."""
        return frozenset(term.rank for axis in self.axes for term in axis)

    def shape(self, sizes: Mapping[str, int]) -> tuple[int, ...]:
        """The extents of the smallest box that holds a tile with these rank sizes.

        >>> row = Tensor("I", Role.INPUT, ((Term("P", 2), Term("R")),))
        >>> row.shape({"P": 4, "R": 3})
        (9,)
        """
        return tuple(
            1 + sum(term.coefficient * (sizes[term.rank] - 1) for term in axis)
            for axis in self.axes
        )

    def elements(self, sizes: Mapping[str, int]) -> int:
        """The number of elements of a tile with these rank sizes (its bounding box)."""
        return math.prod(self.shape(sizes))


@dataclass(frozen=True, slots=True)
class Einsum:
    """Named ranks with sizes, and tensors over them; the output is summed over its missing ranks.

    Two layers of one shape are equal Einsums, whatever their layers are called: a search for one
    serves the other.

    Args:
        ranks: (name, size) pairs, sizes of at least 1.
        tensors: any number of operands and exactly one output.

    >>> from octant.workload import matmul
    >>> matmul(rows=4, inner=8, columns=2).macs
    64
    """

    ranks: tuple[tuple[str, int], ...]
    tensors: tuple[Tensor, ...]

    def __post_init__(self) -> None:
        sizes = dict(self.ranks)
        if len(sizes) != len(self.ranks):
            raise InvalidWorkloadError(f"a rank is named twice in {self.ranks}")
        for name, size in self.ranks:
            if size < 1:
                raise InvalidWorkloadError(f"rank {name} has size {size}: allowed is 1 or more")
        names = [tensor.name for tensor in self.tensors]
        if len(set(names)) != len(names):
            raise InvalidWorkloadError(f"two tensors have one name: {', '.join(names)}")
        if sum(tensor.role is Role.OUTPUT for tensor in self.tensors) != 1:
            raise InvalidWorkloadError("an Einsum has exactly one output tensor")
        unknown = {rank for tensor in self.tensors for rank in tensor.ranks} - set(sizes)
        if unknown:
            raise InvalidWorkloadError(f"tensors use ranks without a size: {sorted(unknown)}")
        for tensor in self.tensors:
            mask, shape = tensor.pattern, tensor.shape(sizes)
            if isinstance(mask, Mask) and mask.shape != shape:
                raise InvalidWorkloadError(
                    f"tensor {tensor.name!r} is {' x '.join(map(str, shape))}, its mask "
                    f"{' x '.join(map(str, mask.shape))}"
                )

    @property
    def sizes(self) -> dict[str, int]:
        """Rank name to size, in order."""
        return dict(self.ranks)

    @property
    def macs(self) -> int:
        """Multiply-accumulates: the product of the rank sizes (padding included)."""
        return math.prod(size for _, size in self.ranks)

    @property
    def output(self) -> Tensor:
        """The tensor that is written."""
        return next(tensor for tensor in self.tensors if tensor.role is Role.OUTPUT)

    @property
    def operands(self) -> tuple[Tensor, ...]:
        """The tensors that are read, in order."""
        return tuple(tensor for tensor in self.tensors if tensor.role is not Role.OUTPUT)

    @property
    def reduced_ranks(self) -> frozenset[str]:
        """The ranks that the output sums over."""
        return frozenset(name for name, _ in self.ranks) - self.output.ranks

    @property
    def dense(self) -> Einsum:
        """The same with every value taken as nonzero."""
        tensors = (replace(tensor, density=1.0, pattern=UNIFORM) for tensor in self.tensors)
        return replace(self, tensors=tuple(tensors))

    def tensor(self, name: str) -> Tensor:
        """The tensor of that name; ``KeyError`` where there is none."""
        for tensor in self.tensors:
            if tensor.name == name:
                return tensor
        raise KeyError(name)

    def elements(self, name: str) -> int:
        """The number of elements of a whole tensor (its bounding box, padding included)."""
        return self.tensor(name).elements(self.sizes)

    def __str__(self) -> str:
        def text(tensor: Tensor) -> str:
            axes = ", ".join("+".join(str(term) for term in axis) or "0" for axis in tensor.axes)
            return f"{tensor.name}[{axes}]"

        product = " * ".join(text(tensor) for tensor in self.operands)
        sizes = ", ".join(f"{name}={size}" for name, size in self.ranks)
        return f"{text(self.output)} += {product}  ({sizes})"
