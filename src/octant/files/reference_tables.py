"""Accelergy's reference tables, read and written: ERT in pJ, ART in um^2."""

from __future__ import annotations

import re
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from octant.arch import Architecture, Fanout
from octant.components.reference_table import Listed, ReferenceTable
from octant.errors import NotEstimatedError
from octant.files.complaint import faults_of
from octant.files.document import Document, Fault

#: The version that Accelergy writes, and that is written here.
VERSION = "0.4"
_PJ, _UM2 = 1e-12, 1e-12


class _Lenient(BaseModel):
    """A part of another tool's file: what it has beyond the fields is left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Action(_Lenient):
    name: str
    energy: float
    arguments: dict[str, Any] | None = None


class _Energies(_Lenient):
    name: str
    actions: list[_Action]


class _Area(_Lenient):
    name: str
    area: float


class _EnergyTables(_Lenient):
    tables: list[_Energies]


class _AreaTables(_Lenient):
    tables: list[_Area]


class _File(_Lenient):
    ERT: _EnergyTables | None = None
    ART: _AreaTables | None = None


def reference_table_of(document: Document, name: str) -> ReferenceTable:
    """The estimator that an ERT, an ART, or a file with both is.

    Components are called by the last part of their path, without the range of instances, where
    that names only one.

    Args:
        document: with ``ERT`` or ``ART`` at its top.
        name: of the estimator.

    Raises:
        FileFormatError: it is malformed; every fault with its line.
    """
    data = document.data
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        raise document.refusal([*document.faults, *faults_of(error, data, {})]) from None
    energies = {table.name: table for table in file.ERT.tables} if file.ERT else {}
    areas = {table.name: table.area * _UM2 for table in file.ART.tables} if file.ART else {}
    short = _short_names(dict.fromkeys([*energies, *areas]))
    faults = list(document.faults)
    listed = [
        _listed(short[full], energies.get(full), areas.get(full), faults)
        for full in dict.fromkeys([*energies, *areas])
    ]
    if faults:
        raise document.refusal(faults)
    return ReferenceTable(name, tuple(listed), f"the reference tables in {document.name}")


def to_ert(architecture: Architecture) -> str:
    """The energies of a chip as an energy reference table.

    A memory's read and write are those of one word, and an update is a write; a network with more
    than one instance has a transfer, the compute unit a compute.

    Raises:
        NotEstimatedError: an energy is unknown; the table would be wrong without it.
    """
    tables: list[dict[str, Any]] = []
    missing: list[str] = []

    def add(name: str, instances: int, actions: dict[str, Any]) -> None:
        missing.extend(f"{name} {action}" for action, price in actions.items() if price is None)
        entries = [
            {"name": action, "arguments": {}, "energy": price.energy_j / _PJ}
            for action, price in actions.items()
            if price is not None
        ]
        tables.append({"name": _path(architecture, name, instances), "actions": entries})

    for node in architecture.nodes:
        instances = architecture.instances(node.name)
        if isinstance(node, Fanout):
            if node.instances > 1:
                add(node.name, instances, {"transfer": node.transfer_energy})
            continue
        for store in node.stores:
            read, write = store.read_energy, store.write_energy
            add(store.name, instances, {"read": read, "write": write, "update": write})
    compute = architecture.compute
    add(compute.name, architecture.compute_units, {"compute": compute.mac_energy})
    if missing:
        raise NotEstimatedError(
            f"{architecture.name} has no reference table: no source gives {', '.join(missing)}"
        )
    return _written({"ERT": {"version": VERSION, "tables": tables}})


def to_art(architecture: Architecture) -> str:
    """The areas of a chip's parts that are known, as an area reference table.

    Raises:
        NotEstimatedError: none is known.
    """
    areas = [
        (store.name, architecture.instances(level.name), store.area_m2)
        for level in architecture.levels
        for store in level.stores
    ]
    compute = architecture.compute
    areas.append((compute.name, architecture.compute_units, compute.area_m2))
    tables = [
        {"name": _path(architecture, name, instances), "area": area_m2 / _UM2}
        for name, instances, area_m2 in areas
        if area_m2 is not None
    ]
    if not tables:
        raise NotEstimatedError(
            f"{architecture.name} has no area reference table: no source gives the area of a part"
        )
    return _written({"ART": {"version": VERSION, "tables": tables}})


def _path(architecture: Architecture, name: str, instances: int) -> str:
    return f"{architecture.name}.{name}[1..{instances}]"


def _written(data: dict[str, Any]) -> str:
    return str(yaml.safe_dump(data, sort_keys=False))


def _short_names(names: dict[str, None]) -> dict[str, str]:
    """Each full name to the last part of its path, or to itself where that is not unique."""
    bare = {name: re.sub(r"\[[^\]]*\]", "", name) for name in names}
    last = {name: bare[name].rpartition(".")[2] for name in names}
    taken = list(last.values())
    return {name: last[name] if taken.count(last[name]) == 1 else bare[name] for name in names}


def _listed(
    name: str, table: _Energies | None, area_m2: float | None, faults: list[Fault]
) -> Listed:
    energies: dict[str, float] = {}
    cycle_s = None
    for action in table.actions if table else ():
        if action.name in energies:
            message = (
                f"lists {action.name!r} of {name} more than once, with different arguments; Octant "
                "prices actions without arguments: keep one"
            )
            faults.append(Fault(("ERT", "tables"), message))
        energies[action.name] = action.energy * _PJ
        if action.name == "leak":
            cycle_s = (action.arguments or {}).get("global_cycle_seconds")
    seconds = float(cycle_s) if isinstance(cycle_s, int | float) and cycle_s > 0 else None
    return Listed(name, tuple(energies.items()), area_m2, seconds)
