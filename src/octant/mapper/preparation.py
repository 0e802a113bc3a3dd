"""Compiling the search ahead of its first use."""

from __future__ import annotations

from octant.arch import Architecture, Compute, Dataflow, Fanout, FanoutAxis, Level, Store
from octant.components import Price
from octant.mapper.search import search
from octant.source import Origin, Source
from octant.workload import NumberFormat, NumberKind, Role, matmul


def prepare() -> None:
    """Compiles all that a search runs, or loads it where an earlier process has compiled it.

    The first search on a machine does so anyway; this lets a caller say beforehand that it takes
    half a minute. It searches a product of two small matrices.
    """
    price = Price(1e-12, Source(Origin.ASSUMED, "the answer is not used"))
    roles = tuple(Role)
    levels = tuple(
        Level(name, (Store(name, roles, 16, read_energy=price, write_energy=price),))
        for name in ("outer", "inner")
    )
    number = NumberFormat(NumberKind.INT, 16)
    array = Fanout("array", (FanoutAxis("X", 2),), transfer_energy=price)
    compute = Compute("mac", tuple((role, number) for role in Role), price)
    chip = Architecture(
        "small", "a chip to compile with", (levels[0], array, levels[1]), compute, clock_hz=1e9
    )
    search(matmul(rows=2, inner=2, columns=2), chip, dataflow=Dataflow("any", ()))
