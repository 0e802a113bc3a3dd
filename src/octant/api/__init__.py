"""The use cases, one function each: what the command line calls, and Python users too."""

from octant.api.evaluation import Progress, evaluate, map_network, versions
from octant.api.loading import (
    Chip,
    Dimensions,
    Network,
    architectures,
    load_architecture,
    load_network,
    networks,
)
from octant.api.pricing import estimators, price, reference_tables
from octant.api.tables import energy_table, layers_table, read_scorecard, write_scorecard

__all__ = [
    "Chip",
    "Dimensions",
    "Network",
    "Progress",
    "architectures",
    "energy_table",
    "estimators",
    "evaluate",
    "layers_table",
    "load_architecture",
    "load_network",
    "map_network",
    "networks",
    "price",
    "read_scorecard",
    "reference_tables",
    "versions",
    "write_scorecard",
]
