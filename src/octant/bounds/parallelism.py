"""Steps 1 to 4 of Eyexam: how many multiply-accumulates can run at once.

The steps are those of Chen et al., "Eyeriss v2", arXiv 1807.07928, Section "Eyexam". Each adds one
constraint and is the best that is still possible, so no step is above the one before.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import floordiv

import numpy as np
from numpy.typing import NDArray

from octant.arch import Architecture, Dataflow, Fanout, FanoutAxis, Level
from octant.workload import Einsum


@dataclass(frozen=True, slots=True)
class Slot:
    """One axis of the array, for one layer under one dataflow.

    Args:
        name: as constraints have it (``array.X``).
        size: instances.
        ranks: the ranks that may be unrolled here.
        fixed: (rank, factor) pairs that the dataflow prescribes.
    """

    name: str
    size: int
    ranks: tuple[str, ...]
    fixed: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Unrolling:
    """The best assignment of ranks to the axes of an array.

    Args:
        factors: (axis, rank, factor) of every factor above 1.
        passes: steps that the array takes one after the other over the unrolled ranks.
        busy: instances in use in a full pass.
    """

    factors: tuple[tuple[str, str, int], ...]
    passes: int
    busy: int


@dataclass(frozen=True, slots=True)
class Parallelism:
    """The cycles that a layer needs at least under steps 1 to 4.

    Args:
        shape: 1, all multiply-accumulates at once.
        dataflow: with as many units as the dataflow can use.
        units: with the chip's number of units, were they one long row.
        array: with the axes of its array, and what uses them best; None where a rank must be
            complete on the array and is too large for it: then no mapping exists.
        parallel: the ranks that the dataflow lets run in parallel, with how far.
        unrolled: how the array is used at best.
    """

    shape: int
    dataflow: int
    units: int
    array: int | None
    parallel: tuple[tuple[str, int], ...]
    unrolled: Unrolling | None


def parallelism(einsum: Einsum, architecture: Architecture, dataflow: Dataflow) -> Parallelism:
    """Returns the least cycles of a layer under steps 1 to 4, none of them needing a search.

    Step 2: the ranks open to any axis run at once, the others one after the other. Step 3: P
    parallel units on N take ceil(P / N) passes. Step 4: a factor for each rank on each axis open to
    it; the factors on an axis multiply to at most its size, and what a rank has left is done in
    ceil(D / factors) passes.

    Args:
        einsum: the layer.
        architecture: the hardware; its fanouts matter, and the ranks open to its axes.
        dataflow: further constraints; one without any for the hardware alone.

    Twelve units as 3 x 4, Y open to C and X to K; 5 channels and 6 filters take 2 x 2 passes:

    >>> from octant.files import load_architecture
    >>> from dataclasses import replace
    >>> from octant.arch import Dataflow, FanoutAxis
    >>> from octant.workload import matmul
    >>> chip = load_architecture("teaching")
    >>> axes = (FanoutAxis("Y", 3, ("C",)), FanoutAxis("X", 4, ("K",)))
    >>> array = replace(chip.nodes[2], axes=axes)
    >>> chip = replace(chip, nodes=(*chip.nodes[:2], array))
    >>> found = parallelism(matmul(rows=2, inner=5, columns=6), chip, Dataflow("any", ()))
    >>> found.shape, found.dataflow, found.units, found.array
    (1, 2, 6, 8)
    """
    slots = open_slots(einsum, architecture, dataflow)
    parallel = dataflow_parallelism(einsum, slots)
    far = dict(parallel)
    units = math.prod(far.values())
    serial = math.prod(-(-size // far.get(rank, 1)) for rank, size in einsum.ranks)
    chip = architecture.compute_units
    unrolled = unrolling(einsum, slots, complete_on_array(einsum, architecture, dataflow))
    return Parallelism(
        shape=1,
        dataflow=serial,
        units=serial * -(-units // chip),
        array=None if unrolled is None else _serial(einsum, parallel) * unrolled.passes,
        parallel=parallel,
        unrolled=unrolled,
    )


def _serial(einsum: Einsum, parallel: tuple[tuple[str, int], ...]) -> int:
    """The product of the ranks that no axis is open to."""
    opened = {rank for rank, _ in parallel}
    return math.prod(size for rank, size in einsum.ranks if rank not in opened)


def open_slots(einsum: Einsum, architecture: Architecture, dataflow: Dataflow) -> tuple[Slot, ...]:
    """The axes of all fanouts with the ranks that hardware and dataflow let run there.

    A rank that must be complete at a level further in has nothing left for an axis outside of it.
    """
    slots: list[Slot] = []
    done: set[str] = set()
    for node in reversed(architecture.nodes):
        if isinstance(node, Level):
            done |= set(dataflow.constraint(node.name).inside)
            continue
        slots += [_slot(einsum, node, axis, dataflow, done) for axis in node.axes]
    return tuple(slots)


def _slot(
    einsum: Einsum, fanout: Fanout, axis: FanoutAxis, dataflow: Dataflow, done: set[str]
) -> Slot:
    name = f"{fanout.name}.{axis.name}"
    constraint = dataflow.constraint(name)
    lists = [ranks for ranks in (axis.ranks, constraint.ranks) if ranks is not None]
    ranks = tuple(
        rank
        for rank, _ in einsum.ranks
        if rank not in done and all(rank in allowed for allowed in lists)
    )
    fixed = tuple(pair for pair in constraint.factors if pair[0] in ranks)
    return Slot(name, axis.size, ranks, fixed)


def dataflow_parallelism(einsum: Einsum, slots: tuple[Slot, ...]) -> tuple[tuple[str, int], ...]:
    """(rank, how far it can run in parallel) of every rank that some axis is open to.

    That is its whole size; where every axis open to it prescribes a factor, their product.
    """
    found = []
    for rank, size in einsum.ranks:
        mine = [slot for slot in slots if rank in slot.ranks]
        if not mine:
            continue
        fixed = [dict(slot.fixed).get(rank) for slot in mine]
        limits = [factor for factor in fixed if factor is not None]
        far = size if len(limits) < len(mine) else min(size, math.prod(limits))
        found.append((rank, far))
    return tuple(found)


def complete_on_array(
    einsum: Einsum, architecture: Architecture, dataflow: Dataflow
) -> frozenset[str]:
    """The ranks that no level may loop over: what an axis does not take of them, nobody does."""
    opened: set[str] = set()
    for level in architecture.levels:
        ranks = dataflow.constraint(level.name).ranks
        inside = _inside_of(architecture, dataflow, level)
        opened |= {
            rank
            for rank, _ in einsum.ranks
            if (ranks is None or rank in ranks) and rank not in inside
        }
    return frozenset(rank for rank, _ in einsum.ranks) - opened


def _inside_of(architecture: Architecture, dataflow: Dataflow, level: Level) -> set[str]:
    """The ranks that are complete further in than a level."""
    place = architecture.nodes.index(level)
    return {
        rank
        for node in architecture.nodes[place + 1 :]
        for name in _places(node)
        for rank in dataflow.constraint(name).inside
    }


def _places(node: Level | Fanout) -> Iterable[str]:
    return [node.name] if isinstance(node, Level) else [f"{node.name}.{a.name}" for a in node.axes]


@dataclass(frozen=True, slots=True)
class _Choice:
    """Factors of one rank on the slots (1 where it is not open), and the passes they leave."""

    factors: tuple[int, ...]
    passes: int


@lru_cache(maxsize=4096)
def unrolling(
    einsum: Einsum, slots: tuple[Slot, ...], complete: frozenset[str] = frozenset()
) -> Unrolling | None:
    """The assignment of ranks to axes with the fewest passes; among those the busiest array.

    Rank after rank, every useful choice of factors is added to every way the axes may have been
    used so far; of two ways that leave as much room, the one with more passes is dropped. That is
    exact, because what is left of an axis of N instances after factors with product f is
    floor(N / f), whatever they were. An answer is kept in the process: each step of Eyexam asks.

    Args:
        einsum: the layer.
        slots: the axes.
        complete: ranks that must be complete on the array.

    Returns:
        the best assignment; None where a rank that must be complete is too large.
    """
    sizes = tuple(slot.size for slot in slots)
    ways: dict[tuple[int, ...], tuple[int, int, tuple[_Choice, ...]]] = {sizes: (1, -1, ())}
    ranks = [(rank, size) for rank, size in einsum.ranks if any(rank in s.ranks for s in slots)]
    for rank, size in ranks:
        choices = [
            (choice, choice.factors, choice.passes, math.prod(choice.factors))
            for choice in _choices(rank, size, slots, rank in complete)
        ]
        grown: dict[tuple[int, ...], tuple[int, int, tuple[_Choice, ...]]] = {}
        for room, (passes, busy, taken) in ways.items():
            for choice, factors, more, wide in choices:
                left = tuple(map(floordiv, room, factors))
                if 0 in left:
                    continue
                before = grown.get(left)
                if before is None or (passes * more, busy * wide) < before[:2]:
                    grown[left] = (passes * more, busy * wide, (*taken, choice))
        ways = grown
    if not ways or any(
        rank in complete and rank not in dict(ranks) and size > 1 for rank, size in einsum.ranks
    ):
        return None
    passes, busy, taken = min(ways.values(), key=lambda way: way[:2])
    used = tuple(
        (slot.name, rank, choice.factors[place])
        for place, slot in enumerate(slots)
        for (rank, _), choice in zip(ranks, taken, strict=True)
        if choice.factors[place] > 1
    )
    return Unrolling(used, passes, -busy)


def _choices(rank: str, size: int, slots: tuple[Slot, ...], whole: bool) -> list[_Choice]:
    """The useful choices: of two with as many passes, none that needs more of every axis."""
    found: dict[int, list[tuple[int, ...]]] = {}
    for factors in _factors(rank, size, slots):
        passes = -(-size // math.prod(factors))
        if passes == 1 or not whole:
            found.setdefault(passes, []).append(factors)
    return [_Choice(factors, passes) for passes, many in found.items() for factors in _least(many)]


def _least(many: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Of different tuples those of which no other is nowhere larger, in the same order.

    >>> _least([(1, 4), (2, 2), (2, 4), (4, 1)])
    [(1, 4), (2, 2), (4, 1)]
    """
    rows = np.array(many)
    return [each for each, row in zip(many, rows, strict=True) if _nowhere_larger(rows, row) == 1]


def _nowhere_larger(rows: NDArray[np.int64], row: NDArray[np.int64]) -> int:
    """How many of the rows are nowhere larger than one of them, which is one itself."""
    return int((rows <= row).all(axis=1).sum())


def _factors(rank: str, size: int, slots: tuple[Slot, ...]) -> Iterator[tuple[int, ...]]:
    """Every tuple of factors: on each axis the smallest for each number of passes."""
    if not slots:
        yield ()
        return
    slot, rest = slots[0], slots[1:]
    fixed = dict(slot.fixed).get(rank)
    if rank not in slot.ranks:
        options = [1]
    elif fixed is not None:
        options = [fixed] if fixed <= slot.size else []
    else:
        limit = min(size, slot.size)
        options = sorted({-(-size // -(-size // factor)) for factor in range(1, limit + 1)})
    for factor in options:
        for others in _factors(rank, -(-size // factor), rest):
            yield (factor, *others)
