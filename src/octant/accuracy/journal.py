"""What has been computed, in a file: a run that was cut short goes on where it stopped.

One JSON object a line. The key of a line is a digest of the model as it is executed, of the data
set and of the samples, so a line is used again only for the very same computation. A last line
that was cut off is left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from octant.accuracy.metrics import Tally
from octant.errors import FileFormatError


class Journal:
    """Finished tallies by key, kept in a file where one is given.

    Args:
        path: of the file; None keeps nothing beyond this object.

    Raises:
        FileFormatError: the file cannot be read, or is no journal.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._known: dict[str, Tally] = _read(path) if path and path.exists() else {}

    def result(self, key: str, compute: Callable[[], Tally]) -> Tally:
        """The tally of a key, computed where it is not known yet, and written down."""
        if key not in self._known:
            self._known[key] = compute()
            self._write(key)
        return self._known[key]

    def knows(self, key: str) -> bool:
        """Whether the tally of a key needs no computing."""
        return key in self._known

    def _write(self, key: str) -> None:
        if self.path is None:
            return
        line = json.dumps({"key": key, "tally": self._known[key]}, allow_nan=False)
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            raise FileFormatError(f"{self.path}: cannot be written: {error.strerror}") from error


def key(*parts: str | bytes) -> str:
    """A digest of some parts, each with its length, so that no two lists of parts share one."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


def _read(path: Path) -> dict[str, Tally]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileFormatError(f"{path}: cannot be read as a journal: {error}") from error
    lines = text.split("\n")
    found: dict[str, Tally] = {}
    for number, line in enumerate(lines[:-1], start=1):  # behind the last line break: cut off
        try:
            entry = json.loads(line)
            found[entry["key"]] = dict(entry["tally"])
        except (ValueError, KeyError, TypeError) as error:
            raise FileFormatError(
                f"{path}:{number}: is no journal of an accuracy run: name another file, or delete "
                "this one"
            ) from error
    if lines[-1]:
        path.write_text("".join(f"{line}\n" for line in lines[:-1]), encoding="utf-8")
    return found
