from __future__ import annotations

from octant.eyexam import simulate
from octant.files import load_architecture
from octant.mapping import from_text
from octant.model import evaluate
from octant.workload import matmul

#: 64 results, 8 inputs and 8 weights of 128 words: the next tile of 72 has room for 48, 2 of 3.
PARTLY = """
level DRAM keeps inputs, weights, outputs
for K in 0:5
  level buffer keeps inputs, weights, outputs
  for K in 0:8
    for P in 0:4
      fanout array along Y, X
      for P in 0:2 along X
        compute
"""


def test_results_that_leave_partly_before_and_partly_beside_the_next_tile_all_leave() -> None:
    """DRAM moves 320 results, 40 weights and 8 inputs, a word a cycle, whatever is in its way."""
    einsum, chip = matmul(rows=8, inner=1, columns=40), load_architecture("teaching")
    mapping = from_text(PARTLY)
    run = simulate(einsum, chip, mapping)
    assert evaluate(einsum, chip, mapping).cycles == 368.0
    assert run.cycles == 396.0
