"""The energy of off-chip memory, a bit at a time."""

from __future__ import annotations

from octant.components.horowitz import HOROWITZ_2014
from octant.components.price import Price
from octant.errors import NotEstimatedError, near_misses
from octant.source import Origin, Source

_MALLADI = "Malladi et al., ISCA 2012"
_CHATTERJEE = "Chatterjee et al., MICRO 2017"
_ACCELERGY = "as the constants of accelergy-cacti-plug-in list it"
_HWCOMPONENTS = "as the constants of hwcomponents-cacti list it"

#: Memory type to (joules a bit, citation). HBM2 stands twice because its sources differ.
DRAM_J_PER_BIT: dict[str, tuple[float, str]] = {
    "LPDDR4": (8e-12, f"LPDDR4 at 8 pJ/b {_ACCELERGY}"),
    "LPDDR": (40e-12, f"LPDDR at 40 pJ/b, {_MALLADI}, {_ACCELERGY}"),
    "DDR3": (70e-12, f"DDR3 at 70 pJ/b, {_CHATTERJEE}, {_ACCELERGY}"),
    "GDDR5": (14e-12, f"GDDR5 at 14 pJ/b {_ACCELERGY}"),
    "HBM2-accelergy": (3.9e-12, f"HBM2 at 3.9 pJ/b {_ACCELERGY}"),
    "HBM2-hwcomponents": (6.25e-12, f"HBM2 at 6.25 pJ/b {_HWCOMPONENTS}"),
    "DRAM-horowitz": (20e-12, f"DRAM at 20 pJ/b (640 pJ for 32 b), {HOROWITZ_2014}"),
}


def dram_access(kind: str, bits: int) -> Price:
    """The price of moving so many bits to or from a memory of that type, interface included.

    Args:
        kind: a key of ``DRAM_J_PER_BIT``.
        bits: of one access, 1 or more.

    Raises:
        NotEstimatedError: no source gives that type.

    >>> round(dram_access("DDR3", 64).energy_j / 1e-12)  # 64 * 70
    4480
    """
    if kind not in DRAM_J_PER_BIT:
        raise NotEstimatedError(
            f"no price for DRAM type {kind!r}; {near_misses(kind, DRAM_J_PER_BIT)}"
        )
    if bits < 1:
        raise NotEstimatedError(f"a DRAM access of {bits} b has no price: 1 b or more")
    energy_j_per_bit, citation = DRAM_J_PER_BIT[kind]
    return Price(energy_j_per_bit * bits, Source(Origin.PUBLISHED, citation))
