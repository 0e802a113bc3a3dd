"""Plug-ins by name: none is loaded before it is wanted, and no name is taken twice."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from fractions import Fraction

import pytest

from octant.errors import PluginError, UnknownNameError
from octant.registry import Plugin, find, load, plugins
from octant.registry.plugins import declared

GROUP = "octant.tests"


class Dist:
    name, version = "acme-prices", "1.2"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def points(*, group: str) -> list[importlib.metadata.EntryPoint]:
        point = importlib.metadata.EntryPoint("sram", "acme:Sram", group)
        vars(point)["dist"] = Dist()
        return [point]

    monkeypatch.setattr(importlib.metadata, "entry_points", points)
    declared.cache_clear()
    yield
    declared.cache_clear()


def test_both_doors_are_one(installed: None) -> None:
    known = plugins(GROUP, {"adder": "octant.none:Adder"})
    assert known == (
        Plugin(GROUP, "adder", "octant.none:Adder", "octant"),
        Plugin(GROUP, "sram", "acme:Sram", "acme-prices 1.2"),
    )


def test_a_clash_names_both_owners(installed: None) -> None:
    known = plugins(GROUP, {"sram": "octant.none:Sram"})
    with pytest.raises(PluginError, match=r"of acme-prices 1\.2 \(acme:Sram\).* of octant \("):
        find("sram", known, "estimator")


def test_unknown_names() -> None:
    known = plugins(GROUP, {"sram": "m:Sram"})
    with pytest.raises(UnknownNameError, match="there is no estimator 'srma'; did you mean 'sram'"):
        find("srma", known, "estimator")


def test_what_cannot_be_loaded_names_its_owner() -> None:
    for target in ("octant.none:Adder", "fractions:None_", "fractions"):
        with pytest.raises(PluginError, match="of acme"):
            load(Plugin(GROUP, "adder", target, "acme"), Fraction)
    with pytest.raises(PluginError, match="derives from Fraction"):
        load(Plugin(GROUP, "adder", "decimal:Decimal", "acme"), Fraction)
    assert load(Plugin(GROUP, "half", "fractions:Fraction", "python"), Fraction) is Fraction
