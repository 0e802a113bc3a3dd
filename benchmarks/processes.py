"""Whole processes: the first run on a machine, a later one, one from the cache; two processors."""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import bars
from benchmarks.apart import MEMORY_BYTES, Run, answered, process
from benchmarks.searches import NETWORKS, layers

NETWORK, CHIP = "resnet50", "eyeriss"
FIRST_S, COLD_S, CACHED_S = 15.0, 3.0, 1.0
#: Layers side by side on two processors: at least so many times as fast as one after the other.
TWICE = 1.7
#: The networks whose layers are searched side by side: many short searches, and fewer longer ones.
SIDE_BY_SIDE = ((NETWORKS, True), (NETWORKS, False))
#: A process is ended after so many seconds, a search of those side by side after the others.
LIMIT_S, LAYER_S = 300.0, 5.0
#: Processor time below this share of the wall time: something else had the processor.
CONTENDED = 0.9
_ROUNDS = 3
_START = (
    "import sys; from octant.cli import main; sys.argv = ['octant', *sys.argv[1:]]; code = main();"
    "from benchmarks.apart import childrens_peak_bytes, peak_bytes;"
    "print(max(peak_bytes(), childrens_peak_bytes())); sys.exit(code)"
)


def table(*, quick: bool = False) -> Iterator[str]:
    """Yields a line for each way that a process may start, then that of two processors."""
    command = ("map", NETWORK, "--on", CHIP, "--quiet")
    name = f"octant {' '.join(command[:4])}"
    yield f"{name:<40}{'wall s':>9}{'processor s':>13}{'MB':>6}"
    with tempfile.TemporaryDirectory() as place:
        compiled, kept = Path(place) / "compiled", Path(place) / "kept"
        machine = os.environ | {"NUMBA_CACHE_DIR": str(compiled), "OCTANT_CACHE": str(kept)}
        first = [_run(command, machine)]
        yield from _lines("the first run ever: compiles", FIRST_S, first)
        rounds = range(1 if quick else _ROUNDS)
        later = [_run(command, machine | {"OCTANT_CACHE": "off"}) for _ in rounds]
        yield from _lines("a later one: searches", COLD_S, later)
        if first[0][0].stopped:
            yield "  the second was not timed: the first was stopped, and its answers are not kept"
        else:
            searched, shapes = len(list(kept.iterdir())), len(layers(NETWORK, quick=False))
            again = [_run(command, machine) for _ in rounds]
            yield from _lines("the second: from the cache", CACHED_S, again)
            each = bars.All("shapes searched once each", searched, shapes, "some were not kept")
            yield from bars.lines("bars", [each])
    yield from _two()


def _run(command: tuple[str, ...], environment: dict[str, str]) -> tuple[Run, int]:
    """What one run took, and the most that any process of it held; 0 where it was stopped."""
    took, printed = process(("-c", _START, *command), environment, LIMIT_S)
    return took, 0 if took.stopped else int(printed.splitlines()[-1])


def _lines(label: str, most_s: float, runs: list[tuple[Run, int]]) -> Iterator[str]:
    wall = statistics.median(run.wall_s for run, _ in runs)
    processor = statistics.median(run.processor_s for run, _ in runs)
    stopped, held = any(run.stopped for run, _ in runs), max(peak for _, peak in runs)
    memory = "" if stopped else f"{held / 1e6:.0f}"
    yield f"{f'  {label}':<40}{wall:>9.2f}{processor:>13.2f}{memory:>6}"
    told = [bars.Bar("wall time", wall, most_s, "s", stopped)]
    if processor < CONTENDED * wall and not stopped:
        told = [bars.Bar("processor time, for others kept it waiting,", processor, most_s, "s")]
    if not stopped:
        told.append(bars.Bar("memory", held / 1e6, MEMORY_BYTES / 1e6, "MB"))
    yield from bars.lines("bars", told)


def _two() -> Iterator[str]:
    """The lines of layers side by side; on a machine with one processor there is nothing to say."""
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        yield "two processors: not measured, this machine has one or does not let them be chosen"
        return
    for networks, divisors in SIDE_BY_SIDE:
        found = answered("benchmarks.processes", str(int(divisors)), *networks)
        ratio = found["one_s"] / found["two_s"]
        words = "divisors" if divisors else "all factors"
        label = f"{found['layers']} layers on {CHIP}, {words}, warm"
        yield (
            f"{label:<40}{found['one_s']:>9.2f} s on one processor, {found['two_s']:.2f} s on two; "
            f"{found['proven']} proven"
        )
        verdict = "met" if ratio >= TWICE else "MISSED"
        if verdict == "MISSED" and found["share"] < CONTENDED:
            verdict = "not known, other processes took the processors"
        yield f"  bars: {ratio:.2f} times as fast (bar {TWICE:g} times: {verdict})"


def main() -> None:
    """Answers ``_two``: the wall seconds of all layers on one processor and on two, as JSON."""
    from octant.api import load_architecture
    from octant.mapper import Objective, Question, Status, dataflow_named, prepare, search_layers

    divisors, networks = sys.argv[1] == "1", sys.argv[2:]
    prepare()
    chip = load_architecture(CHIP)
    question = Question(
        chip,
        Objective.EDP,
        dataflow_named(chip, None),
        divisors_only=divisors,
        cached=False,
        time_limit_s=LAYER_S,
    )
    works = list(dict.fromkeys(work for name in networks for work in layers(name, quick=False)))
    allowed = sorted(os.sched_getaffinity(0))
    told: dict[str, float] = {"layers": len(works)}
    for name, some in (("one_s", allowed[:1]), ("two_s", allowed[:2])):
        os.sched_setaffinity(0, some)
        rounds = []
        for _ in range(_ROUNDS):
            start, begun = time.perf_counter(), time.process_time()
            found = search_layers(works, question)
            rounds.append(time.perf_counter() - start)
            told.setdefault("share", (time.process_time() - begun) / rounds[-1])
        told[name] = min(rounds)
        told["proven"] = sum(result.status is Status.OPTIMAL for result in found.values())
    print(json.dumps(told))


if __name__ == "__main__":
    main()
