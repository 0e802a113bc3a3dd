"""The closed form of counting, compiled.

Time is the sequence of all temporal loops outside a child's tile. When loop *i* advances, the loops
inside it wrap from their last value to the first, so every rank moves by a known amount, and the
tile gives up all but its overlap with the tile before. Ranks advance independently of each other;
so sums over all moments at which loop *i* advances are products of sums, one a tensor axis.

A rank whose factors exceed its size is cut off at its end. In the order of time the states of a
rank's outer loops are, for each instance: complete ones, at most one that the end cuts, then absent
ones. A *segment* is a run of states in which every instance is in one of the three conditions; a
rank has a handful, and a rank that divides evenly has one.

All functions take int64 and return int64; names follow ``Problem`` and ``Nest``. The last axis of
counts (tensors, nodes + 1, 6) is: reads, fills, updates, occupancy, and of the hop into the node:
accesses, deliveries. At a fanout the last is what crosses it, once for each instance below it.
"""

from octant.counting.kernel.compiling import (
    ONE,
    ZERO,
    compiled,
    compiled_lean,
    inlined,
    inner,
    lean,
)
from octant.counting.kernel.hops import hop_elements
from octant.counting.kernel.loops import product, strides
from octant.counting.kernel.positions import number_of_axes
from octant.counting.kernel.totals import (
    add_hop,
    average_instances,
    count_all,
    count_children,
    tile_elements,
    time_steps,
)
from octant.counting.kernel.visits import distinct_elements

__all__ = [
    "ONE",
    "ZERO",
    "add_hop",
    "average_instances",
    "compiled",
    "compiled_lean",
    "count_all",
    "count_children",
    "distinct_elements",
    "hop_elements",
    "inlined",
    "inner",
    "lean",
    "number_of_axes",
    "product",
    "strides",
    "tile_elements",
    "time_steps",
]
