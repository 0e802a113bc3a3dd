"""What crosses into a tile in one order of the loops outside: the closed form, and the counts."""

from __future__ import annotations

import math
from itertools import permutations
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from octant.counting import count
from octant.counting.problem import problem
from octant.mapper import walk
from octant.mapper.kernel.hops import joules_of_hop
from octant.mapper.kernel.outermost import PLACED, crossing_share, elements_of_all, may_be_ordered
from octant.mapper.space import keep_choices, space
from octant.mapping import Loop, Mapping, TemporalBlock
from octant.model import costs
from octant.workload import Einsum, convolution
from tests.properties.kernels import plain
from tests.properties.problems import few_ranks, windows
from tests.unit.mapper.chips import FREE, chip, level

ON = chip(level("buffer", 1))
(BUFFER,) = ON.levels[1:]


class Nest(NamedTuple):
    """A layer, and its loops outside of a tile, the innermost first: rank, steps, and extent."""

    einsum: Einsum
    loops: tuple[tuple[str, int, int], ...]


@st.composite
def nests(draw: st.DrawFn, most: int = 8) -> Nest:
    """Any layer, order, and tile for so many loops: of all with as many steps left the smallest."""
    einsum = draw(st.one_of(windows(), windows(), few_ranks()))
    loops: list[tuple[str, int, int]] = []
    for rank in draw(st.permutations([rank for rank, _ in einsum.ranks])):
        size = einsum.sizes[rank]
        looping = sum(steps > 1 for _, steps, _ in loops)
        extent = draw(st.integers(1, size)) if looping < most else size
        steps = math.ceil(size / extent)
        loops.append((rank, steps, math.ceil(size / steps)))
    return Nest(einsum, tuple(loops))


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(nests())
def test_no_more_crosses_than_is_counted(nest: Nest) -> None:
    """However many loops are placed; of all together as much, if no tile is cut off."""
    even, counted = is_even(nest), crossings(nest)
    for x, tensor in enumerate(nest.einsum.tensors):
        for placed in range(len(inward(nest)) + 1):
            found = closed_form(nest, x, placed)
            assert found <= counted[tensor.name] * (1 + 1e-9)
            if even and placed == len(inward(nest)):
                assert found * (1 + 1e-9) >= counted[tensor.name]


def test_the_loop_after_a_window_tells_what_is_new() -> None:
    """Two rows of eight slide over three taps, then channels or filters."""
    layer = convolution(in_channels=2, out_channels=2, output=(8,), kernel=(3,))
    whole = (("N", 1, 1), ("G", 1, 1), ("Q", 1, 8))
    by_channels = Nest(layer, (("S", 3, 1), ("C", 2, 1), ("K", 2, 1), *whole))
    by_filters = Nest(layer, (("S", 3, 1), ("K", 2, 1), ("C", 2, 1), *whole))
    inputs = next(tensor.name for tensor in layer.tensors if tensor.role == "input")
    assert crossings(by_channels)[inputs] == 4 * (8 + 1 + 1)
    assert crossings(by_filters)[inputs] == 2 * (8 + 1 + 1 + 2 + 1 + 1)
    assert round(closed_form(by_filters, 0, 3), 9) == 2 * (8 + 1 + 1 + 2 + 1 + 1)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(nests(most=PLACED))
def test_there_is_hope_above_the_best_order_only(nest: Nest) -> None:
    """All loops are placed: if no tile is cut off, nor slides with results, the bound is exact."""
    loops = [loop for loop in nest.loops if loop[1] > 1]
    still = tuple(loop for loop in nest.loops if loop[1] == 1)
    orders = [nest._replace(loops=(*order, *still)) for order in permutations(loops)]
    best, task = min(joules(order) for order in orders), task_of(nest)
    assert has_hope(best * (1 + 1e-9), task)
    slides = (task.hops.windows * task.hops.is_output).any()
    if loops and is_even(nest) and not slides:
        assert not has_hope(best * (1 - 1e-9), task)


def has_hope(most: float, task: walk.Task) -> bool:
    tile = task.work.rest[1], task.work.width[1]
    return bool(plain(may_be_ordered)(most, *tile, task.hops, task.work))


def is_even(nest: Nest) -> bool:
    """No tile is cut off."""
    return all(steps * extent == nest.einsum.sizes[rank] for rank, steps, extent in nest.loops)


def joules(nest: Nest) -> float:
    """The price of what crosses: results that come again are read, too."""
    task, total = task_of(nest), 0.0
    for x, elements in enumerate(crossings(nest).values()):
        touched = task.hops.touched[x]
        total += plain(joules_of_hop)(x, 1, elements, elements, touched, touched, task.hops)
    return total


def closed_form(nest: Nest, x: int, placed: int) -> float:
    """The elements of a tensor that cross, by the share of all tiles."""
    task = task_of(nest)
    tile = task.work.rest[1], task.work.width[1]
    share = plain(crossing_share)(x, placed, *tile, task.hops, task.work)
    return float(share * plain(elements_of_all)(x, task.work.rest[1], task.hops))


def task_of(nest: Nest) -> walk.Task:
    """The search's arrays with the tile in the buffer, and all loops in their places."""
    layer, prices = problem(nest.einsum, ON), costs(nest.einsum, ON)
    place = space(nest.einsum, ON, FREE, divisors=False)
    (keeps,) = keep_choices(nest.einsum, ON, FREE)
    task = walk.task(layer, prices, place, keeps)
    for rank, steps, extent in nest.loops:
        at = names(nest).index(rank)
        task.work.rest[1, at], task.work.width[1, at] = steps, extent
    for position, at in enumerate(inward(nest)):
        task.work.inward[position] = at
    return task


def names(nest: Nest) -> list[str]:
    return [rank for rank, _ in nest.einsum.ranks]


def inward(nest: Nest) -> list[int]:
    """The numbers of the ranks that loop, the innermost first."""
    return [names(nest).index(rank) for rank, steps, _ in nest.loops if steps > 1]


def crossings(nest: Nest) -> dict[str, int]:
    """What ``counting`` says of each tensor."""
    kept = tuple(tensor.name for tensor in nest.einsum.tensors)
    outer = tuple(Loop(rank, steps) for rank, steps, _ in reversed(nest.loops))
    inner = tuple(Loop(rank, extent) for rank, _, extent in nest.loops)
    mapping = Mapping((TemporalBlock("DRAM", outer, kept), TemporalBlock(BUFFER.name, inner, kept)))
    hops = count(nest.einsum, ON, mapping).hops
    return {hop.tensor: hop.deliveries for hop in hops if hop.child == BUFFER.name}
