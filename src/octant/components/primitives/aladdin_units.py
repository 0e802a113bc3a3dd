"""Arithmetic from Aladdin's table: energy, area and leakage at 40 nm."""

from __future__ import annotations

from typing import ClassVar

from octant.components.aladdin import ALADDIN, ALADDIN_NODE_M, TABLE, WIDTH_BITS
from octant.components.estimator import About, AbstractEstimator
from octant.components.price import Estimate, Price, total, total_estimate
from octant.components.spec import Attribute, ComponentSpec
from octant.errors import NotEstimatedError
from octant.source import Origin, Source

_WIDTH = Attribute("width_bits", "width", "width", "of both operands", 1, 64)
_SUM = Attribute("accumulator_bits", "accumulator", "width", "of the addition", 1, 64)
_CLOCK = "a pipeline of 1 ns; no supply is stated"


def _source(bits: float) -> Source:
    published = bits == WIDTH_BITS
    how = "" if published else f"; from {WIDTH_BITS} b to {bits:g} b as its estimator scales it"
    return Source(Origin.PUBLISHED if published else Origin.MODELLED, ALADDIN + how)


def _scale(unit: str, bits: float) -> float:
    """A multiplier grows with the square of its width, an adder in proportion to it."""
    return (bits / WIDTH_BITS) ** (2 if unit == "multiplier" else 1)


def unit_price(unit: str, bits: float) -> Price:
    """The energy of one operation of a unit of that width.

    >>> round(unit_price("multiplier", 16).energy_j / 1e-12, 2)  # 12.68 / 4
    3.17
    """
    return Price(TABLE[unit].energy_j * _scale(unit, bits), _source(bits))


def unit_area(unit: str, bits: float) -> Estimate:
    """The area of a unit of that width.

    >>> round(unit_area("adder", 8).value / 1e-12, 1)  # 278 / 4
    69.5
    """
    return Estimate(TABLE[unit].area_m2 * _scale(unit, bits), "area", _source(bits))


def unit_leakage(unit: str, bits: float) -> Estimate:
    """The leakage of a unit of that width."""
    leakage_w = TABLE[unit].leakage_w
    if leakage_w is None:
        raise NotEstimatedError(f"the table of Aladdin gives no leakage of a {unit}")
    return Estimate(leakage_w * _scale(unit, bits), "power", _source(bits))


class AladdinAdd(AbstractEstimator):
    """One integer addition.

    >>> from octant.components.estimator import energy
    >>> spec = ComponentSpec.of("aladdin-add", width_bits=32)
    >>> energy(AladdinAdd(), spec, "add").energy_j
    2.1e-13
    """

    about: ClassVar[About] = About(
        "aladdin-add",
        "integer-add",
        "integer adder, Aladdin's table",
        ("add",),
        (_WIDTH,),
        "0.21 pJ, 278 um^2, 2.3 uW at 32 b, in proportion to the width",
        _CLOCK,
        (ALADDIN,),
        (ALADDIN_NODE_M,),
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of an addition."""
        return unit_price("adder", spec.number("width_bits"))

    def area(self, spec: ComponentSpec) -> Estimate:
        """The area of the adder."""
        return unit_area("adder", spec.number("width_bits"))

    def leakage(self, spec: ComponentSpec) -> Estimate:
        """The leakage of the adder."""
        return unit_leakage("adder", spec.number("width_bits"))


class AladdinMac(AbstractEstimator):
    """One integer multiply-accumulate: a multiplier and an adder.

    >>> from octant.components.estimator import energy
    >>> spec = ComponentSpec.of("aladdin-mac", width_bits=16, accumulator_bits=16)
    >>> round(energy(AladdinMac(), spec, "compute").energy_j / 1e-12, 3)  # 3.17 + 0.105
    3.275
    """

    about: ClassVar[About] = About(
        "aladdin-mac",
        "integer-mac",
        "integer multiply-accumulate unit, Aladdin's table",
        ("compute",),
        (_WIDTH, _SUM),
        "multiplier (12.68 pJ, 6350 um^2, 80 uW at 32 b, with the square of the width) + adder "
        "(0.21 pJ, 278 um^2, 2.3 uW at 32 b, in proportion)",
        f"{_CLOCK}; no registers between the two",
        (ALADDIN,),
        (ALADDIN_NODE_M,),
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of a multiply-accumulate."""
        multiply, add = (unit_price(*part) for part in _parts(spec))
        return total([(1, multiply), (1, add)], _words(spec))

    def area(self, spec: ComponentSpec) -> Estimate:
        """The area of multiplier and adder."""
        multiply, add = (unit_area(*part) for part in _parts(spec))
        return total_estimate([(1, multiply), (1, add)], "area", _words(spec))

    def leakage(self, spec: ComponentSpec) -> Estimate:
        """The leakage of multiplier and adder."""
        multiply, add = (unit_leakage(*part) for part in _parts(spec))
        return total_estimate([(1, multiply), (1, add)], "power", _words(spec))


class AladdinFloatMac(AbstractEstimator):
    """One single-precision multiply-accumulate: a multiplier and an adder of 32 b.

    >>> from octant.components.estimator import energy
    >>> spec = ComponentSpec.of("aladdin-float-mac")
    >>> round(energy(AladdinFloatMac(), spec, "compute").energy_j / 1e-12, 3)  # 35.3 + 16.679
    51.979
    """

    about: ClassVar[About] = About(
        "aladdin-float-mac",
        "float-mac",
        "single-precision multiply-accumulate unit, Aladdin's table",
        ("compute",),
        (),
        "multiplier (35.3 pJ, 4360 um^2, 0.12 mW) + adder (16.679 pJ, 4360 um^2, 53 uW)",
        f"32 b only; {_CLOCK}",
        (ALADDIN,),
        (ALADDIN_NODE_M,),
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of a multiply-accumulate."""
        parts = [(1, unit_price(f"float {unit}", WIDTH_BITS)) for unit in ("multiplier", "adder")]
        return total(parts, f"a float multiplier and adder of {ALADDIN}")

    def area(self, spec: ComponentSpec) -> Estimate:
        """The area of multiplier and adder."""
        parts = [(1, unit_area(f"float {unit}", WIDTH_BITS)) for unit in ("multiplier", "adder")]
        return total_estimate(parts, "area", f"a float multiplier and adder of {ALADDIN}")

    def leakage(self, spec: ComponentSpec) -> Estimate:
        """The leakage of multiplier and adder."""
        parts = [(1, unit_leakage(f"float {unit}", WIDTH_BITS)) for unit in ("multiplier", "adder")]
        return total_estimate(parts, "power", f"a float multiplier and adder of {ALADDIN}")


def _parts(spec: ComponentSpec) -> tuple[tuple[str, float], tuple[str, float]]:
    return (
        ("multiplier", spec.number("width_bits")),
        ("adder", spec.number("accumulator_bits")),
    )


def _words(spec: ComponentSpec) -> str:
    (_, factor_bits), (_, sum_bits) = _parts(spec)
    return f"a multiplier of {factor_bits:g} b and an adder of {sum_bits:g} b of {ALADDIN}"
