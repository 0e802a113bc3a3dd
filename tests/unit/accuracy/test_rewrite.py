"""The pass against integer arithmetic written out in NumPy, bit for bit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import helper

from octant.accuracy.execution import Session
from octant.accuracy.ranges import Seen, extended, grid
from octant.accuracy.recipe import LayerFormats, Overflow, Recipe
from octant.accuracy.rewrite import needed, rewritten
from octant.accuracy.rounding import to_levels
from octant.accuracy.runnable import Runnable
from octant.accuracy.weights import stored
from octant.errors import RunFailedError, UnknownNameError
from octant.workload import format_named
from tests.unit.accuracy.models import runnable

CHANCE = np.random.default_rng(7)
Floats = NDArray[np.float32]


def _normal(*shape: int) -> Floats:
    return CHANCE.normal(size=shape).astype(np.float32)


def _recipe(weights: str, activations: str, accumulator: str | None, wrap: bool = False) -> Recipe:
    overflow = Overflow.WRAP if wrap else Overflow.SATURATE
    number = format_named(accumulator) if accumulator else None
    return Recipe(LayerFormats(format_named(weights), format_named(activations), number, overflow))


def _seen(network: Runnable, recipe: Recipe, x: Floats) -> dict[str, Seen]:
    return {name: extended(Seen(), x) for name in needed(network, recipe)}


def _run(network: Runnable, recipe: Recipe, x: Floats) -> Floats:
    variant = rewritten(network, recipe, _seen(network, recipe, x))
    return np.asarray(Session(variant.model, network).run({"x": x})["y"])


def _levels(x: Floats, recipe: Recipe) -> tuple[NDArray[np.int64], np.float32]:
    """Returns the whole numbers of an activation, zero point taken off, and their scale."""
    chosen = grid(extended(Seen(), x), recipe.formats.activations, recipe)
    scale = np.float32(chosen.scale)
    found = to_levels(x, scale, np.float32(chosen.zero_point), (chosen.low, chosen.high))
    return found.astype(np.int64) - chosen.zero_point, scale


def _integer_convolution(
    x: NDArray[np.int64], w: NDArray[np.int64], pad: int, step: int, groups: int
) -> NDArray[np.int64]:
    """Returns a convolution of integers: every product, one after the other."""
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    channels, inner, rows, columns = w.shape
    height = (x.shape[2] - rows) // step + 1
    width = (x.shape[3] - columns) // step + 1
    y = np.zeros((len(x), channels, height, width), np.int64)
    each = channels // groups
    for channel in range(channels):
        first = channel // each * inner
        for r in range(rows):
            for s in range(columns):
                window = x[:, first : first + inner, r : r + step * height : step]
                window = window[:, :, :, s : s + step * width : step]
                y[:, channel] += (window * w[channel, :, r, s][None, :, None, None]).sum(1)
    return y


def _overflown(sums: NDArray[np.int64], bits: int, wrap: bool) -> NDArray[np.int64]:
    half = 2 ** (bits - 1)
    return (sums + half) % (2 * half) - half if wrap else np.clip(sums, -half, half - 1)


@pytest.mark.parametrize("wrap", [False, True])
@pytest.mark.parametrize("accumulator", ["int32", "int16", "int12"])
@pytest.mark.parametrize(("weights", "activations"), [("int8", "int8"), ("int4", "int4")])
@pytest.mark.parametrize(("groups", "step"), [(1, 1), (2, 2), (4, 1)])
def test_convolution_is_that_of_integers(
    weights: str, activations: str, accumulator: str, wrap: bool, groups: int, step: int
) -> None:
    x, w, b = _normal(5, 4, 9, 9), _normal(8, 4 // groups, 3, 3), _normal(8)
    node = helper.make_node(
        "Conv", ["x", "w", "b"], ["y"], "conv", pads=[1] * 4, strides=[step] * 2, group=groups
    )
    recipe = _recipe(weights, activations, accumulator, wrap)
    found = _run(runnable([node], ["n", 4, 9, 9], {"w": w, "b": b}), recipe, x)
    whole, unit = _levels(x, recipe)
    made = stored(w, recipe.formats.weights, channel_axis=0, summed_axis=1, per_channel=True)
    scale = (unit * made.scale).reshape(-1)
    sums = _integer_convolution(whole, made.levels.astype(np.int64), 1, step, groups)
    sums += np.rint(b / scale).astype(np.int64)[None, :, None, None]
    assert np.abs(sums).max() < 2**24
    cut = _overflown(sums, int(accumulator[3:]), wrap)
    if accumulator == "int12" and weights == "int8":
        assert (cut != sums).any()
    assert np.array_equal(found, cut.astype(np.float32) * scale[None, :, None, None])


@pytest.mark.parametrize("every", [1, 3, 4, 9])
def test_sums_are_cut_on_the_way(every: int) -> None:
    """The accumulator holds the bias, and is cut after every few input channels."""
    x, w, b = _normal(5, 8, 7, 7), _normal(6, 8, 3, 3), _normal(6)
    node = helper.make_node("Conv", ["x", "w", "b"], ["y"], "conv", pads=[1] * 4)
    once = _recipe("int8", "int8", "int14")
    recipe = replace(once, formats=replace(once.formats, cut_every=every))
    network = runnable([node], ["n", 8, 7, 7], {"w": w, "b": b})
    found = _run(network, recipe, x)
    whole, unit = _levels(x, recipe)
    made = stored(w, recipe.formats.weights, channel_axis=0, summed_axis=1, per_channel=True)
    levels, scale = made.levels.astype(np.int64), (unit * made.scale).reshape(-1)
    held = np.rint(b / scale).astype(np.int64)[None, :, None, None]
    for start in range(0, 8, every):
        part = slice(start, start + every)
        held = _overflown(
            held + _integer_convolution(whole[:, part], levels[:, part], 1, 1, 1), 14, False
        )
    assert np.array_equal(found, held.astype(np.float32) * scale[None, :, None, None])
    assert np.array_equal(found, _run(network, once, x)) == (every > 8)


def test_cutting_on_the_way_fits_depthwise_and_matrix_products() -> None:
    x, w = _normal(6, 20), _normal(20, 9)
    node = helper.make_node("MatMul", ["x", "w"], ["y"], "product")
    recipe = _recipe("int8", "int8", "int14")
    cut = replace(recipe, formats=replace(recipe.formats, cut_every=1))
    found = _run(runnable([node], ["n", 20], {"w": w}), cut, x)
    whole, unit = _levels(x, cut)
    made = stored(w, cut.formats.weights, channel_axis=-1, summed_axis=-2, per_channel=True)
    held = np.zeros((6, 9), np.int64)
    for k in range(20):  # one product after the other, as one multiply-accumulate unit does
        held = _overflown(held + whole[:, k, None] * made.levels.astype(np.int64)[k], 14, False)
    assert np.array_equal(found, held.astype(np.float32) * (unit * made.scale))
    image, filters = _normal(3, 4, 6, 6), _normal(4, 1, 3, 3)
    depthwise = helper.make_node("Conv", ["x", "w"], ["y"], "depth", group=4)
    network = runnable([depthwise], ["n", 4, 6, 6], {"w": filters})
    assert np.array_equal(_run(network, cut, image), _run(network, recipe, image))
    grouped = helper.make_node("Conv", ["x", "w"], ["y"], "grouped", group=2)
    network = runnable([grouped], ["n", 4, 6, 6], {"w": _normal(4, 2, 3, 3)})
    with pytest.raises(RunFailedError, match="can be cut every 2 channels or more, not every 1"):
        _run(network, cut, image)


@pytest.mark.parametrize("turned", [0, 1])
def test_a_fully_connected_layer_is_that_of_integers(turned: int) -> None:
    x, w, b = _normal(6, 20), _normal(*((9, 20) if turned else (20, 9))), _normal(9)
    node = helper.make_node("Gemm", ["x", "w", "b"], ["y"], "fc", transB=turned, beta=0.5)
    recipe = _recipe("int8", "int8", "int16")
    found = _run(runnable([node], ["n", 20], {"w": w, "b": b}), recipe, x)
    whole, unit = _levels(x, recipe)
    made = stored(
        w,
        recipe.formats.weights,
        channel_axis=1 - turned,
        summed_axis=turned,
        per_channel=True,
    )
    scale = (unit * made.scale).reshape(-1)
    levels = made.levels.astype(np.int64)
    sums = whole @ (levels.T if turned else levels)
    sums += np.rint(b * np.float32(0.5) / scale).astype(np.int64)
    assert np.array_equal(found, _overflown(sums, 16, False).astype(np.float32) * scale)


def test_stored_rows_in_front_have_a_scale_each() -> None:
    x, w, b = _normal(20, 6), _normal(9, 20), _normal(9, 6)
    node = helper.make_node("Gemm", ["w", "x", "b"], ["y"], "fc")
    recipe = _recipe("int8", "int8", "int16")
    found = _run(runnable([node], [20, 6], {"w": w, "b": b}), recipe, x)
    whole, unit = _levels(x, recipe)
    made = stored(w, recipe.formats.weights, channel_axis=0, summed_axis=1, per_channel=True)
    scale = unit * made.scale
    sums = made.levels.astype(np.int64) @ whole + np.rint(b / scale).astype(np.int64)
    assert np.array_equal(found, _overflown(sums, 16, False).astype(np.float32) * scale)


def test_a_vector_of_weights_has_one_scale() -> None:
    x, w = _normal(6, 20), _normal(20)
    node = helper.make_node("MatMul", ["x", "w"], ["y"], "dot")
    recipe = _recipe("int4", "int8", "int8")
    found = _run(runnable([node], ["n", 20], {"w": w}), recipe, x)
    whole, unit = _levels(x, recipe)
    made = stored(w, recipe.formats.weights, channel_axis=0, summed_axis=0, per_channel=False)
    sums = _overflown(whole @ made.levels.astype(np.int64), 8, False)
    assert np.array_equal(found, sums.astype(np.float32) * (unit * made.scale.reshape(())))


@pytest.mark.parametrize("weights_first", [False, True])
def test_a_matrix_product_is_that_of_integers(weights_first: bool) -> None:
    x, w = _normal(7, 12, 12), _normal(12, 12)
    names = ["w", "x"] if weights_first else ["x", "w"]
    recipe = _recipe("int8", "int8", "int32")
    node = helper.make_node("MatMul", names, ["y"], "product")
    found = _run(runnable([node], ["n", 12, 12], {"w": w}), recipe, x)
    whole, unit = _levels(x, recipe)
    axes = (-2, -1) if weights_first else (-1, -2)
    made = stored(
        w, recipe.formats.weights, channel_axis=axes[0], summed_axis=axes[1], per_channel=True
    )
    levels = made.levels.astype(np.int64)
    sums = (levels @ whole if weights_first else whole @ levels).astype(np.float32)
    assert np.array_equal(found, sums * (unit * made.scale))


def test_a_transposed_convolution_is_that_of_integers() -> None:
    x, w = _normal(3, 4, 5, 5), _normal(4, 2, 3, 3)
    node = helper.make_node("ConvTranspose", ["x", "w"], ["y"], "up", strides=[2, 2])
    recipe = _recipe("int8", "int8", "int32")
    found = _run(runnable([node], ["n", 4, 5, 5], {"w": w}), recipe, x)
    whole, unit = _levels(x, recipe)
    made = stored(w, recipe.formats.weights, channel_axis=1, summed_axis=0, per_channel=False)
    levels = made.levels.astype(np.int64)
    sums = np.zeros((3, 2, 11, 11), np.int64)
    for p in range(5):
        for q in range(5):
            spread = np.einsum("nc,ckrs->nkrs", whole[:, :, p, q], levels)
            sums[:, :, 2 * p : 2 * p + 3, 2 * q : 2 * q + 3] += spread
    assert np.array_equal(found, sums.astype(np.float32) * (unit * made.scale.reshape(())))


def test_a_product_of_two_activations_rounds_both() -> None:
    x = _normal(3, 4, 4)
    recipe = _recipe("int8", "int8", "int32")
    network = runnable([helper.make_node("MatMul", ["x", "x"], ["y"], "own")], ["n", 4, 4], {})
    found = _run(network, recipe, x)
    whole, unit = _levels(x, recipe)
    assert np.array_equal(found, (whole @ whole).astype(np.float32) * (unit * unit))


def test_without_an_accumulator_real_values_are_multiplied() -> None:
    x, w = _normal(6, 20), _normal(20, 9)
    recipe = _recipe("int4", "int4", None)
    node = helper.make_node("MatMul", ["x", "w"], ["y"], "product")
    found = _run(runnable([node], ["n", 20], {"w": w}), recipe, x)
    whole, unit = _levels(x, recipe)
    made = stored(w, recipe.formats.weights, channel_axis=-1, summed_axis=-2, per_channel=True)
    assert np.allclose(found, (whole * unit) @ made.values, rtol=1e-5, atol=1e-5)


def test_weights_that_two_layers_share_are_rounded_for_each() -> None:
    x, w = _normal(5, 6), _normal(6, 6)
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"], "first"),
        helper.make_node("MatMul", ["h", "w"], ["y"], "second"),
    ]
    network = runnable(nodes, ["n", 6], {"w": w})
    recipe = Recipe(overrides=(("second", LayerFormats(weights=format_named("int2"))),))
    made = stored(w, format_named("int2"), channel_axis=-1, summed_axis=-2, per_channel=True)
    assert np.allclose(_run(network, recipe, x), x @ w @ made.values, rtol=1e-5, atol=1e-5)


def test_noise_is_that_of_its_seed() -> None:
    x, w = _normal(5, 6), _normal(6, 6)
    network = runnable([helper.make_node("MatMul", ["x", "w"], ["y"], "m")], ["n", 6], {"w": w})

    def run(weights: float, outputs: float, seed: int) -> Floats:
        from octant.accuracy.recipe import Noise

        recipe = Recipe(noise=Noise(weights, outputs, seed))
        seen = {name: extended(Seen(), x @ w) for name in needed(network, recipe)}
        variant = rewritten(network, recipe, seen)
        return np.asarray(Session(variant.model, network).run({"x": x})["y"])

    assert np.array_equal(run(0, 0, 1), x @ w)
    for sizes in ((0.1, 0.0), (0.0, 0.1), (0.1, 0.1)):
        assert np.array_equal(run(*sizes, 1), run(*sizes, 1))
        assert not np.array_equal(run(*sizes, 1), run(*sizes, 2))
    spread = (run(0, 0.1, 3) - x @ w).std() / np.sqrt(np.mean((x @ w) ** 2))
    assert 0.06 < spread < 0.14


def test_an_unknown_layer_is_named() -> None:
    x = _normal(5, 6)
    network = runnable(
        [helper.make_node("MatMul", ["x", "w"], ["y"], "conv1")], ["n", 6], {"w": _normal(6, 6)}
    )
    with pytest.raises(UnknownNameError, match="no layer 'conv2' that multiplies; did you mean"):
        _run(network, Recipe(overrides=(("conv2", LayerFormats()),)), x)


@pytest.mark.parametrize("what", ["bias", "blocks"])
def test_what_the_pass_cannot_do_is_said(what: str) -> None:
    x = _normal(4, 4)
    if what == "bias":
        nodes = [
            helper.make_node("Relu", ["x"], ["b"], "relu"),
            helper.make_node("Gemm", ["x", "w", "b"], ["y"], "fc"),
        ]
        network, recipe = runnable(nodes, [4, 4], {"w": x}), _recipe("8", "8", "int32")
    else:
        node = helper.make_node("MatMul", ["x", "x"], ["y"], "m")
        network = runnable([node], ["n", "n"], {})
        recipe = _recipe("mxfp4", "mxfp4", None)
    message = "its bias is no stored tensor" if what == "bias" else "the extent of its axis -1"
    with pytest.raises(RunFailedError, match=message):
        _run(network, recipe, x)


def test_every_layer_says_what_became_of_it() -> None:
    x, w = _normal(5, 6), _normal(6, 6)
    network = runnable([helper.make_node("MatMul", ["x", "w"], ["y"], "m")], ["n", 6], {"w": w})
    recipe = _recipe("int8", "int8", "int32")
    made: Any = rewritten(network, recipe, _seen(network, recipe, x)).layers[0]
    assert (made.layer.name, made.formats) == ("m", recipe.formats)
    assert made.weights.shape == (6, 6)
    levels = np.abs(made.weights / (np.abs(w).max(axis=0) / 127)).sum(axis=0).max()
    assert made.bound == pytest.approx(levels * 255, rel=1)
