"""Two arrays that grow from 256 to 16384 PEs: one network for all, and a mesh of clusters.

Chen, Yang, Emer, Sze, Eyeriss v2, JETCAS 9(2), 2019, Fig. 14: at batch 1 the hierarchical mesh of
Eyeriss v2 is nearly linear from 256 to 1024 PEs and keeps more than 85 % of linear to 16384, where
Eyeriss v1 hardly gains.

A search may take longer than a test may. ``make validate`` searches and records the mappings in
``scaling.json``; the tests evaluate the recorded ones.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from math import isqrt
from pathlib import Path

from octant.arch import Architecture, Constraint, Dataflow, Fanout, FanoutAxis, Level, Store
from octant.eyexam.fastest import fastest_of
from octant.files import builtin_architecture
from octant.mapper import Status
from octant.mapping import Mapping, from_text, to_text
from octant.model import Evaluation, evaluate
from octant.workload import Einsum, Role
from octant.workload.operators import with_formats
from octant.zoo import network

RECORDS = Path(__file__).with_name("scaling.json")
PES = (256, 1024, 16384)
CLUSTER = 16
"""PEs of a cluster of the grown mesh, 4 x 4: assumed, as 12 divide none of the three sizes."""
DESIGNS = ("one network", "mesh")
NETWORKS = ("alexnet", "googlenet", "mobilenet-v1")
PUBLISHED_PES = 192
"""Of Eyeriss v2, and of the larger Eyeriss v1 that its paper compares with."""
SMALL = "mobilenet-v1, width 0.5, 128 x 128"
"""The MobileNet of that comparison: 49.2 M multiply-accumulates (Section I-C)."""

_EYERISS, _EYERISS_V2 = builtin_architecture("eyeriss"), builtin_architecture("eyeriss2")
_KIB = 8 * 1024


def mesh(pes: int) -> Architecture:
    """Returns Eyeriss v2's design with so many PEs: clusters of 4 x 4 PEs, one MAC each.

    A cluster brings its banks and routers along (weak scaling): 12 KiB, four routers of 24 b for
    inputs and four for weights, four of 40 b for sums. Memory outside is no limit.
    """
    dram, buffer, clusters, routers, array, spads, _pair = _EYERISS_V2.nodes
    assert isinstance(dram, Level) and isinstance(buffer, Level) and isinstance(routers, Level)
    assert isinstance(clusters, Fanout) and isinstance(array, Fanout)
    count = pes // CLUSTER
    share = count / 16
    return replace(
        _EYERISS_V2,
        name=f"mesh-{pes}",
        nodes=(
            _unlimited(dram),
            replace(
                buffer,
                stores=(
                    _grown(buffer.stores[0], share, 96 * count),
                    _grown(buffer.stores[1], share, 160 * count),
                ),
            ),
            _sized(clusters, isqrt(count), isqrt(count)),
            replace(
                routers,
                stores=tuple(
                    _grown(store, CLUSTER / 12, rate)
                    for store, rate in zip(routers.stores, (96, 96, 160), strict=True)
                ),
            ),
            _sized(array, 4, 4),
            spads,
        ),
    )


def one_network(pes: int) -> Architecture:
    """Returns Eyeriss's design with so many PEs: its buffer grows, its network does not.

    Numbers are those of the mesh (8 b, sums of 20 b), and so is the storage a PE. The network gives
    all PEs one input and four weights a cycle, and takes and gives four sums (recalled: buses of
    16 b, 64 b and 64 b with 16 b numbers; a public model of Eyeriss in SystemC has them so). Memory
    outside is no limit.
    """
    dram, buffer, array, _spads = _EYERISS.nodes
    *_, spads, _pair = _EYERISS_V2.nodes
    assert isinstance(dram, Level) and isinstance(buffer, Level) and isinstance(array, Fanout)
    [store] = buffer.stores
    bus = Level(
        "network",
        (
            _bus("input_bus", Role.INPUT, pes * 16 * 12, 12),
            _bus("weight_bus", Role.WEIGHT, pes * 192 * 12, 4 * 12),
            _bus("sum_bus", Role.OUTPUT, pes * 32 * 20, 4 * 20),
        ),
    )
    return replace(
        _EYERISS_V2,
        name=f"one-network-{pes}",
        dataflows=(),
        nodes=(
            _unlimited(dram),
            replace(
                buffer,
                stores=(
                    replace(
                        store,
                        capacity_bits=12 * _KIB * pes // CLUSTER,
                        read_bits_per_cycle=None,
                        write_bits_per_cycle=None,
                    ),
                ),
            ),
            bus,
            _sized(array, isqrt(pes), isqrt(pes)),
            spads,
        ),
    )


def _bus(name: str, role: Role, capacity_bits: int, rate: int) -> Store:
    """A bus holds what the PEs are about to hold; the level is there for its bandwidth."""
    width = {Role.OUTPUT: 20}.get(role, 12)
    write = rate if role is Role.OUTPUT else None
    return Store(
        name,
        (role,),
        width,
        capacity_bits,
        read_bits_per_cycle=rate,
        write_bits_per_cycle=write,
        element_bits=((role, width),),
    )


def _grown(store: Store, factor: float, rate: float) -> Store:
    assert store.capacity_bits is not None
    return replace(
        store,
        capacity_bits=round(store.capacity_bits * factor),
        read_bits_per_cycle=None if store.read_bits_per_cycle is None else rate,
        write_bits_per_cycle=None if store.write_bits_per_cycle is None else rate,
    )


def _unlimited(level: Level) -> Level:
    stores = (replace(store, shared_bits_per_cycle=None) for store in level.stores)
    return replace(level, stores=tuple(stores))


def _sized(fanout: Fanout, rows: int, columns: int) -> Fanout:
    sides = zip(fanout.axes, (rows, columns), strict=True)
    return replace(fanout, axes=tuple(FanoutAxis(axis.name, n, axis.ranks) for axis, n in sides))


def chip(design: str, pes: int) -> Architecture:
    """Returns a design of so many PEs; those of the published size have their own shapes."""
    if pes == PUBLISHED_PES:
        return {"mesh": mesh_of_the_chip, "one network": one_network_of_its_size}[design]()
    return {"mesh": mesh, "one network": one_network}[design](pes)


def mesh_of_the_chip() -> Architecture:
    """Returns the built-in ``eyeriss2`` with one multiplier a PE and no limit outside."""
    dram, *others, _pair = _EYERISS_V2.nodes
    assert isinstance(dram, Level)
    return replace(_EYERISS_V2, name="mesh-192", nodes=(_unlimited(dram), *others))


def one_network_of_its_size() -> Architecture:
    """Returns 12 x 16 PEs on one network, with the 192 KiB of Eyeriss v2's buffer."""
    square = one_network(256)
    dram, buffer, bus, array, spads = square.nodes
    assert isinstance(buffer, Level) and isinstance(bus, Level) and isinstance(array, Fanout)
    return replace(
        square,
        name="one-network-192",
        nodes=(
            dram,
            _held(buffer, 192 * _KIB, 192 * _KIB),
            _held(bus, PUBLISHED_PES, 256),
            _sized(array, 12, 16),
            spads,
        ),
    )


def _held(level: Level, times: int, over: int) -> Level:
    stores = (
        replace(store, capacity_bits=(store.capacity_bits or 0) * times // over)
        for store in level.stores
    )
    return replace(level, stores=tuple(stores))


def dataflow(design: str) -> Dataflow:
    """Returns row stationary as Eyeriss has it, or as Eyeriss v2 has it."""
    if design == "mesh":
        return _EYERISS_V2.dataflows[0]
    [row_stationary] = _EYERISS.dataflows
    return replace(
        row_stationary, constraints=(*row_stationary.constraints, Constraint("network", ranks=()))
    )


@dataclass(frozen=True, slots=True)
class Case:
    """A layer on a design of some size."""

    design: str
    pes: int
    network: str
    layer: str


@dataclass(frozen=True, slots=True)
class Record:
    """What the search of the fastest mapping answered: in less than ``bound_s`` none is done."""

    mapping: Mapping
    status: Status
    bound_s: float


@cache
def layers(name: str) -> dict[str, tuple[Einsum, int]]:
    """Returns the different layers of a network at batch 1, in 8 b, and how often each occurs."""
    found: dict[Einsum, tuple[str, int]] = {}
    formats = _EYERISS_V2.compute.format
    small = {"width": 0.5, "resolution": 128} if name == SMALL else {}
    for layer in network(name.partition(",")[0], batch=1, **small).mac_layers:
        assert isinstance(layer.work, Einsum)
        einsum = with_formats(
            layer.work,
            inputs=formats(Role.INPUT),
            weights=formats(Role.WEIGHT),
            outputs=formats(Role.OUTPUT),
        )
        first, times = found.get(einsum, (layer.name, 0))
        found[einsum] = first, times + layer.repeats
    return {first: (einsum, times) for einsum, (first, times) in found.items()}


def cases() -> Iterator[Case]:
    """Yields all cases."""
    for design in DESIGNS:
        for pes in PES:
            for name in NETWORKS:
                for layer in layers(name):
                    yield Case(design, pes, name, layer)
        for layer in layers(SMALL):
            yield Case(design, PUBLISHED_PES, SMALL, layer)
    for layer in layers("alexnet"):
        yield Case("one network", PUBLISHED_PES, "alexnet", layer)


def searched(case: Case, time_limit_s: float) -> Record:
    """Searches the fastest mapping, first among those that fill the array best."""
    einsum, on = layers(case.network)[case.layer][0], chip(case.design, case.pes)
    result = fastest_of([einsum], on, dataflow(case.design), time_limit_s=time_limit_s)[
        einsum
    ].result
    assert result is not None and result.mapping is not None, case
    return Record(result.mapping, result.status, result.bound)


def better(case: Case, before: Record | None, found: Record) -> Record:
    """Returns the faster of a recorded mapping and a new one, with the tighter bound of both."""
    if before is None:
        return found
    took = [_evaluated(case, one.mapping).latency_s for one in (before, found)]
    if before.status is Status.OPTIMAL or took[0] < took[1]:
        return replace(before, bound_s=max(before.bound_s, found.bound_s))
    return replace(found, bound_s=max(before.bound_s, found.bound_s))


def search_and_record(time_limit_s: float) -> None:
    """Searches what is not recorded as proven, or no longer takes what was proven."""
    records = dict(recorded())
    for case in cases():
        before = records.get(case)
        if before is not None and before.status is Status.OPTIMAL:
            if _evaluated(case, before.mapping).latency_s <= before.bound_s * (1 + 1e-9):
                continue
            before = None
        print(f"searching {case}", file=sys.stderr)
        records[case] = better(case, before, searched(case, time_limit_s))
        record(records)
    recorded.cache_clear()
    evaluation.cache_clear()


def record(records: dict[Case, Record]) -> None:
    """Writes records to their file."""
    plain = [
        {
            "design": case.design,
            "pes": case.pes,
            "network": case.network,
            "layer": case.layer,
            "status": str(one.status),
            "bound_s": one.bound_s,
            "mapping": [line.strip() for line in _text(case, one.mapping).splitlines()],
        }
        for case, one in records.items()
    ]
    lines = ",\n".join(json.dumps(one) for one in plain)
    RECORDS.write_text(f"[\n{lines}\n]\n", "utf-8")


def _text(case: Case, mapping: Mapping) -> str:
    return to_text(mapping, chip(case.design, case.pes))


@cache
def recorded() -> dict[Case, Record]:
    """Returns the records of the file, none where there is no file."""
    if not RECORDS.exists():
        return {}
    return {
        Case(one["design"], one["pes"], one["network"], one["layer"]): Record(
            from_text("\n".join(one["mapping"])), Status(one["status"]), one["bound_s"]
        )
        for one in json.loads(RECORDS.read_text("utf-8"))
    }


def _evaluated(case: Case, mapping: Mapping) -> Evaluation:
    return evaluate(layers(case.network)[case.layer][0], chip(case.design, case.pes), mapping)


@cache
def evaluation(case: Case) -> Evaluation:
    """Returns the evaluation of a case's recorded mapping."""
    return _evaluated(case, recorded()[case].mapping)
