"""Scalability: a chip with more PEs, and a network with more channels or positions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from octant.arch import Architecture, Dataflow, Fanout, Level
from octant.bounds import parallelism
from octant.errors import InfeasibleError
from octant.eyexam.examination import Progress, examine_network
from octant.eyexam.records import STEPS, NetworkExam
from octant.eyexam.relaxing import enlarged, shapes
from octant.eyexam.standing import chip_points
from octant.workload import Einsum, Layer

#: The name and version of the JSON form.
SCHEMA = "octant.scalability/1"
#: How many times as many PEs, as long as the axes divide: each axis of two by the root.
FACTORS = (0.25, 1.0, 4.0, 16.0, 64.0)
#: How many times as many channels, or positions along each side.
GROWTH = (1, 2, 4)
#: Seconds of each search for the least traffic of a larger layer, where the user sets no limit.
TRAFFIC_S = 1.0


@dataclass(frozen=True, slots=True)
class ScalePoint:
    """A chip of one size.

    Args:
        weak: memories and ports outside of the array grow with the PEs (else they stay).
        factor: PEs over those of the chip as it is.
        units: PEs.
        cycles: of the network, at the average bandwidth; None, as all that follows from them,
            where a layer has no mapping there.
        speedup: over the chip as it is.
        efficiency: the speedup over the factor.
        energy_j: at the fastest mappings and the prices of the chip as it is; None where a price
            is missing.
        stopped_by: of steps 3 to 6, the one that takes the largest share here; why there is no
            mapping where there is none.
        lost_share: that share.
    """

    weak: bool
    factor: float
    units: int
    cycles: float | None
    speedup: float | None
    efficiency: float | None
    energy_j: float | None
    stopped_by: str
    lost_share: float


@dataclass(frozen=True, slots=True)
class AspectPoint:
    """The array in another shape.

    Args:
        shape: in words.
        cycles: the least that any mapping needs of the array (step 4), for the network.
    """

    shape: str
    cycles: float


@dataclass(frozen=True, slots=True)
class GrowthPoint:
    """A network of another size on the chip as it is.

    Args:
        dimension: width (channels) or resolution (positions along each side).
        factor: over the network as it is.
        macs: of one run.
        macs_per_cycle: at the average bandwidth; None where a layer has no mapping any more.
        traffic_over_compulsory: the least that any mapping moves beyond the chip over what a chip
            with room for everything would: above 1 where the layers no longer fit; None where a
            layer has no mapping any more, or a search that was stopped found none.
        stopped_by: of steps 3 to 6, the one that takes the largest share; why there is no mapping
            where there is none.
        traffic_proven: no mapping moves less; else the least may be less than was found.
    """

    dimension: str
    factor: int
    macs: int
    macs_per_cycle: float | None
    traffic_over_compulsory: float | None
    stopped_by: str
    traffic_proven: bool = True


@dataclass(frozen=True, slots=True)
class Scalability:
    """How far a chip and a network scale.

    Args:
        network: its name.
        architecture: the chip's name.
        dataflow: the constraints.
        batch: inferences of one run.
        chips: larger and smaller chips, strong and weak.
        aspects: other shapes of the array, and the one there is first.
        growth: wider and larger networks.
        schema: name and version of the JSON form.
    """

    network: str
    architecture: str
    dataflow: str
    batch: int
    chips: tuple[ScalePoint, ...]
    aspects: tuple[AspectPoint, ...]
    growth: tuple[GrowthPoint, ...]
    schema: str = SCHEMA


Layers = tuple[tuple[Layer, Einsum], ...]


def scaled(architecture: Architecture, factor: float, *, weak: bool) -> Architecture:
    """The chip with so many times the PEs of its outermost fanout.

    An axis alone grows by the factor, two by its root. With ``weak``, the levels outside of the
    array have so many times the capacity and the bandwidth; a memory inside stays: there are more
    of it.

    >>> from octant.files import load_architecture
    >>> larger = scaled(load_architecture("teaching"), 4, weak=True)
    >>> larger.compute_units, larger.levels[1].stores[0].capacity_bits // 8
    (16, 1024)
    """
    nodes: list[Level | Fanout] = []
    outside = True
    for node in architecture.nodes:
        if isinstance(node, Fanout):
            nodes.append(_grown(node, factor) if outside else node)
            outside = False
        elif outside and weak:
            nodes.append(replace(node, stores=tuple(enlarged(s, factor) for s in node.stores)))
        else:
            nodes.append(node)
    return replace(architecture, nodes=tuple(nodes))


def _grown(fanout: Fanout, factor: float) -> Fanout:
    each = factor ** (1 / len(fanout.axes))
    axes = tuple(replace(axis, size=max(1, round(axis.size * each))) for axis in fanout.axes)
    return replace(fanout, axes=axes)


def chips(
    layers: Layers,
    architecture: Architecture,
    dataflow: Dataflow,
    *,
    factors: tuple[float, ...] = FACTORS,
    time_limit_s: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[ScalePoint, ...]:
    """Returns the network on larger and smaller chips: strong scaling, then weak."""
    base = _exam(layers, architecture, dataflow, time_limit_s)
    points = []
    for weak in (False, True):
        for factor in factors:
            chip = scaled(architecture, factor, weak=weak)
            try:
                exam = base if factor == 1 else _exam(layers, chip, dataflow, time_limit_s)
                points.append(_point(exam, base, chip, architecture, weak))
            except InfeasibleError as error:
                points.append(_without_mapping(chip, architecture, weak, error))
            if progress:
                progress(f"{chip.compute_units} PEs")
    return tuple(points)


@dataclass(frozen=True, slots=True)
class Larger:
    """A larger chip beside the chip as it is.

    Args:
        point: the larger chip.
        proven: every search on both chips ended with its proof.
    """

    point: ScalePoint
    proven: bool


def larger(
    layers: Layers,
    architecture: Architecture,
    dataflow: Dataflow,
    factor: float,
    *,
    weak: bool,
    time_limit_s: float | None = None,
    progress: Progress | None = None,
) -> Larger:
    """Returns the network on one larger chip: two examinations, and no other size.

    Args:
        layers: with multiply-accumulates, with their work in the chip's formats.
        architecture: the chip as it is.
        dataflow: the constraints.
        factor: how many times the PEs; the axes are rounded, so that ``point.factor`` may differ.
        weak: memories and ports outside of the array grow, too.
        time_limit_s: for each search.
        progress: called as the work goes on: how much is done, how much there is, what was last.

    Raises:
        InfeasibleError: a layer has no mapping on the chip as it is.
    """
    chip = scaled(architecture, factor, weak=weak)
    different = len({einsum for _, einsum in layers})

    def counted(before: int) -> Progress:
        def count(done: int, _: int, layer: str) -> None:
            if progress:
                progress(before + done, 2 * different, layer)

        return count

    base = _exam(layers, architecture, dataflow, time_limit_s, counted(0))
    try:
        exam = _exam(layers, chip, dataflow, time_limit_s, counted(different))
    except InfeasibleError as error:
        return Larger(_without_mapping(chip, architecture, weak, error), True)
    proven = all(layer.optimal for found in (base, exam) for layer in found.layers)
    return Larger(_point(exam, base, chip, architecture, weak), proven)


def _without_mapping(
    chip: Architecture, own: Architecture, weak: bool, error: InfeasibleError
) -> ScalePoint:
    """A chip on which a layer has no mapping."""
    factor = chip.compute_units / own.compute_units
    return ScalePoint(weak, factor, chip.compute_units, None, None, None, None, str(error), 1.0)


def _exam(
    layers: Layers,
    chip: Architecture,
    dataflow: Dataflow,
    time_limit_s: float | None,
    progress: Progress | None = None,
) -> NetworkExam:
    return examine_network(
        layers,
        chip,
        dataflow,
        network="",
        batch=1,
        win_back=False,
        pipeline=False,
        time_limit_s=time_limit_s,
        progress=progress,
    )


def _point(
    exam: NetworkExam, base: NetworkExam, chip: Architecture, own: Architecture, weak: bool
) -> ScalePoint:
    factor = chip.compute_units / own.compute_units
    cycles = exam.steps[5].cycles
    speedup = base.steps[5].cycles / cycles
    energies = [layer.energy_j for layer in exam.layers]
    energy = None
    if None not in energies:
        energy = sum(layer.repeats * (layer.energy_j or 0.0) for layer in exam.layers)
    name, lost = stopping_step(exam)
    return ScalePoint(
        weak, factor, chip.compute_units, cycles, speedup, speedup / factor, energy, name, lost
    )


def stopping_step(exam: NetworkExam) -> tuple[str, float]:
    """Of the chip's steps up to the average bandwidth, the one that takes the largest share.

    Step 3 counts as what it leaves of the peak: a layer may be too small for all PEs.
    """
    shares = {STEPS[2]: 1 - exam.steps[2].macs_per_cycle / exam.peak_macs_per_cycle}
    shares |= {step.constraint: step.lost_share for step in exam.steps[3:6]}
    name = max(shares, key=lambda constraint: shares[constraint])
    return (name, shares[name]) if shares[name] > 1e-9 else ("nothing", 0.0)


def aspects(
    layers: Layers, architecture: Architecture, dataflow: Dataflow
) -> tuple[AspectPoint, ...]:
    """Returns the bound of the array in every shape with as many PEs, the present one first."""
    found = []
    for words, chip in (("as it is", architecture), *shapes(architecture)):
        cycles = 0.0
        for layer, einsum in layers:
            array = parallelism(einsum, chip, dataflow).array
            cycles += math.inf if array is None else layer.repeats * array
        found.append(AspectPoint(words, cycles))
    return tuple(point for point in found if math.isfinite(point.cycles))


def growth(
    layers: Layers,
    architecture: Architecture,
    dataflow: Dataflow,
    *,
    factors: tuple[int, ...] = GROWTH,
    time_limit_s: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[GrowthPoint, ...]:
    """Returns wider and larger networks on the chip: past the on-chip storage.

    Wider: every layer has so many times the channels in and out. Larger: so many times the
    positions along each side. Deeper would be the same layers again: as many times the cycles.
    """
    found = []
    for dimension, ranks in (("width", ("K", "C")), ("resolution", ("P", "Q"))):
        for factor in factors:
            grown = tuple((layer, _times(einsum, ranks, factor)) for layer, einsum in layers)
            macs = sum(layer.repeats * einsum.macs for layer, einsum in grown)
            try:
                exam = _exam(grown, architecture, dataflow, time_limit_s)
            except InfeasibleError as error:
                found.append(GrowthPoint(dimension, factor, macs, None, None, str(error)))
                continue
            moved, proven = _least_traffic(grown, architecture, dataflow, time_limit_s)
            least = sum(each.repeats * each.compulsory_bits for each in exam.layers)
            speed, stop = exam.steps[5].macs_per_cycle, stopping_step(exam)[0]
            over = None if moved is None else moved / least
            found.append(GrowthPoint(dimension, factor, macs, speed, over, stop, proven))
            if progress:
                progress(f"{dimension} x {factor}")
    return tuple(found)


def _least_traffic(
    layers: Layers, architecture: Architecture, dataflow: Dataflow, time_limit_s: float | None
) -> tuple[float | None, bool]:
    """The fewest bits to and from the outermost memory, None if not found; whether it is proven."""
    einsums = [einsum for _, einsum in layers]
    limit_s = TRAFFIC_S if time_limit_s is None else time_limit_s
    points = chip_points(einsums, architecture, dataflow, limit_s)
    bits = sum(layer.repeats * points[einsum].traffic_bits for layer, einsum in layers)
    return bits if math.isfinite(bits) else None, all(each.proven for each in points.values())


def _times(einsum: Einsum, ranks: tuple[str, ...], factor: int) -> Einsum:
    """The layer with some ranks so many times as large; a rank of 1 stays."""
    return replace(
        einsum,
        ranks=tuple(
            (rank, size * factor if rank in ranks and size > 1 else size)
            for rank, size in einsum.ranks
        ),
    )
