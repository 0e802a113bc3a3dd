"""Questions about many layers side by side, those about one layer in turn.

Where what is asked next of a layer depends on what was answered before, layers need not wait for
one another: each goes its own way, in as many threads as there are processors.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from octant.mapper import Question, SearchResult
from octant.mapper.layers import recalled
from octant.workload import Einsum

Answer = TypeVar("Answer")
#: Puts a question about a layer to the mapper.
Ask = Callable[[Einsum, Question], SearchResult]


class _StoppedError(Exception):
    """Another layer failed, or the user stopped all."""


def side_by_side(
    einsums: Iterable[Einsum],
    way: Callable[[Einsum, Ask], Answer],
    on_done: Callable[[Einsum, Answer], None],
) -> None:
    """Goes the same way with each layer, and hands over what comes of each.

    What ends it early, an error or Ctrl-C, ends all searches within moments.

    Args:
        einsums: layers, each once; the first ones begin first.
        way: called in a thread with a layer, and with what asks the mapper.
        on_done: called in this thread with each layer and its answer, in the order in which they
            come.
    """
    stop = threading.Event()

    def ask(einsum: Einsum, question: Question) -> SearchResult:
        return _answer(einsum.dense, question, stop)

    workers = ThreadPoolExecutor(max_workers=os.cpu_count() or 1)
    try:
        runs = {workers.submit(way, einsum, ask): einsum for einsum in einsums}
        for run in as_completed(runs):
            on_done(runs[run], run.result())
    finally:
        stop.set()
        workers.shutdown(wait=True, cancel_futures=True)


def _answer(einsum: Einsum, question: Question, stop: threading.Event) -> SearchResult:
    """The answer of the cache, or of a search."""

    def look(*_: int) -> None:
        if stop.is_set():
            raise _StoppedError

    return recalled(einsum, question, look)
