"""Compiling the search ahead of its first use: once on a machine, by several processes."""

from __future__ import annotations

import functools
import gc
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FunctionType
from typing import IO, Any

from octant.mapper.halves import HALVES, compile_half, entries

QUICKER = {"NUMBA_OPT": "1", "NUMBA_LOOP_VECTORIZE": "0", "NUMBA_SLP_VECTORIZE": "0"}
"""How the processes that compile do so: with more passes it takes longer and runs no faster.

They are theirs alone: Numba is set up as its user wants it in the process that searches.
"""
_LOOK_S = 0.1
_DONE = "."


@functools.cache
def prepare() -> None:
    """Compiles all that a search runs, or loads it where an earlier process has compiled it.

    The first search on a machine does so anyway; this lets a caller do so beforehand.
    """
    compile_ahead()
    for name in HALVES:
        compile_half(name)


def compile_ahead(tell: Callable[[int, int], None] | None = None) -> None:
    """Has processes compile what this machine has not, side by side, one set of them at a time.

    Where that is not possible nothing is lost: what is called is compiled then, by this process.

    Args:
        tell: called now and then with how many of the functions that a search calls are compiled,
            and how many there are, if some are not, and once when all are; an exception from it
            ends the compilation, and what was compiled by then stays.
    """
    from filelock import FileLock, Timeout

    place = _place()
    if place is None or _stamp(place).exists():
        return
    tell = tell or (lambda done, total: None)
    total = sum(len(names) for names in entries().values())
    lock = FileLock(place / "octant.lock")
    while True:
        tell(0, total)
        try:
            lock.acquire(timeout=_LOOK_S)
            break
        except Timeout:
            continue
        except OSError:
            return
    try:
        if not _stamp(place).exists() and _compiled_by_processes(tell, total):
            _stamp(place).touch()
    finally:
        lock.release()
    if _stamp(place).exists():
        tell(total, total)


def _place() -> Path | None:
    """Where Numba keeps what is compiled; None where no process can be started."""
    from octant.mapper import kernel

    place = Path(kernel.list_onwards.stats.cache_path)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return place if sys.executable else None


def _stamp(place: Path) -> Path:
    """A file that says that all is compiled: these sources, by this Numba, for this machine."""
    import llvmlite.binding
    import numba

    from octant.counting.kernel.compiling import FINGERPRINT

    cpu = llvmlite.binding.get_host_cpu_name()
    version = f"{sys.implementation.cache_tag}.numba-{numba.__version__}"
    return place / f"octant.{FINGERPRINT[:16]}.{version}.{cpu}.ready"


def _compiled_by_processes(tell: Callable[[int, int], None], total: int) -> bool:
    """Whether processes compiled both halves, side by side: no processor waits for the longest."""
    running = list[subprocess.Popen[bytes]]()
    with tempfile.TemporaryFile() as said:
        try:
            for half in HALVES:
                running.append(_started(half, said))
            while running:
                tell(min(os.fstat(said.fileno()).st_size, total), total)
                with suppress(subprocess.TimeoutExpired):
                    running[0].wait(_LOOK_S)
                ended = [process for process in running if process.poll() is not None]
                if any(process.returncode == -signal.SIGINT for process in ended):
                    raise KeyboardInterrupt
                if any(process.returncode for process in ended):
                    return False
                running = [process for process in running if process not in ended]
        except OSError:
            return False
        finally:
            for process in running:
                process.kill()
                process.wait()
    return True


def _started(half: str, said: IO[bytes]) -> subprocess.Popen[bytes]:
    """A process that compiles a half, with this very package."""
    paths = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    there = {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return subprocess.Popen(
        [sys.executable, "-m", "octant.mapper", half],
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=subprocess.DEVNULL,
        env=QUICKER | os.environ | there,
    )


def compile_aloud(half: str) -> None:
    """Compiles a half, for the process that waits: one character on stdout for each function."""
    with suppress(AttributeError, ImportError):
        from octant.counting.kernel.linking import compile_whole
        from octant.counting.kernel.shortcuts import take_shortcuts

        compile_whole()
        take_shortcuts()
    gc.disable()  # it ends soon, and to look through all of it again and again takes seconds
    roomy = _with_room(compile_half)  # type: ignore[arg-type]
    roomy(half, lambda: print(end=_DONE, flush=True))


def _with_room(function: FunctionType) -> Callable[..., Any]:
    """The same function, with room for many frames inside its own.

    Python gets room for 50 frames or so when they are called and gives it back when they return:
    where a compiler goes up and down just there, that takes a tenth of its time.
    """
    code = function.__code__.replace(co_stacksize=65_000)
    return FunctionType(code, function.__globals__, argdefs=function.__defaults__)
