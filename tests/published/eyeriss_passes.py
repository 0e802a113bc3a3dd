"""What is left of Eyeriss's latency, by processing pass: one constant, the rest held out.

Table III says how the work is cut into passes. Before a pass its filters go into the scratch pads,
and around it the pipeline fills and drains; the array's time has neither. The filters are counted;
the rest of a pass is one constant, calibrated on the layer with the most passes.
"""

from __future__ import annotations

import math
from functools import cache

from octant.workload import Einsum
from tests.published.eyeriss_alexnet import LAYERS, Parameters
from tests.published.eyeriss_page import CHIP, array_s
from tests.published.pages import residual, table

CALIBRATED_ON = "CONV2"
#: Filter words of 16 b that go into the pads in a cycle: a bank of 64 b. Assumed.
WORDS_PER_CYCLE = 4


def passes(name: str) -> int:
    """Returns the processing passes of a layer with its row of Table III."""
    return passes_of(LAYERS[name].layer, LAYERS[name].parameters)


def passes_of(layer: Einsum, chosen: Parameters) -> int:
    """Returns the processing passes of a layer: filters x channels x images x strips."""
    sizes = layer.sizes
    return math.prod(
        (
            math.ceil(sizes["G"] * sizes["K"] / (chosen.p * chosen.t)),
            math.ceil(sizes["C"] / (chosen.q * chosen.r)),
            math.ceil(sizes["N"] / chosen.n),
            math.ceil(sizes["P"] / chosen.e),
        )
    )


def filter_cycles(name: str) -> float:
    """Returns the cycles in which the filters of one pass go into the pads, with Table III."""
    return filter_cycles_of(LAYERS[name].layer, LAYERS[name].parameters)


def filter_cycles_of(layer: Einsum, chosen: Parameters) -> float:
    """Returns the cycles in which the filters of one pass go into the pads."""
    sizes = layer.sizes
    words = chosen.p * chosen.t * chosen.q * chosen.r * sizes["R"] * sizes["S"]
    return words / WORDS_PER_CYCLE


def left_cycles(name: str) -> float:
    """Returns the cycles of a pass that were measured and that the array's time has not."""
    left_s = LAYERS[name].measured.processing_s - array_s(name)
    return left_s * CHIP.clock_hz / passes(name)


@cache
def constant_cycles() -> float:
    """Returns the constant: what the calibrated layer leaves beside its filters."""
    return left_cycles(CALIBRATED_ON) - filter_cycles(CALIBRATED_ON)


def latency_s(name: str) -> float:
    """Returns the array's time and that of the passes around it."""
    each = filter_cycles(name) + constant_cycles()
    return array_s(name) + passes(name) * each / CHIP.clock_hz


def total() -> tuple[float, float]:
    """Returns the seconds of the five layers, modelled and measured."""
    measured = (published.measured.processing_s for published in LAYERS.values())
    return math.fsum(map(latency_s, LAYERS)), math.fsum(measured)


def section() -> str:
    """Returns the page's section on the passes."""
    rows = []
    for name, published in LAYERS.items():
        real = published.measured.processing_s
        off = residual(latency_s(name), real)
        seen = name == CALIBRATED_ON
        rows.append(
            [
                name,
                f"{passes(name)}",
                f"{left_cycles(name):.0f}",
                f"{filter_cycles(name):.0f}",
                f"{1e3 * real:.1f}",
                f"{1e3 * latency_s(name):.1f}",
                off if seen else "",
                "" if seen else off,
            ]
        )
    modelled, measured = total()
    off = residual(modelled, measured)
    rows.append(["sum", "", "", "", f"{1e3 * measured:.1f}", f"{1e3 * modelled:.1f}", "", off])
    header = ["layer", "passes", "left, cycles a pass", "filters, cycles a pass", "published ms"]
    columns = table([*header, "with passes ms", "calibrated", "held out"], rows)
    ratio = (LAYERS["CONV4"].measured.processing_s / passes("CONV4")) / (
        LAYERS["CONV5"].measured.processing_s / passes("CONV5")
    )
    apart = 100 * (ratio - 1)
    return f"""## Eyeriss, the chip: what a processing pass costs

What the array's time leaves of the measured latency, over the passes that Table III cuts each layer
into. Loading the filters of a pass is counted ({WORDS_PER_CYCLE} words a cycle, assumed). The
rest of a pass is *calibrated* on {CALIBRATED_ON}, the layer with the most passes, as
{constant_cycles():.0f} cycles, and *held out* from the others. The form was chosen with all five
layers in sight. No scorecard has this term: a mapping that the mapper finds has no processing
passes.

{columns}

CONV4 and CONV5 have the same passes, by Table III: the same channels, filters, images and strips.
Yet a pass of CONV4 took {apart:.1f} % longer than one of CONV5, by Table V. No model of passes
meets both within {apart / 2:.1f} %; this one is near CONV4 and slow for CONV5. A cost that a layer
has once does not help: with it the two would be met where it is {1e3 * _once():.1f} ms, less than
nothing. The buffer's traffic of the two is in the ratio of their passes, as published, so that no
other mapping of CONV5 suggests itself.
"""


def _once() -> float:
    """Returns the seconds that CONV4 and CONV5 would take once, were their passes alike in time."""
    four, five = (LAYERS[name].measured.processing_s for name in ("CONV4", "CONV5"))
    each = (four - five) / (passes("CONV4") - passes("CONV5"))
    return five - passes("CONV5") * each
