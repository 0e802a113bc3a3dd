"""The pages agree with each other and with the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, blocks, pages

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?P<target>[^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = [match["target"] for match in _LINK.finditer(page.read_text("utf-8"))]
    local = [target for target in targets if not target.startswith(("https:", "mailto:"))]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_page_is_linked_from_another() -> None:
    linked = {
        (page.parent / match["target"]).resolve()
        for page in pages()
        for match in _LINK.finditer(page.read_text("utf-8"))
    }
    assert [page for page in pages() if page.resolve() not in linked | {ROOT / "README.md"}] == []


def test_decisions_are_numbered_in_order_and_say_why() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("0*.md"))
    for number, page in enumerate(decisions, start=1):
        text = page.read_text("utf-8")
        assert page.name.startswith(f"{number:04}-")
        assert text.startswith(f"# {number}. ")
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert headings[0] == "Context", page
        assert "Decision" in headings, page
        assert headings[-1] == "Consequences", page


def test_contributing_draws_the_rooms_of_the_import_contract() -> None:
    contract = next(
        contract
        for contract in PROJECT["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    floors = [set(re.findall(r"\w+", layer)) for layer in contract["layers"]]
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    picture = next(block for block in blocks(page) if block.text.startswith("cli "))
    drawn = [set(line[:29].replace("|", " ").split()) for line in picture.text.splitlines()]
    assert drawn == floors


def test_the_version_is_one() -> None:
    version = PROJECT["project"]["version"]
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\nversion: {version}\n" in citation


def test_references_are_complete() -> None:
    text = (ROOT / "docs/references.bib").read_text("utf-8")
    entries = re.findall(r"^@\w+\{(\w+),\n(.*?)^\}$", text, re.MULTILINE | re.DOTALL)
    keys = [key for key, _ in entries]
    assert len(entries) == len(re.findall(r"^@", text, re.MULTILINE))
    assert len(set(keys)) == len(keys)
    for key, fields in entries:
        assert {"author", "title", "year"} <= set(re.findall(r"^  (\w+) ", fields, re.MULTILINE)), (
            key
        )


def test_glossary_has_each_word_once() -> None:
    text = (ROOT / "docs/glossary.md").read_text("utf-8")
    words = [
        word
        for cell in re.findall(r"^\| (\*\*.+?) \|", text, re.MULTILINE)
        for word in re.findall(r"\*\*(.+?)\*\*", cell)
    ]
    assert sorted(set(words)) == sorted(words)
    assert len(words) > 50
