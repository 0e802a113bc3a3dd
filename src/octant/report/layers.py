"""The layers of a scorecard: how each runs, what it costs by level, its mapping."""

from __future__ import annotations

import math

from octant.mapping import Loop, Mapping, SpatialBlock
from octant.report.amounts import joules, seconds, share
from octant.report.layout import WIDTH, Column, fields, page, table
from octant.scorecard import LayerResult, Place, Scorecard, by_level
from octant.units import count_text

_RUNS = (
    Column("layer", wraps=True),
    Column("operator", wraps=True),
    Column("work", right=True),
    Column("latency", right=True),
    Column("units", right=True),
    Column("in use", right=True),
    Column("limited by", wraps=True),
    Column("mapping", wraps=True),
)

_ZEROS = (
    Column("layer", wraps=True),
    Column("skipped", right=True),
    Column("gated", right=True),
    Column("waiting", right=True),
    Column("formats", wraps=True),
    Column("does not fit", wraps=True),
)

_LEAST_SHOWN = 0.0005


def layers_page(card: Scorecard, *, width: int = WIDTH) -> str:
    """The tables of ``octant evaluate --layers``: how layers run, energy by level, mappings.

    Args:
        card: whose layers are shown.
        width: characters of a line.
    """
    lines = [
        "LAYERS; in use: of what all units could do",
        *table(_RUNS, map(_run, card.layers), width=width, indent="  "),
    ]
    zeros = [layer for layer in card.layers if layer.run and layer.run.zeros]
    if zeros:
        lines += ["", "ZEROS; bits moved in a format, of those of plain values"]
        lines += table(_ZEROS, map(_zeros, zeros), width=width, indent="  ")
    costed = [layer for layer in card.layers if _has_known_energy(layer)]
    levels = tuple(dict.fromkeys(part.level for layer in costed for part in layer.energy))
    if costed:
        columns = [Column("layer"), *(Column(name, right=True) for name in ("energy", *levels))]
        rows = [_energy(layer, levels) for layer in costed]
        lines += ["", "ENERGY BY LEVEL", *table(columns, rows, width=width, indent="  ")]
    mapped = [(layer.name, mapping_text(layer.run.mapping)) for layer in card.layers if layer.run]
    if mapped:
        lines += ["", "MAPPINGS, loops outermost first; | divides the axes of a fanout"]
        lines += fields(mapped, width=width, indent="  ")
    return page(lines)


def mapping_text(mapping: Mapping) -> str:
    """A mapping on one line: each node with its loops, those of one iteration left out.

    >>> from octant.mapping import TemporalBlock
    >>> mapping_text(Mapping((
    ...     TemporalBlock("DRAM", (Loop("K", 4), Loop("C", 1)), ()),
    ...     SpatialBlock("array", ((Loop("R", 3),), (Loop("P", 7), Loop("K", 2)))),
    ... )))
    'DRAM K4, array R3 | P7 K2'
    """
    blocks = []
    for block in mapping.blocks:
        if isinstance(block, SpatialBlock):
            name, words = block.fanout, " | ".join(_loops(axis) or "1" for axis in block.axes)
        else:
            name, words = block.level, _loops(block.loops) or "-"
        blocks.append(f"{name} {words}")
    return ", ".join(blocks)


def _loops(loops: tuple[Loop, ...]) -> str:
    return " ".join(f"{loop.rank}{loop.factor}" for loop in loops if loop.factor > 1)


def _run(layer: LayerResult) -> tuple[str, ...]:
    times = f"{layer.repeats} x " if layer.repeats > 1 else ""
    work = count_text(*((layer.macs, "MAC") if layer.macs else (layer.operations, "op")))
    latency = "" if layer.latency_s is None else seconds(layer.latency_s)
    run = layer.run
    if run is None:
        latency = "" if layer.place is Place.FUSED else latency
        limit = layer.limited_by if layer.place is Place.VECTOR else ""
        work = "unknown" if layer.place is Place.UNKNOWN else work
        return layer.name, times + layer.operator, work, latency, "", "", limit, layer.place.value
    gap = f" {share(run.gap)}" if run.gap and math.isfinite(run.gap) else ""
    status = f"{run.status.value}{gap}"
    return (
        layer.name,
        times + layer.operator,
        work,
        latency,
        f"{run.active_units}/{run.units}",
        share(run.utilization),
        layer.limited_by,
        status,
    )


def _zeros(layer: LayerResult) -> tuple[str, ...]:
    assert layer.run is not None and layer.run.zeros is not None
    found = layer.run.zeros
    forms = [
        f"{use.store} {use.role} {share(use.bits / use.plain_bits)}"
        for use in found.formats
        if use.plain_bits
    ]
    over = [
        f"{each.store} {each.part} {share(each.overflow_chance)}"
        for each in found.occupancy
        if each.overflow_chance >= _LEAST_SHOWN
    ]
    return (
        layer.name,
        share(found.skipped),
        share(found.gated),
        f"x {found.filling * found.imbalance:.2f}",
        ", ".join(forms),
        ", ".join(over),
    )


def _has_known_energy(layer: LayerResult) -> bool:
    return any(part.energy_j is not None for part in layer.energy)


def _energy(layer: LayerResult, levels: tuple[str, ...]) -> tuple[str, ...]:
    groups = {group.name: group for group in by_level(layer.energy)}
    cells = [joules(groups[level].energy_j) if level in groups else "" for level in levels]
    return layer.name, joules(layer.energy_j), *cells
