"""How complete a claim is: lines of the reporting sheet that it fills, and a grade."""

from __future__ import annotations

from collections.abc import Callable

from octant.chips import Record, Run
from octant.scorecard.audit.findings import Completeness

_Given = Callable[[Record, Run], object]

#: At least this share of the lines earns the grade.
GRADES = ((0.9, "A"), (0.75, "B"), (0.5, "C"), (0.25, "D"), (0.0, "E"))

#: Metric, label, and whether the line is filled. What may be given in two ways is one line.
_LINES: tuple[tuple[str, str, _Given], ...] = (
    ("accuracy", "accuracy", lambda claim, run: run["accuracy"]),
    ("accuracy", "the task and its measure", lambda claim, run: run.task),
    ("accuracy", "images tested", lambda claim, run: run["images_tested"]),
    ("accuracy", "format of the weights", lambda claim, run: run.weights),
    ("accuracy", "format of the activations", lambda claim, run: run.activations),
    ("throughput", "throughput", lambda claim, run: run["throughput"] or run["achieved"]),
    ("throughput", "which layers ran", lambda claim, run: run.layers),
    ("throughput", "operations an inference", lambda claim, run: run["operations"]),
    (
        "throughput",
        "whether skipped operations are counted",
        lambda claim, run: run.counts_skipped is not None,
    ),
    ("throughput", "peak", lambda claim, run: claim["peak"]),
    ("latency", "run time", lambda claim, run: run["latency"]),
    ("latency", "batch", lambda claim, run: run["batch"]),
    ("energy", "energy or inferences a joule", lambda claim, run: _energy(run)),
    ("energy", "off-chip traffic", lambda claim, run: run["off_chip"]),
    ("power", "power", lambda claim, run: run["power"]),
    (
        "power",
        "whether off-chip memory is in it",
        lambda claim, run: run.off_chip_included is not None,
    ),
    ("power", "supply", lambda claim, run: claim["voltage"]),
    ("cost", "process", lambda claim, run: claim["process"]),
    ("cost", "area", lambda claim, run: claim["core_area"] or claim["die_area"]),
    ("cost", "on-chip memory", lambda claim, run: claim["on_chip_memory"]),
    ("cost", "multipliers", lambda claim, run: claim["multipliers"]),
    ("cost", "clock", lambda claim, run: claim["clock"]),
    ("cost", "off-chip bandwidth", lambda claim, run: claim["off_chip_bandwidth"]),
    ("flexibility", "a second network", lambda claim, run: len(_networks(claim)) > 1),
    ("cost", "measured or simulated", lambda claim, run: claim.method),
)


def completeness(claim: Record) -> tuple[Completeness, ...]:
    """The lines that a claim fills, by metric; of several runs the most complete counts.

    What is recalled is not given: nobody read it anywhere.
    """
    runs = claim.runs or (Run("none"),)
    best = max(runs, key=lambda run: sum(bool(given(claim, run)) for _, _, given in _LINES))
    found = []
    for metric in dict.fromkeys(metric for metric, _, _ in _LINES):
        lines = [(label, given(claim, best)) for of, label, given in _LINES if of == metric]
        lacking = tuple(label for label, given in lines if not given)
        found.append(Completeness(metric, len(lines) - len(lacking), len(lines), lacking))
    return tuple(found)


def grade(given: int, asked: int) -> str:
    """A for nine lines of ten, B for three of four, C for half, D for a quarter, E for less.

    >>> grade(25, 25), grade(12, 25), grade(0, 25)
    ('A', 'D', 'E')
    """
    return next(letter for share, letter in GRADES if given >= share * asked)


def _energy(run: Run) -> object:
    return run["energy"] or run["inferences_per_j"] or (run["power"] and run["throughput"])


def _networks(claim: Record) -> set[str]:
    return {run.workload or run.network for run in claim.runs}
