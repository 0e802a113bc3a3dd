"""How long accuracy runs take: rounding beside float32, a sweep, and the memory that they hold.

Networks run on as many digits as keep a processor busy, tiled, in batches of 256. Rounding is int8
with an asymmetric activation in front of every layer that multiplies. Memory is the greatest of a
process of its own, for a data set and for one of ten times the samples: 24 MB and 245 MB, were they
held.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

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
#: Ten times the samples take at most this many times the memory.
MORE_MEMORY = 1.1
SAMPLES = 2_000
IMAGES = 32
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


def convolutional(side: int = 32) -> Runnable:
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
        helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, side, side]),
        helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", channels]),
    ]
    graph = helper.make_graph(nodes, "convolutional", values[:1], values[1:], stored)
    opset = [helper.make_opsetid("", 21)]
    made = helper.make_model(graph, opset_imports=opset, ir_version=10)
    onnx.checker.check_model(made)
    return load_runnable(made.SerializeToString(), f"convolutional {side} x {side}")


def _noise() -> DataSet:
    images = np.random.default_rng(1).normal(size=(64, 3, 32, 32)).astype(np.float32)

    def read(chosen: Indices) -> Samples:
        return {"image": images[chosen]}, np.zeros(len(chosen), np.int64)

    return DataSet("noise", "random pixels", 64, Task.CLASSIFICATION, "noise", read)


def _row(network: Runnable, data: DataSet, images: NDArray[np.float32], times: int = RUNS) -> str:
    recipe = recipe_of(weights="8", activations="8")
    on = trial(network, data)
    variant = rewritten(network, recipe, calibrated(on, (recipe,)))
    exact = Session(network.proto.SerializeToString(), network)
    rounded = Session(variant.model, network)

    def runs(session: Session) -> Callable[[], object]:
        return lambda: [
            session.run({"image": images[i : i + BATCH]}) for i in range(0, len(images), BATCH)
        ]

    plain, slow = timed(runs(exact), times), timed(runs(rounded), times)
    ratio = slow / plain
    bar = "" if ratio <= SLOWER else f"  above the bar of {SLOWER}"
    return f"{network.name:<40}{1e3 * plain:>9.1f}{1e3 * slow:>9.1f}{ratio:>9.2f}{bar}"


def _of_images() -> str:
    """Images of 500 x 375 pixels in folders by class, and a network of 1.7 G products for each."""
    from PIL import Image

    from octant.accuracy.images import image_folder

    network, chance = convolutional(224), np.random.default_rng(2)
    with tempfile.TemporaryDirectory() as name:
        for number in range(IMAGES):
            folder = Path(name, str(number % 8))
            folder.mkdir(exist_ok=True)
            rough = Image.fromarray(chance.integers(0, 255, (12, 16, 3), np.uint8))
            rough.resize((500, 375)).save(folder / f"{number}.jpg", quality=90)
        data = image_folder(Path(name), network.inputs[0][1])
        chosen = np.arange(IMAGES)
        reading = timed(lambda: data.read(chosen), 3) / IMAGES
        return f"{'a photograph read, scaled and cut':<40}{1e3 * reading:>9.1f} ms\n" + _row(
            network, data, data.read(chosen)[0][""], 3
        )


def peak_bytes(samples: int) -> int:
    """Returns the most memory that a process takes for a run of int8 on so many samples."""
    command = [sys.executable, "-m", "benchmarks.accuracy", str(samples)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(done.stdout)


def _run_on(samples: int) -> None:
    """Runs a fully connected layer on made-up samples, and prints the most memory it took."""
    weights = np.random.default_rng(0).normal(size=(3 * 32 * 32, 10)).astype(np.float32)
    node = helper.make_node("MatMul", ["image", "w"], ["y"], "fc")
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size])
        for name, size in (("image", len(weights)), ("y", 10))
    ]
    stored = [numpy_helper.from_array(weights, "w")]
    graph = helper.make_graph([node], "fc", values[:1], values[1:], stored)
    opset = [helper.make_opsetid("", 21)]
    made = helper.make_model(graph, opset_imports=opset, ir_version=10)

    def read(chosen: Indices) -> Samples:
        images = np.random.default_rng(int(chosen[0])).normal(size=(len(chosen), len(weights)))
        return {"image": images.astype(np.float32)}, np.zeros(len(chosen), np.int64)

    data = DataSet("noise", "random pixels", samples, Task.CLASSIFICATION, "noise", read)
    octant.measure_accuracy(
        made.SerializeToString(), data, recipe=recipe_of(weights="8", activations="8")
    )
    print(_peak_bytes_here())


def _peak_bytes_here() -> int:
    """Returns the most memory of this process; what it took from its parent is not in it."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(x for x in status.read_text("utf-8").splitlines() if x.startswith("VmHWM"))
        return 1024 * int(line.split()[1])
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _memory() -> str:
    few, many = peak_bytes(SAMPLES), peak_bytes(10 * SAMPLES)
    bar = "" if many / few <= MORE_MEMORY else f"  above the bar of {MORE_MEMORY}"
    return (
        f"{f'memory, {SAMPLES:,} and {10 * SAMPLES:,} samples':<40}{few / 1e6:>9.0f}"
        f"{many / 1e6:>9.0f} MB{many / few:>6.2f}{bar}"
    )


def table() -> str:
    """Returns the lines of every figure against its bar."""
    lines = [f"{'accuracy runs':<40}{'float ms':>9}{'int8 ms':>9}{'times':>9}"]
    data = digits()
    images = np.tile(data.read(np.arange(1024))[0]["image"], (4, 1, 1, 1))
    lines += [_row(load_runnable(path(name), name), data, images) for name in names()]
    noise = _noise()
    lines.append(_row(convolutional(), noise, noise.read(np.arange(64))[0]["image"]))
    lines.append(
        _of_images() if find_spec("PIL") else "photographs: not timed, Pillow is not installed"
    )
    recipes = [(str(bits), recipe_of(weights=str(bits), activations="8")) for bits in range(2, 9)]
    wall = timed(
        lambda: octant.sweep_accuracy("digits-lenet", recipes=recipes, varied="weights"), 3
    )
    lines.append(f"\n{'sweep of 7 widths, digits-lenet':<40}{wall:>9.3f} s, bar {SWEEP_S:g} s")
    lines.append(_memory())
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _run_on(int(sys.argv[1]))
    else:
        print(table())
