"""Insight: where performance goes, and the least traffic that any mapping could have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from octant.api.evaluation import (
    Progress,
    begin,
    dataflow_of,
    einsum_of,
    require_multiplying,
)
from octant.api.loading import Chip, Dimensions, Network, load_architecture, load_network
from octant.arch import Architecture
from octant.errors import InfeasibleError, OutOfTimeError
from octant.units import text
from octant.workload import Einsum, Layer, Role, Workload

if TYPE_CHECKING:
    from octant.eyexam import ChipPoint, Eyexam, SkiSlope

#: The short names of the field's dataflows.
DATAFLOWS = {
    "ws": "weight-stationary",
    "os": "output-stationary",
    "is": "input-stationary",
    "rs": "row-stationary",
    "nlr": "no-local-reuse",
}


def eyexam(
    network: Network,
    on: Chip,
    *,
    batch: int | None = None,
    dims: Dimensions | None = None,
    dataflows: Sequence[str] = (),
    win_back: bool = True,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Eyexam:
    """The seven steps of Eyexam for a network on a chip, and what would win each loss back.

    Args:
        network: as for ``evaluate``.
        on: as for ``evaluate``.
        batch: inferences of one run.
        dims: sizes, as for ``evaluate``.
        dataflows: of the chip, by name or short name (``ws``, ``rs`` ...), or ``any``; by default
            the chip's first. One exam each.
        win_back: relax one constraint at a time, too.
        time_limit_s: for each search.
        progress: called before the first layer, after each different one, and after each for each
            constraint that is relaxed.

    Raises:
        UnknownNameError: no such network, chip, dataflow or dimension.
        ImportFailedError: the network's file cannot be read.
        FileFormatError: the chip's file is malformed.
        InfeasibleError: a layer has no mapping on the chip.
        InvalidWorkloadError: the network multiplies nothing.

    >>> from octant.workload import Layer, Workload, matmul
    >>> work = Workload("one", (Layer("fc", "MatMul", matmul(rows=2, inner=4, columns=3)),))
    >>> exam = eyexam(work, "teaching", win_back=False).exams[0]
    >>> [step.cycles for step in exam.steps][:6]  # 24 words come and go at a word a cycle
    [1.0, 2.0, 6.0, 8.0, 8.0, 26.0]
    """
    from octant.eyexam import Eyexam, examine_network

    workload, chip = load_network(network, batch=batch, dims=dims), load_architecture(on)
    layers = multiplying(workload, chip)
    flows = [dataflow_of(chip, DATAFLOWS.get(name, name)) for name in dataflows]
    flows = flows or [dataflow_of(chip, None)]
    begin(progress, len({einsum for _, einsum in layers}) * len(flows))
    exams = []
    for number, flow in enumerate(flows):
        exams.append(
            examine_network(
                layers,
                chip,
                flow,
                network=workload.name,
                batch=workload.batch,
                win_back=win_back,
                time_limit_s=time_limit_s,
                progress=_counted(progress, number, len(flows)),
            )
        )
    return Eyexam(tuple(exams))


def bound(
    network: Network,
    on: Chip | None = None,
    *,
    batch: int | None = None,
    dims: Dimensions | None = None,
    dataflow: str | None = None,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> SkiSlope:
    """The ski slope of a network: the least traffic beyond a buffer of any size.

    Args:
        network: as for ``evaluate``.
        on: a chip, whose formats count and whose own point is put on the curve; None counts the
            network's own formats.
        batch: inferences of one run.
        dims: sizes, as for ``evaluate``.
        dataflow: of the chip's point.
        time_limit_s: for each search.
        progress: called before the first search, after each capacity of each layer (from the
            threads that search, one at a time), and after each layer's own point.

    Raises:
        UnknownNameError: no such network, chip, dataflow or dimension.
        ImportFailedError: the network's file cannot be read.
        FileFormatError: the chip's file is malformed.
        InfeasibleError: a layer has no mapping on the chip.
        OutOfTimeError: none was found for a layer within the time.
        InvalidWorkloadError: the network multiplies nothing.
    """
    from octant.eyexam.slope import SkiSlope, capacities, curves, slope_through, together, with_own

    workload = load_network(network, batch=batch, dims=dims)
    chip = None if on is None else load_architecture(on)
    layers = multiplying(workload, chip)
    bits = _widths(chip, layers)
    sizes = capacities(tuple(einsum for _, einsum in layers), bits)
    sizes = sizes if chip is None else with_own(sizes, chip)
    shapes: dict[Einsum, tuple[Layer, int]] = {}
    for layer, einsum in layers:
        first, repeats = shapes.get(einsum, (layer, 0))
        shapes[einsum] = (first, repeats + layer.repeats)
    searched = len(sizes) * len(shapes)
    total = searched + (0 if chip is None else len(shapes))
    report = progress or _silent
    begin(progress, total)
    done = 0

    def note(einsum: Einsum, capacity_bits: int) -> None:
        nonlocal done
        done += 1
        buffer = text(capacity_bits, "capacity")
        report(Progress(done, total, f"{shapes[einsum][0].name} beyond {buffer}"))

    points = curves(tuple(shapes), bits, sizes, time_limit_s=time_limit_s, on_point=note)
    stands = _stands(shapes, chip, dataflow, time_limit_s, report, (searched, total))
    slopes = [
        slope_through(
            layer.name, einsum, bits, points[einsum], repeats=repeats, chip=stands.get(einsum)
        )
        for einsum, (layer, repeats) in shapes.items()
    ]
    return SkiSlope(
        network=workload.name,
        architecture="" if chip is None else chip.name,
        formats=", ".join(f"{role} {width} b" for role, width in bits.items()),
        whole=together(workload.name, tuple(slopes)),
        layers=tuple(slopes),
    )


def _stands(
    shapes: Mapping[Einsum, tuple[Layer, int]],
    chip: Architecture | None,
    dataflow: str | None,
    time_limit_s: float | None,
    report: Callable[[Progress], None],
    counts: tuple[int, int],
) -> dict[Einsum, ChipPoint]:
    """Where the chip stands with each layer; nothing without one.

    Args:
        counts: how much of the work was done before, and of how much.
    """
    from octant.eyexam.standing import chip_points
    from octant.mapper.feasibility import why_infeasible
    from octant.mapper.result import TIME_IS_UP

    if chip is None:
        return {}
    done, total = counts

    def note(einsum: Einsum) -> None:
        nonlocal done
        done += 1
        report(Progress(done, total, f"{shapes[einsum][0].name} on {chip.name}"))

    flow = dataflow_of(chip, dataflow)
    stands = chip_points(tuple(shapes), chip, flow, time_limit_s, note)
    for einsum, (layer, _) in shapes.items():
        if stands[einsum].traffic_bits == float("inf"):
            nowhere = stands[einsum].proven
            kind = InfeasibleError if nowhere else OutOfTimeError
            why = why_infeasible(einsum, chip, flow) if nowhere else f"{TIME_IS_UP} before that"
            raise kind(
                f"layer {layer.name!r} ({layer.operator}: {layer.work}): no mapping was found on "
                f"{chip.name}: {why}"
            )
    return stands


def _silent(_: Progress) -> None:
    pass


def _counted(
    progress: Callable[[Progress], None] | None, number: int, flows: int
) -> Callable[[int, int, str], None] | None:
    """Counts the work of one of several dataflows, taken to be as much as that of each other."""
    if progress is None:
        return None
    return lambda done, total, what: progress(Progress(number * total + done, flows * total, what))


def multiplying(workload: Workload, chip: Architecture | None) -> tuple[tuple[Layer, Einsum], ...]:
    """The layers with multiply-accumulates, in the chip's formats where there is one.

    Raises:
        InvalidWorkloadError: there are none.
    """
    require_multiplying(workload)
    found = []
    for layer in workload.mac_layers:
        assert isinstance(layer.work, Einsum)
        found.append((layer, layer.work if chip is None else einsum_of(layer.work, chip)))
    return tuple(found)


def _widths(
    chip: Architecture | None, layers: tuple[tuple[Layer, Einsum], ...]
) -> dict[Role, float]:
    """The bits of an element by role: in the chip's outermost memory, or of the network's own."""
    if chip is not None:
        outermost = chip.levels[0]
        return {role: chip.element_bits(outermost.store(role), role) for role in Role}
    found: dict[Role, float] = {}
    for _, einsum in layers:
        for tensor in einsum.tensors:
            found[tensor.role] = max(found.get(tensor.role, 0), tensor.format.storage_bits)
    return found
