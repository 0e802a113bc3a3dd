"""Every page of the report, word for word, at two widths where that matters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from octant import api, zoo
from octant.cli.selection import installed_component
from octant.files import architecture_names, builtin_architecture
from octant.report import (
    catalog_page,
    chip_page,
    comparison_sheet,
    component_page,
    layers_page,
    mappings_page,
    network_page,
    price_page,
    sheet,
)
from tests.golden.compare import same_as_file
from tests.golden.report import small

HERE = Path(__file__).parent

PAGES: dict[str, Callable[[int], str]] = {
    "sheet": lambda width: sheet(small.card(), width=width),
    "sheet_unpriced": lambda width: sheet(small.unpriced_card(), width=width),
    "comparison": lambda width: comparison_sheet(small.comparison(), width=width),
    "comparison_published": lambda width: comparison_sheet(small.beside_published(), width=width),
    "layers": lambda width: layers_page(small.card(), width=width),
    "mappings": lambda width: mappings_page(
        (*small.answers(), small.infeasible()), small.chip(), width=width
    ),
    "network_small": lambda width: network_page(small.network(), width=width),
    "network_alexnet": lambda width: network_page(zoo.network("alexnet"), width=width),
    "network_seq2seq": lambda width: network_page(zoo.network("seq2seq", batch=2), width=width),
    **{
        f"chip_{name}": lambda width, name=name: chip_page(  # type: ignore[misc]
            builtin_architecture(name), width=width
        )
        for name in ("eyeriss", "teaching", "tpu1")
    },
    "component_sram": lambda width: component_page(installed_component("sram"), width=width),
    "price_sram": lambda width: price_page(
        api.price("sram", node=65e-9, attributes={"capacity": "108 KiB", "width": "64 b"}),
        width=width,
    ),
    "price_eyeriss_pe": lambda width: price_page(api.price("eyeriss-pe"), width=width),
    "catalog": lambda width: catalog_page(
        map(builtin_architecture, architecture_names()),
        map(zoo.describe, zoo.names()),
        width=width,
    ),
}


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("name", PAGES)
def test_page(name: str, width: int) -> None:
    same_as_file(PAGES[name](width), HERE / f"{name}_{width}.txt")


@pytest.mark.parametrize("width", [60, 80, 100, 120])
@pytest.mark.parametrize("name", PAGES)
def test_pages_are_plain(name: str, width: int) -> None:
    """No escape codes, no tabs, no spaces at the ends of lines, one line break at the end."""
    text = PAGES[name](width)
    assert text.endswith("\n") and not text.endswith("\n\n")
    assert [line for line in text.splitlines() if line != line.rstrip()] == []
    assert not set(text) & set("\t\x1b\N{NO-BREAK SPACE}")


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("name", PAGES)
def test_pages_fit_their_width(name: str, width: int) -> None:
    assert [line for line in PAGES[name](width).splitlines() if len(line) > width] == []
