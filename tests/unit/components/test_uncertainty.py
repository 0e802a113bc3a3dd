"""Intervals: one assumption keeps its limits, several combine, a sum weighs them."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octant.components import Price, Spread
from octant.components.price import total
from octant.components.uncertainty import between, interval, largest, of_a_sum
from octant.errors import NotEstimatedError
from octant.source import Origin, Source

PAPER = Source(Origin.PUBLISHED, "a paper")
NAMES = st.sampled_from("abc")
SPREADS = st.builds(
    Spread, NAMES, st.floats(0.1, 1.0, allow_nan=False), st.floats(1.0, 10.0, allow_nan=False)
)


@given(SPREADS)
def test_one_assumption_keeps_its_limits(spread: Spread) -> None:
    assert interval([spread]) == pytest.approx((spread.low, spread.high))


@given(st.lists(SPREADS, max_size=5))
def test_an_interval_holds_the_nominal_value_and_no_more_than_all_at_their_worst(
    spreads: list[Spread],
) -> None:
    low, high = interval(spreads)
    assert 0 < low <= 1 <= high
    assert low >= math.prod(spread.low for spread in spreads) * (1 - 1e-12)
    assert high <= math.prod(spread.high for spread in spreads) * (1 + 1e-12)


@given(st.lists(st.tuples(st.floats(0.1, 10), st.lists(SPREADS, max_size=3)), min_size=1))
def test_a_sum_moves_as_its_terms_do(terms: list[tuple[float, list[Spread]]]) -> None:
    """The slow twin: set one assumption low in every term that rests on it, and add up."""
    nominal = sum(value for value, _ in terms)
    for spread in of_a_sum(terms):
        moved = 0.0
        for value, spreads in terms:
            for each in spreads:
                value *= each.low if each.assumption == spread.assumption else 1.0
            moved += value
        assert spread.low == pytest.approx(moved / nominal)


def test_prices_on_one_assumption_move_together_and_on_two_they_do_not() -> None:
    one = Price(1.0, PAPER, (Spread("a", 0.5, 2.0),))
    other = Price(1.0, PAPER, (Spread("b", 0.5, 2.0),))
    together, apart = total([(1, one), (1, one)], "both"), total([(1, one), (1, other)], "both")
    assert together.high_j == pytest.approx(4.0)
    assert apart.high_j == pytest.approx(2 * math.exp(math.hypot(math.log(1.5), math.log(1.5))))
    assert apart.high_j < together.high_j


def test_the_largest_is_the_widest() -> None:
    spreads = [Spread("a", 0.9, 1.1), Spread("b", 0.99, 1.5), Spread("c", 1, 1)]
    for order in itertools.permutations(spreads):
        assert largest(order) == spreads[1]
    assert largest([]) is None


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (1.1, 2), (0.5, 0.9), (0.5, math.inf), (math.nan, 1)]
)
def test_spreads_that_cannot_be(low: float, high: float) -> None:
    with pytest.raises(NotEstimatedError, match="allowed are"):
        Spread("a", low, high)


def test_limits_must_enclose_the_value() -> None:
    with pytest.raises(NotEstimatedError, match="does not enclose"):
        between("a", 2.0, 1.0, 3.0)


def test_a_total_is_as_good_as_its_weakest_part() -> None:
    guess = Price(1.0, Source(Origin.ASSUMED, "a guess"), (), ("width 4 b",))
    both = total([(1, Price(1.0, PAPER)), (2, guess)], "both")
    assert both.source.origin is Origin.ASSUMED
    assert both.extrapolated == ("width 4 b",)
    assert total([(1, Price(1.0, PAPER)), (0, guess)], "one").extrapolated == ()
