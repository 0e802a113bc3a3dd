"""The zeros of a network: in its weights one by one, in its activations as they are measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from octant.accuracy.dataset import Inputs
from octant.accuracy.execution import Session
from octant.accuracy.runnable import MacLayer, Runnable


@dataclass(frozen=True, slots=True, eq=False)
class LayerZeros:
    """What of a layer that multiplies is not zero, on average over some samples.

    Args:
        layer: its name.
        inputs: nonzero elements of its activation, a sample.
        second: of its second operand where that is an activation; None where it is stored.
        outputs: nonzero elements of what it leaves, a sample: behind a ReLU that follows it alone.
        samples: for each of the first samples, where its activation is not zero.
        each_output: for each of them, the nonzero elements of what the layer leaves.
        before: zeros that a convolution puts before each spatial axis; None where that is not
            known.
    """

    layer: str
    inputs: float
    second: float | None
    outputs: float
    samples: NDArray[np.bool_]
    each_output: tuple[int, ...]
    before: tuple[int, ...] | None


def activations(network: Runnable, inputs: Inputs, kept: int = 0) -> tuple[LayerZeros, ...]:
    """The nonzeros of every layer's operands and output, as the network runs on some samples.

    Args:
        network: with its weights, in float32: rounding to narrow formats makes more zeros.
        inputs: the samples.
        kept: of how many of them the places of nonzeros are kept.

    Raises:
        DataSetError: the inputs do not fit the network.
        RunFailedError: the network cannot be executed.
    """
    left = {layer.name: _leaving(network, layer) for layer in network.layers}
    wanted = [layer.activation for layer in network.layers]
    wanted += [layer.second for layer in network.layers if layer.weights is None]
    wanted += list(left.values())
    session = Session(network.proto.SerializeToString(), network, tuple(dict.fromkeys(wanted)))
    values = {**session.run(inputs), **_fed(network, inputs)}
    samples = len(next(iter(inputs.values())))
    count = {name: np.count_nonzero(found) / samples for name, found in values.items()}
    return tuple(
        LayerZeros(
            layer.name,
            float(count[layer.activation]),
            None if layer.weights is not None else float(count[layer.second]),
            float(count[left[layer.name]]),
            values[layer.activation][:kept] != 0,
            tuple(int(np.count_nonzero(x)) for x in values[left[layer.name]][:kept]),
            _before(network, layer, values[layer.activation].ndim - 2),
        )
        for layer in network.layers
    )


def _fed(network: Runnable, inputs: Inputs) -> Inputs:
    """The inputs by the network's names; one unnamed array is the only input."""
    names = [name for name, _ in network.inputs]
    if len(names) == 1 and len(inputs) == 1:
        return dict(zip(names, inputs.values(), strict=True))
    return inputs


def _leaving(network: Runnable, layer: MacLayer) -> str:
    """The tensor that a layer leaves: behind its Relu, where that is the only one to read it."""
    readers = [node for node in network.proto.graph.node if layer.output in node.input]
    if len(readers) == 1 and readers[0].op_type == "Relu":
        return str(readers[0].output[0])
    return layer.output


def _before(network: Runnable, layer: MacLayer, axes: int) -> tuple[int, ...] | None:
    """The zeros that a convolution puts before each of its spatial axes."""
    from onnx.helper import get_attribute_value

    if layer.operator != "Conv":
        return None
    given = {
        each.name: get_attribute_value(each)
        for each in network.proto.graph.node[layer.position].attribute
    }
    if given.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID"):
        return None
    return tuple(given.get("pads", [0] * (2 * axes)))[:axes]
