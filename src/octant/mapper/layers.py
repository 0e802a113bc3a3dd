"""The searches of many layers: each question once, several at a time, earlier answers recalled."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from octant.arch import Architecture, Dataflow
from octant.mapper import cache
from octant.mapper.preparation import compile_ahead
from octant.mapper.result import Objective, SearchResult
from octant.mapper.search import search
from octant.workload import Einsum


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for every layer; see ``search``.

    Args:
        cached: take proven answers from the user's cache, and keep new ones there.
    """

    architecture: Architecture
    objective: Objective
    dataflow: Dataflow
    divisors_only: bool = False
    time_limit_s: float | None = None
    cached: bool = True


class _StoppedError(Exception):
    """Another search failed, or the user stopped all."""


def search_layers(
    einsums: Sequence[Einsum],
    question: Question,
    on_found: Callable[[Einsum, SearchResult], None] | None = None,
    on_compiled: Callable[[int, int], None] | None = None,
) -> dict[Einsum, SearchResult]:
    """Returns the best mapping of each layer.

    Searches run in as many threads as there are processors: compiled code lets go of the
    interpreter. What ends them early, an error or Ctrl-C, stops all within moments; answers that
    were proven by then are in the cache.

    Args:
        einsums: layers; equal ones are searched once.
        on_found: called with each answer, in the order in which they come.
        on_compiled: told how much of the search is compiled, if it must be; see ``compile_ahead``.
    """
    found: dict[Einsum, SearchResult] = {}
    stop = threading.Event()
    workers = ThreadPoolExecutor(max_workers=os.cpu_count() or 1)

    def look(compiled: int = 0, total: int = 0) -> None:
        if stop.is_set():
            raise _StoppedError
        if total and on_compiled is not None:
            on_compiled(compiled, total)

    try:
        unique = dict.fromkeys(einsums)
        runs = {workers.submit(_answer, einsum, question, look): einsum for einsum in unique}
        for run in as_completed(runs):
            found[runs[run]] = run.result()
            if on_found is not None:
                on_found(runs[run], found[runs[run]])
    finally:
        stop.set()
        workers.shutdown(wait=True, cancel_futures=True)
    return found


def _answer(einsum: Einsum, question: Question, look: Callable[..., None]) -> SearchResult:
    if not question.cached:
        return _searched(einsum, question, look)
    key = cache.key_of(
        einsum,
        question.architecture,
        question.objective,
        question.dataflow,
        divisors_only=question.divisors_only,
    )
    known = cache.recall(key, einsum, question.architecture, question.objective)
    if known is not None:
        return known
    result = _searched(einsum, question, look)
    cache.keep(key, result)
    return result


def _searched(einsum: Einsum, question: Question, look: Callable[..., None]) -> SearchResult:
    compile_ahead(look)
    return search(
        einsum,
        question.architecture,
        objective=question.objective,
        dataflow=question.dataflow,
        divisors_only=question.divisors_only,
        time_limit_s=question.time_limit_s,
        on_progress=lambda _: look(),
    )
