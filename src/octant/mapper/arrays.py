"""What the compiled search reads and writes, made once for a layer and a choice of kept tensors."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from octant.counting.problem import Problem
from octant.mapper.rows import PLACES, ROWS
from octant.mapper.space import Integers, Space
from octant.model.prices import Costs

Floats = NDArray[np.float64]
STRAYS = 8191
"""Answers of ``kernel.laps.worst_stray`` that are kept, each in a place of its own: a prime."""


class Hops(NamedTuple):
    """What bounds read of a layer on an architecture, with a choice of kept tensors.

    Attributes:
        sizes: (ranks); live: the ranks of more than one step, the shortest first.
        axes, coefficients, temporal, is_output, shared: of ``Problem``.
        keeps: (tensors, nodes); parent: (tensors, nodes + 1) the level that a node's tile of a
            tensor comes from, -1 where it has none.
        window: (tensors, ranks) the number of the tensor's window that a rank moves, else -1;
            windows: (tensors) how many; plain: (tensors) the product of all other axes.
        touched: (tensors) different elements.
        weights: (tensors, nodes + 1, 4) joules of an element served, delivered, given, read.
        limit: (tensors, nodes) the most instances of a fanout that may share a tensor; shares:
            (tensors, ranks) 1 where the instances that a rank is spread over may share it.
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
    shares: Integers
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
    products: Integers
    product_count: Integers


class Leaf(NamedTuple):
    """What the exact price of a nest reads."""

    layer: Problem
    costs: Costs
    keeps: Integers
    prescribed: Integers
    sliding: Integers
    touched: Integers


class Work(NamedTuple):
    """Room for the compiled search to work in; nothing in it outlives a call.

    Attributes:
        counts: of a nest, to price a hop.
        rest, width: (nodes + 1, ranks) what is left of a rank outside a node, and its extent.
        open_units, open_limit, open_most: ``units``, ``limit`` and ``most`` of ``Hops`` for nodes
            that are not known, less what is chosen of a fanout already.
        total, pending, moved and row have joules, and the cycles of each limited port, in columns.
        settled, unsettled, settled_even, settled_sure: total, pending, evenly and sure of a node's
            surroundings, kept while what it takes is listed.
        noted: (nodes + 1, tensors, places) ``hop`` of each; mixing: (nodes + 1, tensors, ranks, 2)
            its joules under a lead that moves it, and how many more these are than where it strays.
        led, moving, moved_on: (ranks) joules of a block's hops under a lead: of all; of those that
            it moves, before and after it has its factor. leading, ended: of ``write_leading``.
        open_of: (hops, 2) the tensor and the child of a hop that a block's innermost loop is
            outside of; the other ``open_``: what is noted of it, and by how many ranks are chosen
            its tiles. stayed: (hops) joules where it stays.
        spread_at, spread_many, spread_cell, spread_cells: of ``kernel.spreading``.
        at_place, inward: a loop of ``kernel.outermost``, by its place from the innermost;
            everything: (tensors) the elements of all tiles there.
        tiles, hop and moves: of ``rows``; total to leads: of ``kernel.relaxed`` and
        ``kernel.sharing``; strays and chains: of ``kernel.laps``; the others: of
        ``kernel.descent``.
    """

    counts: Integers
    rest: Integers
    width: Integers
    total: Floats
    pending: Floats
    moved: Floats
    outer: Floats
    row: Floats
    copies: Floats
    spread: Floats
    reach: Floats
    caps: Floats
    unshared: Floats
    alone: Floats
    strays: Integers
    chains: Integers
    block: Integers
    leads: Integers
    tiles: Floats
    hop: Floats
    moves: Floats
    sure: Floats
    evenly: Floats
    settled: Floats
    unsettled: Floats
    settled_even: Floats
    settled_sure: Floats
    noted: Floats
    mixing: Floats
    led: Floats
    moving: Floats
    moved_on: Floats
    leading: Floats
    ended: Floats
    stayed: Floats
    open_of: Integers
    open_hops: Floats
    open_tiles: Integers
    open_gains: Floats
    open_rest: Floats
    open_times: Floats
    open_strays: Floats
    spread_at: Integers
    spread_many: Integers
    spread_cell: Integers
    spread_cells: Integers
    chosen: Integers
    left: Integers
    widths: Integers
    places: Integers
    at_place: Integers
    inward: Integers
    everything: Floats
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
    open_units: Floats
    open_limit: Floats
    open_most: Integers
    budgets: Integers
    open_budgets: Integers


def hops(layer: Problem, costs: Costs, space: Space, keeps: Integers) -> Hops:
    """Returns what the bounds read, the weights to be filled by ``kernel.fill_tables``."""
    live = np.nonzero(layer.sizes > 1)[0]
    live = live[np.argsort(layer.sizes[live], kind="stable")]
    window, windows, plain = _windows(layer, live)
    shares = _shares(layer, window, live)
    most = _most(space)
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
        weights=np.zeros((keeps.shape[0], keeps.shape[1] + 1, 4)),
        limit=_limits(layer, space, shares),
        shares=shares,
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
        products=space.products,
        product_count=space.product_count,
    )


def _most(space: Space) -> Integers:
    most = np.ones(space.allowed.shape, np.int64)
    for node, count in enumerate(space.axis_count):
        sizes = space.axis_size[node, :count, None]
        most[node] = np.where(space.axis_allowed[node, :count] == 1, sizes, 1).prod(axis=0)
    return most


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


def _shares(layer: Problem, window: Integers, live: Integers) -> Integers:
    shares = np.zeros(layer.axes.shape, np.int64)
    for x, axes in enumerate(layer.axes):
        for rank in live:
            shares[x, rank] = axes[rank] < 0 or _overlap(window[x], rank)
    return shares


def _limits(layer: Problem, space: Space, shares: Integers) -> Floats:
    limit = np.ones(layer.shared.shape)
    for x, may in enumerate(shares == 1):
        for node, count in enumerate(space.axis_count):
            for axis in range(count):
                if space.axis_allowed[node, axis, may].any():
                    limit[x, node] *= space.axis_size[node, axis]
    return limit


def work(view: Hops) -> Work:
    """Returns room to work in."""
    tensors, nodes = view.keeps.shape
    kinds, columns = tensors + 1, 1 + len(view.limited)
    ranks, live = len(view.sizes), len(view.live)
    factors = 2 * math.isqrt(int(view.sizes.max(initial=1))) + 3
    return Work(
        counts=np.zeros((tensors, nodes + 1, 6), np.int64),
        rest=np.ones((nodes + 1, ranks), np.int64),
        width=np.ones((nodes + 1, ranks), np.int64),
        total=np.zeros(columns),
        pending=np.zeros((kinds, columns)),
        moved=np.zeros((nodes + 1, ranks + 1, columns)),
        outer=np.zeros((kinds, columns)),
        row=np.zeros(columns),
        copies=np.ones(nodes),
        spread=np.ones(ranks + 1),
        reach=np.ones((nodes + 1, tensors)),
        caps=np.ones((nodes + 1, ranks + 1, tensors)),
        unshared=np.zeros((nodes + 1, ranks + 1, tensors, columns)),
        alone=np.zeros((nodes + 1, ranks + 1, columns)),
        strays=np.full((STRAYS, 4), -1, np.int64),
        chains=np.zeros((1024, 2), np.int64),
        block=np.zeros(nodes + 1, np.int64),
        leads=np.zeros((nodes + 1, ranks), np.int64),
        tiles=np.zeros((ROWS, ranks)),
        hop=np.zeros(PLACES),
        moves=np.zeros((5, 6)),
        sure=np.ones(kinds),
        evenly=np.ones(ranks),
        settled=np.zeros(columns),
        unsettled=np.zeros((kinds, columns)),
        settled_even=np.ones(ranks),
        settled_sure=np.ones(kinds),
        **_room_for_leads(view, columns),
        chosen=np.zeros(ranks, np.int64),
        left=np.zeros(ranks, np.int64),
        widths=np.zeros(ranks, np.int64),
        places=np.zeros(ranks, np.int64),
        at_place=np.zeros(live + 1, np.int64),
        inward=np.zeros(live + 1, np.int64),
        everything=np.zeros(tensors),
        at=np.zeros(live + 1, np.int64),
        many=np.zeros(live + 1, np.int64),
        options=np.zeros((live + 1, factors), np.int64),
        open_units=np.ones(nodes),
        open_limit=np.ones((tensors, nodes)),
        open_most=np.ones((nodes, ranks), np.int64),
        **_room_for_spreads(view, factors),
    )


def _room_for_leads(view: Hops, columns: int) -> dict[str, Any]:
    """Room for what tensors cost under the leads of a block whose factors are chosen."""
    (tensors, nodes), ranks, live = view.keeps.shape, len(view.sizes), len(view.live)
    many = tensors * nodes
    return {
        "noted": np.zeros((nodes + 1, tensors, PLACES)),
        "mixing": np.zeros((nodes + 1, tensors, ranks, 2)),
        "led": np.zeros(ranks),
        "moving": np.zeros(ranks),
        "moved_on": np.zeros(ranks),
        "leading": np.zeros((tensors + 1, columns)),
        "ended": np.zeros((tensors + 1, columns)),
        "stayed": np.zeros(many),
        "open_of": np.zeros((many, 2), np.int64),
        "open_hops": np.zeros((many, PLACES)),
        "open_tiles": np.ones((many, 3, ranks), np.int64),
        "open_gains": np.zeros((many, ranks)),
        "open_rest": np.ones((live + 1, many, 2)),
        "open_times": np.ones((live + 1, many, 2)),
        "open_strays": np.ones((live + 1, many)),
    }


def _room_for_spreads(view: Hops, factors: int) -> dict[str, Any]:
    """Room to list how ranks, of at most so many factors each, spread over the axes of a fanout."""
    live, axes = len(view.live), view.axis_size.shape[1]
    splits, budgets = _most_splits(view, factors)
    splits = max(splits, view.products.shape[2])
    return {
        "spread_at": np.zeros(live + 1, np.int64),
        "spread_many": np.zeros(live + 1, np.int64),
        "spread_cell": np.zeros(live + 1, np.int64),
        "spread_cells": np.zeros((live + 1, splits), np.int64),
        "products": np.zeros((live + 1, splits), np.int64),
        "splits": np.zeros((live + 1, splits, axes), np.int64),
        "rests": np.zeros(splits, np.int64),
        "keys": np.zeros(splits, np.int64),
        "rows": np.zeros((splits, axes), np.int64),
        "steps": np.ones((live + 1, splits)),
        "ahead": np.ones(live + 1),
        "slow": np.ones(live + 1),
        "units": np.ones(live + 1),
        "budgets": np.zeros((live + 1, 2 * budgets + 2, axes), np.int64),
        "open_budgets": np.zeros(live + 1, np.int64),
    }


def _most_splits(view: Hops, factors: int) -> tuple[int, int]:
    """The most splits of a rank over a fanout's axes, and ways to fill them that no other beats."""
    splits, budgets = 2, 2
    for sizes, count in zip(view.axis_size, view.axis_count, strict=True):
        line = [min(int(size), factors) for size in sizes[:count]]
        splits = max(splits, 2 + sum(math.prod(line[: axis + 1]) for axis in range(count)))
        line = sorted(2 * math.isqrt(int(size)) + 3 for size in sizes[:count])
        budgets = max(budgets, math.prod(line[:-1]))
    return splits, budgets
