"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from octant.errors import FileFormatError


def write_whole(path: Path | str, content: str | bytes) -> None:
    """Writes a file, which is there whole afterwards, or as it was before.

    Args:
        path: of the file; a pipe or a terminal is written to as it is.
        content: text, which becomes UTF-8, or bytes.

    Raises:
        FileFormatError: the file cannot be written.
    """
    target = Path(path)
    raw = content.encode() if isinstance(content, str) else content
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(raw)
        else:
            _replace(target.resolve(), raw)
    except OSError as error:
        raise FileFormatError(f"{path}: cannot be written: {error.strerror}") from error


def _replace(target: Path, content: bytes) -> None:
    """Writes a file beside the target and puts it in the target's place."""
    with tempfile.NamedTemporaryFile(
        "wb", dir=target.parent, prefix=f".{target.name}.", delete=False
    ) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.chmod(file.name, _mode(target))
            os.replace(file.name, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(file.name)
            raise


def _mode(target: Path) -> int:
    """The permissions of the file that is replaced, else those of any new file."""
    with contextlib.suppress(OSError):
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
