"""The loop nests that ``octant map`` prints, each with its value and its proof."""

from __future__ import annotations

import math
from collections.abc import Sequence

from octant.arch import Architecture
from octant.mapper import SearchResult, Status
from octant.mapping.text import to_text
from octant.model import Evaluation
from octant.report.amounts import joules, objective_text, seconds, share
from octant.report.layout import WIDTH, fields, page, paragraph
from octant.report.network import sizes_text
from octant.scorecard import ArrayRun, LayerMapping


def mappings_page(
    mapped: Sequence[LayerMapping], architecture: Architecture, *, width: int = WIDTH
) -> str:
    """The page that ``octant map`` prints: a loop nest for each layer.

    Args:
        mapped: the layers and the answers of their searches.
        architecture: where they were mapped; names the axes of its fanouts.
        width: characters of a line.
    """
    lines: list[str] = []
    for layer in mapped:
        lines += [""] * bool(lines) + _layer(layer, architecture, width)
    if architecture.sees_zeros:
        plain = (
            "These are the costs, and the proofs, where nothing is zero and every tensor is held "
            f"plain; octant evaluate searches by what zeros spare {architecture.name} and what its "
            "formats add."
        )
        lines += ["", *paragraph(plain, width=width)]
    return page(lines)


def _layer(layer: LayerMapping, architecture: Architecture, width: int) -> list[str]:
    times = f", {layer.repeats} times" if layer.repeats > 1 else ""
    title = f"{layer.layer} ({layer.operator}{times}): {sizes_text(layer.einsum)}"
    result = layer.result
    facts = [("status", status_text(result))]
    if result.status is not Status.INFEASIBLE:
        value, bound = (objective_text(result.objective, v) for v in (result.value, result.bound))
        facts.append((result.objective.value, f"{value}; none is below {bound}"))
    if result.evaluation is not None:
        facts += _costs(result.evaluation)
    facts.append(("searched", f"{result.space}; {result.priced:,} priced in full"))
    lines = paragraph(title, width=width)
    lines += fields(facts, width=width, indent="  ")
    if result.mapping is not None:
        nest = to_text(result.mapping, architecture)
        lines += ["", *(f"  {line}" for line in nest.splitlines())]
    return lines


def status_text(found: SearchResult | ArrayRun) -> str:
    """What is proven of a mapping, in words."""
    reason = f" ({found.reason})" if found.reason else ""
    match found.status:
        case Status.OPTIMAL:
            return "optimal: no mapping of the space is better"
        case Status.GAP:
            if not math.isfinite(found.gap):
                return f"not proven, and no bound above 0 is known{reason}"
            return f"not proven: at most {share(found.gap)} above the optimum{reason}"
        case Status.INFEASIBLE:
            return f"infeasible: no mapping fits{reason}"


def _costs(found: Evaluation) -> list[tuple[str, str]]:
    active = f"{found.counts.active_units:,} of {found.counts.units:,} units active"
    utilization = f"{share(found.utilization)} = {share(found.active_share)} ({active})"
    utilization += f" x {share(found.utilization_of_active)} of these"
    return [
        ("energy", joules(found.energy_j)),
        ("latency", f"{seconds(found.latency_s)}, limited by {found.limited_by}"),
        ("utilisation", utilization),
    ]
