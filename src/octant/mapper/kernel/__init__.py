"""The search, compiled: best first, cut by admissible bounds.

Nodes get their factors from the innermost outwards. A partial mapping is bounded by what its tiles
make cross between levels, and by tables of the least that the levels outside can cost. What is
complete is priced with every order of its loops, by the same counts and prices as the model.
"""

from octant.mapper.kernel.bounds import bound_storage_hops
from octant.mapper.kernel.completion import fill_tables
from octant.mapper.kernel.descent import list_onwards
from octant.mapper.kernel.goals import Goal
from octant.mapper.kernel.laps import fill_strays
from octant.mapper.kernel.leaves import bound_orders_alone, common_of_orders_alone, price_nest
from octant.mapper.kernel.outlook import bound_nest

__all__ = [
    "Goal",
    "bound_nest",
    "bound_orders_alone",
    "bound_storage_hops",
    "common_of_orders_alone",
    "fill_strays",
    "fill_tables",
    "list_onwards",
    "price_nest",
]
