"""The mapping space of a layer on an architecture, as arrays for the search.

A *slot* is a place that takes one factor of every rank: a storage level's block, or one axis of a
fanout. Slots are numbered from the innermost outwards; the last is the outermost level, which takes
what is left of every rank.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from octant.arch import Architecture, Dataflow, Fanout, Level
from octant.errors import UnknownNameError, near_misses
from octant.model.prices import element_bits, stores
from octant.workload import Einsum, Role, Tensor

Integers = NDArray[np.int64]
UNBOUNDED = np.iinfo(np.int64).max


class Space(NamedTuple):
    """Where factors may go.

    Attributes:
        slot_node: (slots) the node of a slot.
        spatial: (slots) 1 for an axis of a fanout.
        limits: (slots) an axis's size; unbounded for a level.
        allowed: (slots, ranks) 1 where the rank may have a factor above 1.
        fixed: (slots, ranks) the factor that is prescribed, 0 where free.
        whole: (slots, ranks) 1 where the rank must be complete with this slot.
        order: (nodes, ranks) the prescribed place among a block's innermost loops, counted from
            1 outermost; 0 where free.
        capacities: (stores) usable bits, unbounded where not limited.
        sliding: (ranks) 1 for a rank that shares an axis of a tensor with another.
        touched: (tensors) different elements of the whole layer.
    """

    slot_node: Integers
    spatial: Integers
    limits: Integers
    allowed: Integers
    fixed: Integers
    whole: Integers
    order: Integers
    capacities: Integers
    sliding: Integers
    touched: Integers


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


def space(einsum: Einsum, architecture: Architecture, dataflow: Dataflow) -> Space:
    """Returns the space of all mappings that the hardware and a dataflow allow.

    Args:
        einsum: the layer; ranks that only the dataflow names are ignored.
        architecture: the hardware.
        dataflow: further constraints; one without any for the hardware alone.
    """
    slots = slot_names(architecture)
    column = {name: index for index, (name, _) in enumerate(einsum.ranks)}
    shape = (len(slots), len(column))
    allowed, fixed = np.ones(shape, np.int64), np.zeros(shape, np.int64)
    whole = np.zeros(shape, np.int64)
    order = np.zeros((len(architecture.nodes), len(column)), np.int64)
    limits = np.full(len(slots), UNBOUNDED)
    for slot, (index, name) in enumerate(slots):
        node = architecture.nodes[index]
        constraint = dataflow.constraint(name)
        lists = [constraint.ranks]
        if isinstance(node, Fanout):
            axis = next(axis for axis in node.axes if name == f"{node.name}.{axis.name}")
            limits[slot] = axis.size
            lists.append(axis.ranks)
        for ranks in lists:
            if ranks is not None:
                allowed[slot] &= [rank in ranks for rank in column]
        for rank, factor in constraint.factors:
            if rank in column:
                fixed[slot, column[rank]] = factor
        for rank in constraint.inside:
            if rank in column:
                whole[slot, column[rank]] = 1
        for place, rank in enumerate(constraint.order, start=1):
            if rank in column:
                order[index, column[rank]] = place
    capacities = [store.usable_bits for _, store in stores(architecture)]
    return Space(
        slot_node=np.array([index for index, _ in slots]),
        spatial=np.array([isinstance(architecture.nodes[index], Fanout) for index, _ in slots])
        .astype(np.int64),
        limits=limits,
        allowed=allowed,
        fixed=fixed,
        whole=whole,
        order=order,
        capacities=np.array([UNBOUNDED if bits is None else bits for bits in capacities]),
        sliding=_sliding(einsum),
        touched=np.array([_touched(tensor, einsum.sizes) for tensor in einsum.tensors]),
    )  # fmt: skip


def _sliding(einsum: Einsum) -> Integers:
    shared = {
        term.rank
        for tensor in einsum.tensors
        for axis in tensor.axes
        if len(axis) > 1
        for term in axis
    }
    return np.array([name in shared for name, _ in einsum.ranks]).astype(np.int64)


def _touched(tensor: Tensor, sizes: dict[str, int]) -> int:
    """The different elements that the whole layer touches: windows may leave gaps."""
    total = 1
    for axis in tensor.axes:
        places = np.zeros(1, np.int64)
        for term in axis:
            steps = term.coefficient * np.arange(sizes[term.rank])
            places = np.unique(np.add.outer(places, steps))
        total *= len(places)
    return total


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


def outermost_takes(einsum: Einsum, architecture: Architecture, place: Space) -> bool:
    """Whether the outermost level can hold the whole layer and, as the only one, loop over it."""
    outermost = architecture.levels[0]
    for store in outermost.stores:
        need = sum(
            tensor.elements(einsum.sizes) * element_bits(architecture, store, tensor.role)
            for tensor in einsum.tensors
            if tensor.role in store.roles
        )
        if store.usable_bits is not None and need > store.usable_bits:
            return False
    if len(place.slot_node) > 1:
        return True
    sizes = np.array(list(einsum.sizes.values()))
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
