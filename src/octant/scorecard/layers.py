"""Every layer of a network on a chip: on the array, on the vector unit, fused, or not run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from octant.arch import Architecture
from octant.errors import InfeasibleError
from octant.model import EnergyEntry, Evaluation
from octant.scorecard.leakage import with_leakage
from octant.scorecard.records import ArrayRun, EnergyPart, LayerMapping, LayerResult, Place
from octant.scorecard.vector import (
    Stream,
    described,
    fused,
    is_fusable,
    not_run,
    on_vector_unit,
)
from octant.scorecard.zeros import zero_effects
from octant.workload import Einsum, Layer, UnknownWork, Workload


def layer_results(
    workload: Workload, architecture: Architecture, mappings: tuple[LayerMapping, ...]
) -> tuple[LayerResult, ...]:
    """The result of every layer, in the network's order.

    Args:
        workload: the network.
        architecture: where it runs.
        mappings: one for each layer with multiply-accumulates.

    Raises:
        InfeasibleError: a layer has no mapping; the message names it and says why.
    """
    found = {mapping.layer: mapping for mapping in mappings}
    readers = Counter(name for layer in workload.layers for name in set(layer.inputs))
    streams: dict[str, Stream] = {}
    results = []
    for layer in workload.layers:
        if isinstance(layer.work, Einsum):
            result = on_array(layer, architecture, found[layer.name])
            assert result.cycles is not None
            full = found[layer.name].on_dense_data
            dense = None if full is None else full.cycles * layer.repeats
            stream = Stream(layer.name, layer.repeats, result.cycles, dense)
            streams |= dict.fromkeys(layer.outputs, stream)
        else:
            result = _without_macs(layer, architecture, readers, streams)
        results.append(result)
    return tuple(with_leakage(result, architecture) for result in results)


def on_array(layer: Layer, architecture: Architecture, mapping: LayerMapping) -> LayerResult:
    """The result of a layer with multiply-accumulates, all its repeats in sequence.

    Raises:
        InfeasibleError: the layer has no mapping.
    """
    search = mapping.result
    if search.evaluation is None:
        raise InfeasibleError(
            f"layer {layer.name!r} ({layer.operator}): no mapping was found on "
            f"{architecture.name}: {search.reason}"
        )
    evaluation = mapping.with_zeros or search.evaluation
    full = mapping.on_dense_data
    energy = tuple(
        _part(entry, evaluation.einsum, architecture, layer.repeats) for entry in evaluation.energy
    )
    return replace(
        described(layer, Place.ARRAY),
        off_chip_bits=sum(part.bits for part in energy if part.off_chip),
        cycles=evaluation.cycles * layer.repeats,
        latency_s=evaluation.latency_s * layer.repeats,
        limited_by=evaluation.limited_by,
        energy_j=None if evaluation.energy_j is None else evaluation.energy_j * layer.repeats,
        missing=evaluation.missing,
        energy=energy,
        run=_array_run(mapping, evaluation, architecture, layer.repeats),
        dense_latency_s=None if full is None else full.latency_s * layer.repeats,
        dense_energy_j=None
        if full is None or full.energy_j is None
        else full.energy_j * layer.repeats,
    )


def _without_macs(
    layer: Layer,
    architecture: Architecture,
    readers: Mapping[str, int],
    streams: dict[str, Stream],
) -> LayerResult:
    """The result of another layer; a fused one goes on the stream that it works on."""
    if isinstance(layer.work, UnknownWork):
        return described(layer, Place.UNKNOWN, layer.work.reason)
    unit = architecture.vector
    if unit is None or layer.operator not in unit.operators:
        return not_run(layer, architecture)
    stream = streams.get(layer.inputs[0]) if layer.inputs else None
    if (
        stream is None
        or stream.repeats != layer.repeats
        or not is_fusable(layer, readers[layer.inputs[0]])
    ):
        return on_vector_unit(layer, architecture, unit)
    result, longer = fused(layer, architecture, unit, stream)
    streams |= dict.fromkeys(layer.outputs, longer)
    return result


def _array_run(
    mapping: LayerMapping, evaluation: Evaluation, architecture: Architecture, repeats: int
) -> ArrayRun:
    search = mapping.result
    return ArrayRun(
        mapping=evaluation.mapping,
        status=search.status,
        value=search.value,
        bound=search.bound,
        gap=search.gap,
        priced=search.priced,
        space=search.space,
        reason=search.reason,
        units=evaluation.counts.units,
        active_units=evaluation.counts.active_units,
        utilization=evaluation.utilization,
        active_share=evaluation.active_share,
        utilization_of_active=evaluation.utilization_of_active,
        timed=float(evaluation.macs * repeats),
        effectual=evaluation.sparse.effectual * repeats
        if mapping.zeros_known and evaluation.sparse is not None
        else None,
        zeros=zero_effects(mapping, architecture, repeats),
    )


def _part(
    entry: EnergyEntry, einsum: Einsum, architecture: Architecture, repeats: int
) -> EnergyPart:
    levels = {store.name: level.name for level in architecture.levels for store in level.stores}
    level = levels.get(entry.component, entry.component)
    return EnergyPart(
        component=entry.component,
        level=level,
        action=entry.action,
        tensor=einsum.tensor(entry.tensor).role.value if entry.tensor else "",
        count=entry.count * repeats,
        bits=entry.bits_moved * repeats,
        energy_j=None if entry.energy_j is None else entry.energy_j * repeats,
        off_chip=level == architecture.levels[0].name,
    )
