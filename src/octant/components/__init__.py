"""Prices of actions and where they come from."""

from octant.components.dram import DRAM_J_PER_BIT, dram_access
from octant.components.horowitz import float_mac, integer_add, integer_mac, integer_multiply
from octant.components.price import Price
from octant.components.relative import EYERISS_RATIOS, multiple_of
from octant.components.technology import Technology, energy_factor, scaled

__all__ = [
    "DRAM_J_PER_BIT",
    "EYERISS_RATIOS",
    "Price",
    "Technology",
    "dram_access",
    "energy_factor",
    "float_mac",
    "integer_add",
    "integer_mac",
    "integer_multiply",
    "multiple_of",
    "scaled",
]
