"""What would win a loss back: never told as more than there is, nor as less than a bound allows."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from octant.eyexam import LayerExam, WinBack, examine
from octant.eyexam.fastest import lower_bound
from octant.eyexam.relaxing import Relaxation, shapes
from octant.eyexam.winning import _Budget, relaxed_for, won_back
from octant.files import load_architecture
from octant.mapper import Objective, cache, dataflow_named, search
from octant.workload import Einsum, Layer, convolution, matmul

CHIP = load_architecture("teaching")
FLOW = dataflow_named(CHIP, None)
LAYERS = (
    matmul(rows=12, inner=12, columns=12),  # the buffer is too small for it
    matmul(rows=7, inner=13, columns=21),
    convolution(in_channels=3, out_channels=5, output=(4, 4), kernel=(3, 3), stride=(2, 2)),
    matmul(rows=8, inner=1, columns=8),
)
RELAXED = relaxed_for(LAYERS, CHIP, FLOW)


@pytest.fixture(scope="module")
def known() -> dict[Einsum, LayerExam]:
    return {
        einsum: examine(Layer("fc", "MatMul", einsum), einsum, CHIP, FLOW, win_back=False)
        for einsum in LAYERS
    }


def won(
    known: Mapping[Einsum, LayerExam],
    time_limit_s: float | None = None,
    told: Counter[tuple[Einsum, str]] | None = None,
) -> dict[Einsum, tuple[WinBack, ...]]:
    seen = Counter[tuple[Einsum, str]]() if told is None else told
    return won_back(
        known, dict.fromkeys(known, 1), RELAXED, time_limit_s,
        lambda words: lambda einsum: seen.update([(einsum, words)]),
    )  # fmt: skip


def exact(einsum: Einsum, relaxation: Relaxation) -> float:
    found = search(
        einsum,
        relaxation.architecture,
        objective=Objective.LATENCY,
        dataflow=relaxation.dataflow,
    ).evaluation
    return math.inf if found is None else found.cycles


@pytest.mark.parametrize("time_limit_s", [None, 0.0])
def test_a_gain_lies_between_its_limits(
    known: dict[Einsum, LayerExam], time_limit_s: float | None
) -> None:
    """The same is asked of whole searches of each relaxed chip."""
    wins = won(known, time_limit_s)
    proofs = set()
    for each in RELAXED:
        for einsum, relaxation in each.items():
            win = next(win for win in wins[einsum] if win.relaxed == relaxation.words)
            own = known[einsum].steps[5].cycles
            best = min(own, exact(einsum, relaxation))
            assert win.least_cycles <= best <= win.cycles <= own, win
            assert win.gain == pytest.approx(own / win.cycles - 1)
            assert win.gain <= own / best - 1 + 1e-9 and own / best - 1 <= win.at_most + 1e-9
            if win.proof != "found":
                assert win.cycles == win.least_cycles == best
            proofs.add(win.proof)
    assert proofs == ({"bound", "search"} if time_limit_s is None else {"bound", "found"})


def test_every_question_is_told_of_once(known: dict[Einsum, LayerExam]) -> None:
    told = Counter[tuple[Einsum, str]]()
    won(known, 0.0, told)
    wanted = Counter((einsum, each[einsum].words) for each in RELAXED for einsum in LAYERS)
    assert told == wanted


@pytest.mark.parametrize("time_limit_s", [None, 0.0])
def test_what_was_found_is_kept_whether_or_not_it_is_proven(
    known: dict[Einsum, LayerExam],
    time_limit_s: float | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    first = won(known, time_limit_s)

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("searched again")

    monkeypatch.setattr("octant.mapper.layers.search", fail)
    told = Counter[tuple[Einsum, str]]()
    assert won(known, time_limit_s, told) == first
    assert told.total() == len(RELAXED) * len(LAYERS)


def test_more_time_asks_again(
    known: dict[Einsum, LayerExam], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    stopped, proven = won(known, 0.0), won(known)
    assert any(win.proof == "found" for wins in stopped.values() for win in wins)
    assert not any(win.proof == "found" for wins in proven.values() for win in wins)


def test_what_was_changed_since_it_was_kept_is_not_believed(
    known: dict[Einsum, LayerExam], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    first = won(known)
    for file in tmp_path.iterdir():
        kept = json.loads(file.read_text("utf-8"))
        if "told" in kept:
            kept["told"][0]["gain"] = 9.0
            file.write_text(json.dumps(kept), "utf-8")
    assert won(known) == first


def test_a_layer_that_matters_little_is_not_searched(
    known: dict[Einsum, LayerExam], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside a layer that runs a million times the others could gain nothing worth a search."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    asked: set[Einsum] = set()

    def note(einsum: Einsum, *more: object, **and_more: object) -> object:
        asked.add(einsum)
        return search(einsum, *more, **and_more)  # type: ignore[arg-type]

    monkeypatch.setattr("octant.mapper.layers.search", note)
    runs = dict.fromkeys(LAYERS, 1) | {LAYERS[1]: 10**6}
    wins = won_back(known, runs, RELAXED, None, lambda _: lambda _: None)
    assert asked == {LAYERS[1]}
    own = known[LAYERS[0]].steps[5].cycles
    assert any(win.proof == "found" and win.cycles == own for win in wins[LAYERS[0]])


def test_the_best_shape_is_the_first_of_those_with_the_least_bound() -> None:
    """Of all shapes, one by one; what stops early stops at the same."""
    eyeriss = load_architecture("eyeriss")
    layers = (
        *LAYERS,
        convolution(in_channels=5, out_channels=7, output=(11, 13), kernel=(3, 3)),
        convolution(in_channels=3, out_channels=64, output=(20, 20), kernel=(7, 7), stride=(2, 2)),
        matmul(rows=1, inner=300, columns=10),
    )
    for chip in (CHIP, eyeriss):
        flow = dataflow_named(chip, None)
        others = list(shapes(chip))
        found = relaxed_for(layers, chip, flow)[-1]
        for einsum in layers:
            bounds = [lower_bound(einsum, other, flow) for _, other in others]
            assert found[einsum].words == others[bounds.index(min(bounds))][0]


def test_what_is_left_is_lent_by_halves_and_taken_as_it_is_used() -> None:
    budget = _Budget(1.0)
    with budget.lent(0.25) as one, budget.lent(0.75) as other:
        assert (one, other, budget.left_s) == (0.25, 0.375, 0.375)
    assert 0.99 < budget.left_s < 1.0  # nobody searched
    with budget.lent(9.0) as most:
        assert most == pytest.approx(0.5, abs=0.01)
    few = _Budget(0.06)
    with few.lent(1.0) as too_little, few.lent(0.02) as enough:
        assert (too_little, enough) == (0.0, 0.02)
    with _Budget(math.inf).lent(3.0) as all_of_it:
        assert all_of_it == 3.0
