"""Audits of published claims and of the two textbook cases, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from octant import api
from octant.report import audit_page
from tests.docs.blocks import ROOT
from tests.golden.compare import same_as_file

HERE = Path(__file__).parent
CLAIMS = {
    "eie64": "eie64",
    "eyeriss": "eyeriss",
    "nvdla": "nvdla-2048",
    "tpu1": "tpu1",
    "wang22": "wang22",
    "tiny_binary": str(ROOT / "examples" / "claims" / "tiny-binary.yaml"),
    "multipliers": str(ROOT / "examples" / "claims" / "multipliers.yaml"),
}


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("name", CLAIMS)
def test_page(name: str, width: int) -> None:
    text = audit_page(api.audit(CLAIMS[name]), width=width)
    assert [line for line in text.splitlines() if line != line.rstrip() or len(line) > width] == []
    same_as_file(text, HERE / f"audit_{name}_{width}.txt")
