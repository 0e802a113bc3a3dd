"""Where layers without multiply-accumulates run, and what they cost there."""

from __future__ import annotations

import pytest

from octant.scorecard import LayerResult, Place, Scorecard
from octant.scorecard.vector import Stream, fused
from tests.unit.scorecard.support import card, chip, product, vector


def layer(scorecard: Scorecard, name: str) -> LayerResult:
    return next(found for found in scorecard.layers if found.name == name)


def test_an_element_wise_layer_behind_a_product_is_fused() -> None:
    # 12 steps of the array (3 rows, 4 inner, both columns at once); 6 operations at 2 a cycle: 3
    found = layer(card(product("fc", "image"), vector("relu", "Relu", "fc")), "relu")
    assert found.place is Place.FUSED
    assert (found.cycles, found.off_chip_bits) == (0, 0)
    assert found.traffic_bits == 2 * 6 * 8
    assert found.limited_by == "fc"
    assert found.energy_j == 6 * 3.0


def test_a_fused_chain_adds_what_it_takes_beyond_the_array() -> None:
    chain = [product("fc", "image"), vector("a", "Relu", "fc", operations=20)]
    chain.append(vector("b", "Relu", "a", operations=30))
    found = card(*chain)
    busy = layer(found, "fc").cycles
    assert busy is not None
    # the vector unit takes 10 and 15 cycles, one after the other, beside the array
    assert layer(found, "a").cycles == max(0, 10 - busy)
    assert layer(found, "b").cycles == max(0, 25 - busy) - max(0, 10 - busy) > 0
    assert layer(found, "b").limited_by == "vector"


def test_a_product_that_two_layers_read_is_not_fused_with_either() -> None:
    found = card(product("fc", "image"), vector("a", "Relu", "fc"), vector("b", "Relu", "fc"))
    assert [layer(found, name).place for name in "ab"] == [Place.VECTOR, Place.VECTOR]


def test_a_pooling_layer_is_not_element_wise() -> None:
    found = layer(card(product("fc", "image"), vector("pool", "MaxPool", "fc")), "pool")
    assert found.place is Place.VECTOR


def test_an_addition_of_two_activations_is_not_fused() -> None:
    adds = chip(operators=("Add",))
    found = card(product("fc", "image"), vector("sum", "Add", "fc", "image"), on=adds)
    assert layer(found, "sum").place is Place.VECTOR


def test_behind_a_layer_that_repeats_otherwise_nothing_is_fused() -> None:
    found = card(product("fc", "image", repeats=2), vector("relu", "Relu", "fc"))
    assert layer(found, "relu").place is Place.VECTOR


def test_the_vector_unit_is_limited_by_its_operations() -> None:
    # 60 operations at 2 a cycle: 30; 12 elements of 8 b over 64 b a cycle: 1.5, so 2
    found = layer(card(vector("pool", "MaxPool", "image", operations=60)), "pool")
    assert (found.cycles, found.limited_by) == (30, "vector")
    assert found.latency_s == pytest.approx(3.0)
    assert found.off_chip_bits == 96
    assert found.energy_j == 6 * 10.0 + 6 * 20.0 + 60 * 3.0


def test_the_vector_unit_is_limited_by_the_memory() -> None:
    # 6 operations at 2 a cycle: 3; 1200 elements of 8 b over 64 b a cycle: 150
    found = layer(card(vector("pool", "MaxPool", "image", elements=600)), "pool")
    assert (found.cycles, found.limited_by) == (150, "DRAM shared")


def test_an_operator_that_the_chip_does_not_list_is_not_run() -> None:
    found = layer(card(vector("norm", "LRN", "image")), "norm")
    assert found.place is Place.NOT_RUN
    assert (found.cycles, found.latency_s, found.energy_j, found.energy) == (None, None, None, ())
    assert (found.operations, found.traffic_bits) == (6, 96)
    assert "LRN" in found.note


def test_without_a_vector_unit_nothing_of_its_kind_runs() -> None:
    found = card(product("fc", "image"), vector("relu", "Relu", "fc"), on=chip(operators=()))
    assert layer(found, "relu").place is Place.NOT_RUN
    assert "no vector unit" in layer(found, "relu").note


def test_operations_without_a_price_are_counted_as_not_costed() -> None:
    found = card(
        product("fc", "image"),
        vector("relu", "Relu", "fc"),
        vector("pool", "MaxPool", "relu"),
        on=chip(vector_j=None),
    )
    relu, pool = layer(found, "relu"), layer(found, "pool")
    assert (relu.energy_j, relu.not_costed) == (None, 6)
    assert (pool.energy_j, pool.not_costed) == (6 * 10.0 + 6 * 20.0, 6)


def test_a_fused_layer_waits_on_dense_data_only_for_what_the_array_takes_there() -> None:
    """20 operations at 2 a cycle: 4 beyond 6 cycles with zeros, none beyond 12 without."""
    relu = vector("relu", "Relu", "fc", operations=20)
    unit = chip().vector
    assert unit is not None
    found, stream = fused(relu, chip(), unit, Stream("fc", 1, 6.0, dense_cycles=12.0))
    assert found.cycles == 4.0
    assert (found.dense_latency_s, found.dense_energy_j) == (0.0, found.energy_j)
    assert (stream.excess, stream.dense_excess) == (4.0, 0.0)
    same, _ = fused(relu, chip(), unit, Stream("fc", 1, 6.0))
    assert (same.cycles, same.dense_latency_s, same.dense_energy_j) == (4.0, None, None)
