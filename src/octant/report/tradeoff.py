"""The trade-off as one figure: accuracy, energy and latency against what varies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from octant.accuracy.results import Sweep
from octant.report.figures import new_figure, write_figure

_ACCURACY, _ENERGY, _LATENCY = "#1f5fa8", "#b3541e", "#3a7d44"


def write_tradeoff(path: Path, sweep: Sweep) -> None:
    """Draws a sweep and writes it in the form that the ending names (.svg, .png, .pdf).

    Accuracy has its interval and the float run as a line; energy and latency are relative to the
    last point of the sweep, which the axis says.

    Raises:
        OctantError: matplotlib is not installed.
        FileFormatError: the file cannot be written, or its ending is unknown.
    """
    figure = new_figure(7, 4)
    axis = figure.add_subplot()
    _draw_accuracy(axis, sweep)
    if sweep.chip:
        _draw_costs(axis.twinx(), sweep)
    figure.legend(loc="outside lower center", ncols=4, frameon=False)
    write_figure(path, figure)


def _draw_accuracy(axis: Any, sweep: Sweep) -> None:
    first = sweep.points[0].accuracy
    scores = [point.accuracy.score for point in sweep.points]
    places = range(len(scores))
    low = [score.value - (score.value if score.low is None else score.low) for score in scores]
    high = [(score.value if score.high is None else score.high) - score.value for score in scores]
    axis.errorbar(
        places,
        [score.value for score in scores],
        yerr=[low, high],
        color=_ACCURACY,
        marker="o",
        capsize=3,
        label=first.score.metric,
    )
    axis.axhline(first.baseline.value, color=_ACCURACY, ls=":", lw=1, label="in float32")
    axis.set_ylim(0, 1 if max(score.value for score in scores) <= 1 else None)
    axis.set_xticks(list(places), [point.label for point in sweep.points])
    axis.set_xlabel(sweep.varied)
    axis.set_ylabel(first.score.metric)
    axis.set_title(f"{first.network} on {first.data}" + (f", {sweep.chip}" * bool(sweep.chip)))


def _draw_costs(axis: Any, sweep: Sweep) -> None:
    last = sweep.points[-1]
    for name, colour, values, whole in (
        ("energy", _ENERGY, [point.energy_j for point in sweep.points], last.energy_j),
        ("latency", _LATENCY, [point.latency_s for point in sweep.points], last.latency_s),
    ):
        if not whole or any(value is None for value in values):
            continue
        relative = [(value or 0.0) / whole for value in values]
        axis.plot(range(len(values)), relative, color=colour, marker="s", label=name)
    axis.set_ylim(bottom=0)
    axis.set_ylabel(f"relative to {last.label}, modelled")
