"""The eight metrics from the sums of a run and the chip's description."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from octant.arch import Architecture
from octant.components.uncertainty import interval
from octant.eyexam.flexibility import Flexibility
from octant.eyexam.scaling import Scalability
from octant.scorecard.cost import stated
from octant.scorecard.leakage import leakage_row
from octant.scorecard.records import (
    OPERATIONS_PER_MAC,
    Coverage,
    Decomposition,
    EnergyPart,
    Figure,
    Metric,
    Missing,
    Row,
    Unit,
)
from octant.scorecard.totals import Totals
from octant.scorecard.uncertainty import spreads
from octant.source import Origin


def throughput(run: Totals, factors: Decomposition | None, architecture: Architecture) -> Metric:
    """Inferences a second, its factors, and the peak."""
    peak = OPERATIONS_PER_MAC * architecture.peak_macs_per_s
    clock = "compute units x clock x 2 operations a multiply-accumulate"
    return Metric(
        (
            Row("inferences_per_s", "inferences a second", _rate(run)),
            *_factor_rows(factors, architecture),
            Row(
                "peak_operations_per_s",
                "peak",
                _modelled(peak, Unit.OPERATIONS_PER_SECOND, clock),
            ),
            Row("effectual_operations", "effectual operations", _effectual(run)),
        )
    )


def latency(run: Totals) -> Metric:
    """Seconds of a run at its batch, and the other end of the batching trade-off."""
    other = "at a larger batch" if run.batch == 1 else "at batch 1"
    return Metric(
        (
            Row(
                "latency",
                f"latency of a batch of {run.batch}",
                _modelled(run.latency_s, Unit.SECOND, _basis(run)) if run.latency_s else _idle(),
            ),
            *_on_dense_data(run.dense_latency_s, Unit.SECOND, "latency"),
            Row(
                "other_batch",
                f"latency {other}",
                Missing(f"only batch {run.batch} was evaluated", f"an evaluation {other}"),
            ),
        )
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """The factors from a nominal energy to the ends of its interval; None where none is known."""

    whole: tuple[float, float] | None
    off_chip: tuple[float, float] | None


def limits(parts: tuple[EnergyPart, ...], architecture: Architecture) -> Limits:
    """The interval of the energy of a run, and that of its off-chip part."""

    def of(chosen: Iterable[EnergyPart]) -> tuple[float, float] | None:
        known = spreads(chosen, architecture)
        return interval(known) if known else None

    return Limits(of(parts), of(part for part in parts if part.off_chip))


def energy(run: Totals, limits: Limits) -> Metric:
    """Joules an inference, off-chip access included and shown by itself."""
    traffic = run.off_chip_bits / run.batch
    return Metric(
        (
            _energy_row(
                run, limits, "per_inference", "energy an inference", Unit.JOULE_PER_INFERENCE
            ),
            _energy_row(
                run, limits, "inferences_per_j", "inferences a joule", Unit.INFERENCES_PER_JOULE
            ),
            _energy_row(
                run, limits, "off_chip", "of it, off-chip memory", Unit.JOULE_PER_INFERENCE
            ),
            Row(
                "off_chip_traffic",
                "off-chip traffic",
                _modelled(traffic, Unit.BIT_PER_INFERENCE, _basis(run)),
            ),
            *_on_dense_data(
                None if run.dense_energy_j is None else run.dense_energy_j / run.batch,
                Unit.JOULE_PER_INFERENCE,
                "energy an inference",
            ),
        )
    )


def power(run: Totals, limits: Limits, architecture: Architecture) -> Metric:
    """Watts while running the network, off-chip access included."""
    peak = Missing("the model knows averages only", "a published or measured peak power")
    return Metric(
        (
            _energy_row(run, limits, "average", "average power, off-chip included", Unit.WATT),
            _energy_row(run, limits, "off_chip", "of it, off-chip memory", Unit.WATT),
            leakage_row(architecture),
            Row("peak", "peak power", peak),
        )
    )


def flexibility(covered: Coverage, tried: Flexibility | None = None) -> Metric:
    """What of this network the chip runs, and of a suite of others, where one was tried."""
    share = covered.layers_run / covered.layers if covered.layers else 0.0
    basis = f"{covered.layers_run} of {covered.layers} layers of this network"
    return Metric(
        (
            Row(
                "layers_run",
                "layers of this network that run",
                Figure(share, Unit.SHARE, Origin.MODELLED, basis),
            ),
            *_tried(tried),
        )
    )


def _tried(tried: Flexibility | None) -> tuple[Row, ...]:
    """The rows of a suite; what to do to have them, without."""
    if tried is None:
        missing = Missing("one network was evaluated", "a suite of others (--flexibility)")
        return (Row("across_networks", "efficiency across networks", missing),)
    basis = f"suite {tried.suite}, each entry at its fastest"
    if tried.unknown:
        basis += f"; of {tried.unknown} more nobody knows: the time limit was reached"
    worst = Missing("whether all shapes run was not known in time", "a longer time limit")
    of_bound = f"{basis}; of what peak and compulsory traffic allow"
    rows = [
        Row(
            "coverage",
            "entries of the suite that run",
            _modelled(tried.coverage, Unit.SHARE, basis),
        ),
        Row(
            "worst",
            "worst shape",
            worst if tried.worst is None else _modelled(tried.worst, Unit.SHARE, of_bound),
        ),
    ]
    if tried.geometric_mean is not None and tried.spread is not None:
        mean = _modelled(tried.geometric_mean, Unit.SHARE, of_bound)
        spread = _modelled(tried.spread, Unit.NUMBER, of_bound)
        rows.append(Row("across_networks", "geometric mean of the shapes", mean))
        rows.append(Row("spread", "best over worst shape", spread))
    return tuple(rows)


def scalability(grown: Scalability | None = None) -> Metric:
    """How far the chip and the network scale, where that was tried; else what to do to know."""
    if grown is None:
        chip = Missing(
            "one size of the chip was evaluated", "larger ones and larger networks (--scalability)"
        )
        network = Missing("one network was evaluated", "evaluations of larger networks")
        rows = (
            Row("chip", "as the chip grows", chip),
            Row("network", "as the network grows", network),
        )
        return Metric(rows)
    return Metric((*_larger_chips(grown), *_larger_networks(grown)))


def _larger_chips(grown: Scalability) -> tuple[Row, ...]:
    """The parallel efficiency at four times the PEs and at the most, strong and weak."""
    rows = []
    for weak, words in ((False, "strong"), (True, "weak")):
        points = [point for point in grown.chips if point.weak is weak and point.factor > 1]
        for point in points[:1] + points[1:][-1:]:
            label = f"efficiency at {point.factor:g} x the units, {words}"
            name = f"chip_{words}_{point.factor:g}"
            if point.efficiency is None:
                missing = Missing(point.stopped_by, "a chip of that size that runs every layer")
                rows.append(Row(name, label, missing))
                continue
            basis = f"{point.units:,} units, {words} scaling; stopped by {point.stopped_by}"
            rows.append(Row(name, label, _modelled(point.efficiency, Unit.SHARE, basis)))
    return tuple(rows)


def _larger_networks(grown: Scalability) -> tuple[Row, ...]:
    """The throughput in MAC/cycle of the largest network over that of the one there is."""
    rows = []
    for dimension in dict.fromkeys(point.dimension for point in grown.growth):
        points = [point for point in grown.growth if point.dimension == dimension]
        first, last = points[0], points[-1]
        name, label = (
            f"network_{dimension}",
            f"speed at {last.factor} x the {dimension} of the network",
        )
        if not first.macs_per_cycle or not last.macs_per_cycle:
            missing = Missing(last.stopped_by, "a chip on which a network of that size runs")
            rows.append(Row(name, label, missing))
            continue
        basis = f"stopped by {last.stopped_by}"
        over = (last.traffic_over_compulsory, first.traffic_over_compulsory)
        if over[0] is not None and over[1] is not None:
            least = "least traffic" if last.traffic_proven else "least traffic at most"
            basis = f"{least} {over[0]:.3f} x compulsory, from {over[1]:.3f}; {basis}"
        value = last.macs_per_cycle / first.macs_per_cycle
        rows.append(Row(name, label, _modelled(value, Unit.SHARE, basis)))
    return tuple(rows)


def _effectual(run: Totals) -> Figure | Missing:
    """Operations a second of which no operand is zero."""
    if run.effectual is None or not run.latency_s:
        return Missing(
            "all values are taken as nonzero", "the share of nonzero weights and activations"
        )
    rate = OPERATIONS_PER_MAC * run.effectual / run.latency_s
    return _modelled(rate, Unit.OPERATIONS_PER_SECOND, "products without a zero operand, 2 each")


def _on_dense_data(value: float | None, unit: Unit, what: str) -> tuple[Row, ...]:
    """What the network costs this chip where nothing is zero: the dense penalty."""
    if value is None:
        return ()
    basis = "the mappings found for that on the same chip, no value zero"
    return (Row("on_dense_data", f"{what} on dense data", _modelled(value, unit, basis)),)


def _factor_rows(factors: Decomposition | None, architecture: Architecture) -> tuple[Row, ...]:
    if factors is None:
        return ()
    achieved = factors.inferences_per_s * factors.operations_per_inference
    cycles = "average over the cycles of the run; those of the vector unit use no compute unit"
    return (
        Row(
            "operations_per_s",
            "achieved",
            _modelled(achieved, Unit.OPERATIONS_PER_SECOND, "2 operations a multiply-accumulate"),
        ),
        Row("units", "compute units", stated(architecture, factors.units, Unit.COUNT)),
        Row("utilization", "utilisation", _modelled(factors.utilization, Unit.SHARE, cycles)),
        Row("active_share", "active units", _modelled(factors.active_share, Unit.SHARE, cycles)),
        Row(
            "utilization_of_active",
            "utilisation of active units",
            _modelled(factors.utilization_of_active, Unit.SHARE, cycles),
        ),
    )


def _rate(run: Totals) -> Figure | Missing:
    if not run.latency_s:
        return _idle()
    rate = run.batch / run.latency_s
    return _modelled(rate, Unit.INFERENCES_PER_SECOND, f"batch {run.batch}; {_basis(run)}")


def _energy_row(run: Totals, limits: Limits, name: str, label: str, unit: Unit) -> Row:
    """A row that divides the energy of the run, of all or of the off-chip part."""
    joules = run.off_chip_j if name == "off_chip" else run.energy_j
    if joules is None:
        return Row(name, label, _unpriced(run))
    if not run.latency_s or (not joules and name != "off_chip"):
        return Row(name, label, _idle())
    value = {
        Unit.JOULE_PER_INFERENCE: joules / run.batch,
        Unit.INFERENCES_PER_JOULE: run.batch / joules if joules else 0.0,
        Unit.WATT: joules / run.latency_s,
    }[unit]
    ends = limits.off_chip if name == "off_chip" else limits.whole
    figure = _modelled(value, unit, _energy_basis(run))
    if ends is not None:
        low, high = (1 / ends[1], 1 / ends[0]) if unit is Unit.INFERENCES_PER_JOULE else ends
        figure = replace(figure, low=value * low, high=value * high)
    return Row(name, label, figure)


def _modelled(value: float, unit: Unit, basis: str) -> Figure:
    return Figure(value, unit, Origin.MODELLED, basis)


def _basis(run: Totals) -> str:
    """What part of the network a figure speaks of."""
    return f"{run.layers_run} of {run.layers} layers, in sequence"


def _energy_basis(run: Totals) -> str:
    without = f", without the energy of {run.not_costed:,} element operations that have no price"
    return _basis(run) + (without if run.not_costed else "")


def _idle() -> Missing:
    return Missing("no layer of the network runs on this chip", "a network that it can run")


def _unpriced(run: Totals) -> Missing:
    if not run.missing:
        return _idle()
    actions = ", ".join(run.missing)
    return Missing("no source gives them", f"the energy of: {actions}")
