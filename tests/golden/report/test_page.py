"""The page's figures as files, and its words, of a small network."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from octant.report.page import comparison_page, figures, html, scorecard_page
from tests.golden.compare import same_as_file
from tests.golden.report import small

HERE = Path(__file__).parent
BLOCKS = frozenset(
    {"p", "h1", "h2", "li", "tr", "summary", "figcaption", "caption", "title", "button", "dd"}
    | {"details", "pre", "svg"}
)
SILENT = frozenset({"script", "style", "svg"})


class Words(HTMLParser):
    """What a page says, a line for each block; drawings by their alternatives."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._line: list[str] = []
        self._silent: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self._break()
        if tag == "svg":
            self._line.append(f"[{dict(attrs)['aria-label']}]")
            self._break()
        if tag in SILENT:
            self._silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self._break()
        if tag in ("td", "th", "dt"):
            self._line.append(" | ")
        if tag in SILENT:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._line.append(data if "\n" in data.strip() else " ".join(data.split()) + " ")

    def _break(self) -> None:
        said = "".join(self._line).strip().removesuffix("|").rstrip()
        if said:
            self.lines += [line.rstrip() for line in said.splitlines()]
        self._line = []


def test_words_of_the_page() -> None:
    page = html(scorecard_page(small.card(), "{}", on=small.chip()))
    same_as_file("\n".join(Words(page).lines) + "\n", HERE / "page.txt")


def test_words_of_the_page_of_a_comparison() -> None:
    page = html(comparison_page(small.comparison(), "{}"))
    same_as_file("\n".join(Words(page).lines) + "\n", HERE / "page_comparison.txt")


def test_words_of_a_page_with_a_published_chip() -> None:
    page = html(comparison_page(small.beside_published(), "{}"))
    same_as_file("\n".join(Words(page).lines) + "\n", HERE / "page_comparison_published.txt")


def test_the_metrics_side_by_side() -> None:
    drawn = figures(comparison_page(small.comparison(), "{}"))
    same_as_file(drawn["1-metrics-side-by-side"], HERE / "metrics-side-by-side.svg")


@pytest.mark.parametrize("name", ["1-energy-by-component", "3-latency-by-layer"])
def test_figures_as_files(name: str) -> None:
    drawn = figures(scorecard_page(small.card(), "{}"))
    same_as_file(drawn[name], HERE / f"{name[2:]}.svg")
