"""What an estimate is: a value, its source, how far it may be off, and what it stretches."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from octant.components.uncertainty import Spread, interval, of_a_sum
from octant.errors import NotEstimatedError
from octant.source import Origin, Source

#: Most trusted first.
TRUST = (Origin.MEASURED, Origin.PUBLISHED, Origin.MODELLED, Origin.ASSUMED)


@dataclass(frozen=True, slots=True)
class Price:
    """The energy of one action in joules, with its source.

    Args:
        energy_j: nominal; finite and not negative.
        source: where it comes from.
        spreads: the assumptions that it rests on, each with its limits; none where nothing is
            known about its limits, which is not the same as being exact.
        extrapolated: what lies outside of the range that the source covers, in words.

    >>> from octant.source import Origin
    >>> price = Price(2e-12, Source(Origin.ASSUMED, "an example"), (Spread("a guess", 0.5, 2.0),))
    >>> price.energy_j, price.low_j, price.high_j
    (2e-12, 1e-12, 4e-12)
    """

    energy_j: float
    source: Source
    spreads: tuple[Spread, ...] = ()
    extrapolated: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.energy_j) and self.energy_j >= 0):
            raise NotEstimatedError(
                f"an energy must be finite and not negative, not {self.energy_j} J"
            )

    @property
    def low_j(self) -> float:
        """The low end of its interval; the nominal value where no limits are known."""
        return self.energy_j * interval(self.spreads)[0]

    @property
    def high_j(self) -> float:
        """The high end of its interval; the nominal value where no limits are known."""
        return self.energy_j * interval(self.spreads)[1]


@dataclass(frozen=True, slots=True)
class Estimate:
    """An area, a leakage power or a latency, with its source.

    Args:
        value: nominal, in SI; finite and not negative.
        dimension: area, power or time: what ``units`` prints it as.
        source: where it comes from.
        spreads: as a price's.
        extrapolated: as a price's.

    >>> from octant.source import Origin
    >>> Estimate(1e-6, "area", Source(Origin.PUBLISHED, "a paper")).high
    1e-06
    """

    value: float
    dimension: str
    source: Source
    spreads: tuple[Spread, ...] = ()
    extrapolated: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and self.value >= 0):
            raise NotEstimatedError(
                f"{self.dimension}: an estimate must be finite and not negative, not {self.value}"
            )

    @property
    def low(self) -> float:
        """The low end of its interval; the nominal value where no limits are known."""
        return self.value * interval(self.spreads)[0]

    @property
    def high(self) -> float:
        """The high end of its interval; the nominal value where no limits are known."""
        return self.value * interval(self.spreads)[1]


def weakest(origins: Iterable[Origin]) -> Origin:
    """The origin that deserves the least trust.

    >>> weakest([Origin.PUBLISHED, Origin.ASSUMED, Origin.MODELLED])
    <Origin.ASSUMED: 'assumed'>
    """
    return max(origins, key=TRUST.index)


def total(terms: Iterable[tuple[float, Price]], citation: str) -> Price:
    """The price of several actions together, as far to be trusted as the weakest of them.

    Args:
        terms: how often each action happens, and its price.
        citation: how they belong together, and their sources.

    >>> from octant.source import Origin
    >>> one = Price(1e-12, Source(Origin.PUBLISHED, "a paper"), (Spread("a", 0.5, 2.0),))
    >>> both = total([(2, one), (1, one)], "three of them")
    >>> both.energy_j, both.spreads
    (3e-12, (Spread(assumption='a', low=0.5, high=2.0),))
    """
    listed = [(count, price) for count, price in terms if count]
    return Price(
        math.fsum(count * price.energy_j for count, price in listed),
        Source(weakest([Origin.MODELLED, *(price.source.origin for _, price in listed)]), citation),
        of_a_sum((count * price.energy_j, price.spreads) for count, price in listed),
        tuple(dict.fromkeys(word for _, price in listed for word in price.extrapolated)),
    )


def total_estimate(
    terms: Iterable[tuple[float, Estimate]], dimension: str, citation: str
) -> Estimate:
    """The sum of several areas or powers, as ``total`` sums prices.

    >>> from octant.source import Origin
    >>> one = Estimate(1e-6, "area", Source(Origin.PUBLISHED, "a paper"))
    >>> total_estimate([(3, one)], "area", "three of them").value
    3e-06
    """
    listed = [(count, estimate) for count, estimate in terms if count]
    return Estimate(
        math.fsum(count * estimate.value for count, estimate in listed),
        dimension,
        Source(
            weakest([Origin.MODELLED, *(estimate.source.origin for _, estimate in listed)]),
            citation,
        ),
        of_a_sum((count * estimate.value, estimate.spreads) for count, estimate in listed),
        tuple(dict.fromkeys(word for _, estimate in listed for word in estimate.extrapolated)),
    )
