"""A small network on the teaching chip, mapped by hand: what the report's tests print."""

from __future__ import annotations

from dataclasses import replace

from octant.arch import Architecture
from octant.files import builtin_architecture
from octant.files.records import builtin_record
from octant.mapper import Objective, SearchResult, Status, dataflow_named
from octant.mapping import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.model import evaluate
from octant.scorecard import Comparison, LayerMapping, Scorecard, assemble, compare, published_sheet
from octant.workload import (
    FLOAT32,
    Einsum,
    Layer,
    NumberFormat,
    NumberKind,
    UnknownWork,
    VectorWork,
    Workload,
    convolution,
    matmul,
    with_formats,
)

INT16 = NumberFormat(NumberKind.INT, 16)
CONV = convolution(in_channels=2, out_channels=4, output=(3, 3), kernel=(3, 3), stride=(2, 2))
GEMM = matmul(rows=1, inner=36, columns=4)
ALL = ("inputs", "weights", "outputs")


def chip() -> Architecture:
    return builtin_architecture("teaching")


def network() -> Workload:
    vector = VectorWork(36, 36, 36, FLOAT32)
    layers = (
        Layer("conv", "Conv", CONV, ("image",), ("a",), weights=72, parameters=76),
        Layer("relu", "Relu", vector, ("a",), ("b",)),
        Layer("twist", "Twist", UnknownWork("no rule for operator Twist"), ("b",), ("c",)),
        Layer("step", "Gemm", GEMM, ("c",), ("d",), repeats=2, weights=144, parameters=148),
        Layer("prob", "Softmax", replace(vector, operations=20), ("d",), ("e",)),
    )
    return Workload("small", layers, description="Small network", source="made for the tests")


def answers() -> tuple[LayerMapping, ...]:
    """One proven answer, and one of a search that was stopped."""
    conv = _nest(
        (Loop("K", 2), Loop("P", 3)), (Loop("Q", 3), Loop("R", 3), Loop("S", 3)), ((2,), (2,))
    )
    step = _nest((Loop("C", 3), Loop("K", 2)), (Loop("C", 6),), ((2,), (2,)))
    return (
        _answer("conv", "Conv", CONV, conv, 1, 1.0),
        _answer("step", "Gemm", GEMM, step, 2, 0.8),
    )


def card() -> Scorecard:
    return assemble(
        network(),
        chip(),
        answers(),
        objective=Objective.EDP,
        dataflow=dataflow_named(chip(), None),
        versions=(("octant", "0.1.0"),),
    )


def unpriced_card() -> Scorecard:
    """The same where nobody knows what a multiplication costs."""
    bare = replace(chip(), compute=replace(chip().compute, mac_energy=None))
    mapped = tuple(
        replace(
            answer,
            result=replace(
                answer.result,
                evaluation=evaluate(answer.einsum, bare, answer.result.mapping or Mapping(())),
            ),
        )
        for answer in answers()
    )
    return assemble(
        network(),
        bare,
        mapped,
        objective=Objective.LATENCY,
        dataflow=None,
        versions=(("octant", "0.1.0"),),
    )


def comparison() -> Comparison:
    """The sheet beside one of the same layers on a chip that is bought and not priced."""
    bought = replace(
        unpriced_card(),
        architecture="bought",
        architecture_note="The same, bought",
        formats=(("input", "int8"), ("weight", "int8"), ("output", "int8")),
    )
    again = replace(card(), architecture="again")
    return compare([card(), again, bought], ["teaching", "again", "bought"])


def beside_published() -> Comparison:
    """The sheet beside what is published of Eyeriss."""
    sheet = published_sheet(builtin_record("eyeriss"), "alexnet")
    return compare([card()], ["teaching", "eyeriss (published)"], [sheet])


def infeasible() -> LayerMapping:
    result = SearchResult(
        Status.INFEASIBLE, Objective.EDP, None, None, float("inf"), float("inf"), 0,
        "every mapping", "the smallest tile needs 4 KiB of buffer, which has 256 B",
    )  # fmt: skip
    return LayerMapping("huge", "Gemm", 1, GEMM, result)


def _nest(
    outer: tuple[Loop, ...], inner: tuple[Loop, ...], factors: tuple[tuple[int], tuple[int]]
) -> Mapping:
    (rows,), (columns,) = factors
    return Mapping(
        (
            TemporalBlock("DRAM", outer, ALL),
            TemporalBlock("buffer", inner, ALL),
            SpatialBlock("array", ((Loop("C", rows),), (Loop("K", columns),))),
        )
    )


def _answer(
    name: str, operator: str, work: Einsum, mapping: Mapping, repeats: int, proven: float
) -> LayerMapping:
    einsum = with_formats(work, inputs=INT16, weights=INT16, outputs=INT16)
    found = evaluate(einsum, chip(), mapping)
    assert found.energy_j is not None
    value = found.energy_j * found.latency_s
    result = SearchResult(
        status=Status.OPTIMAL if proven == 1 else Status.GAP,
        objective=Objective.EDP,
        mapping=mapping,
        evaluation=found,
        value=value,
        bound=proven * value,
        priced=12345,
        space="every mapping",
        reason="" if proven == 1 else "the time limit was reached",
    )
    return LayerMapping(name, operator, repeats, einsum, result)
