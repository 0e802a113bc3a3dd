"""The page about claims shows what the audits say; OCTANT_GOLDEN=write writes it anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

from octant.api import audit
from octant.chips import survey
from octant.files.needs import load_needs, parse_needs
from octant.files.records import load_record, parse_record
from tests.docs.blocks import ROOT, blocks

PAGE = ROOT / "docs" / "explanation" / "claims.md"
GOLDEN = ROOT / "tests" / "golden" / "report"
_BLOCK = re.compile(
    r"```text\n(?:@(\w+)@|audit of (\S+): .*?|(small on) teaching.*?)\n```", re.DOTALL
)


def regenerated(page: str) -> str:
    """The page with every audit and verdict as its golden file has it."""

    def shown(match: re.Match[str]) -> str:
        name = f"audit_{(match[1] or match[2] or '').replace('-', '_')}"
        if match[3] or match[1] == "missed":
            name = "judgement_missed"
        text = Path(GOLDEN / f"{name}_100.txt").read_text("utf-8")
        return f"```text\n{text}```"

    return _BLOCK.sub(shown, page)


def test_the_page_shows_the_audits() -> None:
    page = PAGE.read_text("utf-8")
    if os.environ.get("OCTANT_GOLDEN") == "write":
        PAGE.write_text(regenerated(page), "utf-8", newline="\n")
        page = PAGE.read_text("utf-8")
    assert page == regenerated(page)
    assert len(_BLOCK.findall(page)) == 5


def test_the_examples_are_read() -> None:
    page = PAGE.read_text("utf-8")
    needs = load_needs(ROOT / "examples" / "needs.yaml")
    shown = next(block.text for block in blocks(page) if block.text.startswith("octant: needs"))
    on_page = parse_needs(shown)
    assert dict(needs.limits()).items() <= dict(on_page.limits()).items()
    for path in sorted((ROOT / "examples" / "claims").glob("*.yaml")):
        assert f"examples/claims/{path.name}" in page
        assert load_record(str(path)).title


def test_the_record_on_the_page_about_chips_is_read() -> None:
    page = (ROOT / "docs" / "explanation" / "chips.md").read_text("utf-8")
    (shown,) = [block.text for block in blocks(page) if block.language == "yaml"]
    record = parse_record(shown, cited=True)
    assert survey([record]).points[0].chip == "mine"
    assert not audit(record).contradicts_itself
