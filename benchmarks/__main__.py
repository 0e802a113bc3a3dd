"""The time of the commands that people type, each in a process of its own: `make bench`.

Wall time is what a person waits; processor time is what the work costs, and stays meaningful on a
busy machine. Where the processes were kept waiting for a processor, the row says so.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import accuracy, pricing, reports, sparsity
from benchmarks.searches import table

PYTHON_IMPORT = ("-c", "import octant")
COMMANDS = (
    ("--help",),
    ("components",),
    ("price", "sram", "--capacity", "108 KiB", "--width", "64 b", "--node", "65 nm"),
    ("evaluate", "alexnet", "--on", "eyeriss"),
    ("evaluate", "mobilenet-v1", "--on", "eyeriss"),
    ("evaluate", "resnet50", "--on", "eyeriss"),
    ("eyexam", "resnet50", "--on", "eyeriss"),
    ("bound", "alexnet", "--on", "eyeriss"),
    ("accuracy", "digits-lenet", "--weights", "8", "--activations", "8"),
)
CONTENDED = 0.9  # processor time below this share of wall time: something else had the processor


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took."""

    wall_s: float
    processor_s: float


def timed(arguments: Sequence[str]) -> Run:
    """Returns what one run of Python with these arguments took.

    Raises:
        SystemExit: when it fails, with what it said.
    """
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    wall_s, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(
            f"error: {' '.join(arguments)}: exit code {done.returncode}\n{done.stderr}"
        )
    processor_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall_s, processor_s)


def row(label: str, runs: Sequence[Run]) -> str:
    """Returns the line of a command: first, best and median wall time, processor time."""
    wall = [run.wall_s for run in runs]
    processor_s = statistics.median(run.processor_s for run in runs)
    busy = sum(run.processor_s for run in runs) / sum(wall)
    note = "  contended" if busy < CONTENDED else ""
    return (
        f"{label:<40}{wall[0]:>9.3f}{min(wall):>9.3f}{statistics.median(wall):>9.3f}"
        f"{processor_s:>11.3f}{note}"
    )


def main() -> None:
    """Times every command and prints a line for each."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--repeat", type=int, default=5, help="runs of each command (5)")
    repeat = max(1, parser.parse_args().repeat)
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, {repeat} runs, seconds")
    print(f"{'':<40}{'first':>9}{'best':>9}{'median':>9}{'processor':>11}")
    print(row("import octant", [timed(PYTHON_IMPORT) for _ in range(repeat)]))
    start = "import sys; from octant.cli import main; sys.argv[0] = 'octant'; sys.exit(main())"
    for command in COMMANDS:
        runs = [timed(("-c", start, *command)) for _ in range(repeat)]
        print(row(f"octant {' '.join(command[:4])}", runs), flush=True)
    print(f"\n{pricing.table()}")
    print(f"\n{table()}")
    print(f"\n{sparsity.table()}")
    print(f"\n{accuracy.table()}")
    print(f"\n{reports.table()}")


if __name__ == "__main__":
    main()
