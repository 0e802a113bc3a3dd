"""The commands front, eyexam and bound."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from octant.errors import InfeasibleError, OutOfTimeError
from octant.eyexam import Eyexam, SkiSlope
from octant.eyexam.fastest import Fastest, fastest_of
from octant.files.results import read_json
from octant.mapper.combination import NetworkFront
from octant.workload import Einsum
from tests.unit.cli.command import Octant


def test_front_keeps_to_a_limit(octant: Octant, tiny: str, tmp_path: Path) -> None:
    arguments = ("front", tiny, "--on", "teaching", "--batch", "1")
    done = octant(*arguments, "--max-latency", "1 ms")
    assert (done.code, done.err) == (0, "")
    assert "LEAST ENERGY at a latency of at most 1 ms" in done.out
    done = octant(*arguments, "--max-power", "1 W", "--json", str(tmp_path / "front.json"))
    assert done.code == 0
    found = read_json(tmp_path / "front.json", NetworkFront)
    assert found.proven
    assert found.best.objective.value == "latency"


def test_front_says_what_a_limit_asks_for_too_much(octant: Octant, tiny: str) -> None:
    arguments = ("front", tiny, "--on", "teaching", "--batch", "1")
    done = octant(*arguments, "--max-latency", "1 ns")
    assert done.code == InfeasibleError.exit_code
    assert "the least latency of any combination is" in done.err
    for wrong in (
        ("--max-latency", "1 ms", "--max-energy", "1 J"),
        ("--max-latency", "1 ms", "--objective", "edp"),
        ("--max-power", "0 W"),
    ):
        assert octant(*arguments, *wrong).code == 2


def test_bound_says_what_it_did_not_find_in_time(octant: Octant, tiny: str) -> None:
    arguments = ("bound", tiny, "--batch", "1", "--time-limit", "1 ns")
    done = octant(*arguments)
    assert done.code == 0
    assert "not found in time" in done.out and "does not fit" not in done.out
    done = octant(*arguments, "--on", "teaching")
    assert done.code == OutOfTimeError.exit_code
    assert done.err.endswith(
        "no mapping was found on teaching: the time limit was reached before that\n"
    )


def test_eyexam_has_a_note_on_what_would_win_back_only_where_it_was_asked(
    octant: Octant, tiny: str
) -> None:
    arguments = ("eyexam", tiny, "--on", "teaching", "--batch", "1", "--layer", "first")
    assert "- what would win it back" in octant(*arguments).out
    assert "win it back" not in octant(*arguments, "--no-win-back").out


def test_eyexam_says_what_a_stopped_search_leaves_open(
    octant: Octant, tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*given: Any, **more: Any) -> dict[Einsum, Fastest]:
        found = fastest_of(*given, **more)
        return {einsum: replace(each, bound_cycles=1.0) for einsum, each in found.items()}

    arguments = ("eyexam", tiny, "--on", "teaching", "--batch", "1", "--no-win-back")
    note = "- of layers whose search was stopped steps 5 and 6 are the best mapping that was found"
    assert note not in octant(*arguments).out
    monkeypatch.setattr("octant.eyexam.examination.fastest_of", stopped)
    done = octant(*arguments)
    assert "first (search stopped)" in done.out and note in done.out
    assert "the search was stopped, and 1 may be enough" in " ".join(done.out.split())


def test_eyexam_prints_the_waterfall(octant: Octant, tiny: str) -> None:
    done = octant("eyexam", tiny, "--on", "teaching", "--batch", "2", "--dataflow", "ws")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("tiny on teaching, dataflow weight-stationary, batch 2\n")
    for words in ("WATERFALL of 2 layers", "WHAT WOULD WIN IT BACK", "7 instantaneous bandwidth"):
        assert words in done.out


def test_eyexam_writes_json_and_figures(octant: Octant, tiny: str, tmp_path: Path) -> None:
    file, folder = tmp_path / "exam.json", tmp_path / "figures"
    arguments = ("eyexam", tiny, "--on", "teaching", "--batch", "1", "--layer", "first")
    done = octant(*arguments, "--json", str(file), "--figures", str(folder))
    assert done.code == 0
    found = read_json(file, Eyexam)
    assert [layer.layer for layer in found.exams[0].layers] == ["first"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "roofline-output-stationary-first.svg",
        "waterfall-output-stationary-first.svg",
        "waterfall-output-stationary.svg",
    ]
    printed = octant(*arguments, "--json", "-")
    assert json.loads(printed.out)["schema"] == "octant.eyexam/1"


def test_eyexam_compares_dataflows(octant: Octant, tiny: str) -> None:
    arguments = ("eyexam", tiny, "--on", "teaching", "--batch", "1", "--no-win-back")
    done = octant(*arguments, "--dataflow", "os", "--dataflow", "any")
    assert "DATAFLOWS, MAC/cycle of the network" in done.out
    assert "WHAT WOULD WIN IT BACK" not in done.out


def test_bound_prints_the_curve_with_the_chip_on_it(octant: Octant, tiny: str) -> None:
    done = octant("bound", tiny, "--on", "teaching", "--batch", "1")
    assert (done.code, done.err) == (0, "")
    assert "the least traffic beyond a buffer of any size" in done.out
    assert "  teaching    256 B on chip, at least " in done.out


def test_bound_needs_no_chip_and_writes(octant: Octant, tiny: str, tmp_path: Path) -> None:
    file, folder = tmp_path / "slope.json", tmp_path / "figures"
    done = octant("bound", tiny, "--batch", "1", "--json", str(file), "--figures", str(folder))
    assert done.code == 0 and "float" not in done.out
    found = read_json(file, SkiSlope)
    assert found.architecture == "" and found.formats == "input 32 b, weight 32 b, output 32 b"
    assert (folder / "slope.svg").read_text("utf-8").startswith("<svg")


def test_bad_command_lines_are_refused_before_any_work(
    octant: Octant, tiny: str, tmp_path: Path
) -> None:
    done = octant("bound", tiny, "--dataflow", "ws")
    assert done.code == 2 and "give --on CHIP, too" in done.err
    done = octant("eyexam", tiny, "--on", "teaching", "--figures", str(tmp_path / "no" / "where"))
    assert done.code == 2 and "its folder does not exist" in done.err
    done = octant("eyexam", tiny, "--on", "teaching", "--batch", "1", "--dataflow", "nlr")
    assert done.code == 4 and "no dataflow 'no-local-reuse'" in done.err


def test_a_page_takes_the_steps_of_eyexam(octant: Octant, tiny: str, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    done = octant("evaluate", tiny, "--on", "teaching", "--eyexam", "--html", str(page))
    assert done.code == 0
    assert '<section id="eyexam"' in page.read_text("utf-8")
    assert 'id="flexibility"' not in page.read_text("utf-8")
    plain = tmp_path / "plain.html"
    assert octant("evaluate", tiny, "--on", "teaching", "--html", str(plain)).code == 0
    assert 'id="eyexam"' not in plain.read_text("utf-8")


def test_flexibility_takes_a_suite_of_ones_own(octant: Octant, tmp_path: Path) -> None:
    suite = tmp_path / "suite.yaml"
    suite.write_text(
        "octant: suite 1\nname: mine\nversion: 2\nshapes:\n"
        "- {name: product, of: nothing, rows: 2, inner: 2, columns: 2}\nformats: [int4]\n",
        "utf-8",
    )
    file = tmp_path / "flexibility.json"
    done = octant("flexibility", "--on", "teaching", "--suite", str(suite), "--json", str(file))
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("teaching, dataflow output-stationary: suite mine 2\n")
    assert json.loads(file.read_text("utf-8"))["coverage"] == 1.0
    done = octant("flexibility", "--on", "teaching", "--suite", str(tmp_path / "no.yaml"))
    assert done.code == 3 and "cannot be read" in done.err


def test_scalability_prints_both_kinds(octant: Octant, tiny: str) -> None:
    done = octant("scalability", tiny, "--on", "teaching", "--batch", "1", "--layer", "first")
    assert (done.code, done.err) == (0, "")
    assert "STRONG" in done.out and "WEAK" in done.out
