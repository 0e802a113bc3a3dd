"""Rounding as ONNX nodes gives what NumPy gives, to the last bit, in every format."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from octant.accuracy.emission import Emission, emit_levels, emit_overflow, emit_rounding
from octant.accuracy.execution import Session
from octant.accuracy.ranges import Grid, Seen, extended, grid
from octant.accuracy.recipe import Recipe
from octant.accuracy.rounding import rounded_block, rounded_float, to_levels
from octant.accuracy.runnable import load_runnable
from octant.workload import format_named, format_names
from tests.unit.accuracy.models import model

FLOATS = [name for name in format_names() if name.startswith(("fp", "bf"))]
BLOCKS = [name for name in format_names() if name.startswith("mx")]
BITS = [str(bits) for bits in range(2, 17)]


def _values(shape: tuple[int, ...], seed: int = 0) -> NDArray[np.float32]:
    chance = np.random.default_rng(seed)
    values = chance.normal(size=shape) * np.exp2(chance.integers(-12, 6, shape))
    values.reshape(-1)[:6] = [0.0, 1.0, -1.0, 0.5, -0.25, 1e-30]
    return values.astype(np.float32)


def _run(out: Emission, made: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
    import onnx

    nodes = [*out.nodes, onnx.helper.make_node("Identity", [made], ["y"])]
    stored = {name: onnx.numpy_helper.to_array(tensor) for name, tensor in out.stored.items()}
    network = load_runnable(model(nodes, values.shape, stored))
    found = Session(network.proto.SerializeToString(), network).run({"x": values})["y"]
    return np.asarray(found)


@pytest.mark.parametrize("name", FLOATS)
def test_floating_point(name: str) -> None:
    values, number = _values((64, 50)), format_named(name)
    chosen = grid(extended(Seen(), values), number, Recipe())
    out = Emission()
    found = _run(out, emit_rounding(out, "x", chosen, 1, None), values)
    scale = np.float32(chosen.scale)
    assert np.array_equal(found, rounded_float(values / scale, number) * scale)


@pytest.mark.parametrize("axis", [1, -1, -2])
@pytest.mark.parametrize("name", BLOCKS)
def test_blocks(name: str, axis: int) -> None:
    values, number = _values((3, 45, 7, 40)), format_named(name)
    values[0, :, 0] = 0
    values[1, :32, 1, 1] = 2.0 ** np.arange(-16, 16)  # powers of two: where logarithms slip
    out = Emission()
    made = emit_rounding(out, "x", Grid(number), axis, values.shape[axis])
    assert np.array_equal(_run(out, made, values), rounded_block(values, number, axis))


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("name", BITS)
def test_integers(name: str, symmetric: bool) -> None:
    values = np.clip(_values((64, 50)), -9, 20)
    chosen = grid(extended(Seen(), values), format_named(name), Recipe(symmetric=symmetric))
    out = Emission()
    found = _run(out, emit_levels(out, "x", chosen, scale=1.0), values * np.float32(1.3))
    expected = to_levels(
        values * np.float32(1.3),
        np.float32(chosen.scale),
        np.float32(chosen.zero_point),
        (chosen.low, chosen.high),
    )
    assert np.array_equal(found, expected - chosen.zero_point)


def test_binary_activations_are_signs() -> None:
    values = _values((8, 9))
    chosen = grid(extended(Seen(), values), format_named("binary"), Recipe(symmetric=True))
    out = Emission()
    found = _run(out, emit_rounding(out, "x", chosen, 1, None), values)
    assert np.array_equal(found, np.where(values < 0, -chosen.scale, chosen.scale).astype("f4"))


@pytest.mark.parametrize("bits", [4, 8, 16, 20])
def test_wrapping_is_that_of_twos_complement(bits: int) -> None:
    sums = np.random.default_rng(1).integers(-(2**22), 2**22, (40, 40))
    out = Emission()
    found = _run(out, emit_overflow(out, "x", bits, wrap=True), sums.astype(np.float32))
    half = 2 ** (bits - 1)
    assert np.array_equal(found, (sums + half) % (2 * half) - half)


def test_saturation_stops_at_the_ends() -> None:
    sums = np.array([[-200.0, -128.0, 5.0, 127.0, 128.0]], np.float32)
    out = Emission()
    found = _run(out, emit_overflow(out, "x", 8, wrap=False), sums)
    assert found.tolist() == [[-128.0, -128.0, 5.0, 127.0, 127.0]]
