"""The 40 nm table of Aladdin, as Accelergy's estimator of that name holds it.

Its multiplier takes four times the energy of Horowitz's at 45 nm and its floating-point units ten
to eighteen times; they are pipelined for a clock of 1 ns. It has what Horowitz's figure lacks: area
and leakage. It is also what Timeloop users have by default, so ``timeloop_compatible`` selects it.
"""

from __future__ import annotations

from typing import NamedTuple

ALADDIN = (
    "Shao et al., Aladdin: A pre-RTL, power-performance accelerator simulator, ISCA 2014; its "
    "40 nm table at 1 ns, as accelergy-aladdin-plug-in lists it"
)
ALADDIN_NODE_M = 40e-9


class Row(NamedTuple):
    """One unit of the table: joules an operation, watts of leakage, square metres."""

    energy_j: float
    leakage_w: float | None
    area_m2: float


#: Units of 32 b, except for the register of 1 b.
TABLE: dict[str, Row] = {
    "adder": Row(0.21e-12, 0.0023e-3, 278e-12),
    "multiplier": Row(12.68e-12, 0.08e-3, 6350e-12),
    "float adder": Row(16.679e-12, 0.053e-3, 4360e-12),
    "float multiplier": Row(35.3e-12, 0.12e-3, 4360e-12),
    "register": Row(0.009e-12, 7e-8, 5.98e-12),
    "comparator": Row(0.02947e-12, None, 71e-12),
}
#: The width of every unit but the register.
WIDTH_BITS = 32
