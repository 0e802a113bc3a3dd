"""The fit to what CACTI 7 says of SRAMs: its coefficients, and by how much it misses.

``sram_fit.csv`` holds a row for each cell, node and quantity. A test fits the runs anew and
compares; the runs are in the tests' data.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

CACTI = (
    "CACTI 7 (Balasubramonian et al., ACM TACO 14(2), 2017), itrs-lstp and itrs-hp cells, with the "
    "settings of hwcomponents-cacti"
)
#: The words of the cells, and CACTI's names for them.
CELLS = {"low-standby": "itrs-lstp", "high-performance": "itrs-hp"}
#: The ports: one for reads and writes, one for each, two for reads and writes.
PORTS = ("1rw", "1r1w", "2rw")
NODES_NM = (90, 65, 45, 40, 32, 28, 22)
QUANTITIES = ("read_pj", "write_pj", "area_mm2", "latency_ns", "leakage_mw")
#: What the runs covered: capacity of a bank, width, banks; a bank has at least so many words.
BANK_BITS = (64 * 8, 4 * 2**20 * 8)
WIDTH_BITS = (8, 256)
MOST_BANKS = 64
LEAST_WORDS = 64


@dataclass(frozen=True, slots=True)
class Fit:
    """The fit of one quantity at one node, in cells of one kind.

    Args:
        coefficients: of ``terms``.
        fitted: by how much it misses the runs that it was fitted to, as shares: least and most.
        held_out: so, of runs that it has not seen.
    """

    coefficients: tuple[float, ...]
    fitted: tuple[float, float]
    held_out: tuple[float, float]

    @property
    def missed(self) -> tuple[float, float]:
        """The least and the most over all runs, seen or not."""
        lows, highs = zip(self.fitted, self.held_out, strict=True)
        return min(lows), max(highs)


def terms(bank_bits: float, width_bits: float, ports: str, banks: float) -> tuple[float, ...]:
    """The terms that the logarithm of a figure is a sum of.

    With ``k`` the logarithm of the bank over 1 KiB, ``w`` that of the width over 64 b and ``b``
    that of the banks: a polynomial in k and w, the ports' own offset with slopes in k and w, the
    banks' with theirs, and what two ports change of the banks'. One bank of 1 KiB, 64 b wide with
    one port, has the constant alone:

    >>> terms(8192, 64, "1rw", 1)[:3], sum(terms(8192, 64, "1rw", 1))
    ((1.0, 0.0, 0.0), 1.0)
    """
    k, w, b = math.log(bank_bits / 8192), math.log(width_bits / 64), math.log(banks)
    cells = (1.0, k, k**2, k**3, w, w**2, w * k, w * k**2, w**2 * k)
    offsets = [
        (float(ports == each), k * (ports == each), w * (ports == each)) for each in PORTS[1:]
    ]
    shared = [b * (ports == each) for each in PORTS[1:]]
    return (*cells, *offsets[0], *offsets[1], b, b * k, b * w, *shared)


@cache
def fits() -> dict[tuple[str, int, str], Fit]:
    """(cells, node in nm, quantity) to its fit.

    >>> round(math.exp(fits()["low-standby", 65, "read_pj"].coefficients[0]), 2)  # CACTI: 3.12 pJ
    3.41
    """
    text = files("octant.components").joinpath("sram_fit.csv").read_text("utf-8")
    found = {}
    for row in csv.DictReader(text.splitlines()):
        numbers = [float(word) for word in row["numbers"].split()]
        low, high, held_low, held_high, *coefficients = numbers
        found[row["cells"], int(row["node"]), row["quantity"]] = Fit(
            tuple(coefficients), (low, high), (held_low, held_high)
        )
    return found
