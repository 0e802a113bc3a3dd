"""Points under the roof of a peak and a bandwidth, both axes logarithmic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from octant.report.drawing import marks
from octant.report.drawing.marks import Drawing
from octant.report.drawing.scales import Logarithmic, decades

_LEFT, _BELOW, _HIGH = 52.0, 40.0, 280.0
_WIDER = 1.6
_SIZE = 10.5
#: Half the width and the height of a ceiling's mark.
_HALF, _THICK = 8.0, 4.0
#: The roof's name: the peak, and the bandwidth to all instances.
_PLAIN = "plain roof"

#: Left, top, right and bottom of what is drawn.
_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a layer stands.

    Args:
        name: stands beside its points, where there is room.
        intensity: operations for each bit, above 0.
        heights: operations a cycle, above 0: one for each series, the first as its own ceiling.
        hovers: what appears over each point.
    """

    name: str
    intensity: float
    heights: tuple[float, ...]
    hovers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Roofline:
    """A roof and what stands below it.

    Args:
        peak: operations a cycle, above 0.
        bandwidth: bits a cycle: the slope.
        series: what each of the points of a layer is.
        stands: one for each layer; not empty.
        across: title of the axis of intensities.
        up: title of the axis of performance.
    """

    peak: float
    bandwidth: float
    series: tuple[str, ...]
    stands: tuple[Stand, ...]
    across: str
    up: str


def roofline(plot: Roofline, width: int) -> Drawing:
    """The roof, its axes and the points; names stand where they cover nothing.

    Args:
        plot: what to draw.
        width: of the drawing, in pixels.
    """
    ridge = plot.peak / plot.bandwidth
    places = [ridge, *(stand.intensity for stand in plot.stands)]
    heights = [plot.peak, *(height for stand in plot.stands for height in stand.heights)]
    shown, room = _legend(plot.series, width)
    top = room + 30
    across = Logarithmic(min(places) / _WIDER, max(places) * _WIDER, _LEFT, width - 8.0)
    up = Logarithmic(min(heights) / _WIDER, max(heights) * _WIDER, top + _HIGH, top)
    drawn = [marks.words(0, room + 14, plot.up, kind="muted")]
    drawn += _grid(across, up, plot.across)
    drawn += _roof(plot, across, up)
    points = [
        (across.at(stand.intensity), [up.at(height) for height in stand.heights])
        for stand in plot.stands
    ]
    for stand, (x, ends) in zip(plot.stands, points, strict=True):
        drawn.append(marks.line(x, min(ends), x, max(ends), "axis"))
        drawn += _marks(x, ends, stand.hovers)
    names = [stand.name for stand in plot.stands]
    drawn += _names(names, points, (across, up), _along(plot, across, up))
    return Drawing(width, top + _HIGH + _BELOW, (*drawn, *shown))


def _legend(series: Sequence[str], width: int) -> tuple[list[str], float]:
    """The roof's line and the ceiling's mark, then the dots."""
    ceiling = 2 * _HALF + 6 + marks.text_width(_PLAIN) + 14
    first = ceiling + 2 * _HALF + 6 + marks.text_width(series[0]) + 8
    drawn = [
        marks.line(0, 7.0, 2 * _HALF, 7.0, "axis", wide=2.0),
        marks.words(2 * _HALF + 6, 11, _PLAIN),
        _ceiling(ceiling + _HALF, 7.0),
        marks.words(ceiling + 2 * _HALF + 6, 11, series[0]),
    ]
    rest = [(name, number) for number, name in enumerate(series)][1:]
    dots, room = marks.legend(rest, first + 6, 0, width - first, dots=True)
    return drawn + dots, max(room, 19.0)


def _marks(x: float, ends: Sequence[float], hovers: Sequence[str]) -> list[str]:
    """A layer's ceiling and the dots below it."""
    dots = [
        marks.dot(x, y, number, hover=hover)
        for number, (y, hover) in enumerate(zip(ends, hovers, strict=True))
        if number
    ]
    return [_ceiling(x, ends[0], hovers[0]), *dots]


def _ceiling(x: float, y: float, hover: str = "") -> str:
    return marks.bar(x - _HALF, y - _THICK / 2, 2 * _HALF, _THICK, 0, hover)


def _names(
    names: Sequence[str],
    points: Sequence[tuple[float, list[float]]],
    scales: tuple[Logarithmic, Logarithmic],
    roof: Sequence[_Box],
) -> list[str]:
    """Each layer's name beside its points, where it covers no mark, no roof and no other name."""
    across, up = scales
    frame = (across.start, up.end, across.end, up.start)
    taken = [(x - _HALF, y - 5.0, x + _HALF, y + 5.0) for x, ends in points for y in ends]
    taken += roof
    taken += [(x - 1.0, min(ends), x + 1.0, max(ends)) for x, ends in points]
    drawn = []
    for name, (x, ends) in zip(names, points, strict=True):
        for anchor, at, y in _beside(x, max(ends), min(ends)):
            box = _box(name, anchor, at, y)
            if _within(box, frame) and not any(_meet(box, other) for other in taken):
                taken.append(box)
                drawn.append(marks.words(at, y, name, anchor=anchor, kind="muted", size=_SIZE))
                break
    return drawn


def _beside(x: float, low: float, high: float) -> list[tuple[str, float, float]]:
    """Where a name may stand, the best place first: (anchor, x, base line)."""
    away = _HALF + 3
    return [
        ("start", x + away, low + 4),
        ("end", x - away, low + 4),
        ("middle", x, low + 17),
        ("start", x + away, high + 4),
        ("end", x - away, high + 4),
        ("middle", x, high - 9),
    ]


def _box(name: str, anchor: str, x: float, y: float) -> _Box:
    room = marks.text_width(name, _SIZE)
    left = {"start": x, "middle": x - room / 2, "end": x - room}[anchor]
    return left, y - _SIZE, left + room, y + 2


def _within(box: _Box, frame: _Box) -> bool:
    return frame[0] <= box[0] and frame[1] <= box[1] and box[2] <= frame[2] and box[3] <= frame[3]


def _meet(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _roof(plot: Roofline, across: Logarithmic, up: Logarithmic) -> list[str]:
    """The slope from the left or lower edge up to the ridge, and the peak from there on."""
    ridge = plot.peak / plot.bandwidth
    start = max(across.low, up.low / plot.bandwidth)
    corner = (across.at(ridge), up.at(plot.peak))
    return [
        marks.line(across.at(start), up.at(start * plot.bandwidth), *corner, "axis", wide=2.0),
        marks.line(*corner, across.end, corner[1], "axis", wide=2.0),
    ]


def _along(plot: Roofline, across: Logarithmic, up: Logarithmic) -> list[_Box]:
    """The roof as small boxes."""
    found = []
    for x in range(int(across.start), int(across.end), 4):
        part = (x - across.start) / (across.end - across.start)
        intensity = across.low * (across.high / across.low) ** part
        y = up.at(min(plot.peak, intensity * plot.bandwidth))
        found.append((x - 2.0, y - 2.0, x + 2.0, y + 2.0))
    return found


def _grid(across: Logarithmic, up: Logarithmic, title: str) -> list[str]:
    drawn = []
    for value in _lines(across):
        x = across.at(value)
        drawn.append(marks.line(x, up.start, x, up.end))
        drawn.append(
            marks.words(x, up.start + 15, f"{value:g}", anchor="middle", kind="muted", size=11)
        )
    for value in _lines(up):
        y = up.at(value)
        drawn.append(marks.line(across.start, y, across.end, y))
        drawn.append(
            marks.words(_LEFT - 6, y + 4, f"{value:g}", anchor="end", kind="muted", size=11)
        )
    middle = (across.start + across.end) / 2
    drawn.append(marks.words(middle, up.start + 32, title, anchor="middle", kind="muted"))
    return drawn


def _lines(scale: Logarithmic) -> Sequence[float]:
    """Powers of ten, at most about eight; with 2 and 5 times these where there are few."""
    tens = decades(scale.low, scale.high)
    if len(tens) > 2:
        return tens[:: -(-len(tens) // 8)]
    low, high = scale.low, scale.high
    around = decades(low / 10, high)
    return [step * ten for ten in around for step in (1, 2, 5) if low <= step * ten <= high]
