"""DNN processors as nouns."""

from octant.arch.architecture import Architecture
from octant.arch.dataflow import Constraint, Dataflow
from octant.arch.nodes import Compute, CostInputs, Fanout, FanoutAxis, Level, Store, VectorUnit
from octant.arch.sparsity import (
    Compression,
    FormatRank,
    Intersection,
    Packing,
    RankFormat,
    Saving,
    Slots,
    SpatialSkipping,
    ZeroOperands,
)

__all__ = [
    "Architecture",
    "Compression",
    "Compute",
    "Constraint",
    "CostInputs",
    "Dataflow",
    "Fanout",
    "FanoutAxis",
    "FormatRank",
    "Intersection",
    "Level",
    "Packing",
    "RankFormat",
    "Saving",
    "Slots",
    "SpatialSkipping",
    "Store",
    "VectorUnit",
    "ZeroOperands",
]
