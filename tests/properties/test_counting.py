"""The closed-form counts equal what the walker counts, on hundreds of small nests."""

from __future__ import annotations

from hypothesis import given, settings

from octant.counting import count
from octant.mapping.validity import check
from tests.properties.strategies import Case, cases
from tests.properties.walker import COMPUTE, WalkedHop, WalkedTensor, walk


@settings(max_examples=600, deadline=None, derandomize=True, database=None)
@given(cases())
def test_counts_equal_the_walk(case: Case) -> None:
    check(case.einsum, case.architecture, case.mapping)
    walked = walk(case.einsum, case.architecture, case.mapping)
    counted = count(case.einsum, case.architecture, case.mapping)
    tensors = {
        (one.level, one.tensor): WalkedTensor(one.reads, one.fills, one.updates, one.occupancy)
        for one in counted.tensors
    }
    compute = case.architecture.compute.name
    hops = {
        (hop.parent, COMPUTE if hop.child == compute else hop.child, hop.tensor): WalkedHop(
            hop.accesses, hop.deliveries
        )
        for hop in counted.hops
    }
    assert tensors == walked.tensors
    assert hops == walked.hops
    assert counted.steps == walked.cycles
    assert counted.macs == walked.active_instance_steps == case.einsum.macs
