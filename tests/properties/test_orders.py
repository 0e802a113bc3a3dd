"""The ski slope's orders in parts: none of all orders moves less than the best of the parts."""

from __future__ import annotations

import math
from functools import cache

from hypothesis import event, given, settings
from hypothesis import strategies as st

from octant.arch import Dataflow
from octant.eyexam.orders import parts_of
from octant.eyexam.relaxing import FREE
from octant.eyexam.slope import _question, capacities
from octant.mapper import Objective, search
from octant.workload import Einsum, Role
from tests.properties.strategies import layers

BITS = dict.fromkeys(Role, 8) | {Role.OUTPUT: 16}


@cache
def least(
    einsum: Einsum, dataflow: Dataflow, capacity_bits: int, parts: tuple[Dataflow, ...] = ()
) -> float:
    chip = _question(einsum, BITS, capacity_bits).architecture
    return search(einsum, chip, objective=Objective.ENERGY, dataflow=dataflow, parts=parts).value


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(layers(points=3000), st.floats(0.0, 1.0))
def test_the_best_of_the_parts_is_the_best_of_all_orders(einsum: Einsum, share: float) -> None:
    sizes = capacities((einsum,), BITS)
    capacity = round(sizes[0] * (sizes[-1] / sizes[0]) ** share)
    parts = parts_of(einsum, "outside", "buffer")
    event(f"{len(parts)} parts")
    if parts:
        best = min(least(einsum, part, capacity) for part in parts)
        whole = least(einsum, FREE, capacity)
        assert math.isclose(best, whole, rel_tol=1e-12)
        assert math.isclose(least(einsum, FREE, capacity, parts), whole, rel_tol=1e-12)
