"""Stacked bars: upright where there is room to the side, lying where there is not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from octant.report.drawing import marks
from octant.report.drawing.marks import Drawing
from octant.report.drawing.scales import Linear, Tick

#: A drawing narrower than this is for a phone.
DESK = 600
#: Bars that a phone shows at most.
MOST = 40
#: An area narrower than this is not drawn: nobody would see it.
_LEAST = 0.15
_LONGEST_NAME = 18
_THICKEST = 56.0
_HIGH = 250.0


@dataclass(frozen=True, slots=True)
class Series:
    """What is stacked: a value for each bar.

    Args:
        name: in the legend.
        values: 0 or more, one for each bar.
        hovers: what appears over each area; as many as there are values.
    """

    name: str
    values: tuple[float, ...]
    hovers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """Stacked bars with their axis.

    Args:
        names: of the bars.
        series: from the axis outwards; colours follow this order.
        ticks: of the axis, which ends at the last one or at the longest bar.
        title: of the axis, with its unit.
        ends: what stands behind each bar where it lies; empty for nothing.
        order: the colour of each series; empty for 0, 1, 2 ...
    """

    names: tuple[str, ...]
    series: tuple[Series, ...]
    ticks: tuple[Tick, ...]
    title: str
    ends: tuple[str, ...] = ()
    order: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for each in self.series:
            if not len(each.values) == len(each.hovers) == len(self.names):
                raise ValueError(f"series {each.name!r} has not one value and text for each bar")

    @property
    def colours(self) -> tuple[int, ...]:
        """The colour of each series."""
        return self.order or tuple(range(len(self.series)))

    @property
    def totals(self) -> tuple[float, ...]:
        """The length of each bar."""
        return tuple(
            sum(each.values[place] for each in self.series) for place in range(len(self.names))
        )


def _end(bars: Bars) -> float:
    """Where the axis ends."""
    return max(bars.ticks[-1].value, *bars.totals, 0.0) or 1.0


def layer_bars(bars: Bars, width: int) -> Drawing:
    """A bar for each layer: upright at a desk; lying on a phone, the longest ones only.

    Args:
        bars: one for each layer, in the network's order.
        width: of the drawing, in pixels.
    """
    return columns(bars, width) if width >= DESK else rows(_longest(bars), width)


def columns(bars: Bars, width: int) -> Drawing:
    """Upright bars, their names turned below them.

    Args:
        bars: what to draw.
        width: of the drawing, in pixels.
    """
    head, top = _head(bars, width)
    left = 14 + max(marks.text_width(tick.label, 11) for tick in bars.ticks)
    pitch = (width - left - 4) / max(1, len(bars.names))
    size = max(7.5, min(11.0, pitch * 0.9))
    scale = Linear(0.0, _end(bars), top + _HIGH, top)
    drawn = [*head, *_upright_axis(bars.ticks, scale, left, width)]
    below, room = _names_below(bars.names, left, pitch, top + _HIGH, size)
    thick = min(_THICKEST, pitch - min(3.0, pitch * 0.18))
    for place in range(len(bars.names)):
        x = left + pitch * place + (pitch - thick) / 2

        def area(low: float, high: float, series: int, hover: str, x: float = x) -> str:
            return marks.bar(
                x, scale.at(high), thick, scale.at(low) - scale.at(high), series, hover
            )

        drawn += _stack(bars, place, lambda value: abs(scale.at(value) - scale.at(0)), area)
    drawn += below
    drawn.append(marks.line(left, top + _HIGH, width, top + _HIGH, "axis"))
    return Drawing(width, top + _HIGH + 12 + room, tuple(drawn))


def rows(bars: Bars, width: int) -> Drawing:
    """Lying bars, their names before them and what they amount to behind.

    Args:
        bars: what to draw.
        width: of the drawing, in pixels.
    """
    head, top = _head(bars, width)
    pitch = 27.0 if len(bars.names) <= 12 else 17.0
    size = 12.0 if pitch > 20 else 10.5
    widest = max((marks.text_width(name, size) for name in bars.names), default=0.0)
    left = min(widest + 8, width * 0.36)
    after = max((marks.text_width(end, size) for end in bars.ends), default=0.0)
    last = marks.text_width(bars.ticks[-1].label, 11) / 2
    bottom = top + pitch * len(bars.names)
    scale = Linear(0.0, _end(bars), left, width - max(after + 8, last + 2))
    drawn = [*head, *_lying_axis(bars.ticks, scale, top, bottom)]
    thick = pitch * 0.66
    for place, (name, total) in enumerate(zip(bars.names, bars.totals, strict=True)):
        y = top + pitch * place + (pitch - thick) / 2

        def area(low: float, high: float, series: int, hover: str, y: float = y) -> str:
            return marks.bar(scale.at(low), y, scale.at(high) - scale.at(low), thick, series, hover)

        drawn += _stack(bars, place, lambda value: abs(scale.at(value) - scale.at(0)), area)
        base = y + thick / 2 + size * 0.35
        said = marks.shortened(name, left - 8, size)
        drawn.append(marks.words(left - 7, base, said, anchor="end", size=size))
        if bars.ends:
            drawn.append(
                marks.words(scale.at(total) + 6, base, bars.ends[place], kind="muted", size=size)
            )
    drawn.append(marks.line(left, top, left, bottom, "axis"))
    return Drawing(width, bottom + 20, tuple(drawn))


def _longest(bars: Bars) -> Bars:
    """The bars that a phone has room for: the longest, in the order that they had."""
    totals = bars.totals
    if len(totals) <= MOST:
        return bars
    kept = sorted(sorted(range(len(totals)), key=lambda place: -totals[place])[:MOST])

    def of(values: Sequence[str]) -> tuple[str, ...]:
        return tuple(values[place] for place in kept)

    series = tuple(
        Series(each.name, tuple(each.values[place] for place in kept), of(each.hovers))
        for each in bars.series
    )
    return replace(
        bars,
        names=of(bars.names),
        series=series,
        ends=of(bars.ends) if bars.ends else (),
        title=f"{bars.title}; the {MOST} largest of {len(totals)}",
    )


def _head(bars: Bars, width: int) -> tuple[list[str], float]:
    """The axis's title and the legend, and where the bars' room starts."""
    names = [(each.name, colour) for each, colour in zip(bars.series, bars.colours, strict=True)]
    shown, height = marks.legend(names, 0, 0, width) if len(names) > 1 else ([], 0.0)
    title = marks.words(0, height + 14, bars.title, kind="muted")
    return [*shown, title], height + 30


def _names_below(
    names: Sequence[str], left: float, pitch: float, y: float, size: float
) -> tuple[list[str], float]:
    """The names below upright bars, turned where they are wider than these, and their height."""
    widths = [marks.text_width(name, size) for name in names]
    centres = [left + pitch * (place + 0.5) for place in range(len(names))]
    if max(widths, default=0.0) + 6 <= pitch:
        level = [
            marks.words(x, y + 17, name, anchor="middle", kind="muted", size=size)
            for x, name in zip(centres, names, strict=True)
        ]
        return level, 12.0
    room = min(max(widths), marks.text_width("x" * _LONGEST_NAME, size))
    every = max(1, math.ceil(size * 0.95 / pitch))
    turned = [
        marks.words(
            x + size * 0.35, y + 8, marks.shortened(name, room, size),
            anchor="end", kind="muted", size=size, turned=-90,
        )
        for x, name in list(zip(centres, names, strict=True))[::every]
    ]  # fmt: skip
    return turned, room


def _upright_axis(ticks: Sequence[Tick], scale: Linear, left: float, width: float) -> list[str]:
    drawn = []
    for tick in ticks:
        y = scale.at(tick.value)
        drawn += [
            marks.line(left, y, width, y),
            marks.words(left - 6, y + 4, tick.label, anchor="end", kind="muted", size=11),
        ]
    return drawn


def _lying_axis(ticks: Sequence[Tick], scale: Linear, top: float, bottom: float) -> list[str]:
    drawn = []
    for tick in ticks:
        x = scale.at(tick.value)
        drawn += [
            marks.line(x, top, x, bottom),
            marks.words(x, bottom + 15, tick.label, anchor="middle", kind="muted", size=11),
        ]
    return drawn


def _stack(
    bars: Bars,
    place: int,
    length: Callable[[float], float],
    area: Callable[[float, float, int, str], str],
) -> list[str]:
    """The areas of one bar, those that nobody would see left out."""
    drawn, low = [], 0.0
    for each, colour in zip(bars.series, bars.colours, strict=True):
        value = each.values[place]
        if length(value) >= _LEAST:
            drawn.append(area(low, low + value, colour, each.hovers[place]))
        low += value
    return drawn
