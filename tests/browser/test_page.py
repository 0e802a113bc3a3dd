"""The page as a reader has it: in a browser, at a desk and on a phone, without any network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from octant import api
from octant.files.results import read_json
from octant.report.page import exam_sections
from octant.scorecard import Comparison
from tests.golden.report import small

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    api.write_report(path, small.card(), on=small.chip())
    return path


class Opened:
    """A page, with all that it asked for and complained of."""

    def __init__(self, page: Page, file: Path) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(file.as_uri())


@pytest.fixture(params=["desk", "phone"])
def opened(request: pytest.FixtureRequest, browser: Browser, file: Path) -> Iterator[Opened]:
    size = DESK if request.param == "desk" else PHONE
    context = browser.new_context(viewport=size, offline=True)  # type: ignore[arg-type]
    yield Opened(context.new_page(), file)
    context.close()


def test_opens_offline_without_a_complaint(opened: Opened, file: Path) -> None:
    assert opened.page.title() == "small on teaching"
    assert [url for url in opened.requests if not url.startswith("data:")] == [file.as_uri()]
    assert opened.complaints == []


def test_nothing_is_wider_than_the_screen(opened: Opened) -> None:
    wide, room = opened.page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= room


def test_every_figure_has_content(opened: Opened) -> None:
    found = opened.page.evaluate(
        """() => [...document.querySelectorAll("figure")].map((figure) => {
          const shown = [...figure.querySelectorAll("svg")].filter((svg) => svg.clientWidth > 0);
          const marks = [...shown[0].querySelectorAll("rect")];
          const drawn = marks.filter((mark) => {
            const box = mark.getBoundingClientRect();
            return box.width * box.height > 0 && getComputedStyle(mark).fill !== "rgb(0, 0, 0)";
          });
          const box = shown[0].getBoundingClientRect();
          return {shown: shown.length, drawn: drawn.length, height: box.height,
                  words: shown[0].textContent.length};
        })"""
    )
    assert len(found) == 4
    for figure in found:
        assert figure["shown"] == 1 and figure["drawn"] >= 2
        assert figure["height"] > 80 and figure["words"] > 20


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_steps_of_eyexam(
    browser: Browser, shots: Path | None, tmp_path: Path, size: str
) -> None:
    exam = api.eyexam(small.network(), small.chip(), win_back=False).exams[0]
    path = tmp_path / "exam.html"
    api.write_report(path, small.card(), on=small.chip(), more=exam_sections(exam))
    context = browser.new_context(
        viewport=DESK if size == "desk" else PHONE,  # type: ignore[arg-type]
        offline=True,
    )
    opened = Opened(context.new_page(), path)
    page = opened.page
    assert opened.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    ends = "[...document.querySelectorAll('caption')].map((e) => e.getBoundingClientRect().right)"
    if size == "phone":
        assert max(page.evaluate(ends)) <= PHONE["width"], "captions do not slide with tables"
    assert page.locator("#where-the-peak-goes rect:visible").count() >= 4
    for port in ("dram-shared", "buffer-read", "buffer-write"):
        assert page.locator(f"#roofline-{port} polygon:visible").count() >= 4
        assert page.locator(f"#roofline-{port} svg:visible").get_attribute("aria-label")
    if shots:
        page.screenshot(path=shots / f"exam-{size}.png", full_page=True)
    context.close()


def test_a_table_sorts_both_ways(opened: Opened) -> None:
    table = opened.page.locator("#layer-table")
    head = table.locator("thead th", has_text="latency")

    def values() -> list[float]:
        found: list[float] = table.evaluate(
            """(table) => [...table.querySelectorAll("tbody tr")].map((row) => row.cells[4])
              .filter((cell) => "v" in cell.dataset).map((cell) => Number(cell.dataset.v))"""
        )
        return found

    for order, reverse in (("descending", True), ("ascending", False)):
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == order
        assert values() == sorted(values(), reverse=reverse) and len(set(values())) > 1


def test_mappings_unfold(opened: Opened) -> None:
    nest = opened.page.locator("#mappings pre").first
    assert not nest.is_visible()
    opened.page.get_by_role("button", name="Unfold all").click()
    assert nest.is_visible()
    assert "for K in 0:2" in nest.inner_text()


def test_the_data_downloads(opened: Opened, tmp_path: Path) -> None:
    with opened.page.expect_download() as waiting:
        opened.page.get_by_role("button", name="Download JSON").click()
    assert waiting.value.suggested_filename == "small-teaching.json"
    waiting.value.save_as(tmp_path / "card.json")
    assert api.read_scorecard(tmp_path / "card.json") == small.card()


def background(page: Page) -> str:
    found: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return found


def test_colours_follow_the_system_and_the_button(opened: Opened) -> None:
    page = opened.page
    light, dark = "rgb(255, 255, 255)", "rgb(20, 23, 27)"
    button = page.locator("#theme")
    for scheme, ground in (("light", light), ("dark", dark)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert background(page) == ground
    button.click()
    assert (button.inner_text(), background(page)) == ("Light", light)
    button.click()
    assert (button.inner_text(), background(page)) == ("Dark", dark)
    page.emulate_media(media="print")
    assert background(page) == light
    assert not page.locator("nav").is_visible()


def test_reads_without_scripts(browser: Browser, file: Path) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("#layer-table tbody tr").count() == 5
    assert not page.locator("#download").is_visible()
    page.locator("#mappings summary").first.click()
    assert page.locator("#mappings pre").first.is_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_screenshots(
    browser: Browser, file: Path, shots: Path | None, size: str, scheme: str, tmp_path: Path
) -> None:
    """Both sizes in both colours can be looked at: OCTANT_SHOTS=DIR keeps them."""
    context = browser.new_context(
        viewport=DESK if size == "desk" else PHONE,  # type: ignore[arg-type]
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.goto(file.as_uri())
    folder = shots or tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    taken = page.screenshot(path=folder / f"page-{size}-{scheme}.png", full_page=True)
    assert len(taken) > 20_000
    context.close()


def test_a_long_table_filters(browser: Browser, tmp_path: Path) -> None:
    from dataclasses import replace

    card = small.card()
    layers = tuple(
        replace(layer, name=f"{layer.name}.{number}")
        for number in range(4)
        for layer in card.layers
    )
    api.write_report(tmp_path / "long.html", replace(card, layers=layers))
    page = browser.new_page()
    page.goto((tmp_path / "long.html").as_uri())
    table = page.locator("#layer-table")
    table.get_by_role("searchbox").fill("CONV array")
    assert table.locator("tbody tr:visible").count() == 4
    assert table.get_by_role("status").inner_text() == "4 of 20 rows"
    table.get_by_role("searchbox").fill("nothing of that kind")
    assert table.locator("tbody tr:visible").count() == 0
    page.close()


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_page_of_a_comparison(
    browser: Browser, shots: Path | None, tmp_path: Path, size: str
) -> None:
    file = tmp_path / "compared.html"
    api.write_comparison(file, small.comparison())
    context = browser.new_context(
        viewport=DESK if size == "desk" else PHONE,  # type: ignore[arg-type]
        offline=True,
    )
    opened = Opened(context.new_page(), file)
    page = opened.page
    assert opened.complaints == []
    assert [url for url in opened.requests if not url.startswith("data:")] == [file.as_uri()]
    assert page.locator("#metrics-side-by-side svg:visible polyline").count() >= 3
    assert page.locator("#energy-side-by-side rect:visible").count() >= 3
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download JSON").click()
    waiting.value.save_as(tmp_path / "compared.json")
    assert read_json(tmp_path / "compared.json", Comparison) == small.comparison()
    if shots:
        page.screenshot(path=shots / f"compared-{size}.png", full_page=True)
    context.close()
