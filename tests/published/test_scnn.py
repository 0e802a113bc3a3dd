"""SCNN: what its paper says of where time goes, as far as densities by layer are at hand.

Its speedup over a dense design (2.7 on average) is of pruned networks; two of them run here with
the densities that their pruning was published with.
"""

from __future__ import annotations

from functools import cache

import pytest

import octant
from octant.mapper import Status
from octant.mapping.validity import check
from octant.scorecard import LayerResult
from octant.workload import Layer, Workload, convolution
from tests.published.scnn_networks import (
    CHIP,
    ENERGY,
    NETWORKS,
    SPEEDUP,
    evaluated,
    layers,
    recorded,
)
from tests.published.scnn_page import means
from tests.published.scnn_page import speedup as speedup_of


@cache
def layer(side: int, channels: int, density: float) -> LayerResult:
    """A 3 x 3 convolution of so many channels, as many out, on the built-in chip."""
    work = convolution(
        in_channels=channels, out_channels=channels, output=(side, side), kernel=(3, 3)
    )
    network = Workload("one", (Layer("conv", "Conv", work, ("x",), ("y",)),))
    densities = {} if density == 1 else {"weight": density, "input": density}
    card = octant.evaluate(network, "scnn", densities=densities, time_limit_s=10)
    return card.layers[0]


def speedup(side: int, channels: int, density: float) -> float:
    """Over as many multipliers that are all busy with all products."""
    cycles = layer(side, channels, density).cycles
    assert cycles is not None
    return side**2 * channels**2 * 9 / 1024 / cycles


def test_there_are_1024_multipliers() -> None:
    """64 PEs of 16, ISCA 2017."""
    assert octant.load_architecture("scnn").compute_units == 64 * 16


def test_thin_layers_are_faster_and_dense_ones_are_not() -> None:
    assert speedup(56, 64, 1.0) <= 1
    assert speedup(56, 64, 0.4) > 2
    assert speedup(56, 64, 0.1) > 8


def test_small_tiles_do_not_fill_the_multipliers() -> None:
    """Fragmentation: a tile of 2 x 2 inputs seldom has four nonzeros, one of 7 x 7 has more."""
    runs = [layer(side, 64, 0.4).run for side in (16, 56)]
    small, large = (run.zeros.filling for run in runs if run and run.zeros)
    assert small > 2 > large > 1
    assert speedup(56, 64, 0.4) > 1.2 * speedup(16, 64, 0.4)


def test_zeros_save_products_and_coding_costs_dense_data() -> None:
    thin, dense = layer(56, 64, 0.4), layer(56, 64, 1.0)
    assert thin.run is not None and thin.run.effectual is not None
    products = [part.count for part in thin.energy if part.action == "MAC"]
    assert products[0] == pytest.approx(56**2 * 64**2 * 9 * 0.16, rel=0.001)
    assert dense.run is not None and dense.run.zeros is not None
    assert all(use.bits == pytest.approx(1.25 * use.plain_bits) for use in dense.run.zeros.formats)


def test_recorded_mappings_are_valid_and_proven() -> None:
    assert {*recorded()} == {(name, one) for name in NETWORKS for one in layers(name)}
    for (name, one), record in recorded().items():
        check(layers(name)[one], CHIP, record.mapping)
        assert record.status is Status.OPTIMAL


def test_pruned_networks_against_the_published_averages() -> None:
    """2.7 times as fast and 2.3 times less energy, of three networks over another dense design.

    Here of two of them, over the same chip on dense data: 3.8 % less and 3.4 % less.
    """
    faster, less = means()
    assert -0.039 <= faster / SPEEDUP - 1 <= 0
    assert -0.034 <= less / ENERGY - 1 <= 0
    assert speedup_of("alexnet") < SPEEDUP < speedup_of("vgg16")


def test_pruned_layers_are_never_slower() -> None:
    for name in NETWORKS:
        for one in layers(name):
            thin, dense = (evaluated(name, one, sparse=sparse) for sparse in (True, False))
            assert thin.cycles <= dense.cycles, one
