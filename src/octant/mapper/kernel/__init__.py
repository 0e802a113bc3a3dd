"""The search, compiled: best first, cut by admissible bounds.

Nodes get their factors from the innermost outwards. A partial mapping is bounded by what its tiles
make cross between levels, and by tables of the least that the levels outside can cost. What is
complete is priced with every order of its loops, by the same counts and prices as the model.
"""

from octant.counting.kernel.records import by_address
from octant.counting.problem import Problem
from octant.mapper.arrays import Hops, Leaf, Work
from octant.mapper.kernel.completion import fill_tables
from octant.mapper.kernel.descent import list_onwards
from octant.mapper.kernel.goals import Goal
from octant.mapper.kernel.leaves import price_nests
from octant.mapper.layout import Grids, Tables
from octant.model.prices import Costs

__all__ = [
    "Goal",
    "fill_tables",
    "list_onwards",
    "price_nests",
]

for _record in (Hops, Grids, Tables, Work, Leaf, Problem, Costs):
    by_address(_record)
