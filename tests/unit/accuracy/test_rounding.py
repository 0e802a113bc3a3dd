"""Rounding to number formats, against ml_dtypes on every code point."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray

from octant.accuracy.rounding import (
    binary_weights,
    largest,
    levels,
    rounded_block,
    rounded_float,
    ternary_weights,
    to_levels,
)
from octant.errors import InvalidWorkloadError
from octant.workload import NumberFormat, NumberKind, format_named

ORACLES: dict[str, Any] = {
    "fp16": np.float16,
    "bf16": ml_dtypes.bfloat16,
    "fp8_e4m3": ml_dtypes.float8_e4m3fn,
    "fp8_e5m2": ml_dtypes.float8_e5m2,
    "fp6_e3m2": ml_dtypes.float6_e3m2fn,
    "fp6_e2m3": ml_dtypes.float6_e2m3fn,
    "fp4_e2m1": ml_dtypes.float4_e2m1fn,
}


def _code_points(name: str) -> NDArray[np.float64]:
    """Returns every finite value of a format, in order, each once."""
    oracle, bits = np.dtype(ORACLES[name]), format_named(name).bits
    codes = np.arange(2**bits, dtype=np.uint16 if bits == 16 else np.uint8)
    with np.errstate(invalid="ignore"):  # NaN codes
        values = codes.view(oracle).astype(np.float64)
    return np.unique(values[np.isfinite(values)])


@pytest.mark.parametrize("name", ORACLES)
def test_every_code_point_rounds_to_itself(name: str) -> None:
    points = _code_points(name)
    assert np.array_equal(rounded_float(points, format_named(name)), points)
    assert largest(format_named(name)) == points.max()


@pytest.mark.parametrize("name", ORACLES)
def test_between_code_points_rounding_is_that_of_ml_dtypes(name: str) -> None:
    points = _code_points(name)
    with np.errstate(over="ignore"):
        middle = (points[:-1] / 2 + points[1:] / 2).astype(np.float32)
        tried = np.concatenate(
            [middle, np.nextafter(middle, np.float32(np.inf)), np.nextafter(middle, -np.inf)]
        )
    tried = np.clip(tried, points.min(), points.max()).astype(np.float32)
    expected = tried.astype(ORACLES[name]).astype(np.float32)
    assert np.array_equal(rounded_float(tried, format_named(name)), expected)


@pytest.mark.parametrize("name", ORACLES)
def test_too_large_values_saturate(name: str) -> None:
    top = largest(format_named(name))
    found = rounded_float(np.array([np.inf, -np.inf, top * 1.5, -top * 1.5]), format_named(name))
    assert found.tolist() == [top, -top, top, -top]


def test_float32_is_left_as_it_is() -> None:
    values = np.array([0.1, -2.5, 1e-30], np.float32)
    assert np.array_equal(rounded_float(values, format_named("fp32")), values)


MX = {
    "mxfp8_e4m3": ("fp8_e4m3", 8),
    "mxfp8_e5m2": ("fp8_e5m2", 15),
    "mxfp6_e3m2": ("fp6_e3m2", 4),
    "mxfp6_e2m3": ("fp6_e2m3", 2),
    "mxfp4_e2m1": ("fp4_e2m1", 2),
}


@pytest.mark.parametrize("name", MX)
def test_a_block_holds_every_code_point_times_a_power_of_two(name: str) -> None:
    """With the greatest element in its block, each value of the element format is exact."""
    points = _code_points(MX[name][0])
    top = points.max()
    for power in (-20, 0, 9):
        for start in range(0, len(points), 31):
            block = np.append(points[start : start + 31], top) * 2.0**power
            assert np.array_equal(rounded_block(block, format_named(name), 0), block)


@pytest.mark.parametrize("name", MX)
def test_a_block_is_the_definition_written_out(name: str) -> None:
    """OCP MX v1.0, section 6.3, one block at a time, with ml_dtypes for the elements."""
    element, greatest_exponent = MX[name]
    number = format_named(name)
    values = np.random.default_rng(5).normal(size=(3, 80)) * np.exp2(
        np.random.default_rng(6).integers(-9, 9, (3, 80))
    )
    expected = np.zeros(values.shape)
    for row in range(3):
        for start in range(0, 80, 32):
            block = values[row, start : start + 32]
            shared = 2.0 ** (np.floor(np.log2(np.abs(block).max())) - greatest_exponent)
            scaled = np.clip(block / shared, -largest(number), largest(number))
            expected[row, start : start + 32] = scaled.astype(ORACLES[element]).astype(float)
            expected[row, start : start + 32] *= shared
    assert np.array_equal(rounded_block(values, number, 1), expected.astype(np.float32))
    assert np.array_equal(rounded_block(values.T, number, 0), expected.T.astype(np.float32))


def test_mxint8_has_sixty_fourths() -> None:
    codes = np.arange(-127, 128) / 64
    number = format_named("mxint8")
    for start in range(0, 255, 31):
        block = np.append(codes[start : start + 31], 127 / 64)
        assert np.array_equal(rounded_block(block, number, 0), block)
    assert rounded_block(np.array([1.999, 0.0101]), number, 0).tolist() == [127 / 64, 1 / 64]


def test_a_block_of_zeros_stays_zero() -> None:
    assert not rounded_block(np.zeros((2, 5)), format_named("mxfp4"), 1).any()


@pytest.mark.parametrize("bits", range(2, 17))
def test_integers_have_every_level_once(bits: int) -> None:
    low, high = levels(NumberFormat(NumberKind.INT, bits))
    assert (low, high) == (1 - 2 ** (bits - 1), 2 ** (bits - 1) - 1)
    points = np.arange(low, high + 1)
    scale, zero = np.array(0.25), np.array(0)
    assert np.array_equal(to_levels(points * 0.25, scale, zero, (low, high)), points)
    assert to_levels(np.array([1e9, -1e9]), scale, zero, (low, high)).tolist() == [high, low]


@pytest.mark.parametrize("bits", range(1, 17))
def test_unsigned_integers_have_every_level_once(bits: int) -> None:
    low, high = levels(NumberFormat(NumberKind.UINT, bits))
    points = np.arange(low, high + 1)
    zero = high // 3
    found = to_levels((points - zero) * 0.5, np.array(0.5), np.array(zero), (low, high))
    assert np.array_equal(found, points)


def test_binary_scale_is_the_best_of_all() -> None:
    values = np.random.default_rng(0).normal(size=(4, 9))
    signs, scale = binary_weights(values, (1,))
    error = ((values - signs * scale) ** 2).sum()
    for other in np.linspace(0.5, 1.5, 11):
        assert error <= ((values - signs * scale * other) ** 2).sum() + 1e-12


def test_ternary_weights_have_three_levels() -> None:
    values = np.random.default_rng(0).normal(size=(4, 50))
    found, scale = ternary_weights(values, (1,))
    assert set(np.unique(found)) == {-1.0, 0.0, 1.0}
    assert scale.shape == (4, 1)


@pytest.mark.parametrize("call", [lambda: levels(format_named("fp16")), lambda: rounded_block(
    np.zeros(3), format_named("fp16"), 0), lambda: rounded_float(np.zeros(3), NumberFormat(
        NumberKind.FLOAT, 8))])  # fmt: skip
def test_formats_that_do_not_fit_are_refused(call: Any) -> None:
    with pytest.raises(InvalidWorkloadError):
        call()
