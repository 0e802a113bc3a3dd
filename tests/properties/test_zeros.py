"""The search with zeros: its factors, its bound and its answer beside every mapping."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from octant.mapper import Objective, SearchResult, search
from octant.mapper.zeros import search_with_zeros
from octant.model import (
    Thinning,
    evaluate,
    evaluate_sparse,
    least_thinning,
    thin_cost,
    thinning_of,
)
from octant.workload import Einsum
from tests.properties.thinned import thin_searches
from tests.properties.twin import Search, every_mapping, mapping_of

ROUNDING = 1e-9


@settings(max_examples=50, deadline=None, derandomize=True, database=None)
@given(thin_searches(mappings=40))
def test_no_mapping_goes_below_the_bound(case: tuple[Search, Einsum]) -> None:
    """Every mapping's own factors are at least those of all; its cost under them is its cost."""
    dense, thin = case
    chip, least = dense.architecture, least_thinning(thin, dense.architecture)
    values = dict.fromkeys(Objective, float("inf"))
    for parts in every_mapping(dense):
        full = evaluate(dense.einsum, chip, mapping_of(dense, parts))
        found = evaluate_sparse(full, thin, chip)
        own = thinning_of(found, chip, least)
        for mine, floor in (
            (own.energy, least.energy),
            (own.moved, least.moved),
            (own.macs, least.macs),
            (own.steps, least.steps),
        ):
            assert np.all(np.array(mine) >= np.array(floor) * (1 - ROUNDING))
        assert thin_cost(full, chip, own)[0] == pytest.approx(found.energy_j)
        for objective in Objective:
            value = objective.value_of(found.energy_j or 0.0, found.latency_s)
            values[objective] = min(values[objective], value)
    for objective, value in values.items():
        answer = with_zeros(dense, thin, objective)
        assert answer.bound <= value * (1 + ROUNDING)
        assert answer.value >= value * (1 - ROUNDING)


def with_zeros(dense: Search, thin: Einsum, objective: Objective) -> SearchResult:
    def ask(
        thinning: Thinning | None = None, many: int = 1, time_limit_s: float | None = None
    ) -> SearchResult:
        return search(
            dense.einsum,
            dense.architecture,
            objective=objective,
            dataflow=dense.dataflow,
            divisors_only=dense.divisors,
            time_limit_s=time_limit_s,
            thinning=thinning,
            many=many,
        )

    return search_with_zeros(thin, dense.architecture, objective=objective, ask=ask)
