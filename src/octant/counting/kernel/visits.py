"""The different elements that instances ever touch."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel.compiling import inner, lean
from octant.counting.kernel.positions import existing_positions, number_of_axes


@inner
def union_of_windows(
    axis, axes, sizes, coefficients, temporal, factors, stride, child, spatial_until
):
    """The covered elements of an axis of several ranks, summed over instances."""
    nodes = factors.shape[0]
    extent = 1
    combinations = 1
    instances_here = 1
    for rank in range(sizes.shape[0]):
        if axes[rank] != axis:
            continue
        extent += coefficients[rank] * (sizes[rank] - 1)
        for node in range(child):
            combinations *= factors[node, rank]
            if node < spatial_until and temporal[node] == 0:
                instances_here *= factors[node, rank]
    covered = np.zeros((instances_here, extent), np.int64)
    for combination in range(combinations):
        rest, instance, scale, low, high, exists = combination, 0, 1, 0, 0, True
        for rank in range(sizes.shape[0]):
            if axes[rank] != axis:
                continue
            offset = 0
            for node in range(child):
                digit = rest % factors[node, rank]
                rest //= factors[node, rank]
                offset += digit * stride[node, rank]
                if node < spatial_until and temporal[node] == 0:
                    instance += digit * scale
                    scale *= factors[node, rank]
            width = 1 if child == nodes else stride[child, rank] * factors[child, rank]
            if offset >= sizes[rank]:
                exists = False
                continue
            if width > sizes[rank] - offset:
                width = sizes[rank] - offset
            low += coefficients[rank] * offset
            high += coefficients[rank] * (offset + width - 1)
        if exists:
            for place in range(low, high + 1):
                covered[instance, place] = 1
    total = 0
    for instance in range(instances_here):
        for place in range(extent):
            total += covered[instance, place]
    return total


@lean
def boxes_of_rank(size, coefficient, width):
    """The elements of an axis of one rank, in the boxes of all its tiles of a width.

    Tiles are apart, and a coefficient above 1 leaves holes between them, but none in a box.
    """
    tiles = (size + width - 1) // width
    return tiles + coefficient * (size - tiles)


@lean
def distinct_elements(sizes, axes, coefficients, temporal, factors, stride, child, spatial_until):
    """The different elements that each instance ever touches, summed over instances.

    Args:
        child: the node whose tiles are touched (the number of nodes for the compute unit).
        spatial_until: fanouts before this node tell instances apart; the rest belong to one.
    """
    ranks = sizes.shape[0]
    total = 1
    for rank in range(ranks):
        if axes[rank] < 0:
            total *= existing_positions(rank, temporal, factors, stride, sizes[rank], spatial_until)
    for axis in range(number_of_axes(axes)):
        members, size = 0, 1
        for rank in range(ranks):
            if axes[rank] == axis:
                members += 1
                width = 1
                if child < factors.shape[0]:
                    width = stride[child, rank] * factors[child, rank]
                size = boxes_of_rank(sizes[rank], coefficients[rank], width)
        if members > 1:
            size = union_of_windows(
                axis, axes, sizes, coefficients, temporal, factors, stride, child, spatial_until
            )
        total *= size
    return total
