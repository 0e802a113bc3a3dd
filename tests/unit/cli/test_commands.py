"""What the commands print, write and return."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import octant as package
from octant.cli.options import ObjectiveName
from octant.files.results import read_json
from octant.mapper import Objective
from octant.mapping.text import from_text
from octant.scorecard import NetworkMappings
from tests.unit.cli.command import Octant


def test_version(octant: Octant) -> None:
    done = octant("--version")
    assert (done.code, done.out, done.err) == (0, f"octant {package.__version__}\n", "")


def test_evaluate_prints_the_sheet_and_nothing_else(octant: Octant, tiny: str) -> None:
    done = octant("evaluate", tiny, "--on", "teaching", "--batch", "2")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("tiny on teaching\n")
    assert "batch 2" in done.out
    for metric in (
        "ACCURACY", "THROUGHPUT", "LATENCY", "ENERGY", "POWER", "COST", "FLEXIBILITY", "SCALABILITY"
    ):  # fmt: skip
        assert f"\n{metric}\n" in done.out
    assert "\nLAYERS" not in done.out


def test_evaluate_with_layers_adds_their_tables(octant: Octant, tiny: str) -> None:
    plain = octant("evaluate", tiny, "--on", "teaching", "--dim", "batch=1")
    more = octant("evaluate", tiny, "--on", "teaching", "--dim", "batch=1", "--layers")
    assert more.out.startswith(plain.out)
    assert "\nLAYERS" in more.out
    assert more.out.count("  second  ") == 3


def test_evaluate_writes_json_that_reads_back(octant: Octant, tiny: str, tmp_path: Path) -> None:
    file = tmp_path / "card.json"
    arguments = ("evaluate", tiny, "--on", "teaching", "--batch", "1", "--objective", "energy")
    done = octant(*arguments, "--json", str(file))
    assert done.code == 0
    assert done.out.startswith("tiny on teaching\n")
    card = package.read_scorecard(file)
    assert (card.network, card.objective) == ("tiny", Objective.ENERGY)
    printed = octant(*arguments, "--json", "-")
    assert json.loads(printed.out) == json.loads(file.read_text("utf-8"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["card.json", "tiny.onnx"]


def test_strict_refuses_what_is_not_understood(octant: Octant, odd: str, tmp_path: Path) -> None:
    file = tmp_path / "card.json"
    arguments = ("evaluate", odd, "--on", "teaching", "--batch", "1")
    done = octant(*arguments, "--strict", "--json", str(file))
    assert (done.code, done.out) == (9, "")
    assert "Twist" in done.err
    assert not file.exists()
    lenient = octant(*arguments)
    assert lenient.code == 0
    assert "Twist" in lenient.out


def test_map_says_that_it_knows_no_formats(octant: Octant, tiny: str) -> None:
    """Where a chip codes, the best mapping for plain values is not proven to be the best."""
    coded, plain = (
        octant("map", tiny, "--on", chip, "--layer", "second", "--batch", "1")
        for chip in ("eyeriss2-pe", "teaching")
    )
    assert "every tensor is held plain" in " ".join(coded.out.split())
    assert "plain" not in plain.out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("folder.onnx", "is a directory: give the path of an .onnx file"),
        ("empty.onnx", "not an ONNX model: it is empty"),
        ("words.onnx", "not an ONNX model: it does not parse"),
        ("none.onnx", "there is no such file: give the path of an .onnx file"),
    ],
)
def test_show_and_accuracy_say_the_same_of_what_is_no_network(
    octant: Octant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.onnx").mkdir()
    Path("empty.onnx").touch()
    Path("words.onnx").write_text("This is not a network.")
    for command in ("show", "accuracy"):
        done = octant(command, name)
        assert (done.code, done.out) == (5, "")
        assert done.err == f"octant: error: {name}: {said}\n"


@pytest.mark.parametrize("command", ["map", "front"])
def test_a_network_that_multiplies_nothing_has_nothing_to_map(
    octant: Octant, rectifier: str, command: str
) -> None:
    done = octant(command, rectifier, "--on", "teaching")
    assert (done.code, done.out) == (5, "")
    assert done.err == "octant: error: network 'rectifier' has no layer that multiplies\n"


def test_map_prints_loop_nests_that_parse_back(octant: Octant, tiny: str) -> None:
    done = octant("map", tiny, "--on", "teaching", "--layer", "second", "--batch", "1")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("second (MatMul): K4 C4\n")
    assert "optimal" in done.out
    assert "first" not in done.out
    nest = from_text(done.out.split("\n\n")[1])
    assert [block.level for block in nest.temporal] == ["DRAM", "buffer"]


def test_map_writes_what_can_be_read_back(octant: Octant, tiny: str, tmp_path: Path) -> None:
    arguments = ("map", tiny, "--on", "teaching", "--batch", "1")
    file = tmp_path / "mappings.json"
    page, printed = octant(*arguments, "--json", str(file)), octant(*arguments, "--json", "-")
    assert page.out == octant(*arguments).out
    assert printed.out == file.read_text()
    found = read_json(file, NetworkMappings)
    assert (found.network, found.architecture) == ("tiny", "teaching")
    assert found.layers == package.map_network(tiny, "teaching", batch=1)


def test_map_takes_objective_dataflow_and_limit(octant: Octant, tiny: str) -> None:
    done = octant(
        "map", tiny, "--on", "teaching", "--batch", "1", "--objective", "latency",
        "--dataflow", "weight-stationary", "--time-limit", "1 min", "--quiet",
    )  # fmt: skip
    assert done.code == 0
    assert done.out.count("  latency ") == 2 * 2  # value and cost of each of two layers


def test_the_space_is_chosen_and_said(octant: Octant, tiny: str, tmp_path: Path) -> None:
    arguments = (tiny, "--on", "teaching", "--batch", "1")
    for more, said in ((), "also where it does not divide"), (("--divisors",), "every divisor of"):
        for command in ("map", "evaluate", "front"):
            done = octant(command, *arguments, *more)
            assert (done.code, said in " ".join(done.out.split())) == (0, True)
        file = str(tmp_path / "card.json")
        octant("evaluate", *arguments, *more, "--json", file)
        [space] = package.read_scorecard(file).spaces
        assert said in space


def test_the_cache_is_used_shown_cleared_and_passed_by(
    octant: Octant, tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "kept"
    monkeypatch.setenv("OCTANT_CACHE", str(place))
    arguments = (tiny, "--on", "teaching", "--batch", "1")
    assert octant("map", *arguments, "--no-cache").code == 0
    assert octant("evaluate", *arguments, "--no-cache").code == 0
    assert not place.exists()
    first = octant("map", *arguments)
    shown = octant("cache")
    assert shown.code == 0
    assert str(place) in shown.out
    assert f"mappings  {len(list(place.iterdir()))}\n" in shown.out
    assert octant("map", *arguments).out == first.out
    cleared = octant("cache", "--clear")
    assert "removed now" in cleared.out
    assert list(place.iterdir()) == []


def test_show_knows_chips_networks_and_files(octant: Octant, tiny: str) -> None:
    folder = Path(package.__file__).parent / "files" / "architectures"
    assert octant("show", "teaching").out.startswith("teaching: Two levels")
    assert octant("show", str(folder / "teaching.yaml")).out == octant("show", "teaching").out
    assert octant("show", "alexnet", "--batch", "4").out.startswith("alexnet: AlexNet")
    assert octant("show", tiny, "--dim", "batch=3").out.startswith("tiny: ")


def test_list_names_everything(octant: Octant) -> None:
    done = octant("list")
    assert (done.code, done.err) == (0, "")
    for name in (*package.architectures(), *package.networks()):
        assert f"\n  {name} " in done.out


@pytest.mark.parametrize(("columns", "width"), [("30", 60), ("80", 80), ("300", 120)])
def test_pages_fit_the_terminal(
    octant: Octant, monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    lengths = [len(line) for line in octant("show", "eyeriss").out.splitlines()]
    assert max(lengths) <= max(width, 80)  # the hierarchy's columns need 80
    assert max(lengths) > width - 10


def test_objectives_are_those_of_the_mapper() -> None:
    assert {name.name: name.value for name in ObjectiveName} == {
        goal.name: goal.value for goal in Objective
    }


def test_evaluate_writes_a_page_and_its_figures(octant: Octant, tiny: str, tmp_path: Path) -> None:
    page, folder = tmp_path / "report.html", tmp_path / "figures"
    plain = octant("evaluate", tiny, "--on", "teaching")
    done = octant(
        "evaluate", tiny, "--on", "teaching", "--html", str(page), "--figures", str(folder)
    )
    assert (done.code, done.err, done.out) == (0, "", plain.out)
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    names = sorted(path.name for path in folder.iterdir())
    assert names[0] == "1-energy-by-component.png" and len(names) == 8
    assert {path.suffix for path in folder.iterdir()} == {".svg", ".png"}


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--html", "report.txt", "ends in .html"),
        ("--html", "nowhere/report.html", "does not exist"),
        ("--figures", "nowhere/figures", "does not exist"),
        ("--figures", "pyproject.toml", "is a file"),
    ],
)
def test_pages_that_cannot_be_written_are_refused_before_any_work(
    octant: Octant, option: str, value: str, said: str
) -> None:
    done = octant("evaluate", "no such network", "--on", "teaching", option, value)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_compare_prints_sheets_and_writes_them(octant: Octant, tiny: str, tmp_path: Path) -> None:
    page, folder, file = tmp_path / "c.html", tmp_path / "figures", tmp_path / "c.json"
    done = octant(
        "compare", "teaching", "eyeriss-isca16", "--network", tiny, "--batch", "2", "--html",
        str(page), "--figures", str(folder), "--json", str(file), "--quiet",
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("tiny on teaching, eyeriss-isca16\n")
    assert "WHAT ELSE DIFFERS" in done.out and "process (teaching: unknown;" in done.out
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert len(list(folder.iterdir())) == 4
    assert json.loads(file.read_text("utf-8"))["schema"] == "octant.comparison/1"


def test_compare_sets_published_chips_beside(octant: Octant, tmp_path: Path) -> None:
    file, page = tmp_path / "c.json", tmp_path / "c.html"
    done = octant(
        "compare", "--published", "eyeriss", "--published", "eyeriss2", "--network", "alexnet",
        "--json", str(file), "--html", str(page),
    )  # fmt: skip
    assert done.code == 0
    assert "eyeriss (published)" in done.out and "34.7 inferences/s" in done.out
    found = json.loads(file.read_text("utf-8"))
    assert [sheet["chip"] for sheet in found["published"]] == ["eyeriss", "eyeriss2"]
    assert "eyeriss2 (published)" in page.read_text("utf-8")


def test_compare_takes_sheets_that_are_there(octant: Octant, tiny: str, tmp_path: Path) -> None:
    one, four = str(tmp_path / "one.json"), str(tmp_path / "four.json")
    octant("evaluate", tiny, "--on", "teaching", "--batch", "1", "--json", one)
    octant("evaluate", tiny, "--on", "teaching", "--batch", "4", "--json", four)
    done = octant("compare", one, four)
    assert done.code == 0
    assert done.out.startswith("tiny on teaching (batch 1), teaching (batch 4)\n")
    assert "batch (teaching (batch 1): 1; teaching (batch 4): 4)" in " ".join(done.out.split())
