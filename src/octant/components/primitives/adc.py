"""Analog-to-digital converters: a regression over the converters that were published."""

from __future__ import annotations

import math
from typing import ClassVar

from octant.components.estimator import About, AbstractEstimator
from octant.components.price import Estimate, Price
from octant.components.spec import COUNT, Attribute, ComponentSpec
from octant.components.uncertainty import Spread
from octant.source import Origin, Source

REGRESSION = (
    "regression over Murmann's survey of converters, 1997 to 2023, as accelergy-adc-plug-in's "
    "model has it (Andrulis et al., arXiv 2404.06553)"
)
# Figure of merit in dB: the smaller of a limit by speed and one by resolution.
_SPEED_DB, _SPEED_SLOPE = 213.7806687348118, -2.8719030399529957
_BITS_DB, _BITS_SLOPE = 128.3068287398817, 3.2205114
# Energy: exp of a constant, a slope in ln(nm), one in ln(bits), and the residual's quantile.
_ENERGY, _NODE, _RESOLUTION, _QUANTILE = (
    26.0496215686518,
    1.8800369206815004,
    -2.8291256050594527,
    -1.4702022133784405,
)
_AREA, _AREA_NODE, _AREA_SPEED, _AREA_ENERGY = (
    1.3461916439910742,
    0.9932794744745022,
    0.18071538424508238,
    0.29912426192653485,
)
#: Macros whose converters were measured need 0.275 to 3.5 times the regression's energy: the
#: factors with which CiMLoop's authors calibrate it to Jia (JSSC 2020) and Sinangil (JSSC 2021).
_CALIBRATED = Spread("a converter as good as the regression's", 0.275, 3.5)
#: ISAAC's converter takes 1200 um^2 where the regression has 6312 um^2: the survey's converters
#: stand alone, with references and buffers that an array shares.
_ALONE = Spread("a converter as large as one that stands alone", 1200 / 6312, 1.0)


class Adc(AbstractEstimator):
    """One conversion of one of ``converters`` that share a sample rate.

    >>> from octant.components.estimator import energy
    >>> spec = ComponentSpec.of("adc", process_m=32e-9, resolution_bits=8, rate_hz=1e8)
    >>> round(energy(Adc(), spec, "convert").energy_j / 1e-12, 3)
    1.714
    """

    about: ClassVar[About] = About(
        "adc",
        "adc",
        "analog-to-digital converter",
        ("convert",),
        (
            Attribute(
                "resolution_bits", "resolution", "width", "effective bits", 4, 14, fractional=True
            ),
            Attribute("rate_hz", "rate", "frequency", "conversions a second, of all", 1e3, 1e10),
            Attribute("converters", "converters", COUNT, "that share the rate", 1, default=1.0),
        ),
        "E = exp(24.58 + 1.88 ln(nm) - 2.83 ln(b)) / (2 x 10^((FOM - SNDR) / 10)) pJ with SNDR = "
        "6.02 b + 1.76 dB and FOM = min(213.8 - 2.87 ln(Hz), 128.3 + 3.22 ceil(b)) dB; "
        "A = exp(1.346 + 0.993 ln(nm) + 0.181 ln(Hz) + 0.299 ln(pJ)) um^2",
        "the best fifth of published converters by energy, the best tenth by area; measured macros "
        "need 0.275 to 3.5 times its energy, ISAAC's converter 0.19 times its area; leakage is "
        "part of the energy",
        (REGRESSION,),
        (7e-9, 16e-9, 22e-9, 32e-9, 45e-9, 65e-9, 130e-9),
        None,
        True,
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of one conversion, its share of the leakage included."""
        return Price(_energy_pj(spec) * 1e-12, _SOURCE, (_CALIBRATED,))

    def area(self, spec: ComponentSpec) -> Estimate:
        """The area of all converters."""
        converters = spec.number("converters")
        rate = spec.number("rate_hz") / converters
        logarithm = (
            _AREA
            + _AREA_NODE * math.log(_nm(spec))
            + _AREA_SPEED * math.log(rate)
            + _AREA_ENERGY * math.log(_energy_pj(spec))
        )
        area_m2 = converters * math.exp(logarithm) * 1e-12
        return Estimate(area_m2, "area", _SOURCE, (_ALONE,))

    def latency(self, spec: ComponentSpec, action: str) -> Estimate:
        """The time between two conversions of one converter."""
        seconds = spec.number("converters") / spec.number("rate_hz")
        return Estimate(seconds, "time", Source(Origin.MODELLED, "the stated rate"))


_SOURCE = Source(Origin.MODELLED, REGRESSION)


def _energy_pj(spec: ComponentSpec) -> float:
    bits = spec.number("resolution_bits")
    rate = spec.number("rate_hz") / spec.number("converters")
    sndr_db = bits * 20 * math.log10(2) + 10 * math.log10(1.5)
    by_bits = _BITS_DB + _BITS_SLOPE * math.ceil(bits)
    merit_db = min(_SPEED_DB + _SPEED_SLOPE * math.log(rate), by_bits)
    thermal_pj = 1 / (2 * 10 ** ((merit_db - sndr_db) / 10))
    grown = _ENERGY + _NODE * math.log(_nm(spec)) + _RESOLUTION * math.log(bits) + _QUANTILE
    return thermal_pj * math.exp(grown)


def _nm(spec: ComponentSpec) -> float:
    assert spec.process_m is not None, "the spec is prepared"
    return spec.process_m / 1e-9
