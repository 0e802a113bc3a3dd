"""A price: the energy of one action, and where the number comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass

from octant.errors import NotEstimatedError
from octant.source import Source


@dataclass(frozen=True, slots=True)
class Price:
    """The energy of one action in joules, with its source.

    >>> from octant.source import Origin
    >>> Price(1.3e-12, Source(Origin.ASSUMED, "an example")).energy_j
    1.3e-12
    """

    energy_j: float
    source: Source

    def __post_init__(self) -> None:
        if not (math.isfinite(self.energy_j) and self.energy_j >= 0):
            raise NotEstimatedError(
                f"an energy must be finite and not negative, not {self.energy_j} J"
            )
