"""Unions of copies of a tile: the closed form of what they hold at least, and the sets."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from octant.mapper.kernel.sliding import least_union
from octant.mapper.rows import COPIES, LOOSE, ROWS

ROW = COPIES + 1


@st.composite
def unions(draw: st.DrawFn) -> tuple[int, list[tuple[int, int, int]]]:
    """Elements of a tile, and ranks: copies, how far they are apart at least, and how far they are.

    As tiles are: what a rank moves by is no more than the tile's share of it and the scale.
    """
    ranks, elements = [], 1
    for _ in range(draw(st.integers(1, 3))):
        scale, width = draw(st.integers(1, 4)), draw(st.integers(1, 3))
        elements += scale * (width - 1)
        further = draw(st.sampled_from([1, 1, 2, 3]))
        ranks.append((draw(st.integers(1, 4)), scale * width, scale * width * further))
    return draw(st.integers(1, elements)), ranks


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(unions())
def test_no_union_has_fewer_elements(drawn: tuple[int, list[tuple[int, int, int]]]) -> None:
    elements, ranks = drawn
    assert closed_form(elements, ranks) <= len(union(elements, ranks))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.integers(1, 6), st.integers(1, 5), st.integers(1, 6))
def test_copies_along_one_rank_are_counted_exactly(elements: int, many: int, apart: int) -> None:
    ranks = [(many, apart, apart)]
    assert closed_form(elements, ranks) == len(union(elements, ranks))


def test_copies_with_gaps_may_meet() -> None:
    """Two ranks that move by three bring a tile of two elements to the same place twice."""
    ranks = [(2, 3, 3), (2, 3, 3)]
    assert closed_form(2, ranks) == len(union(2, ranks)) == 6


def closed_form(elements: int, ranks: list[tuple[int, int, int]]) -> float:
    """``least_union`` as the search calls it, for one window along one axis."""
    live = np.arange(len(ranks))
    tiles = np.zeros((ROWS, len(ranks)))
    for rank, (many, apart, really) in enumerate(ranks):
        tiles[ROW, rank], tiles[ROW + LOOSE, rank] = many, really > apart
    hops = SimpleNamespace(
        live=live, window=np.zeros((1, len(ranks)), int), coefficients=np.ones((1, len(ranks)))
    )
    work = SimpleNamespace(tiles=tiles, width=np.array([[apart for _, apart, _ in ranks]]))
    return float(least_union.py_func(0, 0, 0, float(elements), ROW, hops, work))


def union(elements: int, ranks: list[tuple[int, int, int]]) -> set[int]:
    """The places of all copies."""
    places = set()
    for steps in product(*(range(many) for many, _, _ in ranks)):
        at = sum(step * really for step, (_, _, really) in zip(steps, ranks, strict=True))
        places |= set(range(at, at + elements))
    return places
