"""Marks of a drawing as SVG elements, and the drawing that holds them.

Positions are CSS pixels from the upper left corner. Colours are classes of the style sheet:
``ink`` and ``muted`` for words, ``grid`` and ``axis`` for lines; of series ``s0`` ... for areas and
``l0`` ... for lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from octant.report.drawing.palette import LIGHT, SERIES, Palette, rules
from octant.report.typeset import typeset

#: Around a drawing that is a file of its own, in pixels.
MARGIN = 16
#: Height of words, in pixels.
SIZE = 12.0
#: Widths of characters over their height; on the wide side, so that words fit in any font.
_WIDE = dict.fromkeys("mwMW@%", 0.92) | dict.fromkeys("iljtfrI.,:;|'!() ", 0.38)
_CAPITAL, _OTHER = 0.7, 0.6
#: Families by name, for a rasteriser knows no ``sans-serif`` of its own.
FONT = (
    "system-ui, 'Segoe UI', 'Helvetica Neue', Roboto, 'Noto Sans', 'DejaVu Sans', "
    "'Liberation Sans', Arial, Helvetica, sans-serif"
)
_SVG = "http://www.w3.org/2000/svg"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Marks on a sheet.

    Args:
        width: of the sheet, in pixels.
        height: of the sheet, in pixels.
        marks: SVG elements, the ones behind first.
    """

    width: float
    height: float
    marks: tuple[str, ...]


def inline(drawing: Drawing, alternative: str, kind: str = "") -> str:
    """The drawing as an element of a page, whose style sheet colours it.

    Args:
        drawing: what to show.
        alternative: what it shows, in words, for those who do not see it.
        kind: class of the element.
    """
    body = "".join(drawing.marks)
    return (
        f'<svg class="{kind}" role="img" aria-label="{escape(alternative)}" '
        f'viewBox="0 0 {_short(drawing.width)} {_short(drawing.height)}">{body}</svg>'
    )


def standalone(drawing: Drawing, alternative: str, palette: Palette = LIGHT) -> str:
    """The drawing as a file of its own, on a ground of its own.

    Args:
        drawing: what to show.
        alternative: what it shows, in words.
        palette: the colours.
    """
    width, height = _short(drawing.width + 2 * MARGIN), _short(drawing.height + 2 * MARGIN)
    ground = f'x="-{MARGIN}" y="-{MARGIN}" width="{width}" height="{height}"'
    return "\n".join(
        [
            f'<svg xmlns="{_SVG}" width="{width}" height="{height}" '
            f'viewBox="-{MARGIN} -{MARGIN} {width} {height}" role="img" font-family="{FONT}">',
            f"<title>{escape(typeset(alternative))}</title>",
            f"<style>{rules(palette)}</style>",
            f'<rect class="surface" {ground}/>',
            *drawing.marks,
            "</svg>\n",
        ]
    )


def text_width(words: str, size: float = SIZE) -> float:
    """The room that words take, in pixels; rather too much than too little."""
    return size * sum(
        _WIDE.get(letter, _CAPITAL if letter.isupper() else _OTHER) for letter in words
    )


def shortened(words: str, room: float, size: float = SIZE) -> str:
    """The words, or their beginning and end where there is no room for all of them.

    >>> shortened("layer4.2.downsample", 80.0, 10.0)
    'layer4…sample'
    """
    if text_width(words, size) <= room:
        return words
    kept = max(3, int(len(words) * room / text_width(words, size)))
    head = (kept - 1) // 2
    return f"{words[:head]}…{words[len(words) - (kept - 1 - head) :]}"


def bar(x: float, y: float, width: float, height: float, series: int, hover: str = "") -> str:
    r"""An area of a series; stripes from the ninth series on.

    >>> bar(1, 2, 30, 4.5, 0, "DRAM: 3 mJ")
    '<rect class="s0" x="1" y="2" width="30" height="4.5"><title>DRAM: 3\xa0mJ</title></rect>'
    """
    place = f'x="{_short(x)}" y="{_short(y)}" width="{_short(width)}" height="{_short(height)}"'
    title = f"<title>{escape(typeset(hover))}</title>" if hover else ""
    rect = f'<rect class="s{series % SERIES}" {place}'
    drawn = f"{rect}>{title}</rect>" if title else f"{rect}/>"
    return drawn + _stripes(x, y, width, height) * (series >= SERIES)


def swatch(x: float, y: float, series: int, size: float = 10.0) -> str:
    """The colour of a series for a legend."""
    return bar(x, y, size, size, series)


def line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    kind: str = "grid",
    dash: str = "",
    wide: float = 1.0,
) -> str:
    """A straight line of a class, dashed where ``dash`` says so, ``wide`` pixels."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    dashed += f' stroke-width="{_short(wide)}"' if wide != 1.0 else ""
    return (
        f'<line class="{kind}" x1="{_short(x1)}" y1="{_short(y1)}" '
        f'x2="{_short(x2)}" y2="{_short(y2)}"{dashed}/>'
    )


def path(points: Sequence[tuple[float, float]], series: int, width: float = 2.0) -> str:
    """A line of a series through points."""
    listed = " ".join(f"{_short(x)},{_short(y)}" for x, y in points)
    return (
        f'<polyline class="l{series % SERIES}" fill="none" stroke-width="{_short(width)}" '
        f'stroke-linejoin="round" points="{listed}"/>'
    )


def dot(x: float, y: float, series: int, radius: float = 4.5, hover: str = "") -> str:
    """A point of a series, in one of four shapes, so that colour is not all that tells it."""
    title = f"<title>{escape(typeset(hover))}</title>" if hover else ""
    kind, r = f'class="s{series % SERIES}"', radius
    corners: tuple[tuple[float, float], ...]
    match series % 4:
        case 0:
            return (
                f'<circle {kind} cx="{_short(x)}" cy="{_short(y)}" r="{_short(r)}">{title}</circle>'
            )
        case 1:
            corners = ((x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r))
        case 2:
            corners = ((x, y - 1.3 * r), (x + 1.3 * r, y), (x, y + 1.3 * r), (x - 1.3 * r, y))
        case _:
            corners = ((x, y - 1.2 * r), (x + 1.2 * r, y + r), (x - 1.2 * r, y + r))
    listed = " ".join(f"{_short(a)},{_short(b)}" for a, b in corners)
    return f'<polygon {kind} points="{listed}">{title}</polygon>'


def words(
    x: float,
    y: float,
    said: str,
    *,
    anchor: str = "start",
    kind: str = "ink",
    size: float = SIZE,
    turned: float = 0.0,
    weight: int = 400,
) -> str:
    r"""Words whose base line starts, ends or has its middle at a point.

    Args:
        x, y: the point.
        said: the words.
        anchor: what of the words is at the point: start, middle or end.
        kind: class: ink or muted.
        size: height in pixels.
        turned: degrees, clockwise.
        weight: of the font.

    >>> words(1, 2, "5 uJ")
    '<text class="ink" x="1" y="2" font-size="12">5\xa0µJ</text>'
    """
    more = f' text-anchor="{anchor}"' if anchor != "start" else ""
    more += f' font-weight="{weight}"' if weight != 400 else ""
    more += f' transform="rotate({_short(turned)} {_short(x)} {_short(y)})"' if turned else ""
    place = f'x="{_short(x)}" y="{_short(y)}" font-size="{_short(size)}"'
    return f'<text class="{kind}" {place}{more}>{escape(typeset(said))}</text>'


def legend(
    names: Sequence[tuple[str, int]], x: float, y: float, width: float, *, dots: bool = False
) -> tuple[list[str], float]:
    """Swatches with names, in as many lines as the width needs, and the height of these.

    Args:
        names: (name, series) pairs.
        x: where lines start.
        y: top of the first line.
        width: room for a line.
        dots: show the series' dots, not its areas.
    """
    marks: list[str] = []
    at, top = x, y
    for name, series in names:
        room = 16 + text_width(name) + 14
        if at > x and at + room > x + width:
            at, top = x, top + 19
        sign = dot(at + 5, top + 7, series) if dots else swatch(at, top + 2, series)
        marks += [sign, words(at + 15, top + 11, name)]
        at += room
    return marks, top + 19 - y if names else 0.0


def _stripes(x: float, y: float, width: float, height: float) -> str:
    """Lines of the ground across an area, which tell it from the same colour without them."""
    across = [
        f"M{_short(x + at)} {_short(y)}h{_short(min(2.0, width - at))}v{_short(height)}"
        f"h-{_short(min(2.0, width - at))}z"
        for at in _steps(width)
    ]
    return f'<path class="surface" d="{"".join(across)}"/>' if across else ""


def _steps(width: float) -> list[float]:
    return [2.0 + 5.0 * number for number in range(int((width + 2.0) // 5.0)) if width > 3]


def _short(value: float) -> str:
    """A position to a hundredth of a pixel, in as few characters as that takes."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
