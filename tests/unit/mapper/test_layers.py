"""Searches of many layers: once each, stopped together, recalled from the cache."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from octant.arch import Intersection, Saving
from octant.errors import FileFormatError, NotEstimatedError
from octant.mapper import Objective, Question, SearchResult, Status, cache, search, search_layers
from octant.mapper.result import value_of
from octant.model import evaluate, evaluate_sparse
from octant.workload import Einsum, Role, matmul
from tests.unit.mapper.chips import FREE, chip, level

SMALL, LARGE = matmul(rows=2, inner=2, columns=1), matmul(rows=4, inner=3, columns=5)
QUESTION = Question(chip(level("buffer", 1, elements=30)), Objective.EDP, FREE)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept"


def alone(einsum: Einsum) -> SearchResult:
    return search(einsum, QUESTION.architecture, objective=Objective.EDP, dataflow=FREE)


def test_each_layer_has_the_answer_that_it_has_alone() -> None:
    told: list[Einsum] = []
    found = search_layers([SMALL, LARGE, SMALL], QUESTION, lambda einsum, _: told.append(einsum))
    assert found == {SMALL: alone(SMALL), LARGE: alone(LARGE)}
    assert sorted(told, key=repr) == sorted([SMALL, LARGE], key=repr)


def test_an_answer_comes_from_the_cache(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = search_layers([SMALL, LARGE], QUESTION)
    assert len(list(kept.iterdir())) == 2

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("searched again")

    monkeypatch.setattr("octant.mapper.layers.search", fail)
    assert search_layers([SMALL, LARGE], QUESTION) == first
    with pytest.raises(AssertionError, match="searched again"):
        search_layers([SMALL], replace(QUESTION, objective=Objective.ENERGY))
    faster = replace(QUESTION.architecture, clock_hz=2e6)
    with pytest.raises(AssertionError, match="searched again"):
        search_layers([SMALL], replace(QUESTION, architecture=faster))


def thin(einsum: Einsum, density: float) -> Einsum:
    return replace(
        einsum,
        tensors=tuple(
            replace(tensor, density=density) if tensor.role is Role.INPUT else tensor
            for tensor in einsum.tensors
        ),
    )


def test_zeros_change_the_best_mapping() -> None:
    """Skipped on single inputs, weights are cheap to fetch: then outputs stay, not weights."""
    design = chip(level("buffer", 1, elements=6))
    skipping = Intersection(Saving.SKIPPING, Role.WEIGHT, (Role.INPUT,))
    outer, inner = design.levels
    design = replace(design, nodes=(replace(outer, intersections=(skipping,)), inner))
    question = replace(QUESTION, architecture=design, objective=Objective.ENERGY, zeros=True)
    layer = thin(matmul(rows=4, inner=4, columns=4), 1 / 16)
    found = search_layers([layer, layer.dense], question)
    few, all_of_them = found[layer], found[layer.dense]
    assert few.dense == all_of_them.evaluation
    assert few.evaluation is not None and all_of_them.evaluation is not None
    same = evaluate_sparse(all_of_them.evaluation, layer, design)
    assert few.mapping != all_of_them.mapping
    assert few.value == few.evaluation.energy_j
    assert few.bound <= few.value < (same.energy_j or 0.0)


def test_a_search_with_zeros_keeps_to_its_time() -> None:
    question = replace(QUESTION, zeros=True, time_limit_s=0.0)
    result = search_layers([thin(LARGE, 0.5)], question)[thin(LARGE, 0.5)]
    assert result.status is Status.GAP
    assert result.mapping is None
    assert "time limit" in result.reason


def test_several_of_the_best() -> None:
    """One by one, the best first, and none twice; the worst of them bounds what is left."""
    few = search(LARGE, QUESTION.architecture, dataflow=FREE, many=7)
    assert few.mapping is not None and few.value == alone(LARGE).value
    every = (few.mapping, *few.others)
    assert len(set(every)) == len(every) == 7
    values = [
        value_of(
            evaluate(LARGE, QUESTION.architecture, mapping), QUESTION.architecture, few.objective
        )
        for mapping in every
    ]
    assert values == sorted(values)


@pytest.mark.parametrize("spoilt", ["", "{", "[]", '{"mapping": 3}', "no text", "another value"])
def test_a_spoilt_answer_is_searched_again(kept: Path, spoilt: str) -> None:
    first = search_layers([SMALL], QUESTION)
    [file] = kept.iterdir()
    if spoilt == "another value":
        entry = json.loads(file.read_text("utf-8"))
        spoilt = json.dumps(entry | {"value": entry["value"] / 2})
    file.write_bytes(b"\xff\xfe" if spoilt == "no text" else spoilt.encode())
    assert search_layers([SMALL], QUESTION) == first
    assert json.loads(file.read_text("utf-8"))["value"] == first[SMALL].value


def test_only_what_is_proven_is_kept(kept: Path) -> None:
    found = search_layers([LARGE], replace(QUESTION, time_limit_s=0.0))
    assert found[LARGE].status is Status.GAP
    assert not kept.exists()


def test_without_the_cache_nothing_is_recalled_or_kept(kept: Path) -> None:
    bare = replace(QUESTION, cached=False)
    assert search_layers([SMALL], bare) == {SMALL: alone(SMALL)}
    assert not kept.exists()
    search_layers([SMALL], QUESTION)
    [file] = kept.iterdir()
    file.write_text("spoilt", "utf-8")
    assert search_layers([SMALL], bare) == {SMALL: alone(SMALL)}
    assert file.read_text("utf-8") == "spoilt"


def test_the_space_is_part_of_the_question(kept: Path) -> None:
    every = search_layers([LARGE], QUESTION)[LARGE]
    few = search_layers([LARGE], replace(QUESTION, divisors_only=True))[LARGE]
    assert len(list(kept.iterdir())) == 2
    assert "also where it does not divide" in every.space
    assert "every divisor" in few.space
    assert every.value <= few.value


def test_the_cache_is_counted_and_cleared(kept: Path) -> None:
    assert cache.contents() == cache.Contents(kept)
    search_layers([SMALL, LARGE], QUESTION)
    [first, _] = sorted(kept.iterdir())
    size_bits = 8 * sum(file.stat().st_size for file in kept.iterdir())
    assert cache.contents() == cache.Contents(kept, 2, size_bits)
    (kept / f"{first.name}.abc.part").write_text("stopped half-way", "utf-8")
    (kept / "letter.json").write_text("not a mapping", "utf-8")
    cleared = cache.clear()
    assert (cleared.answers, cleared.size_bits) == (2, size_bits + 8 * 16)
    assert [file.name for file in kept.iterdir()] == ["letter.json"]
    assert cache.contents() == cache.Contents(kept)


def test_a_file_that_cannot_be_removed_is_an_error(kept: Path) -> None:
    (kept / f"{'0' * 64}.json").mkdir(parents=True)
    with pytest.raises(FileFormatError, match="cannot be removed"):
        cache.clear()


def test_a_cache_that_is_off_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, "off")
    assert cache.contents() == cache.clear() == cache.Contents(None)


def test_a_cache_that_cannot_be_written_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "file" / "below"))
    assert search_layers([SMALL], QUESTION) == {SMALL: alone(SMALL)}


def test_an_error_ends_all() -> None:
    unpriced = replace(QUESTION, architecture=chip(level("buffer", None)))
    with pytest.raises(NotEstimatedError, match="no price for buffer"):
        search_layers([SMALL, LARGE], unpriced)
