"""octant judge, as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from octant.api import evaluate
from octant.files.results import from_json
from octant.scorecard.judge import Judgement, Need, Outcome
from tests.unit.cli.command import Octant

HEAD = "octant: needs 1\nname: meter\n"


@pytest.fixture
def needs(tmp_path: Path) -> Path:
    return tmp_path / "needs.yaml"


def test_met(octant: Octant, tiny: str, needs: Path) -> None:
    needs.write_text(HEAD + "latency: {at_most: 1 s}\n")
    done = octant("judge", tiny, "--on", "teaching", "--needs", str(needs), "--quiet")
    assert (done.code, done.err) == (0, "")
    assert "meets every need" in done.out and "decided by" not in done.out


def test_missed(octant: Octant, tiny: str, needs: Path) -> None:
    needs.write_text(HEAD + "latency: {at_most: 1 ns}\nenergy: {at_most: 1 J}\n")
    arguments = ("judge", tiny, "--on", "teaching", "--needs", str(needs), "--quiet")
    done = octant(*arguments)
    assert done.code == 13
    assert "decided by  latency: " in done.out
    printed = octant(*arguments, "--json", "-")
    assert printed.code == 13
    found = from_json(printed.out, Judgement)
    assert found.outcome is Outcome.MISSED
    assert json.loads(printed.out)["schema"] == "octant.judgement/2"


def test_undecided(octant: Octant, tiny: str, needs: Path) -> None:
    needs.write_text(HEAD + "accuracy: {at_least: 90 %}\n")
    done = octant("judge", tiny, "--on", "teaching", "--needs", str(needs), "--quiet")
    assert done.code == 13
    assert "is undecided, and so not shown to be viable" in done.out


def test_what_must_run(octant: Octant, tiny: str, odd: str, needs: Path) -> None:
    arguments = ("judge", tiny, "--on", "teaching", "--needs", str(needs), "--quiet")
    needs.write_text(HEAD + "must_run: [digits-lenet]\n")
    done = octant(*arguments)
    assert done.code == 0 and "runs digits-lenet: 11 of 11 layers" in done.out
    needs.write_text(HEAD + f"must_run: [digits-lenet, {odd}]\n")
    done = octant(*arguments)
    assert done.code == 13 and "odd.Twist (1)" in done.out


def test_what_must_run_is_searched_as_long_as_the_network(
    octant: Octant, tiny: str, needs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = []

    def note(name: str, chip: object, **options: Any) -> object:
        given.append({key: options.get(key) for key in ("dataflow", "time_limit_s")})
        if name == "digits-lenet":
            options["time_limit_s"] = 0.0
        return evaluate(name, chip, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("octant.api.judging.evaluate", note)
    needs.write_text(HEAD + "must_run: [digits-lenet]\n")
    done = octant(
        "judge", tiny, "--on", "teaching", "--needs", str(needs), "--quiet",
        "--time-limit", "50 s", "--dataflow", "any",
    )  # fmt: skip
    assert given == [{"dataflow": "any", "time_limit_s": 50.0}] * 2
    assert done.code == 13 and "undecided" in done.out
    assert "add a longer time limit" in " ".join(done.out.split())


def test_scalability(octant: Octant, tiny: str, needs: Path) -> None:
    arguments = ("judge", tiny, "--on", "teaching", "--needs", str(needs))
    needs.write_text(HEAD + "scalability: {at_least: 1 %, times: 4, scaling: strong}\n")
    done = octant(*arguments)
    assert done.code == 0
    assert "scalability, 4 x the units, strong: " in done.out
    words = "with 16 compute units, 4 times those there are, strong scaling"
    assert words in " ".join(done.out.split())
    needs.write_text(HEAD + "scalability: {at_least: 100 %, times: 64, scaling: weak}\n")
    done = octant(*arguments, "--quiet", "--json", "-")
    assert (done.code, done.err) == (13, "")
    (decision,) = from_json(done.out, Judgement).decisions
    assert decision.need == Need("scalability", 1.0, times=64, weak=True)
    assert decision.figure is not None and decision.figure.value < 1


def test_a_larger_chip_in_the_formats_of_most_layers(
    octant: Octant, tiny: str, needs: Path
) -> None:
    needs.write_text(HEAD + "scalability: {at_least: 1 %, times: 4, scaling: strong}\n")
    arguments = ("judge", tiny, "--on", "teaching", "--needs", str(needs), "--quiet")
    done = octant(*arguments, "--format", "4", "--layer", "first:weights=8,activations=8")
    assert done.code == 0
    assert "first in the formats of all other layers" in " ".join(done.out.split())


def test_what_cannot_grow_is_undecided(octant: Octant, tiny: str, needs: Path) -> None:
    """The PE of Eyeriss v2 has no array."""
    needs.write_text(HEAD + "scalability: {at_least: 1 %, times: 4, scaling: strong}\n")
    done = octant("judge", tiny, "--on", "eyeriss2-pe", "--needs", str(needs), "--quiet")
    assert done.code == 13
    assert "is undecided" in done.out and "no array that could grow" in done.out


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (HEAD, 3, "needs nothing; state at least one of accuracy, latency"),
        ("name: x\n", 3, "octant: is missing; a file of needs starts with 'octant: needs 1'"),
        (HEAD + "latency: 30 ms\n", 3, "allowed is a mapping of keys to values"),
        (HEAD + "latency: {at_least: 30 ms}\n", 3, "is no key here; did you mean 'at_most'?"),
        (HEAD + "latency: {at_most: 30}\n", 3, "is the bare number 30; write a number with"),
        (HEAD + "latency: {at_most: 3 mW}\n", 3, "'mW' is a unit of power"),
        (HEAD + "accuracy: {at_least: 120 %}\n", 3, "is '120 %'; no share is above 100 %"),
        (HEAD + "latency: {at_most: 0 s}\n", 3, "allowed for time: finite, above 0"),
        (HEAD + "speed: {at_most: 3 s}\n", 3, "speed: is no key here"),
        (
            HEAD + "scalability: {at_least: 80 %, times: 1, scaling: strong}\n",
            3,
            "scalability.times: is 1; allowed is 2 or more",
        ),
        (
            HEAD + "scalability: {at_least: 80 %, times: 65, scaling: strong}\n",
            3,
            "scalability.times: is 65; allowed is 64 or less",
        ),
        (
            HEAD + "scalability: {at_least: 80 %, times: 4, scaling: stong}\n",
            3,
            "is 'stong'; allowed: strong, weak; did you mean 'strong'?",
        ),
        (HEAD + "scalability: {at_least: 80 %}\n", 3, "scaling: is missing; it is required"),
        (HEAD + "scalability: 80 %\n", 3, "allowed is a mapping of keys to values"),
        (HEAD + "must_run: [alexnte]\n", 4, "there is no network 'alexnte'; did you mean"),
    ],
)
def test_needs_that_cannot_be_read(
    octant: Octant, tiny: str, needs: Path, text: str, code: int, message: str
) -> None:
    needs.write_text(text)
    done = octant("judge", tiny, "--on", "teaching", "--needs", str(needs), "--quiet")
    assert (done.code, done.out) == (code, "")
    assert message in done.err


def test_no_file(octant: Octant, tiny: str) -> None:
    done = octant("judge", tiny, "--on", "teaching", "--needs", "nowhere.yaml")
    assert done.code == 3 and "nowhere.yaml: cannot be read" in done.err
