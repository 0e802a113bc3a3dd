"""Bounds that hold for every mapping, without a search."""

from octant.bounds.compulsory import compulsory_bits, distinct_elements
from octant.bounds.parallelism import (
    Parallelism,
    Unrolling,
    dataflow_parallelism,
    parallelism,
    unrolling,
)

__all__ = [
    "Parallelism",
    "Unrolling",
    "compulsory_bits",
    "dataflow_parallelism",
    "distinct_elements",
    "parallelism",
    "unrolling",
]
