"""A chip small enough to count by hand, layers, and mappings of them."""

from __future__ import annotations

from octant.arch import (
    Architecture,
    Compute,
    Dataflow,
    Fanout,
    FanoutAxis,
    Level,
    Store,
    VectorUnit,
)
from octant.components import Price
from octant.mapper.result import Objective, SearchResult, Status
from octant.mapping import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.model import evaluate
from octant.scorecard import LayerMapping, Scorecard, assemble
from octant.source import Origin, Source
from octant.workload import (
    FLOAT32,
    Einsum,
    Layer,
    NumberFormat,
    NumberKind,
    Role,
    UnknownWork,
    VectorWork,
    Workload,
    matmul,
)

INT8 = NumberFormat(NumberKind.INT, 8)
ASSUMED = Source(Origin.ASSUMED, "made for the test")
DATAFLOW = Dataflow("plain", (), source="A paper, 2020")


def price(energy_j: float) -> Price:
    return Price(energy_j, ASSUMED)


def chip(
    *,
    read_j: float | None = 10.0,
    vector_j: float | None = 3.0,
    operators: tuple[str, ...] = ("Relu", "MaxPool"),
    rate: float = 2.0,
    clock_hz: float = 10.0,
    width: int = 2,
    area_m2: float | None = None,
) -> Architecture:
    """8-bit numbers, one memory of 8-bit words (64 b a cycle), two multipliers in a row (K)."""
    memory = Store(
        "DRAM",
        tuple(Role),
        word_bits=8,
        shared_bits_per_cycle=64.0,
        read_energy=None if read_j is None else price(read_j),
        write_energy=price(20.0),
    )
    energy = None if vector_j is None else price(vector_j)
    return Architecture(
        name="tiny",
        title="a chip for tests",
        nodes=(
            Level("DRAM", (memory,)),
            Fanout("row", (FanoutAxis("X", width),), transfer_energy=price(0.5), word_bits=8),
        ),
        compute=Compute("mac", tuple((role, INT8) for role in Role), mac_energy=price(1.0)),
        clock_hz=clock_hz,
        vector=VectorUnit("vector", operators, rate, energy) if operators else None,
        area_m2=area_m2,
        sources=(("chip", "published: A paper, 2020"), ("DRAM", "assumed: an eight-byte link")),
    )


def product(
    name: str, reads: str, *, rows: int = 3, inner: int = 4, columns: int = 2, repeats: int = 1
) -> Layer:
    work = matmul(rows=rows, inner=inner, columns=columns)
    return Layer(name, "MatMul", work, (reads,), (name,), repeats, inner * columns, inner * columns)


def vector(name: str, operator: str, *reads: str, elements: int = 6, operations: int = 6) -> Layer:
    return Layer(
        name, operator, VectorWork(operations, elements, elements, FLOAT32), reads, (name,)
    )


def unknown(name: str, reads: str, parameters: int = 0) -> Layer:
    work = UnknownWork("nobody knows it")
    return Layer(name, "Mystery", work, (reads,), (name,), parameters=parameters)


def nest(einsum: Einsum, architecture: Architecture) -> Mapping:
    """Columns along the row as far as they go, everything else one after the other."""
    sizes = einsum.sizes
    width = architecture.compute_units
    across = min(width, sizes["K"])
    loops = (
        Loop("K", -(-sizes["K"] // across)),
        *(Loop(rank, size) for rank, size in einsum.ranks if rank != "K"),
    )
    names = tuple(tensor.name for tensor in einsum.tensors)
    return Mapping(
        (TemporalBlock("DRAM", loops, names), SpatialBlock("row", ((Loop("K", across),),)))
    )


def searched(einsum: Einsum, architecture: Architecture) -> SearchResult:
    evaluation = evaluate(einsum, architecture, nest(einsum, architecture))
    return SearchResult(
        status=Status.OPTIMAL,
        objective=Objective.LATENCY,
        mapping=evaluation.mapping,
        evaluation=evaluation,
        value=evaluation.latency_s,
        bound=evaluation.latency_s,
        priced=1,
        space="one mapping",
    )


def mapped(workload: Workload, architecture: Architecture) -> tuple[LayerMapping, ...]:
    return tuple(
        LayerMapping(
            layer.name,
            layer.operator,
            layer.repeats,
            layer.work,
            searched(layer.work, architecture),
        )
        for layer in workload.layers
        if isinstance(layer.work, Einsum)
    )


def card(*layers: Layer, on: Architecture | None = None, batch: int = 1) -> Scorecard:
    """The scorecard of a network of these layers."""
    architecture = chip() if on is None else on
    workload = Workload("net", layers, batch=batch, source="A network, 2021")
    return assemble(
        workload,
        architecture,
        mapped(workload, architecture),
        objective=Objective.LATENCY,
        dataflow=DATAFLOW,
        versions=(("octant", "0"),),
    )
