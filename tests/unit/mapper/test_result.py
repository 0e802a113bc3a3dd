from __future__ import annotations

import math

import pytest

from octant.mapper import Objective, SearchResult, Status


def result(status: Status, value: float, bound: float) -> SearchResult:
    return SearchResult(status, Objective.ENERGY, None, None, value, bound, 1, "a space")


@pytest.mark.parametrize(
    ("objective", "value"),
    [(Objective.ENERGY, 3.0), (Objective.LATENCY, 0.5), (Objective.EDP, 1.5)],
)
def test_an_objective_takes_what_it_minimises(objective: Objective, value: float) -> None:
    assert objective.value_of(energy_j=3.0, latency_s=0.5) == value


def test_the_gap_is_a_share_of_the_bound() -> None:
    assert result(Status.GAP, value=3.0, bound=2.0).gap == 0.5
    assert result(Status.OPTIMAL, value=3.0, bound=3.0).gap == 0.0
    assert math.isinf(result(Status.GAP, value=math.inf, bound=2.0).gap)


def test_names_are_those_of_the_command_line() -> None:
    assert [*map(str, Objective)] == ["energy", "latency", "edp", "ed2p"]
    assert [*map(str, Status)] == ["optimal", "gap", "infeasible"]
