"""Pages as HTML, and their figures as files."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from octant.report.drawing import DARK, LIGHT, inline, standalone
from octant.report.drawing.palette import SERIES, variables
from octant.report.page.sections import Page, Picture
from octant.report.typeset import typeset

if TYPE_CHECKING:
    from jinja2 import Template

#: Widths of the two drawings of a picture, in pixels.
DESK, PHONE = 960, 350


def html(page: Page) -> str:
    """The page as one HTML file: style, script, drawings and data are in it.

    Nothing is fetched from anywhere, and the page forbids the browser to. Without scripts all of
    it can be read; scripts sort, filter, unfold and download.
    """
    return _template().render(page=page, data=_embedded(page.data))


def figures(page: Page) -> dict[str, str]:
    """Every picture of the page as an SVG file, by name; the number keeps their order."""
    pictures = [each for section in page.sections for each in section.pictures]
    size = len(str(len(pictures)))
    return {
        f"{number:0{size}}-{each.name}": standalone(each.draw(DESK), each.alternative)
        for number, each in enumerate(pictures, start=1)
    }


def _drawn(picture: Picture) -> str:
    """Both drawings of a picture, of which the style sheet shows one."""
    alternative = typeset(picture.alternative)
    return "".join(
        inline(picture.draw(width), alternative, kind)
        for width, kind in ((DESK, "desk"), (PHONE, "phone"))
    )


def _embedded(data: str) -> str:
    """JSON as it may stand in a script element: no sign in it can end that.

    JSON allows every sign of a string as its number, so that the data stays the same.
    """
    return data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("octant.report.page"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["typeset"] = typeset
    environment.filters["drawn"] = lambda picture: Markup(_drawn(picture))
    environment.globals["style"] = Markup(_style())
    environment.globals["script"] = Markup(_file("script.js"))
    return environment.get_template("page.html.j2")


def _style() -> str:
    """The style sheet with the colours of light and dark mode put in, comments and indents out."""
    sheet = _file("style.css").replace("/*LIGHT*/", variables(LIGHT))
    sheet = sheet.replace("/*DARK*/", variables(DARK)).replace("/*SERIES*/", _series())
    return re.sub(r"\n\s+", "\n", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL))


def _series() -> str:
    return "".join(
        f".s{number}{{fill:var(--s{number});background:var(--s{number})}}"
        f".l{number}{{stroke:var(--s{number})}}"
        for number in range(SERIES)
    )


def _file(name: str) -> str:
    return resources.files("octant.report.page").joinpath("templates", name).read_text("utf-8")
