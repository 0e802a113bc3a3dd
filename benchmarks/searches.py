"""The time of searches, layer by layer, in one warm process for each architecture.

A search that reaches its time limit is stopped: its row says how many were proven, and what such a
search needs is at least what it took. Mappings are priced on the way: the found one, once more.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import bars
from benchmarks.apart import MEMORY_BYTES, answered, peak_bytes

if TYPE_CHECKING:
    from octant.arch import Architecture
    from octant.mapping import Mapping
    from octant.workload import Einsum

ARCHITECTURES = Path(__file__).parent / "architectures"
NETWORKS = ("alexnet", "resnet50", "mobilenet-v2", "bert-base")
SIZES = {"bert-base": {"sequence": 512}}
PRICING_MS = 1.0
_ROUNDS = 5
#: What is quick takes one layer of so many, and stops each search so many times sooner.
QUICK_LAYERS, QUICK_TIME = 6, 3


@dataclass(frozen=True, slots=True)
class Case:
    """A group of searches and its bars.

    Args:
        label: what is searched.
        chip: a built-in chip, or an architecture of this folder.
        divisors: only factors that divide.
        limit_s: of each search, in wall time.
        median_ms, worst_ms: the bars; None where there are none.
        proven: all searches must end with a proof.
    """

    label: str
    chip: str
    divisors: bool
    limit_s: float
    median_ms: float | None = None
    worst_ms: float | None = None
    proven: bool = True


@dataclass(frozen=True, slots=True)
class Timed:
    """One search: what it took and how it ended.

    Args:
        network: where the layer is from.
        search_s: processor time.
        gap: how far the value may be above the optimum; None where nothing was found.
        proven: the optimum is proven.
        priced: mappings priced in full.
        price_s: processor time of evaluating the found mapping once more; None without one.
    """

    network: str
    search_s: float
    gap: float | None
    proven: bool
    priced: int
    price_s: float | None


EYERISS = (
    Case("eyeriss, all factors", "eyeriss", False, 5.0, 20.0, 500.0),
    Case("eyeriss, divisors", "eyeriss", True, 5.0, 20.0, 500.0),
)
FREE = (Case("free, divisors", "free.yaml", True, 20.0, 1e3, 1e4),)
CLUSTERS = (
    Case("clusters, all factors", "clusters.yaml", False, 10.0, 100.0, 3e3),
    Case("clusters, divisors", "clusters.yaml", True, 10.0, 100.0, 3e3),
)
OTHERS = (
    Case("eyeriss-isca16, all factors", "eyeriss-isca16", False, 5.0, proven=False),
    Case("tpu1 (latency), all factors", "tpu1", False, 5.0, proven=False),
    Case("teaching, all factors", "teaching", False, 5.0, proven=False),
)


def table(cases: Sequence[Case], *, quick: bool = False) -> Iterator[str]:
    """Yields the lines of cases: layers, proven, median, worst, sum, memory, then the bars."""
    yield (
        f"{'searches for EDP, processor ms a layer':<40}{'layers':>8}{'proven':>8}{'median':>9}"
        f"{'worst':>9}{'sum':>10}{'MB':>6}"
    )
    for case in cases:
        if quick:
            case = replace(case, limit_s=case.limit_s / QUICK_TIME)
        found = answered("benchmarks.searches", json.dumps(asdict(case)), str(int(quick)))
        runs, held = [Timed(**each) for each in found["runs"]], found["peak_bytes"]
        for network in NETWORKS:
            own = [run for run in runs if run.network == network]
            yield f"{f'  {network}':<40}{_numbers(own)}"
        yield f"{case.label:<40}{_numbers(runs)}{held / 1e6:>6.0f}"
        yield from bars.lines("bars", [*_bars(case, runs), _memory(held)])


def _numbers(runs: Sequence[Timed]) -> str:
    took = [1e3 * run.search_s for run in runs]
    proven = sum(run.proven for run in runs)
    half, most = statistics.median(took), max(took)
    return f"{len(runs):>8}{proven:>8}{half:>9.1f}{most:>9.1f}{sum(took):>10.0f}"


def _bars(case: Case, runs: Sequence[Timed]) -> Iterator[bars.Bar | bars.All]:
    took = [1e3 * run.search_s for run in runs]
    stopped = [run for run in runs if not run.proven]
    if case.median_ms is not None:
        half = len(stopped) * 2 >= len(runs)
        yield bars.Bar("median", statistics.median(took), case.median_ms, "ms", half)
    if case.worst_ms is not None:
        yield bars.Bar("worst", max(took), case.worst_ms, "ms", bool(stopped))
    if case.proven:
        gaps = [run.gap for run in stopped if run.gap is not None]
        why = f"{len(stopped)} stopped after {case.limit_s:.3g} s of wall time"
        why += f", at most {100 * max(gaps):.3g} % above the optimum" if gaps else ""
        yield bars.All("proven", len(runs) - len(stopped), len(runs), why)
    priced = [1e3 * run.price_s for run in runs if run.price_s is not None]
    yield bars.Bar("pricing one mapping, median", statistics.median(priced), PRICING_MS, "ms")


def _memory(held: int) -> bars.Bar:
    return bars.Bar("memory", held / 1e6, MEMORY_BYTES / 1e6, "MB")


def searched(case: Case, *, quick: bool) -> list[Timed]:
    """Searches the different layers of all networks, in this process.

    Args:
        case: the architecture, the space and the time limit.
        quick: only some of the layers, evenly chosen.
    """
    from octant.mapper import Objective, dataflow_named, prepare, search
    from octant.model import missing_prices

    prepare()
    chip = architecture(case.chip)
    goal = Objective.LATENCY if missing_prices(chip) else Objective.EDP
    dataflow = dataflow_named(chip, None)
    found = []
    for network in NETWORKS:
        for work in layers(network, quick=quick):
            start = time.process_time()
            result = search(
                work,
                chip,
                objective=goal,
                dataflow=dataflow,
                divisors_only=case.divisors,
                time_limit_s=case.limit_s,
            )
            took = time.process_time() - start
            known = result.mapping is not None and result.bound > 0
            priced = None if result.mapping is None else pricing_s(work, chip, result.mapping)
            found.append(
                Timed(
                    network,
                    took,
                    result.gap if known else None,
                    result.status.value == "optimal",
                    result.priced,
                    priced,
                )
            )
    return found


def architecture(name: str) -> Architecture:
    """The chip of a case."""
    from octant.api import load_architecture

    return load_architecture(ARCHITECTURES / name if name.endswith(".yaml") else name)


def layers(network: str, *, quick: bool) -> list[Einsum]:
    """The different layers of a network that multiply; where it is to be quick, some of them."""
    from octant.api import load_network
    from octant.workload import Einsum

    found = dict.fromkeys(
        layer.work for layer in load_network(network, dims=SIZES.get(network)).mac_layers
    )
    works = [work for work in found if isinstance(work, Einsum)]
    return works[:: QUICK_LAYERS if quick else 1]


def pricing_s(work: Einsum, chip: Architecture, mapping: Mapping) -> float:
    """The processor seconds of evaluating one mapping, the best of some rounds."""
    from octant.model import evaluate

    rounds = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        evaluate(work, chip, mapping)
        rounds.append(time.process_time() - start)
    return min(rounds)


def main() -> None:
    """Answers ``table``: searches one case and prints what it took as JSON."""
    case, quick = Case(**json.loads(sys.argv[1])), sys.argv[2] == "1"
    runs = [asdict(run) for run in searched(case, quick=quick)]
    print(json.dumps({"runs": runs, "peak_bytes": peak_bytes()}))


if __name__ == "__main__":
    main()
