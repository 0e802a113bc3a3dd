"""What zeros make of a layer's prices: factors on them, with which a search goes by zeros, too.

The formats that a chip holds tensors in are in them, too: on dense data these add bits, and nothing
is spared. Where zeros spare a share of each access that no mapping changes, these factors are the
whole truth. Where the mapping decides what is spared, they are that of one mapping, or the least of
all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from octant.arch import Architecture, Fanout
from octant.counting import TensorCounts
from octant.model.evaluation import Evaluation
from octant.model.prices import Costs, costs
from octant.model.sparse import read_bits, written_bits
from octant.sparsity import Floors, SparseTensor
from octant.workload import Einsum, Role, Tensor

_NEGLIGIBLE = 1e-12


@dataclass(frozen=True, slots=True)
class Thinning:
    """Factors on what a layer costs where nothing is zero.

    Args:
        energy: (tensors, nodes, 3) on the joules of a read, a write, a transfer.
        moved: (tensors, nodes) on the bits through a memory's port.
        macs: on the joules of the multiply-accumulates.
        steps: on the steps of the loop nest.
    """

    energy: tuple[tuple[tuple[float, float, float], ...], ...]
    moved: tuple[tuple[float, ...], ...]
    macs: float
    steps: float

    @property
    def is_none(self) -> bool:
        """Whether every factor is 1."""
        joules = (each for row in self.energy for actions in row for each in actions)
        moved = (each for row in self.moved for each in row)
        return all(each == 1.0 for each in (*joules, *moved, self.macs, self.steps))

    @property
    def pace(self) -> float:
        """What a cycle at these prices stands for: ``steps``, but above 0 where all are skipped."""
        return max(self.steps, _NEGLIGIBLE)

    def of(self, dense: Costs) -> Costs:
        """The prices with the factors; a cycle there is ``pace`` ones, for steps count in full."""
        moved = dense.moved * np.array(self.moved) / self.pace
        return dense._replace(
            prices=dense.prices * np.array(self.energy),
            compute_j=dense.compute_j * self.macs,
            moved=moved,
        )


def least_thinning(einsum: Einsum, architecture: Architecture) -> Thinning:
    """Returns factors that no mapping of a layer with zeros goes below.

    Args:
        einsum: the layer, with the densities and patterns of its tensors.
        architecture: where it runs.
    """
    floors = Floors(einsum, architecture)
    rows = [_least_row(floors, tensor) for tensor in einsum.tensors]
    return Thinning(
        tuple(tuple(energy for energy, _ in row) for row in rows),
        tuple(tuple(moved for _, moved in row) for row in rows),
        floors.macs(),
        floors.steps(),
    )


def _least_row(floors: Floors, tensor: Tensor) -> list[tuple[tuple[float, float, float], float]]:
    """(joules of a read, a write, a transfer; bits moved), for each node."""
    found = []
    for number, node in enumerate(floors.architecture.nodes):
        if isinstance(node, Fanout):
            bits = floors.architecture.element_bits(None, tensor.role)
            crossing = floors.inwards(tensor, number)
            moved = crossing.elements + crossing.metadata_bits / bits
            found.append(((1.0, 1.0, moved), 1.0))
            continue
        store = node.store(tensor.role)
        if store is None:
            found.append(((1.0, 1.0, 1.0), 1.0))
            continue
        bits = floors.architecture.element_bits(store, tensor.role)
        apart = store.metadata_bits is not None
        reads, fills = floors.inwards(tensor, number), floors.filled(tensor, number)
        timed = floors.inwards(tensor, number, timed=True), fills  # what is gated never gets here
        read, filled = (each.elements + each.metadata_bits / bits for each in (reads, fills))
        port = min(each.elements + (0 if apart else each.metadata_bits / bits) for each in timed)
        found.append(
            ((read, min(read, filled) if tensor.role is Role.OUTPUT else filled, 1.0), port)
        )
    return found


def thinning_of(evaluation: Evaluation, architecture: Architecture, least: Thinning) -> Thinning:
    """Returns the factors of one mapping.

    Args:
        evaluation: of ``evaluate_sparse``.
        architecture: where it runs.
        least: the factors of what this mapping does not use.
    """
    counts, sparse = evaluation.counts, evaluation.sparse
    assert sparse is not None, "the evaluation is one with zeros"
    energy, moved = np.array(least.energy), np.array(least.moved)
    place = _places(evaluation.einsum, architecture)
    for dense, thin in zip(counts.tensors, sparse.tensors, strict=True):
        at = place[dense.tensor, dense.level]
        energy[(*at, 0)], energy[(*at, 1)], moved[at] = _of_memory(
            evaluation.einsum, architecture, dense, thin, (*energy[at][:2], moved[at])
        )
    left = {(crossing.fanout, crossing.tensor): crossing for crossing in sparse.transfers}
    for whole in counts.transfers:
        crossing = left[whole.fanout, whole.tensor]
        bits = architecture.element_bits(None, evaluation.einsum.tensor(whole.tensor).role)
        there = crossing.elements + crossing.metadata_bits / bits
        if whole.elements:
            energy[(*place[whole.tensor, whole.fanout], 2)] = there / whole.elements
    return Thinning(
        tuple(tuple((row[0], row[1], row[2]) for row in rows) for rows in energy.tolist()),
        tuple(map(tuple, moved.tolist())),
        sparse.macs.happening / counts.macs,
        sparse.steps / counts.steps,
    )


def _places(einsum: Einsum, architecture: Architecture) -> dict[tuple[str, str], tuple[int, int]]:
    """Row and column of a tensor's name at a node's."""
    return {
        (tensor.name, node.name): (row, column)
        for row, tensor in enumerate(einsum.tensors)
        for column, node in enumerate(architecture.nodes)
    }


def _of_memory(
    einsum: Einsum,
    architecture: Architecture,
    dense: TensorCounts,
    thin: SparseTensor,
    unused: tuple[float, float, float],
) -> tuple[float, float, float]:
    """The factors of a tensor's reads, of its writes, and of its bits through the port."""
    role = einsum.tensor(dense.tensor).role
    store = next(level for level in architecture.levels if level.name == dense.level).store(role)
    assert store is not None, "a mapping keeps a tensor only where a memory can"
    bits, written = architecture.element_bits(store, role), dense.fills + dense.updates
    through = read_bits(einsum, architecture, store, thin)
    through += written_bits(einsum, architecture, store, thin)
    return (
        (thin.reads.happening + thin.metadata_read / bits) / dense.reads
        if dense.reads
        else unused[0],
        (thin.written + thin.metadata_written / bits) / written if written else unused[1],
        through / bits / (dense.reads + written) if dense.reads + written else unused[2],
    )


def thin_cost(
    evaluation: Evaluation, architecture: Architecture, thinning: Thinning
) -> tuple[float, float]:
    """Joules and cycles of a mapping under factors, cycles not in whole numbers.

    Args:
        evaluation: of ``evaluate``, where nothing is zero.
        architecture: where it runs.
        thinning: the factors.
    """
    from octant.counting import kernel as counting
    from octant.counting.problem import nest, problem
    from octant.model import kernel

    einsum, mapping = evaluation.einsum, evaluation.mapping
    layer, loops = problem(einsum, architecture), nest(einsum, mapping)
    prices = thinning.of(costs(einsum, architecture))
    busy = np.ones(len(architecture.nodes) + 1)
    kernel.fill_busy(layer.sizes, layer.temporal, loops.factors, loops.order, busy)
    raw = counting.count_all(*layer, *loops)
    energy_j, cycles = kernel.price(raw, busy, *prices[1:])
    return float(energy_j), float(cycles) * thinning.pace
