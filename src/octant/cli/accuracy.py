"""What ``octant accuracy`` does with its options: one run or a sweep, as a page or as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer

from octant import api
from octant.accuracy.wording import recipe_of
from octant.cli.options import destination, writable
from octant.cli.output import show, width, written
from octant.cli.progress import run_progress
from octant.cli.recipes import swept
from octant.errors import OctantError
from octant.report import accuracy_page, sweep_page, write_tradeoff

FIGURE_ENDINGS = (".svg", ".png", ".pdf")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line.

    Args:
        network: name or path.
        data: name or path.
        task: of the data.
        words: the options that a sweep may vary, by name.
        chosen: the other options of a recipe, by name.
        batch: samples held at once.
        limit: test samples at most.
        journal: file of finished work.
        quiet: no progress.
    """

    network: str
    data: str
    task: str
    words: dict[str, Any]
    chosen: dict[str, Any]
    batch: int | None
    limit: int | None
    journal: str | None
    quiet: bool


def answer(
    asked: Asked,
    *,
    sweep: str | None,
    on: str | None,
    figure: str | None,
    sensitivity: bool,
    json: str | None,
) -> None:
    """Runs what was asked for and prints it.

    Raises:
        typer.BadParameter: options that only a sweep has are given without one.
    """
    file = destination(json)
    journal = writable(asked.journal, "--journal") if asked.journal else None
    drawn = _drawing(figure) if figure else None
    if sweep is None:
        for option, given in (("--on", on), ("--figure", figure)):
            if given:
                raise typer.BadParameter("goes with --sweep", param_hint=f"'{option}'")
        recipe = recipe_of(**asked.words, **asked.chosen)
        with run_progress(quiet=asked.quiet) as report:
            found = api.measure_accuracy(
                asked.network,
                asked.data,
                recipe=recipe,
                task=asked.task,
                batch=asked.batch,
                limit=asked.limit,
                sensitivity=sensitivity,
                journal=journal,
                progress=report,
            )
        _print(found, accuracy_page(found, width=width()), json, file)
        return
    if sensitivity:
        raise typer.BadParameter("goes with a single run, not with --sweep",
                                 param_hint="'--sensitivity'")  # fmt: skip
    _answer_sweep(asked, sweep, on, journal, drawn, json, file)


def _drawing(figure: str) -> Path:
    """The file that ``--figure`` names, its ending one that can be drawn."""
    path = writable(figure, "--figure")
    if path.suffix not in FIGURE_ENDINGS:
        raise typer.BadParameter(
            f"{figure!r} ends in {path.suffix!r}; allowed are {', '.join(FIGURE_ENDINGS)}",
            param_hint="'--figure'",
        )
    if find_spec("matplotlib") is None:
        raise OctantError(
            "figures need matplotlib, which is not installed: pip install 'octant-eval[figures]'"
        )
    return path


def _answer_sweep(
    asked: Asked,
    sweep: str,
    on: str | None,
    journal: Path | None,
    drawn: Path | None,
    json: str | None,
    file: Path | None,
) -> None:
    chip = api.load_architecture(on) if on else None
    base = api.formats_of(chip) if chip else None
    varied, recipes = swept(sweep, asked.words, base, **asked.chosen)
    with run_progress(quiet=asked.quiet) as report:
        found = api.sweep_accuracy(
            asked.network,
            asked.data,
            recipes=recipes,
            varied=varied,
            on=chip,
            task=asked.task,
            batch=asked.batch,
            limit=asked.limit,
            journal=journal,
            progress=report,
        )
    if drawn is not None:
        write_tradeoff(drawn, found)
    _print(found, sweep_page(found, width=width()), json, file)


def _print(found: Any, text: str, json: str | None, file: Path | None) -> None:
    if not written(found, json, file):
        show(text)
