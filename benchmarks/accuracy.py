"""How long accuracy runs take: rounding beside float32, a sweep, and the memory that they hold.

Networks run on as many digits as keep a processor busy, tiled, in batches of 256. Rounding is int8
with an asymmetric activation in front of every layer that multiplies.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

import octant
from octant.accuracy.dataset import DataSet, Indices, Samples, Task
from octant.accuracy.digits import digits
from octant.accuracy.execution import Session
from octant.accuracy.measurement import calibrated, trial
from octant.accuracy.networks import names, path
from octant.accuracy.rewrite import rewritten
from octant.accuracy.runnable import Runnable, load_runnable
from octant.accuracy.wording import recipe_of

#: A rounded run takes at most this many times the float run.
SLOWER = 2.5
#: A sweep of seven widths of the embedded CNN over the whole test split, in seconds.
SWEEP_S = 30.0
RUNS = 9
BATCH = 256


def timed(run: Callable[[], object], runs: int = RUNS) -> float:
    """Returns the median wall time of some runs, in seconds, after one that warms up."""
    run()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def convolutional() -> Runnable:
    """Returns a network of convolutions as wide as those of small ImageNet networks."""
    chance = np.random.default_rng(0)
    nodes, stored, source, channels = [], [], "image", 3
    for number, (wide, step) in enumerate(((32, 1), (64, 2), (64, 1), (128, 2), (128, 1))):
        weights = chance.normal(size=(wide, channels, 3, 3)).astype(np.float32) / 30
        stored.append(numpy_helper.from_array(weights, f"w{number}"))
        node = helper.make_node(
            "Conv", [source, f"w{number}"], [f"c{number}"], f"conv{number}", pads=[1] * 4,
            strides=[step] * 2,
        )  # fmt: skip
        nodes += [node, helper.make_node("Relu", [f"c{number}"], [f"r{number}"], f"relu{number}")]
        source, channels = f"r{number}", wide
    nodes.append(helper.make_node("GlobalAveragePool", [source], ["p"], "pool"))
    nodes.append(helper.make_node("Flatten", ["p"], ["y"], "flatten"))
    values = [
        helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 32, 32]),
        helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", channels]),
    ]
    graph = helper.make_graph(nodes, "convolutional", values[:1], values[1:], stored)
    opset = [helper.make_opsetid("", 21)]
    made = helper.make_model(graph, opset_imports=opset, ir_version=10)
    onnx.checker.check_model(made)
    return load_runnable(made.SerializeToString(), "convolutional 32 x 32")


def _noise() -> DataSet:
    images = np.random.default_rng(1).normal(size=(64, 3, 32, 32)).astype(np.float32)

    def read(chosen: Indices) -> Samples:
        return {"image": images[chosen]}, np.zeros(len(chosen), np.int64)

    return DataSet("noise", "random pixels", 64, Task.CLASSIFICATION, "noise", read)


def _row(network: Runnable, data: DataSet, images: NDArray[np.float32]) -> str:
    recipe = recipe_of(weights="8", activations="8")
    on = trial(network, data)
    variant = rewritten(network, recipe, calibrated(on, (recipe,)))
    exact = Session(network.proto.SerializeToString(), network)
    rounded = Session(variant.model, network)

    def runs(session: Session) -> Callable[[], object]:
        return lambda: [
            session.run({"image": images[i : i + BATCH]}) for i in range(0, len(images), BATCH)
        ]

    plain, slow = timed(runs(exact)), timed(runs(rounded))
    ratio = slow / plain
    bar = "" if ratio <= SLOWER else f"  above the bar of {SLOWER}"
    return f"{network.name:<40}{1e3 * plain:>9.1f}{1e3 * slow:>9.1f}{ratio:>9.2f}{bar}"


def table() -> str:
    """Returns the lines of every figure against its bar."""
    lines = [f"{'accuracy runs':<40}{'float ms':>9}{'int8 ms':>9}{'times':>9}"]
    data = digits()
    images = np.tile(data.read(np.arange(1024))[0]["image"], (4, 1, 1, 1))
    lines += [_row(load_runnable(path(name), name), data, images) for name in names()]
    noise = _noise()
    lines.append(_row(convolutional(), noise, noise.read(np.arange(64))[0]["image"]))
    recipes = [(str(bits), recipe_of(weights=str(bits), activations="8")) for bits in range(2, 9)]
    wall = timed(
        lambda: octant.sweep_accuracy("digits-lenet", recipes=recipes, varied="weights"), 3
    )
    lines.append(f"\n{'sweep of 7 widths, digits-lenet':<40}{wall:>9.3f} s, bar {SWEEP_S:g} s")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
