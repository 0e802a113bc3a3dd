"""Breadth: how many things a chip runs well, and how far it and its network scale."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from octant.api.evaluation import Progress, begin, dataflow_of, evaluate
from octant.api.formats import in_formats
from octant.api.insight import multiplying
from octant.api.loading import Chip, Dimensions, Network, load_architecture, load_network, networks
from octant.arch import Architecture, Dataflow
from octant.errors import (
    InfeasibleError,
    InvalidWorkloadError,
    OutOfTimeError,
    RunFailedError,
    UnknownNameError,
    near_misses,
)

if TYPE_CHECKING:
    from octant.eyexam.flexibility import Flexibility, Trial
    from octant.eyexam.scaling import Larger, Scalability
    from octant.eyexam.suite import Suite
    from octant.scorecard import Figure, Missing


def flexibility(
    on: Chip,
    suite: str | Path | Suite | None = None,
    *,
    dataflow: str | None = None,
    networks: bool = False,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Flexibility:
    """How a chip runs a suite of shapes, formats and densities, each at its fastest.

    Args:
        on: as for ``evaluate``.
        suite: a YAML file's path, or the suite; None is the built-in one.
        dataflow: one of the chip's, or ``any``; by default the chip's first.
        networks: try the suite's networks, too, which takes a search for each of their layers.
        time_limit_s: for each search.
        progress: called before the first trial and after each.

    Raises:
        UnknownNameError: no such chip, dataflow, format or network.
        FileFormatError: the chip's or the suite's file is malformed.
    """
    from octant.eyexam.flexibility import summed_up, try_density, try_shape
    from octant.eyexam.suite import Suite
    from octant.files import load_suite

    chip = load_architecture(on)
    chosen = suite if isinstance(suite, Suite) else load_suite(suite)
    flow = dataflow_of(chip, dataflow)
    _require_networks(chosen)
    named = chosen.networks if networks else ()
    total = len(chosen.shapes) + len(chosen.formats) + len(chosen.densities) + len(named)
    trials: list[Trial] = []

    def add(trial: Trial) -> None:
        trials.append(trial)
        if progress:
            progress(Progress(len(trials), total, trial.name))

    begin(progress, total)
    for shape in chosen.shapes:
        add(try_shape(shape, chip, flow, time_limit_s=time_limit_s))
    thin = next((shape for shape in chosen.shapes if shape.name == chosen.densities_of), None)
    for density in chosen.densities if thin else ():
        assert thin is not None
        add(try_density(thin, density, chip, flow, time_limit_s=time_limit_s))
    for name in chosen.formats:
        add(_format(name, chip))
    for name in named:
        add(_network(name, chip, flow, time_limit_s))
    return summed_up(chip, flow, chosen, tuple(trials))


def scalability(
    network: Network,
    on: Chip,
    *,
    batch: int | None = None,
    dims: Dimensions | None = None,
    dataflow: str | None = None,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Scalability:
    """How far a chip and a network scale: PEs x 1/4 to 64, shapes of the array, network growth.

    Args:
        network: as for ``evaluate``.
        on: as for ``evaluate``.
        batch: inferences of one run.
        dims: sizes, as for ``evaluate``.
        dataflow: one of the chip's, or ``any``; by default the chip's first.
        time_limit_s: for each search.
        progress: called before the first point and after each.

    Raises:
        UnknownNameError: no such network, chip, dataflow or dimension.
        ImportFailedError: the network's file cannot be read.
        FileFormatError: the chip's file is malformed.
        InfeasibleError: a layer has no mapping on the chip, or on a smaller one.
        InvalidWorkloadError: the network multiplies nothing.
    """
    from octant.eyexam import scaling

    workload, chip = load_network(network, batch=batch, dims=dims), load_architecture(on)
    layers, flow = multiplying(workload, chip), dataflow_of(chip, dataflow)
    total = 2 * len(scaling.FACTORS) + 2 * len(scaling.GROWTH)
    done = [0]

    def count(what: str) -> None:
        done[0] += 1
        if progress:
            progress(Progress(done[0], total, what))

    begin(progress, total)
    return scaling.Scalability(
        network=workload.name,
        architecture=chip.name,
        dataflow=flow.name,
        batch=workload.batch,
        chips=scaling.chips(layers, chip, flow, time_limit_s=time_limit_s, progress=count),
        aspects=scaling.aspects(layers, chip, flow),
        growth=scaling.growth(layers, chip, flow, time_limit_s=time_limit_s, progress=count),
    )


def efficiency_of_larger(
    network: Network,
    on: Chip,
    times: int,
    *,
    weak: bool,
    batch: int | None = None,
    dims: Dimensions | None = None,
    dataflow: str | None = None,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Figure | Missing:
    """The speedup of one larger chip over how much larger it is, or why that is not known.

    Args:
        network: as for ``evaluate``.
        on: as for ``evaluate``.
        times: how many times the compute units.
        weak: memories and ports outside of the array grow, too.
        batch: inferences of one run.
        dims: sizes, as for ``evaluate``.
        dataflow: one of the chip's, or ``any``; by default the chip's first.
        time_limit_s: for each search.
        progress: called after each layer on each of the two chips.

    Raises:
        UnknownNameError: no such network, chip, dataflow or dimension.
    """
    from octant.eyexam import scaling
    from octant.scorecard import Missing

    workload, chip = load_network(network, batch=batch, dims=dims), load_architecture(on)
    grown = scaling.scaled(chip, times, weak=weak)
    if grown.compute_units == chip.compute_units:
        words = f"{chip.name} has no array that could grow"
        return Missing(words, "a chip with an array of compute units")

    def count(done: int, total: int, layer: str) -> None:
        if progress:
            progress(Progress(done, total, layer))

    flow = dataflow_of(chip, dataflow)
    try:
        found = scaling.larger(
            multiplying(workload, chip),
            chip,
            flow,
            times,
            weak=weak,
            time_limit_s=time_limit_s,
            progress=count,
        )
    except (InfeasibleError, InvalidWorkloadError) as error:
        return Missing(str(error), "a network that runs on the chip as it is")
    return _efficiency(found)


def _efficiency(found: Larger) -> Figure | Missing:
    """The efficiency with what it rests on."""
    from octant.scorecard import Figure, Missing, Unit
    from octant.source import Origin

    point = found.point
    if point.efficiency is None:
        return Missing(point.stopped_by, "a chip on which every layer has a mapping when it grows")
    words = (
        f"{point.speedup:.3g} times as fast with {point.units:,} compute units, {point.factor:.3g} "
        f"times those there are, {'weak' if point.weak else 'strong'} scaling, at the average "
        f"bandwidth; stopped by {point.stopped_by}"
    )
    if not found.proven:
        words += "; a search was stopped, so that a faster mapping may exist on either chip"
    return Figure(point.efficiency, Unit.SHARE, Origin.MODELLED, words)


def _require_networks(suite: Suite) -> None:
    for name in suite.networks:
        if name not in networks():
            raise UnknownNameError(
                f"suite {suite.name!r} names the network {name!r}, which is not built in; "
                f"{near_misses(name, networks())}"
            )


def _format(name: str, chip: Architecture) -> Trial:
    """Whether a chip multiplies weights and activations of a format."""
    from octant.accuracy.recipe import LayerFormats, Recipe
    from octant.eyexam.flexibility import Trial
    from octant.workload import format_named

    number = format_named(name)
    try:
        in_formats(chip, Recipe(LayerFormats(number, number)))
    except RunFailedError as error:
        return Trial(name, "format", False, str(error))
    return Trial(name, "format", True, "")


def _network(name: str, chip: Architecture, flow: Dataflow, time_limit_s: float | None) -> Trial:
    """Whether a chip runs a network as a whole, and how fast."""
    from octant.eyexam.flexibility import Trial
    from octant.scorecard import Figure

    try:
        card = evaluate(
            name, chip, objective="latency", dataflow=flow.name, time_limit_s=time_limit_s
        )
    except OutOfTimeError as error:
        return Trial(name, "network", None, str(error))
    except InfeasibleError as error:
        return Trial(name, "network", False, str(error))
    missing = card.coverage.layers - card.coverage.layers_run
    per_joule = card.energy["inferences_per_j"]
    return Trial(
        name=name,
        kind="network",
        runs=missing == 0,
        note=f"{missing} of {card.coverage.layers} layers do not run there" if missing else "",
        utilization=card.decomposition.utilization if card.decomposition else None,
        of_bound=None,
        runs_per_s=card.decomposition.inferences_per_s if card.decomposition else None,
        runs_per_j=per_joule.value if isinstance(per_joule, Figure) else None,
    )
