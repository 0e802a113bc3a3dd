"""The scorecard: a network on a chip along the eight metrics."""

from octant.scorecard.assemble import assemble
from octant.scorecard.comparison import (
    COMPARISON_SCHEMA,
    ComparedRow,
    Comparison,
    Difference,
    compare,
)
from octant.scorecard.differences import Better
from octant.scorecard.energy import EnergyGroup, by_component, by_level, by_tensor
from octant.scorecard.leakage import LEAKAGE
from octant.scorecard.published import PublishedSheet, published_sheet
from octant.scorecard.records import (
    SCHEMA,
    ArrayRun,
    Contribution,
    Coverage,
    Decomposition,
    EnergyPart,
    Figure,
    LayerMapping,
    LayerResult,
    Metric,
    Missing,
    NetworkMappings,
    OperatorTotal,
    Place,
    Reference,
    Row,
    Scorecard,
    Unit,
)

__all__ = [
    "COMPARISON_SCHEMA",
    "LEAKAGE",
    "SCHEMA",
    "ArrayRun",
    "Better",
    "ComparedRow",
    "Comparison",
    "Contribution",
    "Coverage",
    "Decomposition",
    "Difference",
    "EnergyGroup",
    "EnergyPart",
    "Figure",
    "LayerMapping",
    "LayerResult",
    "Metric",
    "Missing",
    "NetworkMappings",
    "OperatorTotal",
    "Place",
    "PublishedSheet",
    "Reference",
    "Row",
    "Scorecard",
    "Unit",
    "assemble",
    "by_component",
    "by_level",
    "by_tensor",
    "compare",
    "published_sheet",
]
