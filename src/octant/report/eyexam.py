"""Eyexam and the ski slope as text: waterfalls, what would win back, curves."""

from __future__ import annotations

import math

from octant.eyexam import Eyexam, LayerExam, NetworkExam, Step, WinBack
from octant.eyexam.slope import SkiSlope, Slope
from octant.report.amounts import bare, share
from octant.report.layout import WIDTH, Column, bar, fields, page, paragraph, table
from octant.units import count_text, text

_LONGEST_BAR, _SHORT_BAR = 16, 6
_WATERFALL = (
    Column("step"),
    Column("MAC/cycle", right=True),
    Column("lost", right=True),
    Column("", wraps=False),
    Column("why", wraps=True),
)


def eyexam_page(found: Eyexam, *, layers: bool = False, width: int = WIDTH) -> str:
    """The page of ``octant eyexam``: waterfalls of the network, a row for each layer.

    Args:
        found: the exams.
        layers: each layer's own waterfall, too.
        width: characters of a line.
    """
    lines: list[str] = []
    for exam in found.exams:
        if lines:
            lines.append("")
        lines += _network(exam, layers=layers, width=width)
    if len(found.exams) > 1:
        lines += ["", *_comparison(found, width=width)]
    notes = dict.fromkeys(note for exam in found.exams for note in exam.notes)
    lines += ["", "NOTES"]
    for note in notes:
        lines += paragraph(note, width=width, indent="    ", first="  - ")
    return page(lines)


def _network(exam: NetworkExam, *, layers: bool, width: int) -> list[str]:
    title = f"{exam.network} on {exam.architecture}, dataflow {exam.dataflow}, batch {exam.batch}"
    lines = [
        title,
        "",
        f"WATERFALL of {_plural(len(exam.layers), 'layer')}; lost: of the step before",
    ]
    lines += _waterfall(exam.steps, exam.peak_macs_per_cycle, width)
    lines += _won(exam.win_back, width)
    lines += ["", "MAC/cycle of each layer after each step"]
    lines += _each_layer(exam, width)
    if layers:
        for layer in exam.layers:
            lines += ["", *_layer(layer, width)]
    return lines


def _waterfall(steps: tuple[Step, ...], peak: float, width: int) -> list[str]:
    """The table of the steps; bars are shares of the chip's peak, full above it."""
    longest = _LONGEST_BAR if width >= WIDTH else _SHORT_BAR
    rows = [
        (
            f"{step.number} {step.constraint}",
            rate(step.macs_per_cycle),
            "" if step.number == 1 else share(step.lost_share),
            bar(step.macs_per_cycle / peak, longest),
            step.reason,
        )
        for step in steps
    ]
    peak_row = ("  peak of the chip", rate(peak), "", "", "every PE busy in every cycle")
    return table(_WATERFALL, [*rows[:2], peak_row, *rows[2:]], width=width, indent="  ")


def rate(macs_per_cycle: float) -> str:
    """Multiply-accumulates a cycle, to four digits.

    >>> rate(164.57), rate(149520384.0), rate(0.5)
    ('164.6', '149.5 M', '0.5')
    """
    return bare(macs_per_cycle) if macs_per_cycle >= 1 else f"{macs_per_cycle:.4g}"


def _won(wins: tuple[WinBack, ...], width: int) -> list[str]:
    """What relaxing one constraint gains; those that gain nothing in one line."""
    if not wins:
        return []
    lines = ["", "WHAT WOULD WIN IT BACK, one constraint relaxed at a time"]
    real = sorted((win for win in wins if win.at_most > 5e-4), key=lambda win: -win.gain)
    if real:
        columns = (Column("relaxed", wraps=True), Column("gain", right=True), Column("known by"))
        rows = [(f"{win.constraint}: {win.relaxed}", gains(win), PROOF[win.proof]) for win in real]
        lines += table(columns, rows, width=width, indent="  ")
    none = [win.relaxed for win in wins if win.at_most <= 5e-4]
    if none:
        lines += paragraph(f"no gain: {'; '.join(none)}", width=width, indent="    ", first="  ")
    return lines


#: How a gain is known, in words.
PROOF = {
    "bound": "a bound",
    "search": "the best mapping",
    "found": "a mapping and a bound",
    "pipeline": "the pipeline",
}


def gain(value: float) -> str:
    """A gain of performance: in percent, or as a factor where it is more than double.

    >>> gain(0.025), gain(3.5)
    ('+2.5 %', 'x 4.50')
    """
    return f"+{share(value)}" if value < 1 else f"x {1 + value:.2f}"


def gains(win: WinBack) -> str:
    """A gain; with the most that it may be, where a search was stopped."""
    least, most = gain(win.gain), gain(win.at_most)
    return least if least == most else f"{least} to {most}"


def _each_layer(exam: NetworkExam, width: int) -> list[str]:
    columns = [Column("layer", wraps=True)]
    columns += [Column(str(step.number), right=True) for step in exam.steps]
    columns.append(Column("most lost to", wraps=True))
    rows = [
        (
            layer.layer + ("" if layer.optimal else " (search stopped)"),
            *(rate(step.macs_per_cycle) for step in layer.steps),
            worst(layer).constraint,
        )
        for layer in exam.layers
    ]
    return table(columns, rows, width=width, indent="  ")


def worst(layer: LayerExam) -> Step:
    """The step after the third that takes the largest share: the one that the chip can change."""
    return max(layer.steps[3:], key=lambda step: step.lost_share)


def _layer(layer: LayerExam, width: int) -> list[str]:
    times = f", {layer.repeats} times" if layer.repeats > 1 else ""
    lines = [f"{layer.layer} ({layer.operator}, {count_text(layer.macs, 'MAC')}{times})"]
    lines += _waterfall(layer.steps, layer.peak_macs_per_cycle, width)
    lines += _won(layer.win_back, width)
    if layer.roofs:
        lines += ["", "  ROOFLINE, tightened: the lower of step 5 and bandwidth x MAC/b"]
        rows = [
            (
                f"{roof.memory} {roof.port}",
                f"{roof.bits_per_cycle:.4g} b/cycle",
                f"{roof.macs_per_bit:.4g} MAC/b",
                rate(min(roof.macs_per_cycle, layer.peak_macs_per_cycle)),
                rate(min(roof.macs_per_cycle, layer.steps[4].macs_per_cycle)),
            )
            for roof in layer.roofs
        ]
        columns = (
            Column("port"),
            Column("bandwidth", right=True),
            Column("intensity", right=True),
            Column("plain", right=True),
            Column("tightened", right=True),
        )
        lines += table(columns, rows, width=width, indent="    ")
    return lines


def _comparison(found: Eyexam, *, width: int) -> list[str]:
    """The dataflows side by side."""
    columns = [Column("dataflow")]
    columns += [Column(str(step.number), right=True) for step in found.exams[0].steps]
    rows = [
        (exam.dataflow, *(rate(step.macs_per_cycle) for step in exam.steps)) for exam in found.exams
    ]
    return ["DATAFLOWS, MAC/cycle of the network after each step", *table(
        columns, rows, width=width, indent="  "
    )]  # fmt: skip


def slope_page(found: SkiSlope, *, layers: bool = False, width: int = WIDTH) -> str:
    """The page of ``octant bound``: the curve of the network, a row for each layer.

    Args:
        found: the curves.
        layers: each layer's curve, too.
        width: characters of a line.
    """
    title = f"{found.network}: the least traffic beyond a buffer of any size"
    lines = [title, f"  elements: {found.formats}", "", "ALL LAYERS, one after the other"]
    lines += _curve(found.whole, found.architecture, width)
    lines += ["", "LAYERS", *_slopes(found, width)]
    if layers:
        for slope in found.layers:
            lines += ["", slope.name, *_curve(slope, found.architecture, width)]
    return page(lines)


def _curve(slope: Slope, chip: str, width: int) -> list[str]:
    columns = (
        Column("buffer", right=True),
        Column("least traffic", right=True),
        Column("x compulsory", right=True),
        Column("", wraps=True),
    )
    rows = []
    for point in slope.points:
        marks = [
            words
            for words, at in (
                ("knee", slope.knee_bits),
                ("compulsory from here on", slope.compulsory_at_bits),
                (f"{chip}'s own", slope.chip.capacity_bits if slope.chip else None),
            )
            if at == point.capacity_bits
        ]
        marks += [] if point.proven else ["search stopped"]
        finite = point.traffic_bits != float("inf")
        nowhere = "does not fit" if point.proven else "not found in time"
        rows.append(
            (
                text(point.capacity_bits, "capacity"),
                _size(point.traffic_bits) if finite else nowhere,
                f"{point.traffic_bits / slope.compulsory_bits:.3f}" if finite else "",
                ", ".join(marks),
            )
        )
        if slope.compulsory_at_bits == point.capacity_bits:
            break
    lines = table(columns, rows, width=width, indent="  ")
    lines += fields(_facts(slope, chip), width=width, indent="  ")
    return lines


def _facts(slope: Slope, chip: str) -> list[tuple[str, str]]:
    found = [("compulsory", f"{_size(slope.compulsory_bits)}: every element once")]
    if slope.chip is not None:
        at = text(slope.chip.capacity_bits, "capacity")
        times = slope.chip.traffic_bits / slope.compulsory_bits
        moved = _size(slope.chip.traffic_bits)
        if slope.chip.proven:
            beyond = f"at least {moved} beyond it"
        else:
            beyond = f"beyond it at most {moved} must move (search stopped)"
        least = slope.least_at(slope.chip.capacity_bits)
        over = (
            f", {slope.chip.traffic_bits / least:.3f} x the least" if math.isfinite(least) else ""
        )
        found.append(
            (
                chip,
                f"{at} on chip, {beyond}: {times:.3f} x compulsory{over}",
            )
        )
    return found


def _slopes(found: SkiSlope, width: int) -> list[str]:
    columns = [
        Column("layer", wraps=True),
        Column("compulsory", right=True),
        Column("knee", right=True),
        Column("compulsory from", right=True),
    ]
    if found.architecture:
        columns += [Column(found.architecture, right=True), Column("x compulsory", right=True)]
    rows = [_slope_row(slope) for slope in found.layers]
    return table(columns, rows, width=width, indent="  ")


def _slope_row(slope: Slope) -> tuple[str, ...]:
    times = f" x {slope.repeats}" if slope.repeats > 1 else ""
    cells = [
        slope.name + times,
        _size(slope.compulsory_bits),
        "none" if slope.knee_bits is None else text(slope.knee_bits, "capacity"),
        "none" if slope.compulsory_at_bits is None else text(slope.compulsory_at_bits, "capacity"),
    ]
    if slope.chip is not None:
        times_more = slope.chip.traffic_bits / slope.compulsory_bits
        cells += [_size(slope.chip.traffic_bits), f"{times_more:.3f}"]
    return tuple(cells)


def _size(bits: float) -> str:
    return text(8.0 * round(bits / 8), "capacity")


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
