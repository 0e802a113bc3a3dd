"""The seven steps of a layer and of a network, and what would win each loss back."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from octant.arch import Architecture, Dataflow
from octant.bounds import Parallelism, compulsory_bits, parallelism
from octant.errors import InfeasibleError
from octant.eyexam import reasons
from octant.eyexam.fastest import Fastest, fastest_of
from octant.eyexam.pipeline import PipelineRun, simulate
from octant.eyexam.records import STEPS, LayerExam, NetworkExam, Roof, Step, WinBack
from octant.eyexam.relaxing import limits, unlimited_bandwidth
from octant.eyexam.winning import STOPPED, relaxed_for, won_back
from octant.mapping.text import to_text
from octant.model import Evaluation
from octant.workload import Einsum, Layer

NOTES = (
    "steps 1 to 4 are closed forms, steps 5 and 6 the best mapping that the mapper proves, step 7 "
    "a tile-by-tile run of the mapping of step 6",
    "what would win it back: the best mapping with one constraint relaxed and all others kept, "
    "beside step 6",
)
FOUND = (
    "of layers whose search was stopped steps 5 and 6 are the best mapping that was found, and a "
    "faster one may exist"
)
#: Called with how much is done, how much there is, and what was done last.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class _Chip:
    """Where layers are examined, and how long searches may take."""

    architecture: Architecture
    dataflow: Dataflow
    time_limit_s: float | None


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
    return examine_network(
        ((layer, einsum),),
        architecture,
        dataflow,
        network=layer.name,
        batch=1,
        win_back=win_back,
        pipeline=pipeline,
        time_limit_s=time_limit_s,
    ).layers[0]


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
    progress: Progress | None = None,
) -> NetworkExam:
    """Returns the seven steps of a network: its layers run one after the other.

    Args:
        layers: with multiply-accumulates, with their work in the chip's formats.
        architecture: where it runs.
        dataflow: the constraints.
        network: its name.
        batch: inferences of one run.
        win_back: relax one constraint at a time, too; where there is no time limit these searches
            have one together (``winning``).
        pipeline: run step 7; without it there are six steps.
        time_limit_s: for each search.
        progress: called as the work goes on.

    Raises:
        InfeasibleError: a layer has no mapping.
    """
    chip = _Chip(architecture, dataflow, time_limit_s)
    first = {einsum: layer for layer, einsum in reversed(layers)}
    wanted = win_back and pipeline
    relaxed = relaxed_for(tuple(first), architecture, dataflow) if wanted else []
    tick = _ticking(first, len(first) * (1 + len(relaxed)), progress)
    runs_of: dict[Einsum, PipelineRun] = {}

    def run(einsum: Einsum, found: Fastest) -> None:
        if pipeline and found.result is not None and found.result.mapping is not None:
            runs_of[einsum] = simulate(einsum, architecture, found.result.mapping)

    best = fastest_of(
        tuple(first), architecture, dataflow, time_limit_s=time_limit_s, on_found=tick(""), then=run
    )
    for einsum, layer in first.items():
        _require_mapping(layer, best[einsum], architecture)
    fits = _fitting(best, chip)
    known = {
        einsum: _exam(layer, einsum, chip, best[einsum], fits[einsum], runs_of.get(einsum))
        for einsum, layer in first.items()
    }
    if wanted:
        wins = won_back(known, _runs(layers), relaxed, time_limit_s, tick)
        known = {einsum: replace(exam, win_back=wins[einsum]) for einsum, exam in known.items()}
    exams = tuple(
        replace(known[einsum], layer=layer.name, operator=layer.operator, repeats=layer.repeats)
        for layer, einsum in layers
    )
    return NetworkExam(
        network=network,
        batch=batch,
        architecture=architecture.name,
        dataflow=dataflow.name,
        peak_macs_per_cycle=float(architecture.compute_units),
        steps=_network_steps(exams),
        win_back=_network_win_back(exams),
        layers=exams,
        notes=_notes(exams, wanted=wanted),
    )


def _runs(layers: tuple[tuple[Layer, Einsum], ...]) -> Counter[Einsum]:
    """How often each different layer runs."""
    runs = Counter[Einsum]()
    for layer, einsum in layers:
        runs[einsum] += layer.repeats
    return runs


def _notes(exams: tuple[LayerExam, ...], *, wanted: bool) -> tuple[str, ...]:
    """What must be said of the steps, and of what would win losses back if that was wanted."""
    stopped = any(win.proof == "found" for exam in exams for win in exam.win_back)
    return (
        NOTES[0],
        *[FOUND] * any(not exam.optimal for exam in exams),
        *NOTES[1:] * wanted,
        *[STOPPED] * stopped,
    )


def _ticking(
    first: Mapping[Einsum, Layer], total: int, progress: Progress | None
) -> Callable[[str], Callable[[Einsum], None]]:
    """What counts layers as they are done, with words on what was done to them."""
    done = [0]

    def counting(words: str) -> Callable[[Einsum], None]:
        def count(einsum: Einsum) -> None:
            done[0] += 1
            if progress:
                name = first[einsum].name
                progress(done[0], total, f"{name}: {words}" if words else name)

        return count

    return counting


def _require_mapping(layer: Layer, found: Fastest, architecture: Architecture) -> None:
    if not math.isfinite(found.cycles):
        reason = found.result.reason if found.result else "no rank may loop over the rest of it"
        raise InfeasibleError(
            f"layer {layer.name!r} ({layer.operator}): no mapping was found on "
            f"{architecture.name}: {reason}"
        )


def _evaluation(found: Fastest) -> Evaluation:
    assert found.result is not None and found.result.evaluation is not None
    return found.result.evaluation


@dataclass(frozen=True, slots=True)
class _Fit:
    """The mapping of the fewest steps whose tiles fit, and whether that is proven."""

    evaluation: Evaluation
    proven: bool


def _fitting(best: Mapping[Einsum, Fastest], chip: _Chip) -> dict[Einsum, _Fit]:
    """Step 5: that of step 6, where it takes as few as step 4 allows; else without bandwidths."""
    found = {
        einsum: _Fit(_evaluation(each), True)
        for einsum, each in best.items()
        if _evaluation(each).counts.steps
        == parallelism(einsum, chip.architecture, chip.dataflow).array
    }
    left = [einsum for einsum in best if einsum not in found]
    wide = unlimited_bandwidth(chip.architecture)
    for einsum, each in fastest_of(
        left, wide, chip.dataflow, time_limit_s=chip.time_limit_s
    ).items():
        own = _evaluation(best[einsum])
        fewer = math.isfinite(each.cycles) and _evaluation(each).counts.steps <= own.counts.steps
        found[einsum] = _Fit(_evaluation(each), each.proven) if fewer else _Fit(own, False)
    return found


def _exam(
    layer: Layer,
    einsum: Einsum,
    chip: _Chip,
    best: Fastest,
    fit: _Fit,
    run: PipelineRun | None,
) -> LayerExam:
    """The steps of a layer whose searches are done, and its run of step 7 if there is one."""
    architecture, evaluation = chip.architecture, _evaluation(best)
    found = parallelism(einsum, architecture, chip.dataflow)
    assert found.array is not None, "a layer that is mapped fits the array"
    steps, active = fit.evaluation.counts.steps, fit.evaluation.counts.active_units
    outermost = {store.name for store in architecture.levels[0].stores}
    open_to = None if best.proven else best.bound_cycles
    return LayerExam(
        layer=layer.name,
        operator=layer.operator,
        repeats=layer.repeats,
        macs=einsum.macs,
        steps=_steps(
            einsum.macs,
            (
                *_closed(einsum, chip, found),
                (steps, reasons.of_storage(architecture, steps, found.array, active)),
                (evaluation.cycles, reasons.of_bandwidth(evaluation, steps, open_to)),
                *([(run.cycles, reasons.of_pipeline(run, evaluation.cycles))] if run else []),
            ),
        ),
        win_back=(),
        roofs=roofs(architecture, evaluation),
        peak_macs_per_cycle=float(architecture.compute_units),
        active_units=evaluation.counts.active_units,
        mapping=to_text(evaluation.mapping, architecture),
        optimal=fit.proven and best.proven,
        energy_j=evaluation.energy_j,
        off_chip_bits=sum(
            entry.bits_moved for entry in evaluation.energy if entry.component in outermost
        ),
        compulsory_bits=sum(compulsory_bits(einsum, architecture).values()),
    )


def _closed(einsum: Einsum, chip: _Chip, found: Parallelism) -> list[tuple[float, str]]:
    """Steps 1 to 4."""
    assert found.array is not None
    return [
        (found.shape, reasons.of_shape(einsum)),
        (found.dataflow, reasons.of_dataflow(einsum, chip.dataflow, found)),
        (found.units, reasons.of_units(chip.architecture, found)),
        (found.array, reasons.of_array(einsum, chip.architecture, found)),
    ]


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
        least = sum(each.least_cycles * exam.repeats for exam, each in mine)
        found.append(WinBack(first.constraint, words, cycles, with_it / cycles - 1, least, proof))
    return tuple(found)
