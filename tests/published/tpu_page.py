"""The first TPU: how busy its multipliers are with layers that wait for their weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from octant.files import builtin_architecture
from octant.mapper import Objective, Status, dataflow_named, search
from octant.model import Evaluation
from octant.workload import matmul
from tests.published.pages import residual, table

CHIP = builtin_architecture("tpu1")


@dataclass(frozen=True, slots=True)
class Perceptron:
    """One of the published networks of fully connected layers.

    Args:
        batch: inferences that share a weight.
        width: inputs and outputs of a layer. The paper gives the number of weights and of layers;
            that layers are square is assumed, and does not matter as long as weights are the limit.
        useful: share of all multipliers' cycles that do useful work (Table 3).
        waiting: share of cycles that wait for weights (Table 3).
        shifting: share of cycles in which weights move into the array and nothing else happens.
        other: share of cycles without matrix work.
    """

    batch: int
    width: int
    useful: float
    waiting: float
    shifting: float
    other: float


# Jouppi et al., In-datacenter performance analysis of a tensor processing unit, ISCA 2017: Table 1
# (20 M weights in 5 layers, batch 200; 5 M weights in 4 layers, batch 168) and Table 3.
PERCEPTRONS = {
    "MLP0": Perceptron(200, 2000, 0.125, 0.539, 0.159, 0.175),
    "MLP1": Perceptron(168, 1118, 0.094, 0.442, 0.134, 0.319),
}


@cache
def evaluation(name: str) -> Evaluation:
    """Returns the evaluation of a layer's fastest mapping."""
    network = PERCEPTRONS[name]
    layer = matmul(rows=1, inner=network.width, columns=network.width, batch=network.batch)
    found = search(layer, CHIP, objective=Objective.LATENCY, dataflow=dataflow_named(CHIP, None))
    assert found.status is Status.OPTIMAL and found.evaluation is not None
    return found.evaluation


def section() -> str:
    """Returns the page's section on the chip."""
    rows = [
        [
            name,
            f"{100 * network.useful:.1f} %",
            f"{100 * evaluation(name).utilization:.1f} %",
            residual(evaluation(name).utilization, network.useful),
            evaluation(name).limited_by,
            f"{100 * network.waiting:.1f} %",
            f"{100 * network.shifting:.1f} %",
            f"{100 * network.other:.1f} %",
        ]
        for name, network in PERCEPTRONS.items()
    ]
    header = ["network", "utilisation, published", "modelled", "", "limited by"]
    causes = ["published: waiting for weights", "shifting weights in", "no matrix work"]
    return f"""## TPU v1: fully connected layers

Published: Jouppi et al., ISCA 2017, Tables 1 and 3 (performance counters). Modelled: the built-in
`tpu1`, the fastest mapping. Layers are taken to be square, which does not matter as long as weights
are the limit.

{table([*header, *causes], rows)}

The model finds what the counters find, that these networks wait for their weights, and gives the
bound of the weight memory: batch / 1350. The chip stays below: it also loses cycles in which
weights shift into the array and cycles without matrix work (activations, transfers to the host),
which the model takes to overlap.
"""
