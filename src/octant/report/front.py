"""The page of ``octant front``: the corners of a network's front, and the chosen points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from octant.report.amounts import joules, seconds
from octant.report.layout import WIDTH, Column, fields, page, paragraph, table
from octant.units import text

if TYPE_CHECKING:
    from octant.mapper.combination import Combination, NetworkFront

_SHOWN = 12


def front_page(found: NetworkFront, *, width: int = WIDTH) -> str:
    """The corners of the hull, evenly chosen where there are many, then the best combination.

    Args:
        found: the front.
        width: characters of a line.
    """
    corners = found.corners
    step = max(1, -(-(len(corners) - 1) // (_SHOWN - 1))) if len(corners) > 1 else 1
    shown = sorted({*range(0, len(corners), step), len(corners) - 1})
    spaces = dict.fromkeys(layer.front.space for layer in found.layers)
    lines = paragraph(
        f"{found.network} on {found.architecture}: energy and latency of the layers that multiply",
        width=width,
    )
    lines += [
        *fields(
            [
                ("dataflow", found.dataflow or "any"),
                ("answer", "proven" if found.proven else "the best found: a search was stopped"),
                *(("searched", words) for words in spaces),
            ],
            width=width,
            indent="  ",
        ),
        "",
        "CORNERS OF THE FRONT, the fastest first",
        *table(
            (
                Column("latency", right=True),
                Column("energy", right=True),
                Column("power", right=True),
                Column("energy x latency", right=True),
            ),
            [_totals(corners[i].energy_j, corners[i].latency_s) for i in shown],
            width=width,
            indent="  ",
        ),
    ]
    if len(shown) < len(corners):
        lines.append(f"  {len(shown)} of {len(corners)} corners")
    return page([*lines, "", *_best(found, width)])


def _totals(energy_j: float, latency_s: float) -> tuple[str, str, str, str]:
    return (
        seconds(latency_s),
        joules(energy_j),
        text(energy_j / latency_s, "power"),
        f"{energy_j * latency_s:.4g} J*s",
    )


def _best(found: NetworkFront, width: int) -> list[str]:
    best, limit = found.best, found.best.limit
    assert best.combination is not None, "an infeasible limit is an error before"
    goal = f"LEAST {best.objective.value.upper()}"
    if limit is not None:
        dimension = {"latency": "time", "energy": "energy", "power": "power"}[limit.on.value]
        goal += f" at a {limit.on.value} of at most {text(limit.most, dimension)}"
    latency, energy, power, product = _totals(best.combination.energy_j, best.combination.latency_s)
    return [
        goal,
        f"  {latency}, {energy}, {power}, {product}",
        "",
        *_taken(found, best.combination, width),
    ]


def _taken(found: NetworkFront, combination: Combination, width: int) -> list[str]:
    """The points that the layers take; how many runs take each, where a layer runs repeatedly."""
    repeated = any(layer.repeats > 1 for layer in found.layers)
    columns = [
        Column("layer"),
        *[Column("runs", right=True)] * repeated,
        Column("point", right=True),
        Column("latency", right=True),
        Column("energy", right=True),
    ]
    rows = []
    for layer, taken in zip(found.layers, combination.taken, strict=True):
        points = layer.front.evaluations
        for part in taken:
            point = points[part.point]
            rows.append(
                (
                    layer.name,
                    *[f"{part.repeats} x" if layer.repeats > 1 else ""] * repeated,
                    f"{part.point + 1} of {len(points)}",
                    seconds(point.latency_s),
                    joules(point.energy_j),
                )
            )
    return table(columns, rows, width=width, indent="  ")
