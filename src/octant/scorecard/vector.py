"""Layers without multiply-accumulates: run by the vector unit, fused, or not run at all."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from octant.arch import Architecture, Store, VectorUnit
from octant.scorecard.records import EnergyPart, LayerResult, Place
from octant.workload import Layer, Role, VectorWork

#: Operators that make each element of their result from one element of one activation; those
#: that may take two activations (``Add``) do so only where a layer has one input.
ELEMENTWISE = frozenset(
    {
        "Abs", "Add", "BatchNormalization", "Cast", "Celu", "Clip", "DequantizeLinear", "Div",
        "Elu", "Erf", "Exp", "Gelu", "GeluTanh", "HardSigmoid", "HardSwish", "LeakyRelu", "Mish",
        "Mul", "Neg", "PRelu", "QuantizeLinear", "Relu", "Relu6", "Selu", "Sigmoid", "Softplus",
        "Softsign", "Sqrt", "Sub", "Swish", "Tanh",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stream:
    """What a layer of the array sends out, and the vector unit's work on it.

    Args:
        producer: the layer that the array runs.
        repeats: how often it runs.
        array_cycles: what it takes, repeats included.
        dense_cycles: so, too, where nothing is zero; None where zeros change nothing.
        vector_cycles: what the vector unit takes for the chain of fused layers so far.
    """

    producer: str
    repeats: int
    array_cycles: float
    dense_cycles: float | None = None
    vector_cycles: float = 0.0

    @property
    def excess(self) -> float:
        """Cycles by which the vector unit is behind the array."""
        return max(0.0, self.vector_cycles - self.array_cycles)

    @property
    def dense_excess(self) -> float:
        """So, too, where nothing is zero."""
        least = self.array_cycles if self.dense_cycles is None else self.dense_cycles
        return max(0.0, self.vector_cycles - least)


def described(layer: Layer, place: Place, note: str = "") -> LayerResult:
    """A result that says what the layer is and where it runs, with nothing counted yet."""
    return LayerResult(
        name=layer.name,
        operator=layer.operator,
        work=layer.work,
        repeats=layer.repeats,
        place=place,
        note=note,
        macs=layer.macs,
        operations=layer.element_operations,
        parameters=layer.parameters,
    )


def is_fusable(layer: Layer, readers: int) -> bool:
    """Whether a layer can work on its input as that streams out of the layer before.

    Args:
        layer: without multiply-accumulates.
        readers: layers that read its first input; with more than one it must be stored anyway.

    >>> from octant.workload import FLOAT32
    >>> work = VectorWork(4, 4, 4, FLOAT32)
    >>> is_fusable(Layer("relu", "Relu", work, ("a",), ("b",)), 1)
    True
    >>> is_fusable(Layer("sum", "Add", work, ("a", "c"), ("b",)), 1)
    False
    """
    return layer.operator in ELEMENTWISE and len(layer.inputs) == 1 and readers == 1


def fused(
    layer: Layer, architecture: Architecture, unit: VectorUnit, stream: Stream
) -> tuple[LayerResult, Stream]:
    """The result of a layer that works on its input as it streams by, and the stream after it.

    It moves nothing. The vector unit works beside the array, so the run gets longer only by what
    the whole chain of fused layers takes beyond the layer of the array.
    """
    busy = _operation_cycles(layer, unit)
    longer = replace(stream, vector_cycles=stream.vector_cycles + busy)
    cycles = longer.excess - stream.excess
    note = f"works on what {stream.producer} sends out, without traffic of its own"
    operations = _operations(layer, unit)
    changes = stream.dense_cycles is not None
    dense = (longer.dense_excess - stream.dense_excess) / architecture.clock_hz
    result = replace(
        described(layer, Place.FUSED, note),
        traffic_bits=sum(transfer.bits for transfer in _transfers(layer, architecture)),
        cycles=cycles,
        latency_s=cycles / architecture.clock_hz,
        limited_by=unit.name if cycles else stream.producer,
        energy_j=operations.energy_j,
        not_costed=layer.element_operations if operations.energy_j is None else 0,
        energy=(operations,),
        dense_latency_s=dense if changes else None,
        dense_energy_j=operations.energy_j if changes else None,
    )
    return result, longer


def on_vector_unit(layer: Layer, architecture: Architecture, unit: VectorUnit) -> LayerResult:
    """The result of a layer that the vector unit runs by itself.

    It reads its inputs from the outermost memory and writes its results there; its cycles are the
    larger of its operations over the unit's rate and its traffic over the memory's bandwidth.
    """
    transfers = _transfers(layer, architecture)
    resources = {unit.name: _operation_cycles(layer, unit), **_port_cycles(transfers)}
    slowest = max(resources, key=lambda name: resources[name])
    operations = _operations(layer, unit)
    moved = [_moved(transfer, architecture) for transfer in transfers]
    missing = tuple(f"{part.component} {part.action}" for part in moved if part.energy_j is None)
    known = [part.energy_j for part in (*moved, operations) if part.energy_j is not None]
    bits = sum(transfer.bits for transfer in transfers)
    return replace(
        described(layer, Place.VECTOR),
        traffic_bits=bits,
        off_chip_bits=bits,
        cycles=resources[slowest],
        latency_s=resources[slowest] / architecture.clock_hz,
        limited_by=slowest,
        energy_j=None if missing or not known else math.fsum(known),
        missing=missing,
        not_costed=layer.element_operations if operations.energy_j is None else 0,
        energy=(*moved, operations),
    )


def not_run(layer: Layer, architecture: Architecture) -> LayerResult:
    """The result of a layer whose operator the chip does not list: no time, no energy, listed."""
    unit = architecture.vector
    listed = f"its {unit.name} runs {', '.join(unit.operators)}" if unit else "no vector unit"
    note = f"{architecture.name} does not run {layer.operator} ({listed})"
    return replace(
        described(layer, Place.NOT_RUN, note),
        traffic_bits=sum(transfer.bits for transfer in _transfers(layer, architecture)),
    )


class _Transfer(NamedTuple):
    """What goes one way between the vector unit and the outermost memory."""

    store: Store
    role: Role
    action: str
    elements: int
    bits: int


def _transfers(layer: Layer, architecture: Architecture) -> tuple[_Transfer, _Transfer]:
    """Inputs read and outputs written, each element once a repeat, in the memory's widths."""
    assert isinstance(layer.work, VectorWork), "only layers without multiply-accumulates"

    def transfer(role: Role, action: str, elements: int) -> _Transfer:
        store = architecture.levels[0].store(role)
        assert store is not None, "the outermost level keeps every role"
        total = elements * layer.repeats
        return _Transfer(
            store, role, action, total, math.ceil(total * architecture.element_bits(store, role))
        )

    return (
        transfer(Role.INPUT, "read", layer.work.read_elements),
        transfer(Role.OUTPUT, "write", layer.work.written_elements),
    )


def _operation_cycles(layer: Layer, unit: VectorUnit) -> float:
    assert isinstance(layer.work, VectorWork), "only layers without multiply-accumulates"
    return float(layer.repeats * math.ceil(layer.work.operations / unit.operations_per_cycle))


def _port_cycles(transfers: Iterable[_Transfer]) -> dict[str, float]:
    """Cycles by memory and port; ports without a limit are left out."""
    bits: dict[tuple[str, str], int] = {}
    limits: dict[tuple[str, str], float | None] = {}
    for store, _, action, _, moved in transfers:
        single = store.read_bits_per_cycle if action == "read" else store.write_bits_per_cycle
        for port, limit in ((action, single), ("shared", store.shared_bits_per_cycle)):
            key = (store.name, port)
            bits[key], limits[key] = bits.get(key, 0) + moved, limit
    return {
        f"{name} {port}": float(math.ceil(bits[name, port] / limit))
        for (name, port), limit in limits.items()
        if limit is not None
    }


def _moved(transfer: _Transfer, architecture: Architecture) -> EnergyPart:
    store = transfer.store
    price = store.read_energy if transfer.action == "read" else store.write_energy
    return EnergyPart(
        component=store.name,
        level=architecture.levels[0].name,
        action=transfer.action,
        tensor=transfer.role.value,
        count=transfer.elements,
        bits=transfer.bits,
        energy_j=None if price is None else price.energy_j * transfer.bits / store.word_bits,
        off_chip=True,
    )


def _operations(layer: Layer, unit: VectorUnit) -> EnergyPart:
    count = layer.element_operations
    energy_j = None if unit.energy is None else unit.energy.energy_j * count
    return EnergyPart(unit.name, unit.name, "operation", "", count, 0, energy_j, False)
