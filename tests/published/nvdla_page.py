"""NVDLA's seven published sizes: ResNet-50 against what multipliers and memory allow."""

from __future__ import annotations

from functools import cache

from octant import zoo
from octant.chips import fact
from octant.files.records import builtin_record
from octant.workload import Einsum
from tests.published.pages import table

SIZES = (2048, 1024, 512, 256, 128, 64, 32)
BITS = 8


def figures(size: int) -> tuple[float, float, float]:
    """Returns multiply-accumulates a second, bits a second of memory, frames a second."""
    record = builtin_record(f"nvdla-{size}")
    known = [
        fact(quantity)
        for quantity in (
            record["multipliers"],
            record["clock"],
            record["off_chip_bandwidth"],
            record.runs[0]["throughput"],
        )
    ]
    multipliers, clock, bandwidth, frames = (each.value for each in known if each is not None)
    return multipliers * clock, bandwidth, frames


@cache
def layers() -> tuple[tuple[int, int], ...]:
    """Returns the multiply-accumulates of each layer, and the bits that it moves at least."""
    found = []
    for layer in zoo.network("resnet50").mac_layers:
        work = layer.work
        assert isinstance(work, Einsum)
        moved = sum(BITS * work.elements(tensor.name) for tensor in work.tensors)
        found.append((work.macs, moved))
    return tuple(found)


def bound(size: int) -> float:
    """Returns the frames a second that no mapping of one layer at a time can exceed.

    Each layer takes as long as its multiplications on all multipliers, or as its operands and
    results take to move once, whichever is longer.
    """
    rate, bandwidth, _ = figures(size)
    return 1 / sum(max(macs / rate, moved / bandwidth) for macs, moved in layers())


def section() -> str:
    """Returns the page's section on NVDLA."""
    total = sum(macs for macs, _ in layers())
    rows = []
    for size in SIZES:
        rate, bandwidth, frames = figures(size)
        rows.append(
            [
                f"{size:,}",
                f"{bandwidth / 8e9:g}",
                f"{frames:g}",
                f"{rate / total:.1f}",
                f"{bound(size):.1f}",
                f"{100 * frames / bound(size):.0f} %",
            ]
        )
    header = ["multipliers", "GB/s", "published frames/s", "by multipliers alone"]
    return f"""## NVDLA: ResNet-50 in seven sizes, a bound only

Published: the NVDLA primer, INT8 at 1 GHz, estimates of its makers. Octant has no description of
NVDLA's array and convolution buffer, so nothing is modelled here. The bound takes each layer as
long as its multiplications on all multipliers, or as its operands and results at the published
bandwidth, each moved once, whichever is longer. The makers' estimates are half to three quarters of
it; what the buffer, the shape of the array and the layers without multiplications cost is in the
rest, and a model of the chip would have to explain it.

{table([*header, "bound frames/s", "published of the bound"], rows)}
"""
