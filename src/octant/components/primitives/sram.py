"""SRAM: a fit to what CACTI 7 says, over capacity, width and node."""

from __future__ import annotations

import math
from typing import ClassVar

from octant.components.cacti import CACTI, FIT, POINTS, RESIDUALS
from octant.components.estimator import About, AbstractEstimator
from octant.components.price import Estimate, Price
from octant.components.spec import COUNT, Attribute, ComponentSpec, stretched
from octant.components.uncertainty import Spread
from octant.source import Origin, Source

_KIB = 8 * 1024
#: What the fit covers; it follows from the capacity and the banks.
_BANK = Attribute("bank_bits", "bank", "capacity", "capacity of a bank", 1 * _KIB, 1024 * _KIB)
_NODES_M = tuple(node * 1e-9 for node in sorted({point.node_nm for point in POINTS}))


class Sram(AbstractEstimator):
    """A memory of equal banks; an access goes to one of them.

    With ``k = ln(capacity of a bank / 1 KiB)`` and ``w = ln(width / 64 b)`` the logarithm of each
    figure is ``c0 + c1*k + c2*k^2 + c3*w + c4*w*k``, fitted to 22 runs of CACTI a node. At 65 nm a
    read of 1 KiB by 64 b is then exp(1.0668) pJ; CACTI itself has 3.12 pJ.

    >>> from octant.components.estimator import energy
    >>> spec = ComponentSpec.of("sram", process_m=65e-9, capacity_bits=8192, width_bits=64)
    >>> price = energy(Sram(), spec, "read")
    >>> round(price.energy_j / 1e-12, 2)
    2.91
    """

    about: ClassVar[About] = About(
        "sram",
        "sram",
        "on-chip SRAM",
        ("read", "write"),
        (
            Attribute("capacity_bits", "capacity", "capacity", "of all banks together"),
            Attribute("width_bits", "width", "width", "of a port", 64, 128),
            Attribute("ports", "ports", COUNT, "read-write ports", 1, 1, default=1.0),
            Attribute("banks", "banks", COUNT, "equal banks, one accessed", 1, default=1.0),
        ),
        "ln y = c0 + c1 k + c2 k^2 + c3 w + c4 w k of a bank, k = ln(capacity / 1 KiB), "
        "w = ln(width / 64 b); area and leakage times the banks",
        "22 runs a node, of 1 KiB to 1 MiB and 64 b and 128 b, one port; 40 nm and 28 nm are "
        "interpolated between CACTI's nodes; low-standby-power cells leak little, so that the "
        "leakage is no guide for fast ones; wires between banks are not in it; no supply is stated",
        (CACTI,),
        _NODES_M,
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of one access to one bank."""
        value, spreads, stretches = _fitted(spec, f"{action}_pj")
        return Price(value * 1e-12, _SOURCE, spreads, stretches)

    def area(self, spec: ComponentSpec) -> Estimate:
        """The area of all banks."""
        value, spreads, stretches = _fitted(spec, "area_mm2")
        return Estimate(value * 1e-6 * spec.number("banks"), "area", _SOURCE, spreads, stretches)

    def leakage(self, spec: ComponentSpec) -> Estimate:
        """The leakage of all banks."""
        value, spreads, stretches = _fitted(spec, "leakage_mw")
        return Estimate(value * 1e-3 * spec.number("banks"), "power", _SOURCE, spreads, stretches)

    def latency(self, spec: ComponentSpec, action: str) -> Estimate:
        """The access time of a bank."""
        value, spreads, stretches = _fitted(spec, "latency_ns")
        return Estimate(value * 1e-9, "time", _SOURCE, spreads, stretches)


_SOURCE = Source(Origin.MODELLED, f"fit to {CACTI}")


def _fitted(
    spec: ComponentSpec, quantity: str
) -> tuple[float, tuple[Spread, ...], tuple[str, ...]]:
    """The value of one bank, what the fit misses most at that node, what it has to stretch."""
    assert spec.process_m is not None, "the spec is prepared"
    node = round(spec.process_m / 1e-9)
    bank_bits = spec.number("capacity_bits") / spec.number("banks")
    stretches = stretched(spec, _BANK, bank_bits)
    kib, width = math.log(bank_bits / _KIB), math.log(spec.number("width_bits") / 64)
    c = FIT[quantity, node]
    value = math.exp(c[0] + c[1] * kib + c[2] * kib**2 + c[3] * width + c[4] * width * kib)
    low, high = RESIDUALS[quantity, node]
    words = f"SRAM at {node} nm as fitted to CACTI 7"
    return value, (Spread(words, 1 / (1 + high), 1 / (1 + low)),), stretches
