"""Parallel coordinates: several things along several axes, a line for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from octant.report.drawing import marks
from octant.report.drawing.bars import DESK
from octant.report.drawing.marks import Drawing
from octant.report.drawing.scales import Linear

_DASHED = "2 4"


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis; 1 is its better end, 0 its worse one.

    Args:
        name: what it is.
        best: what stands at its better end.
        worst: what stands at its worse end.
        mark: a sign behind the name that a note explains; an axis with one is dashed.
    """

    name: str
    best: str
    worst: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """A line through the axes.

    Args:
        name: of what it stands for.
        places: on each axis, 0 to 1; None where it has none, which breaks the line.
        hovers: what appears over each dot.
    """

    name: str
    places: tuple[float | None, ...]
    hovers: tuple[str, ...]


def parallel(axes: Sequence[Axis], threads: Sequence[Thread], width: int) -> Drawing:
    """The axes side by side at a desk, one below the other on a phone.

    Args:
        axes: at least one.
        threads: with a place on each axis.
        width: of the drawing, in pixels.
    """
    names = [(thread.name, number) for number, thread in enumerate(threads)]
    shown, top = marks.legend(names, 0, 0, width, dots=True)
    draw = _upright if width >= DESK else _lying
    return draw(axes, threads, width, [*shown], top + 12)


def _upright(
    axes: Sequence[Axis], threads: Sequence[Thread], width: int, drawn: list[str], top: float
) -> Drawing:
    marked = 16.0 * any(axis.mark for axis in axes)
    pitch, high, low = width / len(axes), top + 44 + marked, top + 254 + marked
    scale = Linear(0.0, 1.0, low, high)
    centres = [pitch * (number + 0.5) for number in range(len(axes))]
    said: list[str] = []
    for x, axis in zip(centres, axes, strict=True):
        drawn.append(marks.line(x, high, x, low, "axis", _DASHED if axis.mark else ""))
        said += [
            marks.words(x, top + 10, axis.name, anchor="middle", weight=600),
            *([marks.words(x, top + 26, axis.mark, anchor="middle", size=11)] * bool(axis.mark)),
            marks.words(x, top + 28 + marked, axis.best, anchor="middle", kind="muted", size=11),
            marks.words(x, low + 20, axis.worst, anchor="middle", kind="muted", size=11),
        ]
    for number, thread in enumerate(threads):
        points = [
            None if place is None else (x, scale.at(place))
            for x, place in zip(centres, thread.places, strict=True)
        ]
        drawn += _line(points, thread, number)
    return Drawing(width, low + 30, (*drawn, *said))


def _lying(
    axes: Sequence[Axis], threads: Sequence[Thread], width: int, drawn: list[str], top: float
) -> Drawing:
    pitch, left, right = 66.0, 10.0, width - 10.0
    scale = Linear(0.0, 1.0, left, right)
    heights = [top + 38 + pitch * number for number in range(len(axes))]
    said: list[str] = []
    for y, axis in zip(heights, axes, strict=True):
        title = f"{axis.name} {axis.mark}".strip()
        drawn.append(marks.line(left, y, right, y, "axis", _DASHED if axis.mark else ""))
        said += [
            marks.words(left, y - 14, title, weight=600),
            marks.words(left, y + 20, axis.worst, kind="muted", size=11),
            marks.words(right, y + 20, axis.best, anchor="end", kind="muted", size=11),
        ]
    for number, thread in enumerate(threads):
        points = [
            None if place is None else (scale.at(place), y)
            for y, place in zip(heights, thread.places, strict=True)
        ]
        drawn += _line(points, thread, number)
    return Drawing(width, top + pitch * len(axes) + 10, (*drawn, *said))


def _line(points: Sequence[tuple[float, float] | None], thread: Thread, number: int) -> list[str]:
    """The line and its dots; broken where the thread has no place."""
    drawn: list[str] = []
    run: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
            continue
        if len(run) > 1:
            drawn.append(marks.path(run, number))
        run = []
    for point, hover in zip(points, thread.hovers, strict=True):
        if point is not None:
            drawn.append(marks.dot(*point, number, hover=hover))
    return drawn
