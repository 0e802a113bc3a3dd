"""Searches of many layers: once each, stopped together, recalled from the cache."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from octant.arch import (
    Architecture,
    Compression,
    FormatRank,
    Intersection,
    RankFormat,
    Saving,
    ZeroOperands,
)
from octant.errors import FileFormatError, NotEstimatedError
from octant.mapper import (
    Objective,
    Question,
    SearchResult,
    Status,
    cache,
    keep,
    known,
    search,
    search_layers,
)
from octant.mapper.result import TIME_IS_UP, value_of
from octant.mapper.zeros import search_with_zeros
from octant.model import Thinning, evaluate, evaluate_sparse
from octant.workload import Einsum, Role, matmul
from tests.unit.mapper.chips import FREE, chip, level

SMALL, LARGE = matmul(rows=2, inner=2, columns=1), matmul(rows=4, inner=3, columns=5)
INPUT = Role.INPUT
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


def test_a_layer_of_fewer_products_than_units_has_a_bound() -> None:
    """A cycle too many that a port is taken for may be half of all cycles, and no more."""
    units = replace(QUESTION.architecture.compute, zeros=ZeroOperands(Saving.SKIPPING, (INPUT,)))
    design = replace(QUESTION.architecture, compute=units)
    layer = thin(matmul(rows=1, inner=1, columns=1), 0.5)
    for objective in Objective:
        question = replace(QUESTION, architecture=design, objective=objective, zeros=True)
        found = search_layers([layer], question)[layer]
        assert 0 < found.bound <= found.value
        assert math.isfinite(found.gap)


def coded(*, optional: bool = False) -> Architecture:
    """The chip with run lengths on the inputs of its buffer, as many bits again as the values."""
    outer, inner = QUESTION.architecture.levels
    form = Compression(INPUT, (FormatRank(RankFormat.RUN_LENGTH, (), 8),), optional)
    inner = replace(inner, stores=(replace(inner.stores[0], compression=(form,)),))
    return replace(QUESTION.architecture, nodes=(outer, inner))


def test_formats_have_their_price_on_dense_data() -> None:
    """The answer's value is what the layer costs in the format, and the proof is one of that."""
    question = replace(QUESTION, architecture=coded(), zeros=True)
    layer = thin(LARGE, 0.25)
    found = search_layers([layer, LARGE], question)
    dense, plain = found[LARGE], alone(LARGE)
    assert dense.evaluation is not None and plain.evaluation is not None
    again = evaluate_sparse(plain.evaluation, LARGE, coded())
    assert plain.value < dense.bound <= dense.value
    assert dense.value <= value_of(again, coded(), Objective.EDP)
    assert dense.value == value_of(dense.evaluation, coded(), Objective.EDP)
    assert found[layer].dense == dense.evaluation


def test_formats_that_are_left_off_on_dense_data_need_no_other_search() -> None:
    question = replace(QUESTION, architecture=coded(optional=True), zeros=True)
    found, plain = search_layers([LARGE], question)[LARGE], alone(LARGE)
    assert (found.status, found.mapping) == (Status.OPTIMAL, plain.mapping)
    assert found.value == pytest.approx(plain.value, abs=0)
    assert found.priced == plain.priced


def test_the_room_on_dense_data_is_not_that_of_zeros() -> None:
    """Of the same layer with few zeros and with many, the best on dense data is the same."""
    question = replace(QUESTION, architecture=coded(), zeros=True, overbooked=True)
    few, many = thin(LARGE, 11 / 12), thin(LARGE, 1 / 12)
    found = search_layers([few, many, LARGE], question)
    assert found[few].dense == found[many].dense == found[LARGE].evaluation


def test_a_mapping_that_was_found_in_time_is_said_to_be_late() -> None:
    """Why it has no proof is no reason that there were none."""
    layer = thin(LARGE, 0.25)
    design = coded()

    def ask(
        thinning: Thinning | None = None, many: int = 1, time_limit_s: float | None = None
    ) -> SearchResult:
        plain = alone(LARGE)
        if thinning is None:
            return plain
        late = replace(plain, status=Status.GAP, mapping=None, evaluation=None, value=math.inf)
        return replace(late, bound=plain.bound / 2, reason=f"{TIME_IS_UP} before any was found")

    found = search_with_zeros(layer, design, objective=Objective.EDP, ask=ask)
    assert (found.status, found.reason) == (Status.GAP, TIME_IS_UP)


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


@pytest.mark.parametrize(
    "spoilt", ["", "{", "[]", "3", '"a word"', '{"mapping": 3}', "no text", "another value"]
)
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


def test_where_another_room_has_a_part_the_answer_is_kept_with_its_sources(kept: Path) -> None:
    """It is not the mapper's own; the mapper's own holds for all who ask."""
    told = replace(QUESTION, rooms=("eyexam",))
    found = search_layers([SMALL], told) | search_layers([LARGE], QUESTION)
    assert known(SMALL, told) == found[SMALL]
    assert known(SMALL, QUESTION) is None
    assert known(LARGE, told) == known(LARGE, QUESTION) == found[LARGE]
    assert known(LARGE, replace(QUESTION, cached=False)) is None
    assert known(LARGE, replace(QUESTION, grain=1.0)) is None
    keep(SMALL, replace(QUESTION, cached=False), alone(SMALL))
    assert known(SMALL, QUESTION) is None and len(list(kept.iterdir())) == 2
    keep(SMALL, QUESTION, alone(SMALL))
    assert known(SMALL, QUESTION) is not None


def test_an_edit_of_a_room_above_the_mapper_leaves_its_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "__file__", str(tmp_path / "mapper" / "cache.py"))
    monkeypatch.setattr(cache, "_sources", cache._sources.__wrapped__)
    for room in (*cache.ROOMS, "eyexam"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "first.py").write_text("first", "utf-8")

    def names() -> tuple[str, str]:
        return cache.key_of_told(1), cache.key_of_told(1, rooms=("eyexam",))

    own, told = names()
    (tmp_path / "eyexam" / "first.py").write_text("second", "utf-8")
    assert names()[0] == own and names()[1] != told
    (tmp_path / "mapper" / "first.py").write_text("second", "utf-8")
    assert names()[0] != own


def test_answers_depend_on_the_mapper_and_on_rooms_below_it() -> None:
    package = Path(cache.__file__).parents[1]
    assert all((package / room / "__init__.py").is_file() for room in cache.ROOMS)
    assert not {"eyexam", "files", "scorecard", "report", "api", "cli"} & set(cache.ROOMS)


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
