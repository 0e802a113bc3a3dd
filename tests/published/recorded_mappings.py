"""Mappings of whole networks on a chip, recorded because a search may take longer than a test."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping as Mappings
from dataclasses import dataclass
from pathlib import Path

import octant
from octant.arch import Architecture
from octant.mapper import Status
from octant.mapping import Mapping, from_text, to_text
from octant.workload import Workload


@dataclass(frozen=True, slots=True)
class Record:
    """What the search of a layer answered."""

    mapping: Mapping
    status: Status


Records = dict[tuple[str, str], Record]
"""By network and layer."""


def searched(networks: Mappings[str, Workload], chip: Architecture, time_limit_s: float) -> Records:
    """Searches the mappings of least energy x latency, as a user gets them."""
    found = {}
    for name, workload in networks.items():
        print(f"searching {name} on {chip.name}", file=sys.stderr)
        for layer in octant.map_network(workload, chip, time_limit_s=time_limit_s):
            result = layer.result
            assert result.mapping is not None, (name, layer.layer)
            found[name, layer.layer] = Record(result.mapping, result.status)
    return found


def write(path: Path, records: Records, chip: Architecture) -> None:
    """Writes records to their file, a line each."""
    plain = [
        json.dumps(
            {
                "network": name,
                "layer": layer,
                "status": str(one.status),
                "mapping": [line.strip() for line in to_text(one.mapping, chip).splitlines()],
            }
        )
        for (name, layer), one in records.items()
    ]
    path.write_text("[\n" + ",\n".join(plain) + "\n]\n", "utf-8")


def read(path: Path) -> Records:
    """Returns the records of a file, none where there is no file."""
    if not path.exists():
        return {}
    return {
        (one["network"], one["layer"]): Record(
            from_text("\n".join(one["mapping"])), Status(one["status"])
        )
        for one in json.loads(path.read_text("utf-8"))
    }
