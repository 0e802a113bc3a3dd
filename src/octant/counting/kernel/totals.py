"""From hops to counts, steps and busy instances."""

from __future__ import annotations

import numpy as np

from octant.counting.kernel.compiling import compiled, inner, lean
from octant.counting.kernel.hops import hop_elements
from octant.counting.kernel.loops import loops_outside, states_up_to, strides
from octant.counting.kernel.positions import number_of_axes
from octant.counting.kernel.visits import distinct_elements


@lean
def tile_elements(sizes, axes, coefficients, factors, stride, node):
    """The elements of the largest tile that an instance of a node holds."""
    total = 1
    for axis in range(number_of_axes(axes)):
        extent = 1
        for rank in range(sizes.shape[0]):
            if axes[rank] == axis:
                width = stride[node, rank] * factors[node, rank]
                if width > sizes[rank]:
                    width = sizes[rank]
                extent += coefficients[rank] * (width - 1)
        total *= extent
    return total


@lean
def add_hop(result, parent, child, nodes, is_output, accesses, deliveries, received, read):
    """Adds a hop's numbers to a tensor's counts: the one place that says what they mean.

    Args:
        accesses, deliveries: elements that the parent serves, and that all children get or send.
        received: what the children are filled with: results only where they come back.
        read: what the parent reads: of results only those that it has seen before.
    """
    result[child, 4] = accesses
    result[child, 5] = deliveries
    result[parent, 0] += read
    if is_output == 1:
        result[parent, 2] += accesses
    if child < nodes:
        result[child, 1] = received


@inner
def count_hop(
    sizes, axes, coefficients, is_output, temporal, shared, factors, order, stride, parent, child,
    result,
):  # fmt: skip
    """Adds to a tensor's counts what crosses between a parent and the next node that keeps it.

    A fanout between them is crossed once for each of its own instances; instances of fanouts
    further in share where they can. Results cross upwards; the partial sums that a memory is given
    back cross downwards.
    """
    nodes = factors.shape[0]
    innermost = child
    for node in range(parent, child):
        if temporal[node] == 0:
            innermost = node
    separate = np.empty(nodes, np.int64)
    for target in range(parent, child + 1):
        if target < child and (temporal[target] == 1 or target == innermost):
            continue
        for node in range(nodes):
            apart = shared[node] == 0 or node < parent or node <= target < child
            separate[node] = 1 if apart else 0
        crossed = hop_elements(
            sizes, axes, coefficients, temporal, separate, factors, order, stride, child
        )
        ends = np.zeros(2, np.int64)
        if is_output == 1:
            for end in range(2):
                inside = parent if end == 1 else (child if target == child else target + 1)
                ends[end] = distinct_elements(
                    sizes, axes, coefficients, temporal, factors, stride, child, inside
                )
        given_back = crossed[0 if target == child else 1] - ends[0]
        if target < child:
            result[target, 5] = crossed[1]
            if is_output == 1 and child < nodes:
                result[target, 5] += given_back
            continue
        add_hop(
            result, parent, child, nodes, is_output, crossed[1], crossed[0], given_back,
            crossed[1] - ends[1],
        )  # fmt: skip
        if innermost < child:
            result[innermost, 5] = crossed[0]
            if is_output == 1 and child < nodes:
                result[innermost, 5] += given_back


@inner
def count_children(
    first, sizes, axes, coefficients, is_output, temporal, shared, keeps, factors, order, last,
    result,
):  # fmt: skip
    """Adds to the counts what crosses to the nodes ``first <= child < last``, for every tensor."""
    stride = strides(factors)
    for x in range(keeps.shape[0]):
        parent = np.int64(-1)
        for child in range(last):
            if child < keeps.shape[1] and keeps[x, child] == 0:
                continue
            if parent >= 0 and child >= first:
                count_hop(
                    sizes, axes[x], coefficients[x], is_output[x], temporal, shared[x], factors,
                    order, stride, parent, child, result[x],
                )  # fmt: skip
            parent = np.int64(child)


@compiled
def count_all(sizes, axes, coefficients, is_output, temporal, shared, factors, order, keeps):
    """Counts every tensor at every node, the compute unit last: (tensors, nodes + 1, 6)."""
    tensors, nodes = keeps.shape
    stride = strides(factors)
    result = np.zeros((tensors, nodes + 1, 6), np.int64)
    for x in range(tensors):
        for node in range(nodes):
            if keeps[x, node] == 1:
                result[x, node, 3] = tile_elements(
                    sizes, axes[x], coefficients[x], factors, stride, node
                )
    count_children(
        np.int64(1), sizes, axes, coefficients, is_output, temporal, shared, keeps, factors, order,
        nodes + 1, result,
    )  # fmt: skip
    return result


@compiled
def time_steps(sizes, temporal, factors, order):
    """The steps of the whole nest: what the first instance, the busiest, executes."""
    stride = strides(factors)
    loops = loops_outside(temporal, factors, order, factors.shape[0])
    total = 1
    for rank in range(sizes.shape[0]):
        total *= states_up_to(loops, 0, loops.shape[0], rank, factors, stride, sizes[rank] - 1)
    return total


@compiled
def average_instances(sizes, temporal, factors, order, node):
    """The instances of a node that are busy, averaged over the steps of the loops outside of it.

    Every existing tile is one instance at one step, and the first instance is busy at all steps.
    The traffic of a port is shared by so many; the first instance may have more than its share.
    """
    stride = strides(factors)
    loops = loops_outside(temporal, factors, order, node)
    busy = 1.0
    for rank in range(sizes.shape[0]):
        width = 1
        if node < factors.shape[0]:
            width = stride[node, rank] * factors[node, rank]
        tiles = (sizes[rank] + width - 1) // width
        steps = states_up_to(loops, 0, loops.shape[0], rank, factors, stride, sizes[rank] - 1)
        busy *= tiles / steps
    return busy
