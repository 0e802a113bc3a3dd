"""The eight metrics from the sums of a run and the chip's description."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from octant.arch import Architecture
from octant.components.uncertainty import interval
from octant.scorecard.cost import stated
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
    densities = Missing(
        "all values are taken as nonzero", "the share of nonzero weights and activations"
    )
    return Metric(
        (
            Row("inferences_per_s", "inferences a second", _rate(run)),
            *_factor_rows(factors, architecture),
            Row(
                "peak_operations_per_s",
                "peak",
                _modelled(peak, Unit.OPERATIONS_PER_SECOND, clock),
            ),
            Row("effectual_operations", "effectual operations", densities),
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
        )
    )


def power(run: Totals, limits: Limits) -> Metric:
    """Watts while running the network, off-chip access included."""
    peak = Missing("the model knows averages only", "a published or measured peak power")
    return Metric(
        (
            _energy_row(run, limits, "average", "average power, off-chip included", Unit.WATT),
            _energy_row(run, limits, "off_chip", "of it, off-chip memory", Unit.WATT),
            Row("peak", "peak power", peak),
        )
    )


def flexibility(covered: Coverage) -> Metric:
    """What of this network the chip runs; the rest needs more networks."""
    share = covered.layers_run / covered.layers if covered.layers else 0.0
    basis = f"{covered.layers_run} of {covered.layers} layers of this network"
    return Metric(
        (
            Row(
                "layers_run",
                "layers of this network that run",
                Figure(share, Unit.SHARE, Origin.MODELLED, basis),
            ),
            Row(
                "across_networks",
                "efficiency across networks",
                Missing("one network was evaluated", "evaluations of further networks"),
            ),
        )
    )


def scalability() -> Metric:
    """No figure: a scorecard is about one size of the chip."""
    one = "one size of the chip was evaluated"
    return Metric(
        (
            Row(
                "chip",
                "as the chip grows",
                Missing(one, "evaluations of the chip with more units, memory and bandwidth"),
            ),
            Row(
                "network",
                "as the network grows",
                Missing("one network was evaluated", "evaluations of larger networks"),
            ),
        )
    )


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
    if not joules or not run.latency_s:
        return Row(name, label, _idle())
    value = {
        Unit.JOULE_PER_INFERENCE: joules / run.batch,
        Unit.INFERENCES_PER_JOULE: run.batch / joules,
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
