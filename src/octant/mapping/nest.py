"""The loop nest: which loops run where, and which tensors are kept at which level."""

from __future__ import annotations

from dataclasses import dataclass

from octant.errors import InvalidMappingError


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop over a rank with so many iterations.

    All loops over one rank together are a mixed-radix counter, outermost digit first. Where the
    product of the factors exceeds the rank's size, the points beyond it do not exist: the last
    tile is smaller, and spatial instances beyond it idle (an imperfect factor).
    """

    rank: str
    factor: int

    def __post_init__(self) -> None:
        if self.factor < 1:
            raise InvalidMappingError(
                f"loop over {self.rank} has {self.factor} iterations: 1 or more"
            )


@dataclass(frozen=True, slots=True)
class TemporalBlock:
    """The loops of one storage level, outermost first, and the tensors that it keeps.

    The loops iterate over the tile that the level keeps, handing smaller tiles inwards.
    """

    level: str
    loops: tuple[Loop, ...]
    keeps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpatialBlock:
    """The loops of one fanout: a tuple of loops for each of its axes, outermost first."""

    fanout: str
    axes: tuple[tuple[Loop, ...], ...]

    @property
    def loops(self) -> tuple[Loop, ...]:
        """The loops of all axes, in axis order."""
        return tuple(loop for axis in self.axes for loop in axis)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A loop nest: a block for each node of an architecture, in its order."""

    blocks: tuple[TemporalBlock | SpatialBlock, ...]

    @property
    def temporal(self) -> tuple[TemporalBlock, ...]:
        """The blocks of the storage levels, outermost first."""
        return tuple(block for block in self.blocks if isinstance(block, TemporalBlock))

    @property
    def spatial(self) -> tuple[SpatialBlock, ...]:
        """The blocks of the fanouts, outermost first."""
        return tuple(block for block in self.blocks if isinstance(block, SpatialBlock))
