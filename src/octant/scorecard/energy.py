"""Energy of a run: its parts summed over the layers, and grouped."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from octant.scorecard.records import EnergyPart

_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class EnergyGroup:
    """The energy of all parts that share a component, a level or a tensor.

    Args:
        name: of the component, level or tensor; empty for what moves no tensor.
        energy_j: joules; None where a part of it has no price.
        off_chip: all of it is the outermost memory's.
    """

    name: str
    energy_j: float | None
    off_chip: bool


def summed(parts: Iterable[EnergyPart]) -> tuple[EnergyPart, ...]:
    """The parts with those of one component, action and tensor added up, in order of appearance.

    >>> part = EnergyPart("DRAM", "DRAM", "read", "input", 3, 48, 2.0, True)
    >>> summed([part, part])[0].energy_j
    4.0
    """
    groups = _grouped(parts, lambda part: (part.component, part.action, part.tensor))
    return tuple(
        replace(
            group[0],
            count=sum(part.count for part in group),
            bits=sum(part.bits for part in group),
            energy_j=_total(group),
        )
        for group in groups.values()
    )


def by_component(parts: Iterable[EnergyPart]) -> tuple[EnergyGroup, ...]:
    """Energy by memory, fanout, compute and vector unit.

    >>> part = EnergyPart("DRAM", "DRAM", "read", "input", 3, 48, 2.0, True)
    >>> by_component([part, replace(part, action="write", energy_j=None)])
    (EnergyGroup(name='DRAM', energy_j=None, off_chip=True),)
    """
    return _groups(parts, lambda part: part.component)


def by_level(parts: Iterable[EnergyPart]) -> tuple[EnergyGroup, ...]:
    """Energy by storage level (all its memories), fanout, compute and vector unit."""
    return _groups(parts, lambda part: part.level)


def by_tensor(parts: Iterable[EnergyPart]) -> tuple[EnergyGroup, ...]:
    """Energy by what is moved (input, weight, output); that of arithmetic under an empty name."""
    return _groups(parts, lambda part: part.tensor)


def _groups(
    parts: Iterable[EnergyPart], key: Callable[[EnergyPart], str]
) -> tuple[EnergyGroup, ...]:
    return tuple(
        EnergyGroup(name, _total(group), all(part.off_chip for part in group))
        for name, group in _grouped(parts, key).items()
    )


def _grouped(
    parts: Iterable[EnergyPart], key: Callable[[EnergyPart], _Key]
) -> dict[_Key, list[EnergyPart]]:
    groups: dict[_Key, list[EnergyPart]] = {}
    for part in parts:
        groups.setdefault(key(part), []).append(part)
    return groups


def _total(parts: Iterable[EnergyPart]) -> float | None:
    """The sum of the joules, None where one of them is not known."""
    known = [part.energy_j for part in parts]
    return None if None in known else math.fsum(value for value in known if value is not None)
