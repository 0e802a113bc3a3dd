"""Whether tiles fit."""

from __future__ import annotations

from octant.counting.kernel import inlined


@inlined
def tile_fits(node, widths, hops):
    """Whether the tiles that a level keeps fit its memories.

    Args:
        widths: (ranks) the tiles' extents.
    """
    sizes, axes, keeps, store = hops.sizes, hops.axes, hops.keeps, hops.store
    for x in range(keeps.shape[0]):
        if keeps[x, node] == 0:
            continue
        used = 0
        for y in range(keeps.shape[0]):
            if keeps[y, node] == 0 or store[y, node] != store[x, node]:
                continue
            elements, axis, more = 1, 0, True
            while more:
                extent, more = 1, False
                for rank in range(sizes.shape[0]):
                    if axes[y, rank] > axis:
                        more = True
                    if axes[y, rank] == axis:
                        width = widths[rank] if widths[rank] < sizes[rank] else sizes[rank]
                        extent += hops.coefficients[y, rank] * (width - 1)
                elements *= extent
                axis += 1
            used += elements * hops.bits[y, node]
        if used > hops.capacities[store[x, node]]:
            return False
    return True
