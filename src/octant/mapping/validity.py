"""Whether a mapping fits its layer and its architecture; every fault at once.

Hardware limits are faults (`check`); the wishes of a dataflow are reported apart (`violations`),
because a mapping outside a dataflow still runs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from octant.arch import Architecture, Dataflow, Fanout, Level
from octant.errors import InvalidMappingError, near_misses
from octant.mapping.nest import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.workload import Einsum


def check(einsum: Einsum, architecture: Architecture, mapping: Mapping) -> None:
    """Returns where a mapping is valid for a layer on an architecture.

    Valid is: a block for each node in order, loops that cover every rank without useless
    iterations, tensors kept where the hardware can and must keep them, fanout axes large enough
    and open to their ranks, and tiles that fit the memories.

    Raises:
        InvalidMappingError: with every fault that there is, each with its place and numbers.

    >>> from octant.arch import Compute, Store
    >>> from octant.workload import NumberFormat, NumberKind, Role, matmul
    >>> formats = tuple((role, NumberFormat(NumberKind.INT, 8)) for role in Role)
    >>> memory = Level("memory", (Store("memory", tuple(Role), 8),))
    >>> chip = Architecture("one", "one memory", (memory,), Compute("mac", formats), 1e6)
    >>> loops = (Loop("P", 2), Loop("C", 3))
    >>> nest = Mapping((TemporalBlock("memory", loops, ("inputs", "weights", "outputs")),))
    >>> check(matmul(rows=2, inner=3, columns=1), chip, nest)
    >>> check(matmul(rows=2, inner=4, columns=1), chip, nest)
    Traceback (most recent call last):
    octant.errors.InvalidMappingError: the mapping does not fit one:
      rank C: its loops make 3 iterations (memory: 3), the layer has 4
    """
    faults = list(_block_faults(architecture, mapping))
    if not faults:
        faults += _rank_faults(einsum, mapping)
        faults += _keep_faults(einsum, architecture, mapping)
        faults += _axis_faults(architecture, mapping)
        faults += _capacity_faults(einsum, architecture, mapping)
    if faults:
        title = f"the mapping does not fit {architecture.name}:"
        raise InvalidMappingError("\n  ".join([title, *faults]))


def tile_sizes(einsum: Einsum, mapping: Mapping) -> tuple[dict[str, int], ...]:
    """The rank sizes of the largest tile at each block: of its loops and all further in.

    For a storage level this is the tile that it keeps. Sizes never exceed the rank's, where a loop
    does not divide it. Ranks that the layer does not have are left out.

    >>> from octant.workload import matmul
    >>> nest = Mapping((TemporalBlock("outer", (Loop("P", 2), Loop("C", 2)), ()),
    ...                 TemporalBlock("inner", (Loop("C", 4),), ())))
    >>> [(tile["P"], tile["C"]) for tile in tile_sizes(matmul(rows=2, inner=7, columns=1), nest)]
    [(2, 7), (1, 4)]
    """
    extents = dict.fromkeys(einsum.sizes, 1)
    tiles = []
    for block in reversed(mapping.blocks):
        for loop in block.loops:
            if loop.rank in extents:
                extents[loop.rank] *= loop.factor
        tiles.append({rank: min(extents[rank], size) for rank, size in einsum.ranks})
    return tuple(reversed(tiles))


def violations(
    einsum: Einsum, architecture: Architecture, dataflow: Dataflow, mapping: Mapping
) -> tuple[str, ...]:
    """Every way in which a valid mapping departs from a dataflow; empty where it conforms.

    Ranks that the layer does not have are ignored, so one dataflow serves every layer. Loops of
    one iteration do not count.
    """
    found: list[str] = []
    for place in _places(architecture, mapping):
        found += (f"{dataflow.name}: {fault}" for fault in _departures(einsum, dataflow, place))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a constraint applies: a level's block, or one axis of a fanout."""

    name: str
    loops: tuple[Loop, ...]
    outside: tuple[Loop, ...]
    keeps: tuple[str, ...] | None


def _block_faults(architecture: Architecture, mapping: Mapping) -> Iterator[str]:
    wanted = [node.name for node in architecture.nodes]
    given = [_name(block) for block in mapping.blocks]
    if given != wanted:
        hints = [
            f"block {name!r} is no node of it, {near_misses(name, wanted)}"
            for name in given
            if name not in wanted
        ]
        order = f"its blocks are {', '.join(given) or 'none'}; needed are, outermost first, "
        yield "; ".join([order + ", ".join(wanted), *hints])
        return
    for node, block in zip(architecture.nodes, mapping.blocks, strict=True):
        if isinstance(node, Level) is not isinstance(block, TemporalBlock):
            kind = (
                "a storage level: a temporal" if isinstance(node, Level) else "a fanout: a spatial"
            )
            yield f"{node.name} is {kind} block belongs there"
            continue
        axes = node.axes if isinstance(node, Fanout) else ()
        given_axes = block.axes if isinstance(block, SpatialBlock) else ()
        if len(axes) != len(given_axes):
            names = ", ".join(axis.name for axis in axes)
            yield f"{node.name} has {len(axes)} axes ({names}), its block {len(given_axes)}"


def _rank_faults(einsum: Einsum, mapping: Mapping) -> Iterator[str]:
    loops = [(_name(block), loop) for block in mapping.blocks for loop in block.loops]
    sizes = einsum.sizes
    for name, loop in loops:
        if loop.rank not in sizes:
            yield f"{name}: no rank {loop.rank!r} in the layer, {near_misses(loop.rank, sizes)}"
    for rank, size in einsum.ranks:
        mine = [(name, loop.factor) for name, loop in loops if loop.rank == rank]
        total = math.prod(factor for _, factor in mine)
        if total < size:
            shown = ", ".join(f"{name}: {factor}" for name, factor in mine) or "no loop"
            yield f"rank {rank}: its loops make {total} iterations ({shown}), the layer has {size}"
        yield from _useless_factors(rank, size, mine)
    yield from _split_loops(mapping)


def _split_loops(mapping: Mapping) -> Iterator[str]:
    """Ranks that a level's block loops over twice with another loop between the two."""
    for block in mapping.temporal:
        ranks = [loop.rank for loop in block.loops if loop.factor > 1]
        runs = [rank for rank, before in zip(ranks, [None, *ranks], strict=False) if rank != before]
        for rank in sorted({rank for rank in runs if runs.count(rank) > 1}):
            order = ", ".join(ranks)
            yield (
                f"{block.level}: loops over {rank} with others between them ({order}); "
                "a level loops over each rank once"
            )


def _useless_factors(rank: str, size: int, loops: list[tuple[str, int]]) -> Iterator[str]:
    """Loops with iterations that lie wholly beyond the rank: they would only burn cycles."""
    inside = 1
    for name, factor in reversed(loops):
        useful = -(-size // inside)
        if factor > useful:
            yield (
                f"{name}: {factor} iterations over {rank}, of which only {useful} are within its "
                f"size {size} (tiles of {inside} further in)"
            )
        inside *= factor


def _keep_faults(einsum: Einsum, architecture: Architecture, mapping: Mapping) -> Iterator[str]:
    known = [tensor.name for tensor in einsum.tensors]
    for level, block in _levels(architecture, mapping):
        for name in block.keeps:
            if name not in known:
                yield f"{level.name}: no tensor {name!r} in the layer, {near_misses(name, known)}"
            if block.keeps.count(name) > 1:
                yield f"{level.name}: tensor {name!r} is kept twice"
        for tensor in einsum.tensors:
            kept = tensor.name in block.keeps
            if kept and tensor.role not in level.roles:
                roles = ", ".join(level.roles)
                yield f"{level.name} cannot keep {tensor.name} ({tensor.role}); it can keep {roles}"
            if not kept and tensor.role in level.roles and tensor.role not in level.optional:
                optional = ", ".join(level.optional) or "none"
                must = f"{level.name} must keep {tensor.name} ({tensor.role})"
                yield f"{must}; optional there: {optional}"


def _axis_faults(architecture: Architecture, mapping: Mapping) -> Iterator[str]:
    for node, block in zip(architecture.nodes, mapping.blocks, strict=True):
        if not (isinstance(node, Fanout) and isinstance(block, SpatialBlock)):
            continue
        for axis, loops in zip(node.axes, block.axes, strict=True):
            where = f"{node.name}.{axis.name}"
            used = math.prod(loop.factor for loop in loops)
            if used > axis.size:
                shown = " x ".join(f"{loop.rank} {loop.factor}" for loop in loops)
                yield f"{where}: {shown} needs {used} instances, it has {axis.size}"
            for loop in loops:
                if axis.ranks is not None and loop.rank not in axis.ranks and loop.factor > 1:
                    allowed = ", ".join(axis.ranks) or "none"
                    yield f"{where}: rank {loop.rank} may not run here; allowed: {allowed}"


def _capacity_faults(einsum: Einsum, architecture: Architecture, mapping: Mapping) -> Iterator[str]:
    tiles = dict(zip(map(_name, mapping.blocks), tile_sizes(einsum, mapping), strict=True))
    for level, block in _levels(architecture, mapping):
        kept = [tensor for tensor in einsum.tensors if tensor.name in block.keeps]
        for store in level.stores:
            mine = [tensor for tensor in kept if tensor.role in store.roles]
            parts = [
                (
                    tensor.name,
                    tensor.elements(tiles[level.name]),
                    architecture.element_bits(store, tensor.role),
                )
                for tensor in mine
            ]
            needed = sum(elements * bits for _, elements, bits in parts)
            if store.usable_bits is not None and needed > store.usable_bits:
                shown = " + ".join(f"{name} {elements} x {bits}" for name, elements, bits in parts)
                half = " (half of it, double buffered)" if store.double_buffered else ""
                holds = f"it holds {store.usable_bits}{half}"
                yield f"{store.name}: tiles of {shown} = {needed} bits, {holds}"


def _departures(einsum: Einsum, dataflow: Dataflow, place: _Place) -> Iterator[str]:
    constraint = dataflow.constraint(place.name)
    sizes = einsum.sizes
    factors = _factors(place.loops)
    if constraint.ranks is not None:
        for rank in sorted(set(factors) - set(constraint.ranks)):
            allowed = ", ".join(constraint.ranks) or "none"
            yield f"{place.name}: a loop over {rank}; allowed: {allowed}"
    for rank, factor in constraint.factors:
        if rank in sizes and factors.get(rank, 1) != factor:
            yield f"{place.name}: factor {factors.get(rank, 1)} of {rank}; fixed at {factor}"
    outside = _factors(place.outside)
    for rank in constraint.inside:
        if rank in sizes and rank in outside:
            yield f"{place.name}: a loop over {rank} further out; the tile here must hold it whole"
    order = [rank for rank in constraint.order if rank in factors and place.keeps is not None]
    tail = [loop.rank for loop in place.loops if loop.factor > 1]
    if order and tail[len(tail) - len(order) :] != order:
        fixed = ", ".join(order)
        yield f"{place.name}: loops over {', '.join(tail)}; the innermost must be {fixed}"
    yield from _keep_departures(einsum, constraint.keep, constraint.bypass, place)


def _keep_departures(
    einsum: Einsum, keep: tuple[str, ...], bypass: tuple[str, ...], place: _Place
) -> Iterator[str]:
    for tensor in einsum.tensors:
        if place.keeps is None:
            return
        if tensor.role in keep and tensor.name not in place.keeps:
            yield f"{place.name}: {tensor.name} ({tensor.role}) is not kept; it must be"
        if tensor.role in bypass and tensor.name in place.keeps:
            yield f"{place.name}: {tensor.name} ({tensor.role}) is kept; it must bypass"


def _places(architecture: Architecture, mapping: Mapping) -> Iterator[_Place]:
    outside: tuple[Loop, ...] = ()
    for node, block in zip(architecture.nodes, mapping.blocks, strict=True):
        if isinstance(block, TemporalBlock):
            yield _Place(node.name, block.loops, outside, block.keeps)
            outside += block.loops
        elif isinstance(node, Fanout):
            for axis, loops in zip(node.axes, block.axes, strict=True):
                yield _Place(f"{node.name}.{axis.name}", loops, outside, None)
                outside += loops


def _factors(loops: tuple[Loop, ...]) -> dict[str, int]:
    """Rank to the product of its loops' factors; ranks with more than one iteration only."""
    factors: dict[str, int] = {}
    for loop in loops:
        if loop.factor > 1:
            factors[loop.rank] = factors.get(loop.rank, 1) * loop.factor
    return factors


def _levels(architecture: Architecture, mapping: Mapping) -> Iterator[tuple[Level, TemporalBlock]]:
    for node, block in zip(architecture.nodes, mapping.blocks, strict=True):
        if isinstance(node, Level) and isinstance(block, TemporalBlock):
            yield node, block


def _name(block: TemporalBlock | SpatialBlock) -> str:
    return block.level if isinstance(block, TemporalBlock) else block.fanout
