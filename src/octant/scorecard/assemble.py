"""From the mappings of a network's layers to its scorecard."""

from __future__ import annotations

import math

from octant.accuracy.results import Accuracy
from octant.arch import Architecture, Dataflow
from octant.eyexam.flexibility import Flexibility
from octant.eyexam.scaling import Scalability
from octant.mapper.result import Objective
from octant.scorecard import metrics
from octant.scorecard.accuracy import accuracy
from octant.scorecard.assumptions import assumptions
from octant.scorecard.cost import cost
from octant.scorecard.coverage import coverage
from octant.scorecard.energy import summed
from octant.scorecard.layers import layer_results
from octant.scorecard.records import LayerMapping, Scorecard
from octant.scorecard.references import references
from octant.scorecard.totals import decomposition, totals
from octant.scorecard.uncertainty import contributions
from octant.workload import Einsum, Role, Workload


def assemble(
    workload: Workload,
    architecture: Architecture,
    mappings: tuple[LayerMapping, ...],
    *,
    objective: Objective,
    dataflow: Dataflow | None,
    versions: tuple[tuple[str, str], ...],
    measured: Accuracy | None = None,
    tried: Flexibility | None = None,
    grown: Scalability | None = None,
    overbooked: bool = False,
    sampled: int = 0,
) -> Scorecard:
    """The scorecard of a network on a chip, from the mapping of each of its layers.

    Energy and latency are sums over the layers that the chip runs, their repeats included; every
    other figure follows from these two and the chip's description.

    Args:
        workload: the network, as it was given.
        architecture: the chip.
        mappings: one for each layer with multiply-accumulates.
        objective: what the searches minimised.
        dataflow: the constraints that the mappings obey; None for none.
        versions: (program, version) pairs to put on the sheet.
        tried: the chip on a suite; None leaves flexibility to this network.
        grown: how far chip and network scale; None leaves it open.
        measured: accuracy in the architecture's formats; None where the network was not run.
        overbooked: tiles may be as large as fits in their formats.
        sampled: runs with zeros of their own, of which the costs are means; 0 for none.

    Raises:
        InfeasibleError: a layer has no mapping; the message names it and says why.
    """
    layers = layer_results(workload, architecture, mappings)
    parts = summed(part for layer in layers for part in layer.energy)
    covered = coverage(layers)
    run = totals(layers, parts, workload.batch)
    factors = decomposition(run, architecture)
    limits = metrics.limits(parts, architecture)
    return Scorecard(
        network=workload.name,
        network_note=workload.description,
        architecture=architecture.name,
        architecture_note=architecture.title,
        batch=workload.batch,
        objective=objective,
        dataflow=dataflow.name if dataflow else "",
        formats=tuple((role.value, str(architecture.compute.format(role))) for role in Role),
        nonzero=nonzero(workload),
        accuracy=accuracy(workload.name, architecture, measured),
        throughput=metrics.throughput(run, factors, architecture),
        latency=metrics.latency(run),
        energy=metrics.energy(run, limits),
        power=metrics.power(run, limits, architecture),
        cost=cost(architecture, factors.inferences_per_s if factors else None),
        flexibility=metrics.flexibility(covered, tried),
        scalability=metrics.scalability(grown),
        decomposition=factors,
        energy_parts=parts,
        contributions=contributions(parts, architecture, workload.batch),
        layers=layers,
        coverage=covered,
        assumptions=assumptions(
            workload, architecture, layers, covered, measured, overbooked, sampled
        ),
        references=references(workload, architecture, dataflow, measured),
        versions=versions,
    )


def nonzero(workload: Workload) -> tuple[tuple[str, float], ...]:
    """The share of values that are not zero, by role, where some are known to be zero.

    >>> from dataclasses import replace
    >>> from octant.workload import Layer, matmul
    >>> work = matmul(rows=2, inner=4, columns=4)
    >>> thin = tuple(replace(t, density=0.25 if t.role is Role.WEIGHT else 1) for t in work.tensors)
    >>> nonzero(Workload("one", (Layer("fc", "MatMul", replace(work, tensors=thin)),)))
    (('weight', 0.25),)
    """
    works = [layer.work for layer in workload.mac_layers if isinstance(layer.work, Einsum)]
    pairs = [
        (tensor.role, tensor.elements(work.sizes), tensor.density)
        for work in works
        for tensor in work.tensors
    ]
    found = []
    for role in Role:
        mine = [(count, density) for each, count, density in pairs if each is role]
        if any(density < 1 for _, density in mine):
            there = math.fsum(count * density for count, density in mine)
            found.append((role.value, there / sum(count for count, _ in mine)))
    return tuple(found)
