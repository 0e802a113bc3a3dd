"""The fenced code blocks of Markdown pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: its language, the line of its first line of text, and the text."""

    language: str
    line: int
    text: str


def blocks(page: str) -> list[Block]:
    """Returns the fenced blocks of a page, in order."""
    return [
        Block(match["language"], 1 + page.count("\n", 0, match.start("text")), match["text"])
        for match in _FENCE.finditer(page)
    ]


def pages() -> list[Path]:
    """Returns the Markdown pages of the project: those at its root and all below docs."""
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
