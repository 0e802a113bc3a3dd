"""What readers of data sets share: libraries that may be missing, and digests of files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from octant.errors import OctantError


def library(module: str, package: str, extra: str) -> Any:
    """A library that only some data sets need.

    Raises:
        OctantError: it is not installed; the message says how to install it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise OctantError(
            f"this data set needs {package}, which is not installed: "
            f"pip install 'octant-eval[{extra}]'"
        ) from error


def file_print(files: Sequence[Path], *more: str) -> str:
    """A digest of names, sizes and times of change, and of what else decides what is read."""
    digest = hashlib.sha256()
    for file in files:
        status = file.stat()
        digest.update(f"{file.name}|{status.st_size}|{status.st_mtime_ns}\n".encode())
    for text in more:
        digest.update(f"{text}\n".encode())
    return digest.hexdigest()
