"""Where a chip stands on the ski slope: the least traffic of its outermost memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from octant.arch import Architecture, Dataflow, Fanout
from octant.components import Price
from octant.eyexam.folding import ROOMS, Folded, folding_for
from octant.eyexam.relaxing import with_stores
from octant.mapper import Ask, Objective, Question, SearchResult, Status, known, side_by_side
from octant.model import evaluate
from octant.source import Origin, Source
from octant.workload import Einsum

#: Seconds of a search of the least that the chip without its array moves.
FOLDED_S = 1.0
#: The source of a price of 1 for each bit.
COUNTED = Source(Origin.ASSUMED, "a bit moved counts 1")


@dataclass(frozen=True, slots=True)
class ChipPoint:
    """Where a chip stands on the slope.

    Args:
        capacity_bits: of all its memories further in than the outermost, all instances together.
        traffic_bits: the fewest that any of its mappings moves to and from the outermost one;
            infinite where there is none, or none was found.
        proven: the search ended with its proof.
    """

    capacity_bits: int
    traffic_bits: float
    proven: bool


def chip_point(
    einsum: Einsum,
    architecture: Architecture,
    dataflow: Dataflow,
    time_limit_s: float | None = None,
) -> ChipPoint:
    """Where a chip stands: the least traffic of its outermost memory, over all its mappings."""
    return chip_points((einsum,), architecture, dataflow, time_limit_s)[einsum]


def chip_points(
    einsums: Sequence[Einsum],
    architecture: Architecture,
    dataflow: Dataflow,
    time_limit_s: float | None = None,
    on_found: Callable[[Einsum], None] | None = None,
) -> dict[Einsum, ChipPoint]:
    """Where a chip stands with each layer; layers are searched side by side.

    The chip without its array moves no more beyond its memories, and its search takes a moment:
    where a mapping of the chip is as good, it is the best.
    """

    def put(chip: Architecture, flow: Dataflow) -> Question:
        free = _only_outermost(chip)
        return Question(free, Objective.ENERGY, flow, time_limit_s=time_limit_s, rooms=ROOMS)

    question = put(architecture, dataflow)
    fold = folding_for(architecture, dataflow, put)
    outermost = {store.name for store in architecture.levels[0].stores}
    found: dict[Einsum, SearchResult] = {}

    def note(einsum: Einsum, result: SearchResult) -> None:
        found[einsum] = result
        if on_found:
            on_found(einsum)

    side_by_side(
        dict.fromkeys(einsums), lambda einsum, ask: _over(einsum, question, fold, ask), note
    )
    points = {}
    for einsum, result in found.items():
        traffic = math.inf
        if result.mapping is not None:
            energy = evaluate(einsum, architecture, result.mapping).energy
            traffic = float(sum(e.bits_moved for e in energy if e.component in outermost))
        proven = result.status is not Status.GAP
        points[einsum] = ChipPoint(on_chip_bits(architecture), traffic, proven)
    return points


def _over(einsum: Einsum, question: Question, fold: Folded | None, ask: Ask) -> SearchResult:
    """The answer to a question about a chip, its search ending at what the folded chip needs."""
    before = known(einsum, question)
    if before is not None or fold is None:
        return before or ask(einsum, question)
    longest_s = math.inf if question.time_limit_s is None else question.time_limit_s
    bound_s = min(FOLDED_S, longest_s)
    below = ask(einsum, replace(fold.question_for(einsum), time_limit_s=bound_s))
    floor = 0.0 if below.status is Status.INFEASIBLE else below.bound
    return ask(einsum, replace(question, floor=floor))


def on_chip_bits(architecture: Architecture) -> int:
    """The capacity of all memories further in than the outermost, of all their instances.

    >>> from octant.files import load_architecture
    >>> on_chip_bits(load_architecture("teaching")) // 8
    256
    """
    return sum(
        architecture.instances(level.name) * (store.capacity_bits or 0)
        for level in architecture.levels[1:]
        for store in level.stores
    )


def _only_outermost(architecture: Architecture) -> Architecture:
    """The chip where a bit of the outermost memory costs 1, and nothing else costs anything."""
    none = Price(0.0, COUNTED)
    free = with_stores(
        architecture, lambda store: replace(store, read_energy=none, write_energy=none)
    )
    nodes = [
        replace(node, transfer_energy=none) if isinstance(node, Fanout) else node
        for node in free.nodes
    ]
    outermost = architecture.levels[0]
    nodes[0] = replace(
        outermost,
        stores=tuple(
            replace(
                store,
                read_energy=Price(float(store.word_bits), COUNTED),
                write_energy=Price(float(store.word_bits), COUNTED),
            )
            for store in outermost.stores
        ),
    )
    compute = replace(architecture.compute, mac_energy=none)
    return replace(free, nodes=tuple(nodes), compute=compute)
