"""The flexibility suite as a noun: shapes, networks, formats, densities."""

from __future__ import annotations

from dataclasses import dataclass

from octant.errors import InvalidWorkloadError
from octant.workload import Einsum


@dataclass(frozen=True, slots=True)
class SuiteShape:
    """A layer's shape to try.

    Args:
        name: in words.
        origin: the network that has it.
        einsum: its work.
    """

    name: str
    origin: str
    einsum: Einsum


@dataclass(frozen=True, slots=True)
class Suite:
    """What a chip is tried on.

    Args:
        name: of the suite.
        version: raised whenever its content changes: figures of different versions do not compare.
        shapes: at least one, with different names.
        networks: built-in ones, by name.
        formats: number formats of weights and activations, by name.
        densities: shares of weights that are not zero, tried on one shape.
        densities_of: the name of that shape.
    """

    name: str
    version: int
    shapes: tuple[SuiteShape, ...]
    networks: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    densities: tuple[float, ...] = ()
    densities_of: str = ""

    def __post_init__(self) -> None:
        names = [shape.name for shape in self.shapes]
        if not names or len(set(names)) != len(names):
            raise InvalidWorkloadError(
                f"suite {self.name!r} has shapes {names}: one or more, with different names"
            )
        if self.densities and self.densities_of not in names:
            raise InvalidWorkloadError(
                f"suite {self.name!r} tries densities on {self.densities_of!r}, which is none of "
                f"its shapes: {', '.join(names)}"
            )
