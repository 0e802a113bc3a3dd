"""Where the nonzeros of a tensor lie: how its density is spread over its elements."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from octant.errors import InvalidWorkloadError


@dataclass(frozen=True, slots=True)
class Uniform:
    """Every choice of that many nonzeros among all elements is as likely as any other."""


@dataclass(frozen=True, slots=True)
class Even:
    """Every tile holds its share of the nonzeros, to within one: an ideal that no data reaches."""


@dataclass(frozen=True, slots=True)
class Structured:
    """Exactly ``keep`` nonzeros in every ``of`` neighbours along one rank (2:4 is 2 of 4).

    Which of them are nonzero is chance, group by group.
    """

    keep: int
    of: int
    rank: str

    def __post_init__(self) -> None:
        if not 1 <= self.keep <= self.of:
            raise InvalidWorkloadError(
                f"a pattern of {self.keep}:{self.of} along {self.rank}: allowed are 1 to "
                f"{self.of} of {self.of}"
            )


@dataclass(frozen=True, slots=True)
class Banded:
    """A square matrix with nonzeros up to so far from its diagonal, and nowhere else."""

    half_width: int

    def __post_init__(self) -> None:
        if self.half_width < 0:
            raise InvalidWorkloadError(f"a band of half width {self.half_width}: 0 or more")


@dataclass(frozen=True, slots=True)
class Mask:
    """Which elements of the whole tensor are nonzero, one by one.

    Args:
        shape: the extents of the tensor's axes.
        bits: eight elements a byte, the last axis fastest, the first element the highest bit, as
            ``numpy.packbits`` has them.
    """

    shape: tuple[int, ...]
    bits: bytes

    def __post_init__(self) -> None:
        wanted = -(-math.prod(self.shape) // 8)
        if len(self.bits) != wanted:
            raise InvalidWorkloadError(
                f"a mask of {' x '.join(map(str, self.shape))} takes {wanted} bytes, "
                f"it has {len(self.bits)}"
            )


Pattern: TypeAlias = Uniform | Even | Structured | Banded | Mask

UNIFORM = Uniform()
