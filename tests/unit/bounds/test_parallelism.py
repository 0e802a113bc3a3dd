from __future__ import annotations

from dataclasses import replace

import pytest

from octant.arch import Architecture, Constraint, Dataflow, Fanout, FanoutAxis
from octant.bounds import compulsory_bits, parallelism
from octant.files import load_architecture
from octant.workload import Einsum, convolution, matmul

FREE = Dataflow("any", ())


def array(rows: int, columns: int, y: tuple[str, ...], x: tuple[str, ...]) -> Architecture:
    chip = load_architecture("teaching")
    fanout = chip.nodes[2]
    assert isinstance(fanout, Fanout)
    axes = (FanoutAxis("Y", rows, y), FanoutAxis("X", columns, x))
    return replace(chip, nodes=(*chip.nodes[:2], replace(fanout, axes=axes)))


def layer() -> Einsum:
    """7 filters, 5 channels, 2 rows: 70 multiply-accumulates."""
    return matmul(rows=2, inner=5, columns=7)


# Twelve PEs. 35 parallel units on 12 take 3 passes: 11.67 on average. By hand, with C on Y and K
# on X: 3 x 4 takes 2 x 2 passes, 2 x 6 takes 3 x 2, 4 x 3 takes 2 x 3.
@pytest.mark.parametrize(("rows", "columns", "passes"), [(3, 4, 4), (2, 6, 6), (4, 3, 6)])
def test_twelve_pes_in_three_shapes(rows: int, columns: int, passes: int) -> None:
    found = parallelism(layer(), array(rows, columns, ("C",), ("K",)), FREE)
    assert (found.shape, found.dataflow, found.units) == (1, 2, 2 * 3)
    assert found.array == 2 * passes
    assert layer().macs / found.units == pytest.approx(35 / 3)
    c, k = -(-5 // rows), -(-7 // columns)
    assert layer().macs / found.array == pytest.approx((5 / c) * (7 / k))


def test_a_rank_that_both_axes_are_open_to_is_split() -> None:
    found = parallelism(layer(), array(3, 4, ("C", "K"), ("K",)), FREE)
    # K 7 over 4 columns and 2 of 3 rows is 1 pass, C 5 over the rest of one row 5; K over 4 alone
    # is 2 passes with C over 3 rows 2: 4 passes are the fewest
    assert found.array == 2 * 4
    assert found.unrolled is not None and found.unrolled.busy <= 12


def test_all_ranks_at_once_need_no_second_pass() -> None:
    found = parallelism(layer(), array(5, 7, ("C",), ("K",)), FREE)
    assert found.unrolled is not None
    assert (found.unrolled.passes, found.unrolled.busy) == (1, 35)


def test_ranks_that_the_dataflow_takes_off_an_axis_run_one_after_the_other() -> None:
    only_k = Dataflow("k", (Constraint("array.Y", ranks=()),))
    found = parallelism(layer(), array(3, 4, ("C",), ("K",)), only_k)
    assert found.parallel == (("K", 7),)
    assert (found.dataflow, found.array) == (10, 20)


def test_a_prescribed_factor_limits_its_rank() -> None:
    fixed = Dataflow("two", (Constraint("array.Y", factors=(("C", 2),)),))
    found = parallelism(layer(), array(3, 4, ("C",), ("K",)), fixed)
    assert found.parallel == (("K", 7), ("C", 2))
    assert found.dataflow == 2 * 3
    assert found.array == 2 * 3 * 2


def test_a_rank_that_must_be_complete_and_is_too_large_has_no_mapping() -> None:
    nowhere = Dataflow(
        "no loops over C",
        (Constraint("DRAM", ranks=("K", "P")), Constraint("buffer", ranks=("K", "P"))),
    )
    assert parallelism(layer(), array(3, 4, ("C",), ("K",)), nowhere).array is None
    found = parallelism(layer(), array(6, 2, ("C",), ("K",)), nowhere)
    assert found.unrolled is not None and ("array.Y", "C", 5) in found.unrolled.factors


def test_eyeriss_on_alexnet_uses_what_its_paper_says_of_the_array() -> None:
    chip = load_architecture("eyeriss")
    conv1 = convolution(
        in_channels=3, out_channels=96, output=(55, 55), kernel=(11, 11), stride=(4, 4)
    )
    found = parallelism(conv1, chip, chip.dataflows[0])
    assert found.unrolled is not None
    assert ("array.Y", "R", 11) in found.unrolled.factors
    assert found.unrolled.busy == 154  # Table III of JSSC 2017 has 154 active PEs


def test_compulsory_traffic_leaves_the_gaps_of_windows_out() -> None:
    chip = load_architecture("teaching")
    einsum = convolution(in_channels=1, out_channels=1, output=(3,), kernel=(2,), stride=(4,))
    assert compulsory_bits(einsum, chip) == {
        "inputs": 6 * 16,
        "weights": 2 * 16,
        "outputs": 3 * 16,
    }
