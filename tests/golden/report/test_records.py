"""The pages about published chips, word for word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from octant.chips import Record, citations
from octant.files.records import builtin_record
from octant.report import chips_page, record_page, references_page
from tests.golden.compare import same_as_file

HERE = Path(__file__).parent
SOME = ("eie64", "eyeriss", "eyeriss2", "mi210", "shidiannao", "tpu1", "wang22")


def records() -> tuple[Record, ...]:
    return tuple(map(builtin_record, SOME))


PAGES: dict[str, Callable[[int], str]] = {
    "chips": lambda width: chips_page(records(), width=width),
    "record_eyeriss": lambda width: record_page(builtin_record("eyeriss"), width=width),
    "record_eie64": lambda width: record_page(builtin_record("eie64"), width=width),
    "record_jia20": lambda width: record_page(builtin_record("jia20"), width=width),
    "references": lambda width: references_page(citations(records()), width=width),
}


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("name", PAGES)
def test_page(name: str, width: int) -> None:
    text = PAGES[name](width)
    assert [line for line in text.splitlines() if line != line.rstrip() or len(line) > width] == []
    same_as_file(text, HERE / f"{name}_{width}.txt")


def test_no_chip_is_said() -> None:
    assert chips_page(()) == "No published chip is like that.\n"
