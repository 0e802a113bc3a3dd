"""Work in a process of its own, so that its memory is its own, too."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: A process may take so many bytes at its peak.
MEMORY_BYTES = 500_000_000
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Run:
    """What one process took.

    Args:
        wall_s: what a person waits.
        processor_s: what the work costs.
        stopped: it was ended before it was done.
    """

    wall_s: float
    processor_s: float
    stopped: bool = False


def process(
    arguments: Sequence[str],
    environment: Mapping[str, str] | None = None,
    limit_s: float | None = None,
) -> tuple[Run, str]:
    """Runs Python with these arguments; returns what it took and what it printed.

    It keeps its bytecode, as on a user's machine: where that is off, each run compiles all sources.

    Args:
        arguments: of Python.
        environment: of the process; this one's unless given.
        limit_s: when it is ended.

    Raises:
        SystemExit: when it fails, with what it said.
    """
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    printed, stopped = "", False
    env = {k: v for k, v in (environment or os.environ).items() if k != "PYTHONDONTWRITEBYTECODE"}
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            text=True,
            check=True,
            timeout=limit_s,
            env=env,
        )
        printed = done.stdout
    except subprocess.TimeoutExpired:
        stopped = True
    except subprocess.CalledProcessError as error:
        said = f"{' '.join(arguments)}: exit code {error.returncode}\n{error.stderr}"
        raise SystemExit(f"error: {said}") from None
    wall_s, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall_s, processor_s, stopped), printed


def answered(module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Any:
    """What a module's ``main`` prints as JSON, run in a process of its own."""
    _, printed = process(("-m", module, *arguments), environment)
    return json.loads(printed.splitlines()[-1])


def peak_bytes() -> int:
    """The most memory that this process has held.

    What ``getrusage`` says of a child is never below what its parent held when it was made; the
    kernel's own count of the process is, where there is one.
    """
    if _STATUS.is_file():
        for line in _STATUS.read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    return _in_bytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def childrens_peak_bytes() -> int:
    """The most memory that any process has held that this one started and that has ended.

    At least what this process held when it started it; 0 where it started none.
    """
    return _in_bytes(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def _in_bytes(peak: int) -> int:
    return peak if sys.platform == "darwin" else 1024 * peak
