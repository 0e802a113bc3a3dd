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
#: Where a name may stand beside its point, in points, and which of its edges is there: best first.
_PLACES = (
    (6, 4, "left"), (6, -9, "left"), (-6, 4, "right"), (-6, -9, "right"), (0, 9, "center"),
    (0, -14, "center"), (6, 13, "left"), (6, -18, "left"),
)  # fmt: skip
#: Half of the side of a square around a point that no name covers, in pixels.
_CLEAR = 4.0


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
    names = [_draw(axis, point, colours) for point in found.points]
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.margins(x=0.08, y=0.08)
    axis.set_xlabel("throughput, operations/s")
    axis.set_ylabel("efficiency, operations/J")
    axis.set_title("Published chips: efficiency against throughput")
    axis.grid(True, which="major", color="#dddddd", linewidth=0.6)
    _legend(axis, colours)
    left = "" if not found.left_out else f" Without both figures: {', '.join(found.left_out)}."
    figure.supxlabel(textwrap.fill(found.caveat + left, 125), fontsize=7, ha="center")
    _place(figure, axis, names)
    write_figure(path, figure)


def _place(figure: Any, axis: Any, names: list[Any]) -> None:
    """Puts each name where it covers no point and no name before it, as far as there is room."""
    from matplotlib.transforms import Bbox

    figure.draw_without_rendering()
    points = [axis.transData.transform(name.xy) for name in names]
    taken = [Bbox([point - _CLEAR, point + _CLEAR]) for point in points]
    for name in names:
        found = [_box(name, place) for place in _PLACES]
        clashes = [
            sum(box.overlaps(other) for other in taken) + len(taken) * (not _within(box, axis.bbox))
            for box in found
        ]
        best = clashes.index(min(clashes))
        taken.append(_box(name, _PLACES[best]))


def _box(name: Any, place: tuple[float, float, str]) -> Any:
    """The name at a place, and the box that it takes there."""
    name.xyann, side = place[:2], place[2]
    name.set_horizontalalignment(side)
    return name.get_window_extent()


def _within(box: Any, frame: Any) -> bool:
    return bool(
        frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
    )


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


def _draw(axis: Any, point: Point, colours: dict[float | None, Any]) -> Any:
    """Draws a point; returns its name, which is not placed yet."""
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
    label = axis.annotate(
        f"{name} ({point.formats})" if point.formats else name,
        (point.operations_per_s, point.operations_per_j),
        xytext=(0, 0),
        textcoords="offset points",
        fontsize=7,
    )
    label.set_in_layout(False)
    return label


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
    axis.legend(
        handles=handles, fontsize=7, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0
    )
