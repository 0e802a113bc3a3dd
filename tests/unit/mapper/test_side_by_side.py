from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from octant.files import load_architecture
from octant.mapper import (
    Ask,
    Objective,
    Question,
    SearchResult,
    Status,
    dataflow_named,
    known,
    side_by_side,
)
from octant.workload import Einsum, matmul

SMALL = [matmul(rows=rows, inner=2, columns=2) for rows in (1, 2, 3)]


def question() -> Question:
    chip = load_architecture("teaching")
    return Question(chip, Objective.LATENCY, dataflow_named(chip, None))


def test_each_layer_goes_its_way_once_and_is_handed_over_in_the_callers_thread() -> None:
    found: dict[Einsum, SearchResult] = {}

    def note(einsum: Einsum, result: SearchResult) -> None:
        assert threading.current_thread() is threading.main_thread()
        found[einsum] = result

    side_by_side(SMALL, lambda einsum, ask: ask(einsum, question()), note)
    assert set(found) == set(SMALL)
    assert all(result.status is Status.OPTIMAL for result in found.values())


def test_how_much_is_compiled_goes_up_though_most_threads_only_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def compile_ahead(look: Callable[[int, int], None]) -> None:
        for compiled in (2, 0, 5, 0, 9):
            look(compiled, 9)

    monkeypatch.setattr("octant.mapper.layers.compile_ahead", compile_ahead)
    told: list[tuple[int, int]] = []
    asked = replace(question(), cached=False)
    side_by_side(
        SMALL[:1],
        lambda einsum, ask: ask(einsum, asked),
        lambda *_: None,
        lambda *more: told.append(more),
    )
    assert told == [(2, 9), (2, 9), (5, 9), (5, 9), (9, 9)]


def test_what_is_proven_is_recalled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCTANT_CACHE", str(tmp_path))
    answers: list[SearchResult] = []
    for _ in range(2):
        side_by_side(
            SMALL[:1],
            lambda einsum, ask: ask(einsum, question()),
            lambda _, result: answers.append(result),
        )
    kept = known(SMALL[0], question())
    assert kept is not None and answers[1] == kept
    assert answers[0].mapping == kept.mapping and answers[0].value == kept.value


def test_an_error_of_one_layer_ends_the_searches_of_all_others() -> None:
    """What the second layer asks for would take hours."""
    begun = threading.Event()
    chip = load_architecture("eyeriss2")
    endless = Question(chip, Objective.LATENCY, dataflow_named(chip, "any"), cached=False)

    def way(einsum: Einsum, ask: Ask) -> None:
        if einsum is SMALL[0]:
            assert begun.wait(60)
            raise ValueError("the first layer failed")
        begun.set()
        ask(matmul(rows=4096, inner=4096, columns=4096), endless)

    with pytest.raises(ValueError, match="the first layer failed"):
        side_by_side(SMALL[:2], way, lambda *_: None)
