"""A layer, an architecture and a mapping as integer arrays: what the compiled kernel reads.

Rows are tensors (in the Einsum's order); columns are ranks (in the Einsum's order) or nodes (in the
architecture's order, outermost first). The compute unit is the node after the last one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from octant.arch import Architecture, Fanout, Level
from octant.errors import InvalidArchitectureError, InvalidWorkloadError
from octant.mapping import Mapping, TemporalBlock
from octant.workload import Einsum, Role

Integers = NDArray[np.int64]
MOST = 1 << 53
"""Of multiply-accumulates, and of compute units: up to here floating point tells counts apart."""


class Problem(NamedTuple):
    """What counting must know of a layer on an architecture, whatever the mapping.

    Attributes:
        sizes: (ranks) the size of each rank.
        axes: (tensors, ranks) the tensor's axis that a rank indexes, -1 where it is irrelevant.
        coefficients: (tensors, ranks) the rank's coefficient in that axis, 0 where irrelevant.
        is_output: (tensors) 1 for the tensor that is written.
        temporal: (nodes) 1 for a storage level, 0 for a fanout.
        shared: (tensors, nodes) 1 where the fanout serves instances that need the same data with
            one access of the parent (multicast of operands, reduction of partial sums).
    """

    sizes: Integers
    axes: Integers
    coefficients: Integers
    is_output: Integers
    temporal: Integers
    shared: Integers


class Nest(NamedTuple):
    """A mapping as arrays.

    Attributes:
        factors: (nodes, ranks) the product of the loops over a rank at a node.
        order: (nodes, ranks) for a level, its ranks from the outermost loop to the innermost.
        keeps: (tensors, nodes) 1 where the level keeps the tensor.
    """

    factors: Integers
    order: Integers
    keeps: Integers


def problem(einsum: Einsum, architecture: Architecture) -> Problem:
    """Returns the arrays of a layer on an architecture.

    Raises:
        InvalidWorkloadError: the layer has more multiply-accumulates than are counted.
        InvalidArchitectureError: the architecture has more compute units than that.
    """
    if einsum.macs > MOST:
        raise InvalidWorkloadError(
            f"{einsum} has {einsum.macs:.3g} multiply-accumulates: at most 2^53 are counted: "
            "give a smaller batch, or smaller sizes"
        )
    if architecture.compute_units > MOST:
        raise InvalidArchitectureError(
            f"{architecture.name} has {architecture.compute_units:.3g} compute units: at most 2^53 "
            "are counted: give its fanouts smaller axes"
        )
    column = {name: index for index, (name, _) in enumerate(einsum.ranks)}
    axes = np.full((len(einsum.tensors), len(column)), -1, np.int64)
    coefficients = np.zeros_like(axes)
    for row, tensor in enumerate(einsum.tensors):
        for axis, terms in enumerate(tensor.axes):
            for term in terms:
                axes[row, column[term.rank]] = axis
                coefficients[row, column[term.rank]] = term.coefficient
    roles = [tensor.role for tensor in einsum.tensors]
    return Problem(
        sizes=np.array([size for _, size in einsum.ranks], np.int64),
        axes=axes,
        coefficients=coefficients,
        is_output=np.array([role is Role.OUTPUT for role in roles], np.int64),
        temporal=np.array([isinstance(node, Level) for node in architecture.nodes], np.int64),
        shared=np.array(
            [[_shares(node, role) for node in architecture.nodes] for role in roles], np.int64
        ),
    )


def _shares(node: Level | Fanout, role: Role) -> bool:
    if isinstance(node, Level):
        return False
    return node.reduction if role is Role.OUTPUT else role in node.multicast


def nest(einsum: Einsum, mapping: Mapping) -> Nest:
    """Returns the arrays of a mapping of a layer.

    A block that names one rank twice must not hold another loop between the two: the two are one
    loop (``InvalidMappingError`` otherwise, from ``mapping.check``).
    """
    names = [name for name, _ in einsum.ranks]
    column = {name: index for index, name in enumerate(names)}
    shape = (len(mapping.blocks), len(names))
    factors = np.ones(shape, np.int64)
    order = np.empty(shape, np.int64)
    keeps = np.zeros((len(einsum.tensors), len(mapping.blocks)), np.int64)
    for node, block in enumerate(mapping.blocks):
        for loop in block.loops:
            factors[node, column[loop.rank]] *= loop.factor
        looped = list(dict.fromkeys(loop.rank for loop in block.loops))
        ranked = [name for name in names if name not in looped] + looped
        order[node] = [column[name] for name in ranked]
        if isinstance(block, TemporalBlock):
            for row, tensor in enumerate(einsum.tensors):
                keeps[row, node] = tensor.name in block.keeps
    return Nest(factors, order, keeps)
