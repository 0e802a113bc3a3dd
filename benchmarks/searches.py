"""The time of searches, layer by layer, in one warm process."""

from __future__ import annotations

import statistics
import time

from octant.api import load_architecture, load_network
from octant.mapper import Objective, dataflow_named, prepare, search
from octant.model import missing_prices
from octant.workload import Einsum

CHIPS = ("eyeriss", "eyeriss-isca16", "tpu1", "teaching")
NETWORKS = ("alexnet", "resnet50", "mobilenet-v2", "bert-base")


def searched(network: str, chip: str) -> list[float]:
    """Returns the processor seconds of the search of each different layer of a network."""
    architecture = load_architecture(chip)
    objective = Objective.LATENCY if missing_prices(architecture) else Objective.EDP
    dataflow = dataflow_named(architecture, None)
    seconds = []
    for einsum in dict.fromkeys(layer.work for layer in load_network(network).mac_layers):
        assert isinstance(einsum, Einsum), "a layer with multiply-accumulates is an Einsum"
        start = time.process_time()
        result = search(einsum, architecture, objective=objective, dataflow=dataflow)
        seconds.append(time.process_time() - start)
        assert result.gap == 0.0, f"{network} on {chip}: {result.reason}"
    return seconds


def table() -> str:
    """Returns a line for each network and chip: layers, median, worst and sum, all proven."""
    prepare()
    lines = [
        f"{'searches, processor ms a layer':<40}{'layers':>9}{'median':>9}{'worst':>9}{'sum':>11}"
    ]
    for chip in CHIPS:
        for network in NETWORKS:
            took = [1e3 * value for value in searched(network, chip)]
            lines.append(
                f"{f'{network} on {chip}':<40}{len(took):>9}{statistics.median(took):>9.1f}"
                f"{max(took):>9.1f}{sum(took):>11.0f}"
            )
    return "\n".join(lines)
