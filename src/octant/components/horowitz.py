"""The energy of arithmetic, after Horowitz: 45 nm, 0.9 V.

Between the published points an adder is linear in its width, and a multiplier a power of it: the
exponent goes through the two points (8 b 0.2 pJ, 32 b 3.1 pJ) and comes out as 1.98, nearly the
quadratic growth of an array multiplier. Outside of the points nothing is estimated.

The figure gives one or two digits and no limits. Half of the last digit is the least by which a
number may be off, and it is what the spreads below hold; what no rounding explains (another
library, another clock) is not in them.
"""

from __future__ import annotations

import math

from octant.components.price import Price, total
from octant.components.technology import Technology, scaled
from octant.components.uncertainty import between
from octant.errors import NotEstimatedError
from octant.source import Origin, Source

HOROWITZ_2014 = "Horowitz, Computing's energy problem, ISSCC 2014, Figure 1.1.9"
HOROWITZ_TECHNOLOGY = Technology(45e-9, 0.9)

_ROUNDED = "Horowitz 2014 gives one or two digits"

#: Integer width in bits to the energy of one operation in joules.
INTEGER_ADD_J: dict[int, float] = {8: 0.03e-12, 16: 0.05e-12, 32: 0.1e-12}
INTEGER_MULTIPLY_J: dict[int, float] = {8: 0.2e-12, 32: 3.1e-12}
#: Floating-point width in bits to the energy of one operation in joules.
FLOAT_ADD_J: dict[int, float] = {16: 0.4e-12, 32: 0.9e-12}
FLOAT_MULTIPLY_J: dict[int, float] = {16: 1.1e-12, 32: 3.7e-12}
#: Half of the last digit of every figure but the two smallest ones.
HALF_A_DIGIT_J = 0.05e-12
#: Half of the last digit of the 8-bit and 16-bit additions.
HALF_A_SMALL_DIGIT_J = 0.005e-12
#: One 32-bit read of an 8 KiB SRAM, in joules.
SRAM_8KIB_READ_32B_J = 5e-12


def integer_add(bits: int) -> Price:
    """The price of one integer addition at 45 nm, 0.9 V: linear between the published widths.

    Args:
        bits: 8 to 32.

    Raises:
        NotEstimatedError: outside of 8 to 32 bits.

    >>> integer_add(16).energy_j
    5e-14
    >>> round(integer_add(24).energy_j / 1e-12, 6)  # half way from 0.05 to 0.1 pJ
    0.075
    """
    low, high = _neighbours(bits, INTEGER_ADD_J, "an integer addition")
    share = (bits - low) / (high - low) if high > low else 0.0
    energy_j = INTEGER_ADD_J[low] + share * (INTEGER_ADD_J[high] - INTEGER_ADD_J[low])
    half_j = HALF_A_SMALL_DIGIT_J if bits <= 16 else HALF_A_DIGIT_J
    published = bits in INTEGER_ADD_J
    return _price(energy_j, published, "interpolated linearly in the width", half_j)


def integer_multiply(bits: int) -> Price:
    """The price of one integer multiplication at 45 nm, 0.9 V.

    The energy is ``0.2 pJ * (bits/8)**x`` with ``x = log(3.1/0.2) / log(32/8) = 1.977``, so that
    both published points are met.

    Args:
        bits: 8 to 32.

    Raises:
        NotEstimatedError: outside of 8 to 32 bits.

    >>> integer_multiply(8).energy_j
    2e-13
    >>> round(integer_multiply(16).energy_j / 1e-12, 4)  # sqrt(0.2 * 3.1)
    0.7874
    """
    low, _ = _neighbours(bits, INTEGER_MULTIPLY_J, "an integer multiplication")
    if bits in INTEGER_MULTIPLY_J:
        return _price(INTEGER_MULTIPLY_J[bits], True, "", HALF_A_DIGIT_J)
    growth = _growth(0.0)
    energy_j = INTEGER_MULTIPLY_J[low] * (bits / low) ** growth
    how = f"the width to the power of {growth:.3f} between 8 and 32 bits"
    # The exponent meets both ends, so both may move by their half digits at once.
    low_j = (INTEGER_MULTIPLY_J[low] - HALF_A_DIGIT_J) * (bits / low) ** _growth(-HALF_A_DIGIT_J)
    return _price(energy_j, False, how, energy_j - low_j)


def integer_mac(bits: int, accumulator_bits: int, technology: Technology) -> Price:
    """The price of one integer multiply-accumulate: a multiplication and an addition.

    Registers, clock and control are not in the published figures, so neither are they in this one.

    Args:
        bits: width of both factors, 8 to 32.
        accumulator_bits: width of the addition, 8 to 32.
        technology: node and voltage; other than 45 nm, 0.9 V the price is scaled.

    Raises:
        NotEstimatedError: a width or the technology is outside of what is published.

    >>> price = integer_mac(8, 32, HOROWITZ_TECHNOLOGY)
    >>> round(price.energy_j / 1e-12, 6)  # 0.2 + 0.1
    0.3
    >>> round(integer_mac(16, 16, Technology(65e-9, 1.0)).energy_j / 1e-12, 3)  # 0.8374 * 1.5776
    1.321
    """
    multiply, add = integer_multiply(bits), integer_add(accumulator_bits)
    citation = f"{bits} b multiplication and {accumulator_bits} b addition of {HOROWITZ_2014}"
    together = total([(1, multiply), (1, add)], citation)
    return scaled(together, HOROWITZ_TECHNOLOGY, technology)


def float_mac(bits: int, accumulator_bits: int, technology: Technology) -> Price:
    """The price of one floating-point multiply-accumulate; only 16 and 32 bits are published.

    Raises:
        NotEstimatedError: another width, or a technology outside of the table.

    >>> round(float_mac(16, 32, HOROWITZ_TECHNOLOGY).energy_j / 1e-12, 6)  # 1.1 + 0.9
    2.0
    """
    multiply, add = float_multiply(bits), float_add(accumulator_bits)
    parts = f"{bits} b floating-point multiplication and {accumulator_bits} b addition"
    price = total([(1, multiply), (1, add)], f"{parts} of {HOROWITZ_2014}")
    return scaled(price, HOROWITZ_TECHNOLOGY, technology)


def float_add(bits: int) -> Price:
    """The price of one floating-point addition at 45 nm, 0.9 V: 16 or 32 bits, as published.

    Raises:
        NotEstimatedError: another width.

    >>> float_add(32).energy_j
    9e-13
    """
    return _float(bits, FLOAT_ADD_J)


def float_multiply(bits: int) -> Price:
    """The price of one floating-point multiplication at 45 nm, 0.9 V: 16 or 32 bits, as published.

    Raises:
        NotEstimatedError: another width.

    >>> float_multiply(16).energy_j
    1.1e-12
    """
    return _float(bits, FLOAT_MULTIPLY_J)


def _float(bits: int, table: dict[int, float]) -> Price:
    if bits not in table:
        raise NotEstimatedError(
            f"a floating-point operation of {bits} b; {HOROWITZ_2014} gives 16 b and 32 b"
        )
    return _price(table[bits], True, "", HALF_A_DIGIT_J)


def _growth(off_j: float) -> float:
    """The exponent through the two multiplications, both off by so many joules."""
    low, high = min(INTEGER_MULTIPLY_J), max(INTEGER_MULTIPLY_J)
    ratio = (INTEGER_MULTIPLY_J[high] + off_j) / (INTEGER_MULTIPLY_J[low] + off_j)
    return math.log(ratio) / math.log(high / low)


def _neighbours(bits: int, table: dict[int, float], operation: str) -> tuple[int, int]:
    """The published widths around ``bits``; twice the same where it is published."""
    if not min(table) <= bits <= max(table):
        raise NotEstimatedError(
            f"{operation} of {bits} b; {HOROWITZ_2014} covers {min(table)} b to {max(table)} b: "
            "give the energy itself, with its source"
        )
    low = max(width for width in table if width <= bits)
    return low, min(width for width in table if width >= bits)


def _price(energy_j: float, published: bool, how: str, half_j: float) -> Price:
    spread = between(_ROUNDED, energy_j - half_j, energy_j, energy_j + half_j)
    if published:
        return Price(energy_j, Source(Origin.PUBLISHED, HOROWITZ_2014), (spread,))
    return Price(energy_j, Source(Origin.MODELLED, f"{HOROWITZ_2014}, {how}"), (spread,))
