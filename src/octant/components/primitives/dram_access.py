"""Off-chip memory, by type."""

from __future__ import annotations

from typing import ClassVar

from octant.components.dram import DRAM_TYPES, dram_access
from octant.components.estimator import About, AbstractEstimator
from octant.components.price import Price
from octant.components.spec import CHOICE, Attribute, ComponentSpec


class Dram(AbstractEstimator):
    """A word moved to or from DRAM, interface included.

    >>> from octant.components.estimator import energy
    >>> spec = ComponentSpec.of("dram", type="DDR3", width_bits=64)
    >>> round(energy(Dram(), spec, "read").energy_j / 1e-12)  # 64 x 70
    4480
    """

    about: ClassVar[About] = About(
        "dram",
        "dram",
        "off-chip memory with its interface",
        ("read", "write"),
        (
            Attribute("type", "type", CHOICE, "of memory", choices=tuple(DRAM_TYPES)),
            Attribute("width_bits", "width", "width", "of a word", 1),
        ),
        "width x joules a bit of the type; "
        + "; ".join(f"{kind} {row.shown}" for kind, row in DRAM_TYPES.items()),
        "an average over an access pattern that the sources do not all state; a write is taken to "
        "cost what a read does, but for DDR4; background power and refresh are not in it, nor, for "
        "DDR4, the controller's end of the wires",
        tuple(dict.fromkeys(citation for row in DRAM_TYPES.values() for _, citation in row.listed)),
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of one word; where the sources disagree the interval spans them."""
        return dram_access(spec.word("type"), round(spec.number("width_bits")), action)
