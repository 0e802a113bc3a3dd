"""The time of pricing: every estimator, and a whole architecture, in one warm process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from octant.components.estimator import energy
from octant.files import architecture_names, load_architecture
from octant.files.components import load_component
from octant.files.estimators import estimator_named

REPEAT = 20

#: A chip whose every part is priced by an estimator, some of them scaled and extrapolated.
ESTIMATED = """octant: architecture 1
name: estimated
title: A chip priced by estimators alone
source: bench
sources: {bench: {assumed: made for the benchmark}}
clock: 200 MHz
nodes:
  - level: DRAM
    keeps: [input, weight, output]
    word: 64 b
    capacity: unbounded
    bandwidth: unlimited
    component: {estimator: dram, attributes: {type: DDR3, width: 64 b}}
  - level: buffer
    keeps: [input, weight, output]
    word: 64 b
    capacity: 108 KiB
    bandwidth: unlimited
    component:
      {estimator: sram, node: 65 nm, attributes: {capacity: 108 KiB, width: 64 b, banks: 27}}
  - fanout: array
    axes: {X: {size: 16}, Y: {size: 16}}
    multicast: [input, weight, output]
    reduction: true
    word: 16 b
    energy:
      {estimator: wire, action: transfer,
       attributes: {length: 1 mm, width: 16 b, swing: 1 V}}
  - level: registers
    keeps: [input, weight, output]
    word: 16 b
    capacity: 512 B
    bandwidth: unlimited
    component:
      {estimator: register-file, node: 65 nm, voltage: 1 V, scale: true, supply: 0.9 V,
       extrapolate: true, attributes: {width: 16 b, depth: 256}}
compute:
  name: mac
  formats: {input: int16, weight: int16, output: int16}
  component:
    {estimator: integer-mac, node: 65 nm, voltage: 1 V, scale: true,
     attributes: {width: 16 b, accumulator: 16 b}}
"""


def price_all(text: str = ESTIMATED) -> None:
    """Reads the description of a chip and prices every part of it."""
    from octant.files import parse_architecture

    chip = parse_architecture(text)
    assert chip.compute.mac_energy is not None


def price_compound() -> None:
    """Prices the built-in compound: its parts, their sum, their shares."""
    compound = load_component("eyeriss-pe")
    from octant.components import ComponentSpec

    assert energy(compound, ComponentSpec("eyeriss-pe"), "compute").energy_j > 0


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Returns the first and the median of the warm runs, in milliseconds of wall time."""
    took = []
    for _ in range(REPEAT):
        start = time.perf_counter()
        work()
        took.append(1e3 * (time.perf_counter() - start))
    return took[0], statistics.median(took[1:])


def table() -> str:
    """Returns a line for each thing that is priced."""
    estimator_named("sram")
    lines = [f"{'pricing, wall ms':<40}{'first':>9}{'median':>9}"]
    works: list[tuple[str, Callable[[], object]]] = [
        ("a chip priced by estimators alone", price_all),
        ("the compound eyeriss-pe", price_compound),
    ]
    works += [
        (f"reading and pricing {name}", lambda name=name: load_architecture(name))  # type: ignore[misc]
        for name in architecture_names()
    ]
    for label, work in works:
        first, median = timed(work)
        lines.append(f"{label:<40}{first:>9.1f}{median:>9.1f}")
    return "\n".join(lines)
