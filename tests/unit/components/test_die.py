"""Die cost: each formula against a slow twin or its limits."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octant.components import Estimate
from octant.components.die import (
    WAFER_USD,
    die_cost,
    dies_per_wafer,
    wafer_price,
    yield_share,
    yields,
)
from octant.errors import NotEstimatedError
from octant.source import Origin, Source

AREAS = st.floats(1e-6, 900e-6)


def on_a_grid(area_m2: float) -> int:
    """Square dies cut from a round wafer, the best of a few offsets of the grid."""
    side, radius, best = math.sqrt(area_m2), 0.15, 0
    for shift in (0.0, 0.5):
        steps = range(-math.ceil(radius / side) - 1, math.ceil(radius / side) + 1)
        whole = 0
        for column in steps:
            for row in steps:
                corners = [
                    ((column + shift + x) * side, (row + shift + y) * side)
                    for x in (0, 1)
                    for y in (0, 1)
                ]
                whole += all(math.hypot(x, y) <= radius for x, y in corners)
        best = max(best, whole)
    return best


@pytest.mark.parametrize("area_mm2", [16, 50, 100, 331, 600, 815])
def test_dies_on_a_wafer_are_about_those_of_a_grid(area_mm2: float) -> None:
    """The formula allows for the edge on average, and for more than squares need of it."""
    counted = on_a_grid(area_mm2 * 1e-6)
    assert 0.9 * counted <= dies_per_wafer(area_mm2 * 1e-6) <= 1.01 * counted


@given(AREAS, st.floats(0, 5e4), st.floats(1, 1e6))
def test_yields_lie_between_poisson_and_seeds(area: float, defects: float, alpha: float) -> None:
    found = yields(area, defects, alpha)
    assert 0 <= found.poisson <= found.murphy * (1 + 1e-9)
    assert found.murphy <= found.seeds * (1 + 1e-9) and found.seeds <= 1
    assert found.poisson <= found.negative_binomial * (1 + 1e-6)
    assert found.negative_binomial <= found.seeds * (1 + 1e-9)


def test_the_negative_binomial_has_both_as_limits() -> None:
    none, most = yields(1e-4, 1e4, 1e9), yields(1e-4, 1e4, 1.0)
    assert none.negative_binomial == pytest.approx(none.poisson, rel=1e-6)
    assert most.negative_binomial == pytest.approx(most.seeds)
    assert yields(1e-4, 0.0).murphy == 1


@given(AREAS)
def test_a_larger_die_costs_more_than_in_proportion(area: float) -> None:
    small, large = die_cost(area / 2, 7e-9), die_cost(area, 7e-9)
    assert large.die.value >= 1.9 * small.die.value
    assert large.working.value <= small.working.value
    assert large.die.low <= large.die.value <= large.die.high


def test_published_wafer_prices_and_between_them() -> None:
    for node, listed in WAFER_USD.items():
        price = wafer_price(node * 1e-9)
        assert price.value == listed[0][0]
        assert price.source.origin is Origin.PUBLISHED
        assert all(price.low * 0.999 <= usd <= price.high * 1.001 for usd, _ in listed)
    between = wafer_price(65e-9)
    assert between.source.origin is Origin.ASSUMED
    assert 1650 < between.value < 2600
    for node in (3, 130):
        with pytest.raises(NotEstimatedError, match="published from 5 nm to 90 nm"):
            wafer_price(node * 1e-9)


def test_what_the_user_states_comes_first() -> None:
    wafer = Estimate(4000.0, "money", Source(Origin.MEASURED, "our contract"))
    cost = die_cost(100e-6, None, wafer=wafer, defects_per_m2=0.0)
    assert cost.die.value == pytest.approx(4000 / 640)
    assert cost.die.source.origin is Origin.MODELLED
    assert yield_share(100e-6, 1e3).source.origin is Origin.MODELLED
    assert yield_share(100e-6).source.origin is Origin.ASSUMED


def test_what_has_no_price() -> None:
    with pytest.raises(NotEstimatedError, match="no room"):
        dies_per_wafer(0.2)
    for area in (0.0, -1.0, math.nan):
        with pytest.raises(NotEstimatedError, match="above 0"):
            dies_per_wafer(area)
    with pytest.raises(NotEstimatedError, match="neither the process node"):
        die_cost(1e-4, None)
    with pytest.raises(NotEstimatedError, match="0 or more"):
        yields(1e-4, -1.0)
