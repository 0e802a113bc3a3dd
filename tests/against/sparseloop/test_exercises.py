"""The tutorial exercises: every count that Sparseloop prints, exactly.

Octant's counts are expected values, Sparseloop's whole numbers. Its rounding, applied to Octant's
values, must give its numbers: what a format leaves out is rounded down, then what an intersection
spares is rounded down (up, for reads of partial sums).
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from octant.arch import RankFormat
from octant.sparsity import Moves, SparseCounts
from tests.against.sparseloop.designs import (
    CASES,
    INPUT,
    OUTPUT,
    WEIGHT,
    chip,
    fanout,
    form,
    gate,
    layer,
    level,
    memory,
    nest,
    port,
    run,
    skip,
)

ALL = (INPUT, WEIGHT, OUTPUT)
_DOT = {INPUT: "K", WEIGHT: "K", OUTPUT: "M"}
_ROUNDING = 1e-6


def dot_product(kind: str, density: float) -> Any:
    store = {
        "dense": level(memory("Buffer", ALL)),
        "gated": level(memory("Buffer", ALL), gate(WEIGHT, INPUT), gate(OUTPUT, INPUT)),
        "skipped": level(
            memory("Buffer", ALL, compression=(form(INPUT, (RankFormat.COORDINATES, "K", 4)),)),
            skip(WEIGHT, INPUT),
            skip(OUTPUT, INPUT),
        ),
    }[kind]
    design = chip(store)
    einsum = layer({"K": 16, "M": 1}, _DOT, {INPUT: density})
    return run(einsum, design, nest(design, {"Buffer": "A B Z"}, {"Buffer": "K 16"}))


def matrix_product() -> Any:
    csr = [
        form(INPUT, (RankFormat.OFFSETS, "M", 4), (RankFormat.COORDINATES, "K", 4)),
        form(WEIGHT, (RankFormat.OFFSETS, "N", 4), (RankFormat.COORDINATES, "K", 4)),
    ]
    design = chip(
        level(memory("BackingStorage", ALL, compression=tuple(csr)), skip(INPUT, WEIGHT)),
        level(
            memory("Buffer", (WEIGHT, OUTPUT), compression=(csr[1],)),
            skip(WEIGHT, INPUT),
            skip(OUTPUT, INPUT, WEIGHT),
        ),
    )
    einsum = layer(
        {"M": 8, "K": 8, "N": 8},
        {INPUT: "M K", WEIGHT: "N K", OUTPUT: "M N"},
        {INPUT: 0.25, WEIGHT: 0.5},
    )
    keeps = {"BackingStorage": "A B Z", "Buffer": "B Z"}
    return run(einsum, design, nest(design, keeps, {"Buffer": "K 8, N 8, M 8"}))


def convolution() -> Any:
    runs = form(WEIGHT, (RankFormat.RUN_LENGTH, "S", 4))
    design = chip(
        level(memory("BackingStorage", ALL, compression=(runs,))),
        level(
            memory("Buffer", ALL, compression=(runs,)), skip(INPUT, WEIGHT), skip(OUTPUT, WEIGHT)
        ),
    )
    einsum = layer({"S": 3, "Q": 9}, {WEIGHT: "S", INPUT: "S+Q", OUTPUT: "Q"}, {WEIGHT: 0.43})
    keeps = {"BackingStorage": "A B Z", "Buffer": "A B Z"}
    return run(einsum, design, nest(design, keeps, {"Buffer": "Q 9, S 3"}))


def convolution_with_channels(instances: int = 1) -> Any:
    runs = form(WEIGHT, (RankFormat.OFFSETS, "S", 4), (RankFormat.RUN_LENGTH, "M", 4))
    design = chip(
        level(memory("BackingStorage", ALL, compression=(runs,))),
        fanout("PEs", X=instances),
        level(memory("Buffer", (INPUT,)), skip(INPUT, WEIGHT)),
    )
    einsum = layer(
        {"M": 16, "S": 3, "Q": 9},
        {WEIGHT: "S M", INPUT: "S+Q", OUTPUT: "Q M"},
        {WEIGHT: 0.4333},
    )
    loops = {"Buffer": f"Q 9, S 3, M {16 // instances}"}
    if instances > 1:
        loops["PEs"] = f"M {instances}"
    return run(einsum, design, nest(design, {"BackingStorage": "A B Z", "Buffer": "A"}, loops))


EVALUATED = {
    "01.2.1": lambda: dot_product("dense", 1.0),
    "01.2.2": lambda: dot_product("gated", 0.25),
    "01.2.3": lambda: dot_product("skipped", 0.25),
    "02.2.1": matrix_product,
    "03.2.1": convolution,
    "03.2.2": convolution_with_channels,
}


def rounded(moves: Moves, dense: int, *, up: bool = False) -> dict[str, int]:
    """Expected values as Sparseloop rounds them."""
    stored = moves.happening + moves.gated + moves.skipped
    whole = dense - math.floor(dense - stored + _ROUNDING)
    share = (moves.gated + moves.skipped) / stored if stored else 0.0
    spared = math.ceil(whole * share - _ROUNDING) if up else math.floor(whole * share + _ROUNDING)
    kind = "gated" if moves.gated else "skipped"
    return {"happening": whole - spared, kind: spared}


def shown(expected: dict[str, Any], action: str) -> dict[str, int]:
    """What Sparseloop prints of an action, in the same form."""
    found = {"happening": expected.get(action, 0)}
    for kind in ("gated", "skipped"):
        if expected.get(f"{kind}_{action}"):
            found[kind] = expected[f"{kind}_{action}"]
    return found


def agree(found: dict[str, int], expected: dict[str, int]) -> bool:
    return {kind: count for kind, count in found.items() if count} == {
        kind: count for kind, count in expected.items() if count
    }


@pytest.mark.parametrize("name", EVALUATED)
def test_counts_are_sparseloops(name: str) -> None:
    evaluation = EVALUATED[name]()
    for where, entry in CASES["exercises"][name]["levels"].items():
        for tensor, expected in entry.get("tensors", {}).items():
            mine = {"Weights": "B", "Inputs": "A", "Outputs": "Z"}.get(tensor, tensor)
            sparse = evaluation.sparse.tensor(where, mine)
            dense = evaluation.counts.tensor(where, mine)
            up = mine == "Z"
            assert agree(rounded(sparse.reads, dense.reads, up=up), shown(expected, "reads"))
            assert agree(rounded(sparse.updates, dense.updates), shown(expected, "updates"))
            assert agree(rounded(sparse.fills, dense.fills), shown(expected, "fills"))
            assert sparse.most_elements == expected.get("max_data_occupancy", sparse.most_elements)


@pytest.mark.parametrize("name", EVALUATED)
def test_cycles_and_products_are_sparseloops(name: str) -> None:
    evaluation = EVALUATED[name]()
    expected = CASES["exercises"][name]
    gated = name == "01.2.2"  # Sparseloop prints 4 cycles for its unit and 16 for its buffer
    assert evaluation.cycles == expected["cycles"]
    compute = expected["levels"]["mac"]
    assert math.ceil(evaluation.sparse.macs.happening) == compute.get("computes", 16)
    assert port(evaluation, "mac", "loop nest") == (16 if gated else compute["cycles"])


def test_four_units_share_the_channels() -> None:
    """Exercise 03.2.3: 47 cycles."""
    evaluation = convolution_with_channels(4)
    assert evaluation.sparse.steps == pytest.approx(108 * 0.4333)
    assert evaluation.cycles == 47


def test_metadata_of_csr() -> None:
    """Exercise 02.2.1: 9 offsets and 16 or 32 coordinates, of 4 bits; read as often as the data."""
    sparse: SparseCounts = matrix_product().sparse
    assert sparse.tensor("BackingStorage", "A").metadata_bits == 4 * (9 + 16)
    assert sparse.tensor("BackingStorage", "B").metadata_bits == 4 * (9 + 32)
    read = sparse.tensor("BackingStorage", "A").read_metadata
    assert (read.happening, read.skipped) == (4 * (36 + 64), 4 * (36 + 64))
    read = sparse.tensor("Buffer", "B").read_metadata
    assert (read.happening, read.skipped) == (4 * (18 + 64), 4 * (54 + 192))
    assert sparse.tensor("Buffer", "B").filled_metadata.happening == 4 * (9 + 32)


def test_metadata_of_runs() -> None:
    """Exercise 03.2.1 rounds 1.29 entries up to 2; 03.2.2 has 4 offsets and 21 entries."""
    assert convolution().sparse.tensor("Buffer", "B").metadata_bits == pytest.approx(4 * 1.29)
    held = convolution_with_channels().sparse.tensor("BackingStorage", "B")
    assert held.metadata_bits == pytest.approx(4 * (4 + 48 * 0.4333))


def test_energy_of_the_dot_products() -> None:
    """The prices of the dense run explain the gated one to the digits that are printed.

    The buffer reads at 31.33 pJ / 16; what is left of 122.207 pJ are its 16 writes.
    """
    read = 31.33 / 16
    write = (122.207 - 47 * read) / 16
    sparse = dot_product("gated", 0.25).sparse
    reads = sum(sparse.tensor("Buffer", name).reads.happening for name in "ABZ")
    writes = sparse.tensor("Buffer", "Z").updates.happening
    energy = 1.26 + reads * read + writes * write
    # 15 reads of sums are 3.75 expected ones here, 3 after rounding there.
    assert energy - 0.75 * read == pytest.approx(
        CASES["exercises"]["01.2.2"]["energy_pJ"], rel=1e-3
    )
