"""Prices of actions and where they come from."""

from octant.components.catalog import estimator, installed
from octant.components.dram import DRAM_TYPES, dram_access
from octant.components.estimator import About, AbstractEstimator
from octant.components.horowitz import float_mac, integer_add, integer_mac, integer_multiply
from octant.components.price import Estimate, Price
from octant.components.relative import EYERISS_RATIOS, multiple_of
from octant.components.spec import Attribute, ComponentSpec
from octant.components.technology import Technology, energy_factor, scaled
from octant.components.uncertainty import Spread

__all__ = [
    "DRAM_TYPES",
    "EYERISS_RATIOS",
    "About",
    "AbstractEstimator",
    "Attribute",
    "ComponentSpec",
    "Estimate",
    "Price",
    "Spread",
    "Technology",
    "dram_access",
    "energy_factor",
    "estimator",
    "float_mac",
    "installed",
    "integer_add",
    "integer_mac",
    "integer_multiply",
    "multiple_of",
    "scaled",
]
