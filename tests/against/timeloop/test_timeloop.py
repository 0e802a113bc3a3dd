"""Octant's counts equal Timeloop's, level by level and tensor by tensor.

``cases.json`` holds Timeloop's own numbers (its origin is in the file), as totals over all
instances: reads and updates are Timeloop's figures for one instance times the instances in use; so
are fills, except under imperfect factors, where Timeloop divides a level's fills by all instances
that the spatial loops name.

Where Timeloop is not exact a case lists the exact numbers under ``exact``, with the reason:

* ``halo``: Timeloop runs the first iterations of a sliding window and extrapolates. The exact
  fills come from an enumeration of all tiles that was made with the data; the parent's reads
  follow in proportion.
* ``imperfect``: with loops that do not divide their rank Timeloop rounds the average of the
  instances in use, or charges the remainder as a whole tile (NVlabs/timeloop#328). The exact
  numbers are the walker's.
* ``network``: where a tensor passes two networks without being kept between them, Timeloop shares
  along the outer one only if all that the inner one distributes is the same; Octant shares element
  by element. A test below walks both rules on the same nests with shorter loops.

Every number that is not listed must equal Timeloop's, and every listed one must differ from it.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from octant.arch import Architecture, Compute, Fanout, FanoutAxis, Level, Store
from octant.counting import count
from octant.mapping import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.mapping.text import from_text, to_text
from octant.mapping.validity import check
from octant.workload import Einsum, NumberFormat, NumberKind, Role, convolution, matmul
from tests.properties.walker import walk

CASES: dict[str, Any] = {
    case["id"]: case
    for case in json.loads(Path(__file__).with_name("cases.json").read_text("utf-8"))["cases"]
}
ACTIONS = ("reads", "fills", "updates")
WALKED = [name for name, case in CASES.items() if case["computes"] <= 2000]
HALO = {
    "h_bypass_L0_O",
    "h_conv1d_3level_wrap4",
    "h_conv2d_halo_2d",
    "r016_small_mixed",
    "r022_small_dw",
    "r026_small_grouped",
    "r029_conv1d",
    "r032_single_ch",
    "r035_single_ch",
    "r041_asym_stride",
    "r080_alexnet_conv2",
    "r085_resnet18_conv1",
}
IMPERFECT = {
    "h_imp_spatial",
    "h_imp_spatial_K",
    "r068_small3x3_imp",
    "r071_single_ch_imp",
    "r073_gemm12x20x30_imp",
    "r074_gemm64_imp",
}
NETWORK = {"r088_resnet50_conv3_3x3_s2", "r097_mobilenet_dw_s2"}
# Timeloop's multiply-accumulates where they are not the product of the rank sizes.
WRONG_COMPUTES = {"h_imp_spatial_K": 432, "r068_small3x3_imp": 11520, "r074_gemm64_imp": 91392}

Counts = dict[tuple[str, str, str], int]


def layer(case: dict[str, Any]) -> Einsum:
    arguments = dict(case["layer"])
    kind = arguments.pop("kind")
    return convolution(**arguments) if kind == "convolution" else matmul(**arguments)


def architecture(case: dict[str, Any]) -> Architecture:
    nodes: list[Level | Fanout] = []
    for node in case["nodes"]:
        if "fanout" in node:
            axes = tuple(map(FanoutAxis, "YX", node["sizes"]))
            nodes.append(Fanout(node["fanout"], axes))
        else:
            entries, bits = node.get("entries"), node["word_bits"]
            capacity = None if entries is None else entries * bits
            store = Store(node["level"], tuple(Role), bits, capacity_bits=capacity)
            nodes.append(Level(node["level"], (store,), tuple(Role) if nodes else ()))
    word = NumberFormat(NumberKind.INT, case["compute"]["word_bits"])
    compute = Compute("mac", tuple((role, word) for role in Role))
    return Architecture(case["id"], "a Timeloop case", tuple(nodes), compute, 1e9)


def mapping(case: dict[str, Any]) -> Mapping:
    def loops(pairs: list[list[Any]]) -> tuple[Loop, ...]:
        return tuple(Loop(rank, factor) for rank, factor in pairs)

    return Mapping(
        tuple(
            SpatialBlock(node["fanout"], tuple(loops(axis) for axis in node["loops"]))
            if "fanout" in node
            else TemporalBlock(node["level"], loops(node["loops"]), tuple(node["keeps"]))
            for node in case["nodes"]
        )
    )


def timeloop_counts(case: dict[str, Any]) -> Counts:
    return {
        (level, tensor, action): value
        for level, tensors in case["counts"].items()
        for tensor, values in tensors.items()
        for action, value in zip((*ACTIONS, "occupancy"), values, strict=True)
    }


def exact_counts(case: dict[str, Any]) -> Counts:
    listed = case.get("exact", {"counts": []})["counts"]
    return {(level, tensor, action): value for level, tensor, action, value in listed}


@cache
def octant_counts(name: str) -> Counts:
    case = CASES[name]
    counted = count(layer(case), architecture(case), mapping(case))
    return {
        (one.level, one.tensor, action): getattr(one, action)
        for one in counted.tensors
        for action in (*ACTIONS, "occupancy")
    }


@pytest.mark.parametrize("name", CASES)
def test_counts(name: str) -> None:
    case = CASES[name]
    assert octant_counts(name) == timeloop_counts(case) | exact_counts(case)


@pytest.mark.parametrize("name", WALKED)
def test_the_walker_agrees_too(name: str) -> None:
    case = CASES[name]
    walked = walk(layer(case), architecture(case), mapping(case))
    counts = {
        (level, tensor, action): getattr(one, action)
        for (level, tensor), one in walked.tensors.items()
        for action in (*ACTIONS, "occupancy")
    }
    assert counts == timeloop_counts(case) | exact_counts(case)


def test_timeloop_differs_exactly_where_listed() -> None:
    differing: dict[str, set[str]] = {"halo": set(), "imperfect": set(), "network": set()}
    for name, case in CASES.items():
        theirs, listed = timeloop_counts(case), exact_counts(case)
        differences = {key for key, value in octant_counts(name).items() if value != theirs[key]}
        assert differences == set(listed), name
        if listed:
            differing[case["exact"]["why"]].add(name)
    assert differing == {"halo": HALO, "imperfect": IMPERFECT, "network": NETWORK}


@pytest.mark.parametrize(
    ("name", "shorter"),
    [
        ("r088_resnet50_conv3_3x3_s2", {"in_channels": 8, "out_channels": 4, "output": [2, 4]}),
        (
            "r097_mobilenet_dw_s2",
            {"groups": 8, "in_channels": 8, "out_channels": 8, "output": [7, 4]},
        ),
    ],
)
def test_network_rule(name: str, shorter: dict[str, Any]) -> None:
    """Loops in time repeat the same sharing: reads shrink as the multiply-accumulates do."""
    case = json.loads(json.dumps(CASES[name]))
    case["layer"].update(shorter)
    for node in case["nodes"]:
        if "level" in node:
            short = {"S": 3, "Q": 2}
            node["loops"] = [
                [rank, short[rank]]
                for rank, factor in node["loops"]
                if rank in short and factor != 7
            ]
    times = CASES[name]["computes"] // layer(case).macs
    [(level, tensor, action, exact)] = CASES[name]["exact"]["counts"]
    theirs = timeloop_counts(CASES[name])[level, tensor, action]
    arguments = layer(case), architecture(case), mapping(case)
    check(*arguments)
    assert walk(*arguments).tensors[level, tensor].reads * times == exact
    by_network = walk(*arguments, network_by_network=True)
    assert by_network.tensors[level, tensor].reads * times == theirs


def test_halo_differences_are_inputs_only() -> None:
    for name in HALO:
        assert {tensor for _, tensor, _ in exact_counts(CASES[name])} == {"inputs"}


def test_computes() -> None:
    wrong = {}
    for name, case in CASES.items():
        macs = count(layer(case), architecture(case), mapping(case)).macs
        if macs != case["computes"]:
            wrong[name] = case["computes"]
    assert wrong == WRONG_COMPUTES


@pytest.mark.parametrize("name", CASES)
def test_the_mapping_is_valid_and_its_text_reads_back(name: str) -> None:
    case = CASES[name]
    check(layer(case), architecture(case), mapping(case))
    assert from_text(to_text(mapping(case), architecture(case))) == mapping(case)


def test_steps() -> None:
    """Timeloop's cycles without stalls are the product of the temporal loops, remainders or not."""
    fewer = {}
    for name, case in CASES.items():
        nest = mapping(case)
        product = math.prod(loop.factor for block in nest.temporal for loop in block.loops)
        assert case["cycles"] >= product
        like = count(layer(case), architecture(case), nest, timeloop_compatible=True)
        assert like.steps == product
        if (steps := count(layer(case), architecture(case), nest).steps) != product:
            fewer[name] = (steps, product)
    assert fewer == {
        "h_imp_temporal": (42, 48),
        "r070_conv1d_imp": (40, 48),
        "r071_single_ch_imp": (2304, 2592),
        "r074_gemm64_imp": (6528, 6912),
        "r076_small_dw_imp": (384, 576),
        "r077_small_s2_imp": (3528, 4032),
    }
