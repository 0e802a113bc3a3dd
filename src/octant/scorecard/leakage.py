"""Leakage: what a chip takes while it runs, whatever it does, and how far that may be off."""

from __future__ import annotations

from dataclasses import replace

from octant.arch import Architecture, Compute, Store
from octant.components import Estimate, Spread
from octant.components.uncertainty import of_a_sum
from octant.scorecard.area import figure_of
from octant.scorecard.records import EnergyPart, LayerResult, Missing, Row, Unit
from octant.source import Origin, Source

LEAKAGE = "leakage"


def leaking(architecture: Architecture) -> tuple[tuple[str, str, float], ...]:
    """(component, level, watts) of all instances of each part whose leakage is known.

    What the chip states for everything that no part counts comes last, under the chip's name.
    """
    found = [
        (store.name, level.name, store.leakage_w * architecture.instances(level.name))
        for level in architecture.levels
        for store in level.stores
        if store.leakage_w is not None
    ]
    compute = architecture.compute
    if compute.leakage_w is not None:
        found.append((compute.name, compute.name, compute.leakage_w * architecture.compute_units))
    if architecture.leakage_w is not None:
        found.append((architecture.name, architecture.name, architecture.leakage_w))
    return tuple(found)


def leakage_spreads(architecture: Architecture) -> dict[str, tuple[Spread, ...]]:
    """The assumptions that the leakage of each part rests on, by its name as an action.

    What a file states of leakage has no limits, and is not in it.
    """
    every: list[Store | Compute] = [store for each in architecture.levels for store in each.stores]
    return {
        f"{part.name} {LEAKAGE}": part.leakage_spreads
        for part in (*every, architecture.compute)
        if part.leakage_spreads
    }


def leakage_row(architecture: Architecture) -> Row:
    """The leakage of the whole chip, all instances together, as far as it is known.

    Parts that share an assumption move together, as those of the energy do.
    """
    label, unknown = "of it, leakage", not_known(architecture)
    parts = leaking(architecture)
    if not parts:
        missing = Missing(
            "no source gives that of any part", f"the leakage of: {', '.join(unknown)}"
        )
        return Row(LEAKAGE, label, missing)
    known = leakage_spreads(architecture)
    spreads = of_a_sum((watts, known.get(f"{name} {LEAKAGE}", ())) for name, _, watts in parts)
    total_w = sum(watts for _, _, watts in parts)
    names = ", ".join(name for name, _, _ in parts)
    basis = f"{names}, always on" + (f"; without {', '.join(unknown)}" if unknown else "")
    leak = Estimate(total_w, "power", Source(Origin.MODELLED, basis), spreads)
    return Row(LEAKAGE, label, figure_of(leak, Unit.WATT))


def not_known(architecture: Architecture) -> tuple[str, ...]:
    """The memories and the compute unit whose leakage nobody gives; the outermost is off chip."""
    stores = [store for level in architecture.levels[1:] for store in level.stores]
    names = [store.name for store in stores if store.leakage_w is None]
    return (*names, *[architecture.compute.name] * (architecture.compute.leakage_w is None))


def with_leakage(layer: LayerResult, architecture: Architecture) -> LayerResult:
    """The layer with the leakage of the whole chip over its time as further parts of its energy.

    Every instance leaks, busy or not: there is no power gating. A layer whose energy is unknown
    stays unknown, and has the parts.
    """
    off_chip, found = architecture.levels[0].name, leaking(architecture)
    time_s, full_s, full_j = layer.latency_s, layer.dense_latency_s, layer.dense_energy_j
    if full_s is not None and full_j is not None:
        full_j += full_s * sum(power_w for _, _, power_w in found)
    if not time_s:
        return replace(layer, dense_energy_j=full_j)
    parts = tuple(
        EnergyPart(name, level, LEAKAGE, "", 0, 0, power_w * time_s, level == off_chip)
        for name, level, power_w in found
    )
    leaked_j = sum(part.energy_j or 0.0 for part in parts)
    energy_j = None if layer.energy_j is None else layer.energy_j + leaked_j
    return replace(layer, energy=(*layer.energy, *parts), energy_j=energy_j, dense_energy_j=full_j)
