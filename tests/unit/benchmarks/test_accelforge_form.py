"""Layers, architectures and mappings between Octant's form and AccelForge's."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from benchmarks.peers.accelforge_form import architecture as written
from benchmarks.peers.accelforge_form import mapping, workload
from benchmarks.searches import architecture
from octant.api import load_architecture
from octant.errors import InvalidMappingError
from octant.mapping.text import from_text
from octant.model import evaluate
from octant.workload import NumberFormat, NumberKind, convolution, matmul, with_formats

FREE = architecture("free.yaml")
INT16 = NumberFormat(NumberKind.INT, 16)
LAYER = with_formats(
    matmul(rows=28, inner=24, columns=8), inputs=INT16, weights=INT16, outputs=INT16
)
INPUTS, WEIGHTS, OUTPUTS = (tensor.name for tensor in LAYER.tensors)


def storage(level: str, *tensors: str) -> dict[str, Any]:
    return {"kind": "Storage", "level": level, "tensors": list(tensors)}


def loop(rank: str, tile: int, axis: str = "") -> dict[str, Any]:
    place = {"level": "array", "axis": axis} if axis else {}
    return {"kind": "Spatial" if axis else "Temporal", "rank": rank, "tile": tile} | place


class Loader(yaml.SafeLoader):
    """Reads AccelForge's tags as plain mappings."""


def _as_mapping(loader: yaml.SafeLoader, node: yaml.Node) -> dict[Any, Any]:
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node, deep=True)


for tag in ("!Memory", "!Container", "!Compute"):
    Loader.add_constructor(tag, _as_mapping)


def test_a_product_becomes_an_einsum() -> None:
    made = yaml.safe_load(workload(LAYER, FREE))["workload"]
    assert made["rank_sizes"] == {name: size for name, size in LAYER.ranks if size > 1}
    [einsum] = made["einsums"]
    assert [(each["name"], each.get("output", False)) for each in einsum["tensor_accesses"]] == [
        (INPUTS, False),
        (WEIGHTS, False),
        (OUTPUTS, True),
    ]
    with pytest.raises(SystemExit, match="layers without windows"):
        workload(convolution(in_channels=2, out_channels=2, output=(4,), kernel=(3,)), FREE)


def test_levels_keep_what_they_may_and_cost_what_they_cost() -> None:
    dram, buffer, array, registers, mac = yaml.load(written(LAYER, FREE), Loader)["arch"]["nodes"]
    assert (dram["tensors"]["may_keep"], buffer["tensors"]["keep"]) == ("Nothing", "Nothing")
    assert [float(node["actions"][0]["energy"]) for node in (dram, buffer, registers, mac)] == [
        200e-12,
        6e-12,
        1e-12,
        1e-12,
    ]
    # 4 words a cycle of 200 MHz; 256 words of 16 bits.
    assert (float(dram["actions"][0]["throughput"]), registers["size"]) == (800e6, 4096)
    assert [axis["fanout"] for axis in array["spatial"]] == [12, 14]
    with pytest.raises(SystemExit, match="with a port to read and one to write"):
        written(LAYER, load_architecture("teaching"))


def test_a_mapping_keeps_its_loops_and_tensors() -> None:
    ranks = {size: name for name, size in LAYER.ranks if size > 1}
    many, inner, few = ranks[28], ranks[24], ranks[8]
    nodes = [
        storage("DRAM", INPUTS, WEIGHTS, OUTPUTS),
        storage("buffer", OUTPUTS),
        {"kind": "Reservation"},
        loop(inner.lower(), 12),
        loop(few.lower(), 1, "Y"),
        loop(inner.lower(), 1, "X"),
        storage("registers", INPUTS),
        loop(many.lower(), 1),
        {"kind": "Compute"},
    ]
    found = mapping({"nodes": nodes}, LAYER, FREE)
    assert found == from_text(
        f"""level DRAM keeps {INPUTS}, {WEIGHTS}, {OUTPUTS}
              level buffer keeps {OUTPUTS}
              for {inner} in 0:2
                fanout array along Y, X
                for {few} in 0:8 along Y
                  for {inner} in 0:12 along X
                    level registers keeps {INPUTS}
                    for {many} in 0:28
                      compute
        """
    )
    assert evaluate(LAYER, FREE, found).counts.active_units == 96
    with pytest.raises(InvalidMappingError, match="at different depths"):
        mapping({"nodes": [*nodes[:4], storage("buffer", INPUTS), *nodes[4:]]}, LAYER, FREE)
    with pytest.raises(InvalidMappingError, match="leave tiles"):
        mapping({"nodes": nodes[:5]}, LAYER, FREE)
