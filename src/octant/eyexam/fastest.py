"""The fastest mappings of many layers: what is cheap to prove first, whole searches last.

1. Only mappings that unroll as step 4 does are searched: there are few. Where the best of them is
   as fast as the array and the compulsory traffic allow, no other can be faster.
2. The chip without its array says how fast any mapping can be at most (``folding``). The best of
   the few may be as fast as that.
3. All mappings are searched, until one is as fast as the bound: a search then needs no end. Mostly
   both are there long before it: so 2 and 3 come in rounds of more and more time, until 2 has its
   answer; then 3 goes on to its end.

Layers are searched side by side, none waiting for another, each question once, and what is proven
is kept on disk by the mapper's cache. Of mappings that are equally fast it is the one of the
earlier step, so that it does not matter what was found before, or how fast a machine is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from octant.arch import Architecture, Dataflow
from octant.bounds import Unrolling, compulsory_bits, parallelism
from octant.eyexam.folding import ROOMS, folding, whole
from octant.eyexam.relaxing import limits
from octant.mapper import Ask, Objective, Question, SearchResult, Status, keep, known, side_by_side
from octant.mapper.result import TIME_IS_UP
from octant.workload import Einsum, Role

#: Seconds of the rounds of a whole search before the last one.
ROUNDS_S = (0.25, 3.5, 12.0)
#: Seconds of the searches of a bound: one before each round, the last included, until one ends.
BOUNDS_S = (0.5, 20.0, 20.0, 20.0)


@dataclass(frozen=True, slots=True)
class Fastest:
    """The fastest mapping of a layer that was found, and what no mapping can beat.

    Args:
        result: of the search; None where none was found or needed.
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

    @property
    def settled(self) -> bool:
        """Nothing remains to be searched for: it is proven, or there is no mapping."""
        nowhere = self.result is not None and self.result.status is Status.INFEASIBLE
        return self.proven or nowhere

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
        """The same; the result of what is proven says so, too."""
        if not self.proven or self.result is None:
            return self
        proven = replace(self.result, status=Status.OPTIMAL, bound=self.result.value, reason="")
        return Fastest(proven, self.cycles)


Found = Callable[[Einsum], None]
#: Called with a layer and its answer.
Then = Callable[[Einsum, Fastest], None]


def fastest_of(
    einsums: Sequence[Einsum],
    architecture: Architecture,
    dataflow: Dataflow,
    *,
    time_limit_s: float | None = None,
    on_found: Found | None = None,
    then: Then | None = None,
) -> dict[Einsum, Fastest]:
    """Returns the fastest mapping of each layer, with its proof where there is no time limit.

    Args:
        einsums: layers; equal ones are searched once.
        architecture: where they run.
        dataflow: the constraints.
        time_limit_s: for each search.
        on_found: called with each layer when its answer is there.
        then: what is done with each layer's answer beside the searches of others: called in the
            threads that search.
    """
    asked = Asked(architecture, dataflow)
    report = on_found or _nothing
    answers: dict[Einsum, Fastest] = {}

    def first(einsum: Einsum, found: Fastest) -> None:
        answers[einsum] = found
        if found.settled:
            report(einsum)

    def last(einsum: Einsum, found: Fastest) -> None:
        if not answers[einsum].settled:
            report(einsum)
        answers[einsum] = found

    def go_on(einsum: Einsum, ask: Ask) -> Fastest:
        found = answers[einsum]
        if not found.settled:
            found = _in_turn(einsum, found, asked, time_limit_s, ask)
        if then:
            then(einsum, found)
        return found

    unique = dict.fromkeys(einsums)
    side_by_side(unique, lambda einsum, ask: _at_once(einsum, asked, time_limit_s, ask), first)
    # The longest searches begin first, mostly of what is slow so far; what is short fills the end.
    left = [einsum for einsum in unique if then or not answers[einsum].settled]
    left.sort(key=lambda einsum: (answers[einsum].settled, -answers[einsum].cycles))
    side_by_side(left, go_on, last)
    return {einsum: answers[einsum].honest(architecture.clock_hz) for einsum in unique}


def lower_bound(einsum: Einsum, architecture: Architecture, dataflow: Dataflow) -> float:
    """Cycles below which no mapping comes: the array's (step 4) and the compulsory traffic's."""
    array = parallelism(einsum, architecture, dataflow).array
    bound = math.inf if array is None else float(array)
    return max(bound, compulsory_cycles(einsum, architecture))


def compulsory_cycles(einsum: Einsum, architecture: Architecture) -> float:
    """Cycles that the outermost memory takes for the compulsory traffic.

    Cycles of tensors are summed as the model does, so that floats round both alike.
    """
    bound = 0.0
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
class Asked:
    """Where the fastest mappings are searched, and under which constraints."""

    architecture: Architecture
    dataflow: Dataflow

    def question(
        self,
        limit_s: float | None,
        *,
        floor: float = 0.0,
        dataflow: Dataflow | None = None,
    ) -> Question:
        """For the fastest mapping; ``floor`` in cycles."""
        chip, flow = self.architecture, dataflow or self.dataflow
        floor_s = floor / chip.clock_hz
        goal = Objective.LATENCY
        return Question(chip, goal, flow, time_limit_s=limit_s, floor=floor_s, rooms=ROOMS)


def _at_once(einsum: Einsum, asked: Asked, limit_s: float | None, ask: Ask) -> Fastest:
    """What closed forms and the search of few mappings say."""
    chip, flow = asked.architecture, asked.dataflow
    bound = lower_bound(einsum, chip, flow)
    unrolled = parallelism(einsum, chip, flow).unrolled
    if unrolled is None:
        return Fastest(None, bound)
    few = unrolled_so(einsum, chip, flow, unrolled)
    result = ask(einsum, asked.question(limit_s, floor=bound, dataflow=few))
    found = Fastest(result if result.evaluation is not None else None, bound)
    if found.settled:
        return found.told
    before = known(einsum, asked.question(limit_s))
    if before is None:
        return found
    return Fastest(_better(found.result, before), min(found.cycles, _cycles(before))).told


def _in_turn(
    einsum: Einsum, found: Fastest, asked: Asked, limit_s: float | None, ask: Ask
) -> Fastest:
    """Rounds of two questions: what the chip without its array can do, and all mappings.

    Once the former is answered the latter needs no rounds: each would begin anew.
    """
    longest = math.inf if limit_s is None else limit_s
    for round_s, bound_s in zip(_rounds(limit_s), BOUNDS_S, strict=False):
        found, is_all = under(einsum, found, asked, min(bound_s, longest), ask)
        if not found.settled:
            found = searched(einsum, found, asked, limit_s if is_all else round_s, ask)
        if is_all or found.settled:
            break
    found = found.told
    if found.proven and found.result is not None:
        keep(einsum, asked.question(limit_s), found.result)
    return found


def _rounds(limit_s: float | None) -> tuple[float | None, ...]:
    """The time limits of the whole searches."""
    return (*(each for each in ROUNDS_S if limit_s is None or each <= limit_s / 4), limit_s)


def under(
    einsum: Einsum,
    found: Fastest,
    asked: Asked,
    limit_s: float,
    ask: Ask,
) -> tuple[Fastest, bool]:
    """The same under the bound of the chip without its array, and whether that is all it says."""
    fold = folding(asked.architecture, asked.dataflow, limit_s)
    if fold is None:
        return found, True
    folded = ask(einsum, fold.question_for(einsum))
    if folded.status is Status.INFEASIBLE:
        return found, True  # the whole search says why
    bound = max(found.bound_cycles, fold.cycles(folded))
    return replace(found, bound_cycles=bound), folded.status is Status.OPTIMAL


def searched(
    einsum: Einsum,
    before: Fastest,
    asked: Asked,
    limit_s: float | None,
    ask: Ask,
) -> Fastest:
    """The better of what was found and of a search of all mappings for so long."""
    result = ask(einsum, asked.question(limit_s, floor=before.bound_cycles))
    bound = max(before.bound_cycles, whole(result.bound * asked.architecture.clock_hz))
    return Fastest(_better(before.result, result), min(bound, _cycles(result), before.cycles))


def _better(before: SearchResult | None, now: SearchResult) -> SearchResult:
    """The faster one; of equals the earlier one."""
    return now if before is None or _cycles(now) < _cycles(before) else before


def _cycles(result: SearchResult) -> float:
    return math.inf if result.evaluation is None else result.evaluation.cycles


def _nothing(_: Einsum) -> None:
    pass
