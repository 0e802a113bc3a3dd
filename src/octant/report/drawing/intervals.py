"""Values with their intervals, one below the other on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from octant.report.drawing import marks
from octant.report.drawing.marks import Drawing
from octant.report.drawing.scales import Linear, Tick

_PITCH, _TOP, _BELOW, _SIZE = 34.0, 26.0, 34.0, 12.0
_CAP = 6.0


@dataclass(frozen=True, slots=True)
class Whisker:
    """A value and how sure it is.

    Args:
        name: what it is of.
        value: on the scale.
        low: lower end of its interval; the value itself where nothing is known about it.
        high: upper end.
        end: what stands behind it.
        hover: what appears over it.
    """

    name: str
    value: float
    low: float
    high: float
    end: str
    hover: str


def whiskers(shown: Sequence[Whisker], ticks: Sequence[Tick], title: str, width: int) -> Drawing:
    """A dot for each value, with a line from the lower to the upper end of its interval.

    Args:
        shown: from top to bottom, at least one.
        ticks: of the scale, which they span; at least two.
        title: of the scale, with its unit.
        width: of the drawing, in pixels.
    """
    left = min(max(marks.text_width(each.name, _SIZE) for each in shown) + 12, width * 0.4)
    right = width - max(marks.text_width(each.end, _SIZE) for each in shown) - 18
    scale = Linear(ticks[0].value, ticks[-1].value, left, right)
    bottom = _TOP + _PITCH * len(shown)
    drawn = [marks.words(0, 14, title, kind="muted")]
    for tick in ticks:
        x = scale.at(tick.value)
        drawn.append(marks.line(x, _TOP, x, bottom))
        drawn.append(
            marks.words(x, bottom + 16, tick.label, anchor="middle", kind="muted", size=11)
        )
    for place, each in enumerate(shown):
        drawn += _whisker(each, place, scale, left, right)
    return Drawing(width, bottom + _BELOW, tuple(drawn))


def _whisker(each: Whisker, place: int, scale: Linear, left: float, right: float) -> list[str]:
    y = _TOP + _PITCH * (place + 0.5)
    low, high = scale.at(each.low), scale.at(each.high)
    name = marks.shortened(each.name, left - 12, _SIZE)
    drawn = [marks.words(left - 12, y + 4, name, anchor="end", size=_SIZE)]
    if high > low:
        drawn.append(marks.line(low, y, high, y, "axis", wide=2.0))
        drawn += [marks.line(x, y - _CAP, x, y + _CAP, "axis", wide=2.0) for x in (low, high)]
    drawn.append(marks.dot(scale.at(each.value), y, place, 5.5, each.hover))
    drawn.append(marks.words(right + 12, y + 4, each.end, kind="muted", size=_SIZE))
    return drawn
