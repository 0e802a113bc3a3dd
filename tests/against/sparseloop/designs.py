"""Sparseloop's designs in Octant's nouns: layers, chips and loop nests.

Described from the published configurations: its tutorial exercises and the artifact of Wu et al.,
Sparseloop: An analytical approach to sparse tensor accelerator modeling, MICRO 2022.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from octant.arch import (
    Architecture,
    Compression,
    Compute,
    Fanout,
    FanoutAxis,
    FormatRank,
    Intersection,
    Level,
    RankFormat,
    Saving,
    Store,
    ZeroOperands,
)
from octant.components import Price
from octant.mapping import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.model import Evaluation, evaluate, evaluate_sparse
from octant.source import Origin, Source
from octant.workload import Einsum, Even, NumberFormat, NumberKind, Pattern, Role, Tensor, Term

CASES: dict[str, Any] = json.loads(Path(__file__).with_name("cases.json").read_text("utf-8"))
SOURCE = Source(Origin.PUBLISHED, "Wu et al., MICRO 2022, energy tables of its artifact")
INPUT, WEIGHT, OUTPUT = Role.INPUT, Role.WEIGHT, Role.OUTPUT
EVEN = Even()
NAMES = {INPUT: "A", WEIGHT: "B", OUTPUT: "Z"}


def layer(
    ranks: dict[str, int],
    projections: dict[Role, str],
    densities: dict[Role, float],
    pattern: Pattern = EVEN,
) -> Einsum:
    """An Einsum from indices in words: ``"M K"``, ``"S+Q"`` for a sliding window."""
    return Einsum(
        tuple(ranks.items()),
        tuple(
            Tensor(
                NAMES[role],
                role,
                tuple(
                    tuple(Term(*_term(term)) for term in axis.split("+")) for axis in text.split()
                ),
                density=densities.get(role, 1.0),
                pattern=pattern,
            )
            for role, text in projections.items()
        ),
    )


def _term(text: str) -> tuple[str, int]:
    coefficient, star, rank = text.rpartition("*")
    return rank, int(coefficient) if star else 1


def price(picojoules: float) -> Price:
    return Price(picojoules * 1e-12, SOURCE)


def memory(name: str, roles: tuple[Role, ...], *, word_bits: int = 8, **more: Any) -> Store:
    return Store(name, roles, word_bits, **more)


def level(store: Store, *intersections: Intersection, optional: tuple[Role, ...] = ()) -> Level:
    return Level(store.name, (store,), optional, intersections)


def form(role: Role, *ranks: tuple[RankFormat, str, int]) -> Compression:
    """A format from its ranks: how, over which of the layer's ranks, in how many bits."""
    return Compression(
        role, tuple(FormatRank(how, tuple(over.split()), bits) for how, over, bits in ranks)
    )


def skip(target: Role, *leaders: Role) -> Intersection:
    return Intersection(Saving.SKIPPING, target, leaders)


def gate(target: Role, *leaders: Role) -> Intersection:
    return Intersection(Saving.GATING, target, leaders)


def chip(
    *nodes: Level | Fanout, bits: int = 8, zeros: ZeroOperands | None = None, mac: float = 0.0
) -> Architecture:
    formats = tuple((role, NumberFormat(NumberKind.INT, bits)) for role in Role)
    compute = Compute("mac", formats, price(mac), zeros=zeros)
    return Architecture("design", "a design of Sparseloop's", nodes, compute, 1e9)


def fanout(name: str, **axes: int) -> Fanout:
    return Fanout(name, tuple(FanoutAxis(axis, size) for axis, size in axes.items()))


def nest(architecture: Architecture, keeps: dict[str, str], loops: dict[str, str]) -> Mapping:
    """A mapping from words: ``"N 8, M 4"`` are the loops of a node, ``" | "`` between its axes."""
    blocks: list[TemporalBlock | SpatialBlock] = []
    for node in architecture.nodes:
        words = loops.get(node.name, "")
        if isinstance(node, Level):
            kept = tuple(keeps.get(node.name, "").split())
            blocks.append(TemporalBlock(node.name, _loops(words), kept))
        else:
            axes = words.split("|") if words else [""] * len(node.axes)
            blocks.append(SpatialBlock(node.name, tuple(_loops(axis) for axis in axes)))
    return Mapping(tuple(blocks))


def _loops(words: str) -> tuple[Loop, ...]:
    pairs = [item.split() for item in words.split(",") if item.strip()]
    return tuple(Loop(rank, int(factor)) for rank, factor in pairs)


def run(einsum: Einsum, architecture: Architecture, mapping: Mapping) -> Evaluation:
    """The evaluation with zeros."""
    return evaluate_sparse(evaluate(einsum, architecture, mapping), einsum, architecture)


def port(evaluation: Evaluation, component: str, name: str) -> float:
    """The cycles of a port."""
    return next(
        entry.cycles
        for entry in evaluation.timing
        if (entry.component, entry.port) == (component, name)
    )


def component_pj(evaluation: Evaluation, component: str) -> float:
    """The energy of a component."""
    return 1e12 * sum(
        entry.energy_j or 0 for entry in evaluation.energy if entry.component == component
    )


def without(store: Store, *roles: Role) -> Store:
    """The memory without the formats of some roles."""
    kept = tuple(each for each in store.compression if each.role not in roles)
    return replace(store, compression=kept)
