"""The field's reporting sheet: what a complete report says of a chip and of each run on it.

After the specification and metrics that Sze, Chen, Yang, Emer (Proc. IEEE 105(12), 2017, Section
VIII, and Efficient Processing of Deep Neural Networks, 2020, Chapter 3) ask of every design.
"""

from __future__ import annotations

from dataclasses import dataclass

#: The dimension of bare numbers.
COUNT = "count"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the reporting sheet.

    Args:
        name: the key in a file.
        label: the words before the value.
        dimension: one of ``units.dimensions()``, or ``count``.
        metric: of the eight, the one that it speaks of.
    """

    name: str
    label: str
    dimension: str
    metric: str


#: Of the chip, whatever runs on it.
SPECIFICATION = (
    Entry("process", "process", "length", "cost"),
    Entry("voltage", "supply", "voltage", "power"),
    Entry("core_area", "core area", "area", "cost"),
    Entry("die_area", "die area", "area", "cost"),
    Entry("on_chip_memory", "on-chip memory", "capacity", "cost"),
    Entry("multipliers", "multipliers", COUNT, "cost"),
    Entry("clock", "clock", "frequency", "throughput"),
    Entry("area_per_multiplier", "area a multiplier", "area", "cost"),
    Entry("memory_per_multiplier", "memory a multiplier", "capacity", "cost"),
    Entry("peak", "peak", "operation rate", "throughput"),
    Entry("power", "power, rated or nominal", "power", "power"),
    Entry("idle_power", "power, idle", "power", "power"),
    Entry("busy_power", "power, busy", "power", "power"),
    Entry("efficiency", "peak efficiency", "efficiency", "energy"),
    Entry("density", "peak of an area", "operation density", "cost"),
    Entry("off_chip_bandwidth", "off-chip bandwidth", "bandwidth", "cost"),
    Entry("off_chip_memory", "off-chip memory", "capacity", "cost"),
)

#: Of one run: a network, or some of its layers, at one batch and in one pair of formats.
RUN = (
    Entry("accuracy", "accuracy", "share", "accuracy"),
    Entry("images_tested", "images tested", COUNT, "accuracy"),
    Entry("batch", "batch", COUNT, "latency"),
    Entry("latency", "run time of a batch", "time", "latency"),
    Entry("throughput", "throughput", "inference rate", "throughput"),
    Entry("operations", "operations an inference", "operations", "throughput"),
    Entry("achieved", "operations achieved", "operation rate", "throughput"),
    Entry("utilization", "utilisation", "share", "throughput"),
    Entry("power", "power", "power", "power"),
    Entry("energy", "energy an inference", "energy", "energy"),
    Entry("inferences_per_j", "inferences a joule", "inferences per energy", "energy"),
    Entry("efficiency", "efficiency", "efficiency", "energy"),
    Entry("off_chip", "off-chip traffic an inference", "capacity", "energy"),
)


def entry(table: tuple[Entry, ...], name: str) -> Entry:
    """The line of that name.

    >>> entry(RUN, "off_chip").dimension
    'capacity'
    """
    return next(each for each in table if each.name == name)
