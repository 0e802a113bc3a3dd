"""Flexibility: how well a chip runs a suite of shapes, formats and densities."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from octant.arch import Architecture, Dataflow
from octant.bounds import compulsory_bits
from octant.eyexam.fastest import fastest_of
from octant.eyexam.relaxing import limits
from octant.eyexam.suite import Suite, SuiteShape
from octant.mapper import SearchResult, Status
from octant.model import evaluate_sparse
from octant.workload import Einsum, Role

#: The name and version of the JSON form.
SCHEMA = "octant.flexibility/1"


@dataclass(frozen=True, slots=True)
class Trial:
    """One entry of the suite on a chip.

    Args:
        name: of the shape, format, density or network.
        kind: shape, format, density or network.
        runs: whether the chip runs it at all; None where the time was up before that was known.
        note: why not, or what is to be known; empty elsewhere.
        utilization: multiply-accumulates over what all PEs could have done; None where not run.
        of_bound: the performance over the most that the chip's peak and its outermost memory's
            compulsory traffic allow, whatever the mapping; None where not run.
        runs_per_s: of the shape (inferences of the network); None where not run.
        runs_per_j: at the fastest mapping; None where not run or where a price is missing.
    """

    name: str
    kind: str
    runs: bool | None
    note: str
    utilization: float | None = None
    of_bound: float | None = None
    runs_per_s: float | None = None
    runs_per_j: float | None = None


@dataclass(frozen=True, slots=True)
class Flexibility:
    """A suite on a chip.

    Args:
        architecture: the chip's name.
        dataflow: the constraints.
        suite: its name and version.
        trials: every entry.
        coverage: of the entries, the share that is known to run.
        worst: the least ``of_bound`` of a shape; 0 where a shape does not run, None where nobody
            knows whether one does.
        geometric_mean: of ``of_bound`` over the shapes that run.
        spread: the best over the worst of the shapes that run.
        schema: name and version of the JSON form.
    """

    architecture: str
    dataflow: str
    suite: str
    trials: tuple[Trial, ...]
    coverage: float
    worst: float | None
    geometric_mean: float | None
    spread: float | None
    schema: str = SCHEMA

    @property
    def unknown(self) -> int:
        """Entries of which the time was up before anybody knew whether they run."""
        return sum(trial.runs is None for trial in self.trials)


def try_shape(
    shape: SuiteShape,
    architecture: Architecture,
    dataflow: Dataflow,
    *,
    time_limit_s: float | None = None,
) -> Trial:
    """Returns how a chip runs a shape at its fastest, or why it does not."""
    einsum = architecture.in_own_formats(shape.einsum)
    result = _fastest(einsum, architecture, dataflow, time_limit_s)
    if result.evaluation is None:
        return Trial(shape.name, "shape", _nowhere(result), result.reason)
    bound = attainable_cycles(einsum, architecture)
    return _trial(shape.name, "shape", einsum, architecture, result, bound)


def _fastest(
    einsum: Einsum, architecture: Architecture, dataflow: Dataflow, time_limit_s: float | None
) -> SearchResult:
    found = fastest_of((einsum,), architecture, dataflow, time_limit_s=time_limit_s)[einsum]
    assert found.result is not None, "a search without anything reached has an answer"
    return found.result


def _nowhere(result: SearchResult) -> bool | None:
    """Whether something without a mapping runs: no, unless the search was stopped."""
    return False if result.status is Status.INFEASIBLE else None


def _trial(
    name: str,
    kind: str,
    einsum: Einsum,
    architecture: Architecture,
    result: SearchResult,
    bound_cycles: float | None,
) -> Trial:
    """A mapping that was found, with what the chip makes of the zeros of the work."""
    found = result.evaluation
    assert found is not None, "a shape without a mapping does not run"
    if architecture.sees_zeros:
        found = evaluate_sparse(found, einsum, architecture)
    return Trial(
        name=name,
        kind=kind,
        runs=True,
        note="search stopped: at least" if result.gap else "",
        utilization=found.utilization,
        of_bound=None if bound_cycles is None else bound_cycles / found.cycles,
        runs_per_s=1 / found.latency_s,
        runs_per_j=1 / found.energy_j if found.energy_j else None,
    )


def attainable_cycles(einsum: Einsum, architecture: Architecture) -> float:
    """The larger of all PEs busy all the time and the outermost memory's compulsory traffic."""
    bits = compulsory_bits(einsum, architecture)
    bound = float(-(-einsum.macs // architecture.compute_units))
    for store in architecture.levels[0].stores:
        reads = sum(bits[t.name] for t in einsum.operands if t.role in store.roles)
        writes = bits[einsum.output.name] if Role.OUTPUT in store.roles else 0
        for moved, rate in zip((reads, writes, reads + writes), limits(store), strict=True):
            bound = max(bound, moved / rate)
    return bound


def try_density(
    shape: SuiteShape,
    density: float,
    architecture: Architecture,
    dataflow: Dataflow,
    *,
    time_limit_s: float | None = None,
) -> Trial:
    """Returns how a chip runs a shape of which only a share of the weights, by chance, is not zero.

    At the fastest mapping where nothing is zero. The bound knows no zeros, so that there is no
    share of it.
    """
    einsum = architecture.in_own_formats(shape.einsum)
    thinned = replace(
        einsum,
        tensors=tuple(
            replace(tensor, density=density) if tensor.role is Role.WEIGHT else tensor
            for tensor in einsum.tensors
        ),
    )
    name = f"{shape.name}, {100 * density:g} % of the weights"
    result = _fastest(einsum, architecture, dataflow, time_limit_s)
    if result.evaluation is None:
        return Trial(name, "density", _nowhere(result), result.reason)
    dense = _trial(shape.name, "shape", einsum, architecture, result, None)
    found = _trial(name, "density", thinned, architecture, result, None)
    note = "; ".join(part for part in (_gained(found, dense), found.note) if part)
    return replace(found, note=note)


def _gained(found: Trial, dense: Trial) -> str:
    """What zeros gain, in words."""
    assert found.runs_per_s is not None and dense.runs_per_s is not None, "both run"
    faster = found.runs_per_s / dense.runs_per_s
    speed = "as fast as dense" if faster == 1 else f"{faster:.3g} x dense"
    if not (found.runs_per_j and dense.runs_per_j):
        return speed
    leaner = found.runs_per_j / dense.runs_per_j
    if leaner == faster == 1:
        return f"{speed}: zeros gain nothing"
    return f"{speed}, {leaner:.3g} x inferences/J"


def summed_up(
    architecture: Architecture, dataflow: Dataflow, suite: Suite, trials: tuple[Trial, ...]
) -> Flexibility:
    """The trials with what they amount to.

    >>> from octant.arch import Dataflow
    >>> from octant.files import load_architecture, load_suite
    >>> trials = (Trial("a", "shape", True, "", 0.5, 0.5), Trial("b", "shape", True, "", 1.0, 1.0),
    ...           Trial("int4", "format", False, "too wide"))
    >>> chip = load_architecture("teaching")
    >>> found = summed_up(chip, Dataflow("any", ()), load_suite(), trials)
    >>> round(found.coverage, 3), found.worst, found.spread, round(found.geometric_mean, 3)
    (0.667, 0.5, 2.0, 0.707)
    """
    shapes = [trial for trial in trials if trial.kind == "shape"]
    shares = [trial.of_bound for trial in shapes if trial.of_bound is not None]
    mean = math.exp(sum(map(math.log, shares)) / len(shares)) if shares else None
    return Flexibility(
        architecture=architecture.name,
        dataflow=dataflow.name,
        suite=f"{suite.name} {suite.version}",
        trials=trials,
        coverage=sum(trial.runs is True for trial in trials) / len(trials),
        worst=_worst(shapes),
        geometric_mean=mean,
        spread=max(shares) / min(shares) if shares else None,
    )


def _worst(shapes: list[Trial]) -> float | None:
    """The least share of the bound: 0 where one does not run, None where nobody knows."""
    if any(trial.runs is False for trial in shapes):
        return 0.0
    if any(trial.runs is None for trial in shapes):
        return None
    return min((trial.of_bound for trial in shapes if trial.of_bound is not None), default=0.0)
