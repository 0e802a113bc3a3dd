"""Eyeriss v2, dense, against its paper: Chen, Yang, Emer, Sze, JETCAS 9(2), 2019.

The limits are recorded residuals, not targets: a residual that grows beyond its limit fails.
"""

from __future__ import annotations

from functools import cache

import pytest

import octant
from octant.files import builtin_architecture
from octant.mapper import Status
from octant.scorecard.cost import cost
from octant.scorecard.records import Figure


@cache
def _mapped() -> tuple[octant.LayerMapping, ...]:
    return octant.map_network("alexnet", "eyeriss2")


def test_mappings_are_proven() -> None:
    assert all(layer.result.status is Status.OPTIMAL for layer in _mapped())


def test_convolutions_fill_the_array_and_fc_layers_wait_for_weights() -> None:
    """A cluster gets 6 weights a cycle for its 24 multipliers: a quarter, without a batch.

    The mapping of the least energy x latency leaves a tenth of the array idle in CONV1.
    """
    for layer in _mapped():
        evaluated = layer.result.evaluation
        assert evaluated is not None
        if layer.layer.startswith("CONV"):
            assert evaluated.utilization > (0.9 if layer.layer == "CONV1" else 0.98)
            assert evaluated.limited_by == "mac loop nest"
        else:
            assert evaluated.limited_by == "weight_routers read"
            assert evaluated.utilization == pytest.approx(0.25, rel=1e-4)


def test_off_chip_traffic_of_the_convolutions() -> None:
    """Section V-B: 7.1 MB for CONV1 to CONV5 without sparsity; the model moves 49 % less.

    Here nearly every value crosses once, in 8 b. In the chip's format of 12 b a value that would be
    5.2 MB; what the rest is, the paper does not say.
    """
    moved = sum(
        entry.bits_moved / 8
        for layer in _mapped()
        if layer.layer.startswith("CONV") and layer.result.evaluation is not None
        for entry in layer.result.evaluation.energy
        if entry.component == "DRAM"
    )
    assert -0.491 <= moved / 7.1e6 - 1 <= 0


def test_on_chip_storage_leaves_out_the_routers() -> None:
    """246 KiB of SRAM (Table IV), and the registers of inputs and sums in each PE."""
    chip = builtin_architecture("eyeriss2")
    registers = 192 * sum(store.capacity_bits or 0 for store in chip.levels[3].stores[1:])
    figure = cost(chip)["storage"]
    assert isinstance(figure, Figure)
    assert figure.value == 246 * 8192 + registers
