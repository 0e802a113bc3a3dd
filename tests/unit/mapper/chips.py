"""Small chips and layers that the mapper's tests share."""

from __future__ import annotations

from octant.arch import (
    Architecture,
    Compute,
    Constraint,
    Dataflow,
    Fanout,
    FanoutAxis,
    Level,
    Store,
)
from octant.components import Price
from octant.source import Origin, Source
from octant.workload import NumberFormat, NumberKind, Role

ROLES = tuple(Role)
FREE = Dataflow("any", ())


def picojoules(value: float) -> Price:
    return Price(value * 1e-12, Source(Origin.ASSUMED, "a round number for a test"))


def level(
    name: str,
    energy: float | None,
    elements: int | None = None,
    optional: tuple[Role, ...] = (),
) -> Level:
    """A level of one memory for so many elements of 8 bits, which cost so many pJ each way."""
    price = None if energy is None else picojoules(energy)
    capacity = None if elements is None else 8 * elements
    store = Store(name, ROLES, 8, capacity, read_energy=price, write_energy=price)
    return Level(name, (store,), optional)


def chip(*inside: Level | Fanout) -> Architecture:
    """A DRAM at 10 pJ, the given nodes, and 8-bit units at 1 pJ; 1 MHz."""
    formats = tuple((role, NumberFormat(NumberKind.INT, 8)) for role in ROLES)
    compute = Compute("mac", formats, picojoules(1))
    return Architecture("small", "a small chip", (level("DRAM", 10), *inside), compute, 1e6)


def array(size: int, *ranks: str) -> Fanout:
    """A row of instances that shares everything, for free; without ranks it is open to all."""
    return Fanout("array", (FanoutAxis("X", size, ranks or None),), transfer_energy=picojoules(0))


def only(constraint: Constraint) -> Dataflow:
    """A dataflow of one constraint."""
    return Dataflow("only", (constraint,))
