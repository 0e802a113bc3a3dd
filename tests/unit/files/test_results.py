"""Scorecards as JSON: exact round trip, clear refusals, whole files or none."""

from __future__ import annotations

import json
import math
import os
import stat
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octant.errors import FileFormatError
from octant.files.results import from_json, read_json, to_json, write_json
from octant.files.results_codec import MismatchError, decode, encode
from octant.scorecard import Figure, Metric, Row, Scorecard, Unit
from octant.source import Origin
from tests.unit.scorecard.support import card, chip, product, unknown, vector


@pytest.fixture(scope="module")
def scorecard() -> Scorecard:
    return card(
        product("fc", "image", repeats=3),
        vector("relu", "Relu", "fc"),
        vector("norm", "LRN", "relu"),
        unknown("what", "norm"),
        on=chip(vector_j=None, area_m2=1e-6),
    )


def changed(scorecard: Scorecard, *keys: str | int, to: Any) -> str:
    """The JSON with the value at a path replaced."""
    data = json.loads(to_json(scorecard))
    place = data
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = to
    return json.dumps(data)


def test_a_scorecard_comes_back_equal(scorecard: Scorecard) -> None:
    text = to_json(scorecard)
    again = from_json(text, Scorecard)
    assert again == scorecard
    assert to_json(again) == text


def test_the_schema_is_the_first_key(scorecard: Scorecard) -> None:
    assert to_json(scorecard).splitlines()[1] == ' "schema": "octant.scorecard/3",'


def test_alternatives_say_which_one_they_are(scorecard: Scorecard) -> None:
    data = json.loads(to_json(scorecard))
    assert data["accuracy"]["rows"][0]["figure"]["type"] == "Missing"
    assert [layer["work"]["type"] for layer in data["layers"]] == [
        "Einsum",
        "VectorWork",
        "VectorWork",
        "UnknownWork",
    ]
    assert data["layers"][1]["run"] is None


@given(st.floats(allow_nan=False), st.text(), st.integers())
def test_figures_and_texts_are_exact(
    scorecard: Scorecard, value: float, text: str, count: int
) -> None:
    metric = Metric((Row(text, text, Figure(value, Unit.SHARE, Origin.ASSUMED, text)),))
    there = replace(scorecard, accuracy=metric, batch=count, versions=((text, text),))
    assert from_json(to_json(there), Scorecard) == there


@pytest.mark.parametrize(
    "schema", ["octant.scorecard/2", "octant.scorecard/4", "something", 1, None]
)
def test_another_schema_is_refused(scorecard: Scorecard, schema: object) -> None:
    with pytest.raises(FileFormatError, match=r"file: schema is .*reads 'octant.scorecard/3'"):
        from_json(changed(scorecard, "schema", to=schema), Scorecard, "file")


def test_another_kind_of_result_is_told_from_another_version() -> None:
    with pytest.raises(FileFormatError, match="is another kind of result"):
        from_json('{"schema": "octant.comparison/1"}', Scorecard)


@pytest.mark.parametrize("text", ["[]", "{}", "3", "null"])
def test_json_without_a_schema_is_refused(text: str) -> None:
    with pytest.raises(FileFormatError, match="schema is 'missing'"):
        from_json(text, Scorecard)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"text>:1: is not JSON"),
        ('{\n"a": 1\n"b": 2}', r"text>:3: is not JSON"),
        ("[" * 100_000, r"is not JSON"),
    ],
)
def test_what_is_not_json_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        from_json(text, Scorecard)


@pytest.mark.parametrize(
    ("keys", "to", "message"),
    [
        (("batch",), "one", r"batch: is 'one'; allowed is a whole number"),
        (("batch",), True, r"batch: is True; allowed is a whole number"),
        (("batch",), 1.5, r"batch: is 1.5"),
        (("decomposition", "clock_hz"), 10**400, r"clock_hz: is 1000.*; allowed is a number"),
        (("objective",), "speed", r"objective: is 'speed'; allowed is one of energy, latency, edp"),
        (("objective",), ["edp"], r"objective: is \['edp'\]; allowed is one of"),
        (("layers",), {}, r"layers: is {}; allowed is a list"),
        (("layers", 0, "name"), 3, r"layers\[0\].name: is 3; allowed is text"),
        (("layers", 0, "latency_s"), "fast", r"layers\[0\].latency_s: is 'fast'"),
        (("layers", 0, "work", "type"), "Cat", r"layers\[0\].work.type: is 'Cat'; allowed is one"),
        (("layers", 0, "work", "type"), [], r"layers\[0\].work.type: is \[\]; allowed is one"),
        (("layers", 0, "work"), 7, r"layers\[0\].work: is 7; allowed is an object"),
        (("layers", 0, "colour"), 1, r"layers\[0\].colour: is unknown; LayerResult has name"),
        (("versions", 0), ["octant"], r"versions\[0\]: .* a list of 2"),
        (("coverage",), None, r"coverage: is None; allowed is an object"),
        (("layers", 0, "work", "ranks", 0, 1), 0, r"layers\[0\].work: rank N has size 0"),
    ],
)
def test_a_field_that_does_not_fit_is_refused_with_its_path(
    scorecard: Scorecard, keys: tuple[str | int, ...], to: object, message: str
) -> None:
    with pytest.raises(FileFormatError, match=message):
        from_json(changed(scorecard, *keys, to=to), Scorecard)


def test_a_missing_field_is_refused(scorecard: Scorecard) -> None:
    data = json.loads(to_json(scorecard))
    del data["layers"][1]["place"]
    with pytest.raises(FileFormatError, match=r"layers\[1\].place: is missing"):
        from_json(json.dumps(data), Scorecard)


def test_a_file_is_written_and_read(scorecard: Scorecard, tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    write_json(path, scorecard)
    assert read_json(path, Scorecard) == scorecard
    assert [item.name for item in tmp_path.iterdir()] == ["card.json"]


def test_a_new_file_has_the_permissions_of_any_new_file(
    scorecard: Scorecard, tmp_path: Path
) -> None:
    (tmp_path / "other").touch()
    write_json(tmp_path / "card.json", scorecard)
    modes = {stat.S_IMODE(item.stat().st_mode) for item in tmp_path.iterdir()}
    assert len(modes) == 1


def test_a_link_stays_a_link(scorecard: Scorecard, tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    write_json(tmp_path / "link.json", scorecard)
    assert (tmp_path / "link.json").is_symlink()
    assert read_json(tmp_path / "real.json", Scorecard) == scorecard


def test_a_file_that_cannot_be_finished_is_as_before(
    scorecard: Scorecard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "card.json"
    path.write_text("before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileFormatError, match=r"card.json: cannot be written: No space left"):
        write_json(path, scorecard)
    assert [item.read_text() for item in tmp_path.iterdir()] == ["before"]


def test_a_missing_folder_is_an_error(scorecard: Scorecard, tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"cannot be written: No such file"):
        write_json(tmp_path / "nowhere" / "card.json", scorecard)


def test_what_is_no_plain_file_is_written_to_and_not_replaced(scorecard: Scorecard) -> None:
    write_json(os.devnull, scorecard)
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"none.json: cannot be read: No such file"):
        read_json(tmp_path / "none.json", Scorecard)
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileFormatError, match=r"bytes.json: is not UTF-8"):
        read_json(tmp_path / "bytes.json", Scorecard)


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A noun of the test."""

    colour: Colour
    value: float | None
    flag: bool
    pair: tuple[int, str]


@dataclass(frozen=True, slots=True)
class Tree:
    """A noun of nouns."""

    leaves: tuple[Leaf, ...]
    maybe: Leaf | None


def test_the_codec_follows_the_hints() -> None:
    leaf = Leaf(Colour.RED, 0.1, True, (1, "a"))
    data = encode(Tree((leaf,), None), Tree)
    plain = {"colour": "red", "value": 0.1, "flag": True, "pair": [1, "a"]}
    assert data == {"leaves": [plain], "maybe": None}
    assert decode(data, Tree) == Tree((leaf,), None)
    assert decode(encode(Tree((), leaf), Tree), Tree) == Tree((), leaf)


def test_the_codec_keeps_floats_that_json_has_not() -> None:
    leaf = Leaf(Colour.RED, -math.inf, False, (1, "a"))
    assert encode(leaf, Leaf)["value"] == "-inf"
    assert decode(encode(leaf, Leaf), Leaf) == leaf
    assert math.isnan(decode(encode(math.nan, float), float))


def test_a_truth_value_is_not_a_number() -> None:
    with pytest.raises(MismatchError, match="the whole: is 1; allowed is true or false"):
        decode(1, bool)
