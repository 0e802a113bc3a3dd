"""The fastest mappings of many layers: what is cheap to prove first, whole searches last.

1. Only mappings that unroll as step 4 does are searched: there are few. Where the best of them is
   as fast as the array and the compulsory traffic allow, no other can be faster.
2. The chip without its array says how fast any mapping can be at most (``folding``). The best of
   the few may be as fast as that.
3. All mappings are searched, in rounds of more and more time: a search whose best is as fast as
   the bound needs no end.

Layers are searched side by side, each question once, and what is proven is kept on disk by the
mapper's cache. Of mappings that are equally fast it is the one of the earlier step, so that it does
not matter what was found before, or how fast a machine is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from octant.arch import Architecture, Dataflow
from octant.bounds import Unrolling, compulsory_bits, parallelism
from octant.eyexam.folding import folding, whole
from octant.eyexam.relaxing import limits
from octant.mapper import Objective, Question, SearchResult, Status, cache, search_layers
from octant.mapper.result import TIME_IS_UP
from octant.workload import Einsum, Role

#: Seconds of the rounds of a whole search before the last one.
ROUNDS_S = (1.0, 4.0)
#: Seconds that the search of a bound may take.
BOUND_S = 20.0


@dataclass(frozen=True, slots=True)
class Fastest:
    """The fastest mapping of a layer that was found, and what no mapping can beat.

    Args:
        result: of the search; None where a bound says that nothing is faster than what is known.
        bound_cycles: no mapping takes fewer.
    """

    result: SearchResult | None
    bound_cycles: float

    @property
    def cycles(self) -> float:
        """Of the mapping; infinite where there is none."""
        found = None if self.result is None else self.result.evaluation
        return math.inf if found is None else found.cycles

    @property
    def proven(self) -> bool:
        """There is a mapping, and none is faster."""
        return math.isfinite(self.cycles) and self.cycles <= self.bound_cycles

    def honest(self, clock_hz: float) -> Fastest:
        """The same; a result that is the best of few mappings only does not say that it is best."""
        if self.proven or self.result is None or self.result.evaluation is None:
            return self
        bound = self.bound_cycles / clock_hz
        return replace(
            self, result=replace(self.result, status=Status.GAP, bound=bound, reason=TIME_IS_UP)
        )

    @property
    def told(self) -> Fastest:
        """The same of what is proven, whose result says so, too."""
        assert self.result is not None, "what is proven has a mapping"
        proven = replace(self.result, status=Status.OPTIMAL, bound=self.result.value, reason="")
        return Fastest(proven, self.cycles)


Found = Callable[[Einsum], None]


def fastest_of(
    einsums: Sequence[Einsum],
    architecture: Architecture,
    dataflow: Dataflow,
    *,
    time_limit_s: float | None = None,
    reached: Mapping[Einsum, float] | None = None,
    on_found: Found | None = None,
) -> dict[Einsum, Fastest]:
    """Returns the fastest mapping of each layer, with its proof where there is no time limit.

    Args:
        einsums: layers; equal ones are searched once.
        architecture: where they run.
        dataflow: the constraints.
        time_limit_s: for each search.
        reached: cycles that are good enough, or reached already: where a bound says that no
            mapping takes fewer, none is searched for.
        on_found: called with each layer when its answer is there.
    """
    asked = _Asked(architecture, dataflow, time_limit_s, reached or {}, on_found or _nothing)
    answers: dict[Einsum, Fastest] = {}
    for einsum in dict.fromkeys(einsums):
        asked.take(answers, einsum, _at_once(einsum, asked))
    _fold(answers, asked)
    for limit in asked.rounds:
        _whole_round(answers, asked, limit)
    return {einsum: found.honest(architecture.clock_hz) for einsum, found in answers.items()}


def lower_bound(einsum: Einsum, architecture: Architecture, dataflow: Dataflow) -> float:
    """Cycles below which no mapping comes: the array's (step 4) and the compulsory traffic's.

    Cycles of tensors are summed as the model does, so that floats round both alike.
    """
    array = parallelism(einsum, architecture, dataflow).array
    bound = math.inf if array is None else float(array)
    bits = compulsory_bits(einsum, architecture)
    for store in architecture.levels[0].stores:
        mine = [tensor for tensor in einsum.tensors if tensor.role in store.roles]
        reads = [bits[tensor.name] * (tensor.role is not Role.OUTPUT) for tensor in mine]
        writes = [bits[tensor.name] * (tensor.role is Role.OUTPUT) for tensor in mine]
        both = [bits[tensor.name] for tensor in mine]
        for moved, rate in zip((reads, writes, both), limits(store), strict=True):
            bound = max(bound, float(math.ceil(sum(each / rate for each in moved))))
    return bound


def unrolled_so(
    einsum: Einsum, architecture: Architecture, dataflow: Dataflow, unrolled: Unrolling
) -> Dataflow:
    """The dataflow with all factors of the array prescribed."""
    named = {(axis, rank): factor for axis, rank, factor in unrolled.factors}
    axes = [f"{fanout.name}.{axis.name}" for fanout in architecture.fanouts for axis in fanout.axes]
    fixed = tuple(
        replace(
            dataflow.constraint(name),
            factors=tuple((rank, named.get((name, rank), 1)) for rank, _ in einsum.ranks),
        )
        for name in axes
    )
    kept = tuple(each for each in dataflow.constraints if each.node not in axes)
    return replace(dataflow, constraints=kept + fixed)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is searched for all layers."""

    architecture: Architecture
    dataflow: Dataflow
    time_limit_s: float | None
    reached: Mapping[Einsum, float]
    on_found: Found

    @property
    def rounds(self) -> tuple[float | None, ...]:
        """The time limits of the whole searches."""
        limit = self.time_limit_s
        return (*(each for each in ROUNDS_S if limit is None or each <= limit / 4), limit)

    def question(self, limit_s: float | None, dataflow: Dataflow | None = None) -> Question:
        """For the fastest mapping."""
        flow = dataflow or self.dataflow
        return Question(self.architecture, Objective.LATENCY, flow, time_limit_s=limit_s)

    def key(self, einsum: Einsum) -> str:
        """The name in the cache of the question without a time limit."""
        chip, flow = self.architecture, self.dataflow
        return cache.key_of(einsum, chip, Objective.LATENCY, flow, divisors_only=False)

    def settled(self, einsum: Einsum, found: Fastest) -> bool:
        """Whether nothing remains to be searched for."""
        nowhere = found.result is not None and found.result.status is Status.INFEASIBLE
        return found.proven or nowhere or self.idle(einsum, found.bound_cycles)

    def idle(self, einsum: Einsum, bound_cycles: float) -> bool:
        """Whether a bound says that nothing is faster than what is reached already."""
        return einsum in self.reached and self.reached[einsum] <= bound_cycles

    def take(self, answers: dict[Einsum, Fastest], einsum: Einsum, found: Fastest) -> None:
        """Notes an answer, and says so when it is the last."""
        answers[einsum] = found.told if found.proven else found
        if self.settled(einsum, found):
            self.on_found(einsum)


def _at_once(einsum: Einsum, asked: _Asked) -> Fastest:
    """What closed forms and the search of few mappings say."""
    chip, flow = asked.architecture, asked.dataflow
    bound = lower_bound(einsum, chip, flow)
    unrolled = parallelism(einsum, chip, flow).unrolled
    if unrolled is None or asked.idle(einsum, bound):
        return Fastest(None, bound)
    few = unrolled_so(einsum, chip, flow, unrolled)
    question = asked.question(asked.time_limit_s, few)
    result = search_layers([einsum], question)[einsum]
    found = Fastest(result if result.evaluation is not None else None, bound)
    if asked.settled(einsum, found):
        return found
    known = cache.recall(asked.key(einsum), einsum, chip, Objective.LATENCY)
    if known is None:
        return found
    return Fastest(_better(found.result, known), min(found.cycles, _cycles(known)))


def _fold(answers: dict[Einsum, Fastest], asked: _Asked) -> None:
    """Raises bounds to what the chip without its array can do."""
    limit = min(BOUND_S, asked.time_limit_s or BOUND_S)
    fold = folding(asked.architecture, asked.dataflow, limit)
    if fold is None:
        return

    asks: dict[Question, list[Einsum]] = {}
    for einsum in _left(answers, asked):
        asks.setdefault(fold.question_for(einsum), []).append(einsum)

    def note(einsum: Einsum, folded: SearchResult) -> None:
        if folded.status is Status.INFEASIBLE:
            return  # the whole search says why
        found = answers[einsum]
        bound = max(found.bound_cycles, fold.cycles(folded))
        asked.take(answers, einsum, replace(found, bound_cycles=bound))

    for question, einsums in asks.items():
        search_layers(einsums, question, note)


def _whole_round(answers: dict[Einsum, Fastest], asked: _Asked, limit_s: float | None) -> None:
    """Searches all mappings of what is left, for so long."""
    last = limit_s == asked.rounds[-1]

    def note(einsum: Einsum, result: SearchResult) -> None:
        before = answers[einsum]
        bound = max(before.bound_cycles, whole(result.bound * asked.architecture.clock_hz))
        found = Fastest(_better(before.result, result), min(bound, _cycles(result), before.cycles))
        if found.proven and found.result is result:
            cache.keep(asked.key(einsum), found.told.result or result)
        asked.take(answers, einsum, found)
        if last and not asked.settled(einsum, found):
            asked.on_found(einsum)

    search_layers(_left(answers, asked), asked.question(limit_s), note)


def _better(before: SearchResult | None, now: SearchResult) -> SearchResult:
    """The faster one; of equals the earlier one."""
    return now if before is None or _cycles(now) < _cycles(before) else before


def _cycles(result: SearchResult) -> float:
    return math.inf if result.evaluation is None else result.evaluation.cycles


def _left(answers: dict[Einsum, Fastest], asked: _Asked) -> list[Einsum]:
    return [einsum for einsum, found in answers.items() if not asked.settled(einsum, found)]


def _nothing(_: Einsum) -> None:
    pass
