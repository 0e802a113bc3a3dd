"""How searches grow: with the channels of one layer, and with the levels of a hierarchy."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from octant.arch import Architecture, Fanout, Level
    from octant.workload import Einsum

FACTORS = (1, 2, 4, 8, 16)
LEVELS = (2, 3, 4, 5)
#: Of each search, in wall time.
LIMIT_S, QUICK_LIMIT_S = 10.0, 2.0
_CHANNELS = 16


def table(*, quick: bool = False) -> Iterator[str]:
    """Yields a line for each size and each depth: time, dives, mappings priced, how it ended.

    A dive goes down from one open partial mapping to a priced mapping, or to where nothing better
    is left.
    """
    from octant.mapper import prepare

    prepare()
    limit_s = QUICK_LIMIT_S if quick else LIMIT_S
    yield (
        f"{'growth, a 3 x 3 layer of 14 x 14':<40}{'factors':>9}{'processor ms':>14}{'dives':>8}"
        f"{'priced':>8}  how it ended"
    )
    chip = hierarchy(3)
    for factor in FACTORS[:3] if quick else FACTORS:
        channels = _CHANNELS * factor
        yield from _lines(f"{channels} channels, 3 levels", layer(channels), chip, limit_s)
    for levels in LEVELS:
        chip = hierarchy(levels)
        yield from _lines(f"64 channels, {levels} levels", layer(64), chip, limit_s)


def layer(channels: int) -> Einsum:
    """A convolution of as many channels as filters."""
    from octant.workload import convolution

    return convolution(in_channels=channels, out_channels=channels, output=(14, 14), kernel=(3, 3))


def hierarchy(levels: int) -> Architecture:
    """192 PEs below so many storage levels: two without buffers, five with a third one."""
    from benchmarks.searches import architecture
    from octant.arch import Level

    whole = architecture("clusters.yaml")
    dram, buffer, clusters, near, array, registers = whole.nodes
    assert isinstance(buffer, Level)
    chosen: dict[int, tuple[Level | Fanout, ...]] = {
        2: (dram, clusters, array, registers),
        3: (dram, buffer, clusters, array, registers),
        4: whole.nodes,
        5: (dram, _larger(buffer), buffer, clusters, near, array, registers),
    }
    return replace(whole, name=f"{levels} levels", nodes=chosen[levels])


def _larger(buffer: Level) -> Level:
    """A level in front of a buffer: eight times its size."""
    [store] = buffer.stores
    assert store.capacity_bits is not None
    large = replace(store, name="large_buffer", capacity_bits=8 * store.capacity_bits)
    return replace(buffer, name="large_buffer", stores=(large,))


def _lines(label: str, work: Einsum, chip: Architecture, limit_s: float) -> Iterator[str]:
    from octant.mapper import dataflow_named, search

    for words, divisors in (("divisors", True), ("all", False)):
        dives = 0

        def dived(_: float) -> None:
            nonlocal dives
            dives += 1

        start = time.process_time()
        found = search(
            work,
            chip,
            dataflow=dataflow_named(chip, "any"),
            divisors_only=divisors,
            time_limit_s=limit_s,
            on_progress=dived,
        )
        took = time.process_time() - start
        end = "proven"
        if found.gap > 0:
            end = f"stopped after {limit_s:g} s, at most {100 * found.gap:.3g} % above the optimum"
        yield f"{label:<40}{words:>9}{1e3 * took:>14.1f}{dives:>8}{found.priced:>8}  {end}"
