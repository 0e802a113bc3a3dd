"""What the benchmarks search, and how they say whether a bar is met."""

from __future__ import annotations

import pytest

from benchmarks import bars
from benchmarks.growth import LEVELS, hierarchy, layer
from benchmarks.searches import NETWORKS, architecture, layers
from octant.arch import Fanout
from octant.mapper import dataflow_named
from octant.mapper.space import keep_choices


def test_the_free_architecture_is_the_one_of_the_bar() -> None:
    free = architecture("free.yaml")
    dram, buffer, registers = (level.stores[0] for level in free.levels)
    [array] = free.fanouts
    assert (free.compute_units, [axis.size for axis in array.axes]) == (168, [12, 14])
    assert (registers.usable_bits, buffer.usable_bits) == (256 * 16, 55_296 * 16)
    work = layer(16)
    choices = list(keep_choices(work, free, dataflow_named(free, None)))
    assert len(choices) == 64
    assert [
        round((level.read_energy.energy_j if level.read_energy else 0) * 1e12)
        for level in (dram, buffer, registers)
    ] == [200, 6, 1]


def test_clusters_have_four_levels_and_two_fanouts() -> None:
    clusters = architecture("clusters.yaml")
    assert (len(clusters.levels), len(clusters.fanouts), clusters.compute_units) == (4, 2, 192)


@pytest.mark.parametrize("levels", LEVELS)
def test_a_hierarchy_has_its_levels_above_the_same_array(levels: int) -> None:
    chip = hierarchy(levels)
    assert len(chip.levels) == levels
    assert len([node for node in chip.nodes if isinstance(node, Fanout)]) == 2
    assert chip.compute_units == 192


def test_quick_takes_fewer_layers_of_every_network() -> None:
    for network in NETWORKS:
        some, every = layers(network, quick=True), layers(network, quick=False)
        assert 0 < len(some) < len(every)
        assert set(some) <= set(every)


def test_a_bar_is_met_missed_or_not_known() -> None:
    assert str(bars.Bar("median", 12.5, 20, "ms")) == "median 12.5 ms (bar 20 ms: met)"
    assert str(bars.Bar("worst", 21, 20, "ms", True)) == (
        "worst at least 21 ms (bar 20 ms: MISSED)"
    )
    assert str(bars.Bar("worst", 19, 20, "ms", True)) == (
        "worst at least 19 ms (bar 20 ms: not known, stopped)"
    )
    assert str(bars.All("proven", 3, 3)) == "proven 3 of 3 (bar all: met)"
    assert str(bars.All("proven", 2, 3, "1 stopped")) == (
        "proven 2 of 3 (bar all: MISSED, 1 stopped)"
    )
    [line] = bars.lines("bars", [bars.All("proven", 3, 3)])
    assert line == "  bars: proven 3 of 3 (bar all: met)"
