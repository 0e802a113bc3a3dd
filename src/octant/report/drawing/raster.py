"""Drawings as pixels."""

from __future__ import annotations

from functools import cache

from octant.errors import OctantError
from octant.report.drawing.marks import FONT

#: Pixels of the file for one of the drawing.
ZOOM = 2


def png(svg: str) -> bytes:
    """The pixels of an SVG file, twice as many each way as it is wide and high.

    Raises:
        OctantError: the machine has no font, so that the words would be missing.
    """
    import resvg_py

    if not _has_fonts():
        raise OctantError(
            "PNG figures need a font, and this machine has none of those that Octant knows: "
            "install one (on Debian and Ubuntu: apt-get install fonts-dejavu-core)"
        )
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=ZOOM))


@cache
def _has_fonts() -> bool:
    """Whether a letter leaves a mark."""
    import resvg_py

    def drawn(word: str) -> bytes:
        sheet = (
            '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">'
            f'<text y="15" font-family="{FONT}">{word}</text></svg>'
        )
        return bytes(resvg_py.svg_to_bytes(svg_string=sheet))

    return drawn("M") != drawn("")
