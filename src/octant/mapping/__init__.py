"""Mappings: the loop nest as a noun, its validity, its text form."""

from octant.mapping.nest import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.mapping.text import from_text, to_text
from octant.mapping.validity import check, tile_sizes, violations

__all__ = [
    "Loop",
    "Mapping",
    "SpatialBlock",
    "TemporalBlock",
    "check",
    "from_text",
    "tile_sizes",
    "to_text",
    "violations",
]
