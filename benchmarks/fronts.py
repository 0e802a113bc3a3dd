"""The time of a whole front of energy and latency, beside that of its best product alone."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from benchmarks import bars
from benchmarks.apart import MEMORY_BYTES, answered, peak_bytes
from benchmarks.searches import NETWORKS, architecture, layers

RATIO = 3.0
CASES = (("eyeriss", False), ("eyeriss", True), ("clusters.yaml", True))
#: A search for the optimum may take so many seconds of wall time, one for the front so many times
#: what that took and the floor.
LIMIT_S, TIMES, FLOOR_S = 3.0, 8.0, 0.2


@dataclass(frozen=True, slots=True)
class Timed:
    """One layer: the processor seconds of both searches.

    Args:
        network: where it is from.
        single_s: of the least energy x latency, proven.
        front_s: of the front; at least this where it is not complete.
        complete: the front is.
        points: of the front.
    """

    network: str
    single_s: float
    front_s: float
    complete: bool
    points: int


def table(*, quick: bool = False) -> Iterator[str]:
    """Yields a line for each architecture and space, and its bar."""
    yield (
        f"{'whole fronts beside the least EDP, ms':<40}{'layers':>8}{'whole':>8}{'single':>9}"
        f"{'front':>9}{'ratio':>10}{'worst':>8}"
    )
    for chip, divisors in CASES:
        found = answered("benchmarks.fronts", chip, str(int(divisors)), str(int(quick)))
        runs = [Timed(**each) for each in found["runs"]]
        label = f"{chip.removesuffix('.yaml')}, {'divisors' if divisors else 'all factors'}"
        if not runs:
            yield f"{label:<40} no optimum was proven in {LIMIT_S:g} s: nothing to compare"
            continue
        yield from _lines(label, runs, found["layers"], found["peak_bytes"])


def _lines(label: str, runs: list[Timed], total: int, held: int) -> Iterator[str]:
    ratios = [run.front_s / run.single_s for run in runs]
    single, front = (
        1e3 * statistics.median(getattr(run, name) for run in runs)
        for name in ("single_s", "front_s")
    )
    whole = sum(run.complete for run in runs)
    yield (
        f"{label:<40}{len(runs):>8}{whole:>8}{single:>9.1f}{front:>9.1f}"
        f"{statistics.median(ratios):>10.2f}{max(ratios):>8.1f}"
    )
    stopped = len(runs) - whole
    why = f"{stopped} stopped after {TIMES:g} times the single search"
    yield from bars.lines(
        "bars",
        [
            bars.Bar(
                "median ratio", statistics.median(ratios), RATIO, "x", 2 * stopped > len(runs)
            ),
            bars.All("whole", whole, len(runs), why),
            bars.Bar("memory", held / 1e6, MEMORY_BYTES / 1e6, "MB"),
        ],
    )
    if len(runs) < total:
        yield f"    {total - len(runs)} of {total} layers left out: their optimum took too long"


def compared(chip: str, *, divisors: bool, quick: bool) -> tuple[int, list[Timed]]:
    """Searches both ways, in this process; how many layers there are, and those compared."""
    from octant.mapper import Status, dataflow_named, front, prepare, search

    prepare()
    on, total, found = architecture(chip), 0, []
    dataflow = dataflow_named(on, None)
    for network in NETWORKS:
        for work in layers(network, quick=quick):
            total += 1
            wall, start = time.perf_counter(), time.process_time()
            best = search(work, on, dataflow=dataflow, divisors_only=divisors, time_limit_s=LIMIT_S)
            single_s, waited = time.process_time() - start, time.perf_counter() - wall
            if best.status is not Status.OPTIMAL:
                continue
            start = time.process_time()
            whole = front(
                work,
                on,
                dataflow=dataflow,
                divisors_only=divisors,
                time_limit_s=FLOOR_S + TIMES * waited,
            )
            front_s = time.process_time() - start
            complete = whole.status is Status.OPTIMAL
            found.append(Timed(network, single_s, front_s, complete, len(whole.evaluations)))
    return total, found


def main() -> None:
    """Answers ``table``: compares one case and prints what it took as JSON."""
    chip, divisors, quick = sys.argv[1], sys.argv[2] == "1", sys.argv[3] == "1"
    total, runs = compared(chip, divisors=divisors, quick=quick)
    told = {"layers": total, "runs": [asdict(run) for run in runs], "peak_bytes": peak_bytes()}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
