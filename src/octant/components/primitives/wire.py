"""On-chip wires: the charge that moves when a bit changes."""

from __future__ import annotations

from typing import ClassVar

from octant.components.estimator import About, AbstractEstimator
from octant.components.price import Price
from octant.components.spec import Attribute, ComponentSpec
from octant.components.uncertainty import between
from octant.source import Origin, Source

#: Farads a metre: 0.2 pF a millimetre.
CAPACITANCE_F_PER_M = 0.2e-9
#: The other figure that is in use, with the coupling to the neighbours in it.
COUPLED_F_PER_M = 0.2e-9 * 1.627
_SOURCE = (
    "wires of 0.2 fF/um, 1.627 times that with coupling, as accelergy-aladdin-plug-in's wire "
    "model has them"
)


class Wire(AbstractEstimator):
    """A word driven over a wire.

    A bit that rises takes ``C V^2`` from the supply, one that falls takes nothing; with the share
    of bits that change as ``activity``, half of them rising, a word of ``width`` takes
    ``width x length x activity / 2 x C V^2``. So 16 b over 1 mm at 1 V with half of the bits
    changing: 16 x 0.25 x 0.2 pJ.

    >>> from octant.components.estimator import energy
    >>> spec = ComponentSpec.of("wire", length_m=1e-3, width_bits=16, swing_v=1.0)
    >>> round(energy(Wire(), spec, "transfer").energy_j / 1e-12, 3)
    0.8
    """

    about: ClassVar[About] = About(
        "wire",
        "wire",
        "on-chip wire",
        ("transfer",),
        (
            Attribute("length_m", "length", "length", "from sender to receiver"),
            Attribute("width_bits", "width", "width", "of a word", 1),
            Attribute("swing_v", "swing", "voltage", "that the wire swings by", 0.4, 1.4),
            Attribute(
                "activity_share", "activity", "share", "of the bits that change", 0, 1, default=0.5
            ),
        ),
        "width x length x activity / 2 x 0.2 pF/mm x swing^2",
        "full swing; repeaters and the latches at the ends are not in it; the capacitance of a "
        "millimetre hardly changes with the node",
        (_SOURCE,),
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of one word; the interval goes up to the capacitance with coupling."""
        farads = CAPACITANCE_F_PER_M * spec.number("length_m")
        rising = spec.number("width_bits") * spec.number("activity_share") / 2
        energy_j = rising * farads * spec.number("swing_v") ** 2
        spread = between(
            "wires without coupling to their neighbours",
            CAPACITANCE_F_PER_M,
            CAPACITANCE_F_PER_M,
            COUPLED_F_PER_M,
        )
        return Price(energy_j, Source(Origin.MODELLED, _SOURCE), (spread,))
