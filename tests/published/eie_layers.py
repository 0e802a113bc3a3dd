"""EIE on its nine benchmark layers: what its paper gives, and what Octant computes of densities."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import octant
from octant.scorecard import LayerResult
from octant.workload import Layer, Workload, matmul


@dataclass(frozen=True)
class Benchmark:
    """A layer of Han et al., ISCA 2016: Table III, and the last two rows of Table IV.

    Args:
        name: there.
        rows: of the weight matrix: outputs.
        columns: inputs.
        weights: share that is not zero, in whole per cent there.
        inputs: share that is not zero.
        theoretical_us: products over the peak, as the paper has it.
        actual_us: of its cycle-accurate simulator, queues of 8.
    """

    name: str
    rows: int
    columns: int
    weights: float
    inputs: float
    theoretical_us: float
    actual_us: float


BENCHMARKS = (
    Benchmark("Alex-6", 4096, 9216, 0.09, 0.351, 28.1, 30.3),
    Benchmark("Alex-7", 4096, 4096, 0.09, 0.353, 11.7, 12.2),
    Benchmark("Alex-8", 1000, 4096, 0.25, 0.375, 8.9, 9.9),
    Benchmark("VGG-6", 4096, 25088, 0.04, 0.183, 28.1, 34.4),
    Benchmark("VGG-7", 4096, 4096, 0.04, 0.375, 7.9, 8.7),
    Benchmark("VGG-8", 1000, 4096, 0.23, 0.411, 7.3, 8.4),
    Benchmark("NT-We", 600, 4096, 0.10, 1.0, 5.2, 8.0),
    Benchmark("NT-Wd", 8791, 600, 0.11, 1.0, 13.0, 13.9),
    Benchmark("NT-LSTM", 2400, 1201, 0.10, 1.0, 6.5, 7.5),
)
ALEX7_UJ = 1e6 / 138927
"""Energy of a frame of Alex-7: Table V, frames a joule of 64 PEs."""
POWER_MW = 590
"""Table V, 64 PEs."""


@cache
def evaluated(case: Benchmark) -> LayerResult:
    """The layer on the built-in chip, its rows dealt to all PEs, its nonzeros by chance."""
    work = matmul(rows=1, inner=case.columns, columns=case.rows)
    network = Workload(case.name, (Layer(case.name, "Gemm", work, ("x",), ("y",)),))
    densities = {"weight": case.weights}
    if case.inputs < 1:
        densities["input"] = case.inputs
    return octant.evaluate(network, "eie", densities=densities, min_utilization=0.9).layers[0]
