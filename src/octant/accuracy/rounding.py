"""Values rounded to a number format, on NumPy: what a tensor holds after it has been stored.

Every function takes and returns real values (fake quantisation): the result of rounding is again a
``float32`` array, which holds every value of a format of up to 16 bits exactly, scale apart.
Rounding is to nearest, ties to even, and saturates: nothing overflows to infinity.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from octant.errors import InvalidWorkloadError
from octant.workload import NumberFormat, NumberKind

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

#: Ternary Weight Networks (Li et al., arXiv:1605.04711, section 2.2): below this multiple of the
#: mean magnitude a weight becomes 0.
TERNARY_THRESHOLD = 0.7
#: OCP Microscaling Formats v1.0, section 5.3: a shared exponent is an E8M0 number, 2^-127 to 2^127.
_LARGEST_SHARED_EXPONENT = 127


def levels(number: NumberFormat, *, symmetric: bool = True) -> tuple[int, int]:
    """The least and the greatest whole number that an integer format holds.

    Symmetric two's complement leaves its least number out, so that the negative of every value is
    one, too; asymmetric formats are unsigned, with a zero point.

    >>> levels(NumberFormat(NumberKind.INT, 8)), levels(NumberFormat(NumberKind.UINT, 4))
    ((-127, 127), (0, 15))
    >>> levels(NumberFormat(NumberKind.INT, 8), symmetric=False)
    (0, 255)
    """
    if not number.is_integer:
        raise InvalidWorkloadError(f"{number} has no whole-number levels")
    if number.kind is NumberKind.UINT or not symmetric:
        return 0, 2**number.bits - 1
    top = max(2 ** (number.bits - 1) - 1, 1)
    return -top, top


def largest(number: NumberFormat) -> float:
    """The greatest finite value of a floating-point format, or of an element of a block.

    The greatest exponent is left to infinities as IEEE 754 has it from 5 exponent bits on; E4M3
    has no infinity and gives up one code to NaN, the formats of 6 and 4 bits give up none (OCP
    8-bit Floating Point Specification, section 3; OCP Microscaling Formats v1.0, section 5.3).

    >>> from octant.workload import format_named
    >>> [largest(format_named(name)) for name in ("fp16", "e4m3", "e5m2", "fp6_e3m2", "fp4_e2m1")]
    [65504.0, 448.0, 57344.0, 28.0, 6.0]
    """
    if number.kind is NumberKind.INT:
        return 2 - 2.0 ** (2 - number.bits)  # MXINT8: 1 63/64
    exponent, mantissa = number.split
    bias = 2 ** (exponent - 1) - 1
    ieee = exponent >= 5 and number.bits >= 8
    top = math.ldexp(1.0, 2**exponent - 1 - bias - ieee)
    codes_lost = 1 if number.bits == 8 and not ieee else 0
    return top * (2 - (1 + codes_lost) * 2.0**-mantissa)


def rounded_float(values: NDArray[Any], number: NumberFormat) -> Floats:
    """The values rounded to a floating-point format, subnormals included; too large ones saturate.

    Between 2^e and 2^(e+1) the values of a format with m mantissa bits lie 2^(e-m) apart, and as
    far below its least normal number; rounding to a multiple of that distance is exact in binary64.

    Args:
        values: any shape.
        number: a floating-point format; its ``block`` is not looked at.

    >>> from octant.workload import format_named
    >>> rounded_float(np.array([1.06, 1.07, 500.0, 0.001]), format_named("e4m3")).tolist()
    [1.0, 1.125, 448.0, 0.001953125]
    """
    exponent_bits, mantissa_bits = number.split
    if number.bits > 16:
        return np.asarray(values, np.float32)
    wide = np.asarray(values, np.float64)
    least = 2 - 2 ** (exponent_bits - 1)
    with np.errstate(invalid="ignore"):
        exponents = np.maximum(np.frexp(wide)[1] - 1, least)
        apart = np.ldexp(1.0, exponents - mantissa_bits)
        nearest = np.rint(wide / apart) * apart
    limit = largest(number)
    clipped: Doubles = np.clip(nearest, -limit, limit)
    return clipped.astype(np.float32)


def rounded_block(values: NDArray[Any], number: NumberFormat, axis: int) -> Floats:
    """The values in blocks along an axis that share one power of two (OCP MX v1.0, section 6.3).

    The shared exponent is that of the block's greatest magnitude less the greatest exponent of an
    element; elements are rounded to nearest and saturate. A last block may be shorter.

    Args:
        values: any shape.
        number: a format with a ``block``.
        axis: the axis that blocks run along: the one that products are summed over.

    >>> from octant.workload import format_named
    >>> rounded_block(np.array([1.0, 5.0, 0.3]), format_named("mxfp4"), 0).tolist()
    [1.0, 4.0, 0.5]
    """
    if not number.block:
        raise InvalidWorkloadError(f"{number} shares no exponent: a block format is needed")
    moved = np.moveaxis(np.asarray(values, np.float64), axis, -1)
    length = moved.shape[-1]
    blocks = -(-length // number.block)
    padded = np.zeros((*moved.shape[:-1], blocks * number.block))
    padded[..., :length] = moved
    grouped = padded.reshape(*moved.shape[:-1], blocks, number.block)
    scale = _shared_scale(np.abs(grouped).max(axis=-1, keepdims=True), number)
    result = (_rounded_element(grouped / scale, number) * scale).reshape(padded.shape)
    return np.moveaxis(result[..., :length], -1, axis).astype(np.float32)


def _shared_scale(magnitude: Doubles, number: NumberFormat) -> Doubles:
    exponents = np.frexp(magnitude)[1] - 1 - math.frexp(largest(number))[1] + 1
    limit = _LARGEST_SHARED_EXPONENT
    return np.where(magnitude > 0, np.ldexp(1.0, np.clip(exponents, -limit, limit)), 1.0)


def _rounded_element(values: Doubles, number: NumberFormat) -> Doubles:
    if number.kind is NumberKind.FLOAT:
        return rounded_float(values, number).astype(np.float64)
    apart = 2.0 ** (2 - number.bits)
    return np.clip(np.rint(values / apart) * apart, -largest(number), largest(number))


def to_levels(
    values: NDArray[Any], scale: npt.ArrayLike, zero_point: npt.ArrayLike, limits: tuple[int, int]
) -> NDArray[Any]:
    """The whole numbers of an affine format: ``clip(rint(values / scale) + zero_point)``.

    Args:
        values: any shape; its type is that of the division, as in the hardware that rounds.
        scale: the distance of two levels; broadcasts against the values.
        zero_point: the level of the value 0; broadcasts, too.
        limits: the least and the greatest level.

    >>> to_levels(np.array([0.5, 1.5, 9.0]), np.array(1.0), np.array(0), (-3, 3)).tolist()
    [0.0, 2.0, 3.0]
    """
    low, high = limits
    found: NDArray[Any] = np.clip(np.rint(values / np.asarray(scale)) + zero_point, low, high)
    return found


def binary_weights(values: NDArray[Any], axes: tuple[int, ...]) -> tuple[Doubles, Doubles]:
    """Signs and scale of weights of one bit: the scale is the mean magnitude, which is the best.

    For signs s, ``sum((w - a*s)^2)`` is least at ``a = mean(|w|)`` (Rastegari et al., XNOR-Net,
    ECCV 2016, section 3.1). 0 has sign +1.

    Args:
        values: the weights.
        axes: those that share one scale.

    Returns:
        Levels of -1 and +1, and the scale with the reduced axes kept as 1.

    >>> levels_, scale = binary_weights(np.array([0.5, -1.5]), (0,))
    >>> levels_.tolist(), scale.tolist()
    ([1.0, -1.0], [1.0])
    """
    wide = np.asarray(values, np.float64)
    return np.where(wide < 0, -1.0, 1.0), np.abs(wide).mean(axis=axes, keepdims=True)


def ternary_weights(values: NDArray[Any], axes: tuple[int, ...]) -> tuple[Doubles, Doubles]:
    """Signs, zeros and scale of ternary weights, by the threshold of Ternary Weight Networks.

    Weights of a magnitude above ``0.7 * mean(|w|)`` keep their sign and share their mean magnitude
    as scale (Li et al., arXiv:1605.04711, section 2.2).

    >>> levels_, scale = ternary_weights(np.array([0.1, 2.0, -1.0, 0.2]), (0,))
    >>> levels_.tolist(), scale.tolist()
    ([0.0, 1.0, -1.0, 0.0], [1.5])
    """
    wide = np.asarray(values, np.float64)
    magnitude = np.abs(wide)
    kept = magnitude > TERNARY_THRESHOLD * magnitude.mean(axis=axes, keepdims=True)
    count = np.maximum(kept.sum(axis=axes, keepdims=True), 1)
    return np.sign(wide) * kept, (magnitude * kept).sum(axis=axes, keepdims=True) / count
