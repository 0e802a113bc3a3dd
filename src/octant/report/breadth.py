"""Flexibility and scalability as text."""

from __future__ import annotations

from octant.eyexam.flexibility import Flexibility, Trial
from octant.eyexam.scaling import GrowthPoint, Scalability, ScalePoint
from octant.report.amounts import bare, joules, share
from octant.report.eyexam import rate
from octant.report.layout import WIDTH, Column, fields, page, paragraph, table

_KINDS = {"shape": "SHAPES", "density": "DENSITIES", "format": "FORMATS", "network": "NETWORKS"}


def flexibility_page(found: Flexibility, *, width: int = WIDTH) -> str:
    """The page of ``octant flexibility``: what runs and how well, and what it amounts to."""
    lines = [
        f"{found.architecture}, dataflow {found.dataflow}: suite {found.suite}",
        "",
        "SUMMARY",
        *fields(_summary(found), width=width, indent="  "),
    ]
    for kind, title in _KINDS.items():
        trials = [trial for trial in found.trials if trial.kind == kind]
        if not trials:
            continue
        lines += ["", title, *_trials(trials, kind, width)]
    lines += ["", "NOTES"]
    for note in (
        "each entry at the mapping of least latency; inferences are runs of that one shape",
        "of the bound: performance over what the chip's peak and the compulsory traffic of its "
        "outermost memory allow, whatever the mapping",
    ):
        lines += paragraph(note, width=width, indent="    ", first="  - ")
    return page(lines)


def _summary(found: Flexibility) -> list[tuple[str, str]]:
    rows = [("coverage", f"{share(found.coverage)}: {coverage(found)}")]
    if found.worst is None:
        worst = "unknown: the time limit was reached"
    elif found.geometric_mean is None:
        worst = "none runs"
    else:
        worst = f"{share(found.worst)} of the bound"
    rows.append(("worst shape", worst))
    if found.geometric_mean is not None and found.spread is not None:
        rows.append(("geometric mean", f"{share(found.geometric_mean)} of the bound"))
        rows.append(("spread", f"best over worst {found.spread:.3g}"))
    return rows


def coverage(found: Flexibility) -> str:
    """How many entries run, and of how many that is not known."""
    runs = sum(trial.runs is True for trial in found.trials)
    unknown = f", of {found.unknown} that is not known" if found.unknown else ""
    return f"{runs} of {len(found.trials)} entries run{unknown}"


def runs_in_words(trial: Trial) -> str:
    """Whether it runs, as tables say it."""
    return {True: "yes", False: "no", None: "unknown"}[trial.runs]


def _trials(trials: list[Trial], kind: str, width: int) -> list[str]:
    if kind == "format":
        columns = [Column("entry"), Column("runs"), Column("note", wraps=True)]
        rows = [(t.name, runs_in_words(t), t.note) for t in trials]
        return table(columns, rows, width=width, indent="  ")
    bounded = any(trial.of_bound is not None for trial in trials)
    columns = [
        Column("entry"),
        Column("runs"),
        Column("in use", right=True),
        *[Column("of the bound", right=True)] * bounded,
        Column("inferences/s", right=True),
        Column("inferences/J", right=True),
        Column("note", wraps=True),
    ]
    cells = [
        (
            trial.name,
            runs_in_words(trial),
            "" if trial.utilization is None else share(trial.utilization),
            *["" if trial.of_bound is None else share(trial.of_bound)] * bounded,
            "" if trial.runs_per_s is None else bare(trial.runs_per_s),
            "" if trial.runs_per_j is None else bare(trial.runs_per_j),
            trial.note,
        )
        for trial in trials
    ]
    return table(columns, cells, width=width, indent="  ")


def scalability_page(found: Scalability, *, width: int = WIDTH) -> str:
    """The page of ``octant scalability``: larger chips, other shapes, larger networks."""
    title = (
        f"{found.network} on {found.architecture}, dataflow {found.dataflow}, batch {found.batch}"
    )
    lines = [title]
    for weak, words in (
        (False, "STRONG: more PEs, memories and ports outside of the array as they are"),
        (True, "WEAK: memories and ports outside of the array grow with the PEs"),
    ):
        lines += ["", words]
        lines += _sizes([point for point in found.chips if point.weak is weak], width)
    lines += ["", "SHAPE of the array: the least that any mapping needs of it (step 4)"]
    lines += _shapes(found, width)
    lines += ["", "NETWORK: more channels, or more positions along each side"]
    lines += _growth(found, width)
    lines += ["", "NOTES"]
    for note in (
        "units: compute units, of which a PE may have several",
        "cycles of step 6 of Eyexam, the average bandwidth; stopped by: of steps 3 to 6 the one "
        "that takes the largest share",
        "energy at the prices of the chip as it is: larger memories and longer wires cost more "
        "than they say; of equally fast mappings not the one of least energy is searched",
        "a deeper network is the same layers again: as many times the cycles and the energy",
    ):
        lines += paragraph(note, width=width, indent="    ", first="  - ")
    return page(lines)


def _shapes(found: Scalability, width: int) -> list[str]:
    """The shape that there is, and the five best."""
    own = found.aspects[0]
    best = sorted(found.aspects, key=lambda point: point.cycles)[:5]
    rows = [
        (point.shape, f"{point.cycles:,.0f}", f"{own.cycles / point.cycles:.3f}")
        for point in dict.fromkeys((own, *best))
    ]
    columns = (Column("shape"), Column("cycles", right=True), Column("times as fast", right=True))
    return table(columns, rows, width=width, indent="  ")


def _growth(found: Scalability, width: int) -> list[str]:
    columns = (
        Column("grown"),
        Column("MAC", right=True),
        Column("MAC/cycle", right=True),
        Column("traffic / compulsory", right=True),
        Column("stopped by", wraps=True),
    )
    rows = [
        (
            f"{point.dimension} x {point.factor}",
            bare(point.macs),
            "" if point.macs_per_cycle is None else rate(point.macs_per_cycle),
            traffic_over(point),
            point.stopped_by,
        )
        for point in found.growth
    ]
    return table(columns, rows, width=width, indent="  ")


def traffic_over(point: GrowthPoint) -> str:
    """The least traffic over the compulsory, where there is a mapping and a search found it."""
    if point.macs_per_cycle is None:
        return ""
    over = point.traffic_over_compulsory
    at_most = "" if point.traffic_proven else "at most "
    return "not found in time" if over is None else f"{at_most}{over:.3f}"


def _sizes(points: list[ScalePoint], width: int) -> list[str]:
    columns = (
        Column("units", right=True),
        Column("cycles", right=True),
        Column("speedup", right=True),
        Column("efficiency", right=True),
        Column("energy", right=True),
        Column("stopped by", wraps=True),
    )
    rows = [
        (
            f"{point.units:,}",
            "" if point.cycles is None else f"{point.cycles:,.0f}",
            "" if point.speedup is None else f"{point.speedup:.3g}",
            "" if point.efficiency is None else share(point.efficiency),
            "" if point.cycles is None else joules(point.energy_j),
            _stop(point),
        )
        for point in points
    ]
    return table(columns, rows, width=width, indent="  ")


def _stop(point: ScalePoint) -> str:
    """What stops a chip of this size, with its share where there is one."""
    if point.cycles is None or point.stopped_by == "nothing":
        return point.stopped_by
    return f"{point.stopped_by} ({share(point.lost_share)} lost)"
