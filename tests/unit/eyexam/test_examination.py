from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from octant import api
from octant.arch import Fanout
from octant.errors import InfeasibleError
from octant.eyexam import examine
from octant.eyexam.fastest import lower_bound
from octant.eyexam.relaxing import relaxations, shapes, with_axes
from octant.files import load_architecture
from octant.mapper import dataflow_named, preparation
from octant.workload import Einsum, Layer, Workload, matmul


def exam_of(einsum: Einsum, **changes: bool):  # type: ignore[no-untyped-def]
    chip = load_architecture("teaching")
    layer = Layer("fc", "MatMul", einsum)
    return examine(layer, einsum, chip, dataflow_named(chip, None), **changes)


def test_the_steps_of_a_product_by_hand() -> None:
    """8 rows, 4 channels, 4 filters on 2 x 2 units, a word of DRAM a cycle.

    All at once is 128 MAC/cycle; C and K in parallel 16, P one after the other (8 cycles); 4 units
    4 MAC/cycle (32 cycles), and 2 x 2 of them lose nothing. 32 inputs, 16 weights and 32 outputs
    are 80 words, so 80 cycles: everything fits into the buffer's 128 words.
    """
    exam = exam_of(matmul(rows=8, inner=4, columns=4))
    assert [step.cycles for step in exam.steps[:6]] == [1, 8, 32, 32, 32, 80]
    assert [step.macs_per_cycle for step in exam.steps[:6]] == [128, 16, 4, 4, 4, 1.6]
    assert exam.steps[5].lost_share == pytest.approx(0.6)
    assert "DRAM shared needs 80 cycles: 2.5 times too slow" in exam.steps[5].reason
    assert exam.steps[1].reason == "output-stationary runs P 8 one after the other"


def test_what_would_win_it_back_is_computed() -> None:
    exam = exam_of(matmul(rows=8, inner=4, columns=4))
    gains = {win.relaxed: win for win in exam.win_back}
    assert gains["DRAM of any bandwidth"].cycles == 32
    assert gains["DRAM of any bandwidth"].gain == pytest.approx(1.5)
    assert gains["DRAM of any bandwidth"].proof == "search"
    for words in ("every axis twice as long (4 times the PEs)", "buffer of any capacity"):
        assert (gains[words].gain, gains[words].proof) == (0.0, "bound")
    constraints = [win.constraint for win in exam.win_back]
    assert constraints[0] == "dataflow" and constraints[-1] == "instantaneous bandwidth"


def test_a_shape_that_suits_the_layer_is_found() -> None:
    """One channel leaves half of a 2 x 2 array idle; 1 x 4 would not, had it the bandwidth."""
    einsum = matmul(rows=8, inner=1, columns=8)
    chip = load_architecture("teaching")
    bounds = {
        words: lower_bound(einsum, other, dataflow_named(chip, "any"))
        for words, other in shapes(chip)
    }
    assert set(bounds) == {"array of 1 x 4", "array of 4 x 1"}
    assert "C" not in {rank for rank, size in einsum.ranks if size > 1}
    exam = exam_of(einsum)
    assert exam.steps[3].reason == "no rank runs along array.Y: 1 of its 2 idle"


def test_every_constraint_has_a_relaxation() -> None:
    chip = load_architecture("eyeriss")
    found = list(relaxations(chip, chip.dataflows[0]))
    assert {each.constraint for each in found} == {
        "dataflow",
        "number of PEs",
        "storage capacity",
        "average bandwidth",
    }
    grown = next(each for each in found if each.constraint == "number of PEs")
    assert grown.architecture.compute_units == 4 * 168


def test_without_win_back_nothing_is_relaxed() -> None:
    assert exam_of(matmul(rows=2, inner=2, columns=2), win_back=False).win_back == ()


def test_a_layer_that_does_not_fit_is_refused() -> None:
    chip = load_architecture("teaching")
    nodes = tuple(
        replace(
            node,
            stores=tuple(
                replace(s, capacity_bits=16 if node.name == "buffer" else None) for s in node.stores
            ),
        )
        if not isinstance(node, Fanout)
        else node
        for node in chip.nodes
    )
    network = Workload("one", (Layer("fc", "MatMul", matmul(rows=2, inner=2, columns=2)),))
    with pytest.raises(InfeasibleError, match="layer 'fc'"):
        api.eyexam(network, replace(chip, nodes=nodes))


def test_layers_of_one_shape_are_examined_once_and_keep_their_names() -> None:
    work = matmul(rows=2, inner=2, columns=2)
    network = Workload("two", (Layer("a", "MatMul", work), Layer("b", "MatMul", work, repeats=3)))
    seen = []
    exam = api.eyexam(
        network, "teaching", win_back=False, progress=lambda p: seen.append((p.done, p.total))
    ).exams[0]
    assert seen == [(0, 1), (1, 1)]
    assert [(layer.layer, layer.repeats) for layer in exam.layers] == [("a", 1), ("b", 3)]
    assert exam.steps[6].cycles == 4 * exam.layers[0].steps[6].cycles


@pytest.mark.parametrize("asked", ["eyexam", "bound", "scalability", "flexibility"])
def test_compiling_is_told_before_all_else(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def compiled(tell: Callable[[int, int], None]) -> None:
        tell(3, 9)
        raise TimeoutError

    monkeypatch.setattr(preparation, "compile_ahead", compiled)
    seen: list[api.Progress] = []
    work = Workload("one", (Layer("a", "MatMul", matmul(rows=2, inner=2, columns=2)),))
    named = {} if asked == "flexibility" else {"network": work}
    with pytest.raises(TimeoutError):
        getattr(api, asked)(on="teaching", progress=seen.append, **named)
    assert [(told.done, told.compiled, told.to_compile) for told in seen] == [(0, 0, 0), (0, 3, 9)]


def test_axes_can_be_set_for_a_sweep() -> None:
    chip = with_axes(load_architecture("teaching"), lambda fanout: (1,) * len(fanout.axes))
    assert chip.compute_units == 1
