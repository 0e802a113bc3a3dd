"""DNN processors as nouns."""

from octant.arch.architecture import Architecture
from octant.arch.dataflow import Constraint, Dataflow
from octant.arch.nodes import Compute, CostInputs, Fanout, FanoutAxis, Level, Store, VectorUnit

__all__ = [
    "Architecture",
    "Compute",
    "Constraint",
    "CostInputs",
    "Dataflow",
    "Fanout",
    "FanoutAxis",
    "Level",
    "Store",
    "VectorUnit",
]
