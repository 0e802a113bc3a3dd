"""The search, compiled: exhaustive over the space, cut by admissible bounds.

Factors are chosen from the innermost slot outwards. A *prefix* is a choice for all slots up to the
outermost fanout: it fixes the steps of the loop nest and what the compute units read. A *leaf* is a
choice for all slots. Bounds count what must move at the least; leaves that survive their bound are
priced with every order of their loops by the same counts and prices as the model.
"""

from octant.mapper.kernel.bounds import hop_context, least_energy
from octant.mapper.kernel.factors import list_prefixes, place_factors, restore
from octant.mapper.kernel.listing import best_order, bound_prefixes, collect, plain_rows

__all__ = [
    "best_order",
    "bound_prefixes",
    "collect",
    "hop_context",
    "least_energy",
    "list_prefixes",
    "place_factors",
    "plain_rows",
    "restore",
]
