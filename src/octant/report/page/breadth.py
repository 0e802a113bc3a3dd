"""How well a chip runs a suite of other layers, and how it and its network scale, as sections."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from octant.eyexam.flexibility import Flexibility, Trial
from octant.eyexam.scaling import Scalability, ScalePoint
from octant.report.amounts import bare, joules, share
from octant.report.breadth import coverage, runs_in_words, traffic_over
from octant.report.drawing import Bars, Series, Tick, quantity_ticks, rows
from octant.report.eyexam import rate
from octant.report.page.names import distinct
from octant.report.page.sections import Cell, Column, DataTable, Group, Picture, Section

_KINDS = {"shape": "Shapes", "density": "Densities", "format": "Formats", "network": "Networks"}


def flexibility_section(found: Flexibility) -> Section:
    """The trials of a suite: the shapes as bars, all of them in a table.

    Args:
        found: a suite on a chip.
    """
    words = [
        f"Suite {found.suite}: {coverage(found)}, each at the mapping of least latency. Of the "
        "bound: performance over what the chip's peak and the compulsory traffic of its outermost "
        "memory allow, whatever the mapping."
    ]
    if found.geometric_mean is not None and found.spread is not None:
        worst = "is not known" if found.worst is None else f"reaches {share(found.worst)}"
        words.append(
            f"Of the bound the worst shape {worst}, those that run reach in the "
            f"geometric mean {share(found.geometric_mean)}; the best is {found.spread:.3g} times "
            "as good as the worst that runs."
        )
    shapes = [trial for trial in found.trials if trial.kind == "shape"]
    pictures = (_shapes(shapes),) if shapes else ()
    return Section("flexibility", "Flexibility", tuple(words), pictures, (_trials(found),))


def _shapes(shapes: Sequence[Trial]) -> Picture:
    names = distinct([trial.name for trial in shapes])
    reached = Series(
        "of the bound",
        tuple(trial.of_bound or 0.0 for trial in shapes),
        tuple(f"{trial.name}: {_reached(trial)}" for trial in shapes),
    )
    ticks, _ = quantity_ticks(1.0, "share")
    ends = tuple(_reached(trial) for trial in shapes)
    said = ", ".join(f"{name} {end}" for name, end in zip(names, ends, strict=True))
    return Picture(
        "flexibility-by-shape",
        "What the chip reaches of the bound with each shape of the suite.",
        f"Bars of the share of the bound: {said}.",
        partial(rows, Bars(names, (reached,), ticks, "share of the bound", ends)),
    )


def _reached(trial: Trial) -> str:
    if trial.of_bound is not None:
        return share(trial.of_bound)
    return "unknown" if trial.runs is None else "does not run"


def _trials(found: Flexibility) -> DataTable:
    columns = (
        Column("entry"),
        Column("runs"),
        Column("in use", right=True),
        Column("of the bound", right=True),
        Column("inferences/s", right=True),
        Column("inferences/J", right=True),
        Column("note", wide=True),
    )
    groups = tuple(
        Group(title, tuple(_trial(trial) for trial in found.trials if trial.kind == kind))
        for kind, title in _KINDS.items()
        if any(trial.kind == kind for trial in found.trials)
    )
    return DataTable("flexibility-trials", "Every entry of the suite", columns, groups)


def _trial(trial: Trial) -> tuple[Cell, ...]:
    return (
        Cell(trial.name),
        Cell(runs_in_words(trial)),
        *(
            Cell("" if value is None else words(value), value)
            for value, words in (
                (trial.utilization, share),
                (trial.of_bound, share),
                (trial.runs_per_s, bare),
                (trial.runs_per_j, bare),
            )
        ),
        Cell(trial.note),
    )


def scalability_section(found: Scalability) -> Section:
    """Larger chips as bars beside what would be ideal, larger networks in a table.

    Args:
        found: chips and networks of several sizes.
    """
    words = (
        "Strong scaling adds PEs alone; weak scaling lets memories and ports outside of the array "
        "grow along. Cycles are those of step 6 of Eyexam; what stops a chip of a size is the step "
        "that takes the largest share there. Energies are at the prices of the chip as it is.",
    )
    pictures = (_speedups(found),) if any(point.speedup for point in found.chips) else ()
    tables = (_chips(found), _growth(found))
    return Section("scalability", "Scalability", words, pictures, tables)


def _speedups(found: Scalability) -> Picture:
    """Bars as long as the logarithm of the speedup; the scale begins at a power of four."""
    points = [point for point in found.chips if point.speedup]
    slowest = min(min(point.speedup or 1.0, point.factor) for point in points)
    least = 4.0 ** (math.ceil(math.log(slowest, 4) - 1e-9) - 1)
    names = distinct([f"{_way(point)}, {point.units:,} PEs" for point in points])
    ends = tuple(f"{point.speedup:.3g} of {point.factor:.3g}" for point in points)
    speed = Series(
        "speedup",
        tuple(_height(point.speedup or 1.0, least) for point in points),
        tuple(
            f"{name}: {point.speedup:.3g} times as fast, stopped by {point.stopped_by}"
            for name, point in zip(names, points, strict=True)
        ),
    )
    lost = Series(
        "short of as many times as PEs",
        tuple(
            max(0.0, _height(point.factor, least) - _height(point.speedup or 1.0, least))
            for point in points
        ),
        tuple(
            f"{name}: {point.factor:.3g} times the PEs"
            for name, point in zip(names, points, strict=True)
        ),
    )
    top = max(_height(max(point.factor, point.speedup or 1.0), least) for point in points)
    ticks = tuple(
        Tick(2.0 * place, f"{least * 4**place:g}") for place in range(int(top / 2 + 1e-9) + 1)
    )
    bars = Bars(names, (speed, lost), ticks, "times as fast as the chip as it is", ends, (0, 3))
    said = ", ".join(f"{name} {end}" for name, end in zip(names, ends, strict=True))
    return Picture(
        "speedup-by-size",
        "Speedup of chips with fewer and more PEs, on a logarithmic scale; behind each bar the "
        "speedup and how many times the PEs there are.",
        f"Bars of the speedup: {said}.",
        partial(rows, bars),
    )


def _height(times: float, least: float) -> float:
    return math.log2(times / least)


def _way(point: ScalePoint) -> str:
    return "weak" if point.weak else "strong"


def _chips(found: Scalability) -> DataTable:
    columns = (
        Column("scaling"),
        Column("PEs", right=True),
        Column("cycles", right=True),
        Column("speedup", right=True),
        Column("efficiency", right=True),
        Column("energy", right=True),
        Column("stopped by", wide=True),
    )
    body = tuple(
        (
            Cell(_way(point)),
            Cell(f"{point.units:,}", point.units),
            Cell("" if point.cycles is None else f"{point.cycles:,.0f}", point.cycles),
            Cell("" if point.speedup is None else f"{point.speedup:.3g}", point.speedup),
            Cell("" if point.efficiency is None else share(point.efficiency), point.efficiency),
            Cell("" if point.cycles is None else joules(point.energy_j), point.energy_j),
            Cell(point.stopped_by),
        )
        for point in found.chips
    )
    return DataTable("scaled-chips", "The network on larger chips", columns, (Group("", body),))


def _growth(found: Scalability) -> DataTable:
    columns = (
        Column("grown"),
        Column("MAC", right=True),
        Column("MAC/cycle", right=True),
        Column("traffic / compulsory", right=True),
        Column("stopped by", wide=True),
    )
    body = tuple(
        (
            Cell(f"{point.dimension} x {point.factor}"),
            Cell(bare(point.macs), point.macs),
            Cell("" if point.macs_per_cycle is None else rate(point.macs_per_cycle)),
            Cell(traffic_over(point), point.traffic_over_compulsory),
            Cell(point.stopped_by),
        )
        for point in found.growth
    )
    return DataTable("grown-network", "Larger networks on the chip", columns, (Group("", body),))
