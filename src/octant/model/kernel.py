"""What counts cost, compiled: energy and cycles from counts and prices.

The mapper and ``evaluate`` both price with this function, so they cannot drift apart.
"""

from __future__ import annotations

import numpy as np

from octant.counting.kernel import average_instances, compiled, inlined, lean, time_steps

ROUNDING, PART = 1e-12, 1e-6
"""What is less than this share, or this part of a cycle, above whole cycles is not there: 19.2 bits
a cycle are no float."""


@inlined
def whole(cycles):
    """The whole cycles that something of so many takes."""
    return np.ceil(cycles * (1.0 - ROUNDING) - PART) + 0.0  # which makes -0 to 0


@compiled
def store_cycles(counts, moved, store, bandwidths, instances):
    """(stores, 3) the whole cycles that each memory's reads, writes and all accesses take.

    Args:
        counts: (tensors, nodes + 1, 6) of ``count_all``.
        moved: (tensors, nodes) bits that an access of an element moves.
        store: (tensors, nodes) the number of the memory that holds a tensor, -1 for none.
        bandwidths: (stores, 3) bits a cycle of one instance: read, write, shared; infinite where
            not limited.
        instances: (nodes) the busy instances on average.
    """
    cycles = np.zeros(bandwidths.shape, np.float64)
    for x in range(moved.shape[0]):
        for node in range(moved.shape[1]):
            if store[x, node] < 0:
                continue
            scale = moved[x, node] / instances[node]
            reads = counts[x, node, 0] * scale
            writes = (counts[x, node, 1] + counts[x, node, 2]) * scale
            cycles[store[x, node], 0] += reads / bandwidths[store[x, node], 0]
            cycles[store[x, node], 1] += writes / bandwidths[store[x, node], 1]
            cycles[store[x, node], 2] += (reads + writes) / bandwidths[store[x, node], 2]
    for s in range(cycles.shape[0]):
        for port in range(3):
            cycles[s, port] = whole(cycles[s, port])
    return cycles


@lean
def energy_of(counts, prices):
    """The energy in joules of all accesses and transfers, without the computes.

    Args:
        counts: (tensors, nodes + 1, 6) of ``count_all``.
        prices: (tensors, nodes, 3) joules an element: read, write, transfer (0 at a level, whose
            transfers are priced at the fanouts that they cross).
    """
    energy = 0.0
    for x in range(prices.shape[0]):
        for node in range(prices.shape[1]):
            energy += counts[x, node, 0] * prices[x, node, 0]
            energy += (counts[x, node, 1] + counts[x, node, 2]) * prices[x, node, 1]
            energy += counts[x, node, 5] * prices[x, node, 2]
    return energy


@compiled
def fill_busy(sizes, temporal, factors, order, busy):
    """Writes (nodes + 1) each node's busy instances on average, then the steps of the loop nest.

    It depends on the spatial factors and on what lies inside them, not on the order of loops.
    """
    nodes = factors.shape[0]
    for node in range(nodes):
        busy[node] = 1.0
        if temporal[node] == 1:
            busy[node] = average_instances(sizes, temporal, factors, order, node)
    busy[nodes] = time_steps(sizes, temporal, factors, order)


@compiled
def price(counts, busy, moved, store, bandwidths, prices, compute_j):
    """Energy in joules and cycles of counts: (energy, cycles).

    Cycles are those of the slowest of the loop nest and all memories.

    Args:
        busy: of ``fill_busy``; for the rest see ``store_cycles`` and ``energy_of``.
    """
    cycles = busy[busy.shape[0] - 1]
    per_store = store_cycles(counts, moved, store, bandwidths, busy)
    for s in range(bandwidths.shape[0]):
        for port in range(3):
            cycles = max(cycles, per_store[s, port])
    return compute_j + energy_of(counts, prices), cycles
