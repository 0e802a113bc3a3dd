"""Eyeriss's latency with its sums and pads counted, and its power with the PEs' clock.

A PE has one adder, and a multiplexer in front of it: the adder takes a product or a partial sum
that arrives from the PE below (JSSC 2017, Fig. 12, recalled). So each arriving sum takes a cycle
from the products. That is a count, as are the words that go into the pads before a pass can start;
nothing here is calibrated but the energy of the clock.
"""

from __future__ import annotations

import math

from octant.files.components import load_component
from octant.workload import Einsum
from tests.published.components_page import PADS, measured_w
from tests.published.eyeriss_alexnet import LAYERS, Parameters
from tests.published.eyeriss_page import CHIP, chip_j, evaluation, with_zeros
from tests.published.eyeriss_passes import (
    WORDS_PER_CYCLE,
    filter_cycles,
    filter_cycles_of,
    passes_of,
)
from tests.published.pages import residual, table

#: Input words of 16 b that go into the pads in a cycle; those of filters are ``WORDS_PER_CYCLE``.
INPUTS_PER_CYCLE = 1
CALIBRATED_ON = "CONV1"
#: 15.6 % of 278 mW (ISSCC 2016).
NETWORK_W = 0.156 * 0.278


def arriving_cycles(name: str) -> float:
    """Returns the cycles in which adders take sums of other PEs: p for each p x q x S products."""
    sizes, chosen = LAYERS[name].layer.sizes, LAYERS[name].parameters
    return evaluation(name).counts.steps / (chosen.q * sizes["S"])


def window_cycles(name: str) -> float:
    """Returns the cycles in which a pass's first windows go into the pads, with Table III."""
    published, stride = LAYERS[name], 4 if name == "CONV1" else 1
    return window_cycles_of(published.layer, published.parameters, stride)


def window_cycles_of(layer: Einsum, chosen: Parameters, stride: int) -> float:
    """Returns the cycles in which the first windows of one pass go into the pads."""
    sizes = layer.sizes
    rows = (chosen.e - 1) * stride + sizes["R"]
    return rows * chosen.q * chosen.r * sizes["S"] / INPUTS_PER_CYCLE


def latency_s(name: str) -> float:
    """Returns the array's time, that of arriving sums, and that of filling the pads."""
    published, steps = LAYERS[name], evaluation(name).counts.steps
    stride = 4 if name == "CONV1" else 1
    return cycles_of(published.layer, published.parameters, steps, stride) / CHIP.clock_hz


def cycles_of(layer: Einsum, chosen: Parameters, steps: int, stride: int = 1) -> float:
    """Returns the cycles of a layer whose array takes so many steps."""
    fill = max(filter_cycles_of(layer, chosen), window_cycles_of(layer, chosen, stride))
    arriving = steps / (chosen.q * layer.sizes["S"])
    return steps + arriving + passes_of(layer, chosen) * fill


def total() -> tuple[float, float]:
    """Returns the seconds of the five layers, modelled and measured."""
    measured = (published.measured.processing_s for published in LAYERS.values())
    return math.fsum(map(latency_s, LAYERS)), math.fsum(measured)


def pads_w() -> float:
    """Returns what pads and arithmetic of the calibrated layer take over its measured time."""
    evaluated = with_zeros(CALIBRATED_ON)
    joules = (x.energy_j or 0.0 for x in evaluated.energy if x.component in (*PADS, "mac"))
    return math.fsum(joules) / LAYERS[CALIBRATED_ON].measured.processing_s


def clock_j() -> float:
    """Returns the energy of the clock and control of one PE in one cycle.

    As ``eyeriss-pe`` has it, a share of a PE, of which the calibrated layer's pads and arithmetic
    are the rest; but by the cycle, since a clock does not stop where an input is zero.
    """
    overhead = load_component("eyeriss-pe").control
    assert overhead is not None
    return (overhead.factor - 1) * pads_w() / _active(CALIBRATED_ON) / CHIP.clock_hz


def _active(name: str) -> int:
    return evaluation(name).counts.active_units


def power_w(*names: str) -> float:
    """Returns the power of layers without DRAM, one after the other, over the counted time."""
    joules = [
        chip_j(with_zeros(name)) + clock_j() * _active(name) * latency_s(name) * CHIP.clock_hz
        for name in names
    ]
    return math.fsum(joules) / math.fsum(map(latency_s, names))


def component_w(component: str) -> float:
    """Returns the power of one component over the counted time."""
    joules = (
        x.energy_j or 0.0
        for name in LAYERS
        for x in with_zeros(name).energy
        if x.component == component
    )
    return math.fsum(joules) / total()[0]


def _latency_table() -> str:
    rows = []
    for name, published in LAYERS.items():
        real, steps = published.measured.processing_s, evaluation(name).counts.steps
        rows.append(
            [
                name,
                f"{1e3 * steps / CHIP.clock_hz:.1f}",
                f"{1e3 * arriving_cycles(name) / CHIP.clock_hz:.2f}",
                f"{filter_cycles(name):.0f}",
                f"{window_cycles(name):.0f}",
                f"{1e3 * real:.1f}",
                f"{1e3 * latency_s(name):.2f}",
                residual(latency_s(name), real),
            ]
        )
    modelled, measured = total()
    last = [f"{1e3 * measured:.1f}", f"{1e3 * modelled:.2f}", residual(modelled, measured)]
    rows.append(["sum", "", "", "", "", *last])
    header = ["layer", "array ms", "arriving sums ms", "filters, cycles a pass"]
    return table([*header, "windows, cycles a pass", "published ms", "counted ms", ""], rows)


def _power_table() -> str:
    rows = []
    for name, published in LAYERS.items():
        real, seen = published.measured.power_w, name == CALIBRATED_ON
        off = residual(power_w(name), real)
        without = 1e3 * chip_j(with_zeros(name)) / latency_s(name)
        cells = [f"{1e3 * real:.0f}", f"{without:.0f}", f"{1e3 * power_w(name):.0f}"]
        rows.append([name, *cells, off if seen else "", "" if seen else off])
    modelled, measured = power_w(*LAYERS), measured_w()
    cells = [f"{1e3 * measured:.0f}", "", f"{1e3 * modelled:.0f}", "", residual(modelled, measured)]
    rows.append(["all", *cells])
    header = ["layer", "published mW", "with zeros mW", "and the clock mW"]
    return table([*header, "calibrated", "held out"], rows)


def section() -> str:
    """Returns the page's section on the counted passes."""
    published_w = 0.514 * LAYERS[CALIBRATED_ON].measured.power_w
    return f"""## Eyeriss, the chip: sums that arrive, pads that fill

Here nothing of the latency is calibrated. A PE has one adder, which takes a product or a partial
sum that arrives from the PE below (recalled of JSSC 2017, Fig. 12; a public description of the PE
in Verilog has it so). Each arriving sum takes a cycle from the products: in row stationary p of
them for every p x q x S products (Table III's p and q, S columns of the filter), so 1 / (q x S) of
the array's time. Before a pass its filters go into the pads, {WORDS_PER_CYCLE} words a cycle, and
beside them the first windows of its rows, {INPUTS_PER_CYCLE} word a cycle; the slower of the two
counts. The widths are recalled, too; a public model of the PE in SystemC has them so.

{_latency_table()}

CONV1 to CONV3 are within 1 %, CONV4 is at the edge of 5 %, CONV5 far off. It has two thirds of
CONV4's passes, all alike, and took 0.625 of its time. What it took over the array's time,
{1e2 * _over_array("CONV5"):.1f} %, is less than its arriving sums alone: so the chip did not work
like this in both layers, or they were not measured alike. The terms follow from the chip's
structure, but were chosen with all five layers in sight. No scorecard has them: it would take a
fanout whose reduction occupies the units.

**Power over this time**, with the published zeros and the clock and control of the PEs. Their share
is the one of `eyeriss-pe` ([below](#power-of-eyeriss)), *calibrated* on CONV1; but it is taken as
{1e12 * clock_j():.2f} pJ for each working PE and cycle, because a clock does not stop where an
input is zero.

{_power_table()}

Pads and arithmetic of CONV1 take {1e3 * pads_w():.0f} mW over the measured time, and
{1e3 * published_w:.0f} mW by the published shares (51.4 % of 332 mW): they agree, so what is
missing is elsewhere. Over the five layers the network takes {1e3 * component_w("array"):.0f} mW
and the buffer {1e3 * component_w("buffer"):.0f} mW here, {1e3 * NETWORK_W:.0f} and 8 mW of 278 mW
by the published shares. So the network is {1e3 * (NETWORK_W - component_w("array")):.0f} of the
{1e3 * (measured_w() - power_w(*LAYERS)):.0f} mW that are missing. No price is known for its buses
with their tags and clock, the logic of the code and the control above the PEs.
"""


def _over_array(name: str) -> float:
    return LAYERS[name].measured.processing_s * CHIP.clock_hz / evaluation(name).counts.steps - 1
