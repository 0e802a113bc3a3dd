"""Layers, architectures and mappings between Octant's form and ZigZag's."""

from __future__ import annotations

import pytest

from benchmarks.peers.zigzag_form import accelerator, mapping, workload
from benchmarks.searches import architecture
from octant.api import load_architecture
from octant.errors import InvalidMappingError
from octant.mapping.text import from_text
from octant.model import evaluate
from octant.workload import convolution, matmul, with_formats
from octant.workload.formats import NumberFormat, NumberKind

FREE = architecture("free.yaml")
INT16 = NumberFormat(NumberKind.INT, 16)
LAYER = with_formats(
    convolution(in_channels=64, out_channels=64, output=(14, 14), kernel=(3, 3), stride=(2, 2)),
    inputs=INT16,
    weights=INT16,
    outputs=INT16,
)
Loops = list[list[tuple[str, float]]]
LOOPS: Loops = [[("K", 64)], [("S", 3), ("R", 3), ("P", 14)], [("C", 6)]]
UNROLLED: Loops = [[], [("Q", 14.0), ("C", 64 / 6)], [], []]


def found(temporal: Loops = LOOPS, **others: Loops) -> dict[str, object]:
    """What ZigZag says of its mapping: for all tensors the same, or another for some."""
    same = {tensor: temporal for tensor in "OWI"}
    return {"temporal": same | others, "spatial": {tensor: UNROLLED for tensor in "OWI"}}


def test_a_layer_becomes_an_equation() -> None:
    [layer] = workload(LAYER, FREE)
    assert layer["equation"] == "O[n][g][k][p][q]+=W[g][k][c][r][s]*I[n][g][c][ip][iq]"
    assert layer["dimension_relations"] == ["ip=2*p+1*r", "iq=2*q+1*s"]
    assert dict(zip(layer["loop_dims"], layer["loop_sizes"], strict=True)) == LAYER.sizes
    assert layer["operand_precision"] == {"I": 16, "W": 16, "O": 16, "O_final": 16}
    [product] = workload(matmul(rows=2, inner=3, columns=4), FREE)
    assert (product["operator_type"], product["dimension_relations"]) == ("Gemm", [])


def test_an_access_costs_what_its_words_cost() -> None:
    made = accelerator(FREE)
    dram, buffer, registers = (made["memories"][name] for name in ("DRAM", "buffer", "registers"))
    # 4 words of 200 pJ, 16 words of 6 pJ, 1 word of 1 pJ.
    assert [round(x["r_cost"], 9) for x in (dram, buffer, registers)] == [800, 96, 1]
    assert [x["served_dimensions"] for x in (dram, registers)] == [["D1", "D2"], []]
    assert (registers["size"], len(registers["ports"]), len(buffer["ports"])) == (4096, 6, 2)
    assert made["operational_array"]["sizes"] == [axis.size for axis in FREE.fanouts[0].axes]
    with pytest.raises(SystemExit, match="one fanout whose levels keep all tensors"):
        accelerator(load_architecture("eyeriss"))


def test_a_mapping_keeps_its_loops_and_covers_the_layer() -> None:
    nest = mapping(found(), LAYER, FREE)
    shown = from_text(
        """level DRAM keeps inputs, weights, outputs
           for C in 0:6
             level buffer keeps inputs, weights, outputs
             for P in 0:14
               for R in 0:3
                 for S in 0:3
                   fanout array along Y, X
                   for C in 0:11 along Y
                     for Q in 0:14 along X
                       level registers keeps inputs, weights, outputs
                       for K in 0:64
                         compute
        """
    )
    assert nest == shown
    evaluation = evaluate(LAYER, FREE, nest)
    assert evaluation.macs == 64 * 64 * 14 * 14 * 9
    assert evaluation.counts.active_units == 14 * 11


def test_what_octant_cannot_say_is_refused() -> None:
    with pytest.raises(InvalidMappingError, match="not the same loops"):
        mapping(found(W=[[], [("K", 64)], LOOPS[1] + LOOPS[2]]), LAYER, FREE)
    with pytest.raises(InvalidMappingError, match="uncovered"):
        mapping(found([LOOPS[0], LOOPS[1], []]), LAYER, FREE)
