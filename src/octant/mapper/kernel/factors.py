"""Whether tiles fit."""

from __future__ import annotations

from octant.counting.kernel import inlined
from octant.mapper.kernel.hops import elements_along


@inlined
def tile_fits(node, widths, hops):
    """Whether the tiles that a level keeps fit its memories.

    Args:
        widths: (ranks) the tiles' extents.
    """
    keeps, store = hops.keeps, hops.store
    for x in range(keeps.shape[0]):
        used, first = 0.0, keeps[x, node] == 1
        for y in range(keeps.shape[0]):
            if first and keeps[y, node] == 1 and store[y, node] == store[x, node]:
                first = y >= x
                used += tile_elements(y, widths, hops) * hops.bits[y, node]
        if first and used > hops.capacities[store[x, node]]:
            return False
    return True


@inlined
def tile_elements(x, widths, hops):
    """The elements of a tensor's tile."""
    elements = 1.0
    for rank in hops.live:
        if hops.axes[x, rank] >= 0 and hops.window[x, rank] < 0:
            elements *= min(widths[rank], hops.sizes[rank])
    for window in range(hops.windows[x]):
        elements *= elements_along(x, window, widths, hops)
    return elements
