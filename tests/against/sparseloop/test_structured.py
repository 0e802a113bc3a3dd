"""Sparseloop's study of structured sparsity: spatial skipping, formats and the ports they leave.

Four GEMMs of ResNet-50 on 1024 multipliers, 16 along K and 64 along M. Weights (A) are N:M; a
flexible tensor core packs 64 neighbours of 2:8 onto 16 lanes. Its buffer gives 42 words a cycle and
has to bring every B for the ones that are taken: that limits it.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from octant.arch import Architecture, Fanout, FanoutAxis, Packing, RankFormat, SpatialSkipping
from octant.counting import count
from octant.model import Evaluation
from octant.sparsity import thin
from octant.workload import Structured, Uniform
from tests.against.sparseloop.designs import (
    CASES,
    INPUT,
    OUTPUT,
    WEIGHT,
    chip,
    fanout,
    form,
    layer,
    level,
    memory,
    nest,
    port,
    run,
)

CASE = CASES["structured_case_study"]
OF = {1.0: 1, 0.5: 4, 0.25: 8}  # two of so many are kept
COORDINATE_BITS = {0.5: 2, 0.25: 4}


def tensor_core(density: float, *, both: bool = False) -> Architecture:
    """Skips along K what is zero in A; ``both`` codes B, too, with a bit for each element."""
    coded = []
    if density < 1:
        coded.append(form(INPUT, (RankFormat.COORDINATES, "", COORDINATE_BITS[density])))
    if both:
        coded.append(form(WEIGHT, (RankFormat.BITMASK, "", 1)))
    skipping = SpatialSkipping(INPUT, round(16 / density)) if density < 1 else None
    return chip(
        level(
            memory(
                "DRAM",
                (INPUT, WEIGHT, OUTPUT),
                compression=tuple(coded),
                read_bits_per_cycle=256,
                write_bits_per_cycle=128,
            )
        ),
        level(
            memory(
                "SMEM",
                (INPUT, WEIGHT),
                compression=tuple(coded),
                read_bits_per_cycle=336,
                write_bits_per_cycle=336,
            )
        ),
        fanout("subpartitions", Y=4),
        level(memory("RF", (OUTPUT,))),
        Fanout("PE", (FanoutAxis("X", 16, None, skipping), FanoutAxis("Y", 16))),
        level(memory("LRF", (INPUT,))),
    )


def gemm(size: list[float], density: float, *, both: bool = False) -> Evaluation:
    rows, inner, columns, inputs = (*map(int, size[:3]), size[3])
    densities = {INPUT: density}
    if both:
        densities[WEIGHT] = inputs
    einsum = layer(
        {"M": rows, "K": inner, "N": columns},
        {INPUT: "M K", WEIGHT: "N K", OUTPUT: "M N"},
        densities,
        Uniform(),
    )
    pattern = Structured(2, OF[density], "K") if density < 1 else Uniform()
    first, *others = einsum.tensors
    einsum = replace(einsum, tensors=(replace(first, pattern=pattern), *others))
    design = tensor_core(density, both=both)
    keeps = {"DRAM": "A B Z", "SMEM": "A B", "RF": "Z", "LRF": "A"}
    loops = {
        "DRAM": f"N {columns // 128}",
        "SMEM": f"M {rows // 64}",
        "subpartitions": "M 4",
        "RF": f"K {inner // 16}",
        "PE": "K 16 | M 16",
        "LRF": "N 128",
    }
    return run(einsum, design, nest(design, keeps, loops))


def array_and_buffer(evaluation: Evaluation) -> float:
    """Cycles without those of the DRAM, whose traffic is that of the mapping found there."""
    return max(port(evaluation, "mac", "loop nest"), port(evaluation, "SMEM", "read"))


@pytest.mark.parametrize("kind", ["flexible", "dual_compress"])
@pytest.mark.parametrize("density", [0.5, 0.25])
def test_cycles_over_those_of_a_dense_tensor_core(kind: str, density: float) -> None:
    """Means over the GEMMs, to 1 %: half the work halves the time, a quarter does not."""
    both = kind == "dual_compress"
    ratios = [
        array_and_buffer(gemm(size, density, both=both)) / array_and_buffer(gemm(size, 1.0))
        for size in CASE["gemms"]
    ]
    assert sum(ratios) / len(ratios) == pytest.approx(CASE[kind][str(density)], rel=0.01)


def test_the_buffer_limits_a_quarter() -> None:
    """128 x 1152 x 1024 to the cycle: the array takes a quarter, its buffer twice as long."""
    detail, size = CASE["detail"], CASE["gemms"][2]
    flexible, dual = (gemm(size, 0.25, both=both) for both in (False, True))
    for each in (flexible, dual):
        assert port(each, "mac", "loop nest") == detail["compute"]
        assert each.sparse is not None
        assert (each.sparse.filling, each.sparse.imbalance) == (1, 1)
    assert port(flexible, "SMEM", "read") == detail["flexible_buffer"]
    assert flexible.limited_by == "SMEM read"
    assert port(dual, "SMEM", "read") == pytest.approx(detail["dual_buffer"], abs=1)


def packed(**more: Any) -> float:
    """Cycles of the GEMM with both operands packed: 64 of M and 32 of N on 16 lanes each."""
    rows, inner, columns, inputs = CASE["gemms"][2]
    einsum = layer(
        {"M": rows, "K": inner, "N": columns},
        {INPUT: "M K", WEIGHT: "N K", OUTPUT: "M N"},
        {INPUT: 0.25, WEIGHT: inputs},
        Uniform(),
    )
    base = chip(
        level(memory("DRAM", (INPUT, WEIGHT, OUTPUT))),
        fanout("subpartitions", Y=4),
        fanout("array", X=16, Y=16),
    )
    packing = (Packing(INPUT, "M", 64, 16), Packing(WEIGHT, "N", 32, 16))
    design = replace(base, compute=replace(base.compute, packing=packing))
    loops = {
        "DRAM": f"M {rows // 32}, N {columns // 32}, K {inner}",
        "subpartitions": "M 2, N 2",
        "array": "M 16 | N 16",
    }
    mapping = nest(design, {"DRAM": "A B Z"}, loops)
    counts = count(einsum, design, mapping)
    return thin(einsum, design, mapping, counts, **more).steps


def test_packing_both_ways() -> None:
    """Dual-side packing: Sparseloop's cycles by its rule, and more by that of passes."""
    expected = CASE["detail"]["dual_side"]
    compatible = packed(sparseloop_compatible=True)
    assert compatible == pytest.approx(expected["cycles"], rel=1e-4)
    assert compatible == pytest.approx(expected["computes"] / expected["instances"], rel=1e-4)
    physical = packed()
    assert 1.02 * compatible < physical < 1.2 * compatible
    assert math.isclose(physical, packed(sparseloop_compatible=False))
