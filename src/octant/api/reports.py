"""Results as pages and figures in files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from octant.api.loading import Chip, load_architecture
from octant.errors import FileFormatError
from octant.scorecard import Scorecard

if TYPE_CHECKING:
    from octant.report.page import Page, Section


def write_report(
    path: Path | str,
    scorecard: Scorecard,
    *,
    on: Chip | None = None,
    more: Sequence[Section] = (),
) -> None:
    """Writes a scorecard as one HTML page that asks nothing of any network.

    Args:
        path: of the file, which is there whole afterwards, or as it was before.
        scorecard: what to show; the page holds all of it as JSON, too.
        on: its chip; where given, the axes of fanouts have their names in loop nests.
        more: further sections of ``octant.report.page``.

    Raises:
        FileFormatError: the file cannot be written.
    """
    from octant.files.writing import write_whole
    from octant.report.page import html

    write_whole(path, html(_page(scorecard, on, more)))


def write_figures(
    folder: Path | str,
    scorecard: Scorecard,
    *,
    on: Chip | None = None,
    more: Sequence[Section] = (),
) -> tuple[Path, ...]:
    """Writes the figures of a scorecard's page, each as SVG and as PNG, and names the files.

    Args:
        folder: is made where it does not exist; its folder must.
        scorecard, on, more: as for ``write_report``.

    Raises:
        FileFormatError: a file cannot be written.
        OctantError: there is no font to write words in pixels with.
    """
    return draw_into(folder, _page(scorecard, on, more))


def draw_into(folder: Path | str, page: Page) -> tuple[Path, ...]:
    """Writes the figures of a page into a folder; arguments and errors as ``write_figures``."""
    from octant.files.writing import write_whole
    from octant.report.drawing import png
    from octant.report.page import figures

    place = Path(folder)
    files: dict[Path, str | bytes] = {}
    for name, svg in figures(page).items():
        files |= {place / f"{name}.svg": svg, place / f"{name}.png": png(svg)}
    try:
        place.mkdir(exist_ok=True)
    except OSError as error:
        raise FileFormatError(f"{folder}: cannot be made: {error.strerror}") from error
    for path, content in files.items():
        write_whole(path, content)
    return tuple(files)


def _page(scorecard: Scorecard, on: Chip | None, more: Sequence[Section]) -> Page:
    from octant.files.results import to_json
    from octant.report.page import scorecard_page

    chip = None if on is None else load_architecture(on)
    return scorecard_page(scorecard, to_json(scorecard), on=chip, more=more)
