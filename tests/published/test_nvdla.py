"""NVDLA's published frame rates stay below what multipliers and memory allow."""

from __future__ import annotations

import pytest

from octant import zoo
from tests.published.nvdla_page import SIZES, bound, figures, layers

#: Published frames a second over the bound: recorded, to two digits.
SHARES = {2048: 0.73, 1024: 0.68, 512: 0.74, 256: 0.74, 128: 0.69, 64: 0.51, 32: 0.50}


@pytest.mark.parametrize("size", SIZES)
def test_no_estimate_is_above_the_bound(size: int) -> None:
    rate, bandwidth, frames = figures(size)
    assert frames < bound(size)
    assert frames / bound(size) == pytest.approx(SHARES[size], abs=0.006)
    assert bound(size) <= rate / zoo.network("resnet50").macs
    assert bound(size) <= bandwidth / sum(moved for _, moved in layers())
