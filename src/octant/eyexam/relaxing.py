"""Architectures with one constraint relaxed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from octant.arch import Architecture, Dataflow, Fanout, Level, Store

FREE = Dataflow("any", (), "every mapping that the hardware allows")


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One constraint relaxed: of which step, how in words, and what is left.

    Args:
        constraint: the step that it belongs to.
        words: what is relaxed.
        architecture: the hardware then.
        dataflow: the constraints then.
    """

    constraint: str
    words: str
    architecture: Architecture
    dataflow: Dataflow


def unlimited_bandwidth(architecture: Architecture, level: str | None = None) -> Architecture:
    """The chip with ports as wide as anybody wants: of one level, or of all.

    >>> from octant.files import load_architecture
    >>> chip = unlimited_bandwidth(load_architecture("teaching"))
    >>> [level.stores[0].shared_bits_per_cycle for level in chip.levels]
    [None, None]
    """

    def without(store: Store) -> Store:
        return replace(
            store, read_bits_per_cycle=None, write_bits_per_cycle=None, shared_bits_per_cycle=None
        )

    return with_stores(architecture, without, level)


def unlimited_capacity(architecture: Architecture, level: str | None = None) -> Architecture:
    """The chip with memories as large as anybody wants: of one level, or of all."""
    return with_stores(architecture, lambda store: replace(store, capacity_bits=None), level)


def with_stores(
    architecture: Architecture, change: Callable[[Store], Store], level: str | None = None
) -> Architecture:
    """The chip with a change made to every memory of one level, or of all."""
    nodes = tuple(
        replace(node, stores=tuple(map(change, node.stores)))
        if isinstance(node, Level) and level in (None, node.name)
        else node
        for node in architecture.nodes
    )
    return replace(architecture, nodes=nodes)


def paced(store: Store, times: float) -> Store:
    """The memory with ports so many times as fast."""

    def of(rate: float | None) -> float | None:
        return None if rate is None else rate * times

    return replace(
        store,
        read_bits_per_cycle=of(store.read_bits_per_cycle),
        write_bits_per_cycle=of(store.write_bits_per_cycle),
        shared_bits_per_cycle=of(store.shared_bits_per_cycle),
    )


def enlarged(store: Store, times: float) -> Store:
    """The memory with room for so many times as much, a bit at least, and ports as much faster.

    >>> from octant.files import load_architecture
    >>> store = enlarged(load_architecture("teaching").levels[1].stores[0], 4)
    >>> store.capacity_bits, store.read_bits_per_cycle, store.shared_bits_per_cycle
    (8192, 512.0, None)
    """
    held = store.capacity_bits
    larger = None if held is None else max(1, int(held * times))
    return replace(paced(store, times), capacity_bits=larger)


def with_axes(
    architecture: Architecture, sizes: Callable[[Fanout], tuple[int, ...]]
) -> Architecture:
    """The chip with other sizes of the axes of its fanouts.

    >>> from octant.files import load_architecture
    >>> doubled = with_axes(
    ...     load_architecture("teaching"), lambda fanout: tuple(2 * a.size for a in fanout.axes)
    ... )
    >>> doubled.compute_units
    16
    """
    nodes = tuple(
        replace(
            node,
            axes=tuple(
                replace(axis, size=size) for axis, size in zip(node.axes, sizes(node), strict=True)
            ),
        )
        if isinstance(node, Fanout)
        else node
        for node in architecture.nodes
    )
    return replace(architecture, nodes=nodes)


def shapes(architecture: Architecture) -> Iterator[tuple[str, Architecture]]:
    """Every other shape of a fanout of two axes with as many instances, in words and as a chip."""
    for fanout in architecture.fanouts:
        if len(fanout.axes) != 2:
            continue
        now = tuple(axis.size for axis in fanout.axes)
        for rows in range(1, fanout.instances + 1):
            columns = fanout.instances // rows
            if rows * columns != fanout.instances or (rows, columns) == now:
                continue
            yield (
                f"{fanout.name} of {rows} x {columns}",
                with_axes(architecture, _only(fanout.name, (rows, columns))),
            )


def _only(name: str, sizes: tuple[int, ...]) -> Callable[[Fanout], tuple[int, ...]]:
    return lambda fanout: sizes if fanout.name == name else tuple(axis.size for axis in fanout.axes)


def relaxations(architecture: Architecture, dataflow: Dataflow) -> Iterator[Relaxation]:
    """One more constraint relaxed at a time, except the array's shape, which has many others."""
    if dataflow.constraints:
        words = f"any dataflow, not {dataflow.name} alone"
        yield Relaxation("dataflow", words, architecture, FREE)
    if architecture.compute_units > 1 or architecture.fanouts:
        doubled = with_axes(architecture, lambda f: tuple(2 * axis.size for axis in f.axes))
        times = doubled.compute_units // architecture.compute_units
        words = f"every axis twice as long ({times} times the PEs)"
        yield Relaxation("number of PEs", words, doubled, dataflow)
    for level in architecture.levels[1:]:
        if any(store.capacity_bits is not None for store in level.stores):
            words = f"{level.name} of any capacity"
            chip = unlimited_capacity(architecture, level.name)
            yield Relaxation("storage capacity", words, chip, dataflow)
    for level in architecture.levels:
        if any(math.isfinite(limit) for store in level.stores for limit in limits(store)):
            words = f"{level.name} of any bandwidth"
            chip = unlimited_bandwidth(architecture, level.name)
            yield Relaxation("average bandwidth", words, chip, dataflow)


def limits(store: Store) -> tuple[float, float, float]:
    """Bits a cycle that a memory may read, write, and do both; infinite where not limited."""
    rates = (store.read_bits_per_cycle, store.write_bits_per_cycle, store.shared_bits_per_cycle)
    read, write, shared = (math.inf if rate is None else rate for rate in rates)
    return read, write, shared
