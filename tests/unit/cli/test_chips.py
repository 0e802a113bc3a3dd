"""octant chips and octant references, as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from octant.chips import ChipList
from octant.files.records import builtin_record, record_names, record_text
from octant.files.results import read_json
from tests.docs.blocks import ROOT
from tests.unit.chips.test_builtin import OWN
from tests.unit.cli.command import Octant


def test_all_are_listed(octant: Octant) -> None:
    done = octant("chips")
    assert done.code == 0 and done.err == ""
    assert all(f"\n  {name} " in done.out for name in record_names())


def test_filters(octant: Octant) -> None:
    done = octant("chips", "--process", "65 nm", "--method", "measured", "--kind", "digital")
    assert [line.split()[0] for line in done.out.splitlines() if line.startswith("  ey")] == [
        "eyeriss"
    ]
    assert "tpu1" not in done.out
    assert octant("chips", "--network", "nobody").out == "No published chip is like that.\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("chips", "eyeris"), 4, "did you mean 'eyeriss'"),
        (("chips", "--method", "mesured"), 2, "did you mean 'measured'?"),
        (("chips", "--kind", "quantum"), 2, "known: analog, digital, gpu"),
        (("chips", "--process", "65"), 2, "a number needs a unit"),
        (("chips", "missing.yaml"), 3, "cannot be read"),
        (("chips", "eyeriss", "--process", "28 nm"), 2, "choose among all chips"),
        (("chips", "--with", "/nowhere.yaml"), 3, "error: /nowhere.yaml: cannot be read"),
        (("references", "nobody"), 4, "there is no published chip 'nobody'"),
        (("chips", "--with", "missing.yaml"), 3, "cannot be read"),
        (("chips", "--figure", "nowhere/a.svg"), 2, "the folder 'nowhere' does not exist"),
    ],
)
def test_what_is_wrong_is_said(
    octant: Octant, arguments: tuple[str, ...], code: int, message: str
) -> None:
    done = octant(*arguments)
    assert (done.code, done.out) == (code, "")
    assert message in done.err


def test_json_reads_back(octant: Octant, tmp_path: Path) -> None:
    path = tmp_path / "chips.json"
    assert octant("chips", "--json", str(path)).code == 0
    back = read_json(path, ChipList)
    assert back.records == tuple(map(builtin_record, record_names()))
    printed = json.loads(octant("chips", "eyeriss", "--json", "-").out)
    assert [record["name"] for record in printed["records"]] == ["eyeriss"]
    assert printed["records"][0]["method"] == "measured"


def test_a_chip_of_ones_own(octant: Octant, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(OWN, encoding="utf-8")
    assert "22 nm" in octant("chips", str(path)).out
    figure = tmp_path / "survey.svg"
    done = octant("chips", "--with", str(path), "--figure", str(figure))
    assert done.code == 0 and "\n  mine " in done.out
    assert 'id="mine"' in figure.read_text(encoding="utf-8")
    assert "a data sheet of one's own" in octant("references", "mine", "--with", str(path)).out


def test_references_name_every_source(octant: Octant) -> None:
    printed = "".join(octant("references").out.split())
    for name in record_names():
        assert f"{name}:" in printed
    assert "JSSC52(1),2017" in "".join(octant("references", "eyeriss").out.split())
    assert record_text("eyeriss")


def test_an_audit_as_a_page_and_as_data(octant: Octant, tmp_path: Path) -> None:
    done = octant("audit", "eyeriss")
    assert done.code == 0 and done.out.startswith("audit of eyeriss: ")
    path = tmp_path / "audit.json"
    assert octant("audit", "eyeriss", "--json", str(path)).out == done.out
    printed = json.loads(octant("audit", "eyeriss", "--json", "-").out)
    assert printed == json.loads(path.read_text(encoding="utf-8"))
    assert printed["schema"] == "octant.audit/1"
    assert {finding["severity"] for finding in printed["findings"]} == {"pitfall", "note"}


def test_a_contradiction_has_an_exit_code_when_asked(octant: Octant) -> None:
    claim = str(ROOT / "examples" / "claims" / "multipliers.yaml")
    assert octant("audit", claim).code == 0
    strict = octant("audit", claim, "--strict")
    assert strict.code == 13 and "energy.below-process" in strict.out
    assert octant("audit", "eyeriss", "--strict").code == 0


def test_an_audit_of_something_else(octant: Octant, tmp_path: Path) -> None:
    path = tmp_path / "claim.yaml"
    path.write_text("octant: record 1\nname: x\ntitle: x\nruns: [{network: a, workload: b}]\n")
    done = octant("audit", str(path))
    assert (done.code, done.out) == (4, "") and "there is no network 'b'" in done.err
    chip = octant("audit", str(ROOT / "examples" / "multipliers.yaml"))
    assert chip.code == 3 and "starts with 'octant: record 1'" in chip.err
