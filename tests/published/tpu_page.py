"""The first TPU: how busy its multipliers are with layers that wait for their weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from octant.chips import fact
from octant.files import builtin_architecture
from octant.files.records import builtin_record
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


@dataclass(frozen=True, slots=True)
class Application:
    """One of the six published applications.

    Args:
        macs_per_weight_byte: Table 1's operations for each byte of weights.
        tops: Table 3's 10^12 operations a second.
        array_active: share of cycles in which the array works (Table 3).
        unused: share of multipliers' cycles that do no useful work although it does.
    """

    macs_per_weight_byte: float
    tops: float
    array_active: float
    unused: float


APPLICATIONS = {
    "MLP0": Application(200, 12.3, 0.127, 0.003),
    "MLP1": Application(168, 9.7, 0.106, 0.012),
    "LSTM0": Application(64, 3.7, 0.082, 0.0),
    "LSTM1": Application(96, 2.8, 0.105, 0.042),
    "CNN0": Application(2888, 86.0, 0.782, 0.0),
    "CNN1": Application(1750, 14.1, 0.462, 0.237),
}


def roof_tops(name: str) -> float:
    """Returns 10^12 operations a second: the peak, or what the weight memory can feed."""
    record = builtin_record("tpu1")
    peak, bandwidth = fact(record["peak"]), fact(record["off_chip_bandwidth"])
    assert peak is not None and bandwidth is not None
    fed = 2 * APPLICATIONS[name].macs_per_weight_byte * bandwidth.value / 8
    return min(peak.value, fed) / 1e12


def _applications() -> str:
    rows = [
        [
            name,
            f"{each.macs_per_weight_byte:g}",
            f"{each.tops:g}",
            f"{roof_tops(name):.1f}",
            residual(roof_tops(name), each.tops),
            f"{100 * each.array_active:.1f} %",
            f"{100 * each.unused:.1f} %",
        ]
        for name, each in APPLICATIONS.items()
    ]
    header = ["application", "MAC/byte of weights", "published TOPS", "roof TOPS", ""]
    return table([*header, "array active", "of it unused"], rows)


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

### All six applications, a roof only

The paper gives the size, the batch and the operations for each byte of weights of its
applications, not their layers, so only a roof can be held against their rates: the peak, or what
34 GB/s of weights feed.

{_applications()}

MLP0, MLP1, LSTM0 and CNN0 come within a fifth of their roof. LSTM1 and CNN1 do not: a part of the
array does no useful work in them (last column), because their matrices do not fill 256 x 256
multipliers, which only their layers' shapes could say.
"""
