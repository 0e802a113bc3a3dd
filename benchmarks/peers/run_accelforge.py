"""Runs AccelForge on one layer; started by the interpreter that AccelForge is installed for.

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
    """What AccelForge finds: its loops and stored tensors, outermost first, and its own EDP."""
    tool = importlib.import_module("accelforge")
    search = importlib.import_module("accelforge.mapper.FFM.main").map_workload_to_arch
    tool.set_n_parallel_jobs(1)
    places = []
    for name in ("architecture", "workload"):
        places.append(folder / f"{name}.yaml")
        places[-1].write_text(question[name], "utf-8")
    spec = tool.Spec.from_yaml(*map(str, places))
    spec.mapper.metrics = tool.Metrics.ENERGY_DELAY_PRODUCT
    start = time.process_time()
    found = search(spec, print_progress=False, eval_in_detail=False)
    took = time.process_time() - start
    best = found.data.iloc[0]
    return {
        "version": metadata.version("accelforge"),
        "product": float(best["Total<SEP>energy_delay_product"]),
        "processor_s": took,
        "nodes": [_plain(node) for node in best["Total<SEP>mapping"]().nodes],
    }


def _plain(node: Any) -> dict[str, Any]:
    """A node of its mapping by its kind and what matters of it."""
    told: dict[str, Any] = {"kind": type(node).__name__}
    if told["kind"] == "Storage":
        return told | {"level": node.component, "tensors": [str(name) for name in node.tensors]}
    if told["kind"] in ("Temporal", "Spatial"):
        told |= {"rank": str(node.rank_variable), "tile": int(node.tile_shape)}
    if told["kind"] == "Spatial":
        told |= {"level": node.component, "axis": str(node.name)}
    return told


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print("\n" + json.dumps(answer(json.load(sys.stdin), Path(place))))
