"""The mapper's optimum is that of its twin, on hundreds of small searches."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings

from octant.arch import Architecture, Fanout, FanoutAxis, Level
from octant.mapper import Objective, SearchResult, Status, front, search
from octant.mapping.validity import check, violations
from octant.model import evaluate
from octant.workload import Einsum, convolution, matmul
from tests.properties.problems import searches
from tests.properties.twin import Search, Tried, best_front, best_mappings, size_of_space
from tests.unit.mapper.chips import FREE, array, chip, level, picojoules


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(searches())
def test_the_optimum_is_that_of_the_twin(case: Search) -> None:
    for objective, best in best_mappings(case).items():
        compare(case, objective, searched(case, objective), best)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(searches())
def test_the_front_is_that_of_the_twin(case: Search) -> None:
    """Each point of one is matched, or surpassed within rounding, by one of the other."""
    found = front(
        case.einsum,
        case.architecture,
        dataflow=case.dataflow,
        divisors_only=case.divisors,
    )
    own = [(evaluation.energy_j or 0.0, evaluation.latency_s) for evaluation in found.evaluations]
    twins = best_front(case)
    assert found.status is (Status.OPTIMAL if twins else Status.INFEASIBLE)
    for points, others in ((own, twins), (twins, own)):
        for energy_j, latency_s in points:
            limit = energy_j * (1 + 1e-9), latency_s * (1 + 1e-9)
            assert any(other[0] <= limit[0] and other[1] <= limit[1] for other in others)
    assert len(own) <= len(twins)
    assert own == sorted(own, key=lambda point: (point[1], point[0]))


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(searches())
def test_ties_are_settled_as_by_the_twin(case: Search) -> None:
    """The fastest mapping needs no more than another that is as fast, and the reverse."""
    points = best_front(case)
    for objective, first in ((Objective.ENERGY, 0), (Objective.LATENCY, 1)):
        found = searched(case, objective, ties=True)
        assert found.status is (Status.OPTIMAL if points else Status.INFEASIBLE)
        if found.evaluation is None:
            continue
        own = found.evaluation.energy_j or 0.0, found.evaluation.latency_s
        least = min(point[first] for point in points)
        best = min(point[1 - first] for point in points if point[first] <= least * (1 + 1e-9))
        assert own[first] == pytest.approx(least, rel=1e-9, abs=0)
        assert own[1 - first] == pytest.approx(best, rel=1e-9, abs=0)
        assert found.value == own[first]


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(searches(mappings=1000))
def test_idle_instances_save_nothing_for_most_ranks(case: Search) -> None:
    """For ranks of the output that share no axis, larger factors than the smallest are no use."""
    windows = {
        term.rank
        for tensor in case.einsum.tensors
        for axis in tensor.axes
        if len(axis) > 1
        for term in axis
    }
    larger = replace(case, idle=case.einsum.output.ranks - windows)
    assume(size_of_space(larger, 4000) <= 4000)
    for objective, best in best_mappings(larger).items():
        compare(larger, objective, searched(case, objective), best)


@pytest.mark.parametrize("kernel", [(3, 1), (1, 3)])
def test_the_order_of_two_windows(kernel: tuple[int, int]) -> None:
    """The window slides along the axis of the kernel; so that loop must be the innermost."""
    layer = convolution(in_channels=1, out_channels=1, output=(4, 4), kernel=kernel)
    case = Search(layer, chip(level("buffer", 1, elements=7)), FREE)
    best = best_mappings(case)[Objective.ENERGY]
    compare(case, Objective.ENERGY, searched(case, Objective.ENERGY), best)


def test_a_slow_port_idles_no_more_units() -> None:
    """What a port takes counts as time; how many units are busy is a matter of the steps alone."""
    busy = replace(FREE, least_utilization=0.5)
    buffer, sums = level("buffer", 1), level("sums", 1)
    slow = replace(buffer, stores=(replace(buffer.stores[0], shared_bits_per_cycle=1.0),))
    case = Search(matmul(rows=2, inner=1, columns=2), chip(slow, array(2), sums), busy)
    best = best_mappings(case)
    assert best[Objective.ENERGY] is not None
    for objective in Objective:
        compare(case, objective, searched(case, objective), best[objective])


def dilated() -> tuple[Einsum, Architecture]:
    """Two taps three apart: of six positions, four in a row share an input, three do not."""
    axes = FanoutAxis("Y", 2, ("S",)), FanoutAxis("X", 4, ("Q",))
    layer = convolution(in_channels=1, out_channels=1, output=(6,), kernel=(2,), dilation=(3,))
    return layer, chip(Fanout("array", axes, transfer_energy=picojoules(0)))


def summed() -> tuple[Einsum, Architecture]:
    """Eight summands on five units: five first sums need no read, of four one fewer does not."""
    sums: Level = level("sums", 9)
    return matmul(rows=1, inner=8, columns=1), chip(array(5), sums)


@pytest.mark.parametrize(("problem", "rank"), [(dilated, "Q"), (summed, "C")])
def test_where_idle_instances_would_save_energy(
    problem: Callable[[], tuple[Einsum, Architecture]], rank: str
) -> None:
    """The space leaves these mappings out, and says so."""
    layer, architecture = problem()
    narrow = Search(layer, architecture, FREE)
    found = searched(narrow, Objective.ENERGY)
    compare(narrow, Objective.ENERGY, found, best_mappings(narrow)[Objective.ENERGY])
    wide = best_mappings(replace(narrow, idle=frozenset({rank})))[Objective.ENERGY]
    assert wide is not None
    assert wide.value < found.value
    assert "the smallest factor for each number of passes" in found.space


def searched(case: Search, objective: Objective, *, ties: bool = False) -> SearchResult:
    return search(
        case.einsum,
        case.architecture,
        objective=objective,
        dataflow=case.dataflow,
        divisors_only=case.divisors,
        ties=ties,
    )


def compare(case: Search, objective: Objective, found: SearchResult, best: Tried | None) -> None:
    """Fails unless the search found what its twin found."""
    if best is None:
        assert (found.status, found.mapping) == (Status.INFEASIBLE, None), found
        assert found.reason
        assert math.isinf(found.value)
        return
    assert found.status is Status.OPTIMAL, (found, best.mapping)
    assert found.mapping is not None
    assert found.value == pytest.approx(best.value, rel=1e-9, abs=0), (objective, found, best)
    assert found.bound <= found.value
    for mapping in (found.mapping, best.mapping):
        check(case.einsum, case.architecture, mapping)
        assert not violations(case.einsum, case.architecture, case.dataflow, mapping)
        evaluation = evaluate(case.einsum, case.architecture, mapping)
        assert evaluation.energy_j is not None
        value = objective.value_of(evaluation.energy_j, evaluation.latency_s)
        assert value == pytest.approx(best.value, rel=1e-9, abs=0)
