"""The fastest mappings of many layers: the proof is the same, however it was come by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from octant.arch import Architecture, Fanout
from octant.eyexam import WinBack
from octant.eyexam.fastest import Fastest, fastest_of, lower_bound
from octant.eyexam.folding import folded, folding
from octant.eyexam.relaxing import unlimited_bandwidth
from octant.files import load_architecture
from octant.mapper import Objective, Status, cache, dataflow_named, search
from octant.report.eyexam import gains
from octant.workload import Einsum, NumberFormat, NumberKind, Role, convolution, matmul

CHIP = load_architecture("teaching")
FLOW = dataflow_named(CHIP, None)
#: Between them they need every kind of proof.
LAYERS = (
    matmul(rows=8, inner=4, columns=4),
    matmul(rows=1, inner=36, columns=5),
    convolution(in_channels=3, out_channels=5, output=(4, 4), kernel=(3, 3), stride=(2, 2)),
    convolution(in_channels=4, out_channels=4, output=(5, 5), kernel=(1, 1)),
    matmul(rows=12, inner=12, columns=12),  # the buffer is too small for it
    matmul(rows=7, inner=13, columns=21),  # and here all mappings must be searched
)


def alone(einsum: Einsum) -> float:
    found = search(einsum, CHIP, objective=Objective.LATENCY, dataflow=FLOW).evaluation
    assert found is not None
    return found.cycles


def test_each_answer_is_that_of_a_whole_search() -> None:
    told: list[Einsum] = []
    found = fastest_of((*LAYERS, LAYERS[0]), CHIP, FLOW, on_found=told.append)
    assert [found[einsum].cycles for einsum in LAYERS] == [alone(einsum) for einsum in LAYERS]
    assert sorted(told, key=repr) == sorted(LAYERS, key=repr)
    for each in found.values():
        assert each.proven and each.bound_cycles == each.cycles
        assert each.result is not None and each.result.status is Status.OPTIMAL


def test_a_second_time_nothing_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    first = fastest_of(LAYERS, CHIP, FLOW)

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("searched again")

    monkeypatch.setattr("octant.mapper.layers.search", fail)
    assert fastest_of(LAYERS, CHIP, FLOW) == first


def test_with_each_answer_something_is_done() -> None:
    """Whether few mappings settle it at once or all are searched, and once for equal layers."""
    done: list[tuple[Einsum, float]] = []
    found = fastest_of(
        (*LAYERS, LAYERS[0]), CHIP, FLOW, then=lambda layer, it: done.append((layer, it.cycles))
    )
    assert len(done) == len(LAYERS) and dict(done) == {e: found[e].cycles for e in LAYERS}


def test_once_the_folded_chip_has_its_answer_all_mappings_are_searched_but_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    asked: list[tuple[str, float | None]] = []

    def note(einsum: Einsum, chip: Architecture, **more: Any) -> Any:
        asked.append(
            (
                f"{chip.name} {more['dataflow'].constraints != FLOW.constraints}",
                more["time_limit_s"],
            )
        )
        return search(einsum, chip, **more)

    monkeypatch.setattr("octant.mapper.layers.search", note)
    monkeypatch.setattr("octant.eyexam.fastest.ROUNDS_S", (0.0, 0.0, 0.0))
    assert fastest_of(LAYERS[-1:], CHIP, FLOW)[LAYERS[-1]].cycles == alone(LAYERS[-1])
    assert asked[-1] == ("teaching False", None)
    assert [name for name, _ in asked].count("teaching False") == 1


def test_a_search_that_is_stopped_says_what_it_knows() -> None:
    """No time at all: what remains is the bound."""
    einsum = LAYERS[2]
    told: list[Einsum] = []
    found = fastest_of([einsum], CHIP, FLOW, time_limit_s=0.0, on_found=told.append)[einsum]
    assert not found.proven and told == [einsum]
    assert 0 < found.bound_cycles <= alone(einsum)


def test_the_best_of_few_is_not_called_the_best() -> None:
    einsum = next(each for each in LAYERS if alone(each) > lower_bound(each, CHIP, FLOW))
    found = fastest_of([einsum], CHIP, FLOW)[einsum]
    few = Fastest(found.result, found.cycles - 1).honest(CHIP.clock_hz)
    assert found.proven and found.honest(CHIP.clock_hz) == found
    assert few.result is not None and few.result.status is Status.GAP
    assert 0 < few.result.gap < 1


def test_what_has_no_mapping_says_why() -> None:
    small = replace(
        CHIP,
        nodes=tuple(
            node
            if isinstance(node, Fanout) or node.name != "buffer"
            else replace(node, stores=tuple(replace(s, capacity_bits=16) for s in node.stores))
            for node in CHIP.nodes
        ),
    )
    found = fastest_of(LAYERS[:1], small, FLOW)[LAYERS[0]]
    assert not found.proven and found.result is not None
    assert found.result.status is Status.INFEASIBLE and "buffer" in found.result.reason


def test_operands_that_go_straight_to_the_units_have_latches() -> None:
    """The teaching chip's array is below its buffer: a read may serve a row of the array."""
    small, flow = folded(CHIP, FLOW)
    latches = small.levels[-1]
    assert latches.name == "latches" and set(latches.roles) == set(Role)
    assert [store.capacity_bits for store in latches.stores] == [4 * 16] * 3
    assert set(flow.constraint("latches").ranks or ()) == {"C", "K"}


def test_elements_that_share_an_exponent_fit_their_latches() -> None:
    shared = NumberFormat(NumberKind.INT, 8, block=32)
    compute = replace(CHIP.compute, formats=tuple((role, shared) for role in Role))
    fold = folding(replace(CHIP, compute=compute), FLOW, None)
    assert fold is not None
    chip, flow = fold.question.architecture, fold.question.dataflow
    found = search(LAYERS[0], chip, objective=Objective.LATENCY, dataflow=flow)
    assert found.status is Status.OPTIMAL, found.reason


def test_steps_wider_than_a_tile_have_room_on_the_folded_chip() -> None:
    eyeriss = load_architecture("eyeriss")
    fold = folding(eyeriss, dataflow_named(eyeriss, None), None)
    assert fold is not None
    layer = convolution(in_channels=2, out_channels=2, output=(4, 4), kernel=(3, 3), stride=(2, 2))
    capacities = [
        [store.capacity_bits for level in question.architecture.levels for store in level.stores]
        for question in (fold.question, fold.question_for(layer))
    ]
    assert capacities[1] == [
        held if place != 3 or held is None else 2 * held for place, held in enumerate(capacities[0])
    ], "only the scratch pad of the inputs is larger"
    assert fold.question_for(LAYERS[0]) is fold.question


def test_there_is_nothing_to_fold_without_limits() -> None:
    assert folding(unlimited_bandwidth(CHIP), FLOW, None) is None


def test_a_gain_that_is_not_proven_is_an_interval() -> None:
    found = WinBack("dataflow", "none", 80.0, 0.25, 80.0, "search")
    stopped = replace(found, least_cycles=50.0, proof="found")
    assert (found.at_most, stopped.at_most) == (0.25, 1.0)
    assert (gains(found), gains(stopped)) == ("+25.0 %", "+25.0 % to x 2.00")
