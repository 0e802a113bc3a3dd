"""The survey as one figure: efficiency against throughput, by process, measured or simulated."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from octant.chips import Method, Point, Survey
from octant.report.figures import new_figure, write_figure
from octant.units import text

#: Process nodes are coloured from the coarsest to the finest along this map.
_COLOURS = "viridis"
_UNKNOWN = "#888888"
_MARKERS = {Method.MEASURED: "o", Method.SIMULATED: "^", None: "x"}


def write_survey(path: Path, found: Survey) -> None:
    """Draws the survey and writes it in the form that the ending names (.svg, .png, .pdf).

    Circles are measured and triangles simulated; hollow ones are peaks; the colour is the process.
    The caveat stands below the figure, for the figure is not to be read without it.

    Raises:
        OctantError: matplotlib is not installed.
        FileFormatError: the file cannot be written, or its ending is unknown.
    """
    figure = new_figure(9, 6.5)
    axis = figure.add_subplot()
    colours = _colours(found.points)
    for point in found.points:
        _draw(axis, point, colours)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.margins(x=0.1, y=0.08)
    axis.set_xlabel("throughput, operations/s")
    axis.set_ylabel("efficiency, operations/J")
    axis.set_title("Published chips: efficiency against throughput")
    axis.grid(True, which="major", color="#dddddd", linewidth=0.6)
    _legend(axis, colours)
    left = "" if not found.left_out else f" Without both figures: {', '.join(found.left_out)}."
    figure.supxlabel(textwrap.fill(found.caveat + left, 125), fontsize=7, ha="center")
    write_figure(path, figure)


def _colours(points: tuple[Point, ...]) -> dict[float | None, Any]:
    """A colour for each process, the coarsest first; grey where none is known."""
    from matplotlib import colormaps

    nodes = sorted({point.process_m for point in points if point.process_m}, reverse=True)
    shades = colormaps[_COLOURS]
    last = max(len(nodes) - 1, 1)
    found: dict[float | None, Any] = {node: shades(0.9 * i / last) for i, node in enumerate(nodes)}
    if any(point.process_m is None for point in points):
        found[None] = _UNKNOWN
    return found


def _draw(axis: Any, point: Point, colours: dict[float | None, Any]) -> None:
    colour = colours[point.process_m]
    marker = _MARKERS[point.method]
    hollow = point.is_peak and marker != "x"
    axis.scatter(
        [point.operations_per_s],
        [point.operations_per_j],
        marker=marker,
        s=46,
        facecolors="none" if hollow else [colour],
        **({} if marker == "x" else {"edgecolors": [colour]}),
        gid=point.chip,
    )
    name = f"{point.chip}*" if point.counts_skipped else point.chip
    axis.annotate(
        f"{name} ({point.formats})" if point.formats else name,
        (point.operations_per_s, point.operations_per_j),
        xytext=(5, 4),
        textcoords="offset points",
        fontsize=7,
    )


def _legend(axis: Any, colours: dict[float | None, Any]) -> None:
    from matplotlib.lines import Line2D

    def mark(label: str, **style: Any) -> Any:
        return Line2D([], [], linestyle="none", label=label, **style)

    handles = [
        mark(text(node, "length") if node else "process unknown", marker="s", color=colour)
        for node, colour in colours.items()
    ]
    handles += [
        mark("measured", marker="o", color="black"),
        mark("simulated", marker="^", color="black"),
        mark("not said which", marker="x", color="black"),
        mark("peak", marker="o", color="black", fillstyle="none"),
        mark("* counts skipped operations", marker=""),
    ]
    axis.legend(handles=handles, fontsize=7, ncols=2, loc="lower right", framealpha=0.9)
