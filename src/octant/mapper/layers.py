"""Questions about many layers side by side; earlier answers are recalled.

Where what is asked next of a layer depends on what was answered before, layers need not wait for
one another: each goes its own way, in as many threads as there are processors.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from octant.arch import Architecture, Dataflow
from octant.mapper import cache
from octant.mapper.preparation import compile_ahead
from octant.mapper.result import Objective, SearchResult, Status
from octant.mapper.search import search
from octant.mapper.zeros import search_with_zeros
from octant.model import Thinning
from octant.sparsity import with_room_for_formats
from octant.workload import Einsum


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for every layer; see ``search``.

    Args:
        cached: take proven answers from the user's cache, and keep new ones there.
        zeros: search for the zeros of each layer and the formats of the chip, not as if nothing
            were zero and all were held plain.
        overbooked: tiles may be as large as fits in their formats.
        floor: a value that no mapping is below, as the caller knows; not with zeros.
        grain: so exactly the value is wanted; not with zeros.
        parts: dataflows of which one allows a mapping as good as any, as the caller knows; not with
            zeros.
        ties: of mappings as fast, or of as little energy, the one that is best by the other.
        rooms: of the package, beside the mapper's own, that know the floor or the parts, or put
            proofs together: what is proven is kept with their sources.
    """

    architecture: Architecture
    objective: Objective
    dataflow: Dataflow
    divisors_only: bool = False
    time_limit_s: float | None = None
    cached: bool = True
    zeros: bool = False
    overbooked: bool = False
    floor: float = 0.0
    grain: float = 0.0
    parts: tuple[Dataflow, ...] = ()
    ties: bool = False
    rooms: tuple[str, ...] = ()


Work = TypeVar("Work")
Answer = TypeVar("Answer")
#: Puts a question about a layer to the mapper.
Ask: TypeAlias = Callable[[Einsum, Question], SearchResult]
#: What was proven for one layer, by the chip with its room, the factors, and how many were wanted.
_Known: TypeAlias = dict[tuple[Architecture, Thinning | None, int], SearchResult]


class _StoppedError(Exception):
    """Another layer failed, or the user stopped all."""


def search_layers(
    einsums: Sequence[Einsum],
    question: Question,
    on_found: Callable[[Einsum, SearchResult], None] | None = None,
    on_compiled: Callable[[int, int], None] | None = None,
) -> dict[Einsum, SearchResult]:
    """Returns the best mapping of each layer.

    Args:
        einsums: layers; equal ones are searched once.
        on_found: called with each answer, in the order in which they come.
        on_compiled: of ``side_by_side``.
    """
    found: dict[Einsum, SearchResult] = {}

    def note(einsum: Einsum, result: SearchResult) -> None:
        found[einsum] = result
        if on_found is not None:
            on_found(einsum, result)

    unique = dict.fromkeys(einsums)
    side_by_side(unique, lambda einsum, ask: ask(einsum, question), note, on_compiled)
    return found


def side_by_side(
    works: Iterable[Work],
    way: Callable[[Work, Ask], Answer],
    on_done: Callable[[Work, Answer], None],
    on_compiled: Callable[[int, int], None] | None = None,
) -> None:
    """Goes the same way with each layer, and hands over what comes of each.

    Searches run in as many threads as there are processors: compiled code lets go of the
    interpreter. What ends them early, an error or Ctrl-C, stops all within moments; answers that
    were proven by then are in the cache.

    Args:
        works: layers, or what else there is to be done; the first ones begin first.
        way: called in a thread with one of them, and with what asks the mapper.
        on_done: called in this thread with each of them and its answer, in the order in which they
            come.
        on_compiled: told how much of the search is compiled, if it must be; see ``compile_ahead``.
    """
    stop, most = threading.Event(), 0
    workers = ThreadPoolExecutor(max_workers=os.cpu_count() or 1)

    def look(compiled: int = 0, total: int = 0) -> None:
        nonlocal most
        if stop.is_set():
            raise _StoppedError
        if total and on_compiled is not None:
            # One thread has it compiled, and knows how far that is; all others wait, and do not.
            most = max(most, compiled)
            on_compiled(most, total)

    def ask(einsum: Einsum, question: Question) -> SearchResult:
        return _answer(einsum, question, look)

    try:
        runs = {workers.submit(way, work, ask): work for work in works}
        for run in as_completed(runs):
            on_done(runs[run], run.result())
    finally:
        stop.set()
        workers.shutdown(wait=True, cancel_futures=True)


def known(einsum: Einsum, question: Question) -> SearchResult | None:
    """The proven answer to a question without zeros, if it is in the user's cache."""
    return _kept(einsum.dense, _roomy(einsum, question))


def keep(einsum: Einsum, question: Question, result: SearchResult) -> None:
    """Keeps the answer to a question without zeros, if it is proven: it is known from now on."""
    _keep(einsum.dense, _roomy(einsum, question), result)


def _answer(einsum: Einsum, question: Question, look: Callable[..., None]) -> SearchResult:
    """The answer for a layer; one with zeros has half of the time for the best on dense data."""
    if not question.zeros:
        return _recalled(einsum.dense, _roomy(einsum, question), look)
    compile_ahead(look)
    start, limit_s = time.monotonic(), question.time_limit_s
    known: _Known = {}
    if einsum == einsum.dense:
        return _with_zeros(einsum, question, look, known)
    half = replace(question, time_limit_s=None if limit_s is None else limit_s / 2)
    dense = _with_zeros(einsum.dense, half, look, known)
    left_s = None if limit_s is None else max(0.0, limit_s - (time.monotonic() - start))
    thin = _with_zeros(einsum, replace(question, time_limit_s=left_s), look, known)
    return replace(thin, dense=dense.evaluation)


def _with_zeros(
    einsum: Einsum, question: Question, look: Callable[..., None], known: _Known
) -> SearchResult:
    """The answer for a layer's zeros and the chip's formats."""
    room = _roomy(einsum, question).architecture

    def ask(
        thinning: Thinning | None = None, many: int = 1, time_limit_s: float | None = None
    ) -> SearchResult:
        asked = room, thinning, many
        if asked not in known:
            roomy = replace(question, architecture=room, time_limit_s=time_limit_s)
            found = _recalled(einsum.dense, roomy, look, thinning, many)
            if found.status is not Status.OPTIMAL:
                return found
            known[asked] = found
        return known[asked]

    return search_with_zeros(
        einsum,
        question.architecture,
        objective=question.objective,
        ask=ask,
        time_limit_s=question.time_limit_s,
    )


def _roomy(einsum: Einsum, question: Question) -> Question:
    """The question of the chip on which tiles of a layer have to fit."""
    if not question.overbooked:
        return question
    return replace(question, architecture=with_room_for_formats(einsum, question.architecture))


def _recalled(
    einsum: Einsum,
    question: Question,
    look: Callable[..., None],
    thinning: Thinning | None = None,
    many: int = 1,
) -> SearchResult:
    """The answer of the cache, or of a search, which is kept if it is proven."""
    result = _kept(einsum, question, thinning, many)
    if result is None:
        result = _searched(einsum, question, look, thinning, many)
        _keep(einsum, question, result, thinning, many)
    return result


def _kept(
    einsum: Einsum, question: Question, thinning: Thinning | None = None, many: int = 1
) -> SearchResult | None:
    """The answer of the cache: of the mapper alone, or with the rooms that the question names."""
    if not question.cached:
        return None
    for rooms in dict.fromkeys(((), question.rooms)):
        key = _key(einsum, question, thinning, many, rooms)
        found = cache.recall(key, einsum, question.architecture, question.objective, thinning)
        if found is not None:
            return found
    return None


def _keep(
    einsum: Einsum,
    question: Question,
    result: SearchResult,
    thinning: Thinning | None = None,
    many: int = 1,
) -> None:
    if question.cached:
        cache.keep(_key(einsum, question, thinning, many, question.rooms), result)


def _key(
    einsum: Einsum,
    question: Question,
    thinning: Thinning | None,
    many: int,
    rooms: tuple[str, ...],
) -> str:
    """A name for all that the answer depends on: not the floor, which only ends a search sooner."""
    return cache.key_of(
        einsum,
        question.architecture,
        question.objective,
        question.dataflow,
        divisors_only=question.divisors_only,
        thinning=thinning,
        many=many,
        grain=question.grain,
        ties=question.ties,
        rooms=rooms,
    )


def _searched(
    einsum: Einsum,
    question: Question,
    look: Callable[..., None],
    thinning: Thinning | None,
    many: int,
) -> SearchResult:
    compile_ahead(look)
    return search(
        einsum,
        question.architecture,
        objective=question.objective,
        dataflow=question.dataflow,
        divisors_only=question.divisors_only,
        time_limit_s=question.time_limit_s,
        on_progress=lambda _: look(),
        thinning=thinning,
        many=many,
        floor=question.floor,
        grain=question.grain,
        parts=question.parts,
        ties=question.ties,
    )
