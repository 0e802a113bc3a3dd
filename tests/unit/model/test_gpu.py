"""The GPU's operators: the closed form against tiles that are dealt out one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octant.model.gpu import (
    TILE,
    Calibration,
    GraphicsProcessor,
    matrix_product_s,
    roofline_s,
    stream_s,
)

SIZE = st.integers(1, 1500)
FREE = Calibration(0.0, 0.0, 1.0)


def dealt(chip: GraphicsProcessor, m: int, k: int, n: int) -> float:
    """The slow twin: give each tile to the multiprocessor that is free first."""
    each = 2.0 * TILE[0] * TILE[1] * k * chip.multiprocessors / chip.peak_operations_per_s
    free_at = [0.0] * chip.multiprocessors
    for _ in range(0, m, TILE[0]):
        for _ in range(0, n, TILE[1]):
            first = free_at.index(min(free_at))
            free_at[first] += each
    return max(free_at)


@given(m=SIZE, k=SIZE, n=SIZE, units=st.integers(1, 7))
def test_waves_are_tiles_dealt_out(m: int, k: int, n: int, units: int) -> None:
    chip = GraphicsProcessor("test", units, 1e12, 1e30)
    assert matrix_product_s(chip, FREE, (m, k, n)) == pytest.approx(dealt(chip, m, k, n))


@given(m=SIZE, k=SIZE, n=SIZE)
def test_nothing_beats_the_roofline(m: int, k: int, n: int) -> None:
    chip = GraphicsProcessor("test", 3, 1e12, 1e11)
    slow = Calibration(1e-6, 1e-7, 0.9)
    assert matrix_product_s(chip, slow, (m, k, n)) >= roofline_s(chip, (m, k, n))


def test_a_call_hides_the_work_or_the_work_the_call() -> None:
    chip = GraphicsProcessor("test", 1, 1.0, 16.0)
    made = Calibration(call_s=5.0, fixed_s=1.0, share=1.0)
    assert stream_s(chip, made, 1, 1) == 5.0  # 1 s + 2 elements a second apart
    assert stream_s(chip, made, 1, 10) == 1.0 + 20.0
    assert stream_s(chip, made, 10, 1) == 1.0 + 20.0


def test_a_long_row_is_read_again() -> None:
    chip = GraphicsProcessor("test", 1, 1.0, 16.0)
    made = Calibration(0.0, 0.0, 0.5, reads=1, kept_bits=160, reads_beyond=3)
    assert stream_s(chip, made, 1, 10) == 2 * 10 / 0.5
    assert stream_s(chip, made, 1, 11) == 4 * 11 / 0.5


def test_a_product_may_wait_for_memory() -> None:
    chip = GraphicsProcessor("test", 1, 1e30, 16.0)
    assert matrix_product_s(chip, FREE, (2, 3, 4)) == 2 * 3 + 3 * 4 + 2 * 4
    assert matrix_product_s(chip, FREE, (2, 3, 4), stream_share=0.5) == 2 * 26
