"""The front of energy and latency of a network, and its best combination under a limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from octant.api.evaluation import (
    Progress,
    dataflow_of,
    einsum_of,
    objective_named,
    require_multiplying,
)
from octant.api.loading import Chip, Dimensions, Network, load_architecture, load_network
from octant.errors import InfeasibleError
from octant.mapper.result import Objective
from octant.workload import Einsum

if TYPE_CHECKING:
    from octant.arch import Architecture
    from octant.mapper import FrontResult
    from octant.mapper.combination import Limit, NetworkFront


def network_front(
    network: Network,
    on: Chip,
    *,
    objective: Objective | str = Objective.EDP,
    limit: Limit | None = None,
    batch: int | None = None,
    dims: Dimensions | None = None,
    dataflow: str | None = None,
    divisors_only: bool = False,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> NetworkFront:
    """The front of energy and latency of a network's layers that multiply, and the best of it.

    Not the sum of the layers' best: a layer may spend time where it saves much energy, if another
    makes up for it.

    Args:
        network, on, batch, dims, dataflow, progress: as for ``evaluate``.
        objective: what the whole network minimises; under a limit, energy or latency.
        limit: the most that the network may take of latency, energy or power.
        divisors_only: leave out factors that do not divide.
        time_limit_s: for each layer's search, and for the combination.

    Raises:
        InfeasibleError: a layer has no mapping, or no combination meets the limit.
        InvalidWorkloadError: the network multiplies nothing.
        NotEstimatedError: the chip has no prices.
        ValueError: a product as the objective under a limit.

    >>> from octant.workload import Layer, Workload, matmul
    >>> work = Workload("one", (Layer("fc", "MatMul", matmul(rows=2, inner=4, columns=3)),))
    >>> found = network_front(work, "teaching", objective="energy")
    >>> found.proven, found.best.combination == found.corners[-1]
    (True, True)
    """
    from octant.mapper import front
    from octant.mapper.combination import (
        FrontLayer,
        LayerFront,
        NetworkFront,
        best_combination,
        network_hull,
    )

    workload, chip = load_network(network, batch=batch, dims=dims), load_architecture(on)
    require_multiplying(workload)
    goal, constraints = objective_named(objective), dataflow_of(chip, dataflow)
    einsums = {layer.name: einsum_of(layer.work, chip) for layer in workload.mac_layers}
    find = partial(
        front, dataflow=constraints, divisors_only=divisors_only, time_limit_s=time_limit_s
    )
    found = _fronts(einsums, chip, find, progress)
    layers = tuple(
        FrontLayer(layer.name, layer.repeats, found[einsums[layer.name]])
        for layer in workload.mac_layers
    )
    parts = [
        LayerFront(
            layer.name,
            tuple((entry.energy_j or 0.0, entry.latency_s) for entry in layer.front.evaluations),
            layer.repeats,
        )
        for layer in layers
    ]
    best = best_combination(parts, goal, limit=limit, time_limit_s=time_limit_s)
    if best.combination is None:
        raise InfeasibleError(f"{workload.name} on {chip.name}: {best.reason}")
    return NetworkFront(
        workload.name, chip.name, constraints.name, layers, network_hull(parts), best
    )


def _fronts(
    einsums: Mapping[str, Einsum],
    chip: Architecture,
    find: Callable[[Einsum, Architecture], FrontResult],
    progress: Callable[[Progress], None] | None,
) -> dict[Einsum, FrontResult]:
    """The front of each different layer, by the names of the layers."""
    found: dict[Einsum, FrontResult] = {}
    for name, einsum in einsums.items():
        if einsum in found:
            continue
        if progress:
            progress(Progress(len(found), len(set(einsums.values())), name))
        found[einsum] = find(einsum, chip)
        if not found[einsum].evaluations:
            raise InfeasibleError(
                f"layer {name!r}: no mapping was found on {chip.name}: {found[einsum].reason}"
            )
    return found
