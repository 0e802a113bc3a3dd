"""How the tables over what is left of the ranks are laid out, and room for them."""

from __future__ import annotations

import math
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from octant.mapper.arrays import Floats, Hops
from octant.mapper.space import Integers

CELLS = 3_000
"""Cells of a level's table: with more tiles than that, neighbours share a cell."""


class Grids(NamedTuple):
    """How the tables of the levels are laid out: levels from the innermost, without the outermost.

    Attributes:
        node: (levels) the level's node; inner: (levels) that of the level inside it, -1 for none.
        lengths: (levels, ranks) cells along a rank; stride: their distance in the table.
        low, high: (levels, ranks, cells) what is left of a rank in a cell, from and to.
        place: (levels, ranks, size + 1) the cell of what is left.
        cells: (levels) in all; base, kind_base, tile_base: where tables begin.
        allowed: (levels, ranks) 1 where the level may take a factor of the rank; fanned: 1 where a
            fanout inside it may.
        leads: (levels, ranks) 1 where a level outside may loop over the rank; share: 1 where such
            a loop surely moves; others: instances outside that the rank may spread to.
        multicast: (levels, tensors) instances that may share what the level's parent serves;
            outside: instances outside the level; instances: of its parent; copies: (levels) of the
            level; ``inner_`` the same for what crosses into the level inside, as far as fanouts
            outside this level add to it.
        kinds: (levels) how many kinds of leads there are outside the tile inside a level; kind_of:
            (levels + 1, ranks + 1) that of a lead, of none, and where there is no level.
        staying: (levels, kinds) the one tensor that stays in that tile under a kind of lead; -1 for
            none or several, the first kind.
        next_level: (nodes + 1) the number of the next level outside a node, -1 for the outermost.
    """

    node: Integers
    inner: Integers
    lengths: Integers
    stride: Integers
    low: Integers
    high: Integers
    place: Integers
    cells: Integers
    base: Integers
    kind_base: Integers
    tile_base: Integers
    allowed: Integers
    fanned: Integers
    leads: Integers
    share: Floats
    others: Floats
    multicast: Floats
    outside: Floats
    instances: Floats
    copies: Floats
    inner_multicast: Floats
    inner_outside: Floats
    inner_instances: Floats
    inner_copies: Floats
    kinds: Integers
    kind_of: Integers
    staying: Integers
    next_level: Integers


class Tables(NamedTuple):
    """The tables of all levels: rows of joules, and of the cycles of each limited port.

    For what they hold see ``kernel.completion``.
    """

    tile: Floats
    joined: Floats
    before: Floats
    fitting: Floats
    held: Floats
    replaced: Floats
    staying: Floats
    closed: Floats
    free: Floats


def grids(view: Hops, cells: int = CELLS) -> Grids:
    """Returns the layout of the tables, of at most so many cells a level."""
    nodes, ranks = view.allowed.shape
    level_nodes = [node for node in reversed(range(1, nodes)) if view.temporal[node]]
    lines = [_lines(view, node, cells) for node in level_nodes]
    levels = len(level_nodes)
    longest = max([len(lows) for line in lines for lows, _ in line], default=1)
    count, stride = np.ones((levels, ranks), np.int64), np.zeros((levels, ranks), np.int64)
    low, high = (np.ones((levels, ranks, longest), np.int64) for _ in range(2))
    place = np.zeros((levels, ranks, int(view.sizes.max(initial=1)) + 1), np.int64)
    for level, line in enumerate(lines):
        step = 1
        for rank in view.live:
            lows, highs = line[rank]
            count[level, rank], stride[level, rank] = len(highs), step
            step *= len(highs)
            low[level, rank, : len(lows)], high[level, rank, : len(highs)] = lows, highs
            left = np.arange(view.sizes[rank] + 1)
            found = np.searchsorted(highs, left)
            place[level, rank, : len(left)] = np.minimum(found, len(highs) - 1)
    in_all = count.prod(axis=1)
    kinds, kind_of, staying = _kinds(view, level_nodes)
    stages = len(view.live) + 1
    next_level = np.full(nodes + 1, -1, np.int64)
    for known in range(nodes + 1):
        outer = [level for level, node in enumerate(level_nodes) if node < known]
        next_level[known] = min(outer, default=-1)
    around = [_around(view, level_nodes, level) for level in range(levels)]
    return Grids(
        node=np.array(level_nodes, np.int64),
        inner=np.array([-1, *level_nodes][:levels], np.int64),
        lengths=count,
        stride=stride,
        low=low,
        high=high,
        place=place,
        cells=in_all,
        base=_starts(in_all * stages * kinds),
        kind_base=_starts(in_all * kinds),
        tile_base=_starts(in_all),
        **_stacked(around, levels, len(view.keeps), ranks),
        kinds=kinds,
        kind_of=kind_of,
        staying=staying,
        next_level=next_level,
    )


def _kinds(view: Hops, level_nodes: list[int]) -> tuple[Integers, Integers, Integers]:
    """Tells leads outside the tile inside each level apart by the one tensor that stays there."""
    levels, (tensors, nodes) = len(level_nodes), view.keeps.shape
    kinds, kind_of = (
        np.ones(levels, np.int64),
        np.zeros((levels + 1, len(view.sizes) + 1), np.int64),
    )
    staying = np.full((levels, tensors + 1), -1, np.int64)
    for level, inner in enumerate([nodes, *level_nodes][:levels]):
        known = [-1]
        for rank in view.live if inner < nodes else ():
            alone = np.nonzero((view.keeps[:, inner] == 1) & (view.axes[:, rank] < 0))[0]
            tensor = int(alone[0]) if len(alone) == 1 else -1
            if tensor not in known:
                known.append(tensor)
            kind_of[level, rank] = known.index(tensor)
        kinds[level] = len(known)
        staying[level, : len(known)] = known
    return kinds, kind_of, staying


_AROUND = (
    "allowed", "fanned", "leads", "share", "others", "multicast", "outside", "instances", "copies",
    "inner_multicast", "inner_outside", "inner_instances", "inner_copies",
)  # fmt: skip


def _stacked(around: list[dict[str, Any]], levels: int, tensors: int, ranks: int) -> dict[str, Any]:
    """Each array of the levels' surroundings, level by level, also where there is no level."""
    stacked = {}
    for name in _AROUND:
        per_level: tuple[int, ...] = (ranks,)
        if name.removeprefix("inner_") in ("multicast", "outside", "instances"):
            per_level = (tensors,)
        if name.removeprefix("inner_") == "copies":
            per_level = ()
        kind = np.int64 if name in ("allowed", "fanned", "leads") else np.float64
        rows = [entry[name] for entry in around]
        stacked[name] = np.array(rows, kind).reshape(levels, *per_level)
    return stacked


def _starts(sizes: Integers) -> Integers:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)[: len(sizes)]


def _around(view: Hops, level_nodes: list[int], level: int) -> dict[str, Any]:
    """What a level's table must know of the nodes around the level."""
    node = level_nodes[level]
    nodes = len(view.temporal)
    inner = level_nodes[level - 1] if level else nodes
    tensors = range(len(view.keeps))
    between = [n for n in range(node + 1, inner) if not view.temporal[n]]
    outer = [n for n in range(node) if not view.temporal[n]]
    fanouts = [n for n in range(nodes) if not view.temporal[n]]
    outer_levels = [n for n in range(node) if view.temporal[n]]
    others = view.most[outer].prod(axis=0).astype(np.float64)
    sure = (view.exact == 1) | ((len(outer_levels) == 1) & (others == 1))

    def instances(x: int, child: int) -> float:
        return float(math.prod(view.units[n] for n in fanouts if n < view.parent[x, child]))

    def multicast(x: int, child: int) -> float:
        parent = view.parent[x, child]
        shared = [n for n in outer if parent <= n and view.shared[x, n]]
        return float(view.limit[x, shared].prod())

    return {
        "allowed": view.allowed[node],
        "fanned": view.allowed[between].max(axis=0, initial=0),
        "leads": view.allowed[outer_levels].max(axis=0, initial=0),
        "share": sure.astype(np.float64),
        "others": others,
        "multicast": np.array([multicast(x, node) for x in tensors]),
        "outside": np.array([math.prod(view.limit[x, n] for n in outer) for x in tensors]),
        "instances": np.array([instances(x, node) for x in tensors]),
        "copies": np.float64(math.prod(view.units[n] for n in outer)),
        "inner_multicast": np.array([multicast(x, inner) for x in tensors]),
        "inner_outside": np.array([math.prod(view.limit[x, n] for n in outer) for x in tensors]),
        "inner_instances": np.array([instances(x, inner) for x in tensors]),
        "inner_copies": np.float64(math.prod(view.units[n] for n in fanouts if n < inner)),
    }


_ONE = np.ones(1, np.int64)


def _lines(view: Hops, node: int, cells: int) -> list[tuple[Integers, Integers]]:
    """For each rank the cells of a level's table: what is left of the rank, from and to."""
    values = [
        _ONE
        if view.sizes[rank] == 1 or view.must[node:, rank].any()
        else _left_overs(int(view.sizes[rank]), view.exact)
        for rank in range(len(view.sizes))
    ]
    highs = list(values)
    while math.prod(len(line) for line in highs) > cells:
        longest = max(range(len(highs)), key=lambda rank: len(highs[rank]))
        highs[longest] = _thinned(
            values[longest], len(highs[longest]) - 1 - len(highs[longest]) // 8
        )
    return [
        (np.concatenate([_ONE, every[np.searchsorted(every, line[:-1]) + 1]]), line)
        for every, line in zip(values, highs, strict=True)
    ]


@cache
def _left_overs(size: int, exact: int) -> Integers:
    """All that may be left of a rank outside a tile, ascending."""
    widths = np.arange(1, size + 1)
    values: Integers = widths[size % widths == 0] if exact else np.unique(-(-size // widths))
    return values


def _thinned(values: Integers, number: int) -> Integers:
    """So many of the values, spread evenly over their orders of magnitude, with both ends.

    One cell for all values has only the last as its end.
    """
    if number == 1:
        return values[-1:]
    wanted = np.exp(np.linspace(0, np.log(values[-1]), number))
    places = np.unique(np.minimum(np.searchsorted(values, wanted * (1 - 1e-9)), len(values) - 1))
    kept: Integers = values[np.union1d(places, [0, len(values) - 1])]
    return kept


def tables(view: Hops, laid_out: Grids) -> Tables:
    """Returns empty tables."""
    stages, columns = len(view.live) + 1, 1 + len(view.limited)
    each = int((laid_out.cells * laid_out.kinds).sum())
    most = int(laid_out.cells.max(initial=0))
    return Tables(
        tile=np.empty((int(laid_out.cells.sum()), columns)),
        joined=np.empty((each * stages, columns)),
        before=np.empty((each * stages, columns)),
        fitting=np.empty((each, columns)),
        held=np.empty((each, columns)),
        replaced=np.empty((each, columns)),
        staying=np.empty((each, columns)),
        closed=np.empty((most, columns)),
        free=np.empty((most, columns)),
    )
