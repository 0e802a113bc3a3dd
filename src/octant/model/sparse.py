"""The evaluation of a layer with zeros: what its sparse counts cost."""

from __future__ import annotations

import math
from dataclasses import replace

from octant.arch import Architecture, Fanout, Store
from octant.components import Price
from octant.model.evaluation import CyclesEntry, EnergyEntry, Evaluation, average_instances
from octant.model.prices import element_bits, stores
from octant.sparsity import SparseCounts, SparseTensor, thin
from octant.workload import Einsum

_ROUNDING = 1e-12


def evaluate_sparse(dense: Evaluation, einsum: Einsum, architecture: Architecture) -> Evaluation:
    """Returns what a mapping costs with the zeros of its tensors, from its dense evaluation.

    What is gated costs no energy, what is skipped neither energy nor time; bits of a format are
    read, written and moved like any others, at the price and bandwidth of the memory or network
    that they are in. An intersection looks at the coordinates of what it skips, so that these cost
    energy, unless offsets say where the next part starts. Detecting zeros, coding and decoding have
    no price here.

    Args:
        dense: of ``evaluate``, for the same layer, architecture and mapping.
        einsum: the layer with the densities and patterns of its tensors.
        architecture: where it runs.
    """
    counts = thin(einsum, architecture, dense.mapping, dense.counts)
    energy = (
        *_memory_energy(einsum, architecture, counts),
        *_transfer_energy(einsum, architecture, counts),
        _compute_energy(architecture, counts),
    )
    timing = _timing(einsum, architecture, dense, counts)
    slowest = max(timing, key=lambda entry: entry.cycles)
    known = math.fsum(entry.energy_j or 0.0 for entry in energy)
    return replace(
        dense,
        einsum=einsum,
        energy=energy,
        timing=timing,
        energy_j=None if dense.missing else known,
        cycles=slowest.cycles,
        latency_s=slowest.cycles / architecture.clock_hz,
        limited_by=f"{slowest.component} {slowest.port}",
        sparse=counts,
    )


def _memory_energy(
    einsum: Einsum, architecture: Architecture, counts: SparseCounts
) -> list[EnergyEntry]:
    entries = []
    levels = {level.name: level for level in architecture.levels}
    for at in counts.tensors:
        role = einsum.tensor(at.tensor).role
        store = levels[at.level].store(role)
        assert store is not None, "a mapping keeps a tensor only where a memory can"
        bits = element_bits(architecture, store, role)
        written = at.fills.happening + at.updates.happening
        passed = 0.0 if at.addressed else at.read_metadata.skipped
        looked_at = at.read_metadata.happening + passed
        coded = at.filled_metadata.happening + at.updated_metadata.happening
        for action, elements, metadata, price in (
            ("read", at.reads.happening, looked_at, store.read_energy),
            ("write", written, coded, store.write_energy),
        ):
            entries.append(_entry(store, action, at.tensor, elements, elements * bits, price))
            if metadata:
                named = f"{action} metadata"
                entries.append(_entry(store, named, at.tensor, metadata, metadata, price))
    return entries


def _entry(
    where: Store | Fanout,
    action: str,
    tensor: str,
    count: float,
    bits: float,
    price: Price | None,
) -> EnergyEntry:
    energy = None if price is None else price.energy_j * bits / where.word_bits
    return EnergyEntry(where.name, action, tensor, round(bits), round(count), energy)


def _transfer_energy(
    einsum: Einsum, architecture: Architecture, counts: SparseCounts
) -> list[EnergyEntry]:
    fanouts = {fanout.name: fanout for fanout in architecture.fanouts}
    entries = []
    for at in counts.transfers:
        fanout = fanouts[at.fanout]
        price = fanout.transfer_energy
        if price is None and fanout.instances == 1:
            continue
        bits = at.elements * element_bits(architecture, None, einsum.tensor(at.tensor).role)
        entries.append(_entry(fanout, "transfer", at.tensor, at.elements, bits, price))
        if at.metadata_bits:
            more = at.metadata_bits
            entries.append(_entry(fanout, "transfer metadata", at.tensor, more, more, price))
    return entries


def _compute_energy(architecture: Architecture, counts: SparseCounts) -> EnergyEntry:
    price, macs = architecture.compute.mac_energy, counts.macs.happening
    energy = None if price is None else macs * price.energy_j
    return EnergyEntry(architecture.compute.name, "MAC", "", 0, round(macs), energy)


def _timing(
    einsum: Einsum, architecture: Architecture, dense: Evaluation, counts: SparseCounts
) -> tuple[CyclesEntry, ...]:
    """The cycles of the loop nest without what is skipped, and of every port."""
    busy = average_instances(einsum, architecture, dense.mapping)
    entries = [
        CyclesEntry(
            architecture.compute.name, "loop nest", float(math.ceil(counts.steps * (1 - _ROUNDING)))
        )
    ]
    for level, store in stores(architecture):
        mine = [
            at
            for at in counts.tensors
            if at.level == level.name and einsum.tensor(at.tensor).role in store.roles
        ]
        read, written = (
            sum(bits(einsum, architecture, store, at) for at in mine) / busy[level.name]
            for bits in (_read_bits, _written_bits)
        )
        for port, moved, limit in (
            ("read", read, store.read_bits_per_cycle),
            ("write", written, store.write_bits_per_cycle),
            ("shared", read + written, store.shared_bits_per_cycle),
        ):
            cycles = 0.0 if limit is None else float(math.ceil(moved / limit - 1e-9))
            entries.append(CyclesEntry(store.name, port, cycles))
    return tuple(entries)


def _read_bits(einsum: Einsum, architecture: Architecture, store: Store, at: SparseTensor) -> float:
    bits = element_bits(architecture, store, einsum.tensor(at.tensor).role)
    return at.reads.timed * bits + at.read_metadata.timed


def _written_bits(
    einsum: Einsum, architecture: Architecture, store: Store, at: SparseTensor
) -> float:
    bits = element_bits(architecture, store, einsum.tensor(at.tensor).role)
    coded = at.filled_metadata.timed + at.updated_metadata.timed
    return (at.fills.timed + at.updates.timed) * bits + coded
