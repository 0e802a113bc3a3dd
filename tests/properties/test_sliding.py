"""What a window brings at least: the closed forms, and the places one by one."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from octant.bounds.compulsory import different_sums
from octant.mapper.kernel.hops import moved_always, shared_along
from octant.mapper.kernel.sliding import least_union, sums_of_two
from octant.mapper.rows import OVER_TIME, ROWS
from tests.properties.kernels import plain

CHILD, NODE, FANOUT = 2, 1, 0


class Rank(NamedTuple):
    """A rank that moves a window.

    Args:
        many: its tiles over time; scale: elements that a step of one moves the window by.
        width: of the tile; spread: instances between the tile and its loop.
        further: how much further than that a step is.
    """

    many: int
    scale: int
    width: int
    spread: int = 1
    further: int = 1

    @property
    def step(self) -> int:
        """The elements between two tiles."""
        return self.scale * self.width * self.spread * self.further


ranks = st.builds(
    Rank,
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from([1, 1, 2, 5]),
    st.sampled_from([1, 1, 2, 3]),
)


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(st.lists(ranks, min_size=1, max_size=3))
def test_no_union_has_fewer_elements(moved: list[Rank]) -> None:
    assert closed_form(moved) <= len(union(moved))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.tuples(st.integers(1, 6), st.integers(1, 5), st.integers(1, 6)))
def test_copies_along_one_rank_are_counted_exactly(drawn: tuple[int, int, int]) -> None:
    rank = Rank(*drawn)
    assert closed_form([rank]) == len(union([rank]))


def test_copies_with_gaps_may_meet() -> None:
    """Two ranks that move by three bring a tile of one element to the same place twice."""
    moved = [Rank(2, 3, 1), Rank(2, 3, 1)]
    assert closed_form(moved) == len(union(moved)) == 3


def test_copies_further_apart_than_all_others_reach_are_apart() -> None:
    """Three taps over four positions reach over six; the next positions are eight further on."""
    moved = [Rank(3, 1, 1), Rank(3, 1, 4, spread=2)]
    assert closed_form(moved) == len(union(moved)) == 18


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(*(st.integers(1, 6) for _ in range(4)))
def test_sums_of_two_rows_are_counted_exactly(
    many: int, step: int, others: int, beside: int
) -> None:
    sums = {i * step + j * beside for i, j in product(range(many), range(others))}
    assert plain(sums_of_two)(many, step, others, beside) == len(sums)
    assert different_sums([(step, many), (beside, others)]) == len(sums)


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(st.lists(ranks, min_size=1, max_size=3))
def test_nothing_moves_a_window_less(moved: list[Rank]) -> None:
    """Of all pairs of places at which the first rank differs."""
    places = list(product(*(range(rank.many) for rank in moved)))
    steps = [rank.scale * rank.width for rank in moved]
    least = min(
        (
            abs(sum((to - at) * step for at, to, step in zip(one, other, steps, strict=True)))
            for one, other in product(places, places)
            if one[0] != other[0]
        ),
        default=None,
    )
    hops, _ = rooms(moved)
    many, width = [rank.many for rank in moved], [rank.width for rank in moved]
    found = plain(moved_always)(0, 0, many, width, hops)
    assert least is None or found <= least
    if least is not None and len(moved) == 1:
        assert found == least


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(*(st.integers(1, 4) for _ in range(4))), min_size=1, max_size=3))
def test_no_more_is_shared(drawn: list[tuple[int, int, int, int]]) -> None:
    """Of each rank so many places so far apart are known, and more of these further out."""
    hops, _ = rooms([Rank(many, step, 1) for many, _, step, _ in drawn])
    near = [[place * step for place in range(many)] for many, _, step, _ in drawn]
    far = [
        [group * many * step * further for group in range(more)]
        for many, more, step, further in drawn
    ]
    known = len(list(product(*near))) / len({sum(at) for at in product(*near)})
    spread = len(list(product(*near, *far))) / len({sum(at) for at in product(*near, *far)})
    many, more = [float(each[0]) for each in drawn], [float(each[1]) for each in drawn]
    assert spread / known <= plain(shared_along)(0, 0, many, more, hops) * (1 + 1e-9)


def closed_form(moved: list[Rank]) -> float:
    """``least_union`` as the search calls it, for one window along one axis."""
    hops, work = rooms(moved)
    factors = np.ones((CHILD + 1, len(moved)), int)
    factors[FANOUT] = [rank.further for rank in moved]
    return float(plain(least_union)(0, 0, CHILD, 0, factors, hops, work))


def rooms(moved: list[Rank]) -> tuple[SimpleNamespace, SimpleNamespace]:
    """The search's arrays: a fanout, a block with loops, another fanout, and the child."""
    many = len(moved)
    tiles = np.zeros((ROWS, many))
    tiles[OVER_TIME] = [rank.many for rank in moved]
    width = np.array([[rank.width for rank in moved]] * (CHILD + 1))
    width[NODE] *= [rank.spread for rank in moved]
    hops = SimpleNamespace(
        live=np.arange(many),
        window=np.zeros((1, many), int),
        coefficients=np.array([[rank.scale for rank in moved]]),
        sizes=np.full(many, 1000),
        keeps=np.ones((1, CHILD + 1), int),
        temporal=np.array([0, 1, 1]),
    )
    work = SimpleNamespace(tiles=tiles, width=width, block=np.array([-1, -1, NODE - 1]))
    return hops, work


def union(moved: list[Rank]) -> set[int]:
    """The places of all tiles."""
    elements = 1 + sum(rank.scale * (rank.width - 1) for rank in moved)
    places = set()
    for steps in product(*(range(rank.many) for rank in moved)):
        at = sum(step * rank.step for step, rank in zip(steps, moved, strict=True))
        places |= set(range(at, at + elements))
    return places
