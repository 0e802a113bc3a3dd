"""What the compiled search reads and writes, made once for a layer and a choice of kept tensors."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from octant.counting.problem import Problem
from octant.mapper.space import Integers, Space
from octant.model.prices import Costs

Floats = NDArray[np.float64]

CELLS = 3_000
"""Cells of a level's table: with more tiles than that, neighbours share a cell."""


class Hops(NamedTuple):
    """What bounds read of a layer on an architecture, with a choice of kept tensors.

    Attributes:
        sizes: (ranks); live: the ranks of more than one step.
        axes, coefficients, temporal, is_output, shared: of ``Problem``.
        keeps: (tensors, nodes); parent: (tensors, nodes + 1) the level that a node's tile of a
            tensor comes from, -1 where it has none.
        window: (tensors, ranks) the number of the tensor's window that a rank moves, else -1;
            windows: (tensors) how many; plain: (tensors) the product of all other axes.
        touched: (tensors) different elements.
        weights: (tensors, nodes + 1, 4) joules of an element served, delivered, given, read.
        limit: (tensors, nodes) the most instances of a fanout that may share a tensor.
        apart: (tensors) 1 for tensors whose tiles never overlap, no two free of the same rank.
        most: (nodes, ranks) the largest factor of a rank at a fanout; units: (nodes) instances.
        limited: (ports, 2) store and port of each bandwidth that is limited; rates: (ports) it.
        loops: (nodes + 1, ranks) how many levels outside a node may loop over a rank.
        exact: 1 where every factor divides what is left; divisors: 1 where the search keeps to it.
        For the rest see ``Space`` and ``Costs``.
    """

    sizes: Integers
    live: Integers
    axes: Integers
    coefficients: Integers
    temporal: Integers
    is_output: Integers
    shared: Integers
    keeps: Integers
    parent: Integers
    window: Integers
    windows: Integers
    plain: Floats
    touched: Floats
    weights: Floats
    limit: Floats
    apart: Integers
    most: Integers
    units: Integers
    exact: int
    divisors: int
    loops: Integers
    allowed: Integers
    fixed: Integers
    must: Integers
    order: Integers
    axis_count: Integers
    axis_size: Integers
    axis_allowed: Integers
    axis_fixed: Integers
    axis_whole: Integers
    capacities: Integers
    bits: Floats
    moved: Floats
    store: Integers
    limited: Integers
    rates: Floats
    compute_j: float
    most_steps: float


class Grids(NamedTuple):
    """How the tables of the levels are laid out: levels from the innermost, without the outermost.

    Attributes:
        node: (levels) the level's node; inner: (levels) that of the level inside it, -1 for none.
        lengths: (levels, ranks) cells along a rank; stride: their distance in the table.
        low, high: (levels, ranks, cells) what is left of a rank in a cell, from and to.
        place: (levels, ranks, size + 1) the cell of what is left.
        cells: (levels) in all; base, before_base, tile_base: where tables begin.
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
    before_base: Integers
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
    led: Floats
    moved: Floats
    staying: Floats
    closed: Floats
    free: Floats


class Work(NamedTuple):
    """Room for the compiled search to work in; nothing in it outlives a call.

    Attributes:
        rest, width: (nodes + 1, ranks) what is left of a rank outside a node, and its extent.
        total, pending, moved and row have joules, and the cycles of each limited port, in columns.
        total to moves: of ``kernel.relaxed`` and ``kernel.sharing``; strays and chains: of
        ``kernel.laps``; the others: of ``kernel.descent``.
    """

    rest: Integers
    width: Integers
    total: Floats
    pending: Floats
    moved: Floats
    outer: Floats
    row: Floats
    copies: Floats
    reach: Floats
    unshared: Floats
    alone: Floats
    strays: Integers
    chains: Integers
    block: Integers
    leads: Integers
    room: Floats
    moves: Floats
    led: Floats
    settled: Floats
    chosen: Integers
    left: Integers
    widths: Integers
    places: Integers
    at: Integers
    many: Integers
    options: Integers
    products: Integers
    splits: Integers
    rests: Integers
    keys: Integers
    rows: Integers
    steps: Floats
    ahead: Floats
    slow: Floats
    units: Floats
    budgets: Integers
    open_budgets: Integers


def hops(layer: Problem, costs: Costs, space: Space, keeps: Integers) -> Hops:
    """Returns what the bounds read."""
    live = np.nonzero(layer.sizes > 1)[0]
    window, windows, plain = _windows(layer, live)
    most = np.ones(space.allowed.shape, np.int64)
    for node, count in enumerate(space.axis_count):
        sizes = space.axis_size[node, :count, None]
        most[node] = np.where(space.axis_allowed[node, :count] == 1, sizes, 1).prod(axis=0)
    return Hops(
        sizes=layer.sizes,
        live=live,
        axes=layer.axes,
        coefficients=layer.coefficients,
        temporal=layer.temporal,
        is_output=layer.is_output,
        shared=layer.shared,
        keeps=keeps,
        parent=_parents(keeps),
        window=window,
        windows=windows,
        plain=plain,
        touched=space.touched.astype(np.float64),
        weights=_weights(layer, costs, keeps),
        limit=_limits(layer, space, window, live),
        apart=_apart(layer, window, live, most),
        most=most,
        units=space.axis_size.prod(axis=1),
        exact=int(space.divisors and not space.fixed.any() and not space.axis_fixed.any()),
        divisors=space.divisors,
        loops=_loops(layer, space),
        allowed=space.allowed,
        fixed=space.fixed,
        must=space.must,
        order=space.order,
        axis_count=space.axis_count,
        axis_size=space.axis_size,
        axis_allowed=space.axis_allowed,
        axis_fixed=space.axis_fixed,
        axis_whole=space.axis_whole,
        capacities=space.capacities,
        bits=costs.bits,
        moved=costs.moved,
        store=costs.store,
        limited=np.ascontiguousarray(np.argwhere(np.isfinite(costs.bandwidths)), np.int64),
        rates=costs.bandwidths[np.isfinite(costs.bandwidths)],
        compute_j=costs.compute_j,
        most_steps=space.most_steps,
    )


def _loops(layer: Problem, space: Space) -> Integers:
    allowed = space.allowed * layer.temporal[:, None]
    return np.array([allowed[:node].sum(axis=0) for node in range(len(allowed) + 1)])


def _parents(keeps: Integers) -> Integers:
    tensors, nodes = keeps.shape
    parent = np.full((tensors, nodes + 1), -1, np.int64)
    for x in range(tensors):
        holder = -1
        for node in range(nodes + 1):
            if node == nodes or keeps[x, node]:
                parent[x, node] = holder
                holder = node
    return parent


def _windows(layer: Problem, live: Integers) -> tuple[Integers, Integers, Floats]:
    """Numbers the axes that ranks share, or move along in steps; the product of all others."""
    window = np.full(layer.axes.shape, -1, np.int64)
    windows, plain = np.zeros(len(layer.axes), np.int64), np.ones(len(layer.axes))
    for x, axes in enumerate(layer.axes):
        for axis in range(axes.max(initial=-1) + 1):
            ranks = [rank for rank in live if axes[rank] == axis]
            if len(ranks) > 1 or any(layer.coefficients[x, rank] > 1 for rank in ranks):
                window[x, ranks] = windows[x]
                windows[x] += 1
            else:
                plain[x] *= layer.sizes[ranks].prod()
    return window, windows, plain


def _weights(layer: Problem, costs: Costs, keeps: Integers) -> Floats:
    """Joules of one element of each kind of a hop, by the counts and prices of the model."""
    from octant.counting.kernel import add_hop
    from octant.model.kernel import energy_of

    tensors, nodes = keeps.shape
    weights = np.zeros((tensors, nodes + 1, 4))
    parent = _parents(keeps)
    for x in range(tensors):
        for child in range(nodes + 1):
            if parent[x, child] < 0:
                continue
            for kind in range(4):
                counts = np.zeros((tensors, nodes + 1, 6), np.int64)
                unit = [int(kind == number) for number in range(4)]
                add_hop(counts[x], parent[x, child], child, nodes, layer.is_output[x], *unit)
                fanouts = [
                    node for node in range(parent[x, child], child) if not layer.temporal[node]
                ]
                for node in fanouts:
                    inner = node == fanouts[-1]
                    counts[x, node, 5] = unit[1] if inner else unit[0]
                    if inner and layer.is_output[x] and child < nodes:
                        counts[x, node, 5] += unit[2]
                weights[x, child, kind] = energy_of(counts, costs.prices)
    return weights


def _overlap(window: Integers, rank: int) -> bool:
    """Whether a rank moves a window along with another, so that neighbours may overlap."""
    return bool(window[rank] >= 0 and (window == window[rank]).sum() > 1)


def _apart(layer: Problem, window: Integers, live: Integers, most: Integers) -> Integers:
    """Chooses tensors that no two of which share what the same rank is spread over."""
    spread = [rank for rank in live if most[:, rank].max() > 1]
    apart, taken = np.zeros(len(layer.axes), np.int64), np.zeros(len(spread), bool)
    for x, axes in enumerate(layer.axes):
        free = axes[spread] < 0
        overlap = any(_overlap(window[x], rank) for rank in live)
        if not overlap and not (free & taken).any():
            apart[x] = 1
            taken |= free
    return apart


def _limits(layer: Problem, space: Space, window: Integers, live: Integers) -> Floats:
    limit = np.ones(layer.shared.shape)
    for x, axes in enumerate(layer.axes):
        may = [rank for rank in live if axes[rank] < 0 or _overlap(window[x], rank)]
        for node, count in enumerate(space.axis_count):
            for axis in range(count):
                if space.axis_allowed[node, axis, may].any():
                    limit[x, node] *= space.axis_size[node, axis]
    return limit


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
        before_base=_starts(in_all * kinds),
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


def _lines(view: Hops, node: int, cells: int) -> list[tuple[list[int], list[int]]]:
    """For each rank the cells of a level's table: what is left of the rank, from and to."""
    values = [
        np.ones(1, np.int64)
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
    lines = []
    for every, line in zip(values, highs, strict=True):
        lows = [1, *(int(every[np.searchsorted(every, high) + 1]) for high in line[:-1])]
        lines.append((lows, [int(high) for high in line]))
    return lines


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


def tables(view: Hops, layout: Grids) -> Tables:
    """Returns empty tables."""
    stages, columns = len(view.live) + 1, 1 + len(view.limited)
    each = int((layout.cells * layout.kinds).sum())
    most = int(layout.cells.max(initial=0))
    return Tables(
        tile=np.empty((int(layout.cells.sum()), columns)),
        joined=np.empty((each * stages, columns)),
        before=np.empty((each, columns)),
        fitting=np.empty((each, columns)),
        led=np.empty((each, columns)),
        moved=np.empty((each, columns)),
        staying=np.empty((each, columns)),
        closed=np.empty((most, columns)),
        free=np.empty((most, columns)),
    )


def work(view: Hops) -> Work:
    """Returns room to work in."""
    tensors, nodes = view.keeps.shape
    kinds, columns = tensors + 1, 1 + len(view.limited)
    ranks, live, axes = len(view.sizes), len(view.live), view.axis_size.shape[1]
    largest = int(view.sizes.max(initial=1))
    factors = 2 * math.isqrt(largest) + 3
    splits, budgets = 2, 2
    for sizes, count in zip(view.axis_size, view.axis_count, strict=True):
        line = [min(int(size), factors) for size in sizes[:count]]
        splits = max(splits, 2 + sum(math.prod(line[: axis + 1]) for axis in range(count)))
        line = sorted(2 * math.isqrt(int(size)) + 3 for size in sizes[:count])
        budgets = max(budgets, math.prod(line[:-1]))
    return Work(
        rest=np.ones((nodes + 1, ranks), np.int64),
        width=np.ones((nodes + 1, ranks), np.int64),
        total=np.zeros(columns),
        pending=np.zeros((kinds, columns)),
        moved=np.zeros((nodes + 1, ranks + 1, columns)),
        outer=np.zeros((kinds, columns)),
        row=np.zeros(columns),
        copies=np.ones(nodes),
        reach=np.ones((nodes + 1, tensors)),
        unshared=np.zeros((nodes + 1, ranks + 1, tensors, columns)),
        alone=np.zeros((nodes + 1, ranks + 1, columns)),
        strays=np.zeros((nodes + 1, ranks, largest + 1), np.int64),
        chains=np.zeros((1024, 2), np.int64),
        block=np.zeros(nodes + 1, np.int64),
        leads=np.zeros((nodes + 1, ranks), np.int64),
        room=np.zeros((8, max(ranks, 4))),
        moves=np.zeros((5, 6)),
        led=np.zeros((kinds, columns)),
        settled=np.zeros(columns),
        chosen=np.zeros(ranks, np.int64),
        left=np.zeros(ranks, np.int64),
        widths=np.zeros(ranks, np.int64),
        places=np.zeros(ranks, np.int64),
        at=np.zeros(live + 1, np.int64),
        many=np.zeros(live + 1, np.int64),
        options=np.zeros((live + 1, factors), np.int64),
        products=np.zeros((live + 1, splits), np.int64),
        splits=np.zeros((live + 1, splits, axes), np.int64),
        rests=np.zeros(splits, np.int64),
        keys=np.zeros(splits, np.int64),
        rows=np.zeros((splits, axes), np.int64),
        steps=np.ones((live + 1, splits)),
        ahead=np.ones(live + 1),
        slow=np.ones(live + 1),
        units=np.ones(live + 1),
        budgets=np.zeros((live + 1, 2 * budgets + 2, axes), np.int64),
        open_budgets=np.zeros(live + 1, np.int64),
    )
