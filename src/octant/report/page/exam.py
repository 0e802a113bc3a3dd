"""Where the performance goes: the steps of Eyexam and the rooflines, as sections of a page."""

from __future__ import annotations

import re
from functools import partial

from octant.eyexam import LayerExam, NetworkExam, Roof, Step
from octant.report.amounts import share
from octant.report.drawing import (
    Bars,
    Roofline,
    Series,
    Stand,
    layer_bars,
    quantity_ticks,
    roofline,
)
from octant.report.eyexam import PROOF, gains, rate, worst
from octant.report.page.names import distinct
from octant.report.page.sections import Cell, Column, DataTable, Group, Picture, Section

#: The first step that the number of PEs limits: above it, a share of the peak says nothing.
_WITHIN_PEAK = 2

#: What a layer's points under a roof are, the highest first.
_STANDS = ("tightened roof", "step 6", "step 7")


def exam_sections(exam: NetworkExam) -> tuple[Section, ...]:
    """The sections of an exam: its steps, and its rooflines where a port has a limit.

    Args:
        exam: of a network on a chip under one dataflow.
    """
    ports = list(dict.fromkeys((r.memory, r.port) for layer in exam.layers for r in layer.roofs))
    return (_steps(exam), *([_rooflines(exam, ports)] if ports else []))


def _steps(exam: NetworkExam) -> Section:
    flow = f"under the {exam.dataflow} dataflow" if exam.dataflow != "any" else "under any dataflow"
    words = (
        f"Each step adds one constraint and keeps the best performance that is still possible "
        f"{flow}, so that what a step takes is what its constraint costs. These are mappings of "
        "least latency, which need not be those of the other sections.",
        " ".join(f"{note[0].upper()}{note[1:]}." for note in exam.notes),
    )
    tables = [_step_table(exam)]
    if exam.win_back:
        tables.append(_won_table(exam))
    tables.append(_layer_table(exam))
    return Section("eyexam", "Eyexam: seven steps", words, (_picture(exam),), tuple(tables))


def _picture(exam: NetworkExam) -> Picture:
    """The peak in each layer, divided into what is reached and what each step takes."""
    names = ("all layers", *distinct([layer.layer for layer in exam.layers]))
    each = (exam.steps, *(layer.steps for layer in exam.layers))
    peak = exam.peak_macs_per_cycle
    reached = Series(
        "reached",
        tuple(steps[-1].macs_per_cycle / peak for steps in each),
        tuple(
            f"{name}: {rate(steps[-1].macs_per_cycle)} of {rate(peak)} MAC/cycle are reached"
            for name, steps in zip(names, each, strict=True)
        ),
    )
    lost = tuple(
        Series(
            f"lost to {constraint}",
            tuple(_lost(steps, place, peak) for steps in each),
            tuple(
                f"{name}, {constraint}: {share(_lost(steps, place, peak))} of the peak; "
                f"{steps[place].reason}"
                for name, steps in zip(names, each, strict=True)
            ),
        )
        for place, constraint in reversed(
            [(step.number - 1, step.constraint) for step in exam.steps[_WITHIN_PEAK:]]
        )
    )
    ticks, _ = quantity_ticks(1.0, "share")
    most = max(exam.steps[_WITHIN_PEAK:], key=lambda step: _lost(exam.steps, step.number - 1, peak))
    return Picture(
        "where-the-peak-goes",
        "Where the peak goes: what each layer reaches, and what each constraint takes from it.",
        f"Bars of the peak in all layers together and in {len(exam.layers)} layers. All together "
        f"reach {share(reached.values[0])} of it; {most.constraint} takes most: "
        f"{share(_lost(exam.steps, most.number - 1, peak))}. The tables have every number.",
        partial(layer_bars, Bars(names, (reached, *lost), ticks, "share of the peak")),
    )


def _lost(steps: tuple[Step, ...], place: int, peak: float) -> float:
    """What a step takes, as a share of the peak; nothing of what was above it."""
    before, now = (min(steps[at].macs_per_cycle, peak) for at in (place - 1, place))
    return max(0.0, before - now) / peak


def _step_table(exam: NetworkExam) -> DataTable:
    columns = (
        Column("step"),
        Column("MAC/cycle", right=True),
        Column("lost", right=True),
        Column("why", wide=True),
    )
    rows = tuple(
        (
            Cell(f"{step.number} {step.constraint}", step.number),
            Cell(rate(step.macs_per_cycle), step.macs_per_cycle),
            Cell("" if step.number == 1 else share(step.lost_share), step.lost_share),
            Cell(step.reason),
        )
        for step in exam.steps
    )
    caption = (
        f"All layers one after the other; lost: of the step before. The chip's peak is "
        f"{rate(exam.peak_macs_per_cycle)} MAC/cycle"
    )
    return DataTable("exam-steps", caption, columns, (Group("", rows),))


def _won_table(exam: NetworkExam) -> DataTable:
    columns = (Column("relaxed", wide=True), Column("gain", right=True), Column("known by"))
    rows = tuple(
        (Cell(win.relaxed, note=win.constraint), Cell(gains(win), win.gain), Cell(PROOF[win.proof]))
        for win in exam.win_back
    )
    caption = "What would win it back, one constraint relaxed at a time"
    return DataTable("exam-won-back", caption, columns, (Group("", rows),))


def _layer_table(exam: NetworkExam) -> DataTable:
    numbers = [Column(str(step.number), right=True) for step in exam.steps]
    columns = (Column("layer"), *numbers, Column("most lost to"))
    rows = tuple(
        (
            Cell(layer.layer, note="" if layer.optimal else "search stopped"),
            *(Cell(rate(step.macs_per_cycle), step.macs_per_cycle) for step in layer.steps),
            Cell(worst(layer).constraint),
        )
        for layer in exam.layers
    )
    caption = "MAC/cycle of each layer after each step"
    return DataTable("exam-layers", caption, columns, (Group("", rows),))


def _rooflines(exam: NetworkExam, ports: list[tuple[str, str]]) -> Section:
    words = (
        "A layer stands where its multiply-accumulates for each bit that it moves through a port "
        "put it. The roof is the chip's peak and the port's bandwidth; the tightened roof is the "
        "lower of step 5 and of what the port gives to the instances that the layer keeps busy. "
        "Step 6 is what the layer can reach on average, step 7 tile by tile. Names stand where "
        "there is room for them.",
    )
    pictures = tuple(_roof_picture(exam, memory, port) for memory, port in ports)
    return Section("rooflines", "Rooflines", words, pictures, (_roof_table(exam),))


def _roof_picture(exam: NetworkExam, memory: str, port: str) -> Picture:
    mine = [
        (layer, roof)
        for layer in exam.layers
        for roof in layer.roofs
        if (roof.memory, roof.port) == (memory, port)
    ]
    widest = max(roof.bits_per_cycle for _, roof in mine)
    plot = Roofline(
        exam.peak_macs_per_cycle,
        widest,
        _STANDS,
        tuple(_stand(layer, roof) for layer, roof in mine),
        f"MAC/b through {memory} {port}",
        "MAC/cycle",
    )
    low, high = (f(roof.macs_per_bit for _, roof in mine) for f in (min, max))
    return Picture(
        "roofline-" + re.sub(r"[^a-z0-9]+", "-", f"{memory} {port}".lower()).strip("-"),
        f"{memory} {port}: at most {widest:.4g} b/cycle.",
        f"Points of {len(mine)} layers under the roof of {memory} {port}, from {low:.3g} to "
        f"{high:.3g} MAC/b. The table has every number.",
        partial(roofline, plot),
    )


def _stand(layer: LayerExam, roof: Roof) -> Stand:
    heights = (_tightened(layer, roof), *(step.macs_per_cycle for step in layer.steps[5:7]))
    return Stand(
        layer.layer,
        roof.macs_per_bit,
        heights,
        tuple(
            f"{layer.layer}, {word}: {rate(height)} MAC/cycle at {roof.macs_per_bit:.4g} MAC/b"
            for word, height in zip(_STANDS, heights, strict=True)
        ),
    )


def _tightened(layer: LayerExam, roof: Roof) -> float:
    return min(roof.macs_per_cycle, layer.steps[4].macs_per_cycle)


def _roof_table(exam: NetworkExam) -> DataTable:
    columns = (
        Column("layer"),
        Column("port"),
        Column("b/cycle", right=True),
        Column("MAC/b", right=True),
        Column("roof", right=True),
        Column("tightened", right=True),
    )
    rows = tuple(
        (
            Cell(layer.layer),
            Cell(f"{roof.memory} {roof.port}"),
            Cell(f"{roof.bits_per_cycle:.4g}", roof.bits_per_cycle),
            Cell(f"{roof.macs_per_bit:.4g}", roof.macs_per_bit),
            *(
                Cell(rate(height), height)
                for height in (
                    min(roof.macs_per_cycle, layer.peak_macs_per_cycle),
                    _tightened(layer, roof),
                )
            ),
        )
        for layer in exam.layers
        for roof in layer.roofs
    )
    caption = "Every port with a limit that a layer uses, in MAC/cycle where nothing else is said"
    return DataTable("roofline-table", caption, columns, (Group("", rows),))
