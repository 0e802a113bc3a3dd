"""Floating-point arithmetic after Horowitz: the published widths and no other."""

from __future__ import annotations

from typing import ClassVar

from octant.components.estimator import About, AbstractEstimator
from octant.components.horowitz import (
    HOROWITZ_2014,
    HOROWITZ_TECHNOLOGY,
    float_add,
    float_mac,
    float_multiply,
)
from octant.components.price import Price
from octant.components.spec import Attribute, ComponentSpec

_NODES = (HOROWITZ_TECHNOLOGY.process_m,)
_WITHOUT = (
    "16 b and 32 b, nothing between; arithmetic alone: no registers, no clock, no control; "
    "no area, no leakage"
)
_WIDTH = Attribute("width_bits", "width", "width", "of both operands, 16 b or 32 b", 16, 32)
_SUM = Attribute("accumulator_bits", "accumulator", "width", "of the sum, 16 b or 32 b", 16, 32)


class FloatAdd(AbstractEstimator):
    """One floating-point addition.

    >>> from octant.components.estimator import energy
    >>> energy(FloatAdd(), ComponentSpec.of("float-add", width_bits=16), "add").energy_j
    4e-13
    """

    about: ClassVar[About] = About(
        "float-add",
        "float-add",
        "floating-point adder",
        ("add",),
        (_WIDTH,),
        "0.4 pJ (16 b), 0.9 pJ (32 b)",
        _WITHOUT,
        (HOROWITZ_2014,),
        _NODES,
        HOROWITZ_TECHNOLOGY.voltage_v,
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of an addition."""
        return float_add(round(spec.number("width_bits")))


class FloatMultiply(AbstractEstimator):
    """One floating-point multiplication.

    >>> from octant.components.estimator import energy
    >>> spec = ComponentSpec.of("float-multiply", width_bits=32)
    >>> energy(FloatMultiply(), spec, "multiply").energy_j
    3.7e-12
    """

    about: ClassVar[About] = About(
        "float-multiply",
        "float-multiply",
        "floating-point multiplier",
        ("multiply",),
        (_WIDTH,),
        "1.1 pJ (16 b), 3.7 pJ (32 b)",
        _WITHOUT,
        (HOROWITZ_2014,),
        _NODES,
        HOROWITZ_TECHNOLOGY.voltage_v,
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of a multiplication."""
        return float_multiply(round(spec.number("width_bits")))


class FloatMac(AbstractEstimator):
    """One floating-point multiply-accumulate: a multiplication and an addition.

    >>> from octant.components.estimator import energy
    >>> spec = ComponentSpec.of("float-mac", width_bits=16, accumulator_bits=32)
    >>> round(energy(FloatMac(), spec, "compute").energy_j / 1e-12, 6)  # 1.1 + 0.9
    2.0
    """

    about: ClassVar[About] = About(
        "float-mac",
        "float-mac",
        "floating-point multiply-accumulate unit",
        ("compute",),
        (_WIDTH, _SUM),
        "float-multiply of the width + float-add of the accumulator",
        _WITHOUT,
        (HOROWITZ_2014,),
        _NODES,
        HOROWITZ_TECHNOLOGY.voltage_v,
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of a multiply-accumulate."""
        bits = round(spec.number("width_bits")), round(spec.number("accumulator_bits"))
        return float_mac(*bits, HOROWITZ_TECHNOLOGY)
