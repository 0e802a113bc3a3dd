"""The page: what is in it, that nothing leaves it, and that it takes further sections."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from octant.files.results import from_json, to_json
from octant.report.drawing import Drawing
from octant.report.page import (
    Cell,
    Column,
    DataTable,
    Group,
    Page,
    Picture,
    Section,
    figures,
    html,
    scorecard_page,
)
from octant.report.page.names import distinct
from octant.scorecard import Scorecard
from tests.golden.report import small


class Reader(HTMLParser):
    """Elements and texts of a page; scripts and styles are texts of their own."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        self._open.append(f"script {found['id']}" if tag == "script" and "id" in found else tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._open[-1] if self._open else "", []).append(data)


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return small.card()


def made(card: Scorecard, *more: Section) -> str:
    return html(scorecard_page(card, to_json(card), on=small.chip(), more=more))


def test_the_data_of_a_page_is_the_scorecard(card: Scorecard) -> None:
    data = "".join(Reader(made(card)).texts["script data"])
    assert from_json(data, Scorecard) == card


def test_nothing_leaves_the_page(card: Scorecard) -> None:
    page = made(card)
    assert "default-src 'none'" in page
    for tag, found in Reader(page).elements:
        assert tag not in {"img", "iframe", "object", "embed", "base"}
        assert "src" not in found and "srcset" not in found
        assert found.get("href", "#").startswith(("#", "data:,"))
    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)[0]
    assert "url(" not in style and "@import" not in style


def test_anchors_are_there_and_of_a_kind(card: Scorecard) -> None:
    elements = Reader(made(card)).elements
    ids = [found["id"] for _, found in elements if "id" in found]
    assert len(ids) == len(set(ids))
    links = {found["href"][1:] for tag, found in elements if tag == "a"}
    assert links <= set(ids) and len(links) > 8


def test_every_drawing_has_words_for_those_who_do_not_see_it(card: Scorecard) -> None:
    drawings = [found for tag, found in Reader(made(card)).elements if tag == "svg"]
    assert len(drawings) == 2 * len(figures(scorecard_page(card, "{}")))
    assert all(len(found["aria-label"]) > 40 and found["role"] == "img" for found in drawings)


def test_names_cannot_write_into_the_page(card: Scorecard) -> None:
    evil = "</script><script>alert(1)</script><b>&amp;"
    layers = (replace(card.layers[0], name=evil), *card.layers[1:])
    page = made(replace(card, network=evil, layers=layers))
    assert "<script>alert" not in page and "<b>&amp;" not in page
    data = "".join(Reader(page).texts["script data"])
    assert json.loads(data)["network"] == evil


def test_what_is_not_priced_is_not_drawn(card: Scorecard) -> None:
    """No MAC has a price: the memories are drawn, and the words say what is missing."""
    bare = small.unpriced_card()
    page = made(bare)
    assert "all that is known" in page and "no source prices all actions of multiplier" in page
    without = replace(
        bare,
        energy_parts=tuple(replace(part, energy_j=None) for part in bare.energy_parts),
    )
    assert 'id="energy"' not in made(without)
    assert 'id="energy"' in page


def test_a_network_that_does_not_run_has_a_page(card: Scorecard) -> None:
    empty = replace(card, layers=(), energy_parts=(), contributions=(), decomposition=None)
    page = made(empty)
    assert 'id="metrics"' in page
    assert 'id="latency"' not in page and 'id="mappings"' not in page


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["/a/x", "/a/y"], ("x", "y")),
        (["/a/x/Conv", "/a/x/Relu"], ("Conv", "Relu")),
        (["/a/x/Conv", "/b/x/Conv", "/b/Conv"], ("a/x", "b/x", "b")),
        (["/a/Conv", "/a/b/Conv"], ("Conv", "b/Conv")),
        (["a", "a/b"], ("a", "a/b")),
        (["same", "same"], ("same", "same")),
        ([], ()),
    ],
)
def test_names_lose_what_all_share(names: list[str], short: tuple[str, ...]) -> None:
    assert distinct(names) == short
    assert len(set(short)) == len(set(names))


def line() -> Section:
    """A section as an author of further analyses writes it."""
    return Section(
        "roof",
        "Roofline",
        ("Where the layers are.",),
        (Picture("roof-line", "A line.", "One line.", lambda width: Drawing(width, 40, ())),),
        (
            DataTable(
                "roof-table",
                "The same in numbers",
                (Column("layer"), Column("MAC/cycle", right=True)),
                (Group("", ((Cell("a"), Cell("1", 1.0)), (Cell("b"), Cell("2", 2.0)))),),
            ),
        ),
    )


def test_a_page_takes_further_sections(card: Scorecard) -> None:
    page = made(card, line())
    assert page.index('id="utilisation"') < page.index('id="roof"') < page.index('id="layers"')
    assert '<a href="#roof">Roofline</a>' in page
    assert 'viewBox="0 0 960 40"' in page and 'viewBox="0 0 350 40"' in page
    assert 'class="table sorts slides" id="roof-table"' in page
    drawn = figures(scorecard_page(card, "{}", more=(line(),)))
    assert list(drawn)[-1] == "5-roof-line"


def test_names_of_a_page_are_of_a_kind(card: Scorecard) -> None:
    with pytest.raises(ValueError, match="names used twice on the page: roof, roof-line"):
        scorecard_page(card, "{}", more=(line(), replace(line(), tables=())))


def test_rows_are_as_the_columns_are() -> None:
    with pytest.raises(ValueError, match="'t' has a row that is not as its columns are"):
        DataTable("t", "x", (Column("a"),), (Group("", ((Cell("1"), Cell("2")),)),))


def test_a_page_without_anything_is_a_page() -> None:
    page = html(Page("Nothing", "", (), (), (), "{}", "x.json", "Octant"))
    assert "<h1>Nothing</h1>" in page
