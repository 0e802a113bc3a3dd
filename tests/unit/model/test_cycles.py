"""Cycles are whole, and what floats cannot say exactly makes none more."""

from __future__ import annotations

import numpy as np
import pytest

from octant.model import kernel


@pytest.mark.parametrize(
    ("bits", "a_cycle", "cycles"),
    [(4, 4.0, 1), (5, 4.0, 2), (0, 4.0, 0), (268_566_528, 19.2, 13_987_840), (1, 3.0, 1)],
)
def test_ports_take_whole_cycles(bits: int, a_cycle: float, cycles: int) -> None:
    """At 19.2 bits a cycle, which is no float, the quotient is a part of a cycle too much."""
    counts = np.array([[[bits, 0, 0, 0, 0, 0], [0] * 6]])
    ports = np.array([[a_cycle, np.inf, np.inf]])
    found = kernel.store_cycles(counts, np.ones((1, 1)), np.zeros((1, 1), int), ports, np.ones(1))
    assert found.tolist() == [[cycles, 0.0, 0.0]]
    assert not np.signbit(found).any()
