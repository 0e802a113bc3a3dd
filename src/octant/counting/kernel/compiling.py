"""How kernels are compiled: at the first call, and kept on disk for later processes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
from numba import njit


def _fingerprint() -> str:
    """A hash of the sources of all kernels, of every room: they are compiled into each other."""
    package = Path(__file__).parents[2]
    sources = sorted([*package.glob("*/kernel.py"), *package.glob("*/kernel/*.py")])
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


FINGERPRINT = _fingerprint()
"""Changes with any kernel."""


def compiled(function: Callable[..., Any]) -> Any:
    """Compiles a function at its first call and keeps the machine code on disk.

    Numba alone would only notice a change of the function's own file, and go on running code that
    has an older version of another kernel inside.
    """
    return _kept(_jit(cache=True, no_cfunc_wrapper=True, _nrt=True)(function))


def compiled_lean(function: Callable[..., Any]) -> Any:
    """The same for one that makes no arrays; see ``lean``."""
    return _kept(_jit(cache=True, no_cfunc_wrapper=True, _nrt=False)(function))


def inner(function: Callable[..., Any]) -> Any:
    """Compiles a function that only other kernels call, not Python, into each of these."""
    return _jit(**_UNWRAPPED, _nrt=True)(function)


def lean(function: Callable[..., Any]) -> Any:
    """The same for one that makes no arrays: it need not count who holds those that it reads.

    Counting references takes ten times as long as what these functions compute. Their callers hold
    all arrays for as long as they run.
    """
    return _jit(**_UNWRAPPED, _nrt=False)(function)


def inlined(function: Callable[..., Any]) -> Any:
    """The same for a small function that its callers take in: arrays cost time at a call."""
    return _jit(**_UNWRAPPED, _nrt=False, forceinline=True)(function)


ZERO, ONE = np.int64(0), np.int64(1)
"""Numbers to begin with that are handed on: for a literal the callee is compiled once more."""


_UNWRAPPED = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_jit: Any = partial(njit, error_model="numpy", nogil=True)


def _kept(dispatcher: Any) -> Any:
    files = dispatcher._cache._cache_file
    files._source_stamp = FINGERPRINT
    files._load_index = partial(_index, files._load_index)
    return dispatcher


def _index(load: Callable[[], dict[Any, Any]]) -> dict[Any, Any]:
    """What was compiled; nothing where that cannot be read, as when it names types that are gone.

    An older version of this package may have written it, or a process that was stopped.
    """
    try:
        return load()
    except (AttributeError, EOFError, ImportError, UnpicklingError):
        return {}
