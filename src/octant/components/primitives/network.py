"""On-chip networks: routers with their hops, multicast buses, the adders of a reduction."""

from __future__ import annotations

from typing import ClassVar

from octant.components.estimator import About, AbstractEstimator
from octant.components.horowitz import HOROWITZ_2014, HOROWITZ_TECHNOLOGY, integer_add
from octant.components.isaac import ISAAC, ISAAC_NODE_M, PARTS
from octant.components.price import Price
from octant.components.spec import COUNT, Attribute, ComponentSpec
from octant.source import Origin, Source

_FLIT_BITS = 256
_WIDTH = Attribute("width_bits", "width", "width", "of a word", 1, _FLIT_BITS)


class Router(AbstractEstimator):
    """A word through the routers of a mesh: one more router than hops.

    >>> from octant.components.estimator import energy
    >>> spec = ComponentSpec.of("router", width_bits=256, hops=1)
    >>> round(energy(Router(), spec, "transfer").energy_j / 1e-12, 2)  # 2 x 20.74
    41.48
    """

    about: ClassVar[About] = About(
        "router",
        "network",
        "routers of a mesh",
        ("transfer",),
        (_WIDTH, Attribute("hops", "hops", COUNT, "links between routers on the way", 0)),
        "(hops + 1) x 20.74 pJ x width / 256 b",
        "in proportion to the width, from one router of 256 b flits; the links between the "
        "routers are wires, priced by themselves; no supply is stated",
        (ISAAC,),
        (ISAAC_NODE_M,),
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of one word through all routers on its way."""
        routers = spec.number("hops") + 1
        energy_j = routers * PARTS["router"].energy_j * spec.number("width_bits") / _FLIT_BITS
        return Price(energy_j, Source(Origin.MODELLED, f"a router of {ISAAC}"))


class MulticastBus(AbstractEstimator):
    """A word put on a bus that every listener hears; it is paid for once.

    >>> from octant.components.estimator import energy
    >>> spec = ComponentSpec.of("multicast-bus", width_bits=16)
    >>> round(energy(MulticastBus(), spec, "transfer").energy_j / 1e-12, 3)  # 16 x 0.054
    0.864
    """

    about: ClassVar[About] = About(
        "multicast-bus",
        "network",
        "bus inside a tile, one sender and many listeners",
        ("transfer",),
        (_WIDTH,),
        "width x 0.054 pJ",
        "the length of that tile's bus, whatever the number of listeners; no supply is stated",
        (ISAAC,),
        (ISAAC_NODE_M,),
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of one word on the bus."""
        energy_j = spec.number("width_bits") * PARTS["bus bit"].energy_j
        return Price(energy_j, Source(Origin.MODELLED, f"the bus of {ISAAC}"))


class Reduction(AbstractEstimator):
    """The partial sums of several senders added up on the way: an adder for all but one.

    >>> from octant.components.estimator import energy
    >>> spec = ComponentSpec.of("reduction", width_bits=32, senders=4)
    >>> round(energy(Reduction(), spec, "reduce").energy_j / 1e-12, 6)  # 3 x 0.1
    0.3
    """

    about: ClassVar[About] = About(
        "reduction",
        "network",
        "adder tree or chain that reduces partial sums",
        ("reduce",),
        (
            Attribute("width_bits", "width", "width", "of a partial sum", 8, 32),
            Attribute("senders", "senders", COUNT, "partial sums that become one", 1),
        ),
        "(senders - 1) x integer-add of the width",
        "the adders alone; the wires between them are priced by themselves",
        (HOROWITZ_2014,),
        (HOROWITZ_TECHNOLOGY.process_m,),
        HOROWITZ_TECHNOLOGY.voltage_v,
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of all partial sums becoming one."""
        one = integer_add(round(spec.number("width_bits")))
        adders = spec.number("senders") - 1
        return Price(adders * one.energy_j, Source(Origin.MODELLED, str(one.source)), one.spreads)
