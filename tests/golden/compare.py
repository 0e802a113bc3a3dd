"""Text against the file that holds what it should be; OCTANT_GOLDEN=write writes the files anew."""

from __future__ import annotations

import os
from pathlib import Path


def same_as_file(text: str, path: Path) -> None:
    """Asserts that a text is the file's, or writes it there when asked to."""
    if os.environ.get("OCTANT_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.is_file(), f"{path} is missing: OCTANT_GOLDEN=write pytest ... writes it"
    assert text == path.read_text(encoding="utf-8")
