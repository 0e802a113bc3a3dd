"""The same energy reference table gives the energies that Timeloop gives.

Each case's energies become an ERT as Accelergy writes it, read back by Octant; Octant's counts are
priced with it and compared with Timeloop's energy, level by level and tensor by tensor. A vector
access moves ``block_size`` words and is paid for whole, per instance, as Timeloop rounds it. Where
Timeloop's counts are not exact (the cases list it, see ``test_timeloop.py``) its own are priced.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml

from octant.components import ComponentSpec
from octant.components.estimator import energy
from octant.components.reference_table import ReferenceTable
from octant.files.document import parse_document
from octant.files.reference_tables import reference_table_of
from tests.against.timeloop.test_timeloop import CASES, octant_counts, timeloop_counts

_ACTIONS = {"reads": "read", "fills": "write", "updates": "update"}


def reference_table(case: dict[str, Any]) -> ReferenceTable:
    """The case's energies as a file of Accelergy's, read as a user's would be."""
    tables = [
        {
            "name": f"system.{node['level']}[1..1]",
            "actions": [
                {"name": name, "arguments": {"global_cycle_seconds": 1e-9}, "energy": energy_pj}
                for name, energy_pj in zip(
                    ("read", "write", "update"), node["energy_pj"], strict=True
                )
            ],
        }
        for node in case["nodes"]
        if "level" in node
    ]
    unit = {"name": "compute", "energy": case["compute"]["energy_pj"]}
    tables.append({"name": "system.MAC[1..1]", "actions": [unit]})
    text = yaml.safe_dump({"ERT": {"version": "0.4", "tables": tables}}, sort_keys=False)
    return reference_table_of(parse_document(text, "timeloop.ERT.yaml"), "ert")


def vectors(scalars: float, block: int, instances: int) -> int:
    """Vector accesses of all instances, each of which rounds up by itself."""
    return math.ceil(scalars / instances / block - 1e-9) * instances


def energies_pj(name: str) -> dict[tuple[str, str], float]:
    """Octant's counts where they are Timeloop's, else Timeloop's, times the table's prices."""
    case = CASES[name]
    table, counts = reference_table(case), timeloop_counts(case)
    if "exact" not in case:
        assert octant_counts(name) == counts
        counts = octant_counts(name)
    found: dict[tuple[str, str], float] = {}
    instances = 1
    for node in case["nodes"]:
        if "fanout" in node:
            instances *= math.prod(factor for axis in node["loops"] for _, factor in axis)
            continue
        spec = ComponentSpec.of("ert", component=node["level"])
        for tensor in case["energy_pj"].get(node["level"], {}):
            found[node["level"], tensor] = sum(
                vectors(counts[node["level"], tensor, action], node["block_size"], instances)
                * energy(table, spec, priced).energy_j
                / 1e-12
                for action, priced in _ACTIONS.items()
            )
    return found


# Timeloop averages the instances in use, which vary where a spatial loop does not divide its rank.
VARYING = {name for name, case in CASES.items() if case.get("exact", {}).get("why") == "imperfect"}


@pytest.mark.parametrize("name", [name for name in CASES if name not in VARYING])
def test_energies(name: str) -> None:
    theirs = {
        (level, tensor): energy_pj
        for level, tensors in CASES[name]["energy_pj"].items()
        for tensor, energy_pj in tensors.items()
    }
    assert energies_pj(name) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case["network"]])
def test_the_sum_with_the_multipliers_is_timeloops_total(name: str) -> None:
    case = CASES[name]
    unit = ComponentSpec.of("ert", component="MAC")
    price_pj = energy(reference_table(case), unit, "compute").energy_j / 1e-12
    levels = sum(sum(tensors.values()) for tensors in case["energy_pj"].values())
    assert levels + case["computes"] * price_pj == pytest.approx(case["total_energy_pj"], rel=1e-9)
