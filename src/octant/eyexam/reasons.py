"""Why each step costs what it costs, in words."""

from __future__ import annotations

import math

from octant.arch import Architecture, Dataflow
from octant.bounds import Parallelism
from octant.eyexam.pipeline import PipelineRun
from octant.model import Evaluation
from octant.units import count_text
from octant.workload import Einsum


def of_shape(einsum: Einsum) -> str:
    """Step 1: all multiply-accumulates at once."""
    return f"all {count_text(einsum.macs, 'MAC')} of the layer at once"


def of_dataflow(einsum: Einsum, dataflow: Dataflow, found: Parallelism) -> str:
    """Step 2: which ranks run one after the other."""
    far = dict(found.parallel)
    waits = [
        f"{rank} {-(-size // far.get(rank, 1))}"
        for rank, size in einsum.ranks
        if -(-size // far.get(rank, 1)) > 1
    ]
    if not waits:
        return f"{dataflow.name} lets every rank run in parallel"
    who = "the array" if not dataflow.constraints else dataflow.name
    return f"{who} runs {' x '.join(waits)} one after the other"


def of_units(architecture: Architecture, found: Parallelism) -> str:
    """Step 3: passes over the PEs, and how full the last one is."""
    units = math.prod(factor for _, factor in found.parallel)
    chip = architecture.compute_units
    passes = -(-units // chip)
    if passes == 1:
        return f"{units} parallel units leave {chip - units} of {chip} PEs idle"
    last = units - (passes - 1) * chip
    whole = f"{units:,} parallel units over {chip} PEs: {passes:,} passes"
    return whole if last == chip else f"{whole}, the last with {last}"


def of_array(einsum: Einsum, architecture: Architecture, found: Parallelism) -> str:
    """Step 4: what the best assignment of ranks to axes leaves idle, axis by axis."""
    assert found.unrolled is not None
    parts = []
    sizes = {f"{f.name}.{a.name}": a.size for f in architecture.fanouts for a in f.axes}
    for axis, size in sizes.items():
        mine = [(rank, factor) for name, rank, factor in found.unrolled.factors if name == axis]
        used = math.prod(factor for _, factor in mine)
        ranks = " x ".join(f"{rank} {factor}" for rank, factor in mine)
        if not mine and size > 1:
            parts.append(f"no rank runs along {axis}: {size - 1} of its {size} idle")
        elif used < size:
            parts.append(f"{ranks} on {size} of {axis} leaves {size - used} idle")
    total: dict[str, int] = {}
    for _, rank, factor in found.unrolled.factors:
        total[rank] = total.get(rank, 1) * factor
    for rank, factor in total.items():
        size = einsum.sizes[rank]
        if size % factor:
            passes = -(-size // factor)
            parts.append(
                f"shape fragmentation: {rank} {size} over {factor} is {passes:,} "
                f"{'pass' if passes == 1 else 'passes'}, {size / passes:.4g} on average"
            )
    return "; ".join(parts) or "the ranks fill the axes without a rest"


def of_storage(architecture: Architecture, steps: int, array: int, active: int) -> str:
    """Step 5: whether tiles that use the array at its best fit."""
    if steps == array:
        return "the tiles of the fullest array fit"
    return (
        f"the tiles of the fullest array do not fit: the best that fit take {steps:,} steps "
        f"for {array:,}, with {active} of {architecture.compute_units} PEs"
    )


def of_bandwidth(evaluation: Evaluation, before: float, bound: float | None = None) -> str:
    """Step 6: the slowest port, and how much too slow it is.

    Args:
        evaluation: of the fastest mapping.
        before: cycles of step 5.
        bound: no mapping takes fewer cycles, where the search was stopped; else None.
    """
    if evaluation.cycles <= before:
        return "every port keeps up on average"
    cycles = f"{evaluation.cycles:,.0f}"
    if evaluation.counts.steps >= evaluation.cycles:
        found = "the fastest that was found" if bound is not None else "another one"
        words = f"a port is too slow for the mapping of step 5: {found} takes {cycles} steps"
    else:
        times = evaluation.cycles / before
        words = f"{evaluation.limited_by} needs {cycles} cycles: {times:.3g} times too slow"
    if bound is not None:
        words += f"; the search was stopped, and {bound:,.0f} may be enough"
    return words


def of_pipeline(run: PipelineRun, before: float) -> str:
    """Step 7: filling, waiting and draining."""
    extra = run.cycles - before
    if extra <= 0:
        return "every tile is there when it is needed"
    parts = [
        f"{cycles:,.0f} of {words}"
        for cycles, words in (
            (run.fill_cycles, "filling before the first step"),
            (run.wait_cycles, "waiting for tiles"),
            (run.drain_cycles, "draining after the last step"),
        )
        if cycles >= 0.5
    ]
    if not parts:
        return f"beside {run.steps:,} cycles of steps there is a fraction of one"
    *others, last = parts
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"beside {run.steps:,} cycles of steps there are {listed}"
