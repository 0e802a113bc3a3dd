"""Eyeriss on VGG-16: what its array and its buffer's ports leave of the measured latency.

Chen, Krishna, Emer, Sze, JSSC 52(1), 2017, Table VI (batch 3, 200 MHz), as a public transcription
has it (cucapra/fodlam, read from the page by a program): the columns used here add up to the
table's totals, which a test checks. The paper does not print these mappings; for the last three
layers one is inferred.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from octant.mapping.validity import check
from octant.model import Evaluation, evaluate
from octant.workload import Einsum
from octant.zoo import network
from tests.published.eyeriss_alexnet import Parameters, mapping
from tests.published.eyeriss_counted import cycles_of
from tests.published.eyeriss_page import CHIP, PORT_BITS, moved_bytes
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
#: CONV5-1 to CONV5-3: those of AlexNet's CONV4 and CONV5 but for e and q.
INFERRED = Parameters(
    64, 3, 14, 16, 4, 2, 2, (("R", 3), ("C", 2), ("K", 2)), (("P", 14),), 12.0, 73.5
)
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


def last_layer() -> Einsum:
    """Returns CONV5-1; CONV5-2 and CONV5-3 have the same shape."""
    layers = [one for one in network("vgg16", batch=BATCH).mac_layers if one.operator == "Conv"]
    work = layers[-1].work
    assert isinstance(work, Einsum)
    return work


@cache
def inferred() -> Evaluation:
    """Returns the evaluation of CONV5-1 with ``INFERRED``."""
    nest = mapping(last_layer(), INFERRED)
    check(last_layer(), CHIP, nest)
    return evaluate(last_layer(), CHIP, nest)


def counted_s() -> float:
    """Returns the latency of CONV5-1 with its arriving sums and its pads counted."""
    return cycles_of(last_layer(), INFERRED, inferred().counts.steps) / CHIP.clock_hz


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
    measured, moved = TOTAL.processing_s, moved_bytes(inferred(), "buffer")
    names = "CONV5-1 to CONV5-3"
    last = [residual(alone, measured), residual(whole, measured)]
    rows.append(["sum", f"{1e3 * alone:.1f}", "", f"{1e3 * measured:.1f}", *last])
    header = ["layer", "array ms", "ports ms", "published ms", "array alone", "slower of both"]
    return f"""## Eyeriss, the chip: VGG-16, batch 3, held out

That the buffer reads {PORT_BITS} b and writes {PORT_BITS} b a cycle is assumed in the built-in
`eyeriss`, from AlexNet's traffic. VGG-16 was not looked at for it. Published: JSSC 2017, Table VI,
as a public transcription has it; its latencies and its traffic add up to the table's totals. The
paper does not print these mappings, so this takes the published traffic, half of it read and half
of it written, over the assumed ports, and is no test of the traffic.

{table(header, rows)}

In the first ten layers the ports are the limit, and the array alone would be up to 4.6 times too
fast: with them {_left("CONV1-1", "CONV4-3")} are left. In the last three the array is the
limit, and {_left("CONV5-1", "CONV5-3")} are left. One port of {PORT_BITS} b for reads and writes
together would be too slow for every layer.

**Arriving sums and pads, held out.** The last three layers resemble AlexNet's CONV4 and CONV5. The
parameters of these in Table III (m = 64, p = 16, r = 2, t = 2, all images in a pass), with e = 14
and q = 4, need {inferred().counts.active_units} PEs, as published, and move {moved / 1e6:.1f} MB
through the buffer where 90.0 MB are published ({residual(moved, 90.0e6)}; AlexNet's two have +4 %,
q = 3 would have +35 %). With this inferred mapping the terms of the section above, unchanged, give
{1e3 * counted_s():.2f} ms, where {names} took 48.3, 48.5 and 48.5 ms:
{residual(counted_s(), 48.3e-3)} and {residual(counted_s(), 48.5e-3)}. This speaks for the terms,
and against AlexNet's CONV5 as their measure. The inference is its weak point: other parameters come
as near to the published traffic (one image in a pass with m = 128, 92.2 MB; r = 4, t = 1 and
q = 3 with m = 32, 88.9 MB) and would take 53.6 and 50.2 ms, 11 and 4 % more than measured.
"""


def _left(first: str, last: str) -> str:
    names = list(LAYERS)
    some = names[names.index(first) : names.index(last) + 1]
    offs = [100 * (latency_s(name) / LAYERS[name].processing_s - 1) for name in some]
    return f"{min(offs):.1f} to {max(offs):.1f} %"
