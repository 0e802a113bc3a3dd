"""An estimator of a counter of ones: an adder tree of Horowitz's adders."""

from __future__ import annotations

import math
from typing import ClassVar

from octant.components import About, AbstractEstimator, Attribute, ComponentSpec, Price
from octant.components.horowitz import HOROWITZ_2014, HOROWITZ_TECHNOLOGY, integer_add
from octant.source import Origin, Source


class Popcount(AbstractEstimator):
    """The ones of a word, counted by a tree of adders, each taken as one of 8 b."""

    about: ClassVar[About] = About(
        name="popcount",
        kind="popcount",
        title="counter of ones",
        actions=("count",),
        attributes=(Attribute("width_bits", "width", "width", "of a word", 2, 256),),
        equation="(width - 1) x an 8 b addition",
        validity="words of up to 256 b, whose sums fit 8 b and a carry; adders alone",
        sources=(HOROWITZ_2014,),
        nodes_m=(HOROWITZ_TECHNOLOGY.process_m,),
        voltage_v=HOROWITZ_TECHNOLOGY.voltage_v,
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of all adders of the tree."""
        adder = integer_add(8)
        adders = math.floor(spec.number("width_bits")) - 1
        source = Source(Origin.MODELLED, f"{adders} additions of 8 b of {HOROWITZ_2014}")
        return Price(adders * adder.energy_j, source, adder.spreads)
