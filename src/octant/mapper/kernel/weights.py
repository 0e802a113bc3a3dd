"""What a hop costs an element, by the counts and prices of the model."""

from __future__ import annotations

from octant.counting.kernel import add_hop, lean
from octant.model.kernel import energy_of


@lean
def count_crossing(
    counts, parent, child, nodes, is_output, temporal, served, delivered, given, read
):  # fmt: skip
    """Adds a hop to a tensor's counts, and what crosses the fanouts between its ends.

    The outer ones are crossed by what the parent serves, the innermost one by what children get,
    and by the partial sums that they are given back.
    """
    add_hop(counts, parent, child, nodes, is_output, served, delivered, given, read)
    innermost = -1
    for fanout in range(parent, child):
        if temporal[fanout] == 0:
            innermost = fanout
            counts[fanout, 5] = served
    if innermost >= 0:
        counts[innermost, 5] = delivered
        if is_output == 1 and child < nodes:
            counts[innermost, 5] += given


@lean
def fill_weights(hops, prices, counts):
    """Writes ``hops.weights``: the joules of one element served, delivered, given and read.

    Args:
        prices: of ``energy_of``; counts: room for those of a nest.
    """
    tensors, nodes = hops.keeps.shape
    for x in range(tensors):
        for child in range(nodes + 1):
            parent = hops.parent[x, child]
            for kind in range(4 if parent >= 0 else 0):
                counts[:] = 0
                count_crossing(
                    counts[x], parent, child, nodes, hops.is_output[x], hops.temporal,
                    1 if kind == 0 else 0, 1 if kind == 1 else 0, 1 if kind == 2 else 0,
                    1 if kind == 3 else 0,
                )  # fmt: skip
                hops.weights[x, child, kind] = energy_of(counts, prices)
