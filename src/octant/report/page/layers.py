"""The layers: how long each takes and what limits it, how busy the array is, all in one table."""

from __future__ import annotations

import math
from functools import partial

from octant.report.amounts import joules, seconds, share
from octant.report.drawing import Bars, Series, layer_bars, quantity_ticks
from octant.report.page.names import distinct
from octant.report.page.sections import Cell, Column, DataTable, Group, Picture, Section
from octant.scorecard import LayerResult, Place, Scorecard
from octant.units import count_text, text

_LAYERS = (
    Column("layer"),
    Column("operator"),
    Column("runs on"),
    Column("work", right=True),
    Column("latency", right=True),
    Column("of the run", right=True),
    Column("limited by"),
    Column("energy", right=True),
    Column("utilisation", right=True),
    Column("active units", right=True),
    Column("off-chip traffic", right=True),
)


def latency_section(card: Scorecard) -> Section | None:
    """Latency of each layer with its limit; None where no layer takes time."""
    timed = [layer for layer in card.layers if layer.latency_s]
    if not timed:
        return None
    whole = math.fsum(layer.latency_s or 0.0 for layer in timed)
    limits = list(dict.fromkeys(layer.limited_by for layer in timed))
    series = tuple(_limit_series(limit, timed, whole) for limit in limits)
    ticks, unit = quantity_ticks(max(layer.latency_s or 0.0 for layer in timed), "time")
    bars = Bars(distinct([layer.name for layer in timed]), series, ticks, f"latency ({unit})")
    slowest = max(timed, key=lambda layer: layer.latency_s or 0.0)
    picture = Picture(
        "latency-by-layer",
        "Latency of each layer in the network's order; the colour says what limits it.",
        f"Bars of the latency of {len(timed)} layers. {slowest.name} takes longest: "
        f"{seconds(slowest.latency_s)}, limited by {slowest.limited_by}. The table of layers has "
        "every number.",
        partial(layer_bars, bars),
    )
    words = (
        f"A run of {card.batch} takes {seconds(whole)}: its layers one after the other, each as "
        "long as its slowest resource, for transfers overlap with computation.",
    )
    return Section("latency", "Latency and limits", words, (picture,), (_limits(timed, whole),))


def utilization_section(card: Scorecard) -> Section | None:
    """How busy the array is in each layer; None where it runs none."""
    layers = [layer for layer in card.layers if layer.run is not None]
    if not layers:
        return None
    used = Series(
        "computing",
        tuple(layer.run.utilization for layer in layers if layer.run),
        tuple(
            f"{layer.name}: {share(layer.run.utilization)} of what all units could do"
            for layer in layers
            if layer.run
        ),
    )
    waiting = Series(
        "active, but waiting",
        tuple(
            max(0.0, layer.run.active_share - layer.run.utilization)
            for layer in layers
            if layer.run
        ),
        tuple(
            f"{layer.name}: {layer.run.active_units:,} of {layer.run.units:,} units active, "
            f"{share(layer.run.utilization_of_active)} utilised"
            for layer in layers
            if layer.run
        ),
    )
    ticks, _ = quantity_ticks(1.0, "share")
    names = distinct([layer.name for layer in layers])
    bars = Bars(names, (used, waiting), ticks, "share of the compute units", order=(0, 3))
    best = max(used.values)
    worst = min(layers, key=lambda layer: layer.run.utilization if layer.run else 1.0)
    picture = Picture(
        "utilisation-by-layer",
        "What the compute units do in each layer: units that the mapping uses, and how much of the "
        "time these compute. The rest is idle.",
        f"Bars of the utilisation of the array in {len(layers)} layers, from "
        f"{share(min(used.values))} ({worst.name}) to {share(best)}.",
        partial(layer_bars, bars),
    )
    words = (
        "Utilisation is the share of active units times the utilisation of these: a unit that the "
        "mapping does not use is lost to the shape of the layer and of the array, a unit that "
        "waits to bandwidth or to the remainders of tiles.",
    )
    return Section("utilisation", "Utilisation", words, (picture,))


def layers_section(card: Scorecard) -> Section:
    """Every layer of the network, in a table that sorts and filters."""
    whole = math.fsum(layer.latency_s or 0.0 for layer in card.layers)
    body = tuple(_row(layer, whole) for layer in card.layers)
    table = DataTable("layer-table", "All layers", _LAYERS, (Group("", body),))
    words = ("Every amount includes the repeats of a layer and the whole batch.",)
    return Section("layers", "Layers", words, tables=(table,))


def _limit_series(limit: str, timed: list[LayerResult], whole: float) -> Series:
    mine = [layer.limited_by == limit for layer in timed]
    values = tuple((layer.latency_s or 0.0) * own for layer, own in zip(timed, mine, strict=True))
    hovers = tuple(
        f"{layer.name}: {seconds(layer.latency_s)}, {share((layer.latency_s or 0.0) / whole)}, "
        f"limited by {limit}"
        for layer in timed
    )
    return Series(limit, values, hovers)


def _limits(timed: list[LayerResult], whole: float) -> DataTable:
    body = []
    limits = dict.fromkeys(layer.limited_by for layer in timed)
    for number, limit in enumerate(limits):
        mine = [layer.latency_s or 0.0 for layer in timed if layer.limited_by == limit]
        taken = math.fsum(mine)
        body.append(
            (
                Cell(limit, series=number),
                Cell(f"{len(mine):,}", len(mine)),
                Cell(seconds(taken), taken),
                Cell(share(taken / whole), taken / whole, part=taken / whole),
            )
        )
    columns = (
        Column("limit"),
        Column("layers", right=True),
        Column("time", right=True),
        Column("of the run", right=True),
    )
    return DataTable("limits", "What limits the run", columns, (Group("", tuple(body)),))


def _row(layer: LayerResult, whole: float) -> tuple[Cell, ...]:
    run, time = layer.run, layer.latency_s
    part = time / whole if time and whole else None
    runs = layer.place not in (Place.NOT_RUN, Place.UNKNOWN)
    beside = layer.place is Place.FUSED and not time
    return (
        Cell(layer.name),
        Cell(layer.operator, note=f"{layer.repeats} times" if layer.repeats > 1 else ""),
        Cell(layer.place.value),
        _work(layer),
        Cell("" if time is None or beside else seconds(time), time),
        Cell("" if part is None else share(part), part, part=part),
        Cell("" if beside else layer.limited_by),
        Cell(joules(layer.energy_j) if runs else "", layer.energy_j),
        Cell(share(run.utilization), run.utilization, part=run.utilization) if run else Cell(""),
        Cell(f"{run.active_units:,}", run.active_units) if run else Cell(""),
        Cell(text(layer.off_chip_bits, "capacity"), layer.off_chip_bits) if runs else Cell(""),
    )


def _work(layer: LayerResult) -> Cell:
    if layer.place is Place.UNKNOWN:
        return Cell("unknown")
    if layer.macs:
        return Cell(count_text(layer.macs, "MAC"), layer.macs)
    return Cell(count_text(layer.operations, "op"), layer.operations)
