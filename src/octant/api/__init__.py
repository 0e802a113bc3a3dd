"""The use cases, one function each: what the command line calls, and Python users too."""

from octant.api.accuracy import load_runnable, measure_accuracy
from octant.api.breadth import flexibility, scalability
from octant.api.cache import cached_mappings, clear_cache
from octant.api.chips import audit, published_chips, published_sheet
from octant.api.comparison import Compared, compare, draw_comparison, write_comparison
from octant.api.evaluation import Progress, evaluate, map_network, versions
from octant.api.formats import formats_of
from octant.api.insight import bound, eyexam
from octant.api.judging import judge_network
from octant.api.loading import (
    Chip,
    Dimensions,
    Network,
    architectures,
    load_architecture,
    load_network,
    networks,
)
from octant.api.pricing import estimator_in, estimators, price, reference_tables
from octant.api.reports import write_figures, write_report
from octant.api.sweep import sweep_accuracy
from octant.api.tables import energy_table, layers_table, read_scorecard, write_scorecard

__all__ = [
    "Chip",
    "Compared",
    "Dimensions",
    "Network",
    "Progress",
    "architectures",
    "audit",
    "bound",
    "cached_mappings",
    "clear_cache",
    "compare",
    "draw_comparison",
    "energy_table",
    "estimator_in",
    "estimators",
    "evaluate",
    "eyexam",
    "flexibility",
    "formats_of",
    "judge_network",
    "layers_table",
    "load_architecture",
    "load_network",
    "load_runnable",
    "map_network",
    "measure_accuracy",
    "networks",
    "price",
    "published_chips",
    "published_sheet",
    "read_scorecard",
    "reference_tables",
    "scalability",
    "sweep_accuracy",
    "versions",
    "write_comparison",
    "write_figures",
    "write_report",
    "write_scorecard",
]
