"""The evaluation of a layer with zeros: what its sparse counts cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from octant.arch import Architecture, Fanout, Store
from octant.components import Price
from octant.model.evaluation import CyclesEntry, EnergyEntry, Evaluation, average_instances
from octant.model.prices import stores
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


def mean_evaluation(evaluations: Sequence[Evaluation]) -> Evaluation:
    """The mean of what one mapping costs in several runs, each with zeros of its own.

    The layer, the mapping and what limits are those of the first and of the mean; runs follow one
    another, so that cycles and joules have plain means.

    Args:
        evaluations: at least one, of the same layer, chip and mapping.
    """
    first = evaluations[0]
    if len(evaluations) == 1:
        return first
    timing = _mean([each.timing for each in evaluations])
    slowest = max(timing, key=lambda entry: entry.cycles)
    energies = [each.energy_j for each in evaluations]
    return replace(
        first,
        energy=_mean_energy(evaluations),
        timing=timing,
        energy_j=_mean(energies),
        cycles=_mean([each.cycles for each in evaluations]),
        latency_s=_mean([each.latency_s for each in evaluations]),
        limited_by=f"{slowest.component} {slowest.port}",
        sparse=_mean([each.sparse for each in evaluations]),
    )


def _mean_energy(evaluations: Sequence[Evaluation]) -> tuple[EnergyEntry, ...]:
    """Entries by component, action and tensor; a run without one spends nothing there."""
    found: dict[tuple[str, str, str], list[EnergyEntry]] = {}
    for each in evaluations:
        for entry in each.energy:
            found.setdefault((entry.component, entry.action, entry.tensor), []).append(entry)
    runs = len(evaluations)
    return tuple(
        EnergyEntry(
            *key,
            round(math.fsum(entry.bits_moved for entry in entries) / runs),
            round(math.fsum(entry.count for entry in entries) / runs),
            None
            if any(entry.energy_j is None for entry in entries)
            else math.fsum(entry.energy_j or 0.0 for entry in entries) / runs,
        )
        for key, entries in found.items()
    )


def _mean(values: Sequence[Any]) -> Any:
    """Numbers by their mean, nouns and tuples part by part, the rest as the first has it."""
    first = values[0]
    if isinstance(first, bool) or None in values:
        return first
    if isinstance(first, int | float):
        mean = math.fsum(values) / len(values)
        return round(mean) if isinstance(first, int) else mean
    if isinstance(first, tuple) and len({len(each) for each in values}) == 1:
        return tuple(_mean(parts) for parts in zip(*values, strict=True))
    if is_dataclass(first) and not isinstance(first, type):
        means = {
            item.name: _mean([getattr(each, item.name) for each in values])
            for item in fields(first)
        }
        return replace(first, **means)
    return first


def _memory_energy(
    einsum: Einsum, architecture: Architecture, counts: SparseCounts
) -> list[EnergyEntry]:
    entries = []
    levels = {level.name: level for level in architecture.levels}
    for at in counts.tensors:
        role = einsum.tensor(at.tensor).role
        store = levels[at.level].store(role)
        assert store is not None, "a mapping keeps a tensor only where a memory can"
        bits = architecture.element_bits(store, role)
        for action, elements, metadata, price in (
            ("read", at.reads.happening, at.metadata_read, store.read_energy),
            ("write", at.written, at.metadata_written, store.write_energy),
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
        bits = at.elements * architecture.element_bits(None, einsum.tensor(at.tensor).role)
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
    steps = float(math.ceil(counts.steps * (1 - _ROUNDING)))
    entries = [CyclesEntry(architecture.compute.name, "loop nest", steps)]
    for level, store in stores(architecture):
        mine = [
            at
            for at in counts.tensors
            if at.level == level.name and einsum.tensor(at.tensor).role in store.roles
        ]
        read, written = (
            sum(bits(einsum, architecture, store, at) for at in mine) / busy[level.name]
            for bits in (read_bits, written_bits)
        )
        ports = [
            ("read", read, store.read_bits_per_cycle),
            ("write", written, store.write_bits_per_cycle),
            ("shared", read + written, store.shared_bits_per_cycle),
        ]
        if store.metadata_bits is not None:
            coded = sum(map(_metadata_bits, mine)) / busy[level.name]
            ports.append(("metadata", coded, store.metadata_bits_per_cycle))
        for port, moved, limit in ports:
            cycles = 0.0 if limit is None else float(math.ceil(moved / limit - 1e-9))
            entries.append(CyclesEntry(store.name, port, cycles))
    return tuple(entries)


def read_bits(einsum: Einsum, architecture: Architecture, store: Store, at: SparseTensor) -> float:
    """Bits that pass the port of a memory on their way out; gated accesses take their time."""
    bits = architecture.element_bits(store, einsum.tensor(at.tensor).role)
    coded = 0.0 if store.metadata_bits is not None else at.read_metadata.timed
    return at.reads.timed * bits + coded


def written_bits(
    einsum: Einsum, architecture: Architecture, store: Store, at: SparseTensor
) -> float:
    """Bits that pass the port of a memory on their way in."""
    bits = architecture.element_bits(store, einsum.tensor(at.tensor).role)
    coded = at.filled_metadata.timed + at.updated_metadata.timed
    if store.metadata_bits is not None:
        coded = 0.0
    return (at.fills.timed + at.updates.timed) * bits + coded


def _metadata_bits(at: SparseTensor) -> float:
    """Bits of the format that pass the port of a memory of their own."""
    return at.read_metadata.timed + at.filled_metadata.timed + at.updated_metadata.timed
