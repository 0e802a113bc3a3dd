"""Eyeriss on VGG-16: what its array and its buffer's ports leave of the measured latency.

Chen, Krishna, Emer, Sze, JSSC 52(1), 2017, Table VI (batch 3, 200 MHz), as a public transcription
has it (cucapra/fodlam, read from the page by a program): the columns used here add up to the
table's totals, which a test checks. The paper does not print these mappings, so nothing is mapped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from octant.workload import Einsum
from octant.zoo import network
from tests.published.eyeriss_page import CHIP, PORT_BITS
from tests.published.pages import residual, table

BATCH = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """A row of Table VI.

    Args:
        processing_s: latency of 3 images.
        active: PEs at work.
        buffer_bytes: read from and written to the buffer.
    """

    processing_s: float
    active: int
    buffer_bytes: float


LAYERS = {
    "CONV1-1": Measured(38.0e-3, 156, 112.6e6),
    "CONV1-2": Measured(810.6e-3, 156, 2402.8e6),
    "CONV2-1": Measured(405.3e-3, 156, 1201.4e6),
    "CONV2-2": Measured(810.8e-3, 156, 2402.8e6),  # the transcription has 2402.3
    "CONV3-1": Measured(204.0e-3, 156, 607.4e6),
    "CONV3-2": Measured(408.1e-3, 156, 1214.8e6),
    "CONV3-3": Measured(408.1e-3, 156, 1214.8e6),
    "CONV4-1": Measured(105.1e-3, 168, 321.8e6),
    "CONV4-2": Measured(210.0e-3, 168, 643.7e6),
    "CONV4-3": Measured(210.0e-3, 168, 643.7e6),
    "CONV5-1": Measured(48.3e-3, 168, 90.0e6),  # the transcription has 163 (100 %)
    "CONV5-2": Measured(48.5e-3, 168, 90.0e6),
    "CONV5-3": Measured(48.5e-3, 168, 90.0e6),
}
TOTAL = Measured(3755.2e-3, 158, 11035.8e6)
"""The table's last row."""


def macs() -> dict[str, int]:
    """Returns the multiply-accumulates of each layer, of 3 images."""
    layers = [one for one in network("vgg16", batch=BATCH).mac_layers if one.operator == "Conv"]
    works = [one.work for one in layers]
    return {
        name: work.macs
        for name, work in zip(LAYERS, works, strict=True)
        if isinstance(work, Einsum)
    }


def array_s(name: str) -> float:
    """Returns the time of the array: a product a cycle in each active PE."""
    return macs()[name] / LAYERS[name].active / CHIP.clock_hz


def ports_s(name: str) -> float:
    """Returns the time of the published traffic, half of it read and half of it written.

    Partial sums are nearly all of it, and are read once for each time that they are written.
    """
    return 8 * LAYERS[name].buffer_bytes / 2 / PORT_BITS / CHIP.clock_hz


def latency_s(name: str) -> float:
    """Returns the slower of the array and of the buffer's ports as the built-in chip has them."""
    return max(array_s(name), ports_s(name))


def section() -> str:
    """Returns the page's section on VGG-16."""
    rows = []
    for name, real in LAYERS.items():
        rows.append(
            [
                name,
                f"{1e3 * array_s(name):.1f}",
                f"{1e3 * ports_s(name):.1f}",
                f"{1e3 * real.processing_s:.1f}",
                residual(array_s(name), real.processing_s),
                residual(latency_s(name), real.processing_s),
            ]
        )
    whole, alone = (math.fsum(map(of, LAYERS)) for of in (latency_s, array_s))
    measured = TOTAL.processing_s
    last = [residual(alone, measured), residual(whole, measured)]
    rows.append(["sum", f"{1e3 * alone:.1f}", "", f"{1e3 * measured:.1f}", *last])
    header = ["layer", "array ms", "ports ms", "published ms", "array alone", "slower of both"]
    return f"""## Eyeriss, the chip: the buffer's ports on VGG-16, batch 3

That the buffer reads {PORT_BITS} b and writes {PORT_BITS} b a cycle is assumed in the built-in
`eyeriss`, from AlexNet's traffic. VGG-16 was not looked at for it. Published: JSSC 2017, Table VI,
as a public transcription has it; its latencies and its traffic add up to the table's totals. The
paper does not print these mappings. So this takes the published traffic, half of it read and half
of it written, over the assumed ports, and is no test of the traffic.

{table(header, rows)}

In the first ten layers the ports are the limit, and the array alone would be up to 4.6 times too
fast: with them {_left("CONV1-1", "CONV4-3")} are left. In the last three the array is the
limit, and {_left("CONV5-1", "CONV5-3")} are left, as in AlexNet's first two layers: sums that
arrive and pads that fill, which take a mapping to count. One port of {PORT_BITS} b for reads and
writes together would be too slow for every layer.
"""


def _left(first: str, last: str) -> str:
    names = list(LAYERS)
    some = names[names.index(first) : names.index(last) + 1]
    offs = [100 * (latency_s(name) / LAYERS[name].processing_s - 1) for name in some]
    return f"{min(offs):.1f} to {max(offs):.1f} %"
