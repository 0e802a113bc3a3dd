"""What a lap over a window's tiles must bring again: the share in closed form, and the sets."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from octant.mapper.kernel.completion import new_share


class Rank(NamedTuple):
    """A rank that moves the window: its size, the inner tile's width, the level's steps over it."""

    size: int
    coefficient: int
    width: int
    steps: int
    lap: int

    @property
    def left(self) -> int:
        """What is left outside the level's tile: the laps."""
        return -(-self.size // (self.width * self.steps))

    def tiles(self) -> list[range]:
        """The places of a lap's tiles, without those that the end cuts off."""
        first = self.lap * self.width * self.steps
        starts = range(first, min(first + self.width * self.steps, self.size), self.width)
        return [range(start, min(start + self.width, self.size)) for start in starts]


@st.composite
def ranks(draw: st.DrawFn) -> Rank:
    width, steps = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    size = draw(st.integers(1, 14))
    if draw(st.booleans()):
        size = width * steps * draw(st.integers(1, 3))
    found = Rank(size, draw(st.integers(1, 4)), width, steps, 0)
    return found._replace(lap=draw(st.integers(0, found.left - 1)))


@settings(max_examples=1500, deadline=None, derandomize=True, database=None)
@given(ranks(), ranks())
@example(Rank(10, 3, 1, 2, 0), Rank(10, 3, 9, 1, 0))
def test_no_lap_brings_less(one: Rank, other: Rank) -> None:
    """Where tiles are wider than what is left says, and a cut tile is the last one, too."""
    inside = [
        {one.coefficient * p + other.coefficient * r for p in at for r in along}
        for at, along in product(one.tiles(), other.tiles())
    ]
    assume(len(inside) > 1)
    steps = zip([inside[-1], *inside], inside, strict=False)
    new = sum(len(tile - before) for before, tile in steps)
    assert new / len(set().union(*inside)) >= closed_form(one, other) * (1 - 1e-12)


def closed_form(*ranks: Rank) -> float:
    """``new_share`` as the search calls it, for one window that all ranks move."""
    exact = all(rank.width * rank.steps * rank.left == rank.size for rank in ranks)
    live = [number for number, rank in enumerate(ranks) if rank.size > 1]
    hops = SimpleNamespace(
        live=live, exact=int(exact), sizes=np.array([rank.size for rank in ranks]),
        window=np.zeros((1, len(ranks)), int),
        coefficients=np.array([[rank.coefficient for rank in ranks]]),
    )  # fmt: skip
    return float(new_share.py_func(0, np.array([rank.left for rank in ranks]), hops))
