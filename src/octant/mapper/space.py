"""The mapping space of a layer on an architecture, as arrays for the search.

A *slot* is a place that takes one factor of every rank: a storage level's block, or one axis of a
fanout. Slots are numbered from the innermost outwards; the last is the outermost level, which takes
what is left of every rank.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from octant.arch import Architecture, Dataflow, Fanout, Level
from octant.bounds import distinct_elements
from octant.errors import InvalidWorkloadError, UnknownNameError, near_misses
from octant.model.prices import stores
from octant.workload import Einsum, Role

Integers = NDArray[np.int64]
MOST_SIZE = 1 << 22
"""Of a rank: the search has a number for each step that may be left of it."""
UNBOUNDED = np.iinfo(np.int64).max
MOST_PRODUCTS = 64
"""What a rank may take of a fanout, for the search to look through."""


class Space(NamedTuple):
    """Where factors may go.

    Axes of a fanout are numbered from the innermost outwards, as slots are.

    Attributes:
        allowed: (nodes, ranks) 1 where the rank may have a factor above 1 (fanouts: on some axis).
        fixed: (nodes, ranks) the factor that a level must take, 0 where free.
        must: (nodes, ranks) 1 where nothing may be left of the rank outside this node.
        order: (nodes, ranks) the prescribed place among a block's innermost loops, counted from
            1 outermost; 0 where free.
        axis_count: (nodes) axes of a fanout, 0 for a level.
        axis_size: (nodes, axes) the instances of an axis.
        axis_allowed, axis_fixed, axis_whole: (nodes, axes, ranks) whether the rank may have a
            factor above 1, the factor that is prescribed or 0, whether nothing may be left of it.
        products, product_count: (nodes, ranks, many), (nodes, ranks) what a rank may take of a
            fanout's axes together, ascending, and how many that are; 0 where they are too many.
        capacities: (stores) usable bits, unbounded where not limited.
        sliding: (ranks) 1 for a rank that shares an axis of a tensor with another.
        touched: (tensors) different elements of the whole layer.
        divisors: 1 where only factors are wanted that divide what is left.
        most_steps: of the loop nest, as far as the utilisation is prescribed.
    """

    allowed: Integers
    fixed: Integers
    must: Integers
    order: Integers
    axis_count: Integers
    axis_size: Integers
    axis_allowed: Integers
    axis_fixed: Integers
    axis_whole: Integers
    products: Integers
    product_count: Integers
    capacities: Integers
    sliding: Integers
    touched: Integers
    divisors: int
    most_steps: float


def slot_names(architecture: Architecture) -> list[tuple[int, str]]:
    """(node, constraint's name of it) of every slot, innermost first."""
    names = []
    for index in reversed(range(len(architecture.nodes))):
        node = architecture.nodes[index]
        if isinstance(node, Level):
            names.append((index, node.name))
        else:
            names += [(index, f"{node.name}.{axis.name}") for axis in reversed(node.axes)]
    return names


def space(
    einsum: Einsum, architecture: Architecture, dataflow: Dataflow, *, divisors: bool = False
) -> Space:
    """Returns the space of all mappings that the hardware and a dataflow allow.

    Args:
        einsum: the layer; ranks that only the dataflow names are ignored.
        architecture: the hardware.
        dataflow: further constraints; one without any for the hardware alone.
        divisors: leave out factors that do not divide what is left of a rank.

    Raises:
        InvalidWorkloadError: a rank has more steps than tables of what is left of it have room for.
    """
    for rank, size in einsum.ranks:
        if size > MOST_SIZE:
            raise InvalidWorkloadError(
                f"rank {rank} of {einsum}: a search takes at most {MOST_SIZE} steps of a rank: "
                "give a smaller batch, or a smaller size"
            )
    column = {name: index for index, (name, _) in enumerate(einsum.ranks)}
    nodes, most_axes = (
        architecture.nodes,
        max([len(fanout.axes) for fanout in architecture.fanouts], default=1),
    )
    shape, axes = (len(nodes), len(column)), (len(nodes), most_axes, len(column))
    place = Space(
        allowed=np.ones(shape, np.int64),
        fixed=np.zeros(shape, np.int64),
        must=np.zeros(shape, np.int64),
        order=np.zeros(shape, np.int64),
        axis_count=np.zeros(len(nodes), np.int64),
        axis_size=np.ones(axes[:2], np.int64),
        axis_allowed=np.ones(axes, np.int64),
        axis_fixed=np.zeros(axes, np.int64),
        axis_whole=np.zeros(axes, np.int64),
        products=np.ones((*shape, MOST_PRODUCTS), np.int64),
        product_count=np.zeros(shape, np.int64),
        capacities=np.array(
            [
                UNBOUNDED if store.usable_bits is None else min(store.usable_bits, UNBOUNDED)
                for _, store in stores(architecture)
            ]
        ),
        sliding=_sliding(einsum),
        touched=np.array([distinct_elements(einsum, tensor) for tensor in einsum.tensors]),
        divisors=int(divisors),
        most_steps=_most_steps(einsum, architecture, dataflow.least_utilization),
    )
    for index, name in slot_names(architecture):
        _constrain(place, index, name, architecture, dataflow, column)
    _complete(place)
    return place


def _constrain(
    place: Space,
    index: int,
    name: str,
    architecture: Architecture,
    dataflow: Dataflow,
    column: dict[str, int],
) -> None:
    """Writes what the hardware and the dataflow say of one slot."""
    node, constraint = architecture.nodes[index], dataflow.constraint(name)
    lists = [constraint.ranks]
    allowed, fixed, whole = place.allowed[index], place.fixed[index], place.must[index]
    if isinstance(node, Fanout):
        axis = int(place.axis_count[index])
        own = next(axis for axis in node.axes if name == f"{node.name}.{axis.name}")
        place.axis_count[index] += 1
        place.axis_size[index, axis] = own.size
        allowed, fixed = place.axis_allowed[index, axis], place.axis_fixed[index, axis]
        whole = place.axis_whole[index, axis]
        lists.append(own.ranks)
    for ranks in lists:
        if ranks is not None:
            allowed &= np.array([rank in ranks for rank in column], np.int64)
    for rank, factor in constraint.factors:
        if rank in column:
            fixed[column[rank]] = factor
    for rank in constraint.inside:
        if rank in column:
            whole[column[rank]] = 1
    for number, rank in enumerate(constraint.order, start=1):
        if rank in column:
            place.order[index, column[rank]] = number


def _complete(place: Space) -> None:
    """Writes what follows for fanouts from their axes, and where a rank must be complete."""
    outside = np.zeros(place.allowed.shape[1], bool)
    for node, count in enumerate(place.axis_count):
        if count:
            several = place.axis_size[node, :count, None] > 1
            place.allowed[node] = (several & (place.axis_allowed[node, :count] == 1)).max(axis=0)
            place.must[node] = place.axis_whole[node, :count].max(axis=0)
        place.must[node] |= ~outside
        if node == 0:
            place.must[node] = 1
        outside |= place.allowed[node] == 1
        _note_products(place, node)


def _note_products(place: Space, node: int) -> None:
    """Writes what ranks may take of a fanout; nothing where that is too much to look through."""
    sizes = place.axis_size[node, : place.axis_count[node]]
    may = place.axis_allowed[node, : len(sizes)] == 1
    found = [_products(tuple(sizes[of_rank].tolist())) for of_rank in may.T]
    if all(len(products) <= MOST_PRODUCTS for products in found):
        for rank, products in enumerate(found):
            place.product_count[node, rank] = len(products)
            place.products[node, rank, : len(products)] = products


@cache
def _products(sizes: tuple[int, ...]) -> list[int]:
    """The products of one number up to each of the sizes, ascending; or more than are wanted."""
    found = {1}
    for size in sizes:
        if len(found) > MOST_PRODUCTS:
            break
        most = min(size, MOST_PRODUCTS + 1)
        found = {one * other for one in found for other in range(1, most + 1)}
    return sorted(found)


def _most_steps(einsum: Einsum, architecture: Architecture, utilization: float) -> float:
    """The steps in which so large a share of the units does all multiply-accumulates.

    A mapping has whole steps, and half a step more than these is as many: bounds of them are
    products of fractions, a little more or less than whole.
    """
    if utilization == 0.0:
        return math.inf
    steps = einsum.macs / (architecture.compute_units * utilization)
    return math.floor(steps * (1 + 1e-12)) + 0.5


def _sliding(einsum: Einsum) -> Integers:
    shared = {
        term.rank
        for tensor in einsum.tensors
        for axis in tensor.axes
        if len(axis) > 1
        for term in axis
    }
    return np.array([name in shared for name, _ in einsum.ranks]).astype(np.int64)


def keep_choices(
    einsum: Einsum, architecture: Architecture, dataflow: Dataflow
) -> Iterator[Integers]:
    """Every choice of which tensors are kept where: (tensors, nodes) of 0 and 1."""
    options = [
        _keep_options(node, dataflow, tensor.role)
        for tensor in einsum.tensors
        for node in architecture.nodes
    ]
    shape = (len(einsum.tensors), len(architecture.nodes))
    for choice in itertools.product(*options):
        yield np.array(choice, np.int64).reshape(shape)


def _keep_options(node: Level | Fanout, dataflow: Dataflow, role: Role) -> tuple[int, ...]:
    if not isinstance(node, Level):
        return (0,)
    options: tuple[int, ...] = (0,)
    if role in node.roles:
        options = (1, 0) if role in node.optional else (1,)
    constraint = dataflow.constraint(node.name)
    if role in constraint.keep:
        options = tuple(kept for kept in options if kept == 1)
    if role in constraint.bypass:
        options = tuple(kept for kept in options if kept == 0)
    return options


def may_begin(einsum: Einsum, architecture: Architecture, place: Space) -> bool:
    """Whether the outermost level can hold the whole layer and, as the only one, loop over it.

    A prescribed factor of a rank of one step, which no search looks at, must be 1.
    """
    outermost = architecture.levels[0]
    for store in outermost.stores:
        need = sum(
            tensor.elements(einsum.sizes) * architecture.element_bits(store, tensor.role)
            for tensor in einsum.tensors
            if tensor.role in store.roles
        )
        if store.usable_bits is not None and need > store.usable_bits:
            return False
    sizes = np.array(list(einsum.sizes.values()))
    if place.fixed[:, sizes == 1].max(initial=0) > 1:
        return False
    if place.axis_fixed[:, :, sizes == 1].max(initial=0) > 1:
        return False
    if len(architecture.nodes) > 1:
        return True
    fixed, allowed = place.fixed[0], place.allowed[0] == 1
    return bool(np.all(allowed | (sizes == 1)) and np.all((fixed == 0) | (fixed == sizes)))


def dataflow_named(architecture: Architecture, name: str | None) -> Dataflow:
    """The dataflow of that name; ``None`` is the chip's first, ``any`` is no constraint.

    Raises:
        UnknownNameError: when the chip has none of that name.
    """
    known = {dataflow.name: dataflow for dataflow in architecture.dataflows}
    unconstrained = Dataflow("any", (), "every mapping that the hardware allows")
    if name is None:
        return next(iter(known.values()), unconstrained)
    known.setdefault("any", unconstrained)
    if name not in known:
        raise UnknownNameError(
            f"{architecture.name} has no dataflow {name!r}: {near_misses(name, known)}"
        )
    return known[name]
