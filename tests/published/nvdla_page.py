"""NVDLA's seven published sizes: ResNet-50, modelled, and what multipliers and memory allow."""

from __future__ import annotations

from functools import cache

from octant import zoo
from octant.bounds import compulsory_bits
from octant.workload import Einsum
from tests.published.nvdla_model import ATOMICS, chip, published, run
from tests.published.nvdla_rule import CALIBRATED_ON, frames_per_s, residuals, share
from tests.published.pages import residual, table

SIZES = tuple(ATOMICS)


def figures(size: int) -> tuple[float, float, float]:
    """Returns multiply-accumulates a second, bits a second of memory, frames a second."""
    rate = published(size, "multipliers") * published(size, "clock")
    return rate, published(size, "off_chip_bandwidth"), published(size, "throughput")


@cache
def layers() -> tuple[tuple[int, float], ...]:
    """Returns the multiply-accumulates of each layer, and the bits that it moves at least."""
    found = []
    for layer in zoo.network("resnet50").mac_layers:
        work = layer.work
        assert isinstance(work, Einsum)
        own = chip(SIZES[0])
        moved = sum(compulsory_bits(own.in_own_formats(work), own).values())
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
        found = run(size)
        rows.append(
            [
                f"{size:,}",
                f"{bandwidth / 8e9:g}",
                f"{frames:g}",
                f"{rate / total:.1f}",
                f"{bound(size):.1f}",
                f"{found.frames_per_s:.1f}",
                residual(found.frames_per_s, frames),
                f"{100 * found.memory_s * found.frames_per_s:.0f} %",
                f"{100 * found.others_s * found.frames_per_s:.0f} %",
            ]
        )
    header = ["multipliers", "GB/s", "published frames/s", "by multipliers alone", "bound"]
    more = ["modelled frames/s", "", "of it, memory the limit", "of it, sums and pooling"]
    return f"""## NVDLA: ResNet-50 in seven sizes

Published: the NVDLA primer, INT8 at 1 GHz, estimates of its makers and no measurement. Modelled
from the chip's manual and the configurations of the published design: an array of Atomic-C channels
by Atomic-K kernels with stationary weights, stripes of 32 positions of which all channels are
summed in the accumulators, a convolution buffer that inputs and weights share, and one memory (the
table has no on-chip SRAM). The first layer runs as image input: the columns of its window beside
each other as channels, two rows at once in the two largest sizes. Every other layer runs at its
fastest mapping, proven among the factors that divide. Normalisation and ReLU work on what a
convolution sends out; sums and pooling go through memory by themselves, as on every scorecard. A
layer takes as long as its data or its multiplications, whichever is longer, which is the primer's
own rule.

Nothing is calibrated, so every size is held out. Assumed are that the buffer's ports and the
post-processing keep up, and the shape of the array of 128 (16 x 8). Whether the makers' estimates
fuse the sums with convolutions is not published; the rates would be higher, and further off.

{table([*header, *more], rows)}

The bound knows no buffer: each layer as long as its multiplications on all multipliers, or as its
operands and results moved once. The five larger sizes are met within 16 %, all on the fast side,
and the two smallest are estimated at half of the bound, a third less than this model.

### By the makers' own rule

The primer tells how to estimate by hand: where the buffer holds a part of the weights only, the
input is read once for each part. The mapper does better, for it also cuts the input and keeps what
pays. The primer does not say how much of the buffer is for weights. That share is *calibrated* on
{CALIBRATED_ON} multipliers, in whole per cent; the other six sizes are *held out*. Twice:
{100 * share(with_others=True):.0f} % of the buffer with sums and pooling as above, and
{100 * share(with_others=False):.0f} % for the layers that multiply alone. Both were looked at
before one was preferred.

{_rule_table()}

With the second the estimates follow from the array, the memory and this rule, those of the two
smallest sizes as well. It suggests that the makers left out what lies between the convolutions, and
assumed a compiler that keeps less in the buffer than it could; the primer says neither.
"""


def _rule_table() -> str:
    both = {each: residuals(with_others=each) for each in (True, False)}
    rows = []
    for size in SIZES:
        row = [f"{size:,}", f"{published(size, 'throughput'):g}"]
        for with_others, offs in both.items():
            rate = frames_per_s(size, share(with_others=with_others), with_others=with_others)
            off = f"{100 * offs[size]:+.1f} %"
            seen = size == CALIBRATED_ON
            row += [f"{rate:.1f}", off if seen else "", "" if seen else off]
        rows.append(row)
    header = [
        "multipliers",
        "published frames/s",
        "with sums and pooling",
        "calibrated",
        "held out",
    ]
    return table([*header, "multiplying layers alone", "calibrated", "held out"], rows)
