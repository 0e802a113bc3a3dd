"""The time of what people type and of what Octant computes, in groups: `make bench`.

Wall time is what a person waits; processor time is what the work costs, and stays meaningful on a
busy machine. Where the processes were kept waiting for a processor, the row says so. Rows with a
bar say whether it is met.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module

from benchmarks.apart import Run, process

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
LIMIT_S = 120.0  # a command is ended then
CONTENDED = 0.9  # processor time below this share of wall time: something else had the processor


@dataclass(frozen=True, slots=True)
class Effort:
    """How much of a group is run.

    Args:
        repeat: runs of each command.
        quick: fewer layers, and searches that are stopped sooner.
    """

    repeat: int
    quick: bool


def row(label: str, runs: Sequence[Run]) -> str:
    """Returns the line of a command: first, best and median wall time, processor time."""
    wall = [run.wall_s for run in runs]
    processor_s = statistics.median(run.processor_s for run in runs)
    busy = sum(run.processor_s for run in runs) / sum(wall)
    note = "  contended" if busy < CONTENDED else ""
    note += f"  stopped after {LIMIT_S:g} s" if any(run.stopped for run in runs) else ""
    return (
        f"{label:<40}{wall[0]:>9.3f}{min(wall):>9.3f}{statistics.median(wall):>9.3f}"
        f"{processor_s:>11.3f}{note}"
    )


def commands(effort: Effort) -> Iterator[str]:
    """Yields a line for each command, in a process of its own; the first run finds no mappings."""
    repeat = 1 if effort.quick else effort.repeat
    head = f"commands, seconds, runs: {repeat}"
    yield f"{head:<40}{'first':>9}{'best':>9}{'median':>9}{'processor':>11}"
    yield row("import octant", [process(PYTHON_IMPORT)[0] for _ in range(repeat)])
    start = "import sys; from octant.cli import main; sys.argv[0] = 'octant'; sys.exit(main())"
    for command in COMMANDS:
        with tempfile.TemporaryDirectory() as kept:
            where = os.environ | {"OCTANT_CACHE": kept}
            runs = [process(("-c", start, *command), where, LIMIT_S)[0] for _ in range(repeat)]
        yield row(f"octant {' '.join(command[:4])}", runs)


def _searches(name: str) -> Callable[[Effort], Iterable[str]]:
    """The searches of some cases, by their name in ``benchmarks.searches``."""

    def lines(effort: Effort) -> Iterable[str]:
        from benchmarks import searches

        return searches.table(getattr(searches, name), quick=effort.quick)

    return lines


def _module(name: str) -> Callable[[Effort], Iterable[str]]:
    """The lines of a module whose table may be quick."""

    def lines(effort: Effort) -> Iterable[str]:
        found: Iterable[str] = import_module(f"benchmarks.{name}").table(quick=effort.quick)
        return found

    return lines


def _page(name: str) -> Callable[[Effort], Iterable[str]]:
    """The lines of a module whose table is one text."""

    def lines(_: Effort) -> Iterable[str]:
        yield import_module(f"benchmarks.{name}").table()

    return lines


GROUPS: dict[str, Callable[[Effort], Iterable[str]]] = {
    "commands": commands,
    "pricing": _page("pricing"),
    "eyeriss": _searches("EYERISS"),
    "free": _searches("FREE"),
    "clusters": _searches("CLUSTERS"),
    "others": _searches("OTHERS"),
    "fronts": _module("fronts"),
    "processes": _module("processes"),
    "growth": _module("growth"),
    "sparsity": _page("sparsity"),
    "accuracy": _page("accuracy"),
    "reports": _page("reports"),
}


def main() -> None:
    """Runs the groups that were asked for, or all, and prints their lines as they come."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument(
        "groups", nargs="*", metavar="GROUP", help=f"all unless given: {', '.join(GROUPS)}"
    )
    parser.add_argument("--repeat", type=int, default=5, help="runs of each command (5)")
    parser.add_argument(
        "--quick", action="store_true", help="fewer layers, searches stopped sooner, one run each"
    )
    asked = parser.parse_args()
    unknown = [name for name in asked.groups if name not in GROUPS]
    if unknown:
        parser.error(f"there is no group {', '.join(unknown)}; there are {', '.join(GROUPS)}")
    effort = Effort(max(1, asked.repeat), asked.quick)
    load = os.getloadavg()[0]
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, load {load:.1f}")
    for name in asked.groups or GROUPS:
        print()
        for line in GROUPS[name](effort):
            print(line, flush=True)


if __name__ == "__main__":
    main()
