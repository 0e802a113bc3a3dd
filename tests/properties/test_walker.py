"""The oracle itself, against counts derived by hand."""

from __future__ import annotations

import pytest

from octant.arch import Architecture, Compute, Fanout, FanoutAxis, Level, Store
from octant.mapping import Mapping, SpatialBlock
from octant.mapping.text import from_text
from octant.workload import Einsum, Role, convolution, matmul
from tests.properties.strategies import FORMATS
from tests.properties.walker import WalkedCounts, WalkedHop, WalkedTensor, walk

ALL = "inputs, weights, outputs"


def chip(mapping: Mapping, multicast: bool = True, reduction: bool = True) -> Architecture:
    """The architecture that a mapping was written for."""
    nodes: list[Level | Fanout] = []
    for block in mapping.blocks:
        if isinstance(block, SpatialBlock):
            axes = tuple(FanoutAxis(f"axis{index}", 9) for index, _ in enumerate(block.axes))
            roles = tuple(Role) if multicast else ()
            nodes.append(Fanout(block.fanout, axes, roles, reduction))
        else:
            store = Store(block.level, tuple(Role), 8)
            nodes.append(Level(block.level, (store,), tuple(Role) if nodes else ()))
    return Architecture("chip", "chip", tuple(nodes), Compute("mac", FORMATS), 1e6)


def walked(
    einsum: Einsum, *lines: str, multicast: bool = True, reduction: bool = True
) -> WalkedCounts:
    mapping = from_text("\n".join([*lines, "compute"]))
    return walk(einsum, chip(mapping, multicast, reduction), mapping)


def test_sliding_window() -> None:
    """Four outputs of a kernel of three: 3 + 1 + 1 + 1 inputs move, the weights stay."""
    layer = convolution(in_channels=1, out_channels=1, output=(4,), kernel=(3,))
    counts = walked(
        layer, f"level DRAM keeps {ALL}", "for Q in 0:4", f"level RF keeps {ALL}", "for S in 0:3"
    )
    assert counts.tensors == {
        ("DRAM", "inputs"): WalkedTensor(reads=6, occupancy=6),
        ("DRAM", "weights"): WalkedTensor(reads=3, occupancy=3),
        ("DRAM", "outputs"): WalkedTensor(updates=4, occupancy=4),
        ("RF", "inputs"): WalkedTensor(reads=12, fills=6, occupancy=3),
        ("RF", "weights"): WalkedTensor(reads=12, fills=3, occupancy=3),
        # of the three updates of an output the first adds to nothing
        ("RF", "outputs"): WalkedTensor(reads=8, updates=12, occupancy=1),
    }
    assert (counts.cycles, counts.active_instance_steps) == (12, 12)


def test_gaps_of_a_stride_are_part_of_the_box() -> None:
    """Two outputs at stride 3 of a kernel of 1: a box of 4, of which the layer needs 2."""
    layer = convolution(in_channels=1, out_channels=1, output=(2,), kernel=(1,), stride=(3,))
    counts = walked(layer, f"level DRAM keeps {ALL}", f"level RF keeps {ALL}", "for Q in 0:2")
    assert counts.tensors["RF", "inputs"] == WalkedTensor(reads=2, fills=4, occupancy=4)


def test_partial_sums_come_back() -> None:
    """The summed rank outside: both outputs leave and return, except on the first visit."""
    layer = matmul(rows=2, inner=3, columns=1)
    counts = walked(
        layer, f"level DRAM keeps {ALL}", "for C in 0:3", "for P in 0:2", f"level RF keeps {ALL}"
    )
    assert counts.tensors["DRAM", "outputs"] == WalkedTensor(reads=4, updates=6, occupancy=2)
    assert counts.tensors["RF", "outputs"] == WalkedTensor(reads=4, fills=4, updates=6, occupancy=1)


@pytest.mark.parametrize(("multicast", "reads"), [(True, 4), (False, 12)])
def test_multicast(multicast: bool, reads: int) -> None:
    """Three columns side by side: each step one input for all, or one for each."""
    lines = f"level DRAM keeps {ALL}", "for P in 0:2", "for C in 0:2", "fanout array along X"
    layer = matmul(rows=2, inner=2, columns=3)
    counts = walked(layer, *lines, "for K in 0:3 along X", multicast=multicast)
    assert counts.tensors["DRAM", "inputs"].reads == reads
    assert counts.tensors["DRAM", "weights"].reads == 12
    assert counts.hops["DRAM", "compute", "inputs"] == WalkedHop(reads, 12)


@pytest.mark.parametrize(("reduction", "updates", "reads"), [(True, 6, 0), (False, 12, 6)])
def test_reduction(reduction: bool, updates: int, reads: int) -> None:
    """Two summands side by side: they meet in the network, or in the memory."""
    lines = f"level DRAM keeps {ALL}", "for P in 0:2", "for K in 0:3", "fanout array along X"
    layer = matmul(rows=2, inner=2, columns=3)
    counts = walked(layer, *lines, "for C in 0:2 along X", reduction=reduction)
    assert counts.tensors["DRAM", "outputs"] == WalkedTensor(reads, 0, updates, 6)
    assert counts.hops["DRAM", "compute", "outputs"] == WalkedHop(updates, 12)


def test_a_remainder_in_time_is_a_smaller_tile() -> None:
    layer = matmul(rows=5, inner=1, columns=1)
    counts = walked(
        layer, f"level DRAM keeps {ALL}", "for P in 0:2", f"level RF keeps {ALL}", "for P in 0:3"
    )
    assert counts.tensors["RF", "inputs"] == WalkedTensor(reads=5, fills=5, occupancy=3)
    assert counts.tensors["RF", "weights"] == WalkedTensor(reads=5, fills=1, occupancy=1)
    assert (counts.cycles, counts.active_instance_steps) == (5, 5)


def test_a_remainder_in_space_idles_and_keeps_what_it_has() -> None:
    """Rows 0..2, then 3 and 4: the third unit idles at the second step."""
    layer = matmul(rows=5, inner=1, columns=1)
    lines = "for P in 0:2", "fanout array along X", "for P in 0:3 along X"
    counts = walked(layer, f"level DRAM keeps {ALL}", *lines, f"level RF keeps {ALL}")
    assert counts.tensors["RF", "inputs"] == WalkedTensor(reads=5, fills=5, occupancy=1)
    assert counts.tensors["RF", "weights"] == WalkedTensor(reads=5, fills=3, occupancy=1)
    assert counts.hops["DRAM", "RF", "weights"] == WalkedHop(accesses=1, deliveries=3)
    assert (counts.cycles, counts.active_instance_steps) == (2, 5)


def test_a_bypassed_level_passes_on() -> None:
    """Weights bypass the buffer: DRAM serves every multiplication."""
    layer = matmul(rows=2, inner=2, columns=1)
    counts = walked(
        layer,
        f"level DRAM keeps {ALL}",
        "level RF keeps inputs, outputs",
        "for P in 0:2",
        "for C in 0:2",
    )
    assert counts.tensors["DRAM", "weights"] == WalkedTensor(reads=4, occupancy=2)
    assert counts.tensors["DRAM", "inputs"] == WalkedTensor(reads=4, occupancy=4)
    assert ("RF", "weights") not in counts.tensors
