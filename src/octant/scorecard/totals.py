"""The sums over a network's layers that its metrics are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass

from octant.arch import Architecture
from octant.scorecard.records import (
    OPERATIONS_PER_MAC,
    Decomposition,
    EnergyPart,
    LayerResult,
    Place,
)


@dataclass(frozen=True, slots=True)
class Totals:
    """What one run of a network adds up to, its layers in sequence.

    Args:
        batch: inferences of the run.
        layers: of the network.
        layers_run: of those, on the array, on the vector unit or fused.
        macs: multiply-accumulates that take time: all but those that zeros spare.
        effectual: multiply-accumulates of which no operand is zero; None where that is not known.
        dense_latency_s: were nothing zero; None where no values are known to be zero.
        dense_energy_j: so, too; None also where a needed price is missing.
        cycles: of the layers that run.
        latency_s: cycles over the clock.
        active_unit_cycles: compute units in use times the cycles that they are in use for.
        energy_j: joules of what is priced; None where a needed price is missing.
        off_chip_j: of those, the outermost memory's.
        off_chip_bits: bits to and from the outermost memory.
        missing: actions of the array and the memories without a price.
        not_costed: element operations that run but have no price.
    """

    batch: int
    layers: int
    layers_run: int
    macs: float
    effectual: float | None
    dense_latency_s: float | None
    dense_energy_j: float | None
    cycles: float
    latency_s: float
    active_unit_cycles: float
    energy_j: float | None
    off_chip_j: float | None
    off_chip_bits: int
    missing: tuple[str, ...]
    not_costed: int


def totals(layers: tuple[LayerResult, ...], parts: tuple[EnergyPart, ...], batch: int) -> Totals:
    """The sums over the layers of one run.

    Args:
        layers: every layer of the network.
        parts: the energy of the run by component, action and tensor.
        batch: inferences of the run.
    """
    run = [layer for layer in layers if layer.place not in (Place.NOT_RUN, Place.UNKNOWN)]
    missing = tuple(dict.fromkeys(action for layer in run for action in layer.missing))
    energies = [layer.energy_j for layer in run if layer.energy_j is not None]
    off_chip = [part.energy_j for part in parts if part.off_chip and part.energy_j is not None]
    complete = bool(energies) and not missing
    return Totals(
        batch=batch,
        layers=len(layers),
        layers_run=len(run),
        macs=math.fsum(layer.run.timed for layer in run if layer.run),
        effectual=_effectual(run),
        dense_latency_s=_dense(run, "latency_s"),
        dense_energy_j=_dense(run, "energy_j") if complete else None,
        cycles=math.fsum(layer.cycles or 0.0 for layer in run),
        latency_s=math.fsum(layer.latency_s or 0.0 for layer in run),
        active_unit_cycles=math.fsum(
            layer.run.active_units * (layer.cycles or 0.0) for layer in run if layer.run
        ),
        energy_j=math.fsum(energies) if complete else None,
        off_chip_j=math.fsum(off_chip) if complete else None,
        off_chip_bits=sum(layer.off_chip_bits for layer in run),
        missing=missing,
        not_costed=sum(layer.not_costed for layer in run),
    )


def _effectual(run: list[LayerResult]) -> float | None:
    """The effectual products of all layers; None where a layer's are not known."""
    found = [layer.run.effectual for layer in run if layer.run]
    return None if None in found or not found else math.fsum(x for x in found if x is not None)


def _dense(run: list[LayerResult], amount: str) -> float | None:
    """An amount of the run on dense data; None where no values are known to be zero."""
    pairs = [(getattr(layer, amount), getattr(layer, f"dense_{amount}")) for layer in run]
    if all(full is None for _, full in pairs) or _effectual(run) is None:
        return None
    return math.fsum((thin if full is None else full) or 0.0 for thin, full in pairs)


def decomposition(run: Totals, architecture: Architecture) -> Decomposition | None:
    """Throughput as a product of factors; None where the network multiplies nothing.

    With u active units in the c cycles of a layer and N units in all, the run takes C cycles and
    makes M multiply-accumulates: ``active_share = sum(u*c)/(N*C)`` and
    ``utilization_of_active = M/sum(u*c)``, so that ``clock * N`` times both is M a run.
    """
    if not run.macs:
        return None
    units = architecture.compute_units
    return Decomposition(
        operations_per_cycle_per_unit=float(OPERATIONS_PER_MAC),
        clock_hz=architecture.clock_hz,
        units=units,
        active_share=run.active_unit_cycles / (units * run.cycles),
        utilization_of_active=run.macs / run.active_unit_cycles,
        operations_per_inference=OPERATIONS_PER_MAC * run.macs / run.batch,
        inferences_per_s=run.batch / run.latency_s,
    )
