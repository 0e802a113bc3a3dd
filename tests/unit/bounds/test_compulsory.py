from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from octant.bounds.compulsory import different_sums

TERMS = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 7)), max_size=4)


@given(TERMS)
def test_as_many_sums_differ_as_are_listed(terms: list[tuple[int, int]]) -> None:
    multiples = [[coefficient * step for step in range(steps)] for coefficient, steps in terms]
    assert different_sums(terms) == len({sum(each) for each in itertools.product(*multiples)})


def test_a_window_over_a_thousand_million_places_is_counted_at_once() -> None:
    assert different_sums([(1, 11), (4, 10**9)]) == 4 * (10**9 - 1) + 11
