"""How far a number may be off, and because of which assumption.

A number is uncertain because of the assumptions that it rests on. Each one is a factor that could
as well be lower or higher: where it is the same assumption in two prices, both move together; two
different ones are taken as independent. Factors multiply, so independent ones combine as the root
of the sum of the squares of their logarithms; a single one keeps its own limits exactly.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from octant.errors import NotEstimatedError


@dataclass(frozen=True, slots=True)
class Spread:
    """One assumption, and the factors by which it could be off.

    Args:
        assumption: in words; the same words are the same assumption.
        low: what the nominal value is multiplied by at the least, above 0 and at most 1.
        high: and at the most, 1 or more and finite.

    >>> Spread("0.2 pJ is rounded", 0.75, 1.25).high
    1.25
    """

    assumption: str
    low: float
    high: float

    def __post_init__(self) -> None:
        if not (0 < self.low <= 1 <= self.high < math.inf and self.assumption.strip()):
            raise NotEstimatedError(
                f"the spread of {self.assumption!r} is {self.low} to {self.high}; allowed are "
                "words, a factor above 0 and at most 1, and one of 1 or more"
            )


def between(assumption: str, low: float, nominal: float, high: float) -> Spread:
    """The spread of a value given with its limits.

    Raises:
        NotEstimatedError: the limits do not enclose the value, or one of them is not above 0.

    >>> between("rounded", 1.5, 2.0, 2.5)
    Spread(assumption='rounded', low=0.75, high=1.25)
    """
    if not 0 < low <= nominal <= high:
        raise NotEstimatedError(
            f"{assumption}: {low} to {high} does not enclose {nominal}, or is not above 0"
        )
    return Spread(assumption, low / nominal, high / nominal)


def interval(spreads: Iterable[Spread]) -> tuple[float, float]:
    """The factors from the nominal value to the low and the high one, all assumptions together.

    Spreads of one assumption multiply (it enters the value twice); different assumptions combine
    as the root of the sum of the squares of their logarithms.

    >>> interval([Spread("a", 0.5, 2.0)])
    (0.5, 2.0)
    >>> low, high = interval([Spread("a", 0.5, 2.0), Spread("b", 0.5, 2.0)])
    >>> round(high, 4)  # 2 ** sqrt(1 + 1)
    2.6651
    """
    lows: dict[str, float] = {}
    highs: dict[str, float] = {}
    for spread in spreads:
        lows[spread.assumption] = lows.get(spread.assumption, 0.0) + math.log(spread.low)
        highs[spread.assumption] = highs.get(spread.assumption, 0.0) + math.log(spread.high)
    return math.exp(-math.hypot(*lows.values())), math.exp(math.hypot(*highs.values()))


def of_a_sum(terms: Iterable[tuple[float, Iterable[Spread]]]) -> tuple[Spread, ...]:
    """The spreads of a sum, one for each assumption that its terms rest on.

    An assumption moves all terms that rest on it at once and leaves the others where they are, so
    its factor on the sum is the average of its factors on the terms, weighted by the terms.

    Args:
        terms: each value, 0 or more, with its spreads.

    >>> of_a_sum([(3.0, [Spread("a", 0.5, 2.0)]), (1.0, [])])
    (Spread(assumption='a', low=0.625, high=1.75),)
    """
    listed = [(value, tuple(spreads)) for value, spreads in terms]
    whole = math.fsum(value for value, _ in listed)
    names = dict.fromkeys(spread.assumption for _, spreads in listed for spread in spreads)
    if not whole:
        return ()
    return tuple(
        Spread(
            name,
            min(
                1.0,
                math.fsum(value * _factor(name, spreads)[0] for value, spreads in listed) / whole,
            ),
            max(
                1.0,
                math.fsum(value * _factor(name, spreads)[1] for value, spreads in listed) / whole,
            ),
        )
        for name in names
    )


def largest(spreads: Iterable[Spread]) -> Spread | None:
    """The spread whose assumption widens the interval most; None where there is none.

    >>> largest([Spread("a", 0.9, 1.1), Spread("b", 0.8, 1.0)])
    Spread(assumption='b', low=0.8, high=1.0)
    """
    return max(spreads, key=lambda spread: math.log(spread.high / spread.low), default=None)


def _factor(name: str, spreads: Iterable[Spread]) -> tuple[float, float]:
    mine = [spread for spread in spreads if spread.assumption == name]
    return math.prod(x.low for x in mine), math.prod(x.high for x in mine)
