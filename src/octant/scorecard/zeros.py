"""What zeros make of each layer, and what formats make of the bits that they code."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from octant.arch import Architecture
from octant.scorecard.records import FormatUse, LayerMapping, LayerResult, ZeroEffects
from octant.sparsity import SparseCounts, SparseTensor

_LARGER = 1.0005
_RARELY = 0.0005


def zero_effects(
    mapping: LayerMapping, architecture: Architecture, repeats: int
) -> ZeroEffects | None:
    """What zeros make of a layer; None where the chip does nothing about them."""
    thin = mapping.with_zeros.sparse if mapping.with_zeros else None
    full = mapping.on_dense_data.sparse if mapping.on_dense_data else None
    if thin is None or full is None:
        return None
    macs = thin.macs
    every = macs.happening + macs.gated + macs.skipped
    return ZeroEffects(
        skipped=macs.skipped / every,
        gated=macs.gated / every,
        filling=thin.filling,
        imbalance=thin.imbalance,
        formats=tuple(_formats(mapping, architecture, thin, full, repeats)),
        occupancy=thin.occupancy,
    )


def _formats(
    mapping: LayerMapping,
    architecture: Architecture,
    thin: SparseCounts,
    full: SparseCounts,
    repeats: int,
) -> Iterator[FormatUse]:
    for level in architecture.levels:
        for at in thin.tensors:
            role = mapping.einsum.tensor(at.tensor).role
            store = level.store(role)
            if at.level != level.name or store is None or store.format_of(role) is None:
                continue
            bits = architecture.element_bits(store, role)
            data, metadata, plain = _moved(at, bits)
            dense_data, dense_metadata, dense_plain = _kept(full, at, bits)
            yield FormatUse(
                store.name,
                role.value,
                (data + metadata) * repeats,
                metadata * repeats,
                plain * repeats,
                (dense_data + dense_metadata) * repeats,
                dense_plain * repeats,
            )


def _kept(full: SparseCounts, like: SparseTensor, bits: float) -> tuple[float, float, float]:
    """What the mapping on dense data moves there; nothing where it lets the tensor pass."""
    try:
        return _moved(full.tensor(like.level, like.tensor), bits)
    except KeyError:
        return 0.0, 0.0, 0.0


def _moved(at: SparseTensor, bits: float) -> tuple[float, float, float]:
    """Bits of elements, of the format, and of the same accesses element by element."""
    elements = math.fsum(each.happening for each in (at.reads, at.fills, at.updates))
    metadata = math.fsum(
        each.happening for each in (at.read_metadata, at.filled_metadata, at.updated_metadata)
    )
    stored = at.elements
    plain = elements * at.tile_elements / stored if stored else 0.0
    return elements * bits, metadata, plain * bits


def format_totals(layers: Iterable[LayerResult]) -> tuple[FormatUse, ...]:
    """The uses of each memory's format of a role, summed over the layers."""
    found: dict[tuple[str, str], list[FormatUse]] = {}
    for layer in layers:
        for use in layer.run.zeros.formats if layer.run and layer.run.zeros else ():
            found.setdefault((use.store, use.role), []).append(use)
    return tuple(
        FormatUse(
            *key,
            math.fsum(use.bits for use in uses),
            math.fsum(use.metadata_bits for use in uses),
            math.fsum(use.plain_bits for use in uses),
            math.fsum(use.dense_bits for use in uses),
            math.fsum(use.dense_plain_bits for use in uses),
        )
        for key, uses in found.items()
    )


def losing(layers: Iterable[LayerResult]) -> tuple[tuple[str, float, float], ...]:
    """(memory and role, of plain bits, of plain bits on dense data) where a format adds bits."""
    return tuple(
        (
            f"{use.store} {use.role}",
            use.bits / use.plain_bits,
            use.dense_bits / use.dense_plain_bits,
        )
        for use in format_totals(layers)
        if use.plain_bits
        and use.dense_plain_bits
        and max(use.bits / use.plain_bits, use.dense_bits / use.dense_plain_bits) > _LARGER
    )


def overflowing(
    layers: Iterable[LayerResult], architecture: Architecture
) -> tuple[tuple[str, int, float, bool], ...]:
    """(memory, layers, largest chance, fetched again) of tiles that do not always fit."""
    worst: dict[str, list[float]] = {}
    for layer in layers:
        mine: dict[str, float] = {}
        for each in layer.run.zeros.occupancy if layer.run and layer.run.zeros else ():
            mine[each.store] = max(mine.get(each.store, 0.0), each.overflow_chance)
        for store, chance in mine.items():
            if chance > _RARELY:
                worst.setdefault(store, []).append(chance)
    again = {store.name: store.overflow for level in architecture.levels for store in level.stores}
    return tuple(
        (store, len(chances), max(chances), again[store]) for store, chances in worst.items()
    )
