"""How kernels are compiled: at the first call, and kept on disk for later processes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit


def _fingerprint() -> str:
    """A hash of the sources of all kernels, of every room: they are compiled into each other."""
    package = Path(__file__).parents[2]
    sources = sorted([*package.glob("*/kernel.py"), *package.glob("*/kernel/*.py")])
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


_STAMP = _fingerprint()


def compiled(function: Callable[..., Any]) -> Any:
    """Compiles a function at its first call and keeps the machine code on disk.

    Numba alone would only notice a change of the function's own file, and go on running code that
    has an older version of another kernel inside.
    """
    dispatcher = njit(cache=True, error_model="numpy")(function)
    dispatcher._cache._cache_file._source_stamp = _STAMP  # type: ignore[attr-defined]
    return dispatcher
