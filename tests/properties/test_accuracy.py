"""Statements about every tensor and every network that rounding and statistics must keep."""

from __future__ import annotations

import math
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octant.accuracy.dataset import DataSet, Part, Task, share
from octant.accuracy.digits import digits
from octant.accuracy.execution import Session
from octant.accuracy.measurement import accuracy, calibrated, trial
from octant.accuracy.networks import names, path
from octant.accuracy.pruning import density, pruned
from octant.accuracy.ranges import Seen, counted, extended, grid
from octant.accuracy.recipe import PruneMethod, Pruning, RangeMethod, Recipe
from octant.accuracy.rewrite import rewritten
from octant.accuracy.rounding import levels, rounded_float, to_levels
from octant.accuracy.runnable import load_runnable
from octant.accuracy.statistics import mcnemar, wilson
from octant.accuracy.weights import sqnr_db, stored
from octant.accuracy.wording import recipe_of
from octant.workload import NumberFormat, NumberKind, format_named

SEEDS = st.integers(0, 2**32 - 1)
BITS = range(2, 17)
LENET = load_runnable(path("digits-lenet"))
#: The entropy method is left out: it keeps information, and may give up decibels for it.
METHODS = (RangeMethod.MIN_MAX, RangeMethod.PERCENTILE, RangeMethod.MSE)


@given(SEEDS)
def test_more_bits_never_lower_the_signal_to_noise_of_weights(seed: int) -> None:
    """Of values from a continuous distribution, so many that no coarse grid can fit by chance."""
    weights = np.random.default_rng(seed).normal(size=(4, 256)).astype(np.float32)
    found = [
        sqnr_db(
            weights,
            stored(
                weights,
                NumberFormat(NumberKind.INT, bits),
                channel_axis=0,
                summed_axis=1,
                per_channel=True,
            ).values,
        )
        for bits in BITS
    ]
    assert all(fewer < more for fewer, more in pairwise(found))


@given(SEEDS, st.sampled_from(METHODS))
def test_more_bits_never_lower_the_signal_to_noise_of_activations(
    seed: int, method: RangeMethod
) -> None:
    values = np.abs(np.random.default_rng(seed).normal(size=4096)).astype(np.float32)
    seen = counted(extended(Seen(), values), values)
    found = []
    for bits in (2, 4, 6, 8):
        chosen = grid(seen, NumberFormat(NumberKind.INT, bits), Recipe(ranges=method))
        level = to_levels(values, chosen.scale, chosen.zero_point, (chosen.low, chosen.high))
        found.append(sqnr_db(values, (level - chosen.zero_point) * chosen.scale))
    assert all(fewer < more for fewer, more in pairwise(found))


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("name", names())
def test_more_bits_never_lower_it_for_trained_weights(name: str, per_channel: bool) -> None:
    for layer in load_runnable(path(name), name).layers:
        if layer.weights is None:
            continue
        found = [
            sqnr_db(
                layer.weights,
                stored(
                    layer.weights,
                    NumberFormat(NumberKind.INT, bits),
                    channel_axis=layer.channel_axis,
                    summed_axis=layer.summed_axis,
                    per_channel=per_channel and layer.has_channels,
                ).values,
            )
            for bits in BITS
        ]
        assert all(fewer < more for fewer, more in pairwise(found)), layer.name


@pytest.mark.parametrize("name", names())
def test_more_bits_never_lower_it_for_real_activations(name: str) -> None:
    on = trial(load_runnable(path(name), name), digits(), limit=1)
    for tensor, seen in calibrated(on, (recipe_of(formats="8", ranges="mse"),)).items():
        assert seen.histogram is not None
        places = np.linspace(seen.low, seen.high, 2 * len(seen.histogram) + 1)[1::2]
        for method, symmetric in product(METHODS, (False, True)):
            recipe = Recipe(ranges=method, symmetric=symmetric)
            found = []
            for bits in range(2, 13, 2):
                chosen = grid(seen, NumberFormat(NumberKind.INT, bits), recipe)
                level = to_levels(
                    places, chosen.scale, chosen.zero_point, (chosen.low, chosen.high)
                )
                off = (level - chosen.zero_point) * chosen.scale - places
                found.append((seen.histogram * places**2).sum() / (seen.histogram * off**2).sum())
            assert all(fewer < more for fewer, more in pairwise(found)), (tensor, method)


@given(st.lists(st.integers(-800, 800), min_size=1, max_size=40), st.booleans())
def test_no_value_is_further_from_its_level_than_half_a_step(
    values: list[int], symmetric: bool
) -> None:
    """For every tensor whatever; and every bit more than halves the step.

    The ratio of powers itself may fall where a coarse grid happens to hold every value exactly:
    0 and 1/7 of the range are levels of int4, and 1/7 is none of int5.
    """
    array = np.array(values, np.float32) / np.float32(100)
    seen, steps = extended(Seen(), array), []
    for bits in BITS:
        chosen = grid(seen, NumberFormat(NumberKind.INT, bits), Recipe(symmetric=symmetric))
        level = to_levels(array, chosen.scale, chosen.zero_point, (chosen.low, chosen.high))
        off = np.abs((level - chosen.zero_point) * chosen.scale - array).max()
        # The zero point is rounded, too: at an end of the range that moves by as much.
        assert off <= chosen.scale * (0.5 if symmetric else 1.0) * (1 + 1e-3)
        steps.append(chosen.scale)
    if array.any():
        assert all(more <= fewer / 2 * (1 + 1e-6) for fewer, more in pairwise(steps))


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("method", RangeMethod)
def test_no_way_to_choose_a_range_loses_the_task_at_eight_bits(
    name: str, method: RangeMethod
) -> None:
    recipe = recipe_of(formats="8", ranges=method.value)
    found = accuracy(trial(load_runnable(path(name), name), digits()), recipe)
    assert abs(found.score.value - found.baseline.value) < 0.01


@given(st.lists(st.floats(-8, 8, width=32), min_size=1, max_size=40), st.integers(2, 15))
def test_a_grid_of_twice_the_levels_is_never_further_away(values: list[float], bits: int) -> None:
    """Where the coarse grid is part of the fine one this holds for every tensor whatever."""
    array, step = np.array(values), 16 / 2**bits

    def off(apart: float, width: int) -> float:
        low, high = -(2 ** (width - 1)), 2 ** (width - 1) - 1
        return float((np.abs(array - to_levels(array, apart, 0, (low, high)) * apart)).max())

    assert off(step / 2, bits + 1) <= off(step, bits)


@given(st.lists(st.floats(allow_nan=False, width=32), min_size=1, max_size=20), st.sampled_from(
    ["fp16", "bf16", "fp8_e4m3", "fp8_e5m2", "fp6_e3m2", "fp6_e2m3", "fp4_e2m1"]))  # fmt: skip
def test_rounding_twice_is_rounding_once(values: list[float], name: str) -> None:
    number = format_named(name)
    once = rounded_float(np.array(values), number)
    assert np.array_equal(rounded_float(once, number), once)
    assert np.array_equal(rounded_float(-np.array(values), number), -once)


@pytest.mark.parametrize("name", names())
def test_sixteen_bits_answer_as_float_does(name: str) -> None:
    data, network = digits(), load_runnable(path(name), name)
    images = data.read(share(data, "test"))[0]
    on = trial(network, data)
    recipe = recipe_of(weights="16", activations="16")
    variant = rewritten(network, recipe, calibrated(on, (recipe,)))
    (exact,) = Session(network.proto.SerializeToString(), network).run(images).values()
    (rounded,) = Session(variant.model, network).run(images).values()
    assert np.array_equal(exact.argmax(1), rounded.argmax(1))


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("method", PruneMethod)
def test_pruning_nothing_changes_nothing(name: str, method: PruneMethod) -> None:
    network = load_runnable(path(name), name)
    nothing = Pruning(method, 0.0, 4, 4) if method is PruneMethod.PATTERN else Pruning(method, 0.0)
    found = pruned(network.layers, nothing)
    assert found
    for layer in network.layers:
        if layer.weights is not None:
            assert np.array_equal(found[layer.name], layer.weights)


@given(st.floats(0, 0.99))
def test_pruning_leaves_the_greatest(share_gone: float) -> None:
    network = LENET
    for weights in pruned(network.layers[:1], Pruning(PruneMethod.LAYER, share_gone)).values():
        before = network.layers[0].weights
        assert before is not None
        gone, kept = weights == 0, weights != 0
        left = weights.size - round(weights.size * share_gone)
        assert density(weights) == left / weights.size
        if gone.any() and kept.any():
            assert np.abs(before[gone]).max() <= np.abs(before[kept]).min()


@given(st.integers(1, 5000), st.floats(0, 1))
def test_wilson_is_its_formula(samples: int, part: float) -> None:
    """Wilson, JASA 22 (1927), solved for the share."""
    right, z = round(samples * part), 1.959963984540054
    p = right / samples
    middle = (p + z * z / (2 * samples)) / (1 + z * z / samples)
    half = z * math.sqrt(p * (1 - p) / samples + z * z / (4 * samples**2)) / (1 + z * z / samples)
    low, high = wilson(right, samples)
    assert low == pytest.approx(max(middle - half, 0), abs=1e-9)
    assert high == pytest.approx(min(middle + half, 1), abs=1e-9)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_mcnemar_counts_coin_tosses(pairs: list[tuple[bool, bool]]) -> None:
    """The p-value is the chance of a split of the differing samples at most as likely."""
    this, other = (np.array(column) for column in zip(*pairs, strict=True))
    found = mcnemar(this, other)
    tosses = found.lost + found.gained
    seen = math.comb(tosses, found.gained)
    rare = sum(math.comb(tosses, k) for k in range(tosses + 1) if math.comb(tosses, k) <= seen)
    assert found.p_value == pytest.approx(rare / 2**tosses)
    assert found.difference == pytest.approx(this.mean() - other.mean())


@given(st.integers(1, 3000), st.floats(0, 0.8))
def test_every_sample_is_for_one_thing(samples: int, trained: float) -> None:
    data = DataSet("d", "", samples, Task.REGRESSION, "", lambda _: ({}, np.zeros(0)), trained)
    parts = [share(data, part) for part in Part]
    everything = np.concatenate(parts)
    assert len(np.unique(everything)) == len(everything) == samples
    assert np.array_equal(np.sort(everything), np.arange(samples))


@given(st.integers(1, 16))
def test_levels_are_as_many_as_bits_allow(bits: int) -> None:
    low, high = levels(NumberFormat(NumberKind.UINT, bits))
    assert high - low + 1 == 2**bits
