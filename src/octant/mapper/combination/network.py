"""The front of a whole network."""

from __future__ import annotations

from dataclasses import dataclass

from octant.mapper.combination.answer import Combination, CombinationResult
from octant.mapper.result import FrontResult, Status


@dataclass(frozen=True, slots=True)
class FrontLayer:
    """A layer with its front.

    Args:
        name, repeats: of the layer.
        front: the mappings that none dominates, the fastest first.
    """

    name: str
    repeats: int
    front: FrontResult


@dataclass(frozen=True, slots=True)
class NetworkFront:
    """What the layers that multiply may take of energy and latency, together.

    Args:
        network, architecture, dataflow: what was searched.
        layers: each layer that multiplies, with its front.
        corners: of the lower convex hull of all combinations, the fastest first.
        best: the best combination, within the limit if there is one.
        schema: of its JSON form.
    """

    network: str
    architecture: str
    dataflow: str
    layers: tuple[FrontLayer, ...]
    corners: tuple[Combination, ...]
    best: CombinationResult
    schema: str = "octant.front/1"

    @property
    def proven(self) -> bool:
        """Whether every front is complete and the combination is the best."""
        fronts = all(layer.front.status is Status.OPTIMAL for layer in self.layers)
        return fronts and self.best.status is Status.OPTIMAL
