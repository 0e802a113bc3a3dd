"""The accuracy that was measured: its interval, beside that of the network as it was given."""

from __future__ import annotations

from functools import partial

from octant.report.amounts import figure_text, interval_text
from octant.report.drawing import Tick, Whisker, whiskers
from octant.report.drawing.scales import steps
from octant.report.page.sections import Cell, Column, DataTable, Group, Picture, Section
from octant.scorecard import Figure, Scorecard, Unit
from octant.source import Origin

#: Of the span of all intervals, what is shown on either side.
_AROUND = 0.4
#: The least that a scale of shares spans.
_LEAST_SPAN = 0.01


def accuracy_section(card: Scorecard) -> Section | None:
    """The accuracy with its interval and its baseline; None where it was not measured."""
    figures = {
        row.name: (row.label, row.figure)
        for row in card.accuracy.rows
        if isinstance(row.figure, Figure) and row.figure.origin is Origin.MEASURED
    }
    if "accuracy" not in figures:
        return None
    _, own = figures["accuracy"]
    shown = [("in these formats", own)]
    if "float32" in figures:
        shown.append(("in float32", figures["float32"][1]))
    against = figures.get("against_float")
    words = [f"{own.basis[0].upper()}{own.basis[1:]}."]
    if against is not None:
        words.append(
            f"Against float32: {figure_text(against[1])}; {against[1].basis}. Both ran on the same "
            "samples, so that this says more than whether the intervals overlap."
        )
    table = DataTable(
        "accuracy-table",
        "Every measured score",
        (Column("score"), Column("value", right=True), Column("on what it rests", wide=True)),
        (
            Group(
                "",
                tuple(
                    (
                        Cell(label),
                        Cell(figure_text(figure), figure.value, interval_text(figure)),
                        Cell(figure.basis),
                    )
                    for label, figure in figures.values()
                ),
            ),
        ),
    )
    return Section("accuracy", "Accuracy", tuple(words), (_picture(shown),), (table,))


def _picture(shown: list[tuple[str, Figure]]) -> Picture:
    drawn = [_whisker(name, figure) for name, figure in shown]
    intervals = all(each.low < each.high for each in drawn)
    caption = "The measured score" + (
        ", and that of the network as it was given" * (len(shown) > 1)
    )
    caption += "; lines are 95 % intervals" if intervals else ""
    said = "; ".join(f"{each.name} {each.hover.partition(': ')[2]}" for each in drawn)
    share = shown[0][1].unit is Unit.SHARE
    title = "share of the test samples" if share else "score"
    return Picture(
        "accuracy-with-interval",
        f"{caption}. The scale does not start at zero.",
        f"Dots with their intervals: {said}. The scale does not start at zero.",
        partial(whiskers, drawn, _ticks(drawn, share), title),
    )


def _whisker(name: str, figure: Figure) -> Whisker:
    low = figure.value if figure.low is None else figure.low
    high = figure.value if figure.high is None else figure.high
    value, interval = figure_text(figure), interval_text(figure)
    hover = f"{name}: {value}" + (f", {interval}" if interval else "")
    return Whisker(name, figure.value, low, high, value, hover)


def _ticks(drawn: list[Whisker], share: bool) -> tuple[Tick, ...]:
    """From a round value below all intervals to one above; of shares at most to 100 %."""
    low, high = min(each.low for each in drawn), max(each.high for each in drawn)
    least = _LEAST_SPAN if share else 0.01 * max(abs(low), abs(high), 1e-9)
    span = max(high - low, least)
    step = steps(span * (1 + 2 * _AROUND), 6)[1]
    first = max(0, int((low - span * _AROUND) // step)) if low >= 0 else int(low // step) - 1
    last = -int(-(high + span * _AROUND) // step)
    if share:
        last = min(last, round(1 / step))
    values = [step * place for place in range(first, max(last, first + 1) + 1)]
    return tuple(Tick(v, f"{100 * v:.4g} %" if share else f"{v:.4g}") for v in values)
