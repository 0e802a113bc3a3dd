"""A small register file: the register that is read, and the comparators that find it."""

from __future__ import annotations

import math
from typing import ClassVar

from octant.components.aladdin import ALADDIN, ALADDIN_NODE_M, TABLE, WIDTH_BITS
from octant.components.estimator import About, AbstractEstimator
from octant.components.price import Estimate, Price
from octant.components.spec import COUNT, Attribute, ComponentSpec
from octant.source import Origin, Source

_WORDS = f"a register and a comparator a word of {ALADDIN}"


class RegisterFile(AbstractEstimator):
    """A file of registers, one word of which is read or written at a time.

    With 32 words of 20 b: 20 x 0.009 pJ, and 32 comparators of 5 b at 0.02947 pJ x 5/32. The table
    published with the Sparseloop artifact (MICRO 2022) has 0.325 pJ for that file, the one check
    that exists.

    >>> from octant.components.estimator import energy
    >>> spec = ComponentSpec.of("register-file", width_bits=20, depth=32)
    >>> round(energy(RegisterFile(), spec, "read").energy_j / 1e-12, 3)
    0.327
    """

    about: ClassVar[About] = About(
        "register-file",
        "register-file",
        "register file of flip-flops",
        ("read", "write"),
        (
            Attribute("width_bits", "width", "width", "of a word", 1, 64),
            Attribute("depth", "depth", COUNT, "words", 2, 256),
        ),
        "width x 0.009 pJ + depth x a comparator of log2(depth) bits (0.02947 pJ x bits / 32); "
        "area and leakage: 5.98 um^2 and 70 nW a bit",
        "one port; decoders beyond the comparators, clock and wires are not in it; no supply is "
        "stated; a write is taken to cost what a read does; area and leakage are the registers' "
        "alone",
        (ALADDIN,),
        (ALADDIN_NODE_M,),
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of one word read or written."""
        depth = spec.number("depth")
        compared = TABLE["comparator"].energy_j * math.log2(depth) / WIDTH_BITS
        energy_j = spec.number("width_bits") * TABLE["register"].energy_j + depth * compared
        return Price(energy_j, Source(Origin.MODELLED, _WORDS))

    def area(self, spec: ComponentSpec) -> Estimate:
        """The area of the registers."""
        bits = spec.number("width_bits") * spec.number("depth")
        source = Source(Origin.MODELLED, f"registers of {ALADDIN}")
        return Estimate(bits * TABLE["register"].area_m2, "area", source)

    def leakage(self, spec: ComponentSpec) -> Estimate:
        """The leakage of the registers."""
        bits = spec.number("width_bits") * spec.number("depth")
        source = Source(Origin.MODELLED, f"registers of {ALADDIN}")
        return Estimate(bits * (TABLE["register"].leakage_w or 0.0), "power", source)
