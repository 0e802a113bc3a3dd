"""The best combination of fronts is that of a twin that tries them all."""

from __future__ import annotations

import contextlib
import itertools
import math
import operator
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octant.mapper.combination import (
    Combination,
    LayerFront,
    Limit,
    Limited,
    Point,
    best_combination,
    network_hull,
)
from octant.mapper.combination import labels as search
from octant.mapper.result import Objective, Status

Case = tuple[tuple[LayerFront, ...], Point]
GOALS = [
    (Objective.ENERGY, Limited.LATENCY),
    (Objective.LATENCY, Limited.ENERGY),
    (Objective.LATENCY, Limited.POWER),
    (Objective.ENERGY, Limited.POWER),
    (Objective.ENERGY, Limited.ENERGY),
    (Objective.LATENCY, Limited.LATENCY),
]
checked = settings(max_examples=100, deadline=None, derandomize=True, database=None)

whole = st.integers(0, 30).map(float)
real = st.floats(0.1, 1e3).map(lambda number: number * 1e-6)


@st.composite
def cases(draw: st.DrawFn, numbers: st.SearchStrategy[float]) -> Case:
    """A few layers of a few repeats: at most some thousand combinations."""
    layers = []
    for name in "abcd"[: draw(st.integers(1, 4))]:
        size = draw(st.integers(1, 4))
        axis = st.lists(numbers, min_size=size, max_size=size, unique=True).map(sorted)
        energies, latencies = draw(axis), draw(axis)
        points = tuple(zip(reversed(energies), latencies, strict=True))
        layers.append(LayerFront(name, points, repeats=draw(st.integers(1, 3))))
    rest = draw(st.sampled_from([(0.0, 0.0), (2.0, 3.0)]))
    return tuple(layers), rest


def totals(case: Case) -> Iterator[Point]:
    """Energy and latency of every combination, each repeat on its own."""
    layers, rest = case
    runs = [layer.points for layer in layers for _ in range(layer.repeats)]
    known = {rest}
    for points in runs:
        known = {(e + more, t + later) for e, t in known for more, later in points}
    yield from known


def check_totals(case: Case, found: Combination) -> None:
    """The totals are those of the points taken, and every repeat takes one."""
    layers, rest = case
    energies, latencies = [rest[0]], [rest[1]]
    for layer, taken in zip(layers, found.taken, strict=True):
        assert sum(one.repeats for one in taken) == layer.repeats
        assert all(one.repeats > 0 for one in taken)
        for one in taken:
            energies += [layer.points[one.point][0]] * one.repeats
            latencies += [layer.points[one.point][1]] * one.repeats
    assert found.energy_j == math.fsum(energies)
    assert found.latency_s == math.fsum(latencies)


def check_best(case: Case, objective: Objective, limit: Limit | None, exact: bool) -> None:
    layers, rest = case
    met = [total for total in totals(case) if limit is None or limit.met_by(*total)]
    found = best_combination(layers, objective, limit=limit, rest=rest)
    if not met:
        assert found.status is Status.INFEASIBLE
        assert found.combination is None and math.isinf(found.value)
        assert found.reason.startswith(f"the least {limit.on if limit else ''} of any combination")
        return
    least = min(objective.value_of(*total) for total in met)
    assert found.status is Status.OPTIMAL
    assert found.combination is not None and found.bound == found.value
    check_totals(case, found.combination)
    total = found.combination.energy_j, found.combination.latency_s
    assert found.value == objective.value_of(*total)
    assert limit is None or limit.met_by(*total)
    assert found.value == (least if exact else pytest.approx(least, rel=2e-12, abs=0))


@pytest.mark.parametrize("objective", list(Objective))
@checked
@given(case=st.data())
def test_the_best_without_a_limit(objective: Objective, case: st.DataObject) -> None:
    check_best(case.draw(cases(whole)), objective, None, exact=True)
    check_best(case.draw(cases(real)), objective, None, exact=False)


@pytest.mark.parametrize(("objective", "on"), GOALS)
@checked
@given(data=st.data())
def test_the_best_under_a_limit(objective: Objective, on: Limited, data: st.DataObject) -> None:
    """Limits are totals of combinations, which just meet them, or lie between."""
    exact = data.draw(st.booleans())
    case = data.draw(cases(whole if exact else real))
    reached = sorted({on.of(*total) for total in totals(case)} - {math.inf}) or [0.0]
    most = data.draw(st.sampled_from(reached)) * data.draw(st.sampled_from([1, 1, 1.001, 0.999, 0]))
    check_best(case, objective, Limit(on, most), exact)


@checked
@given(cases(whole))
def test_the_hull_of_a_network(case: Case) -> None:
    """No combination lies below a line between neighbours, nor beyond the ends."""
    layers, rest = case
    found = network_hull(layers, rest=rest)
    for one in found:
        check_totals(case, one)
    corners = [(one.energy_j, one.latency_s) for one in found]
    points = list(totals(case))
    assert corners[0] == min(points, key=operator.itemgetter(1, 0))
    assert corners[-1] == min(points)
    for (e1, t1), (e2, t2) in itertools.pairwise(corners):
        assert t1 < t2 and e1 > e2
        assert all((e - e1) * (t2 - t1) >= (e2 - e1) * (t - t1) for e, t in points)


@pytest.mark.parametrize(("objective", "on"), GOALS[:3])
@checked
@given(data=st.data())
def test_narrow_passes_bound_what_they_drop(
    objective: Objective, on: Limited, data: st.DataObject
) -> None:
    """With a few labels a side the search may end early; what it claims then is still true."""
    case = data.draw(cases(whole))
    reached = sorted({on.of(*total) for total in totals(case)} - {math.inf}) or [0.0]
    limit = Limit(on, data.draw(st.sampled_from(reached)))
    with narrowed(1):
        found = best_combination(case[0], objective, limit=limit, rest=case[1])
    met = [objective.value_of(*total) for total in totals(case) if limit.met_by(*total)]
    least = min(met, default=math.inf)
    assert found.bound <= least * (1 + 1e-15) and least <= found.value
    assert (found.status is Status.GAP) == (found.bound < found.value)


@contextlib.contextmanager
def narrowed(width: int) -> Iterator[None]:
    """Lets a pass keep only so many labels a side."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "WIDTHS", (width,))
        yield
