"""SRAM: a fit to what CACTI 7 says, over capacity, width, ports, banks, cells and node."""

from __future__ import annotations

import math
from typing import ClassVar

from octant.components.cacti import (
    BANK_BITS,
    CACTI,
    CELLS,
    LEAST_WORDS,
    MOST_BANKS,
    NODES_NM,
    PORTS,
    WIDTH_BITS,
    fits,
    terms,
)
from octant.components.estimator import About, AbstractEstimator
from octant.components.price import Estimate, Price
from octant.components.spec import CHOICE, COUNT, Attribute, ComponentSpec, stretched
from octant.components.uncertainty import Spread
from octant.source import Origin, Source
from octant.units import text

#: What the fit covers of a bank; both follow from the capacity and the banks.
_BANK = Attribute("bank_bits", "bank", "capacity", "capacity of a bank", *BANK_BITS)


class Sram(AbstractEstimator):
    """A memory of equal banks; an access goes to one of them and over the wires between them.

    The logarithm of each figure is a polynomial in the logarithms of a bank's capacity and of the
    width, with offsets for ports and banks (``cacti.terms``), fitted to CACTI's runs at each node.
    CACTI itself has 3.12 pJ for a read of 64 b from 1 KiB at 65 nm; the fit:

    >>> from octant.components.estimator import energy
    >>> spec = ComponentSpec.of("sram", process_m=65e-9, capacity_bits=8192, width_bits=64)
    >>> price = energy(Sram(), spec, "read")
    >>> round(price.energy_j / 1e-12, 2)
    3.41
    """

    about: ClassVar[About] = About(
        "sram",
        "sram",
        "on-chip SRAM",
        ("read", "write"),
        (
            Attribute("capacity_bits", "capacity", "capacity", "of all banks together"),
            Attribute("width_bits", "width", "width", "of a port", *WIDTH_BITS),
            Attribute(
                "ports",
                "ports",
                CHOICE,
                "read and write ports of each bank",
                default=PORTS[0],
                choices=PORTS,
            ),
            Attribute(
                "banks", "banks", COUNT, "equal banks, one accessed", 1, MOST_BANKS, default=1.0
            ),
            Attribute(
                "cells",
                "cells",
                CHOICE,
                "and periphery: leak little, or are fast",
                default="low-standby",
                choices=tuple(CELLS),
            ),
        ),
        "ln y = a polynomial of third order in k = ln(bank / 1 KiB) and w = ln(width / 64 b), plus "
        "c + c' k + c'' w for two ports and (c + c' k + c'' w) ln(banks), c another with two "
        "ports; area and leakage of a bank times the banks",
        "2352 runs and 560 that were held out: banks of 64 B to 4 MiB with at least 64 words, 8 b "
        "to 256 b, at 300 K; CACTI has tables at 90, 65, 45, 32 and 22 nm and interpolates its "
        "devices at 40 and 28 nm; fast cells leak hundreds to thousands of times as much as the "
        "others, so that the choice of cells is the assumption that counts; supplies are CACTI's, "
        "from 1.3 V (fast cells: 1.2 V) at 90 nm to 0.8 V at 22 nm",
        (CACTI,),
        tuple(node * 1e-9 for node in sorted(NODES_NM)),
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of one access to one bank, the way there included."""
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
        """The access time of a bank, the way there included."""
        value, spreads, stretches = _fitted(spec, "latency_ns")
        return Estimate(value * 1e-9, "time", _SOURCE, spreads, stretches)


_SOURCE = Source(Origin.MODELLED, f"fit to {CACTI}")


def _fitted(
    spec: ComponentSpec, quantity: str
) -> tuple[float, tuple[Spread, ...], tuple[str, ...]]:
    """The value of one bank, what the fit misses most at that node, what it has to stretch."""
    assert spec.process_m is not None, "the spec is prepared"
    node, cells = round(spec.process_m / 1e-9), spec.word("cells")
    banks, width_bits = spec.number("banks"), spec.number("width_bits")
    bank_bits = spec.number("capacity_bits") / banks
    name = f"bank (of words of {text(width_bits, 'width')})"
    words = Attribute("bank_bits", name, "capacity", "in words", LEAST_WORDS * width_bits)
    stretches = stretched(spec, _BANK, bank_bits) or stretched(spec, words, bank_bits)
    fit = fits()[cells, node, quantity]
    known = terms(bank_bits, width_bits, spec.word("ports"), banks)
    value = math.exp(math.fsum(c * term for c, term in zip(fit.coefficients, known, strict=True)))
    low, high = fit.missed
    words_of_it = f"SRAM of {cells} cells at {node} nm as fitted to CACTI 7"
    return value, (Spread(words_of_it, 1 / (1 + high), 1 / (1 + low)),), stretches
