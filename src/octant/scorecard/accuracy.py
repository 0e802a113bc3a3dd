"""The accuracy on a scorecard: measured, else published, else missing with what to add."""

from __future__ import annotations

from octant.accuracy.published import PublishedAccuracy, published
from octant.accuracy.results import Accuracy, Comparison, Score
from octant.arch import Architecture
from octant.scorecard.records import Figure, Metric, Missing, Row, Unit
from octant.source import Origin
from octant.workload import Role


def accuracy(network: str, chip: Architecture, measured: Accuracy | None) -> Metric:
    """The accuracy of a network in the formats of a chip.

    Args:
        network: the workload's name.
        chip: in the formats that the network runs in.
        measured: what was measured in those formats; None where the network was not run.
    """
    if measured is not None:
        return Metric((*_measured(measured),))
    known = published(network)
    operands = {chip.compute.format(role) for role in (Role.INPUT, Role.WEIGHT)}
    if known is not None and operands == {known.number}:
        basis = f"{known.citation}; {known.data}, in {known.number}"
        figure = Figure(known.top1, Unit.SHARE, Origin.PUBLISHED, f"top-1, {basis}")
        rows = [Row("accuracy", "accuracy", figure)]
        if known.top5 is not None:
            top5 = Figure(known.top5, Unit.SHARE, Origin.PUBLISHED, f"top-5, {basis}")
            rows.append(Row("top5", "top-5 accuracy", top5))
        return Metric(tuple(rows))
    return Metric((Row("accuracy", "accuracy", _missing(known, chip)),))


def _measured(found: Accuracy) -> list[Row]:
    rows = [Row("accuracy", "accuracy", _figure(found.score, _basis(found)))]
    if found.comparison is not None:
        words = compared(found.comparison, found.baseline)
        value = Figure(found.comparison.difference, Unit.POINTS, Origin.MEASURED, words)
        rows.append(Row("against_float", "accuracy against float32", value))
        as_given = _figure(found.baseline, "the same samples")
        rows.append(Row("float32", "accuracy in float32", as_given))
    rows += [
        Row(f"other_{number}", score.metric, _figure(score, "the same samples"))
        for number, score in enumerate(found.others, start=1)
    ]
    return rows


def _figure(score: Score, basis: str) -> Figure:
    unit = Unit.SHARE if score.is_share else Unit.NUMBER
    return Figure(score.value, unit, Origin.MEASURED, basis, score.low, score.high)


def _basis(found: Accuracy) -> str:
    limits = " (95 % interval)" if found.score.low is not None else ""
    return (
        f"{found.score.metric} on {found.data}, {found.score.samples:,} test samples{limits}; "
        f"{found.data_title}; {found.recipe}"
    )


def compared(with_float: Comparison, baseline: Score) -> str:
    """A comparison with the float run in words that a reader cannot mistake for more than it is."""
    verdict = "more than chance" if with_float.is_significant else "not distinguishable from chance"
    return (
        f"{100 * baseline.value:.1f} % in float32; {with_float.lost} samples "
        f"lost and {with_float.gained} gained, McNemar p = {with_float.p_value:.2g}: {verdict}"
    )


def _missing(known: PublishedAccuracy | None, chip: Architecture) -> Missing:
    add = "an .onnx file with trained weights and --data, the samples to run it on"
    if known is None:
        return Missing("the network was not run", add)
    formats = {str(chip.compute.format(role)) for role in (Role.INPUT, Role.WEIGHT)}
    return Missing(
        f"published is {100 * known.top1:.1f} % top-1 in {known.number} ({known.citation}), which "
        f"says nothing of {' and '.join(sorted(formats))}",
        add,
    )
