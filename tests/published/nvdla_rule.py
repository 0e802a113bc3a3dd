"""NVDLA by its makers' own rule for passes: one constant, calibrated on one size.

The primer (NVDLA System Integration) estimates a layer by hand: as long as its multiplications, or
as its data at the memory's bandwidth; and where the convolution buffer holds a part of the weights
only, the input is read once for each part. It does not say how much of the buffer is for weights.
That share is the constant here; it is calibrated on one size, and the others are held out.
"""

from __future__ import annotations

import math
from functools import cache

from octant import zoo
from octant.workload import Einsum, Role
from tests.published.nvdla_model import ATOMICS, BITS, first_layer_cycles, published, run

CALIBRATED_ON = 64
#: Shares of the buffer, in per cent, among which the calibrated one is.
SHARES = range(5, 101)


def frames_per_s(size: int, share: float, *, with_others: bool) -> float:
    """Returns the inferences a second of a size by the rule.

    Args:
        size: multipliers.
        share: of the buffer, for weights.
        with_others: sums and pooling go through memory by themselves; else convolutions alone.
    """
    room_bits = share * published(size, "on_chip_memory")
    bandwidth = published(size, "off_chip_bandwidth")
    rate = published(size, "multipliers") * published(size, "clock")
    seconds = run(size).others_s if with_others else 0.0
    for number, (macs, bits) in enumerate(_layers()):
        array_s = macs / rate if number else first_layer_cycles(size) / published(size, "clock")
        seconds += max(array_s, moved_bits(bits, room_bits) / bandwidth)
    return 1 / seconds


def moved_bits(bits: dict[Role, int], room_bits: float) -> int:
    """Returns what a layer moves: its input once for each part of the weights that finds room.

    >>> moved_bits({Role.INPUT: 10, Role.WEIGHT: 4, Role.OUTPUT: 1}, room_bits=1)
    45
    """
    parts = math.ceil(bits[Role.WEIGHT] / room_bits)
    return bits[Role.INPUT] * parts + bits[Role.WEIGHT] + bits[Role.OUTPUT]


@cache
def _layers() -> tuple[tuple[int, dict[Role, int]], ...]:
    """Returns the multiply-accumulates of each layer, and its bits by role."""
    found = []
    for layer in zoo.network("resnet50").mac_layers:
        work = layer.work
        assert isinstance(work, Einsum)
        bits = {tensor.role: BITS * work.elements(tensor.name) for tensor in work.tensors}
        found.append((work.macs, bits))
    return tuple(found)


@cache
def share(*, with_others: bool) -> float:
    """Returns the calibrated share: the whole per cent nearest to the published frame rate."""

    def off(percent: int) -> float:
        modelled = frames_per_s(CALIBRATED_ON, percent / 100, with_others=with_others)
        return abs(modelled - published(CALIBRATED_ON, "throughput"))

    return min(SHARES, key=off) / 100


def residuals(*, with_others: bool) -> dict[int, float]:
    """Returns modelled over published frames a second, less one, for every size."""
    return {
        size: frames_per_s(size, share(with_others=with_others), with_others=with_others)
        / published(size, "throughput")
        - 1
        for size in ATOMICS
    }
