"""Figures of insight as SVG: the waterfall, the tightened roofline, the ski slope.

Each function returns one self-contained picture as text, which may stand in a file or in an HTML
page as it is: it has a title and a description for readers who do not see it, takes the colour of
the text around it, and says by shape and label what it says by colour.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from octant.eyexam import Eyexam, LayerExam, NetworkExam, Roof, SkiSlope, Slope
from octant.files.writing import write_whole
from octant.report.drawing.scales import Logarithmic
from octant.report.eyexam import rate
from octant.units import text

_WIDTH, _HEIGHT = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 20, 40, 60
_MODES = "<style>@media (prefers-color-scheme: dark) { .insight { color: #ccc } }</style>"
# Okabe and Ito's palette, which colour-blind readers can tell apart.
_BLUE, _ORANGE, _GREEN, _RED = "#0072b2", "#e69f00", "#009e73", "#d55e00"


def waterfall_svg(exam: NetworkExam | LayerExam) -> str:
    """The bars of the seven steps on a logarithmic axis, each with its MAC/cycle and its loss."""
    name = exam.network if isinstance(exam, NetworkExam) else exam.layer
    steps = exam.steps
    low = math.floor(math.log10(min(step.macs_per_cycle for step in steps)) - 0.01)
    high = max(math.ceil(math.log10(steps[0].macs_per_cycle)), low + 1)
    left, row = 190, (_HEIGHT - _TOP - _BOTTOM) / len(steps)
    x = Logarithmic(10.0**low, 10.0**high, left, _WIDTH - 110).at
    parts = [_text(_WIDTH / 2, 22, f"{name}: MAC/cycle left after each step", anchor="middle")]
    for power in range(low, high + 1, max(1, (high - low) // 6)):
        parts.append(_line(x(10.0**power), _TOP, x(10.0**power), _HEIGHT - _BOTTOM, faint=True))
        label = _text(x(10.0**power), _HEIGHT - _BOTTOM + 16, _power(power), anchor="middle")
        parts.append(label)
    for number, step in enumerate(steps):
        y = _TOP + number * row
        end = x(step.macs_per_cycle)
        if number:
            before = x(steps[number - 1].macs_per_cycle)
            parts.append(_rect(end, y + 3, before - end, row - 6, _RED, opacity=0.3))
        parts.append(_rect(left, y + 3, max(end - left, 1), row - 6, _BLUE))
        parts.append(_text(left - 8, y + row / 2 + 4, f"{step.number} {step.constraint}", "end"))
        lost = f" (-{100 * step.lost_share:.1f} %)" if step.lost_share >= 0.0005 else ""
        wide = x(steps[max(number - 1, 0)].macs_per_cycle)
        parts.append(_text(wide + 6, y + row / 2 + 4, rate(step.macs_per_cycle) + lost))
    peak = x(exam.peak_macs_per_cycle)
    parts.append(_line(peak, _TOP, peak, _HEIGHT - _BOTTOM + 20, dashed=True))
    parts.append(
        _text(peak, _HEIGHT - _BOTTOM + 34, f"peak {rate(exam.peak_macs_per_cycle)}", "middle")
    )
    description = "; ".join(
        f"step {step.number}, {step.constraint}: {rate(step.macs_per_cycle)} MAC/cycle, "
        f"{step.reason}"
        for step in steps
    )
    return _picture(f"Eyexam waterfall of {name}", description, parts)


def roofline_svg(layer: LayerExam) -> str:
    """The tightened roofline beside the plain one, with a slope and two dots for each port.

    Horizontal lines are steps 3 to 5 (steps 1 and 2 lie far above and are written at the top); a
    slope is the bandwidth of a port; filled dots are step 6, hollow ones step 7.
    """
    if not layer.roofs:
        note = "no port of this chip has a limit: the roof is flat"
        return _picture(f"Roofline of {layer.layer}", note, [_text(_WIDTH / 2, 60, note, "middle")])
    ceilings = layer.steps[2:5]
    ideal = layer.peak_macs_per_cycle
    xs = [roof.macs_per_bit for roof in layer.roofs]
    xs += [ideal / roof.bits_per_cycle for roof in layer.roofs]
    ys = [step.macs_per_cycle for step in layer.steps[2:]] + [ideal]
    area = _Axes(min(xs) / 4, max(xs) * 4, min(ys) / 4, max(ys) * 2)
    parts = [_text(_WIDTH / 2, 16, f"{layer.layer}: tightened roofline", "middle")]
    above = ", ".join(
        f"{s.number} {s.constraint} {rate(s.macs_per_cycle)}" for s in layer.steps[:2]
    )
    parts.append(_text(_WIDTH / 2, 32, f"above: {above} MAC/cycle", "middle"))
    parts += area.frame("MAC/b", "MAC/cycle")
    left, right = area.x(area.left), area.x(area.right)
    parts.append(_line(left, area.y(ideal), right, area.y(ideal), dashed=True))
    parts.append(_text(right - 4, area.y(ideal) - 4, f"peak {rate(ideal)}", "end"))
    for step in ceilings:
        y = area.y(step.macs_per_cycle)
        parts.append(_line(left, y, right, y, color=_BLUE))
    words = "steps " + ", ".join(f"{s.number}: {rate(s.macs_per_cycle)}" for s in ceilings)
    parts.append(_text(left + 4, area.y(ceilings[-1].macs_per_cycle) + 14, words))
    for number, (roof, color) in enumerate(
        zip(layer.roofs, _colors(len(layer.roofs)), strict=True)
    ):
        parts += _slope(layer, roof, area, color, number)
    description = "; ".join(
        f"{roof.memory} {roof.port}: {roof.bits_per_cycle:.4g} b/cycle, the layer at "
        f"{roof.macs_per_bit:.4g} MAC/b"
        for roof in layer.roofs
    )
    dots = ", ".join(f"step {s.number} {rate(s.macs_per_cycle)} MAC/cycle" for s in layer.steps[2:])
    return _picture(f"Roofline of {layer.layer}", f"{description}; {dots}", parts)


def _slope(layer: LayerExam, roof: Roof, area: _Axes, color: str, number: int) -> list[str]:
    """A port's slope up to step 5, its two dots, and its line of the legend."""
    rate_b = roof.bits_per_cycle
    turn = min(layer.steps[4].macs_per_cycle / rate_b, area.right)
    start = max(area.left, area.bottom / rate_b)
    ends = (area.x(start), area.y(start * rate_b), area.x(turn), area.y(turn * rate_b))
    here = area.x(roof.macs_per_bit)
    low = _HEIGHT - _BOTTOM - 10 - 16 * number
    return [
        _line(*ends, color=color),
        _dot(here, area.y(layer.steps[5].macs_per_cycle), color, filled=True),
        _dot(here, area.y(layer.steps[6].macs_per_cycle), color, filled=False),
        _line(_WIDTH - _RIGHT - 30, low - 4, _WIDTH - _RIGHT - 6, low - 4, color=color),
        _text(_WIDTH - _RIGHT - 36, low, f"{roof.memory} {roof.port} {rate_b:.3g} b/cycle", "end"),
    ]


def slope_svg(slope: Slope, chip: str = "") -> str:
    """The least traffic beyond a buffer against its size, both axes logarithmic."""
    points = [point for point in slope.points if math.isfinite(point.traffic_bits)]
    xs = [point.capacity_bits for point in points]
    ys = [point.traffic_bits for point in points] + [slope.compulsory_bits]
    if slope.chip is not None:
        xs.append(slope.chip.capacity_bits)
        ys.append(slope.chip.traffic_bits)
    area = _Axes(min(xs) / 2, max(xs) * 2, min(ys) / 2, max(ys) * 2)
    parts = [_text(_WIDTH / 2, 22, f"{slope.name}: least traffic beyond a buffer", "middle")]
    parts += area.frame("buffer", "traffic", "capacity")
    floor = area.y(slope.compulsory_bits)
    parts.append(_line(area.x(area.left), floor, area.x(area.right), floor, dashed=True))
    parts.append(_text(area.x(area.left) + 4, floor + 14, "compulsory"))
    corners: list[tuple[float, float]] = []
    for point in points:
        here = (area.x(point.capacity_bits), area.y(point.traffic_bits))
        if corners:
            corners.append((here[0], corners[-1][1]))
        corners.append(here)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{_BLUE}" stroke-width="2"/>')
    for point in points:
        if point.capacity_bits == slope.knee_bits:
            at = (area.x(point.capacity_bits), area.y(point.traffic_bits))
            parts.append(_dot(*at, _ORANGE, filled=False))
            parts.append(
                _text(at[0] + 8, at[1] - 6, f"knee {text(point.capacity_bits, 'capacity')}")
            )
    if slope.chip is not None:
        at = (area.x(slope.chip.capacity_bits), area.y(slope.chip.traffic_bits))
        parts.append(_dot(*at, _RED, filled=True))
        parts.append(_text(at[0] + 8, at[1] - 6, chip))
    description = "; ".join(
        f"{text(point.capacity_bits, 'capacity')}: "
        f"{point.traffic_bits / slope.compulsory_bits:.3f} times the compulsory traffic"
        for point in points
    )
    return _picture(f"Ski slope of {slope.name}", description, parts)


def write_eyexam(found: Eyexam, folder: Path) -> tuple[Path, ...]:
    """Writes the waterfall of each network and layer and each layer's roofline; their paths.

    Raises:
        FileFormatError: a file cannot be written.
    """
    files: dict[str, str] = {}
    for exam in found.exams:
        flow = _safe(exam.dataflow)
        files[f"waterfall-{flow}.svg"] = waterfall_svg(exam)
        for layer in exam.layers:
            files[f"waterfall-{flow}-{_safe(layer.layer)}.svg"] = waterfall_svg(layer)
            files[f"roofline-{flow}-{_safe(layer.layer)}.svg"] = roofline_svg(layer)
    return _write(files, folder)


def write_slope(found: SkiSlope, folder: Path) -> tuple[Path, ...]:
    """Writes the ski slope of the network and of each layer; their paths.

    Raises:
        FileFormatError: a file cannot be written.
    """
    files = {"slope.svg": slope_svg(found.whole, found.architecture)}
    for layer in found.layers:
        files[f"slope-{_safe(layer.name)}.svg"] = slope_svg(layer, found.architecture)
    return _write(files, folder)


def _write(files: dict[str, str], folder: Path) -> tuple[Path, ...]:
    for name, picture in files.items():
        write_whole(folder / name, picture)
    return tuple(folder / name for name in files)


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name)


class _Axes:
    """A plot's area with two logarithmic axes."""

    def __init__(self, left: float, right: float, bottom: float, top: float) -> None:
        self.left, self.right, self.bottom, self.top = left, right, bottom, top
        self.x = Logarithmic(left, right, _LEFT, _WIDTH - _RIGHT).at
        self.y = Logarithmic(bottom, top, _HEIGHT - _BOTTOM, _TOP).at

    def frame(self, across: str, up: str, dimension: str = "") -> list[str]:
        """Lines and labels at powers of ten, or of two where the axes are sizes."""
        base = 2.0 if dimension else 10.0
        parts = []
        for value in _powers(self.left, self.right, base):
            parts.append(_line(self.x(value), _TOP, self.x(value), _HEIGHT - _BOTTOM, faint=True))
            label = text(value, dimension) if dimension else _power(round(math.log10(value)))
            parts.append(_text(self.x(value), _HEIGHT - _BOTTOM + 16, label, "middle"))
        for value in _powers(self.bottom, self.top, base):
            parts.append(_line(_LEFT, self.y(value), _WIDTH - _RIGHT, self.y(value), faint=True))
            label = text(value, dimension) if dimension else _power(round(math.log10(value)))
            parts.append(_text(_LEFT - 6, self.y(value) + 4, label, "end"))
        parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 16, across, "middle"))
        parts.append(_text(6, _TOP - 8, up))
        return parts


def _powers(low: float, high: float, base: float) -> list[float]:
    """At most seven powers of a base in a range."""
    first = math.ceil(math.log(low, base) - 1e-9)
    last = math.floor(math.log(high, base) + 1e-9)
    step = max(1, -(-(last - first + 1) // 7))
    return [base**power for power in range(first, last + 1, step)]


def _power(exponent: int) -> str:
    return f"{10.0**exponent:g}" if -3 <= exponent <= 4 else f"1e{exponent}"


def _colors(number: int) -> Sequence[str]:
    return [(_GREEN, _ORANGE, _RED, _BLUE)[place % 4] for place in range(number)]


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _line(
    x: float,
    y: float,
    to_x: float,
    to_y: float,
    *,
    color: str = "currentColor",
    faint: bool = False,
    dashed: bool = False,
) -> str:
    style = ' stroke-opacity="0.15"' if faint else ' stroke-dasharray="6 4"' if dashed else ""
    wide = 1 if faint or dashed else 2
    return (
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{color}" '
        f'stroke-width="{wide}"{style}/>'
    )


def _rect(x: float, y: float, wide: float, high: float, color: str, opacity: float = 1.0) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{color}" '
        f'fill-opacity="{opacity:g}"/>'
    )


def _dot(x: float, y: float, color: str, *, filled: bool) -> str:
    fill = color if filled else "none"
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{fill}" stroke="{color}" stroke-width="2"/>'
    )


def _picture(title: str, description: str, parts: Sequence[str]) -> str:
    """The parts as one picture with its words for who does not see it."""
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'class="insight" '
        'font-family="sans-serif" font-size="12" fill="currentColor" color="#333">\n'
        f"<title>{escape(title)}</title>\n<desc>{escape(description)}</desc>\n{_MODES}\n"
        f"{body}\n</svg>\n"
    )
