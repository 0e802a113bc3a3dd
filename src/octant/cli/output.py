"""Results on stdout: how wide, and in which characters."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_PIPED = 100
_NARROWEST = 60
_WIDEST = 120
_PLAIN = str.maketrans("█▉▊▋▌▍▎▏", "########")


def width() -> int:
    """The characters of a line: the terminal's, 100 where there is none; COLUMNS decides."""
    columns = shutil.get_terminal_size(fallback=(_PIPED, 24)).columns
    return min(max(columns, _NARROWEST), _WIDEST)


def show(text: str) -> None:
    """Writes a page to stdout, in ASCII where its encoding has no more.

    Raises:
        FileFormatError: stdout is closed, or its disk is full.
    """
    if sys.stdout is None:  # closed before the start: octant ... >&-
        raise unwritten("stdout is closed")
    encoding = sys.stdout.encoding or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritten(error.strerror) from None


def unwritten(why: str | None) -> Exception:
    """The error of a result, or of help, that stdout does not take."""
    from octant.errors import FileFormatError

    return FileFormatError(f"the output cannot be written: {why}")


def written(result: DataclassInstance, json: str | None, file: Path | None) -> bool:
    """Writes a result as JSON where ``--json`` asked for it; whether it was printed instead."""
    if json == "-":
        from octant.files.results import to_json

        show(to_json(result))
        return True
    if file is not None:
        from octant.files.results import write_json

        write_json(file, result)
    return False
