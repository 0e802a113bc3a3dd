"""The evaluation of a layer: energy by component and action, cycles by memory and what limits."""

from __future__ import annotations

import math
from dataclasses import dataclass

from octant.arch import Architecture, Fanout, Level
from octant.components import Price
from octant.counting import AccessCounts, count
from octant.mapping import Mapping
from octant.model.prices import costs, missing_prices, stores
from octant.sparsity.counts import SparseCounts
from octant.workload import Einsum


@dataclass(frozen=True, slots=True)
class EnergyEntry:
    """The energy of one kind of action.

    Args:
        component: the memory, fanout or compute unit.
        action: read, write, transfer or MAC; of a format's bits: read metadata and so on.
        tensor: the tensor's name; empty for MACs.
        bits_moved: bits read, written or transferred (0 for MACs).
        count: elements (MACs, bits of metadata).
        energy_j: what it costs; None where no source gives the price.
    """

    component: str
    action: str
    tensor: str
    bits_moved: int
    count: int
    energy_j: float | None


@dataclass(frozen=True, slots=True)
class CyclesEntry:
    """The cycles that one resource needs.

    Args:
        component: a memory, or the compute array.
        port: read, write, shared; ``loop nest`` for the compute array.
        cycles: at its bandwidth, were nothing else slower.
    """

    component: str
    port: str
    cycles: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a mapping of a layer costs.

    Args:
        einsum: the layer.
        mapping: how it was run.
        counts: its access counts.
        energy: entries that sum to ``energy_j``.
        timing: cycles of each resource; the largest is ``cycles``.
        energy_j: joules of one run of the layer; None where a price is missing.
        cycles: of the slowest resource.
        latency_s: cycles over the clock.
        limited_by: the slowest resource.
        missing: the actions without a price.
        sparse: what zeros left of the counts; None where all values are taken as nonzero.
    """

    einsum: Einsum
    mapping: Mapping
    counts: AccessCounts
    energy: tuple[EnergyEntry, ...]
    timing: tuple[CyclesEntry, ...]
    energy_j: float | None
    cycles: float
    latency_s: float
    limited_by: str
    missing: tuple[str, ...]
    sparse: SparseCounts | None = None

    @property
    def macs(self) -> float:
        """MACs that take time: all but the skipped ones."""
        return self.counts.macs if self.sparse is None else self.sparse.macs.timed

    @property
    def utilization(self) -> float:
        """MACs over what all compute units could have done in these cycles."""
        return self.macs / (self.cycles * self.counts.units)

    @property
    def active_share(self) -> float:
        """Compute units in use over those of the chip."""
        return self.counts.active_units / self.counts.units

    @property
    def utilization_of_active(self) -> float:
        """MACs over what the units in use could have done in these cycles."""
        return self.macs / (self.cycles * self.counts.active_units)


def evaluate(einsum: Einsum, architecture: Architecture, mapping: Mapping) -> Evaluation:
    """Returns the energy, cycles and limits of a layer under a mapping.

    Cycles assume that transfers overlap with computation (the steady state of a double-buffered
    pipeline): the slowest of the loop nest and every memory's port. A port's cycles are its traffic
    over its bandwidth and over the instances busy on average (``average_instances``). That is a
    limit, not exact: where a rank is spread unevenly, the busiest instance may need longer.

    Args:
        einsum: the layer.
        architecture: where it runs.
        mapping: a valid mapping (``mapping.check``).
    """
    counts = count(einsum, architecture, mapping)
    return priced(
        einsum, architecture, mapping, counts, _timing(einsum, architecture, mapping, counts)
    )


def priced(
    einsum: Einsum,
    architecture: Architecture,
    mapping: Mapping,
    counts: AccessCounts,
    timing: tuple[CyclesEntry, ...],
) -> Evaluation:
    """Returns the evaluation of a mapping whose counts and cycles are known.

    Args:
        counts, timing: of the mapping.
    """
    missing = missing_prices(architecture)
    energy = (
        *_memory_energy(einsum, architecture, counts),
        *_transfer_energy(einsum, architecture, counts),
        _compute_energy(einsum, architecture),
    )
    slowest = max(timing, key=lambda entry: entry.cycles)
    return Evaluation(
        einsum=einsum,
        mapping=mapping,
        counts=counts,
        energy=energy,
        timing=timing,
        energy_j=None if missing else sum(entry.energy_j or 0.0 for entry in energy),
        cycles=slowest.cycles,
        latency_s=slowest.cycles / architecture.clock_hz,
        limited_by=f"{slowest.component} {slowest.port}",
        missing=missing,
    )


def _priced(price: Price | None, count: int, bits: float, word_bits: int) -> float | None:
    return None if price is None else count * (price.energy_j * bits / word_bits)


def _memory_energy(
    einsum: Einsum, architecture: Architecture, counts: AccessCounts
) -> list[EnergyEntry]:
    entries = []
    levels = {level.name: level for level in architecture.levels}
    for at in counts.tensors:
        role = einsum.tensor(at.tensor).role
        store = levels[at.level].store(role)
        assert store is not None, "a mapping keeps a tensor only where a memory can"
        bits = architecture.element_bits(store, role)
        for action, number, price in (
            ("read", at.reads, store.read_energy),
            ("write", at.fills + at.updates, store.write_energy),
        ):
            energy = _priced(price, number, bits, store.word_bits)
            entries.append(
                EnergyEntry(store.name, action, at.tensor, math.ceil(number * bits), number, energy)
            )
    return entries


def _transfer_energy(
    einsum: Einsum, architecture: Architecture, counts: AccessCounts
) -> list[EnergyEntry]:
    fanouts: dict[str, Fanout] = {fanout.name: fanout for fanout in architecture.fanouts}
    entries = []
    for at in counts.transfers:
        fanout = fanouts[at.fanout]
        bits = architecture.element_bits(None, einsum.tensor(at.tensor).role)
        energy = _priced(fanout.transfer_energy, at.elements, bits, fanout.word_bits)
        if energy is None and fanout.instances == 1:
            continue
        entries.append(
            EnergyEntry(
                fanout.name,
                "transfer",
                at.tensor,
                math.ceil(at.elements * bits),
                at.elements,
                energy,
            )
        )
    return entries


def _compute_energy(einsum: Einsum, architecture: Architecture) -> EnergyEntry:
    price = architecture.compute.mac_energy
    energy = None if price is None else einsum.macs * price.energy_j
    return EnergyEntry(architecture.compute.name, "MAC", "", 0, einsum.macs, energy)


def _timing(
    einsum: Einsum, architecture: Architecture, mapping: Mapping, counts: AccessCounts
) -> tuple[CyclesEntry, ...]:
    import numpy as np

    from octant.counting import kernel as counting
    from octant.counting.problem import nest, problem
    from octant.model import kernel

    layer, loops, prices = (
        problem(einsum, architecture),
        nest(einsum, mapping),
        costs(einsum, architecture),
    )
    raw = counting.count_all(*layer, *loops)
    busy = np.ones(len(architecture.nodes) + 1)
    kernel.fill_busy(layer.sizes, layer.temporal, loops.factors, loops.order, busy)
    cycles = kernel.store_cycles(raw, prices.moved, prices.store, prices.bandwidths, busy[:-1])
    entries = [CyclesEntry(architecture.compute.name, "loop nest", float(counts.steps))]
    for (_, store), row in zip(stores(architecture), cycles, strict=True):
        for port, value in zip(("read", "write", "shared"), row, strict=True):
            entries.append(CyclesEntry(store.name, port, float(value)))
    return tuple(entries)


def average_instances(
    einsum: Einsum, architecture: Architecture, mapping: Mapping
) -> dict[str, float]:
    """The instances of each level that are at work at once, on average over its moments.

    Its moments are the steps of the loops outside of it, at which it may get another tile.
    """
    from octant.counting import kernel as counting
    from octant.counting.problem import nest, problem

    layer, loops = problem(einsum, architecture), nest(einsum, mapping)
    return {
        node.name: float(
            counting.average_instances(
                layer.sizes, layer.temporal, loops.factors, loops.order, column
            )
        )
        for column, node in enumerate(architecture.nodes)
        if isinstance(node, Level)
    }
