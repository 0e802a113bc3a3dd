"""What is published of a chip, as the same eight metrics that a scorecard has.

A published sheet stands beside a modelled one in a comparison: the rows have the same names and
units, every figure says that it is published, and whether measured or simulated. What the report
does not give is missing, with what to add, like anywhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from octant.chips import Quantity, Record, Run, derive
from octant.errors import UnknownNameError, near_misses
from octant.scorecard.records import Figure, Metric, Missing, Reference, Row, Unit
from octant.source import Origin


@dataclass(frozen=True, slots=True)
class PublishedSheet:
    """A published chip and one of its runs, along the eight metrics.

    Args:
        chip: the record's name.
        title: its title.
        network: of the run, in the report's words; empty where nothing ran.
        workload: the built-in network that it is; empty where there is none.
        layers: which of its layers ran; ``("all",)`` for all, empty where not stated.
        batch: of the run; None where not stated.
        formats: (role, number format) pairs, as far as they are stated.
        off_chip_included: power and energy include off-chip memory; None where not stated.
        label: ``published, measured``, ``published, simulated``, or that it is not said which.
        note: what a reader should know before any number.
        accuracy, throughput, latency, energy, power, cost, flexibility, scalability: the metrics.
        references: what the figures rest on.
    """

    chip: str
    title: str
    network: str
    workload: str
    layers: tuple[str, ...]
    batch: int | None
    formats: tuple[tuple[str, str], ...]
    off_chip_included: bool | None
    label: str
    note: str
    accuracy: Metric
    throughput: Metric
    latency: Metric
    energy: Metric
    power: Metric
    cost: Metric
    flexibility: Metric
    scalability: Metric
    references: tuple[Reference, ...]

    @property
    def metrics(self) -> tuple[tuple[str, Metric], ...]:
        """The eight metrics with their names, in the order of the sheet."""
        found = ((field.name, getattr(self, field.name)) for field in fields(self))
        return tuple((name, value) for name, value in found if isinstance(value, Metric))


def published_sheet(record: Record, network: str | None = None) -> PublishedSheet:
    """The eight metrics of a published chip; only facts, nothing recalled.

    Args:
        record: of the chip.
        network: the run that is wanted, by the report's word or the built-in network's name; the
            first one by default.

    Raises:
        UnknownNameError: nothing of that name ran on the chip.
    """
    run = _run(record, network)
    page = _Page(record, run or Run(""))
    return PublishedSheet(
        chip=record.name,
        title=record.title,
        network=page.run.network,
        workload=page.run.workload,
        layers=page.run.layers,
        batch=None if (batch := derive.fact(page.run["batch"])) is None else int(batch.value),
        formats=_formats(page),
        off_chip_included=page.run.off_chip_included,
        label=f"published, {record.method or 'not said whether measured'}",
        note=record.note,
        **{name: Metric(tuple(make(page))) for name, make in _METRICS.items()},
        references=tuple(Reference(citation, used) for citation, used in record.citations()),
    )


def _run(record: Record, network: str | None) -> Run | None:
    if network is None:
        return next(iter(record.runs), None)
    for run in record.runs:
        if network in (run.network, run.workload):
            return run
    known = [run.network for run in record.runs]
    hint = near_misses(network, known) if known else "no run is published"
    raise UnknownNameError(f"{record.name}: nothing named {network!r} ran on it; {hint}")


@dataclass(frozen=True, slots=True)
class _Page:
    """Turns quantities into rows."""

    record: Record
    run: Run

    def row(self, name: str, label: str, unit: Unit, quantity: Quantity | None) -> Row:
        if quantity is None or not quantity.is_fact:
            return Row(name, label, Missing("the report does not give it", f"the {label}"))
        limit = f"{quantity.limit}this; " if quantity.limit else ""
        note = f" ({quantity.note})" if quantity.note else ""
        place = f", {quantity.place}" if quantity.place else ""
        method = self.record.method_of(quantity) or "not said whether measured"
        basis = f"{limit}{method}{note}; {quantity.citation}{place}"
        return Row(name, label, Figure(quantity.value, unit, Origin.PUBLISHED, basis))


def _formats(page: _Page) -> tuple[tuple[str, str], ...]:
    """The formats of the run, else those of the chip's peak."""
    run, record = page.run, page.record
    stated = (
        ("input", run.activations or record.activations),
        ("weight", run.weights or record.weights),
    )
    return tuple((role, str(number)) for role, number in stated if number is not None)


def _accuracy(page: _Page) -> list[Row]:
    task = page.run.task or "accuracy"
    return [page.row("accuracy", task, Unit.SHARE, page.run["accuracy"])]


def _throughput(page: _Page) -> list[Row]:
    run, record = page.run, page.record
    rate = Unit.OPERATIONS_PER_SECOND
    return [
        page.row(
            "inferences_per_s",
            "inferences a second",
            Unit.INFERENCES_PER_SECOND,
            derive.throughput(run),
        ),
        page.row("operations_per_s", "achieved", rate, derive.rate(run)),
        page.row("utilization", "utilisation", Unit.SHARE, run["utilization"]),
        page.row("units", "compute units", Unit.COUNT, record["multipliers"]),
        page.row("peak_operations_per_s", "peak", rate, derive.peak(record)),
    ]


def _latency(page: _Page) -> list[Row]:
    batch = page.run["batch"]
    label = f"latency of a batch of {batch.value:g}" if batch else "latency"
    return [page.row("latency", label, Unit.SECOND, page.run["latency"])]


def _energy(page: _Page) -> list[Row]:
    run = page.run
    return [
        page.row(
            "per_inference", "energy an inference", Unit.JOULE_PER_INFERENCE, derive.energy(run)
        ),
        page.row(
            "inferences_per_j",
            "inferences a joule",
            Unit.INFERENCES_PER_JOULE,
            derive.inferences_per_j(run),
        ),
        page.row("off_chip_traffic", "off-chip traffic", Unit.BIT_PER_INFERENCE, run["off_chip"]),
    ]


def _power(page: _Page) -> list[Row]:
    included = {True: ", off-chip included", False: " without off-chip memory", None: ""}
    label = "average power" + included[page.run.off_chip_included]
    return [
        page.row("average", label, Unit.WATT, derive.power(page.run)),
        page.row("peak", "rated power", Unit.WATT, page.record["power"]),
    ]


def _cost(page: _Page) -> list[Row]:
    record = page.record
    area = next(
        (found for name in ("core_area", "die_area") if (found := record[name]) and found.is_fact),
        None,
    )
    return [
        page.row("area", "area", Unit.SQUARE_METRE, area),
        page.row("process", "process", Unit.METRE, record["process"]),
        page.row("storage", "on-chip storage", Unit.BIT, record["on_chip_memory"]),
        page.row("units", "compute units", Unit.COUNT, record["multipliers"]),
        page.row(
            "bandwidth", "off-chip bandwidth", Unit.BIT_PER_SECOND, record["off_chip_bandwidth"]
        ),
    ]


def _flexibility(page: _Page) -> list[Row]:
    known = ", ".join(run.network for run in page.record.runs) or "none"
    why = f"a report gives the runs that it gives: {known}"
    return [Row("across_networks", "efficiency across networks", Missing(why, "a model of it"))]


def _scalability(page: _Page) -> list[Row]:
    why = "a report is about one size of the chip"
    return [Row("chip", "as the chip grows", Missing(why, "a model of it"))]


_METRICS: dict[str, Callable[[_Page], list[Row]]] = {
    "accuracy": _accuracy,
    "throughput": _throughput,
    "latency": _latency,
    "energy": _energy,
    "power": _power,
    "cost": _cost,
    "flexibility": _flexibility,
    "scalability": _scalability,
}
