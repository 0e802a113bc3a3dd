"""Drawings as SVG: marks, scales, a palette, and the charts that the page is made of.

A drawing is made for a width, so that a page may hold one for a desk and one for a phone. Colours
are classes: a page follows light and dark mode by its style sheet, a file brings its own.
"""

from octant.report.drawing.bars import Bars, Series, columns, layer_bars, rows
from octant.report.drawing.intervals import Whisker, whiskers
from octant.report.drawing.marks import Drawing, inline, standalone
from octant.report.drawing.palette import DARK, LIGHT, SERIES, Palette
from octant.report.drawing.parallel import Axis, Thread, parallel
from octant.report.drawing.raster import png
from octant.report.drawing.roofline import Roofline, Stand, roofline
from octant.report.drawing.scales import Linear, Logarithmic, Scale, Tick, quantity_ticks

__all__ = [
    "DARK",
    "LIGHT",
    "SERIES",
    "Axis",
    "Bars",
    "Drawing",
    "Linear",
    "Logarithmic",
    "Palette",
    "Roofline",
    "Scale",
    "Series",
    "Stand",
    "Thread",
    "Tick",
    "Whisker",
    "columns",
    "inline",
    "layer_bars",
    "parallel",
    "png",
    "quantity_ticks",
    "roofline",
    "rows",
    "standalone",
    "whiskers",
]
