"""Marks, scales, colours and charts."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import pytest

from octant.report.drawing import (
    DARK,
    LIGHT,
    SERIES,
    Axis,
    Bars,
    Drawing,
    Linear,
    Logarithmic,
    Palette,
    Series,
    Thread,
    Tick,
    columns,
    inline,
    layer_bars,
    parallel,
    png,
    quantity_ticks,
    rows,
    standalone,
)
from octant.report.drawing.bars import MOST
from octant.report.drawing.marks import bar, legend, text_width
from octant.report.drawing.scales import decades, steps
from octant.report.typeset import typeset

SVG = "{http://www.w3.org/2000/svg}"

#: How colours look without one kind of cones: Machado, Oliveira and Fernandes, IEEE TVCG 15(6),
#: 2009, severity 1.0, on linear RGB.
VISION = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(colour: str) -> list[float]:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in shares]


def lab(rgb: list[float]) -> tuple[float, float, float]:
    """CIELAB of linear sRGB under D65."""
    r, g, b = rgb
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def seen(colour: str, kind: str) -> tuple[float, float, float]:
    rgb = linear(colour)
    return lab(
        [
            max(0.0, min(1.0, sum(w * x for w, x in zip(row, rgb, strict=True))))
            for row in VISION[kind]
        ]
    )


def contrast(one: str, other: str) -> float:
    """The contrast of WCAG 2."""
    dark, light = sorted(
        0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in map(linear, (one, other))
    )
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("kind", VISION)
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_stay_apart_for_every_kind_of_vision(palette: Palette, kind: str) -> None:
    """CIE76 differences: 2.3 is just noticeable; neighbours in a stack are further apart."""
    assert len(palette.series) == SERIES
    found = [seen(colour, kind) for colour in palette.series]
    for one, other in itertools.combinations(range(SERIES), 2):
        far = sum((a - b) ** 2 for a, b in zip(found[one], found[other], strict=True)) ** 0.5
        assert far > (35 if other == one + 1 else 22), (one, other)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_words_and_areas_stand_out_from_the_ground(palette: Palette) -> None:
    assert contrast(palette.ink, palette.surface) > 7
    assert contrast(palette.muted, palette.surface) > 4.5
    assert min(contrast(colour, palette.surface) for colour in palette.series) > 1.85


def test_a_ninth_series_has_stripes() -> None:
    assert "<path" not in bar(0, 0, 30, 10, SERIES - 1)
    striped = bar(0, 0, 30, 10, SERIES)
    assert striped.startswith('<rect class="s0"') and "<path" in striped


@pytest.mark.parametrize("high", [1e-9, 0.87, 1.0, 3.0, 19.38, 999.0, 4e12])
@pytest.mark.parametrize("count", [3, 4, 5])
def test_steps_are_few_and_reach_near_the_end(high: float, count: int) -> None:
    found = steps(high, count)
    assert found[0] == 0 and 2 <= len(found) <= count + 1
    assert found[-1] <= high * (1 + 1e-9) < found[-1] + found[1] * (1 + 1e-6)


def test_a_logarithmic_scale_is_above_0() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Logarithmic(0.0, 1.0, 0.0, 1.0)
    assert Linear(2.0, 2.0, 5.0, 9.0).at(2.0) == 5.0
    assert decades(1.0, 1000.0) == (1.0, 10.0, 100.0, 1000.0)


def test_ticks_of_nothing_are_those_of_one() -> None:
    assert quantity_ticks(0.0, "energy")[1] == "J"


def bars(count: int, *, wide: str = "layer") -> Bars:
    names = tuple(f"{wide}{number}" for number in range(count))

    def values(step: float) -> tuple[float, ...]:
        return tuple(step * (number + 1) for number in range(count))

    series = tuple(
        Series(name, values(step), tuple(f"{name} of {each}" for each in names))
        for name, step in (("read", 1.0), ("write", 2.0))
    )
    return Bars(names, series, (Tick(0, "0"), Tick(10, "10")), "energy (J)")


def rects(drawing: Drawing) -> list[ElementTree.Element]:
    """The areas of bars: those with words over them."""
    root = ElementTree.fromstring(standalone(drawing, "bars"))
    return [rect for rect in root.iter(f"{SVG}rect") if rect.find(f"{SVG}title") is not None]


@pytest.mark.parametrize(("draw", "side"), [(columns, "height"), (rows, "width")])
def test_areas_are_as_long_as_their_values(draw: object, side: str) -> None:
    drawn = draw(bars(6), 800)  # type: ignore[operator]
    found = {rect.findtext(f"{SVG}title"): float(rect.attrib[side]) for rect in rects(drawn)}
    unit = found["write of layer5"] / 12
    for number in range(6):
        assert found[f"read of layer{number}"] == pytest.approx((number + 1) * unit, abs=0.02)
        assert found[f"write of layer{number}"] == pytest.approx(2 * (number + 1) * unit, abs=0.02)


@pytest.mark.parametrize("width", [350, 960])
@pytest.mark.parametrize("count", [1, 8, 60, 300])
@pytest.mark.parametrize("name", ["l", "layer4.2.downsample.convolution."])
def test_marks_stay_on_the_sheet(width: int, count: int, name: str) -> None:
    drawn = layer_bars(bars(count, wide=name), width)
    for rect in rects(drawn):
        x, y, w, h = (float(rect.attrib[side]) for side in ("x", "y", "width", "height"))
        assert x >= 0 and y >= 0
        assert x + w <= drawn.width + 0.02 and y + h <= drawn.height + 0.02


def test_a_phone_shows_the_longest_bars_in_their_order() -> None:
    drawn = layer_bars(bars(MOST + 5), 350)
    names = [rect.findtext(f"{SVG}title") for rect in rects(drawn)]
    assert names[::2] == [f"read of layer{number}" for number in range(5, MOST + 5)]
    assert f"the {MOST} largest of {MOST + 5}" in "".join(drawn.marks)
    assert len(rects(layer_bars(bars(MOST + 5), 960))) == 2 * (MOST + 5)


def test_series_are_as_long_as_there_are_bars() -> None:
    with pytest.raises(ValueError, match="one value and text for each bar"):
        Bars(("a", "b"), (Series("read", (1.0,), ("x",)),), (Tick(0, "0"),), "energy")


def test_a_legend_breaks_into_lines() -> None:
    names = [(f"component {number}", number) for number in range(6)]
    assert legend(names, 0, 0, 2000)[1] == 19
    assert legend(names, 0, 0, 300)[1] == 57
    assert legend([], 0, 0, 300) == ([], 0.0)
    assert text_width("WWW") > text_width("iii")


def test_what_is_written_in_a_drawing_is_text() -> None:
    drawn = standalone(layer_bars(bars(2, wide="<&>"), 960), 'a "<b>" & c')
    root = ElementTree.fromstring(drawn)
    assert root.findtext(f"{SVG}title") == 'a "<b>" & c'
    assert "<&>0" in [text.text for text in root.iter(f"{SVG}text")]
    page = inline(Drawing(10, 10, ()), 'a "<b>"')
    assert 'aria-label="a &quot;&lt;b&gt;&quot;"' in page


AXES = (Axis("latency", "1 ms", "4 ms"), Axis("energy", "1 J", "3 J", "a"), Axis("cost", "", ""))


@pytest.mark.parametrize("width", [350, 960])
def test_a_thread_breaks_where_it_has_no_place(width: int) -> None:
    whole = Thread("one", (1.0, 0.5, 0.0), ("a", "b", "c"))
    broken = Thread("other", (0.0, None, 1.0), ("d", "e", "f"))
    drawn = "".join(parallel(AXES, (whole, broken), width).marks)
    assert drawn.count("<polyline") == 1
    assert re.findall(r"<title>(\w)</title>", drawn) == ["a", "b", "c", "d", "f"]
    assert drawn.count("stroke-dasharray") == 1


def test_pixels_are_twice_as_many() -> None:
    made = png(standalone(Drawing(50, 20, ()), "nothing"))
    assert made.startswith(b"\x89PNG")
    size = [int.from_bytes(made[at : at + 4], "big") for at in (16, 20)]
    assert size == [2 * (50 + 32), 2 * (20 + 32)]


@pytest.mark.parametrize(
    ("plain", "printed"),
    [
        ("3 x 2", "3 \N{MULTIPLICATION SIGN} 2"),
        ("7.3 uJ", "7.3\N{NO-BREAK SPACE}µJ"),
        ("72920 um^2/MAC unit", "72920\N{NO-BREAK SPACE}µm²/MAC unit"),
        ("64 b wide", "64\N{NO-BREAK SPACE}b wide"),
        ("54 of 54 proven", "54 of 54 proven"),
        ("a\0b\x1bc", "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"),
        ("Relu_x and uJulia", "Relu_x and uJulia"),
    ],
)
def test_amounts_are_set_as_print_sets_them(plain: str, printed: str) -> None:
    assert typeset(plain) == printed
