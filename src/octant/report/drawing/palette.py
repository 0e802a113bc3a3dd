"""Colours that stay apart for every kind of colour vision, on white and on black.

The first eight are hues near those of Okabe and Ito (Color Universal Design, 2008), moved until
any two differ in lightness or hue for people with protanopia, deuteranopia and tritanopia, too:
a test simulates these after Machado, Oliveira and Fernandes (IEEE TVCG 15(6), 2009). From the ninth
series on the colours come again, with stripes.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Colours of series; a drawing with more of them repeats these with stripes.
SERIES = 8


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a drawing, as #rrggbb.

    Args:
        surface: what it stands on.
        ink: its words.
        muted: words of less weight.
        grid: lines that lead the eye.
        series: one for each of the first eight series.
    """

    surface: str
    ink: str
    muted: str
    grid: str
    series: tuple[str, ...]


LIGHT = Palette(
    surface="#ffffff",
    ink="#1a1d21",
    muted="#59616b",
    grid="#d9dde2",
    series=(
        "#1450d2",
        "#bf4e00",
        "#6fa48e",
        "#e0b539",
        "#842873",
        "#2fc0f5",
        "#394837",
        "#b1ba6f",
    ),
)
DARK = Palette(
    surface="#14171b",
    ink="#e8eaed",
    muted="#a3abb5",
    grid="#343a42",
    series=(
        "#4177ff",
        "#e6a36a",
        "#40c0bd",
        "#ffdb64",
        "#c351bf",
        "#b8fff1",
        "#917470",
        "#4b8d10",
    ),
)


def rules(palette: Palette) -> str:
    """The style sheet of a drawing in these colours: a rule for each class that marks use.

    >>> rules(LIGHT).splitlines()[0]
    '.ink{fill:#1a1d21}.muted{fill:#59616b}.surface{fill:#ffffff}'
    """
    lines = [
        f".ink{{fill:{palette.ink}}}.muted{{fill:{palette.muted}}}"
        f".surface{{fill:{palette.surface}}}",
        f".grid{{stroke:{palette.grid}}}.axis{{stroke:{palette.muted}}}",
    ]
    lines += [
        f".s{number}{{fill:{colour}}}.l{number}{{stroke:{colour}}}"
        for number, colour in enumerate(palette.series)
    ]
    return "\n".join(lines)


def variables(palette: Palette) -> str:
    """The same colours as custom properties of a page's style sheet.

    >>> variables(LIGHT)[:42]
    '--surface:#ffffff;--ink:#1a1d21;--muted:#5'
    """
    names = {name: getattr(palette, name) for name in ("surface", "ink", "muted", "grid")}
    names |= {f"s{number}": colour for number, colour in enumerate(palette.series)}
    return ";".join(f"--{name}:{colour}" for name, colour in names.items())
