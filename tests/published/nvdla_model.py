"""NVDLA as an architecture: ResNet-50 in seven sizes, nothing calibrated.

What it is made of is in ``nvdla.yaml``. The makers' own rule (NVDLA Primer, NVDLA System
Integration) is the one of Octant's model: a layer takes as long as its data or its multiplications,
whichever is longer, and a network the sum of its layers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from octant import zoo
from octant.arch import Architecture, Constraint, Dataflow, Fanout, Level
from octant.chips import fact
from octant.files import read_architecture
from octant.files.records import builtin_record
from octant.mapper import Objective, Question, Status, search_layers
from octant.model import Evaluation
from octant.workload import Einsum, Layer, VectorWork

#: Channels of a cell (Atomic-C) and cells (Atomic-K). Those of 64, 256, 512, 1024 and 2048 are in
#: the published configurations. For 32 there is no other choice: C is 8 or more, K 4 or more. For
#: 128 they are assumed; ResNet-50, whose channels are multiples of 64, hardly sees the difference.
ATOMICS = {
    2048: (64, 32), 1024: (64, 16), 512: (32, 16), 256: (32, 8), 128: (16, 8), 64: (8, 8),
    32: (8, 4),
}  # fmt: skip
#: Sums that the accumulators hold for each cell, and the bits of one.
STRIPE, SUM_BITS = 32, 32
#: Layers that go through memory by themselves; the others work on what a convolution sends out.
BY_THEMSELVES = frozenset({"Add", "MaxPool", "GlobalAveragePool"})
BITS = 8


def published(size: int, name: str) -> float:
    """Returns a number of the built-in record of a size."""
    record = builtin_record(f"nvdla-{size}")
    found = fact(record[name] or record.runs[0][name])
    assert found is not None
    return found.value


@cache
def chip(size: int) -> Architecture:
    """Returns the architecture with so many multipliers."""
    file = read_architecture(Path(__file__).with_name("nvdla.yaml"))
    channels, cells = ATOMICS[size]
    capacities = {
        "convolution_buffer": int(published(size, "on_chip_memory")),
        "accumulators": STRIPE * cells * SUM_BITS,
    }
    nodes: list[Level | Fanout] = []
    for node in file.nodes:
        if isinstance(node, Fanout):
            across, down = node.axes
            axes = (replace(across, size=channels), replace(down, size=cells))
            nodes.append(replace(node, axes=axes))
            continue
        [store] = node.stores
        if node.name in capacities:
            store = replace(store, capacity_bits=capacities[node.name])
        if node.name == "DRAM":
            rate = published(size, "off_chip_bandwidth") / published(size, "clock")
            store = replace(store, shared_bits_per_cycle=rate)
        nodes.append(replace(node, stores=(store,)))
    return replace(file, name=f"nvdla-{size}", nodes=tuple(nodes))


def image_input(size: int) -> Dataflow:
    """Returns how the first layer runs: 7 columns of 3 channels side by side, of which two rows.

    Two rows need cells of more than twice 21 channels (Unit Description, Channel Post-Extension).
    """
    flow = next(flow for flow in chip(size).dataflows if flow.name == "image-input")
    if ATOMICS[size][0] < 2 * 3 * 7:
        return flow
    both = Constraint("mac_array.Y", factors=(("C", 3), ("S", 7), ("R", 2)))
    return replace(
        flow, constraints=(*(each for each in flow.constraints if each.node != both.node), both)
    )


@dataclass(frozen=True, slots=True)
class Run:
    """ResNet-50 on one size.

    Args:
        array_s: of the layers that multiply.
        memory_s: of them, of those that the memory limits.
        others_s: of the layers that go through memory by themselves.
        proven: every search ended with its proof; among factors that divide, but for the image.
    """

    array_s: float
    memory_s: float
    others_s: float
    proven: bool

    @property
    def frames_per_s(self) -> float:
        """Inferences a second, one after the other."""
        return 1 / (self.array_s + self.others_s)


@cache
def first_layer_cycles(size: int) -> float:
    """Returns the cycles of the image's convolution."""
    own = chip(size)
    work = own.in_own_formats(_einsum(zoo.network("resnet50").mac_layers[0]))
    found = search_layers([work], Question(own, Objective.LATENCY, image_input(size), cached=False))
    evaluation = found[work].evaluation
    assert evaluation is not None
    return evaluation.cycles


@cache
def run(size: int) -> Run:
    """Returns ResNet-50 on a size, each layer at its fastest mapping."""
    own, network = chip(size), zoo.network("resnet50")
    works = [(layer, own.in_own_formats(_einsum(layer))) for layer in network.mac_layers]
    first, rest = works[0][1], dict.fromkeys(work for _, work in works[1:])
    direct = next(flow for flow in own.dataflows if flow.name == "direct")
    image = Question(own, Objective.LATENCY, image_input(size), cached=False)
    dividing = replace(image, dataflow=direct, divisors_only=True)
    results = search_layers([first], image) | search_layers(list(rest), dividing)
    found: list[tuple[Layer, Evaluation]] = []
    for layer, work in works:
        evaluation = results[work].evaluation
        assert evaluation is not None, (size, layer.name, results[work].reason)
        found.append((layer, evaluation))
    times = [(layer.repeats * one.latency_s, one.limited_by) for layer, one in found]
    moved = sum(_moved(layer) for layer in network.layers if layer.operator in BY_THEMSELVES)
    return Run(
        sum(time for time, _ in times),
        sum(time for time, limit in times if limit.startswith("DRAM")),
        moved / published(size, "off_chip_bandwidth"),
        all(result.status is Status.OPTIMAL for result in results.values()),
    )


def _einsum(layer: Layer) -> Einsum:
    assert isinstance(layer.work, Einsum)
    return layer.work


def _moved(layer: Layer) -> int:
    """Bits in and out of a layer by itself."""
    assert isinstance(layer.work, VectorWork)
    return BITS * layer.repeats * (layer.work.read_elements + layer.work.written_elements)
