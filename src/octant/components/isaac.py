"""The parts that ISAAC lists at 32 nm: converters, routers, buses, embedded DRAM."""

from __future__ import annotations

from typing import NamedTuple

ISAAC = (
    "Shafiee et al., ISAAC: A convolutional neural network accelerator with in-situ analog "
    "arithmetic in crossbars, ISCA 2016, its table of parts (32 nm, 1.2 GHz)"
)
ISAAC_NODE_M = 32e-9


class Part(NamedTuple):
    """One part: joules an action, square metres; None where the table has none."""

    energy_j: float
    area_m2: float | None


#: The table's parts: what one action of each takes.
PARTS: dict[str, Part] = {
    "adc": Part(1.667e-12, 1200e-12),  # 8 b at 1.2 GS/s: 16 mW and 9600 um^2 for eight
    "dac row": Part(0.417e-12, 0.166e-12),  # 1 b
    "shift-add": Part(0.021e-12, None),
    "edram": Part(20.45e-12, 83000e-12),  # 256 b
    "bus bit": Part(0.054e-12, None),
    "router": Part(20.74e-12, None),  # a flit of 256 b
    "chip link": Part(26e-12, None),  # 128 b
}
