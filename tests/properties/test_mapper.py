"""The mapper's optimum is that of its twin, on hundreds of small searches."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings

from octant.mapper import Objective, SearchResult, Status, search
from octant.mapping.validity import check, violations
from octant.model import evaluate
from tests.properties.problems import searches
from tests.properties.twin import Search, Tried, best_mappings


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(searches())
def test_the_optimum_is_that_of_the_twin(case: Search) -> None:
    for objective, best in best_mappings(case).items():
        found = search(case.einsum, case.architecture, objective=objective, dataflow=case.dataflow)
        compare(case, objective, found, best)


def compare(case: Search, objective: Objective, found: SearchResult, best: Tried | None) -> None:
    """Fails unless the search found what its twin found."""
    if best is None:
        assert (found.status, found.mapping) == (Status.INFEASIBLE, None), found
        assert found.reason
        assert math.isinf(found.value)
        return
    assert found.status is Status.OPTIMAL, (found, best.mapping)
    assert found.mapping is not None
    assert found.value == pytest.approx(best.value, rel=1e-9), (objective, found, best.mapping)
    assert found.bound <= found.value
    for mapping in (found.mapping, best.mapping):
        check(case.einsum, case.architecture, mapping)
        assert not violations(case.einsum, case.architecture, case.dataflow, mapping)
        evaluation = evaluate(case.einsum, case.architecture, mapping)
        assert evaluation.energy_j is not None
        value = objective.value_of(evaluation.energy_j, evaluation.latency_s)
        assert value == pytest.approx(best.value, rel=1e-9)
