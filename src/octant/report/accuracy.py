"""Accuracy as ``octant accuracy`` prints it: one run, or a sweep."""

from __future__ import annotations

import math

from octant.accuracy.results import Accuracy, Comparison, LayerAccuracy, Score, Sweep, SweepPoint
from octant.report.amounts import joules, points, seconds, share
from octant.report.layout import WIDTH, Column, bar, fields, page, paragraph, table

_INDENT = "  "
_BAR = 16


def accuracy_page(found: Accuracy, *, width: int = WIDTH) -> str:
    """One run: its score with its interval, against float32, layer by layer.

    Args:
        found: what to print.
        width: characters of a line.
    """
    facts = [
        ("network", f"{found.network} (SHA-256 {found.network_digest[:12]})"),
        ("data", f"{found.data}: {found.data_title}"),
        ("task", found.task),
        ("recipe", found.recipe),
    ]
    lines = [f"{found.network} on {found.data}", "", *fields(facts, width=width, indent=_INDENT)]
    lines += ["", "ACCURACY", *fields(_scores(found), width=width, indent=_INDENT)]
    if found.layers:
        lines += ["", "LAYERS", *_layers(found.layers, width)]
    notes = [*found.notes, *_layer_notes(found.layers)]
    if notes:
        lines += ["", "NOTES"]
    for note in notes:
        lines += paragraph(note, width=width, indent=_INDENT * 2, first=_INDENT + "- ")
    if found.data_source:
        lines += ["", "REFERENCES"]
        lines += paragraph(found.data_source, width=width, indent=_INDENT * 3, first="  [1] ")
    return page(lines)


def sweep_page(sweep: Sweep, *, width: int = WIDTH) -> str:
    """A sweep: accuracy beside energy and latency, a line for each point.

    Args:
        sweep: what to print.
        width: characters of a line.
    """
    first = sweep.points[0].accuracy
    title = f"{first.network} on {first.data}: {first.score.metric} against {sweep.varied}"
    columns = [
        Column(sweep.varied),
        Column(first.score.metric, right=True),
        Column("95 % interval", right=True),
        Column("against float32", right=True),
        Column("p", right=True),
    ]
    if sweep.chip:
        columns += [Column("energy", right=True), Column("latency", right=True)]
    columns.append(Column(""))
    rows = [_point(point, bool(sweep.chip)) for point in sweep.points]
    facts = [
        ("in float32", f"{value_text(first.baseline)}, {first.baseline.samples:,} test samples")
    ]
    if sweep.chip:
        facts.append(("chip", f"{sweep.chip}: energy an inference and latency, modelled"))
    lines = [title, "", *fields(facts, width=width, indent=_INDENT), ""]
    lines += table(columns, rows, width=width, indent=_INDENT)
    lines += ["", *paragraph(_READING, width=width, indent=_INDENT)]
    return page(lines)


_READING = (
    "p: how often chance alone makes such a difference (McNemar, on the same samples); up to 0.05 "
    "it counts as one."
)


def value_text(score: Score) -> str:
    """A score with its unit: a share in percent, anything else as a number.

    >>> value_text(Score("top-1 accuracy", 0.958, 719)), value_text(Score("perplexity", 21.4, 9))
    ('95.8 %', '21.4')
    """
    return share(score.value) if score.is_share else f"{score.value:.4g}"


def interval_text(score: Score) -> str:
    """The ends of a score's interval; empty where it has none.

    >>> interval_text(Score("top-1 accuracy", 0.958, 719, 0.941, 0.9707))
    '94.1 to 97.1 %'
    """
    if score.low is None or score.high is None:
        return ""
    return f"{100 * score.low:.1f} to {100 * score.high:.1f} %"


def _scores(found: Accuracy) -> list[tuple[str, str]]:
    lines = [(found.score.metric, _score(found.score))]
    lines += [(score.metric, _score(score)) for score in found.others]
    if found.comparison is not None:
        lines.append(("in float32", _score(found.baseline)))
        lines.append(("difference", _difference(found.comparison)))
    elif found.layers:
        lines.append(("in float32", _score(found.baseline)))
    return lines


def _score(score: Score) -> str:
    interval = interval_text(score)
    ends = f", 95 % interval {interval}" if interval else ""
    plural = "" if score.samples == 1 else "s"
    return f"{value_text(score)}{ends}, {score.samples:,} test sample{plural}"


def _difference(found: Comparison) -> str:
    verdict = "more than chance" if found.is_significant else "not distinguishable from chance"
    return (
        f"{points(found.difference)}: {found.lost} samples lost, {found.gained} gained; McNemar "
        f"p = {found.p_value:.2g}: {verdict}"
    )


def _layers(layers: tuple[LayerAccuracy, ...], width: int) -> list[str]:
    alone = any(layer.alone for layer in layers)
    columns = [
        Column("layer"),
        Column("operator"),
        Column("weights"),
        Column("activations"),
        Column("stored", right=True),
        Column("nonzero", right=True),
        Column("weights dB", right=True),
        Column("output dB", right=True),
    ]
    if alone:
        columns += [Column("alone", right=True), Column("p", right=True)]
    return table(columns, [_layer(x, alone) for x in layers], width=width, indent=_INDENT)


def _layer(layer: LayerAccuracy, alone: bool) -> tuple[str, ...]:
    cells = (
        layer.name,
        layer.operator,
        layer.weights,
        layer.activations,
        f"{layer.stored:,}" if layer.stored else "none",
        "" if layer.density is None else share(layer.density),
        _decibels(layer.weight_sqnr_db),
        _decibels(layer.output_sqnr_db),
    )
    if not alone:
        return cells
    score, comparison = layer.alone, layer.alone_against_float
    return (
        *cells,
        value_text(score) if score else "",
        f"{comparison.p_value:.2g}" if comparison else "",
    )


def _layer_notes(layers: tuple[LayerAccuracy, ...]) -> list[str]:
    if not layers:
        return []
    notes = [
        "dB: signal over the noise that the recipe adds, of the weights alone and of the layer's "
        "output, noise from the layers before it included."
    ]
    if any(layer.alone for layer in layers):
        notes.append("alone: the score with only this layer in its formats, p against float32.")
    return notes


def _decibels(value: float | None) -> str:
    if value is None:
        return ""
    return "exact" if math.isinf(value) and value > 0 else f"{value:.1f}"


def _point(point: SweepPoint, chip: bool) -> tuple[str, ...]:
    found = point.accuracy
    comparison = found.comparison
    cells = [
        point.label,
        value_text(found.score),
        interval_text(found.score),
        points(comparison.difference) if comparison else "",
        f"{comparison.p_value:.2g}" if comparison else "",
    ]
    if chip:
        cells += [joules(point.energy_j), seconds(point.latency_s)]
    return (*cells, bar(found.score.value, _BAR) if found.score.is_share else "")
