"""The spatial positions of ranks: the instances that a fanout makes."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel.compiling import inner, lean


@lean
def number_of_axes(axes):
    """How many axes a tensor has that a rank indexes; a scalar has one, of a single place."""
    most = 0
    for rank in range(axes.shape[0]):
        if axes[rank] > most:
            most = axes[rank]
    return most + 1


@lean
def add_positions(rank, temporal, factors, stride, size, separate, child, total, spots, count):
    """Appends a rank's spatial positions outside a child to ``spots``; returns the new count.

    A position is an offset and a key; positions whose key differs are served separately. Positions
    beyond the rank's size are left out.
    """
    for position in range(total):
        rest, offset, key, scale = position, 0, 0, 1
        for node in range(child - 1, -1, -1):
            if temporal[node] == 1:
                continue
            digit = rest % factors[node, rank]
            rest //= factors[node, rank]
            offset += digit * stride[node, rank]
            if separate[node] == 1:
                key += digit * scale
                scale *= factors[node, rank]
        if offset < size:
            spots[count, 0] = offset
            spots[count, 1] = key
            count += 1
    return count


@lean
def existing_positions(rank, temporal, factors, stride, size, child):
    """How many spatial positions of a rank outside a child exist."""
    total, extent = 1, 0
    for node in range(child):
        if temporal[node] == 0:
            total *= factors[node, rank]
            extent += (factors[node, rank] - 1) * stride[node, rank]
    if extent < size:
        return total
    count = 0
    for position in range(total):
        rest, offset = position, 0
        for node in range(child - 1, -1, -1):
            if temporal[node] == 0:
                offset += (rest % factors[node, rank]) * stride[node, rank]
                rest //= factors[node, rank]
        if offset < size:
            count += 1
    return count


@inner
def positions_of_ranks(sizes, temporal, separate, factors, stride, child):
    """Every rank's spatial positions outside a child.

    Returns:
        spots, starts: rank r's positions are ``spots[starts[r]:starts[r + 1]]``: offset and key.
        spread: (2, ranks) how many there are when every position counts (row 0), and when those of
        equal key count once (row 1), were no rank cut off.
    """
    ranks = sizes.shape[0]
    starts = np.zeros(ranks + 1, np.int64)
    spread = np.ones((2, ranks), np.int64)
    most = 0
    for rank in range(ranks):
        for node in range(child):
            if temporal[node] == 0:
                spread[0, rank] *= factors[node, rank]
                if separate[node] == 1:
                    spread[1, rank] *= factors[node, rank]
        most += spread[0, rank]
    spots = np.empty((most, 2), np.int64)
    for rank in range(ranks):
        starts[rank + 1] = add_positions(
            rank, temporal, factors, stride, sizes[rank], separate, child, spread[0, rank], spots,
            starts[rank],
        )  # fmt: skip
    return spots, starts, spread


@inner
def distinct_positions(axis, axes, coefficients, spots, starts, spread, merge):
    """How many different offsets (and keys) the spatial positions of an axis's ranks have."""
    positions, spatial = 1, 0
    for rank in range(axes.shape[0]):
        if axes[rank] == axis and spread[rank] > 1:
            positions *= spread[rank]
            spatial += 1
    if spatial <= 1 or merge == 0:
        return positions
    seen = np.empty((positions, 2), np.int64)
    number = 0
    for p in range(positions):
        rest, offset, key, scale = p, 0, 0, 1
        for rank in range(axes.shape[0]):
            if axes[rank] != axis:
                continue
            i = starts[rank] + rest % spread[rank]
            rest //= spread[rank]
            offset += coefficients[rank] * spots[i, 0]
            key += scale * spots[i, 1]
            scale *= spread[rank]
        new = True
        for q in range(number):
            if seen[q, 0] == offset and seen[q, 1] == key:
                new = False
                break
        if new:
            seen[number, 0] = offset
            seen[number, 1] = key
            number += 1
    return number


@lean
def alone(temporal, separate):
    """Whether every instance of every fanout is served on its own."""
    for node in range(temporal.shape[0]):
        if temporal[node] == 0 and separate[node] == 0:
            return False
    return True


@lean
def any_of(flags):
    """Whether any is set: Numba's own takes longer to compile."""
    found = False
    for flag in flags:
        found = found or flag != 0
    return found
