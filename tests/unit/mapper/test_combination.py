from __future__ import annotations

import math
import random

import pytest

from octant.mapper.combination import (
    Combination,
    LayerFront,
    Limit,
    Limited,
    Taken,
    best_combination,
    network_hull,
)
from octant.mapper.result import Objective, Status

FAST_OR_FRUGAL = LayerFront("conv", ((3.0, 1.0), (1.0, 2.0)))
NOT_CONVEX = LayerFront("bent", ((10.0, 1.0), (8.0, 2.0), (1.0, 4.0)))


def latency(most: float) -> Limit:
    return Limit(Limited.LATENCY, most)


def totals(one: Combination | None) -> tuple[float, float]:
    assert one is not None
    return one.energy_j, one.latency_s


def test_the_best_edp_of_a_network_is_not_that_of_its_layers() -> None:
    """Alone, the short layer is best fast: 3 x 1 of 2 x 2. Beside the long one it is best frugal.

    The other layer takes 1 J and 10 s: 4 x 11 = 44, or 3 x 12 = 36.
    """
    short, long = LayerFront("short", ((3.0, 1.0), (2.0, 2.0))), LayerFront("long", ((1.0, 10.0),))
    assert best_combination([short], Objective.EDP).value == 3.0
    found = best_combination([short, long], Objective.EDP)
    assert (found.status, found.value) == (Status.OPTIMAL, 36.0)
    assert found.combination == Combination(3.0, 12.0, ((Taken(1, 1),), (Taken(0, 1),)))


def test_the_rest_of_the_network_changes_the_best() -> None:
    """The same with the long layer as a constant."""
    short = LayerFront("short", ((3.0, 1.0), (2.0, 2.0)))
    found = best_combination([short], Objective.EDP, rest=(1.0, 10.0))
    assert totals(found.combination) == (3.0, 12.0)


def test_latency_weighs_more_in_ed2p() -> None:
    """3 J in 1 s or 1 J in 2 s: the products are 3 and 2, with the square of latency 3 and 4."""
    assert best_combination([FAST_OR_FRUGAL], Objective.EDP).value == 2.0
    assert best_combination([FAST_OR_FRUGAL], Objective.ED2P).value == 3.0


def test_under_a_limit_the_best_may_lie_above_the_hull() -> None:
    """(8 J, 2 s) lies above the line from (10, 1) to (1, 4), at 7 J there; 3 s allow no better."""
    found = best_combination([NOT_CONVEX], Objective.ENERGY, limit=latency(3.0))
    assert (found.status, found.value, found.bound) == (Status.OPTIMAL, 8.0, 8.0)
    assert [totals(one) for one in network_hull([NOT_CONVEX])] == [(10.0, 1.0), (1.0, 4.0)]


def test_repeats_take_different_points() -> None:
    """Within 5 s: the fast and the slow point in 1 + 4 s, 11 J; not two in the middle, 16 J."""
    twice = LayerFront("bent", NOT_CONVEX.points, repeats=2)
    found = best_combination([twice], Objective.ENERGY, limit=latency(5.0))
    assert found.value == 11.0
    assert found.combination is not None
    assert found.combination.taken == ((Taken(0, 1), Taken(2, 1)),)


def test_layers_of_the_same_front_take_different_points() -> None:
    """Three runs in two layers, of which one may be slow: 3 + 3 + 1 J."""
    layers = [LayerFront("a", FAST_OR_FRUGAL.points, 2), LayerFront("b", FAST_OR_FRUGAL.points)]
    found = best_combination(layers, Objective.ENERGY, limit=latency(4.0))
    assert totals(found.combination) == (7.0, 4.0)


def test_an_energy_limit() -> None:
    twice = LayerFront("conv", FAST_OR_FRUGAL.points, repeats=2)
    found = best_combination([twice], Objective.LATENCY, limit=Limit(Limited.ENERGY, 5.9))
    assert totals(found.combination) == (4.0, 3.0)


def test_a_power_limit_is_one_of_the_network_not_of_its_layers() -> None:
    """3 W in the fast layer are fine beside 1 W in the slow one: 4 J in 2 s are 2 W."""
    layers = [LayerFront("cool", ((1.0, 1.0),)), FAST_OR_FRUGAL]
    found = best_combination(layers, Objective.LATENCY, limit=Limit(Limited.POWER, 2.0))
    assert totals(found.combination) == (4.0, 2.0)


def test_a_limit_that_is_a_sum_is_met() -> None:
    """0.1 + 0.2 is more than 0.3 by its last bit; the limit allows it, as it means the same."""
    layers = [LayerFront("a", ((2.0, 0.05), (1.0, 0.1))), LayerFront("b", ((2.0, 0.1), (1.0, 0.2)))]
    found = best_combination([*layers, NOT_CONVEX], Objective.ENERGY, limit=latency(1.3))
    assert found.value == 12.0


@pytest.mark.parametrize(
    ("objective", "limit", "reason"),
    [
        (
            Objective.ENERGY,
            latency(0.8),
            "the least latency of any combination is 1 s, 25 % above the limit of 800 ms",
        ),
        (
            Objective.LATENCY,
            Limit(Limited.ENERGY, 0.5),
            "the least energy of any combination is 1 J, 100 % above the limit of 500 mJ",
        ),
        (
            Objective.LATENCY,
            Limit(Limited.POWER, 0.4),
            "the least power of any combination is 500 mW, 25 % above the limit of 400 mW",
        ),
        (
            Objective.ENERGY,
            latency(0.1),
            "the least latency of any combination is 1 s, 900 % above the limit of 100 ms",
        ),
        (
            Objective.ENERGY,
            latency(4e-6),
            "the least latency of any combination is 1 s, 2.5e+05 times the limit of 4 us",
        ),
        (
            Objective.LATENCY,
            Limit(Limited.ENERGY, 0.0),
            "the least energy of any combination is 1 J, above the limit of 0 J",
        ),
    ],
)
def test_infeasible_says_what_can_be_reached(
    objective: Objective, limit: Limit, reason: str
) -> None:
    found = best_combination([FAST_OR_FRUGAL], objective, limit=limit)
    assert (found.status, found.combination) == (Status.INFEASIBLE, None)
    assert found.reason == reason
    assert math.isinf(found.value) and math.isinf(found.bound)


def test_without_layers_the_rest_is_all() -> None:
    found = best_combination([], Objective.EDP, rest=(2.0, 3.0))
    assert found.combination == Combination(2.0, 3.0, ())
    assert [totals(one) for one in network_hull([], rest=(2.0, 3.0))] == [(2.0, 3.0)]


def test_at_the_corners_all_repeats_of_a_layer_take_the_same_point() -> None:
    """The flat layer saves 1 J/s, the steep one 4 J/s: the steep one moves first, both runs."""
    steep = LayerFront("steep", ((9.0, 1.0), (1.0, 3.0)), repeats=2)
    flat = LayerFront("flat", ((3.0, 1.0), (2.0, 2.0)))
    corners = network_hull([flat, steep], rest=(1.0, 1.0))
    assert [totals(one) for one in corners] == [(22.0, 4.0), (6.0, 8.0), (5.0, 9.0)]
    assert [one.taken for one in corners] == [
        ((Taken(0, 1),), (Taken(0, 2),)),
        ((Taken(0, 1),), (Taken(1, 2),)),
        ((Taken(1, 1),), (Taken(1, 2),)),
    ]


@pytest.mark.parametrize(
    ("points", "repeats", "message"),
    [
        ((), 1, "its front has no points"),
        (((1.0, 1.0),), 0, "repeats is 0; allowed is 1 or more"),
        (((1.0, math.nan),), 1, "a point is 1.0 J, nan s; allowed is 0 or more, finite"),
        (((1.0, 2.0), (3.0, 1.0)), 1, r"point \(3.0 J, 1.0 s\) follows \(1.0 J, 2.0 s\)"),
        (((1.0, 2.0), (1.0, 3.0)), 1, "latencies rise and energies fall"),
    ],
)
def test_a_front_checks_itself(
    points: tuple[tuple[float, float], ...], repeats: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        LayerFront("conv", points, repeats)


def test_bad_questions_are_refused() -> None:
    with pytest.raises(ValueError, match=r"the power limit is -1.0; allowed is 0 or more"):
        Limit(Limited.POWER, -1.0)
    with pytest.raises(ValueError, match="objective is edp under a limit; allowed are energy and"):
        best_combination([FAST_OR_FRUGAL], Objective.EDP, limit=latency(1.0))
    with pytest.raises(ValueError, match=r"the rest of the network is -1.0 J, 0.0 s"):
        best_combination([FAST_OR_FRUGAL], Objective.EDP, rest=(-1.0, 0.0))


def irregular(layers: int, points: int, repeats: int) -> list[LayerFront]:
    """Fronts far from convex, of different scales."""
    dice = random.Random(2)
    fronts = []
    for number in range(layers):
        scale = 10 ** dice.uniform(-1, 1)
        energies = sorted((scale * dice.uniform(1, 5) for _ in range(points)), reverse=True)
        latencies = sorted(scale * dice.uniform(1, 5) for _ in range(points))
        front = tuple(zip(energies, latencies, strict=True))
        fronts.append(LayerFront(f"layer {number}", front, dice.randint(1, repeats)))
    return fronts


def ends(layers: list[LayerFront]) -> tuple[Combination, Combination]:
    fast = best_combination(layers, Objective.LATENCY).combination
    frugal = best_combination(layers, Objective.ENERGY).combination
    assert fast is not None and frugal is not None
    return fast, frugal


@pytest.mark.parametrize("on", list(Limited))
def test_a_large_network_is_solved_to_the_end(on: Limited) -> None:
    """Twenty layers of forty points; the other way round, the answer's cost gives back its weight.

    With the least cost c within a weight w, no combination below c weighs at most w: so the least
    weight within a cost just below c is above w.
    """
    layers = irregular(20, 40, 3)
    fast, frugal = ends(layers)
    low, high = sorted(on.of(one.energy_j, one.latency_s) for one in (fast, frugal))
    limit = Limit(on, 0.6 * low + 0.4 * high)
    objective = Objective.ENERGY if on is Limited.LATENCY else Objective.LATENCY
    found = best_combination(layers, objective, limit=limit)
    assert found.status is Status.OPTIMAL
    energy, latency_s = totals(found.combination)
    assert limit.met_by(energy, latency_s)
    if on is Limited.POWER:
        return
    back = Objective.LATENCY if on is Limited.LATENCY else Objective.ENERGY
    below = Limit(Limited(objective.value), found.value * (1 - 1e-9))
    other = best_combination(layers, back, limit=below)
    assert other.status is Status.OPTIMAL
    assert other.value > limit.most


def test_a_time_limit_leaves_a_gap() -> None:
    layers = irregular(30, 40, 5)
    fast, frugal = ends(layers)
    limit = latency((fast.latency_s + frugal.latency_s) / 2)
    early = best_combination(layers, Objective.ENERGY, limit=limit, time_limit_s=0.0)
    assert (early.status, early.reason) == (Status.GAP, "the time limit was reached")
    assert 0 < early.gap < 0.01
    best = best_combination(layers, Objective.ENERGY, limit=limit)
    assert best.status is Status.OPTIMAL
    assert early.bound <= best.value <= early.value
