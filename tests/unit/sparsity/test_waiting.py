"""How long instances wait for one another, at the ends of what zeros leave."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from octant.arch import Fanout, FanoutAxis, SpatialSkipping
from octant.mapper import Objective, search
from octant.model import evaluate_sparse
from octant.sparsity import mask_of
from octant.workload import Einsum, NumberFormat, NumberKind, Role, Tensor, Term
from tests.unit.mapper.chips import FREE, chip, picojoules


def test_nobody_waits_where_no_product_takes_time() -> None:
    """The only nonzero lies between the strides, where no product meets it."""
    number = NumberFormat(NumberKind.INT, 8)
    mask = mask_of(np.array([0, 0, 1, 0, 0, 0, 0], bool))
    inputs = Tensor("inputs", Role.INPUT, ((Term("A", 3),),), number)
    weights = Tensor("weights", Role.WEIGHT, ((Term("A"),),), number)
    plain = Einsum(
        (("A", 3),), (inputs, weights, Tensor("outputs", Role.OUTPUT, weights.axes, number))
    )
    thin = (
        replace(inputs, density=1 / 7, pattern=mask),
        replace(weights, density=1 / 3),
        plain.tensors[2],
    )
    axes = FanoutAxis("X", 2), FanoutAxis("X", 2, skipping=SpatialSkipping(Role.INPUT, 2))
    fanouts = (
        Fanout(f"array{axis.skipping is not None:d}", (axis,), transfer_energy=picojoules(1))
        for axis in axes
    )
    on = chip(*fanouts)
    dense = search(plain, on, objective=Objective.LATENCY, dataflow=FREE).evaluation
    assert dense is not None and dense.cycles == 1
    assert evaluate_sparse(dense, replace(plain, tensors=thin), on).cycles == 0
