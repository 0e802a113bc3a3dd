"""``octant components`` and ``octant price``: what they print, write and return."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import octant as package
from octant.components import installed
from tests.unit.cli.command import Octant

SRAM = ("price", "sram", "--capacity", "108 KiB", "--width", "64 b", "--node", "65 nm")


def test_every_estimator_is_listed_with_its_sources(octant: Octant) -> None:
    done = octant("components")
    assert (done.code, done.err) == (0, "")
    names = {line.split(" ")[0] for line in done.out.splitlines()}
    assert {plugin.name for plugin in installed()} | {"eyeriss-pe"} <= names
    assert "CACTI 7" in done.out and "Horowitz" in done.out


@pytest.mark.parametrize("name", [each.name for each in package.estimators()])
def test_every_component_has_a_page(octant: Octant, name: str) -> None:
    done = octant("components", name)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{name}: ") and "  sources\n" in done.out


def test_the_page_of_a_file(octant: Octant, tmp_path: Path) -> None:
    file = tmp_path / "ours.csv"
    file.write_text("capacity [KiB],energy of read [pJ]\n1,2.0\n", "utf-8")
    done = octant("components", str(file))
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("ours: the user's table")
    assert "--capacity" in done.out
    missing = octant("components", str(tmp_path / "none.csv"))
    assert missing.code == 3 and "none.csv" in missing.err


def test_a_price_with_its_interval_and_source(octant: Octant) -> None:
    done = octant(*SRAM)
    assert (done.code, done.err) == (0, "")
    quote = package.price("sram", node=65e-9, attributes={"capacity": "108 KiB", "width": "64 b"})
    assert quote["read energy"].value == pytest.approx(58.67e-12, rel=1e-3)
    assert "58.67 pJ     40.6 pJ    93.1 pJ     [1]" in done.out
    assert (
        "the interval is that of: SRAM of low-standby cells at 65 nm as fitted to CACTI 7"
        in done.out
    )


def test_json_holds_what_the_page_shows(octant: Octant, tmp_path: Path) -> None:
    printed = json.loads(octant(*SRAM, "--json", "-").out)
    assert printed["schema"] == "octant.price/1"
    assert [answer["quantity"] for answer in printed["answers"]] == [
        "energy", "energy", "area", "leakage", "latency", "latency"
    ]  # fmt: skip
    assert printed["answers"][0]["source"]["origin"] == "modelled"
    file = tmp_path / "price.json"
    assert octant(*SRAM, "--json", str(file)).out == octant(*SRAM).out
    assert json.loads(file.read_text("utf-8")) == printed


def test_scaling_and_its_mark(octant: Octant) -> None:
    mac = ("price", "aladdin-mac", "--width", "8 b", "--accumulator=32 b", "--node", "65 nm")
    refused = octant(*mac, "--voltage", "1 V", "--scale", "--supply", "0.9 V")
    assert refused.code == 8
    assert "needs 40 nm interpolated between the tabulated 32 nm and 45 nm" in refused.err
    done = octant(*mac, "--voltage", "1 V", "--scale", "--supply", "0.9 V", "--extrapolate")
    assert "* extrapolated: 40 nm interpolated between the tabulated 32 nm and 45 nm" in done.out
    assert "assumed: a multiplier of 8 b" in done.out


def test_a_compound_breaks_down(octant: Octant, tmp_path: Path) -> None:
    quote = package.price("eyeriss-pe")
    whole = quote["compute energy"].value
    parts = [share for share in quote.shares if share.quantity == "energy"]
    assert sum(share.value for share in parts) == pytest.approx(whole)
    assert sum(share.share for share in parts) == pytest.approx(1)
    done = octant("price", "eyeriss-pe")
    assert "clock and control" in done.out
    file = tmp_path / "two.yaml"
    file.write_text(
        "octant: component 1\nname: two\ntitle: two adders\nsources: {}\n"
        "parts:\n  adder: {estimator: integer-add, count: 2, attributes: {width: 8 b}}\n"
        "actions:\n  add: {adder.add: 2}\n",
        "utf-8",
    )
    assert "60 fJ" in octant("price", str(file)).out


def test_a_broken_plug_in_is_listed_and_the_rest_works(
    octant: Octant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from octant.components import catalog

    monkeypatch.setitem(catalog.BUILT_IN, "broken", "octant.nowhere:Nothing")
    done = octant("components")
    assert done.code == 0
    assert "not usable: plug-in 'broken' of octant (octant.nowhere:Nothing)" in done.out
    assert octant("components", "broken").code == 10
    assert octant("price", "broken").code == 10
    assert octant(*SRAM).code == 0
