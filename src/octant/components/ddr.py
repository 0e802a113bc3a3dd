"""The energy of DDR4 by its maker's own method: currents of the data sheet, row by row.

Micron's note TN-40-07 takes what a chip draws while it reads (or writes) over what it draws with
its rows open and idle, adds what opening a row takes, and the power of the data pins. The figures
below are those of one 8 Gb chip, 8 b wide, at 3.2 Gb/s a pin. A data sheet states limits, so that a
typical chip draws less; the controller's end of the wires, refresh and standby are not in it.
"""

from __future__ import annotations

_MICRON = (
    "Micron, 8Gb: x4, x8, x16 DDR4 SDRAM data sheet, x8 at 3.2 Gb/s a pin, its currents as the "
    "configuration DDR4_8Gb_x8_3200 of DRAMsim3 lists them"
)
_NOTE = (
    "Micron TN-40-07, Calculating memory power for DDR4 SDRAM, 2018, with its power of a data pin "
    "(Table 26) as quoted elsewhere"
)
#: Where the figures come from.
DDR4_SOURCE = f"the method of {_NOTE}; {_MICRON}"

SUPPLY_V = 1.2
#: Drawn with rows open, with all closed, reading, writing, and opening row after row.
OPEN_A, CLOSED_A, READ_A, WRITE_A, CYCLE_A = 52e-3, 37e-3, 168e-3, 150e-3, 57e-3
#: How long a row stays open at the least, and how long it takes to close.
ROW_OPEN_S, ROW_CLOSE_S = 52 * 0.625e-9, 22 * 0.625e-9
#: Of a data pin, while it drives what is read and while it terminates what is written.
READ_PIN_W, WRITE_PIN_W = 11.73e-3, 4.15e-3
PIN_BITS_PER_S, PINS = 3.2e9, 8
#: Bits of a row of one chip, and the fewest that one access moves: 8 in a burst from each pin.
ROW_BITS, BURST_BITS = 8192, 64


def row_energy_j() -> float:
    """The energy of opening and closing a row once.

    What the chip draws while it does nothing else, less what it would draw anyway.

    >>> round(row_energy_j() / 1e-12)  # 1.2 V x (57 x 46.25 - 52 x 32.5 - 37 x 13.75) mA ns
    525
    """
    cycle = CYCLE_A * (ROW_OPEN_S + ROW_CLOSE_S)
    return SUPPLY_V * (cycle - OPEN_A * ROW_OPEN_S - CLOSED_A * ROW_CLOSE_S)


def ddr4_energy_j(action: str, bits_of_a_row: int) -> float:
    """The energy of a bit that is read or written.

    Args:
        action: read or write.
        bits_of_a_row: moved each time that a row is opened, ``BURST_BITS`` to ``ROW_BITS``.

    >>> round(ddr4_energy_j("read", ROW_BITS) / 1e-12, 2)  # 139.2 mW/25.6 Gb/s + 3.67 + 525/8192
    9.17
    >>> round(ddr4_energy_j("write", BURST_BITS) / 1e-12, 2)  # 117.6 mW/25.6 Gb/s + 1.30 + 525/64
    14.09
    """
    current_a, pin_w = {"read": (READ_A, READ_PIN_W), "write": (WRITE_A, WRITE_PIN_W)}[action]
    core_j = SUPPLY_V * (current_a - OPEN_A) / (PIN_BITS_PER_S * PINS)
    return core_j + pin_w / PIN_BITS_PER_S + row_energy_j() / bits_of_a_row
