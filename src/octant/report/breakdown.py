"""Where the energy of a run goes: components by tensors, with shares and bars."""

from __future__ import annotations

from dataclasses import replace

from octant.report.amounts import joules, share
from octant.report.layout import Column, bar, table
from octant.scorecard import (
    LEAKAGE,
    EnergyGroup,
    EnergyPart,
    Scorecard,
    by_component,
    by_tensor,
)

_LONGEST_BAR = 20


def breakdown(card: Scorecard, *, width: int) -> list[str]:
    """The table of a run's energy: a row for each component, a column for each tensor and leakage.

    Shares are of what is known; bars show them where there is room.

    Args:
        card: whose ``energy_parts`` are shown.
        width: characters of a line.
    """
    parts = tuple(_own_column(part) for part in card.energy_parts)
    tensors = [group.name for group in by_tensor(parts) if group.name]
    known = tuple(part for part in parts if part.energy_j is not None)
    whole_j = _sum_j(known)
    rows = [_row(group, parts, tensors, whole_j) for group in by_component(parts)]
    sums = {group.name: joules(group.energy_j) for group in by_tensor(known)}
    label = "all" if known == parts else "all that is known"
    rows.append((label, *(sums.get(name, "") for name in tensors), joules(whole_j), ""))
    titles = (*tensors, "all", "share")
    columns = [Column(f"energy of {_inferences(card.batch)}")]
    columns += [Column(title, right=True) for title in titles]
    lines = table(columns, rows, width=width, indent="  ")
    return [
        line if fraction is None else f"{line}  {bar(fraction, _room(line, width))}".rstrip()
        for line, fraction in zip(lines, [None, *_shares(parts, whole_j), None], strict=True)
    ]


def _own_column(part: EnergyPart) -> EnergyPart:
    """The part, with leakage as a column of its own beside the tensors."""
    return replace(part, tensor=part.action) if part.action == LEAKAGE else part


def _room(line: str, width: int) -> int:
    return max(0, min(_LONGEST_BAR, width - len(line) - 2))


def _shares(parts: tuple[EnergyPart, ...], whole_j: float | None) -> list[float | None]:
    """Each component's share of what is known; None where it is not known."""
    return [
        group.energy_j / whole_j if whole_j and group.energy_j is not None else None
        for group in by_component(parts)
    ]


def _sum_j(parts: tuple[EnergyPart, ...]) -> float | None:
    groups = by_component(replace(part, component="") for part in parts)
    return groups[0].energy_j if groups else None


def _inferences(batch: int) -> str:
    return "1 inference" if batch == 1 else f"{batch} inferences"


def _row(
    group: EnergyGroup, parts: tuple[EnergyPart, ...], tensors: list[str], whole_j: float | None
) -> tuple[str, ...]:
    mine = {g.name: g for g in by_tensor(part for part in parts if part.component == group.name)}
    cells = [joules(mine[name].energy_j) if name in mine else "" for name in tensors]
    known = whole_j and group.energy_j is not None
    part = share((group.energy_j or 0.0) / whole_j) if known and whole_j else ""
    return group.name + " (off chip)" * group.off_chip, *cells, joules(group.energy_j), part
