"""The survey: efficiency against throughput of every chip that a report gives both of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from octant.chips.derive import efficiency, fact, peak, peak_efficiency, rate
from octant.chips.record import Kind, Method, Quantity, Record, Run
from octant.workload import NumberFormat

#: What the figure cannot show, said wherever it is shown.
CAVEAT = (
    "Points compare only with care: an operation is worth what its number format is, and 1 b, 8 b "
    "and 16 b stand side by side; hollow points are peaks, which no network reaches; some count "
    "operations that zeros spare; off-chip memory is in the power of few; and none shows accuracy, "
    "latency, cost or flexibility."
)


@dataclass(frozen=True, slots=True)
class Point:
    """A chip on the survey.

    Args:
        chip: the record's name.
        what: the run, or ``peak``.
        operations_per_s: of it.
        operations_per_j: of it.
        process_m: the node's name; None where the report does not give it.
        method: measured or simulated; None where the report does not say.
        kind: how the chip multiplies.
        is_peak: both are of the peak, not of a run.
        counts_skipped: operations that zeros spared are counted as if done.
        formats: of weights and activations, in words.
        citations: what the point rests on.
    """

    chip: str
    what: str
    operations_per_s: float
    operations_per_j: float
    process_m: float | None
    method: Method | None
    kind: Kind
    is_peak: bool
    counts_skipped: bool
    formats: str
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """The points of all chips, and the names of those without one."""

    points: tuple[Point, ...]
    left_out: tuple[str, ...]
    caveat: str = CAVEAT
    schema: str = "octant.survey/1"


def survey(records: Iterable[Record]) -> Survey:
    """Every run with a rate and an efficiency; the peak of chips that have no such run."""
    points: list[Point] = []
    left_out: list[str] = []
    for record in records:
        found = _points(record)
        points += found
        if not found:
            left_out.append(record.name)
    return Survey(tuple(points), tuple(left_out))


def _points(record: Record) -> list[Point]:
    found = [_point(record, run, rate(run), efficiency(run)) for run in record.runs]
    achieved = [point for point in found if point is not None]
    top = _point(record, None, peak(record), peak_efficiency(record))
    return achieved or ([top] if top else [])


def _point(
    record: Record, run: Run | None, speed: Quantity | None, economy: Quantity | None
) -> Point | None:
    if speed is None or economy is None:
        return None
    process = fact(record["process"])
    where = run or record
    return Point(
        chip=record.name,
        what=run.network if run else "peak",
        operations_per_s=speed.value,
        operations_per_j=economy.value,
        process_m=process.value if process else None,
        method=record.method_of(economy),
        kind=record.kind,
        is_peak=run is None,
        counts_skipped=bool(where.counts_skipped),
        formats=formats_text(
            where.weights or record.weights, where.activations or record.activations
        ),
        citations=tuple(dict.fromkeys((speed.citation, economy.citation))),
    )


def formats_text(weights: NumberFormat | None, activations: NumberFormat | None) -> str:
    """The formats of weights and activations in words; empty where neither is stated.

    >>> from octant.workload.formats import format_named
    >>> formats_text(format_named("8"), format_named("8")), formats_text(None, None)
    ('int8', '')
    """
    given = [str(each) if each else "unstated" for each in (weights, activations)]
    if weights is None and activations is None:
        return ""
    return given[0] if given[0] == given[1] else f"{given[0]} x {given[1]}"
