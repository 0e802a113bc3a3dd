"""The evaluation of a network on a chip, and the mappings that it rests on."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import octant
from octant.api.formats import exceptions_of, in_formats, with_densities, with_exceptions
from octant.api.loading import Chip, Dimensions, Network, load_architecture, load_network
from octant.api.zeros import Densities, given, with_weights_of
from octant.api.zeros import measured as measured_zeros
from octant.arch import Architecture, Dataflow
from octant.errors import (
    CoverageError,
    InfeasibleError,
    InvalidWorkloadError,
    OutOfTimeError,
    RunFailedError,
    UnknownNameError,
    near_misses,
)
from octant.mapper.result import Objective, SearchResult, Status
from octant.scorecard import LayerMapping, Scorecard, assemble
from octant.workload import Einsum, Layer, Workload

if TYPE_CHECKING:
    from octant.accuracy.dataset import DataSet
    from octant.accuracy.measurement import Progress as RunProgress
    from octant.accuracy.recipe import Recipe
    from octant.accuracy.results import Accuracy
    from octant.eyexam.flexibility import Flexibility
    from octant.eyexam.scaling import Scalability
    from octant.mapper import Question


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the searches are.

    Args:
        done: different layers searched.
        total: different layers of the network; equal ones are searched once.
        layer: the name of the last one that was searched; empty before the first.
        compiled: functions of the search that are compiled, the first time on a machine.
        to_compile: how many there are; 0 where nothing had to be compiled.
    """

    done: int
    total: int
    layer: str
    compiled: int = 0
    to_compile: int = 0


def begin(progress: Callable[[Progress], None] | None, total: int) -> None:
    """Tells that nothing is done yet, and how far the search is compiled where it is not.

    Args:
        progress: whom; what nobody looks at is compiled when it is called.
        total: how much there is to do.
    """
    if progress is None:
        return
    from octant.mapper.preparation import compile_ahead

    def compiling(compiled: int, functions: int) -> None:
        progress(Progress(0, total, "", compiled, functions))

    progress(Progress(0, total, ""))
    compile_ahead(compiling)


def evaluate(
    network: Network,
    on: Chip,
    *,
    batch: int | None = None,
    objective: Objective | str = Objective.EDP,
    dims: Dimensions | None = None,
    dataflow: str | None = None,
    strict: bool = False,
    divisors_only: bool = False,
    min_utilization: float = 0.0,
    cached: bool = True,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], None] | None = None,
    data: str | Path | DataSet | None = None,
    recipe: Recipe | None = None,
    task: str = "classification",
    running: Callable[[RunProgress], None] | None = None,
    flexibility: Flexibility | None = None,
    scalability: Scalability | None = None,
    densities: Densities | None = None,
    zeros: bool = False,
    overbook: bool = False,
) -> Scorecard:
    """The scorecard of a network on a chip: the best mapping of each layer, and what it amounts to.

    Args:
        network: a built-in network's name, an ONNX file's path or bytes, or a workload.
        on: a built-in chip's name, a YAML file's path, or an architecture.
        batch: inferences of one run; by default 1, or what the ONNX file or workload fixes.
        objective: what each layer's search minimises: energy, latency, edp or ed2p.
        dims: sizes of a built-in network's parameters (``resolution``) or of an ONNX file's open
            dimensions.
        dataflow: one of the chip's, or ``any`` for no constraint; by default the chip's first.
        strict: refuse a network of which a layer is not understood.
        divisors_only: leave out factors that do not divide what is left of a rank.
        min_utilization: only mappings in which this share of the compute units computes on average
            over the steps of the loop nest, or what the dataflow asks for, if that is more.
        cached: take proven mappings from the user's cache, and keep new ones there.
        time_limit_s: seconds for the search of each layer; by default no limit.
        progress: called before the first search and after each.
        data: samples to measure the accuracy on; None leaves the accuracy to what is published.
        recipe: number formats in place of the chip's own, pruning, noise: of the accuracy run and
            of energy and latency alike. Where there is none, everything is in the chip's formats.
        task: what the answers of the data are of.
        running: called as the network runs on the data.
        flexibility: the chip on a suite of other layers (``api.flexibility``), for the sheet.
        scalability: larger chips and larger networks (``api.scalability``), for the sheet.
        densities: shares of nonzeros by role (``input``), or by layer and role (``CONV2.input``);
            what is not named is taken as nonzero.
        zeros: measure the zeros of the weights and, on the data, of the activations.
        overbook: let tiles be as large as fits in their formats: on average where a memory may
            overflow, but for one tile in a million elsewhere.

    Raises:
        DataSetError: the data set cannot be read, or does not fit the network.
        RunFailedError: the network cannot be executed, or the chip has no such number format.
        UnknownNameError: no such network, chip, dataflow, objective or dimension.
        ImportFailedError: the network's file cannot be read.
        FileFormatError: the chip's file is malformed.
        CoverageError: strict, and a layer is not understood.
        InfeasibleError: a layer has no mapping on the chip.
        OutOfTimeError: none was found for a layer within the time.
        NotEstimatedError: the objective needs a price that no source gives.
    """
    workload, chip = load_network(network, batch=batch, dims=dims), load_architecture(on)
    if strict:
        _require_understood(workload)
    layer_chips = _Chips(in_formats(chip, recipe), exceptions_of(chip, recipe, workload))
    chip = with_exceptions(layer_chips.common, recipe)
    measured = None if data is None else _measured(network, chip, data, recipe, task, running)
    runs: tuple[Workload, ...] = ()
    if zeros:
        found = measured_zeros(workload, network, _required(data), task)
        workload, runs = found.mean, found.samples
    workload = given(with_densities(workload, network, recipe), densities or {})
    runs = tuple(given(with_weights_of(each, workload), densities or {}) for each in runs)
    goal, constraints = objective_named(objective), dataflow_of(chip, dataflow, min_utilization)
    question = _question(chip, goal, constraints, divisors_only, cached, time_limit_s)
    question = replace(question, zeros=chip.sees_zeros, overbooked=overbook)
    mappings = _map(workload, layer_chips, question, progress)
    if chip.sees_zeros:
        mappings = _with_zeros(mappings, workload, layer_chips, runs)
    return assemble(
        workload,
        chip,
        mappings,
        objective=goal,
        dataflow=constraints,
        versions=versions() + _later(measured),
        measured=measured,
        tried=flexibility,
        grown=scalability,
        overbooked=overbook,
        sampled=len(runs) if chip.sees_zeros else 0,
    )


def map_network(
    network: Network,
    on: Chip,
    *,
    batch: int | None = None,
    objective: Objective | str = Objective.EDP,
    dims: Dimensions | None = None,
    dataflow: str | None = None,
    divisors_only: bool = False,
    min_utilization: float = 0.0,
    cached: bool = True,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[LayerMapping, ...]:
    """The best mapping of each layer with multiply-accumulates, in the network's order.

    Arguments and errors are those of ``evaluate``, and ``InvalidWorkloadError`` where there is no
    such layer.
    """
    workload, chip = load_network(network, batch=batch, dims=dims), load_architecture(on)
    require_multiplying(workload)
    goal, constraints = objective_named(objective), dataflow_of(chip, dataflow, min_utilization)
    question = _question(chip, goal, constraints, divisors_only, cached, time_limit_s)
    return _map(workload, _Chips(chip, {}), question, progress)


def _question(
    chip: Architecture,
    objective: Objective,
    dataflow: Dataflow,
    divisors_only: bool,
    cached: bool,
    time_limit_s: float | None,
) -> Question:
    """What is searched for every layer."""
    from octant.mapper import Question

    return Question(
        chip,
        objective,
        dataflow,
        divisors_only=divisors_only,
        time_limit_s=time_limit_s,
        cached=cached,
        ties=True,
    )


def _required(data: str | Path | DataSet | None) -> str | Path | DataSet:
    if data is None:
        raise RunFailedError("to measure zeros the network runs on samples: give a data set, too")
    return data


def _with_zeros(
    mappings: tuple[LayerMapping, ...],
    workload: Workload,
    chips: _Chips,
    runs: Sequence[Workload] = (),
) -> tuple[LayerMapping, ...]:
    """The mappings with what they cost with the zeros of their layers, and the best on dense data.

    Args:
        mappings: found with these zeros.
        workload: with the zeros of its layers.
        chips: where they run.
        runs: the same with the zeros of single runs, whose mean cost is wanted.
    """
    from octant.model import evaluate_sparse, mean_evaluation

    thin = {layer.name: einsum_of(layer.work, chips.of(layer)) for layer in workload.mac_layers}
    single: dict[str, list[Einsum]] = {name: [] for name in thin}
    for run in runs:
        for layer in run.mac_layers:
            single[layer.name].append(einsum_of(layer.work, chips.of(layer)))
    known = any(thin[mapping.layer] != mapping.einsum for mapping in mappings)
    found = []
    for mapping in mappings:
        searched = mapping.result.evaluation
        assert searched is not None, "a layer without a mapping was refused"
        chip = chips.own.get(mapping.layer, chips.common)
        full = evaluate_sparse(mapping.result.dense or searched, mapping.einsum, chip)
        some = (
            full
            if thin[mapping.layer] == mapping.einsum
            else mean_evaluation(
                [
                    evaluate_sparse(searched, einsum, chip)
                    for einsum in single[mapping.layer] or [thin[mapping.layer]]
                ]
            )
        )
        found.append(replace(mapping, with_zeros=some, on_dense_data=full, zeros_known=known))
    return tuple(found)


def _measured(
    network: Network,
    chip: Architecture,
    data: str | Path | DataSet,
    recipe: Recipe | None,
    task: str,
    running: Callable[[RunProgress], None] | None,
) -> Accuracy:
    """The accuracy of the network in the chip's formats, or in those of the recipe."""
    from octant.accuracy.recipe import Recipe
    from octant.api.accuracy import measure_accuracy
    from octant.api.formats import formats_of

    if isinstance(network, Workload):
        raise RunFailedError(
            f"network {network.name!r} is a workload: shapes, no weights. To measure its accuracy, "
            "give an .onnx file"
        )
    chosen = recipe or Recipe(formats_of(chip))
    return measure_accuracy(network, data, recipe=chosen, task=task, progress=running)


def _later(measured: Accuracy | None) -> tuple[tuple[str, str], ...]:
    """The programs that only an accuracy run needs."""
    known = dict(versions())
    return tuple(x for x in (measured.versions if measured else ()) if x[0] not in known)


def versions() -> tuple[tuple[str, str], ...]:
    """The programs that a result depends on, with their versions."""
    return (
        ("octant", octant.__version__),
        ("python", platform.python_version()),
        *((name, metadata.version(name)) for name in ("numpy", "numba")),
    )


@dataclass(frozen=True, slots=True)
class _Chips:
    """The chip in the formats of most layers, and of those that are an exception.

    Args:
        common: the chip.
        own: by the name of a layer.
    """

    common: Architecture
    own: Mapping[str, Architecture]

    def of(self, layer: Layer) -> Architecture:
        """The chip in a layer's formats."""
        return self.own.get(layer.name, self.common)


def _map(
    workload: Workload,
    chips: _Chips,
    question: Question,
    progress: Callable[[Progress], None] | None,
) -> tuple[LayerMapping, ...]:
    """The mapping of each layer; layers of one shape and the same formats are searched once.

    Args:
        question: what is searched; its chip gives way to that of each layer.
    """
    from octant.mapper import search_layers

    einsums = {layer.name: einsum_of(layer.work, chips.of(layer)) for layer in workload.mac_layers}
    if not question.zeros:
        einsums = {name: einsum.dense for name, einsum in einsums.items()}
    first = {einsums[layer.name]: layer for layer in reversed(workload.mac_layers)}
    done = 0
    if progress and first:
        progress(Progress(0, len(first), ""))

    def note(einsum: Einsum, _: SearchResult) -> None:
        nonlocal done
        done += 1
        if progress:
            progress(Progress(done, len(first), first[einsum].name))

    def compiling(compiled: int, total: int) -> None:
        if progress:
            progress(Progress(done, len(first), "", compiled, total))

    found: dict[Einsum, SearchResult] = {}
    for chip in dict.fromkeys(chips.of(layer) for layer in first.values()):
        mine = [einsum for einsum, layer in first.items() if chips.of(layer) == chip]
        found |= search_layers(mine[::-1], replace(question, architecture=chip), note, compiling)
    for layer in workload.mac_layers:
        _require_mapping(layer, chips.of(layer), found[einsums[layer.name]])
    return tuple(
        LayerMapping(
            layer.name,
            layer.operator,
            layer.repeats,
            einsums[layer.name].dense,
            found[einsums[layer.name]],
        )
        for layer in workload.mac_layers
    )


def einsum_of(work: object, chip: Architecture) -> Einsum:
    """A layer's Einsum in the number formats of the chip's compute units."""
    assert isinstance(work, Einsum), "only layers with multiply-accumulates are mapped"
    return chip.in_own_formats(work)


def _require_mapping(layer: Layer, chip: Architecture, result: SearchResult) -> None:
    if result.mapping is None:
        kind = InfeasibleError if result.status is Status.INFEASIBLE else OutOfTimeError
        raise kind(
            f"layer {layer.name!r} ({layer.operator}: {layer.work}): no mapping was found on "
            f"{chip.name}: {result.reason}"
        )


def require_multiplying(workload: Workload) -> None:
    """Refuses a network of which nothing can be mapped.

    Raises:
        InvalidWorkloadError: no layer multiplies.
    """
    if not workload.mac_layers:
        raise InvalidWorkloadError(f"network {workload.name!r} has no layer that multiplies")


def _require_understood(workload: Workload) -> None:
    unknown = workload.unknown_layers
    if unknown:
        listed = "".join(f"\n  {layer.name!r} ({layer.operator})" for layer in unknown)
        raise CoverageError(
            f"network {workload.name!r} has {len(unknown)} of {len(workload.layers)} layers that "
            f"are not understood; evaluate without strict to leave them out:{listed}"
        )


def objective_named(name: Objective | str) -> Objective:
    """The objective of a name.

    Raises:
        UnknownNameError: there is none; near misses are offered.
    """
    known = [member.value for member in Objective]
    if name not in known:
        raise UnknownNameError(f"there is no objective {name!r}; {near_misses(name, known)}")
    return Objective(name)


def dataflow_of(chip: Architecture, name: str | None, min_utilization: float = 0.0) -> Dataflow:
    """The chip's dataflow of a name, by default its first, with the least utilisation asked for.

    Raises:
        UnknownNameError: the chip has no such dataflow.
    """
    from octant.mapper import dataflow_named

    flow = dataflow_named(chip, name)
    least = max(flow.least_utilization, min_utilization)
    return replace(flow, least_utilization=least)
