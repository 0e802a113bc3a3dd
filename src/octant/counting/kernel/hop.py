"""The view of one hop: what a child, its tensor and the loops outside it look like to counting."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from octant.counting.kernel.compiling import inner
from octant.counting.kernel.loops import loops_outside
from octant.counting.kernel.positions import (
    distinct_positions,
    number_of_axes,
    positions_of_ranks,
)
from octant.counting.problem import Integers


class Hop(NamedTuple):
    """A child of a tensor, and everything outside it.

    Attributes:
        sizes, axes, coefficients: (ranks) of the layer and of the tensor.
        loops: (loops, 2) node and rank of the temporal loops outside, outermost first.
        factors, stride: (nodes, ranks) of the mapping.
        widths: (ranks) the extent of the child's tile.
        even: (ranks) 1 for a rank that is not cut off; plain: (axes) 1 where all ranks are even.
        spots, starts: rank r's spatial positions are ``spots[starts[r]:starts[r + 1]]``: offset and
            key; positions of different keys are served separately.
        spread: (2, ranks) how many positions, all and with equal keys counted once.
        places: (2, axes) for plain axes, how many different tiles there are, in the same two ways.
        outer, wrap: (ranks) at the moment in question, the states of a rank's loops outside the one
            that advances, and how far its loops inside reach before they wrap.
    """

    sizes: Integers
    axes: Integers
    coefficients: Integers
    loops: Integers
    factors: Integers
    stride: Integers
    widths: Integers
    even: Integers
    plain: Integers
    spots: Integers
    starts: Integers
    spread: Integers
    places: Integers
    outer: Integers
    wrap: Integers


class Turn(NamedTuple):
    """What happens at a moment: the rank whose loop advances, by how much, and how often.

    ``held`` is false at the moments when nothing is held from before; then no rank advances.
    """

    held: bool
    rank: int
    step: int
    times: int


@inner
def view_of_hop(sizes, axes, coefficients, temporal, separate, factors, order, stride, child):
    """Returns the view of a child; ``separate`` (nodes) is 1 where instances are served apart."""
    ranks, nodes = sizes.shape[0], factors.shape[0]
    loops = loops_outside(temporal, factors, order, child)
    spots, starts, spread = positions_of_ranks(sizes, temporal, separate, factors, stride, child)
    widths = np.ones(ranks, np.int64)
    even = np.zeros(ranks, np.int64)
    outer = np.ones(ranks, np.int64)
    plain = np.ones(number_of_axes(axes), np.int64)
    for rank in range(ranks):
        if child < nodes:
            widths[rank] = stride[child, rank] * factors[child, rank]
        if stride[0, rank] * factors[0, rank] == sizes[rank]:
            even[rank] = 1
        elif axes[rank] >= 0:
            plain[axes[rank]] = 0
    for i in range(loops.shape[0]):
        outer[loops[i, 1]] *= factors[loops[i, 0], loops[i, 1]]
    places = np.ones((2, plain.shape[0]), np.int64)
    for axis in range(plain.shape[0]):
        for merge in range(2):
            if plain[axis] == 1:
                places[merge, axis] = distinct_positions(
                    axis, axes, coefficients, spots, starts, spread[0], merge
                )
    return Hop(
        sizes, axes, coefficients, loops, factors, stride, widths, even, plain, spots, starts,
        spread, places, outer, np.zeros(ranks, np.int64),
    )  # fmt: skip
