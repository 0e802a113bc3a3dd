"""Where the energy goes: by component, tensor and layer, and what widens its interval."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

from octant.report.amounts import digits, joules, share
from octant.report.drawing import Bars, Series, layer_bars, quantity_ticks, rows
from octant.report.page.names import distinct
from octant.report.page.sections import Cell, Column, DataTable, Group, Picture, Section
from octant.scorecard import (
    LEAKAGE,
    EnergyPart,
    LayerResult,
    Scorecard,
    by_component,
    by_tensor,
)

#: What moves no tensor, as a series.
_ARITHMETIC = "arithmetic"


def energy_section(card: Scorecard) -> Section | None:
    """Energy by component, tensor and layer; None where nothing has a price."""
    parts = tuple(map(_named, card.energy_parts))
    known = tuple(part for part in parts if part.energy_j is not None)
    if not any(part.energy_j for part in known):
        return None
    unknown = list(dict.fromkeys(p.component for p in parts if p.energy_j is None))
    words = f"Energy of {_inferences(card.batch)}, {joules(_sum_j(known))} in all"
    if unknown:
        listed = ", ".join(unknown)
        words += f" that is known, of which shares are; no source prices all actions of {listed}"
    tables = [_component_table(parts, known)]
    if card.contributions:
        tables.append(_contribution_table(card))
    pictures = (_component_picture(known), _layer_picture(card))
    return Section("energy", "Energy", (f"{words}.",), pictures, tuple(tables))


def _named(part: EnergyPart) -> EnergyPart:
    """The part, with leakage and arithmetic as what they are in place of a tensor."""
    if part.action == LEAKAGE:
        return replace(part, tensor=LEAKAGE)
    return part if part.tensor else replace(part, tensor=_ARITHMETIC)


def _component_picture(known: tuple[EnergyPart, ...]) -> Picture:
    names = tuple(group.name for group in by_component(known))
    tensors = tuple(group.name for group in by_tensor(known))
    series = tuple(
        Series(tensor, tuple(_of(known, name, tensor) for name in names), tuple(
            f"{name}, {tensor}: {joules(_of(known, name, tensor))}" for name in names
        ))
        for tensor in tensors
    )  # fmt: skip
    totals = [math.fsum(each.values[place] for each in series) for place in range(len(names))]
    whole = math.fsum(totals)
    ends = tuple(f"{joules(total)}, {share(total / whole)}" for total in totals)
    ticks, unit = quantity_ticks(max(totals), "energy", 4)
    bars = Bars(names, series, ticks, f"energy ({unit})", ends)
    largest = max(range(len(names)), key=lambda place: totals[place])
    return Picture(
        "energy-by-component",
        "Energy by component, each bar divided by what is moved.",
        f"Bars of the energy of each component. {names[largest]} takes most: {ends[largest]}. "
        "The table below has every number.",
        partial(rows, bars),
    )


def _layer_picture(card: Scorecard) -> Picture:
    layers = [layer for layer in card.layers if _known_j(layer) > 0]
    names = tuple(group.name for group in by_component(p for p in card.energy_parts if p.energy_j))
    series = tuple(
        Series(name, tuple(_component_j(layer, name) for layer in layers), tuple(
            f"{layer.name}, {name}: {joules(_component_j(layer, name))} of "
            f"{joules(_known_j(layer))}" for layer in layers
        ))
        for name in names
    )  # fmt: skip
    ticks, unit = quantity_ticks(max(map(_known_j, layers)), "energy")
    bars = Bars(distinct([layer.name for layer in layers]), series, ticks, f"energy ({unit})")
    largest = max(layers, key=_known_j)
    return Picture(
        "energy-by-layer",
        "Energy of each layer in the network's order, divided by component.",
        f"Bars of the energy of {len(layers)} layers. {largest.name} takes most: "
        f"{joules(_known_j(largest))}. The table of layers has every number.",
        partial(layer_bars, bars),
    )


def _component_table(parts: tuple[EnergyPart, ...], known: tuple[EnergyPart, ...]) -> DataTable:
    tensors = [group.name for group in by_tensor(parts)]
    whole = _sum_j(known)
    body = []
    for group in by_component(parts):
        mine = {
            g.name: g.energy_j for g in by_tensor(p for p in parts if p.component == group.name)
        }
        part = group.energy_j / whole if group.energy_j is not None else None
        body.append(
            (
                Cell(group.name, note="off chip" * group.off_chip),
                *(_joules(mine[name]) if name in mine else Cell("") for name in tensors),
                _joules(group.energy_j),
                Cell("" if part is None else share(part), part, part=part),
            )
        )
    sums = {group.name: group.energy_j for group in by_tensor(known)}
    foot = (
        Cell("all" if known == parts else "all that is known"),
        *(_joules(sums.get(name)) for name in tensors),
        _joules(whole),
        Cell(""),
    )
    columns = (
        Column("component"),
        *(Column(name, right=True) for name in tensors),
        Column("all", right=True),
        Column("share", right=True),
    )
    return DataTable(
        "energy-table", "Energy by component and tensor", columns, (Group("", tuple(body)),), foot
    )


def _contribution_table(card: Scorecard) -> DataTable:
    columns = (
        Column("assumption", wide=True),
        Column("from", right=True),
        Column("to", right=True),
    )
    body = tuple(
        (
            Cell(each.assumption),
            Cell(joules(digits(each.low_j, 3)), each.low_j),
            Cell(joules(digits(each.high_j, 3)), each.high_j),
        )
        for each in card.contributions
    )
    return DataTable(
        "contributions",
        "What widens the interval of the energy of an inference, each assumption alone",
        columns,
        (Group("", body),),
    )


def _of(parts: tuple[EnergyPart, ...], component: str, tensor: str) -> float:
    return math.fsum(
        part.energy_j or 0.0
        for part in parts
        if part.component == component and part.tensor == tensor
    )


def _component_j(layer: LayerResult, component: str) -> float:
    return math.fsum(part.energy_j or 0.0 for part in layer.energy if part.component == component)


def _known_j(layer: LayerResult) -> float:
    return math.fsum(part.energy_j or 0.0 for part in layer.energy)


def _sum_j(parts: tuple[EnergyPart, ...]) -> float:
    return math.fsum(part.energy_j or 0.0 for part in parts)


def _joules(energy_j: float | None) -> Cell:
    return Cell(joules(energy_j), energy_j)


def _inferences(batch: int) -> str:
    return "1 inference" if batch == 1 else f"a run of {batch} inferences"
