"""The runs of CACTI 7 that the SRAM estimator is fitted to, and the fit itself.

CACTI was run with the settings of hwcomponents-cacti (``default_cfg.cfg``), with ``itrs-hp`` in
place of ``itrs-lstp`` for the fast cells. ``set`` is ``fit`` for the runs that the coefficients are
fitted to, and ``held`` for runs that they have not seen: capacities and widths that are no powers
of two, and numbers of banks between those of the fit.

``python -m tests.unit.components.cacti_runs`` writes the coefficients anew.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from octant.components import cacti
from octant.components.cacti import CELLS, NODES_NM, QUANTITIES, Fit, terms

_COEFFICIENTS = Path(cacti.__file__).with_name("sram_fit.csv")


@dataclass(frozen=True, slots=True)
class Point:
    """One run of CACTI; leakage is that of all banks."""

    cells: str
    node_nm: int
    held_out: bool
    ports: str
    banks: int
    width_bits: int
    capacity_bits: int
    read_pj: float
    write_pj: float
    area_mm2: float
    latency_ns: float
    leakage_mw: float

    def of_a_bank(self, quantity: str) -> float:
        """The figure that the fit is of: area and leakage of one bank, the rest as it is."""
        value: float = getattr(self, quantity)
        return value / self.banks if quantity in ("area_mm2", "leakage_mw") else value


@cache
def points() -> tuple[Point, ...]:
    """Returns every run."""
    text = Path(__file__).with_suffix(".csv").read_text("utf-8")
    return tuple(
        Point(
            row["cells"],
            int(row["node"]),
            row["set"] == "held",
            row["ports"],
            int(row["banks"]),
            int(row["width"]),
            8 * int(row["bytes"]),
            *(float(row[quantity]) for quantity in QUANTITIES),
        )
        for row in csv.DictReader(text.splitlines())
    )


def fitted() -> Iterator[tuple[tuple[str, int, str], Fit]]:
    """Yields what least squares of the logarithms gives, and what it misses."""
    for cells in CELLS:
        for node in NODES_NM:
            mine = [point for point in points() if (point.cells, point.node_nm) == (cells, node)]
            for quantity in QUANTITIES:
                yield (cells, node, quantity), _fit(mine, quantity)


def _fit(mine: list[Point], quantity: str) -> Fit:
    known = np.array(
        [
            terms(each.capacity_bits / each.banks, each.width_bits, each.ports, each.banks)
            for each in mine
        ]
    )
    values = np.log([each.of_a_bank(quantity) for each in mine])
    held = np.array([each.held_out for each in mine])
    found, *_ = np.linalg.lstsq(known[~held], values[~held], rcond=None)
    missed = np.exp(known @ found - values) - 1
    return Fit(
        tuple(float(each) for each in found),
        (float(missed[~held].min()), float(missed[~held].max())),
        (float(missed[held].min()), float(missed[held].max())),
    )


def write() -> None:
    """Writes the coefficients to the package."""
    lines = ["cells,node,quantity,numbers"]
    for (cells, node, quantity), fit in fitted():
        ends = " ".join(f"{each:.4f}" for each in (*fit.fitted, *fit.held_out))
        numbers = " ".join(f"{each:.6g}" for each in fit.coefficients)
        lines.append(f"{cells},{node},{quantity},{ends} {numbers}")
    _COEFFICIENTS.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    write()
