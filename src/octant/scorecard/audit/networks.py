"""What of a network a run covers, and what that needs at least."""

from __future__ import annotations

from dataclasses import dataclass

from octant.chips import Run
from octant.workload import Einsum, Role, Workload


@dataclass(frozen=True, slots=True)
class Covered:
    """The part of a network that a run covers.

    Args:
        macs: multiply-accumulates of an inference.
        weights: stored weights.
        input_elements: that come from outside of the network, where its first layer is covered.
        left_out: layers with multiply-accumulates that did not run.
        unknown: names that are no layer's.
        macs_left_out: their share of the network's multiply-accumulates.
        weights_left_out: their share of its weights.
    """

    macs: int
    weights: int
    input_elements: int
    left_out: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    macs_left_out: float = 0.0
    weights_left_out: float = 0.0


def covered(run: Run, network: Workload) -> Covered:
    """What of a network of batch 1 a run covers; all of it unless the run names layers.

    >>> from octant import zoo
    >>> half = covered(Run("convolutions", layers=("CONV1", "CONV9")), zoo.network("alexnet"))
    >>> half.macs, half.unknown, half.input_elements == 3 * 227 * 227
    (105415200, ('CONV9',), True)
    """
    names = {layer.name for layer in network.layers}
    wanted = names if run.layers in ((), ("all",)) else set(run.layers)
    taken = [layer for layer in network.mac_layers if layer.name in wanted]
    made = {name for layer in network.layers for name in layer.outputs}
    macs, weights = sum(x.macs for x in taken), sum(x.weights for x in taken)
    return Covered(
        macs,
        weights,
        sum(
            _inputs(layer.work)
            for layer in taken
            if isinstance(layer.work, Einsum) and not set(layer.inputs) & made
        ),
        tuple(layer.name for layer in network.mac_layers if layer.name not in wanted),
        tuple(name for name in run.layers if name not in names and name != "all"),
        1 - macs / network.macs if network.macs else 0.0,
        1 - weights / network.weights if network.weights else 0.0,
    )


def _inputs(work: Einsum) -> int:
    return sum(work.elements(tensor.name) for tensor in work.tensors if tensor.role is Role.INPUT)


def least_traffic_bits(part: Covered, run: Run, on_chip_bits: float, batch: float) -> float | None:
    """The off-chip bits of an inference below which no chip can stay.

    Weights beyond what the chip can keep come in once for every batch, and the inputs of the
    network once for every inference, in no more than 8 b each: pictures come so. Activations
    between layers and the outputs are left out, because a chip might keep them. So this is a bound
    of every mapping. None where the formats are not stated.

    Args:
        part: of the network.
        run: with the formats.
        on_chip_bits: storage of the chip, all of it taken for weights.
        batch: inferences that share the weights.
    """
    if run.weights is None or run.activations is None:
        return None
    beyond = max(0.0, part.weights * run.weights.bits - on_chip_bits)
    return beyond / batch + part.input_elements * min(run.activations.bits, 8)
