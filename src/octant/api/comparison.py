"""Chips compared on one network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from octant.api.evaluation import Progress, evaluate
from octant.api.loading import Chip, Dimensions, Network, load_architecture, load_network
from octant.arch import Architecture
from octant.chips import Record
from octant.errors import InvalidWorkloadError
from octant.mapper.result import Objective
from octant.scorecard import Comparison, PublishedSheet, Scorecard
from octant.scorecard import compare as side_by_side
from octant.workload import Workload

if TYPE_CHECKING:
    from octant.report.page import Page

#: A published chip: its name, a YAML file, a record, or its sheet.
Published: TypeAlias = str | Path | Record | PublishedSheet
#: A chip to evaluate, or a sheet that is there already: a scorecard, or the path of its JSON.
Compared: TypeAlias = Chip | Scorecard


def compare(
    compared: Sequence[Compared],
    network: Network | None = None,
    *,
    published: Sequence[Published] = (),
    batch: int | None = None,
    objective: Objective | str = Objective.EDP,
    dims: Dimensions | None = None,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Comparison:
    """The sheets of chips side by side, with ratios to the first where that is fair.

    Args:
        compared: chips, scorecards, or paths of scorecards (``.json``).
        network: what chips are evaluated on; not needed where all are scorecards.
        published: published chips, set beside those with what a report says of this network.
        batch, objective, dims, time_limit_s, progress: as for ``evaluate``, of chips.

    Raises:
        InvalidWorkloadError: fewer than two, or of different networks, or chips without a network.
        UnknownNameError: no such published chip, or no report of this network on it.
        OctantError: as for ``evaluate`` and ``read_scorecard``.

    >>> found = compare([], "alexnet", published=["eyeriss", "eyeriss2"])
    >>> found.names
    ('eyeriss (published)', 'eyeriss2 (published)')
    """
    if len(compared) + len(published) < 2:
        raise InvalidWorkloadError(
            "a comparison needs two or more chips or scorecards; given "
            f"{len(compared) + len(published)}"
        )
    sheets = [_scorecard(each) or load_architecture(_chip(each, network)) for each in compared]
    workload = None
    if network is not None and (compared or not isinstance(network, str)):
        workload = load_network(network, batch=batch, dims=dims)
    _require_one_network(sheets, compared, workload)
    name = _network_name(sheets, workload, network)
    reports = [_published(each, name) for each in published]
    cards = [
        sheet
        if isinstance(sheet, Scorecard)
        else evaluate(
            workload or "", sheet, objective=objective, time_limit_s=time_limit_s, progress=progress
        )
        for sheet in sheets
    ]
    names = (*_names(cards, compared), *_published_names(reports))
    return side_by_side(cards, names, reports, name)


def _network_name(
    sheets: Sequence[Scorecard | Architecture], workload: Workload | None, network: Network | None
) -> str:
    """The name that published runs are looked up by."""
    if workload is not None:
        return workload.name
    cards = [sheet.network for sheet in sheets if isinstance(sheet, Scorecard)]
    if cards:
        return cards[0]
    if network is None:
        raise InvalidWorkloadError("published chips alone: say of which network")
    return str(network)


def _published(each: Published, network: str) -> PublishedSheet:
    """What is published of a chip that ran a network."""
    from octant.api.chips import published_sheet

    if not isinstance(each, PublishedSheet):
        return published_sheet(each, network)
    if network not in (each.network, each.workload):
        raise InvalidWorkloadError(
            f"{each.chip}: is a published sheet of {each.network!r}, not of {network!r}; a "
            "comparison is of one network"
        )
    return each


def _published_names(sheets: Sequence[PublishedSheet]) -> list[str]:
    """The chips' names, as published; numbered where two are alike."""
    names = [f"{sheet.chip} (published)" for sheet in sheets]
    if len(set(names)) == len(names):
        return names
    return [f"{sheet.chip} (published {number})" for number, sheet in enumerate(sheets, start=1)]


def write_comparison(path: Path | str, comparison: Comparison) -> None:
    """Writes a comparison as one HTML page that asks nothing of any network.

    Raises:
        FileFormatError: the file cannot be written.
    """
    from octant.files.writing import write_whole
    from octant.report.page import html

    write_whole(path, html(_page(comparison)))


def draw_comparison(folder: Path | str, comparison: Comparison) -> tuple[Path, ...]:
    """Writes the figures of a comparison's page, as ``write_figures`` does those of a scorecard."""
    from octant.api.reports import draw_into

    return draw_into(folder, _page(comparison))


def _page(comparison: Comparison) -> Page:
    from octant.files.results import to_json
    from octant.report.page import comparison_page

    return comparison_page(comparison, to_json(comparison))


def _scorecard(each: Compared) -> Scorecard | None:
    """The sheet that is there already; None for a chip."""
    from octant.api.tables import read_scorecard

    if isinstance(each, Scorecard):
        return each
    if isinstance(each, str | Path) and Path(each).suffix == ".json":
        return read_scorecard(each)
    return None


def _chip(each: Compared, network: Network | None) -> Chip:
    assert not isinstance(each, Scorecard), "a sheet needs no evaluation"
    if network is None:
        raise InvalidWorkloadError(f"{each} is a chip: say on which network to evaluate it")
    return each


def _require_one_network(
    sheets: Sequence[Scorecard | Architecture],
    compared: Sequence[Compared],
    workload: Workload | None,
) -> None:
    """Before any search: the sheets that are there are of the network of all others."""
    wanted = workload.name if workload else ""
    for sheet, each in zip(sheets, compared, strict=True):
        if isinstance(sheet, Scorecard):
            wanted = wanted or sheet.network
            if sheet.network != wanted:
                which = sheet.architecture if isinstance(each, Scorecard) else each
                raise InvalidWorkloadError(
                    f"{which}: is a scorecard of {sheet.network!r}, not of {wanted!r}; a "
                    "comparison is of one network"
                )


def _names(cards: Sequence[Scorecard], compared: Sequence[Compared]) -> list[str]:
    """The chips' names; where two are alike, with what tells them apart."""
    chips = [card.architecture for card in cards]
    batches = [f"{card.architecture} (batch {card.batch})" for card in cards]
    files = [
        f"{card.architecture} ({Path(each).stem})" if isinstance(each, str | Path) else chip
        for card, each, chip in zip(cards, compared, chips, strict=True)
    ]
    for names in (chips, batches, files):
        if max(Counter(names).values(), default=1) == 1:
            return names
    return [f"{chip} ({number})" for number, chip in enumerate(chips, start=1)]
