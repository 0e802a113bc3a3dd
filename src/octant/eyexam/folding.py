"""A chip without its arrays: what it could do at best, from a search that takes a moment.

An array of N instances of a memory holds N tiles of different data at most. So for every mapping
of the chip there is one of the folded chip, whose memories are N times as large and as fast, and
which loops in time over what the array does in space, with the same tiles further out. It moves no
more anywhere: what several instances hold, the folded one holds once. Were its compute unit fast
enough, it would be at least as fast. It has no array to search, which is what makes searches long.

What instances hold side by side may have gaps, where steps along an array are wider than what an
instance holds (a convolution of stride 2). A tile of the folded chip has none, so that it holds
more, but no more than as many times as the stride, for a sum of sets has at least as many elements
as one of intervals. For such a layer the folded arrays are larger and faster by the stride.

Where a tensor goes through an array straight to the compute units, one access may serve many of
them. There the folded chip has latches: a level that holds an element of it for each unit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from octant.arch import Architecture, Constraint, Dataflow, Fanout, Level, Store
from octant.eyexam.relaxing import enlarged, limits, paced, with_stores
from octant.mapper import Objective, Question, SearchResult, Status
from octant.workload import Einsum, Role, Tensor, Term

#: The folded chip's ports are so many times as slow, for no compute unit is infinitely fast. A
#: power of two: nothing is rounded.
_SLOWER = 2.0**16
_LATCHES = "latches"
#: Whose sources an answer depends on that ends where the folded chip says so.
ROOMS = ("eyexam",)


@dataclass(frozen=True, slots=True)
class Folded:
    """A question about the folded chip, and what its answer says of the chip.

    Args:
        question: for its fastest mapping, the ports being ``slower``.
        slower: how many times; at least the PEs of the chip, so that the steps of one PE, too, are
            no more than what the chip takes.
        spread: the ranks that may run along an axis of an array; None for all.
        outside: the levels outside of all arrays, which hold what the chip's own hold.
    """

    question: Question
    slower: float
    spread: frozenset[str] | None
    outside: tuple[str, ...]

    def question_for(self, einsum: Einsum) -> Question:
        """The question that is to be asked of a layer."""
        leaps = {tensor.role: self._leap(tensor) for tensor in einsum.tensors}
        roles = frozenset(role for role, leap in leaps.items() if leap > 1)
        return self._eased(roles, max(leaps.values())) if roles else self.question

    def _leap(self, tensor: Tensor) -> int:
        """How many times as large as what instances hold a tile without gaps may be."""
        return math.prod(
            max(term.coefficient for term in axis)
            for axis in tensor.axes
            if any(map(self._leaps, axis))
        )

    def _leaps(self, term: Term) -> bool:
        return term.coefficient > 1 and (self.spread is None or term.rank in self.spread)

    def _eased(self, roles: frozenset[Role], times: int) -> Question:
        """The question of a chip whose arrays hold and move more of some roles."""
        chip = self.question.architecture
        levels = []
        for place, level in enumerate(chip.levels):
            inner = chip.levels[place + 1] if place + 1 < len(chip.levels) else None
            levels.append(replace(level, stores=tuple(
                self._eased_store(level, store, inner, roles & set(store.roles), times)
                for store in level.stores
            )))  # fmt: skip
        return replace(self.question, architecture=replace(chip, nodes=tuple(levels)))

    def _eased_store(
        self, level: Level, store: Store, inner: Level | None, roles: frozenset[Role], times: int
    ) -> Store:
        if not roles:
            return store
        if level.name not in self.outside:
            return enlarged(store, times)
        exact = (
            inner is not None
            and inner.name in self.outside
            and roles <= set(inner.roles) - set(inner.optional)
        )
        return store if exact else paced(store, float(times))

    def cycles(self, answer: SearchResult) -> float:
        """No mapping of the chip takes fewer, whether or not the search came to its end."""
        if answer.status is Status.OPTIMAL and answer.evaluation is not None:
            return whole(answer.evaluation.cycles / self.slower)
        return whole(answer.bound * self.question.architecture.clock_hz / self.slower)


def whole(cycles: float) -> float:
    """The whole cycles that a bound comes to; what floats have lost is given back first.

    >>> whole(2.3), whole(3.0000000001)
    (3.0, 3.0)
    """
    return float(math.ceil(cycles * (1 - 1e-12) - 1e-6)) if math.isfinite(cycles) else cycles


def folding(
    architecture: Architecture, dataflow: Dataflow, time_limit_s: float | None
) -> Folded | None:
    """Returns the question about the folded chip; None where there is nothing to fold or to limit.

    Args:
        architecture: the chip.
        dataflow: its constraints.
        time_limit_s: for the search.
    """
    rates = [
        rate for level in architecture.levels for each in level.stores for rate in limits(each)
    ]
    if not architecture.fanouts or not any(map(math.isfinite, rates)):
        return None
    chip, flow = folded(architecture, dataflow)
    slower = max(_SLOWER, 2.0 ** math.ceil(math.log2(architecture.compute_units)))
    chip = with_stores(chip, lambda store: paced(store, 1 / slower))
    cycle_s = slower / architecture.clock_hz  # of the chip, which is all that is wanted exactly
    question = Question(chip, Objective.LATENCY, flow, time_limit_s=time_limit_s, grain=cycle_s)
    return _folded(question, slower, architecture, dataflow)


def folding_for(
    architecture: Architecture,
    dataflow: Dataflow,
    put: Callable[[Architecture, Dataflow], Question],
) -> Folded | None:
    """Returns another question about the folded chip; None where there is nothing to fold.

    Args:
        architecture: the chip.
        dataflow: its constraints.
        put: the question about the folded chip, of something that it needs no more of.
    """
    if not architecture.fanouts:
        return None
    return _folded(put(*folded(architecture, dataflow)), 1.0, architecture, dataflow)


def _folded(
    question: Question, slower: float, architecture: Architecture, dataflow: Dataflow
) -> Folded:
    lists = _ranks_of_axes(architecture.fanouts, dataflow)
    spread = None if None in lists else frozenset(rank for ranks in lists for rank in ranks or ())
    return Folded(question, slower, spread, _before(architecture))


def _before(architecture: Architecture) -> tuple[str, ...]:
    """The levels outside of all fanouts."""
    found = []
    for node in architecture.nodes:
        if isinstance(node, Fanout):
            break
        found.append(node.name)
    return tuple(found)


def folded(architecture: Architecture, dataflow: Dataflow) -> tuple[Architecture, Dataflow]:
    """The chip with its fanouts folded into the levels inside of them, and the dataflow for it.

    >>> from octant.files import load_architecture
    >>> from octant.mapper import dataflow_named
    >>> chip = load_architecture("eyeriss")
    >>> small, flow = folded(chip, dataflow_named(chip, None))
    >>> [level.name for level in small.nodes], small.levels[2].stores[0].capacity_bits // 8
    (['DRAM', 'buffer', 'spads'], 75264)
    >>> flow.constraint("spads").ranks
    ('S', 'C', 'K', 'R', 'P')
    """
    straight, maybe = _straight(architecture)
    latches = () if not straight and not maybe else (_latches(architecture, straight, maybe),)
    levels, constraints = [], []
    for level, fanouts in _groups(architecture):
        instances = architecture.instances(level.name)
        stores = tuple(enlarged(store, instances) for store in level.stores)
        levels.append(replace(level, stores=stores))
        taken = [] if latches else fanouts
        constraints.append(_together(dataflow.constraint(level.name), taken, dataflow))
    if latches:
        constraints.append(_together(Constraint(_LATCHES, ()), architecture.fanouts, dataflow))
    nodes = (*levels, *latches)
    small = replace(architecture, name=f"{architecture.name}, folded", nodes=nodes)
    return small, replace(dataflow, constraints=tuple(constraints))


def _straight(architecture: Architecture) -> tuple[tuple[Role, ...], tuple[Role, ...]]:
    """The roles that go through the last fanout straight to the compute units, and that may."""
    last = max(place for place, node in enumerate(architecture.nodes) if isinstance(node, Fanout))
    inside = [node for node in architecture.nodes[last:] if isinstance(node, Level)]
    held = {role for level in inside for role in level.roles}
    surely = {role for level in inside for role in set(level.roles) - set(level.optional)}
    return (
        tuple(role for role in Role if role not in held),
        tuple(role for role in Role if role in held - surely),
    )


def _latches(
    architecture: Architecture, straight: tuple[Role, ...], maybe: tuple[Role, ...]
) -> Level:
    """An element of each role for each compute unit."""
    units, compute = architecture.compute_units, architecture.compute
    stores = tuple(
        Store(
            f"{role} latches",
            (role,),
            compute.format(role).bits,
            math.ceil(units * compute.format(role).storage_bits),
        )
        for role in (*straight, *maybe)
    )
    return Level(_LATCHES, stores, optional=maybe)


def _groups(architecture: Architecture) -> list[tuple[Level, list[Fanout]]]:
    """Each level with the fanouts that it takes in: those around it; the last also those inside."""
    groups: list[tuple[Level, list[Fanout]]] = []
    waiting: list[Fanout] = []
    for node in architecture.nodes:
        if isinstance(node, Fanout):
            waiting.append(node)
            continue
        groups.append((node, waiting))
        waiting = []
    groups[-1][1].extend(waiting)
    return groups


def _together(own: Constraint, fanouts: Sequence[Fanout], dataflow: Dataflow) -> Constraint:
    """What a level and some axes may do together; what cannot be said of both is let go."""
    if not fanouts:
        return own
    ranks = _all((own.ranks, *_ranks_of_axes(fanouts, dataflow)))
    return replace(own, ranks=ranks, order=(), factors=())


def _ranks_of_axes(fanouts: Sequence[Fanout], dataflow: Dataflow) -> list[tuple[str, ...] | None]:
    """The ranks of every axis, at least those that may run there; None for all."""
    found = []
    for fanout in fanouts:
        for axis in fanout.axes:
            constraint = dataflow.constraint(f"{fanout.name}.{axis.name}")
            found.append(axis.ranks if constraint.ranks is None else constraint.ranks)
    return found


def _all(lists: Iterable[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    """The ranks of any of the lists; None, which is all ranks, where one of them is that."""
    found: dict[str, None] = {}
    for ranks in lists:
        if ranks is None:
            return None
        found |= dict.fromkeys(ranks)
    return tuple(found)
