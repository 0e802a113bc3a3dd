"""A network while it is being written down: layers in order, and the activation that each makes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from octant.workload import Einsum, Layer, VectorWork


@dataclass(frozen=True, slots=True)
class Activation:
    """A tensor between two layers.

    Args:
        name: that of the layer that makes it, or of the network's input.
        batch: inferences that it holds.
        shape: extents for one inference: (channels, height, width), (positions, features) or
            (features,).

    >>> Activation("image", 2, (3, 4, 4)).elements
    96
    """

    name: str
    batch: int
    shape: tuple[int, ...]

    @property
    def elements(self) -> int:
        """The elements of all inferences together."""
        return self.batch * math.prod(self.shape)


class Draft:
    """The layers written so far. The one mutable thing of this room: it never leaves a builder."""

    __slots__ = ("_layers",)

    def __init__(self) -> None:
        self._layers: list[Layer] = []

    def add(
        self,
        name: str,
        operator: str,
        work: Einsum | VectorWork,
        inputs: Sequence[Activation],
        shape: tuple[int, ...],
        *,
        repeats: int = 1,
        weights: int = 0,
        parameters: int = 0,
    ) -> Activation:
        """Appends a layer and returns the activation that it makes, which bears its name.

        Args:
            name: the layer's, unique within the network.
            operator: what it does, in ONNX's word where it has one for all of it.
            work: what it does once.
            inputs: the activations that it reads; the first one's batch is the result's.
            shape: extents of the result for one inference.
            repeats: times that it runs for one inference.
            weights: stored weights that it multiplies by.
            parameters: stored parameters in all.
        """
        self._layers.append(
            Layer(
                name,
                operator,
                work,
                inputs=tuple(source.name for source in inputs),
                outputs=(name,),
                repeats=repeats,
                weights=weights,
                parameters=parameters,
            )
        )
        return Activation(name, inputs[0].batch, shape)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers in the order in which they were written, which is one in which they run."""
        return tuple(self._layers)
