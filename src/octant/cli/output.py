"""Results on stdout: how wide, and in which characters."""

from __future__ import annotations

import shutil
import sys

_PIPED = 100
_NARROWEST = 60
_WIDEST = 120
_PLAIN = str.maketrans("█▉▊▋▌▍▎▏", "########")


def width() -> int:
    """The characters of a line: the terminal's, 100 where there is none; COLUMNS decides."""
    columns = shutil.get_terminal_size(fallback=(_PIPED, 24)).columns
    return min(max(columns, _NARROWEST), _WIDEST)


def show(text: str) -> None:
    """Writes a page to stdout, in ASCII where its encoding has no more."""
    encoding = sys.stdout.encoding or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
    sys.stdout.write(text)
    sys.stdout.flush()
