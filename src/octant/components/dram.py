"""The energy of off-chip memory, a bit at a time.

Where sources disagree both are listed: the type by itself takes the first of them and an interval
that spans them all, and each source may be chosen by its own name. The choice is an assumption of
the price, so it shows.
"""

from __future__ import annotations

from dataclasses import dataclass

from octant.components.ddr import BURST_BITS, DDR4_SOURCE, ROW_BITS, ddr4_energy_j
from octant.components.horowitz import HOROWITZ_2014
from octant.components.price import Price
from octant.components.uncertainty import between
from octant.errors import NotEstimatedError, near_misses
from octant.source import Origin, Source
from octant.units import text

_MALLADI = "Malladi et al., ISCA 2012"
_CHATTERJEE = "Chatterjee et al., MICRO 2017"
_ACCELERGY = "as the constants of accelergy-cacti-plug-in list it"
_HWCOMPONENTS = "as the constants of hwcomponents-cacti list it"


@dataclass(frozen=True, slots=True)
class DramType:
    """What the sources say of one type of memory.

    Args:
        listed: (joules a bit, citation), the one that is taken first.
        write: so, of a write, where a source tells it from a read; else a write costs the same.
        why: what the listed figures differ by, where it is not just their sources.
        origin: how the figures came to be.
    """

    listed: tuple[tuple[float, str], ...]
    write: tuple[tuple[float, str], ...] = ()
    why: str = ""
    origin: Origin = Origin.PUBLISHED

    @property
    def shown(self) -> str:
        """The figures in words.

        >>> DramType(((4e-12, "one"), (6e-12, "another"))).shown
        '4 pJ/b (others: 6 pJ/b)'
        """
        return _shown(self.listed, self.why) + (
            f", to write {_shown(self.write, self.why)}" if self.write else ""
        )


def _shown(listed: tuple[tuple[float, str], ...], why: str) -> str:
    first, *others = [text(float(f"{value:.3g}"), "energy per bit") for value, _ in listed]
    return first + (f" ({why or 'others'}: {', '.join(others)})" if others else "")


def _only(energy_j: float, citation: str) -> DramType:
    return DramType(((energy_j, citation),))


_HBM2 = (
    (3.9e-12, f"HBM2 at 3.9 pJ/b {_ACCELERGY}"),
    (6.25e-12, f"HBM2 at 6.25 pJ/b {_HWCOMPONENTS}"),
)

#: Whole rows first, as networks read them; at the other end a row is opened for every burst.
_DDR4 = DramType(
    tuple((ddr4_energy_j("read", bits), DDR4_SOURCE) for bits in (ROW_BITS, BURST_BITS)),
    tuple((ddr4_energy_j("write", bits), DDR4_SOURCE) for bits in (ROW_BITS, BURST_BITS)),
    "a burst of each row",
    Origin.MODELLED,
)

#: Memory type to what its sources say.
DRAM_TYPES: dict[str, DramType] = {
    "LPDDR4": _only(8e-12, f"LPDDR4 at 8 pJ/b {_ACCELERGY}"),
    "LPDDR": _only(40e-12, f"LPDDR at 40 pJ/b, {_MALLADI}, {_ACCELERGY}"),
    "DDR3": _only(70e-12, f"DDR3 at 70 pJ/b, {_CHATTERJEE}, {_ACCELERGY}"),
    "DDR4": _DDR4,
    "GDDR5": _only(14e-12, f"GDDR5 at 14 pJ/b {_ACCELERGY}"),
    "HMC": _only(4.2e-12, f"HMC at 4.2 pJ/b {_ACCELERGY}"),
    "HBM2": DramType(_HBM2),
    "HBM2-accelergy": _only(*_HBM2[0]),
    "HBM2-hwcomponents": _only(*_HBM2[1]),
    "HBM3": _only(4.05e-12, f"HBM3 at 4.05 pJ/b {_HWCOMPONENTS}"),
    "HBM4": _only(3.2e-12, f"HBM4 at 3.2 pJ/b {_HWCOMPONENTS}"),
    "DRAM-horowitz": DramType(
        (
            (20e-12, f"DRAM at 20 pJ/b (640 pJ for 32 b), {HOROWITZ_2014}"),
            (41e-12, f"DRAM at up to 41 pJ/b (2.6 nJ for 64 b), {HOROWITZ_2014}"),
        )
    ),
}


def dram_access(kind: str, bits: int, action: str = "read") -> Price:
    """The price of moving so many bits to or from a memory of that type, interface included.

    Args:
        kind: a key of ``DRAM_TYPES``.
        bits: of one access, 1 or more.
        action: read or write; most sources give one figure for both.

    Raises:
        NotEstimatedError: no source gives that type.

    >>> round(dram_access("DDR3", 64).energy_j / 1e-12)  # 64 * 70
    4480
    >>> round(dram_access("HBM2", 1).high_j / 1e-12, 2)
    6.25
    >>> round(dram_access("DDR4", 64, "write").energy_j / 1e-12)  # 64 * 5.955
    381
    """
    if kind not in DRAM_TYPES:
        raise NotEstimatedError(f"no price for DRAM type {kind!r}; {near_misses(kind, DRAM_TYPES)}")
    if bits < 1:
        raise NotEstimatedError(f"a DRAM access of {bits} b has no price: 1 b or more")
    row = DRAM_TYPES[kind]
    listed = row.write if action == "write" and row.write else row.listed
    energy_j, citation = listed[0]
    values = [value for value, _ in listed]
    because = f"{kind} moves whole rows" if row.why else f"{kind} as its first source has it"
    spreads = (between(because, min(values), energy_j, max(values)),) if len(listed) > 1 else ()
    return Price(energy_j * bits, Source(row.origin, citation), spreads)
