"""What tensors can share of the instances that are not known: a closed form and its slow twin."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from octant.mapper.kernel.sharing import least_together

Tensors = list[tuple[float, float]]


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 1.0, 3.0, 1e-3, 1e5, 2.5e6]), st.floats(1, 60)),
        min_size=1,
        max_size=3,
    ),
    st.integers(1, 300),
)
def test_the_closed_form_is_the_least_of_all_shares(tensors: Tensors, units: int) -> None:
    costs, caps = np.array([cost for cost, _ in tensors]), np.array([cap for _, cap in tensors])
    found = together(costs, caps, units)
    if np.prod(caps[costs > 0]) <= units:
        assert found == 0.0  # nothing is lost to the others
        return
    least = slowly(costs, caps, units)
    assert found <= least * (1 + 1e-12)
    assert found >= least * (1 - 2e-2)


def together(costs: np.ndarray, caps: np.ndarray, units: float) -> float:
    """The closed form, as the search calls it."""
    room = SimpleNamespace(
        unshared=costs[None, None, :, None], caps=caps[None, None], reach=caps[None]
    )
    return float(least_together.py_func(0, 0, 0, float(units), room))


def slowly(costs: np.ndarray, caps: np.ndarray, units: float) -> float:
    """The least over many shares; the last tensor that costs takes all that the others leave."""
    some = costs > 0
    costs, caps = costs[some], caps[some]
    shares = np.ones((0, 1))
    for cap in caps[:-1]:
        line = np.geomspace(1, cap, 400)
        shares = np.vstack([np.repeat(shares, len(line), 1), np.tile(line, shares.shape[1])])
    left = units / shares.prod(axis=0)
    shares = np.vstack([shares, np.minimum(left, caps[-1])])[:, left >= 1]
    return float((costs[:, None] / shares).sum(axis=0).min())
