"""The Eyeriss group's analysis against its figure: energy of each level for AlexNet.

Chen, Emer, Sze, Eyeriss: A spatial architecture for energy-efficient dataflow for convolutional
neural networks, ISCA 2016, Fig. 10, digitised from the vector figure. ``pytest -s`` prints the
tables of docs/explanation/validation.md.

The mappings are recorded ones (``isca16_alexnet.py``). The limits are recorded residuals, not
targets: a residual that grows beyond its limit fails.
"""

from __future__ import annotations

import pytest

from octant.mapper import Status
from octant.mapping.validity import check, violations
from tests.published import isca16_page
from tests.published.isca16_alexnet import (
    CHIP,
    FIGURE_10,
    energy_per_mac,
    energy_per_mac_of_paper,
    evaluation,
    gap,
    implied,
    layer,
    recorded,
    sums_into_buffer,
)

# Of the total, modelled over published less one: as Octant counts, and as the paper does.
TOTAL = {
    "CONV1": (-0.049, -0.068),
    "CONV2": (-0.002, -0.026),
    "CONV3": (0.046, 0.006),
    "CONV4": (0.033, -0.010),
    "CONV5": (0.034, -0.004),
    "FC1": (0.006, -0.002),
    "FC2": (0.005, -0.004),
    "FC3": (0.005, -0.003),
}
# Accumulations in a register file: what the figure's bar of the register file means.
RUNS = {
    "CONV1": 11,
    "CONV2": 5 * 7,
    "CONV3": 3 * 7,
    "CONV4": 3 * 8,
    "CONV5": 3 * 8,
    "FC1": 12,
    "FC2": 16,
    "FC3": 15,
}


@pytest.mark.parametrize("name", FIGURE_10)
def test_recorded_mappings_are_valid_and_row_stationary(name: str) -> None:
    one = recorded()[name]
    check(layer(name), CHIP, one.mapping)
    assert violations(layer(name), CHIP, CHIP.dataflows[0], one.mapping) == ()
    if one.status is Status.OPTIMAL:
        assert evaluation(name).energy_j == pytest.approx(one.bound_j, rel=1e-9)
    else:
        assert one.status is Status.GAP and gap(name) > 0


@pytest.mark.parametrize("name", FIGURE_10)
def test_energy_by_level(name: str) -> None:
    published = FIGURE_10[name]
    ours, theirs = energy_per_mac(evaluation(name)), energy_per_mac_of_paper(evaluation(name))
    assert ours[0] == theirs[0] == pytest.approx(published[0], rel=1e-12)
    assert sum(ours) == pytest.approx(
        (evaluation(name).energy_j or 0) / layer(name).macs / _mac_j(), rel=1e-12
    )
    assert all(paper <= own + 1e-12 for paper, own in zip(theirs, ours, strict=True))
    for levels, limit in zip((ours, theirs), TOTAL[name], strict=True):
        off = sum(levels) / sum(published) - 1
        assert min(limit, 0) <= off <= max(limit, 0)


def _mac_j() -> float:
    price = CHIP.compute.mac_energy
    assert price is not None
    return price.energy_j


@pytest.mark.parametrize("name", FIGURE_10)
def test_the_register_files_bar_is_four_accesses_less_two_a_run(name: str) -> None:
    """Equation (4) for whole runs: the published bars, and ours in the paper's counting."""
    assert FIGURE_10[name][-1] == pytest.approx(4 - 2 / RUNS[name], abs=0.001)
    run = evaluation(name).counts.macs / sums_into_buffer(evaluation(name))
    assert energy_per_mac_of_paper(evaluation(name))[-1] == pytest.approx(4 - 2 / run, rel=1e-12)


def test_a_mapping_of_conv1_that_explains_the_figure() -> None:
    """Three bars to the last digit; the array's is 3 % higher."""
    assert violations(layer("CONV1"), CHIP, CHIP.dataflows[0], implied().mapping) == ()
    _, dram, buffer, array, register_file = energy_per_mac_of_paper(implied())
    assert (dram, buffer, register_file) == pytest.approx((1.298, 0.089, 3.818), abs=0.0005)
    assert 0 <= array / FIGURE_10["CONV1"][3] - 1 <= 0.034
    assert (implied().energy_j or 0) > (evaluation("CONV1").energy_j or 0)


def test_share_of_the_convolutions() -> None:
    assert isca16_page.convolutions_share(dict(FIGURE_10)) == pytest.approx(0.792, abs=0.001)
    modelled = {name: energy_per_mac(evaluation(name)) for name in FIGURE_10}
    assert isca16_page.convolutions_share(modelled) == pytest.approx(0.793, abs=0.001)


def test_print_the_tables() -> None:
    print(isca16_page.section())
