"""What would win a loss back: the fastest mapping of each layer with one constraint relaxed.

A relaxed constraint can only help, and the layer's own mapping still holds, so that every question
begins with an interval: from what a bound allows to what there is. Bounds come first, then a short
search of each, then both for longer and longer, the largest possible gains first.

Questions are asked side by side, whatever their layers and constraints, until the time for all of
them is up. What is known then is kept on disk, the open intervals as they are.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial

from octant.arch import Architecture, Dataflow
from octant.bounds import parallelism
from octant.eyexam.fastest import (
    Asked,
    Fastest,
    compulsory_cycles,
    lower_bound,
    searched,
    under,
)
from octant.eyexam.folding import ROOMS
from octant.eyexam.records import STEPS, LayerExam, WinBack
from octant.eyexam.relaxing import Relaxation, relaxations, shapes
from octant.mapper import Ask, cache, side_by_side
from octant.workload import Einsum

#: Processor seconds for all searches of a network, where the user sets no limit: for each different
#: layer, and at least.
LAYER_S, LEAST_S = 0.35, 8.0
#: A layer of which no more could be gained than this share of the network's time is not searched.
WORTH = 0.005
#: Seconds of the first search of a bound, and of the searches of all mappings before the last one.
BOUND_S, ROUNDS_S = 0.05, (0.1, 1.0)
#: A search of fewer seconds is not begun, unless no more were wanted.
LEAST_LENT_S = 0.05
STOPPED = (
    "where a gain is not proven it lies between two limits: what was found, and what a bound "
    f"allows. A layer that cannot gain {100 * WORTH:g} % of the network's time is not searched, "
    f"the others share {LAYER_S:g} s of processor time for each different layer, {LEAST_S:g} s at "
    "least, unless a time limit says otherwise"
)

#: Called with a layer when one of its questions is answered.
Done = Callable[[Einsum], None]


@dataclass(slots=True, eq=False)
class _Question:
    """A layer with one constraint relaxed, and what is known of it so far.

    Attributes:
        einsum: the layer.
        relaxation: which constraint.
        own: cycles of the layer as it is.
        worth: gains of fewer cycles are not searched for.
        runs: of the layer.
        found: the mapping and the bound.
        bounded: the chip without its array says no more than it did.
    """

    einsum: Einsum
    relaxation: Relaxation
    own: float
    worth: float
    runs: int
    found: Fastest
    bounded: bool = False

    @property
    def asked(self) -> Asked:
        """The relaxed chip."""
        return Asked(self.relaxation.architecture, self.relaxation.dataflow)

    @property
    def cycles(self) -> float:
        """The fewest that are known to be enough."""
        return min(self.own, self.found.cycles)

    @property
    def open(self) -> float:
        """Cycles of the network that nobody knows whether they could be gained."""
        return self.runs * (self.cycles - min(self.cycles, self.found.bound_cycles))

    @property
    def closed(self) -> bool:
        """Whether nothing is worth a search any more."""
        bound = self.found.bound_cycles
        return bound >= min(self.cycles, self.own - self.worth)

    def win(self) -> WinBack:
        """What is gained: nothing, where a bound says so."""
        constraint, words = self.relaxation.constraint, self.relaxation.words
        if self.found.bound_cycles >= self.own:
            return WinBack(constraint, words, self.own, 0.0, self.own, "bound")
        proof = "search" if self.found.proven and self.found.cycles <= self.own else "found"
        least = min(self.cycles, self.found.bound_cycles)
        return WinBack(constraint, words, self.cycles, self.own / self.cycles - 1, least, proof)


def relaxed_for(
    einsums: Sequence[Einsum], architecture: Architecture, dataflow: Dataflow
) -> list[dict[Einsum, Relaxation]]:
    """Each relaxation with what it is for every layer; the array's shape has one for each."""
    found = [dict.fromkeys(einsums, each) for each in relaxations(architecture, dataflow)]
    others = list(shapes(architecture))
    if others:
        found.append({einsum: _best_shape(einsum, others, dataflow) for einsum in einsums})
    return found


def _best_shape(
    einsum: Einsum, others: list[tuple[str, Architecture]], dataflow: Dataflow
) -> Relaxation:
    """The other shape of the array with the best bound; of equals the first."""
    best, least = others[0], math.inf
    for words, chip in others:
        bound = lower_bound(einsum, chip, dataflow)
        if bound < least:
            best, least = (words, chip), bound
        # Step 3 and the compulsory traffic are the same for all shapes, and no bound is below them.
        units = parallelism(einsum, chip, dataflow).units
        if least <= max(units, compulsory_cycles(einsum, chip)):
            break
    return Relaxation("array shape", *best, dataflow)


def won_back(
    known: Mapping[Einsum, LayerExam],
    runs: Mapping[Einsum, int],
    relaxed: Sequence[Mapping[Einsum, Relaxation]],
    time_limit_s: float | None,
    tick: Callable[[str], Done],
) -> dict[Einsum, tuple[WinBack, ...]]:
    """Returns what each relaxation gains, and what step 7 takes, in the order of the steps.

    Args:
        known: the seven steps of each different layer.
        runs: how often each of them runs.
        relaxed: of ``relaxed_for``.
        time_limit_s: for each search; None for a limit for all of them.
        tick: called with words on a constraint: what is called then with each layer that is done.
    """
    questions = _questions(known, runs, relaxed)
    key = cache.key_of_told(
        "what would win it back", [(q.einsum, q.relaxation, q.own, q.runs) for q in questions],
        time_limit_s, LAYER_S, LEAST_S, rooms=ROOMS,
    )  # fmt: skip
    wins = _kept(key)
    if wins is None:
        _ask_all(questions, len(known), time_limit_s, tick)
        wins = [question.win() for question in questions]
        cache.keep_told(key, [asdict(win) for win in wins])
    else:
        for question in questions:
            tick(question.relaxation.words)(question.einsum)
    mine: dict[Einsum, list[WinBack]] = {einsum: [_spread(known[einsum])] for einsum in known}
    for question, win in zip(questions, wins, strict=True):
        mine[question.einsum].append(win)
    return {
        einsum: tuple(sorted(each, key=lambda win: STEPS.index(win.constraint)))
        for einsum, each in mine.items()
    }


def _questions(
    known: Mapping[Einsum, LayerExam],
    runs: Mapping[Einsum, int],
    relaxed: Sequence[Mapping[Einsum, Relaxation]],
) -> list[_Question]:
    """All layers with all relaxations, and the bounds that need no search."""
    total = sum(runs[einsum] * exam.steps[5].cycles for einsum, exam in known.items())
    found = []
    for each in relaxed:
        for einsum, exam in known.items():
            chip, flow = each[einsum].architecture, each[einsum].dataflow
            share = total / runs[einsum]
            bound = Fastest(None, lower_bound(einsum, chip, flow))
            found.append(
                _Question(
                    einsum, each[einsum], exam.steps[5].cycles, WORTH * share,
                    runs[einsum], bound,
                )
            )  # fmt: skip
    return found


def _kept(key: str) -> list[WinBack] | None:
    """The answers of an earlier time."""
    told = cache.recall_told(key)
    return None if told is None else [WinBack(**each) for each in told]


def _spread(exam: LayerExam) -> WinBack:
    """What step 7 takes: step 6 is there already."""
    cycles = exam.steps[5].cycles
    gain = exam.steps[6].cycles / cycles - 1
    words = "transfers spread evenly"
    return WinBack("instantaneous bandwidth", words, cycles, gain, cycles, "pipeline")


@dataclass(slots=True)
class _Budget:
    """Processor seconds for all searches together; how many of them are left."""

    left_s: float
    alone: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def lent(self, wanted_s: float) -> Iterator[float]:
        """Seconds for a search: no more than half of what is left, for others search beside it.

        So the last ones end at about the same time. What was used is taken in place of what was
        lent. Nothing is lent where it would be too little for a search.
        """
        with self.alone:
            limit_s = min(wanted_s, self.left_s / 2)
            limit_s = limit_s if limit_s >= min(wanted_s, LEAST_LENT_S) else 0.0
            self.left_s -= limit_s
        start_s = time.thread_time()
        try:
            yield limit_s
        finally:
            with self.alone:
                self.left_s += limit_s - (time.thread_time() - start_s)


def _ask_all(
    questions: Sequence[_Question],
    layers: int,
    time_limit_s: float | None,
    tick: Callable[[str], Done],
) -> None:
    """Asks in rounds of more and more time, and in each what is open most first."""
    all_s = max(LEAST_S, LAYER_S * layers)
    budget = _Budget(all_s if time_limit_s is None else math.inf)
    left = list(questions)

    def note(question: _Question, _: None) -> None:
        if question.closed:
            tick(question.relaxation.words)(question.einsum)

    for question in questions:
        note(question, None)
    for part in _parts(all_s if time_limit_s is None else time_limit_s):
        left = [question for question in left if not question.closed]
        # A bound that was had at once tells of a search that will come to its end.
        left.sort(key=lambda question: (not question.bounded, -question.open))
        if left and budget.left_s > 0.0:
            side_by_side(left, partial(_go_on, part, budget), note)
    for question in left:
        if not question.closed:
            tick(question.relaxation.words)(question.einsum)


@dataclass(frozen=True, slots=True)
class _Part:
    """Seconds for a question's bound, and for its search."""

    bound_s: float
    search_s: float


def _parts(longest_s: float) -> tuple[_Part, ...]:
    """Bounds first, then mappings, then both in rounds of more and more time."""
    first_s, *rounds_s = (*(each for each in ROUNDS_S if each < longest_s / 2), longest_s)
    bound = _Part(min(BOUND_S, longest_s), 0.0)
    return (bound, _Part(0.0, first_s), *(_Part(each_s, each_s) for each_s in rounds_s))


def _go_on(part: _Part, budget: _Budget, question: _Question, ask: Ask) -> None:
    """Searches for a better bound, then for a better mapping."""
    einsum, asked = question.einsum, question.asked
    if part.bound_s > 0.0 and not question.bounded:
        with budget.lent(part.bound_s) as limit_s:
            if limit_s:
                found, question.bounded = under(einsum, question.found, asked, limit_s, ask)
                question.found = found
    if part.search_s > 0.0 and not question.closed:
        with budget.lent(part.search_s) as limit_s:
            if limit_s:
                question.found = searched(einsum, question.found, asked, limit_s, ask)
