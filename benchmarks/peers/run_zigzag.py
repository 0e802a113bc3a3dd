"""Runs ZigZag on one layer; started by the interpreter that ZigZag is installed for.

Reads a question as JSON from standard input, prints the answer as the last line of standard output.
It imports nothing of Octant: the two need not share an environment.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path
from typing import Any


def answer(question: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What ZigZag finds: its loops, and its own energy and latency."""
    places = {}
    for name in ("workload", "accelerator", "mapping"):
        places[name] = folder / f"{name}.yaml"
        places[name].write_text(json.dumps(question[name]), "utf-8")  # JSON is YAML, too
    run = importlib.import_module("zigzag.api").get_hardware_performance_zigzag
    start = time.process_time()
    energy_pj, cycles, layers = run(
        *(str(place) for place in places.values()),
        opt="EDP",
        temporal_mapping_type="even",
        lpf_limit=question["loops"],
        nb_spatial_mappings_generated=question["spatial"],
        dump_folder=str(folder / "dump"),
        loma_show_progress_bar=False,
    )
    took = time.process_time() - start
    found = layers[0][1][0][0]
    temporal = {str(o): levels for o, levels in found.temporal_mapping.mapping_dic_origin.items()}
    spatial = {str(o): levels for o, levels in found.spatial_mapping.mapping_dict_origin.items()}
    return {
        "version": metadata.version("zigzag-dse"),
        "energy_j": 1e-12 * energy_pj,
        "cycles": cycles,
        "processor_s": took,
        "temporal": {
            name: [_plain(level) for level in levels] for name, levels in temporal.items()
        },
        "spatial": {name: [_plain(level) for level in levels] for name, levels in spatial.items()},
    }


def _plain(loops: Any) -> list[tuple[str, float]]:
    return [(str(rank), float(factor)) for rank, factor in loops]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print("\n" + json.dumps(answer(json.load(sys.stdin), Path(place))))
