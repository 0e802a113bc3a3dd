"""What zeros and formats make of a layer, beside the same chip on dense data."""

from __future__ import annotations

from dataclasses import replace

from octant.arch import Compression, FormatRank, Level, RankFormat, Store
from octant.mapper.result import Objective, SearchResult, Status
from octant.mapping import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.model import evaluate, evaluate_sparse
from octant.scorecard import LayerMapping
from octant.scorecard.zeros import zero_effects
from octant.workload import Role, matmul
from tests.unit.scorecard.support import chip


def test_a_memory_that_dense_data_passes_by_has_no_figures_of_it() -> None:
    """The mappings with zeros and without are two, and may keep other tensors."""
    plain = chip()
    form = Compression(Role.INPUT, (FormatRank(RankFormat.BITMASK),))
    pad = Level("pad", (Store("pad", (Role.INPUT,), 8, compression=(form,)),), (Role.INPUT,))
    design = replace(plain, nodes=(*plain.nodes, pad))
    layer = design.in_own_formats(matmul(rows=3, inner=4, columns=2))
    loops = (Loop("P", 3), Loop("C", 4))
    outer = TemporalBlock("DRAM", loops, ("inputs", "weights", "outputs"))
    row = SpatialBlock("row", ((Loop("K", 2),),))
    kept, passed = (
        evaluate(layer, design, Mapping((outer, row, TemporalBlock("pad", (), keeps))))
        for keeps in (("inputs",), ())
    )
    result = SearchResult(Status.OPTIMAL, Objective.ENERGY, kept.mapping, kept, 1.0, 1.0, 1, "")
    full = evaluate_sparse(passed, layer, design)
    thin = evaluate_sparse(kept, layer, design)
    mapping = LayerMapping("fc", "Gemm", 1, layer, result, thin, full)
    found = zero_effects(mapping, design, 1)
    assert found is not None
    (use,) = found.formats
    assert (use.store, use.bits > use.plain_bits > 0) == ("pad", True)
    assert (use.dense_bits, use.dense_plain_bits) == (0.0, 0.0)
