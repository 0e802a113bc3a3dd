"""The slow twin of the mapper: prices every mapping of the space, one after the other.

Slow and obvious on purpose, and independent of ``octant.mapper``: the search there is believed
because its optimum equals what this module finds.

The space, rank by rank, from the innermost place outwards: a level takes any factor of what is left
of the rank, dividing or not, if no smaller one needs as few passes, and an axis of a fanout the
same up to its size; the outermost level what is left. To this come all orders of every block's
loops, and all choices of the tensors that levels may keep.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from hypothesis.vendor.pretty import RepresentationPrinter
from numpy.typing import NDArray

from octant.arch import Architecture, Dataflow, Level
from octant.counting import kernel as counting
from octant.counting.problem import Nest, problem
from octant.mapper import Objective
from octant.mapping import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.model import costs
from octant.model import kernel as model
from octant.workload import Einsum

Chain = tuple[int, ...]
Orders = tuple[tuple[str, ...], ...]
Integers = NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class Search:
    """What the mapper and its twin are asked.

    ``idle`` are the ranks for which an axis takes every factor, not only the smallest for each
    number of passes. ``divisors``: only factors that divide.
    """

    einsum: Einsum
    architecture: Architecture
    dataflow: Dataflow
    idle: frozenset[str] = frozenset()
    divisors: bool = False

    def __repr__(self) -> str:
        """What a failing test must show."""
        nodes = [str(node) for node in self.architecture.nodes]
        constraints = [str(constraint) for constraint in self.dataflow.constraints]
        factors = "divisors" if self.divisors else "all factors"
        least, clock = self.dataflow.least_utilization, self.architecture.clock_hz
        asked = f"{factors}, least utilisation {least:g}, {clock:g} Hz"
        parts = [str(self.einsum), *nodes, str(self.architecture.compute), *constraints, asked]
        return "\n".join(parts)

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        printer.text(repr(self))


@dataclass(frozen=True)
class Parts:
    """What a mapping is made of, and what it costs.

    Args:
        factors: of each rank, place by place, outermost first.
        orders: the ranks that loop at each place, outermost first.
        keeps: (tensors, nodes) 1 where the level keeps the tensor.
        energy_j: of one run of the layer.
        cycles: of one run of the layer.
    """

    factors: dict[str, Chain]
    orders: Orders
    keeps: Integers
    energy_j: float
    cycles: float


@dataclass(frozen=True)
class Place:
    """Where each rank has one factor: a level, or one axis of a fanout.

    ``size`` and ``ranks`` are what the hardware allows; None is anything.
    """

    node: int
    name: str
    axis: int | None
    size: int | None
    ranks: tuple[str, ...] | None


@dataclass(frozen=True)
class Tried:
    """A mapping and what it is worth: J, s or J*s."""

    value: float
    mapping: Mapping


def best_mappings(search: Search) -> dict[Objective, Tried | None]:
    """The best mapping for each objective; None where no mapping fits."""
    values = dict.fromkeys(Objective, math.inf)
    parts: dict[Objective, Parts] = {}
    for tried in every_mapping(search):
        latency_s = tried.cycles / search.architecture.clock_hz
        for objective in Objective:
            value = objective.value_of(tried.energy_j, latency_s)
            if value < values[objective]:
                values[objective], parts[objective] = value, tried
    return {
        objective: Tried(value, mapping_of(search, parts[objective]))
        if objective in parts
        else None
        for objective, value in values.items()
    }


def best_front(search: Search) -> list[tuple[float, float]]:
    """Energy and latency of all mappings of which no other is as fast and needs less."""
    clock = search.architecture.clock_hz
    points = sorted({(tried.energy_j, tried.cycles / clock) for tried in every_mapping(search)})
    front: list[tuple[float, float]] = []
    for energy_j, latency_s in points:
        if not front or latency_s < front[-1][1]:
            front.append((energy_j, latency_s))
    return front


def places(architecture: Architecture) -> list[Place]:
    """Every place, outermost first."""
    found = []
    for index, node in enumerate(architecture.nodes):
        if isinstance(node, Level):
            found.append(Place(index, node.name, None, None, None))
            continue
        found += [
            Place(index, f"{node.name}.{axis.name}", number, axis.size, axis.ranks)
            for number, axis in enumerate(node.axes)
        ]
    return found


def chains(search: Search, rank: str) -> list[Chain]:
    """All factors that one rank may have, place by place, outermost first."""
    open_chains: list[tuple[int, Chain]] = [(search.einsum.sizes[rank], ())]
    for number, place in reversed(list(enumerate(places(search.architecture)))):
        open_chains = [
            (-(-rest // factor), (factor, *inside))
            for rest, inside in open_chains
            for factor in _factors(search, place, rank, rest, outermost=number == 0)
            if rank not in search.dataflow.constraint(place.name).inside or -(-rest // factor) == 1
        ]
    return [chain for rest, chain in open_chains]


def _factors(search: Search, place: Place, rank: str, rest: int, *, outermost: bool) -> list[int]:
    constraint = search.dataflow.constraint(place.name)
    factors = [rest] if outermost else list(range(1, rest + 1))
    fixed = dict(constraint.factors).get(rank)
    if fixed is not None:
        factors = [factor for factor in factors if factor == fixed]
    elif search.divisors and not outermost:
        factors = [factor for factor in factors if rest % factor == 0]
    elif not outermost and (place.axis is None or rank not in search.idle):
        passes = [-(-rest // factor) for factor in factors]
        factors = [factor for factor in factors if passes.index(-(-rest // factor)) == factor - 1]
    for ranks in (place.ranks, constraint.ranks):
        if ranks is not None and rank not in ranks:
            factors = [factor for factor in factors if factor == 1]
    return factors


def factor_choices(search: Search) -> Iterator[dict[str, Chain]]:
    """All factors of all ranks that the axes are large enough for."""
    names = list(search.einsum.sizes)
    per_rank = [chains(search, rank) for rank in names]
    for choice in itertools.product(*per_rank):
        used = [math.prod(factors) for factors in zip(*choice, strict=True)]
        if all(
            place.size is None or instances <= place.size
            for place, instances in zip(places(search.architecture), used, strict=True)
        ):
            yield dict(zip(names, choice, strict=True))


def order_choices(search: Search, factors: dict[str, Chain]) -> Iterator[Orders]:
    """All orders of the loops of all levels: for each place its ranks, outermost first."""
    options: list[list[tuple[str, ...]]] = []
    for number, place in enumerate(places(search.architecture)):
        looped = [rank for rank, chain in factors.items() if chain[number] > 1]
        if place.axis is not None:
            options.append([tuple(looped)])
            continue
        fixed = [rank for rank in search.dataflow.constraint(place.name).order if rank in looped]
        tail = len(looped) - len(fixed)
        orders = itertools.permutations(looped)
        options.append([order for order in orders if list(order[tail:]) == fixed])
    yield from itertools.product(*options)


def keep_choices(search: Search) -> Iterator[Integers]:
    """All choices of which tensors are kept where: (tensors, nodes) of 0 and 1."""
    options: list[list[int]] = []
    for tensor in search.einsum.tensors:
        for node in search.architecture.nodes:
            allowed = [0]
            if isinstance(node, Level) and tensor.role in node.roles:
                allowed = [0, 1] if tensor.role in node.optional else [1]
            constraint = search.dataflow.constraint(node.name)
            if tensor.role in constraint.keep:
                allowed = [kept for kept in allowed if kept == 1]
            if tensor.role in constraint.bypass:
                allowed = [kept for kept in allowed if kept == 0]
            options.append(allowed)
    shape = len(search.einsum.tensors), len(search.architecture.nodes)
    for choice in itertools.product(*options):
        yield np.array(choice, np.int64).reshape(shape)


def tiles_fit(search: Search, factors: dict[str, Chain], keeps: Integers) -> bool:
    """Whether all tiles that are kept fit their memories."""
    einsum, architecture = search.einsum, search.architecture
    for number, place in enumerate(places(architecture)):
        level = architecture.nodes[place.node]
        if not isinstance(level, Level):
            continue
        tile = {rank: min(size, math.prod(factors[rank][number:])) for rank, size in einsum.ranks}
        for store in level.stores:
            if store.usable_bits is not None and store.usable_bits < sum(
                tensor.elements(tile) * architecture.element_bits(store, tensor.role)
                for row, tensor in enumerate(einsum.tensors)
                if tensor.role in store.roles and keeps[row, place.node]
            ):
                return False
    return True


def size_of_space(search: Search, enough: int) -> int:
    """How many mappings there are, were all memories large enough; counts no further than needed.

    Args:
        enough: stop there.
    """
    keeps = len(list(keep_choices(search)))
    combinations = math.prod(len(chains(search, rank)) for rank in search.einsum.sizes)
    if combinations > 20 * enough:
        return combinations
    total = 0
    for factors in factor_choices(search):
        total += keeps * sum(1 for _ in order_choices(search, factors))
        if total > enough:
            break
    return total


def every_mapping(search: Search) -> Iterator[Parts]:
    """Every mapping that fits."""
    layer = problem(search.einsum, search.architecture)
    prices = costs(search.einsum, search.architecture)
    kept = list(keep_choices(search))
    busy = np.ones(len(search.architecture.nodes) + 1)
    for factors in factor_choices(search):
        fitting = [keeps for keeps in kept if tiles_fit(search, factors, keeps)]
        if not fitting:
            continue
        for orders in order_choices(search, factors):
            made = nest(search, factors, orders)
            model.fill_busy(layer.sizes, layer.temporal, made.factors, made.order, busy)
            units = search.architecture.compute_units
            if search.einsum.macs < busy[-1] * units * search.dataflow.least_utilization:
                continue
            for keeps in fitting:
                counts = counting.count_all(*layer, made.factors, made.order, keeps)
                energy, cycles = model.price(counts, busy, *prices[1:])
                yield Parts(factors, orders, keeps, float(energy), float(cycles))


def nest(search: Search, factors: dict[str, Chain], orders: Orders) -> Nest:
    """The arrays of a mapping, without what it keeps."""
    names = list(search.einsum.sizes)
    made = np.ones((len(search.architecture.nodes), len(names)), np.int64)
    order = np.zeros_like(made)
    for number, place in enumerate(places(search.architecture)):
        for column, rank in enumerate(names):
            made[place.node, column] *= factors[rank][number]
        still = [rank for rank in names if rank not in orders[number]]
        order[place.node] = [names.index(rank) for rank in (*still, *orders[number])]
    return Nest(made, order, np.zeros((0, 0), np.int64))


def mapping_of(search: Search, parts: Parts) -> Mapping:
    """The loop nest that was tried."""
    loops: dict[int, list[tuple[Loop, ...]]] = {}
    for number, place in enumerate(places(search.architecture)):
        mine = tuple(Loop(rank, parts.factors[rank][number]) for rank in parts.orders[number])
        loops.setdefault(place.node, []).append(mine)
    blocks: list[TemporalBlock | SpatialBlock] = []
    for index, node in enumerate(search.architecture.nodes):
        if isinstance(node, Level):
            rows = enumerate(search.einsum.tensors)
            kept = [tensor.name for row, tensor in rows if parts.keeps[row, index]]
            blocks.append(TemporalBlock(node.name, loops[index][0], tuple(kept)))
        else:
            blocks.append(SpatialBlock(node.name, tuple(loops[index])))
    return Mapping(tuple(blocks))
