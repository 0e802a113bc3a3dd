"""The page of a front: the points that its layers take."""

from __future__ import annotations

from dataclasses import replace

from octant.api.front import network_front
from octant.mapper.combination import NetworkFront, Taken
from octant.report.front import front_page
from octant.workload import Layer, Workload, matmul


def _network(repeats: int) -> Workload:
    first = Layer("fc", "MatMul", matmul(rows=8, inner=16, columns=8))
    again = Layer("cell", "MatMul", matmul(rows=4, inner=8, columns=12), repeats=repeats)
    return Workload("net", (first, again))


def _taken(found: NetworkFront) -> list[list[str]]:
    """The words of the table of what the layers take, its titles first."""
    return [line.split() for line in front_page(found).split("  layer")[1].splitlines()]


def test_runs_are_shown_only_where_a_layer_runs_repeatedly() -> None:
    once = _taken(network_front(_network(1), "teaching"))
    assert once[0] == ["point", "latency", "energy"]
    again = _taken(network_front(_network(3), "teaching"))
    assert again[0] == ["runs", "point", "latency", "energy"]
    assert "x" not in again[1]
    assert again[2][:3] == ["cell", "3", "x"]


def test_runs_that_take_different_mappings_have_a_row_each() -> None:
    found = network_front(_network(3), "teaching")
    first, again = found.layers
    twice = replace(again.front, evaluations=again.front.evaluations * 2)
    assert found.best.combination is not None
    mixed = replace(found.best.combination, taken=((Taken(0, 1),), (Taken(0, 1), Taken(1, 2))))
    layers = (first, replace(again, front=twice))
    shown = _taken(replace(found, layers=layers, best=replace(found.best, combination=mixed)))
    assert [row[:6] for row in shown[2:]] == [
        ["cell", "1", "x", "1", "of", "2"],
        ["cell", "2", "x", "2", "of", "2"],
    ]
