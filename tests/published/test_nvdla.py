"""NVDLA's published frame rates: below what multipliers and memory allow, and as modelled."""

from __future__ import annotations

import pytest

from octant import zoo
from octant.workload import Role
from tests.published.nvdla_model import ATOMICS, first_layer_cycles, run
from tests.published.nvdla_page import SIZES, bound, figures, layers
from tests.published.nvdla_rule import moved_bits, residuals, share

#: Published frames a second over the bound: recorded, to two digits.
SHARES = {2048: 0.71, 1024: 0.67, 512: 0.74, 256: 0.73, 128: 0.68, 64: 0.50, 32: 0.49}
#: Modelled frames a second over the published ones, less one: recorded.
MODELLED = {2048: 0.043, 1024: 0.157, 512: 0.093, 256: 0.105, 128: 0.147, 64: 0.56, 32: 0.58}
#: The makers' rule over the published rates, less one, in the order of the sizes: with sums and
#: pooling, and without. The share of the buffer is calibrated on 64.
BY_THE_RULE = {
    True: (-0.135, -0.108, -0.107, -0.097, -0.105, -0.021, -0.01),
    False: (0.052, -0.006, -0.014, -0.003, -0.003, -0.013, 0.002),
}


@pytest.mark.parametrize("size", SIZES)
def test_no_estimate_is_above_the_bound(size: int) -> None:
    rate, bandwidth, frames = figures(size)
    assert frames < bound(size)
    assert frames / bound(size) == pytest.approx(SHARES[size], abs=0.006)
    assert bound(size) <= rate / zoo.network("resnet50").macs
    assert bound(size) <= bandwidth / sum(moved for _, moved in layers())


@pytest.mark.parametrize("size", SIZES)
def test_the_model(size: int) -> None:
    *_, frames = figures(size)
    found = run(size)
    assert found.proven
    assert 1 / found.array_s < bound(size)
    assert 0 <= found.frames_per_s / frames - 1 <= MODELLED[size]


@pytest.mark.parametrize("size", SIZES)
def test_the_makers_rule(size: int) -> None:
    for with_others, recorded in BY_THE_RULE.items():
        limit = recorded[SIZES.index(size)]
        assert min(limit, 0) <= residuals(with_others=with_others)[size] <= max(limit, 0)


def test_the_rule_as_the_primer_has_it() -> None:
    """A buffer that holds a fourth of the weights: 10 MB of input become 40 MB."""
    bits = {Role.INPUT: 80_000_000, Role.WEIGHT: 4_000, Role.OUTPUT: 0}
    assert moved_bits(bits, room_bits=1_000) == 4 * 80_000_000 + 4_000
    assert moved_bits(bits, room_bits=4_000) == 80_000_000 + 4_000
    assert share(with_others=False) == 0.19


@pytest.mark.parametrize(("size", "passes"), [(2048, 4), (512, 7), (128, 2 * 7), (64, 3 * 7)])
def test_the_image_takes_the_passes_of_the_manual(size: int, passes: int) -> None:
    """21 channels: two rows at once on 64, one on 32, two passes a row on 16, three on 8."""
    groups = 64 // ATOMICS[size][1]
    assert first_layer_cycles(size) == 112 * 112 * groups * passes
