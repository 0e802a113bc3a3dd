"""The seven steps of a layer and of a network, and what would win each loss back."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from octant.arch import Architecture, Dataflow
from octant.bounds import Parallelism, Unrolling, compulsory_bits, parallelism
from octant.errors import InfeasibleError
from octant.eyexam import reasons
from octant.eyexam.pipeline import simulate
from octant.eyexam.records import STEPS, LayerExam, NetworkExam, Roof, Step, WinBack
from octant.eyexam.relaxing import (
    Relaxation,
    limits,
    relaxations,
    shapes,
    unlimited_bandwidth,
)
from octant.mapper import Objective, SearchResult, Status, search
from octant.mapping.text import to_text
from octant.model import Evaluation
from octant.workload import Einsum, Layer, Role

NOTES = (
    "steps 1 to 4 are closed forms, steps 5 and 6 the best mapping that the mapper proves, step 7 "
    "a tile-by-tile run of the mapping of step 6",
    "what would win it back: the best mapping with one constraint relaxed and all others kept, "
    "beside step 6",
)


def examine(
    layer: Layer,
    einsum: Einsum,
    architecture: Architecture,
    dataflow: Dataflow,
    *,
    win_back: bool = True,
    pipeline: bool = True,
    time_limit_s: float | None = None,
) -> LayerExam:
    """Returns the seven steps of one layer.

    No step is above the one before: each is an optimum over a space that lies within the space of
    the step before, and the pipeline of step 7 has all the work of step 6 to do.

    Args:
        layer: whose name and repeats are taken.
        einsum: its work in the chip's formats.
        architecture: where it runs.
        dataflow: the constraints.
        win_back: relax one constraint at a time, too.
        pipeline: run step 7; without it there are six steps.
        time_limit_s: for each search; a search that is stopped leaves ``optimal`` false.

    Raises:
        InfeasibleError: there is no mapping, or none was found within the time.
    """
    found = parallelism(einsum, architecture, dataflow)
    best = _searched(layer, einsum, architecture, dataflow, time_limit_s)
    evaluation = best.evaluation
    assert evaluation is not None and best.mapping is not None and found.array is not None
    fits, proven = _fitting(layer, einsum, architecture, dataflow, found, best, time_limit_s)
    run = simulate(einsum, architecture, best.mapping) if pipeline else None
    active = fits.counts.active_units
    steps = _steps(
        einsum.macs,
        (
            (found.shape, reasons.of_shape(einsum)),
            (found.dataflow, reasons.of_dataflow(einsum, dataflow, found)),
            (found.units, reasons.of_units(architecture, found)),
            (found.array, reasons.of_array(einsum, architecture, found)),
            (
                fits.counts.steps,
                reasons.of_storage(architecture, fits.counts.steps, found.array, active),
            ),
            (evaluation.cycles, reasons.of_bandwidth(evaluation, fits.counts.steps)),
            *([(run.cycles, reasons.of_pipeline(run, evaluation.cycles))] if run else []),
        ),
    )
    outermost = {store.name for store in architecture.levels[0].stores}
    return LayerExam(
        layer=layer.name,
        operator=layer.operator,
        repeats=layer.repeats,
        macs=einsum.macs,
        steps=steps,
        win_back=_win_back(einsum, architecture, dataflow, evaluation, run.cycles, time_limit_s)
        if win_back and run
        else (),
        roofs=roofs(architecture, evaluation),
        peak_macs_per_cycle=float(architecture.compute_units),
        active_units=evaluation.counts.active_units,
        mapping=to_text(best.mapping, architecture),
        optimal=proven and best.status is Status.OPTIMAL,
        energy_j=evaluation.energy_j,
        off_chip_bits=sum(
            entry.bits_moved for entry in evaluation.energy if entry.component in outermost
        ),
        compulsory_bits=sum(compulsory_bits(einsum, architecture).values()),
    )


def examine_network(
    layers: tuple[tuple[Layer, Einsum], ...],
    architecture: Architecture,
    dataflow: Dataflow,
    *,
    network: str,
    batch: int,
    win_back: bool = True,
    pipeline: bool = True,
    time_limit_s: float | None = None,
    progress: Callable[[int, str], None] | None = None,
) -> NetworkExam:
    """Returns the seven steps of a network: its layers run one after the other.

    Args:
        layers: with multiply-accumulates, with their work in the chip's formats.
        architecture: where it runs.
        dataflow: the constraints.
        network: its name.
        batch: inferences of one run.
        win_back: relax one constraint at a time, too.
        pipeline: run step 7; without it there are six steps.
        time_limit_s: for each search.
        progress: called with how many different layers are done, and the last one's name.

    Raises:
        InfeasibleError: a layer has no mapping.
    """
    known: dict[Einsum, LayerExam] = {}
    exams = []
    for layer, einsum in layers:
        if einsum not in known:
            known[einsum] = examine(
                layer,
                einsum,
                architecture,
                dataflow,
                win_back=win_back,
                pipeline=pipeline,
                time_limit_s=time_limit_s,
            )
            if progress:
                progress(len(known), layer.name)
        exams.append(
            replace(known[einsum], layer=layer.name, operator=layer.operator, repeats=layer.repeats)
        )
    return NetworkExam(
        network=network,
        batch=batch,
        architecture=architecture.name,
        dataflow=dataflow.name,
        peak_macs_per_cycle=float(architecture.compute_units),
        steps=_network_steps(tuple(exams)),
        win_back=_network_win_back(tuple(exams)),
        layers=tuple(exams),
        notes=NOTES,
    )


def _searched(
    layer: Layer,
    einsum: Einsum,
    architecture: Architecture,
    dataflow: Dataflow,
    time_limit_s: float | None,
) -> SearchResult:
    result = fastest(einsum, architecture, dataflow, time_limit_s)
    if result.mapping is None:
        raise InfeasibleError(
            f"layer {layer.name!r} ({layer.operator}): no mapping was found on "
            f"{architecture.name}: {result.reason}"
        )
    return result


def fastest(
    einsum: Einsum, architecture: Architecture, dataflow: Dataflow, time_limit_s: float | None
) -> SearchResult:
    """The answer of the search for the fastest mapping.

    First only mappings that unroll as step 4 does: there are few. If the best of them is as fast
    as the bound, no other can be faster, and it is the answer; else all mappings are searched. A
    search that was stopped answers with the faster of the two.
    """
    few = None
    unrolled = parallelism(einsum, architecture, dataflow).unrolled
    if unrolled is not None:
        few = search(
            einsum,
            architecture,
            objective=Objective.LATENCY,
            dataflow=unrolled_so(einsum, architecture, dataflow, unrolled),
            time_limit_s=time_limit_s,
        )
        bound = lower_bound(einsum, architecture, dataflow)
        if few.evaluation is not None and few.evaluation.cycles <= bound:
            return replace(few, status=Status.OPTIMAL, bound=few.value, reason="")
    every = search(
        einsum,
        architecture,
        objective=Objective.LATENCY,
        dataflow=dataflow,
        time_limit_s=time_limit_s,
    )
    if every.status is Status.GAP and few is not None and few.value < every.value:
        stopped = "the time limit was reached"
        return replace(few, status=Status.GAP, bound=every.bound, space=every.space, reason=stopped)
    return every


def unrolled_so(
    einsum: Einsum, architecture: Architecture, dataflow: Dataflow, unrolled: Unrolling
) -> Dataflow:
    """The dataflow with all factors of the array prescribed."""
    named = {(axis, rank): factor for axis, rank, factor in unrolled.factors}
    axes = [f"{fanout.name}.{axis.name}" for fanout in architecture.fanouts for axis in fanout.axes]
    fixed = tuple(
        replace(
            dataflow.constraint(name),
            factors=tuple((rank, named.get((name, rank), 1)) for rank, _ in einsum.ranks),
        )
        for name in axes
    )
    kept = tuple(each for each in dataflow.constraints if each.node not in axes)
    return replace(dataflow, constraints=kept + fixed)


def _fitting(
    layer: Layer,
    einsum: Einsum,
    architecture: Architecture,
    dataflow: Dataflow,
    found: Parallelism,
    best: SearchResult,
    time_limit_s: float | None,
) -> tuple[Evaluation, bool]:
    """The mapping of the fewest steps whose tiles fit, and whether that is proven.

    That of step 6, where it takes as few as step 4 allows; else a search without bandwidths.
    """
    assert best.evaluation is not None
    if best.evaluation.counts.steps == found.array:
        return best.evaluation, True
    wide = unlimited_bandwidth(architecture)
    result = _searched(layer, einsum, wide, dataflow, time_limit_s)
    assert result.evaluation is not None
    if result.evaluation.counts.steps > best.evaluation.counts.steps:
        return best.evaluation, False
    return result.evaluation, result.status is Status.OPTIMAL


def _steps(macs: int, parts: tuple[tuple[float, str], ...]) -> tuple[Step, ...]:
    steps = []
    before = None
    for number, (constraint, (cycles, reason)) in enumerate(
        zip(STEPS, parts, strict=False), start=1
    ):
        lost = 0.0 if before is None else 1 - before / cycles
        steps.append(Step(number, constraint, float(cycles), macs / cycles, lost, reason))
        before = cycles
    return tuple(steps)


def _network_steps(exams: tuple[LayerExam, ...]) -> tuple[Step, ...]:
    """The steps of all layers in sequence; the reason is the layer that loses the most cycles."""
    macs = sum(exam.macs * exam.repeats for exam in exams)
    parts = []
    for place in range(len(exams[0].steps)):
        cycles = sum(exam.steps[place].cycles * exam.repeats for exam in exams)
        parts.append((cycles, _most(exams, place)))
    return _steps(macs, tuple(parts))


def _most(exams: tuple[LayerExam, ...], place: int) -> str:
    """Which layers lose the most cycles in a step, and why the first of them does."""
    if place == 0:
        return "all multiply-accumulates of a layer at once, layer after layer"
    lost = [
        (exam.repeats * (exam.steps[place].cycles - exam.steps[place - 1].cycles), exam)
        for exam in exams
    ]
    total = sum(cycles for cycles, _ in lost)
    if total <= 0:
        return "no layer loses any"
    cycles, exam = max(lost, key=lambda pair: pair[0])
    return f"{100 * cycles / total:.0f} % of it in {exam.layer}: {exam.steps[place].reason}"


def roofs(architecture: Architecture, evaluation: Evaluation) -> tuple[Roof, ...]:
    """The ports with a limit that a mapping uses: slope, place on the x axis, what they allow."""
    rates = {
        (store.name, port): rate
        for level in architecture.levels
        for store in level.stores
        for port, rate in zip(("read", "write", "shared"), limits(store), strict=True)
    }
    found = []
    macs = evaluation.counts.macs
    for entry in evaluation.timing:
        rate = rates.get((entry.component, entry.port), math.inf)
        if not math.isfinite(rate) or entry.cycles == 0:
            continue
        moved = _moved_bits(evaluation, entry.component, entry.port)
        if moved:
            intensity = macs / moved
            allowed = macs / entry.cycles
            found.append(Roof(entry.component, entry.port, allowed / intensity, intensity, allowed))
    return tuple(found)


def _moved_bits(evaluation: Evaluation, memory: str, port: str) -> int:
    actions = ("read", "write") if port == "shared" else (port,)
    return sum(
        entry.bits_moved
        for entry in evaluation.energy
        if entry.component == memory and entry.action in actions
    )


def _win_back(
    einsum: Einsum,
    architecture: Architecture,
    dataflow: Dataflow,
    evaluation: Evaluation,
    pipeline_cycles: float,
    time_limit_s: float | None,
) -> tuple[WinBack, ...]:
    cycles = evaluation.cycles
    found = [
        _relaxed(einsum, each, cycles, time_limit_s)
        for each in (
            *relaxations(architecture, dataflow),
            *_best_shape(einsum, architecture, dataflow),
        )
    ]
    found.append(
        WinBack(
            "instantaneous bandwidth",
            "transfers spread evenly",
            cycles,
            pipeline_cycles / cycles - 1,
            "pipeline",
        )
    )
    return tuple(sorted(found, key=lambda each: STEPS.index(each.constraint)))


def _best_shape(einsum: Einsum, architecture: Architecture, dataflow: Dataflow) -> list[Relaxation]:
    """The other shape of the array with the best bound."""
    bounds = [
        (lower_bound(einsum, chip, dataflow), words, chip) for words, chip in shapes(architecture)
    ]
    if not bounds:
        return []
    _, words, chip = min(bounds, key=lambda entry: entry[0])
    return [Relaxation("array shape", words, chip, dataflow)]


def lower_bound(einsum: Einsum, architecture: Architecture, dataflow: Dataflow) -> float:
    """Cycles below which no mapping comes: the array's (step 4) and the compulsory traffic's."""
    array = parallelism(einsum, architecture, dataflow).array
    bound = math.inf if array is None else float(array)
    bits = compulsory_bits(einsum, architecture)
    for store in architecture.levels[0].stores:
        reads = sum(bits[t.name] for t in einsum.operands if t.role in store.roles)
        writes = bits[einsum.output.name] if Role.OUTPUT in store.roles else 0
        for moved, rate in zip((reads, writes, reads + writes), limits(store), strict=True):
            bound = max(bound, math.ceil(moved / rate))
    return bound


def _relaxed(
    einsum: Einsum, each: Relaxation, cycles: float, time_limit_s: float | None
) -> WinBack:
    """What a relaxation gains: nothing, where a bound that it leaves in place says so."""
    if lower_bound(einsum, each.architecture, each.dataflow) >= cycles:
        return WinBack(each.constraint, each.words, cycles, 0.0, "bound")
    result = fastest(einsum, each.architecture, each.dataflow, time_limit_s)
    proof = "search" if result.status is Status.OPTIMAL else "found"
    better = cycles
    if result.evaluation is not None:
        better = min(cycles, result.evaluation.cycles)
    return WinBack(each.constraint, each.words, better, cycles / better - 1, proof)


def _network_win_back(exams: tuple[LayerExam, ...]) -> tuple[WinBack, ...]:
    """Each relaxation's cycles over all layers; shapes differ from layer to layer, as one line."""
    if not all(exam.win_back for exam in exams):
        return ()
    found = []
    for place, first in enumerate(exams[0].win_back):
        mine = [(exam, exam.win_back[place]) for exam in exams]
        cycles = sum(each.cycles * exam.repeats for exam, each in mine)
        step = 6 if first.constraint == "instantaneous bandwidth" else 5
        with_it = sum(exam.steps[step].cycles * exam.repeats for exam in exams)
        words = first.relaxed
        if len({each.relaxed for _, each in mine}) > 1:
            words = "for each layer another shape with as many PEs"
        proofs = {each.proof for _, each in mine}
        proof = "found" if "found" in proofs else "search" if "search" in proofs else first.proof
        found.append(WinBack(first.constraint, words, cycles, with_it / cycles - 1, proof))
    return tuple(found)
