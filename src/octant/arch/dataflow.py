"""A dataflow: a named set of constraints on the mapping space."""

from __future__ import annotations

from dataclasses import dataclass

from octant.errors import InvalidArchitectureError


@dataclass(frozen=True, slots=True)
class Constraint:
    """What a mapping may do at one node.

    Args:
        node: a level (``buffer``) or an axis of a fanout (``array.X``).
        ranks: the ranks that may loop here; None allows all that the hardware allows.
        factors: (rank, factor) pairs that are fixed.
        inside: ranks that loop here or further in only: the tile kept here holds them whole.
        order: the loops of a level's block, outermost first, as far as they are fixed: loops over
            these ranks stand in this order, innermost of the block.
        keep: roles that must be kept here.
        bypass: roles that must not be kept here.
    """

    node: str
    ranks: tuple[str, ...] | None = None
    factors: tuple[tuple[str, int], ...] = ()
    inside: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    bypass: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for rank, factor in self.factors:
            if factor < 1:
                raise InvalidArchitectureError(
                    f"constraint on {self.node!r}: factor {factor} of rank {rank}: 1 or more"
                )


@dataclass(frozen=True, slots=True)
class Dataflow:
    """A named set of constraints (row stationary, weight stationary ...).

    Ranks that a layer does not have are ignored, so one dataflow serves every layer.

    Args:
        name: what users call it.
        constraints: one for each node that is constrained.
        description: what it is.
        source: where it is from.
        least_utilization: the share of the compute units, 0 to 1, that must compute on average
            over the steps of the loop nest; waiting for memories does not count.
    """

    name: str
    constraints: tuple[Constraint, ...]
    description: str = ""
    source: str = ""
    least_utilization: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.least_utilization <= 1.0:
            raise InvalidArchitectureError(
                f"dataflow {self.name!r}: a least utilisation of {self.least_utilization:g}: it is "
                "a share of the compute units, from 0 to 1"
            )
        nodes = [constraint.node for constraint in self.constraints]
        twice = sorted({node for node in nodes if nodes.count(node) > 1})
        if twice:
            raise InvalidArchitectureError(
                f"dataflow {self.name!r} constrains {', '.join(twice)} twice: put it in one"
            )

    def constraint(self, node: str) -> Constraint:
        """The constraint on a node; an empty one where nothing is constrained."""
        for constraint in self.constraints:
            if constraint.node == node:
                return constraint
        return Constraint(node)
