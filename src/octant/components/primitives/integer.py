"""Integer arithmetic after Horowitz: addition, multiplication, multiply-accumulate."""

from __future__ import annotations

from typing import ClassVar

from octant.components.estimator import About, AbstractEstimator
from octant.components.horowitz import (
    HOROWITZ_2014,
    HOROWITZ_TECHNOLOGY,
    integer_add,
    integer_mac,
    integer_multiply,
)
from octant.components.price import Price
from octant.components.spec import Attribute, ComponentSpec

_NODES = (HOROWITZ_TECHNOLOGY.process_m,)
_WITHOUT = "arithmetic alone: no registers, no clock, no control; no area, no leakage"
_WIDTH = Attribute("width_bits", "width", "width", "of both operands", 8, 32)
_SUM = Attribute("accumulator_bits", "accumulator", "width", "of the addition", 8, 32)


class IntegerAdd(AbstractEstimator):
    """One integer addition.

    >>> from octant.components.estimator import energy
    >>> energy(IntegerAdd(), ComponentSpec.of("integer-add", width_bits=32), "add").energy_j
    1e-13
    """

    about: ClassVar[About] = About(
        "integer-add",
        "integer-add",
        "integer adder",
        ("add",),
        (_WIDTH,),
        "linear between 0.03 pJ (8 b), 0.05 pJ (16 b) and 0.1 pJ (32 b)",
        _WITHOUT,
        (HOROWITZ_2014,),
        _NODES,
        HOROWITZ_TECHNOLOGY.voltage_v,
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of an addition; outside of 8 b to 32 b nothing is known."""
        return integer_add(round(spec.number("width_bits")))


class IntegerMultiply(AbstractEstimator):
    """One integer multiplication.

    >>> from octant.components.estimator import energy
    >>> spec = ComponentSpec.of("integer-multiply", width_bits=8)
    >>> energy(IntegerMultiply(), spec, "multiply").energy_j
    2e-13
    """

    about: ClassVar[About] = About(
        "integer-multiply",
        "integer-multiply",
        "integer multiplier",
        ("multiply",),
        (_WIDTH,),
        "0.2 pJ x (width / 8 b)^1.977, through 0.2 pJ (8 b) and 3.1 pJ (32 b)",
        _WITHOUT,
        (HOROWITZ_2014,),
        _NODES,
        HOROWITZ_TECHNOLOGY.voltage_v,
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of a multiplication; outside of 8 b to 32 b nothing is known."""
        return integer_multiply(round(spec.number("width_bits")))


class IntegerMac(AbstractEstimator):
    """One integer multiply-accumulate: a multiplication and an addition.

    >>> from octant.components.estimator import energy
    >>> spec = ComponentSpec.of("integer-mac", width_bits=8, accumulator_bits=32)
    >>> round(energy(IntegerMac(), spec, "compute").energy_j / 1e-12, 6)  # 0.2 + 0.1
    0.3
    """

    about: ClassVar[About] = About(
        "integer-mac",
        "integer-mac",
        "integer multiply-accumulate unit",
        ("compute",),
        (_WIDTH, _SUM),
        "integer-multiply of the width + integer-add of the accumulator",
        _WITHOUT,
        (HOROWITZ_2014,),
        _NODES,
        HOROWITZ_TECHNOLOGY.voltage_v,
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of a multiply-accumulate; outside of 8 b to 32 b nothing is known."""
        bits = round(spec.number("width_bits")), round(spec.number("accumulator_bits"))
        return integer_mac(*bits, HOROWITZ_TECHNOLOGY)
