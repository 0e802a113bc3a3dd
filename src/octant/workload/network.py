"""The network: a graph of layers, those without multiply-accumulates included."""

from __future__ import annotations

from dataclasses import dataclass

from octant.errors import InvalidWorkloadError
from octant.workload.einsum import Einsum
from octant.workload.formats import NumberFormat


@dataclass(frozen=True, slots=True)
class VectorWork:
    """What a layer without multiply-accumulates does: element operations and traffic.

    Args:
        operations: element operations (one addition, comparison, exponential ... each).
        read_elements: elements read once each.
        written_elements: elements written once each.
        format: the format of those elements.
    """

    operations: int
    read_elements: int
    written_elements: int
    format: NumberFormat

    def __post_init__(self) -> None:
        if min(self.operations, self.read_elements, self.written_elements) < 0:
            raise InvalidWorkloadError(f"negative work: {self}")


@dataclass(frozen=True, slots=True)
class UnknownWork:
    """A layer whose operator is not understood: never costed, always listed."""

    reason: str


@dataclass(frozen=True, slots=True)
class Layer:
    """One node of a network.

    Args:
        name: unique within the network.
        operator: the operator's name as its source has it (``Conv``, ``Softmax``).
        work: what it does once.
        inputs: names of the activations that it reads (other layers' outputs, or network inputs).
        outputs: names of the activations that it makes.
        repeats: how often it runs in sequence for one inference (the steps of a recurrent layer).
        weights: stored weights that it multiplies by (0 where both operands are activations).
        parameters: stored parameters in all, with biases and normalisation.
    """

    name: str
    operator: str
    work: Einsum | VectorWork | UnknownWork
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    repeats: int = 1
    weights: int = 0
    parameters: int = 0

    def __post_init__(self) -> None:
        if self.repeats < 1:
            raise InvalidWorkloadError(
                f"layer {self.name!r} repeats {self.repeats} times: 1 or more"
            )

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference batch, repeats included."""
        return self.repeats * self.work.macs if isinstance(self.work, Einsum) else 0

    @property
    def element_operations(self) -> int:
        """Element operations of one inference batch, repeats included."""
        return self.repeats * self.work.operations if isinstance(self.work, VectorWork) else 0


@dataclass(frozen=True, slots=True)
class Workload:
    """A network with every size known: layers in an order in which they can run.

    Args:
        name: what people call it.
        layers: every layer, also those without multiply-accumulates.
        batch: inferences that one run of the layers computes.
        description: one line: variant, resolution, sequence length.
        source: the publication or file that it was taken from.
    """

    name: str
    layers: tuple[Layer, ...]
    batch: int = 1
    description: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        names = [layer.name for layer in self.layers]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InvalidWorkloadError(f"network {self.name!r} names layers twice: {twice}")
        if self.batch < 1:
            raise InvalidWorkloadError(f"network {self.name!r} has batch {self.batch}: 1 or more")

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one run (``batch`` inferences)."""
        return sum(layer.macs for layer in self.layers)

    @property
    def weights(self) -> int:
        """Stored weights of the multiplying layers, without biases and normalisation."""
        return sum(layer.weights for layer in self.layers)

    @property
    def parameters(self) -> int:
        """Stored parameters in all, with biases and normalisation."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def mac_layers(self) -> tuple[Layer, ...]:
        """The layers that multiply and accumulate."""
        return tuple(layer for layer in self.layers if isinstance(layer.work, Einsum))

    @property
    def unknown_layers(self) -> tuple[Layer, ...]:
        """The layers that nobody understands."""
        return tuple(layer for layer in self.layers if isinstance(layer.work, UnknownWork))
