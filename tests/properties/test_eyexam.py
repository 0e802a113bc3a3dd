"""Eyexam: no step above the one before, and no mapping above the steps; slow twins of 4 and 7."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from octant.arch import Architecture, Dataflow, Fanout
from octant.bounds import parallelism
from octant.eyexam import examine, simulate
from octant.eyexam.fastest import lower_bound
from octant.eyexam.folding import folding
from octant.eyexam.relaxing import unlimited_bandwidth, unlimited_capacity, with_axes
from octant.mapper import Objective, SearchResult, search, search_layers
from octant.workload import Layer
from tests.properties.problems import searches
from tests.properties.tiles import Twin
from tests.properties.twin import Search

EXAMPLES = 15


def fastest(problem: Search, chip: Architecture | None = None) -> SearchResult:
    return search(
        problem.einsum,
        chip or problem.architecture,
        objective=Objective.LATENCY,
        dataflow=problem.dataflow,
    )


@settings(max_examples=EXAMPLES)
@given(searches(mappings=300, points=120))
def test_no_step_is_above_the_one_before(problem: Search) -> None:
    result = fastest(problem)
    if result.mapping is None:
        return
    layer = Layer("layer", "MatMul", problem.einsum)
    exam = examine(layer, problem.einsum, problem.architecture, problem.dataflow, win_back=False)
    cycles = [step.cycles for step in exam.steps]
    assert cycles == sorted(cycles)
    assert result.evaluation is not None and cycles[5] == result.evaluation.cycles
    assert all(0 <= step.lost_share < 1 for step in exam.steps)
    assert lower_bound(problem.einsum, problem.architecture, problem.dataflow) <= cycles[5]


@settings(max_examples=3 * EXAMPLES)
@given(searches(mappings=300, points=120))
def test_the_folded_chip_is_at_least_as_fast_as_every_mapping(problem: Search) -> None:
    fold = folding(problem.architecture, problem.dataflow, None)
    result = fastest(problem)
    if fold is None or result.evaluation is None:
        return
    answer = search_layers([problem.einsum], fold.question_for(problem.einsum))[problem.einsum]
    assert answer.evaluation is not None
    assert 0 < fold.cycles(answer) <= result.evaluation.cycles


@settings(max_examples=EXAMPLES)
@given(searches(mappings=300, points=120))
def test_no_mapping_of_another_objective_is_above_step_six(problem: Search) -> None:
    result = fastest(problem)
    if result.evaluation is None:
        return
    other = search(
        problem.einsum,
        problem.architecture,
        objective=Objective.ENERGY,
        dataflow=problem.dataflow,
    )
    assert other.evaluation is not None and other.mapping is not None
    best = result.evaluation.cycles
    assert other.evaluation.cycles >= best
    run = simulate(problem.einsum, problem.architecture, other.mapping)
    assert run.cycles >= other.evaluation.cycles
    assert run.steps == other.evaluation.counts.steps


@settings(max_examples=EXAMPLES)
@given(searches(mappings=300, points=120))
def test_with_infinite_bandwidth_the_pipeline_takes_what_storage_allows(problem: Search) -> None:
    chip = unlimited_bandwidth(problem.architecture)
    result = fastest(problem, chip)
    if result.mapping is None:
        return
    layer = Layer("layer", "MatMul", problem.einsum)
    exam = examine(layer, problem.einsum, chip, problem.dataflow, win_back=False)
    assert exam.steps[6].cycles == exam.steps[5].cycles == exam.steps[4].cycles


@settings(max_examples=EXAMPLES)
@given(searches(mappings=300, points=120))
def test_one_pe_with_all_it_wants_does_one_multiply_accumulate_a_cycle(problem: Search) -> None:
    chip = with_axes(problem.architecture, lambda fanout: (1,) * len(fanout.axes))
    chip = unlimited_capacity(unlimited_bandwidth(chip))
    free = Dataflow("any", ())
    layer = Layer("layer", "MatMul", problem.einsum)
    exam = examine(layer, problem.einsum, chip, free, win_back=False)
    assert [step.macs_per_cycle for step in exam.steps[2:]] == [1.0] * 5


@settings(max_examples=EXAMPLES)
@given(searches(mappings=300, points=120))
def test_step_four_is_what_the_mapper_finds_with_all_the_storage_there_is(
    problem: Search,
) -> None:
    """The slow twin of the closed form: every mapping, with no memory or port in the way.

    Without further constraints: what a dataflow says of loops in time may keep a mapping from an
    array that the closed form fills, and then step 5 says so.
    """
    chip = unlimited_capacity(unlimited_bandwidth(problem.architecture))
    free = Dataflow("any", ())
    result = search(problem.einsum, chip, objective=Objective.LATENCY, dataflow=free)
    found = parallelism(problem.einsum, chip, free)
    assert result.evaluation is not None
    assert found.array == result.evaluation.counts.steps
    assert (
        any(isinstance(node, Fanout) for node in chip.nodes) or found.array == problem.einsum.macs
    )


@settings(max_examples=EXAMPLES)
@given(searches(mappings=300, points=120))
def test_the_compressed_pipeline_is_the_one_that_takes_every_step(problem: Search) -> None:
    result = search(
        problem.einsum,
        problem.architecture,
        objective=Objective.ENERGY,
        dataflow=problem.dataflow,
    )
    if result.mapping is None or result.evaluation is None:
        return
    twin = Twin(problem.einsum, problem.architecture, result.mapping)
    first, end, last = twin.run()
    run = simulate(problem.einsum, problem.architecture, result.mapping)
    assert run.fill_cycles == pytest.approx(first)
    assert run.fill_cycles + run.steps + run.wait_cycles == pytest.approx(end)
    assert run.drain_cycles == pytest.approx(last - end, abs=1e-6)
    names = [node.name for node in problem.architecture.nodes]
    names.append(problem.architecture.compute.name)
    for hop in result.evaluation.counts.hops:
        moved = twin.moved[hop.tensor, names.index(hop.child)]
        assert moved[:2] == [hop.accesses, hop.deliveries]
