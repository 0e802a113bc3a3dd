"""The compiled functions that a search calls, in halves that have little in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from octant.arch import Architecture, Compute, Dataflow, Fanout, FanoutAxis, Level, Store
from octant.components import Price
from octant.counting.problem import problem
from octant.mapper import arrays, layout
from octant.mapper.space import keep_choices, space
from octant.mapper.walk import new_found
from octant.model import costs
from octant.source import Origin, Source
from octant.workload import Einsum, NumberFormat, NumberKind, Role, matmul

LISTING, REST = "listing", "rest"
HALVES = (LISTING, REST)
"""They take about as long as each other to compile."""


def entries() -> dict[str, tuple[Any, ...]]:
    """The functions of each half."""
    from octant.counting import kernel as counting
    from octant.mapper import kernel
    from octant.model import kernel as model

    return {
        LISTING: (kernel.list_onwards,),
        REST: (
            kernel.fill_tables,
            kernel.price_nests,
            counting.count_all,
            counting.time_steps,
            counting.average_instances,
            model.store_cycles,
            model.fill_busy,
            model.price,
        ),
    }


def compile_half(name: str, tell: Callable[[], None] | None = None) -> None:
    """Compiles the functions of a half, or loads them where that was done before.

    Args:
        tell: called after each.
    """
    import numba

    typeof: Any = numba.typeof
    for function, values in zip(entries()[name], _values()[name], strict=True):
        function.compile(tuple(typeof(value) for value in values))
        if tell is not None:
            tell()


def _values() -> dict[str, tuple[tuple[Any, ...], ...]]:
    """What the functions of each half may be called with: only the types matter."""
    from octant.mapper import kernel

    einsum, chip, flow = *_small(), Dataflow("any", ())
    layer, prices = problem(einsum, chip), costs(einsum, chip)
    place = space(einsum, chip, flow, divisors=False)
    keeps = next(iter(keep_choices(einsum, chip, flow)))
    view = arrays.hops(layer, prices, place, keeps)
    grids, work = layout.grids(view), arrays.work(view)
    tables = layout.tables(view, grids)
    found = new_found(0, (*keeps.shape, len(layer.sizes)))
    factors, one = np.ones_like(place.allowed), 1
    leaf = arrays.Leaf(layer, prices, keeps, place.order, place.sliding, place.touched)
    goal = kernel.Goal(found.goal, found.wanted, *found.most, found.points, found.count)
    task, room = (view, grids, tables, work), (found.pool, found.bounds)
    nest = (layer.sizes, layer.temporal, factors, factors)
    counts, busy = np.zeros((*keeps.shape, 6), np.int64), np.ones(keeps.shape[1] + 1)
    return {
        LISTING: ((one, factors, *room, one, *room, goal, *task),),
        REST: (
            (view, prices.prices, grids, tables, work),
            (goal, found.nests, found.orders, found.keeps, factors, *room, one, 1.0, leaf),
            (*layer, factors, factors, keeps),
            nest,
            (*nest, one),
            (counts, prices.moved, prices.store, prices.bandwidths, busy[:-1]),
            (*nest, busy),
            (counts, busy, *prices[1:]),
        ),
    }


def _small() -> tuple[Einsum, Architecture]:
    """A product of two small matrices, and a chip for it."""
    price = Price(1e-12, Source(Origin.ASSUMED, "the answer is not used"))
    roles = tuple(Role)
    levels = tuple(
        Level(name, (Store(name, roles, 16, read_energy=price, write_energy=price),))
        for name in ("outer", "inner")
    )
    number = NumberFormat(NumberKind.INT, 16)
    array = Fanout("array", (FanoutAxis("X", 2),), transfer_energy=price)
    compute = Compute("mac", tuple((role, number) for role in Role), price)
    chip = Architecture(
        "small", "a chip to compile with", (levels[0], array, levels[1]), compute, clock_hz=1e9
    )
    return matmul(rows=2, inner=2, columns=2), chip
