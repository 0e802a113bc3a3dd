"""Matrix products on the MI210: recorded residuals of held-out points."""

from __future__ import annotations

import pytest

from octant.chips import fact
from octant.files.records import builtin_record
from tests.published.a100_page import mean_off, worst_off
from tests.published.mi210_operators import MATRIX_PRODUCTS_MS, MI210
from tests.published.mi210_page import held_out, points


def test_held_out_points() -> None:
    large, small = held_out(large=True), held_out(large=False)
    assert len(large) + len(small) == len(points()) - 2
    assert mean_off(large) <= 0.032
    assert worst_off(large) <= 0.101
    assert mean_off(small) <= 0.33
    assert all(point.off < 0 for point in small)


def test_the_record_is_of_the_same_card() -> None:
    record = builtin_record("mi210")
    peak, bandwidth = fact(record["peak"]), fact(record["off_chip_bandwidth"])
    assert peak is not None and peak.value == MI210.peak_operations_per_s
    assert bandwidth is not None
    assert bandwidth.value == pytest.approx(MI210.bandwidth_bits_per_s)
    for run in record.runs:
        m, k, n = (int(x) for x in run.network.removeprefix("matrix product ").split(" x "))
        latency = run["latency"]
        assert latency is not None
        assert latency.value == pytest.approx(1e-3 * MATRIX_PRODUCTS_MS[m, k, n])
