"""Six dataflows at equal area against Chen, Emer, Sze, ISCA 2016, Fig. 11a and 12a.

The limits are recorded residuals, not targets: a residual that grows beyond its limit fails.
``pytest -s`` prints the tables of docs/explanation/validation.md.
"""

from __future__ import annotations

import pytest

from octant.mapping.validity import check, violations
from tests.published import dataflows_page
from tests.published.dataflows import (
    AREA_A_BYTE,
    DATAFLOWS,
    PES,
    WORD_BYTES,
    WORDS,
    area_um2,
    buffer_bytes,
    laid_out,
)
from tests.published.dataflows_page import (
    CONVOLUTIONS,
    FIGURE_11,
    FIGURE_12,
    dram_per_mac,
    energy_per_mac,
    energy_per_mac_of_paper,
    evaluation,
    layer,
)
from tests.published.isca16_alexnet import layer as whole_layer

# Modelled over published, less one.
DRAM = {"RS": -0.099, "WS": 0.092, "OSA": -0.106, "OSB": -0.005, "OSC": -0.001, "NLR": -0.191}
# As Octant counts, and as the paper does.
ENERGY = {
    "RS": (0.013, -0.020),
    "WS": (0.028, 0.004),
    "OSA": (-0.008, -0.010),
    "OSB": (0.006, 0.002),
    "OSC": (0.010, 0.003),
    "NLR": (0.164, -0.008),
}


def _within(limit: float, off: float) -> bool:
    return min(limit, 0) <= off <= max(limit, 0)


@pytest.mark.parametrize("name", FIGURE_11)
def test_dram_accesses(name: str) -> None:
    assert _within(DRAM[name], dram_per_mac(name) / FIGURE_11[name] - 1)


@pytest.mark.parametrize("name", FIGURE_12)
def test_energy(name: str) -> None:
    published = sum(FIGURE_12[name]) / dataflows_page.ALU
    ours, theirs = energy_per_mac(name), energy_per_mac_of_paper(name)
    assert _within(ENERGY[name][0], sum(ours) / published - 1)
    assert _within(ENERGY[name][1], sum(theirs) / published - 1)
    assert all(paper <= own + 1e-9 for paper, own in zip(theirs, ours, strict=True))


def test_the_figures_agree_with_each_other() -> None:
    """DRAM's bar of Fig. 12 is 200 times Fig. 11's, to the rounding of both."""
    for name, dram in FIGURE_11.items():
        assert FIGURE_12[name][1] / dataflows_page.ALU == pytest.approx(200 * dram, rel=0.012)


def test_row_stationary_takes_least() -> None:
    row, *others = (sum(energy_per_mac(name)) for name in FIGURE_12)
    assert all(1.3 < other / row < 2.5 for other in others)


@pytest.mark.parametrize("name", CONVOLUTIONS)
@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_mappings_are_what_the_dataflow_allows(dataflow: str, name: str) -> None:
    described, einsum = DATAFLOWS[dataflow], layer(dataflow, name)
    chip, nest = described.chip(einsum), evaluation(dataflow, name).mapping
    check(einsum, chip, nest)
    assert violations(einsum, chip, described.dataflow, nest) == ()
    assert einsum.macs == whole_layer(name).macs
    assert chip.compute_units <= PES


@pytest.mark.parametrize("name", ["OSA", "OSB", "OSC"])
def test_sums_leave_complete(name: str) -> None:
    """Output stationary: one word of a register file until the sum is complete."""
    for convolution in CONVOLUTIONS:
        counts = evaluation(name, convolution).counts
        outputs = layer(name, convolution).elements("outputs")
        assert counts.tensor("register_file", "outputs").occupancy == 1
        assert counts.tensor("DRAM", "outputs").updates == outputs
        assert counts.tensor("DRAM", "outputs").reads == 0


def test_weights_are_read_once_and_stay() -> None:
    for convolution in CONVOLUTIONS:
        counts, einsum = evaluation("WS", convolution).counts, layer("WS", convolution)
        assert counts.tensor("DRAM", "weights").reads == einsum.elements("weights")
        assert counts.tensor("register_file", "weights").fills == einsum.elements("weights")


@pytest.mark.parametrize("name", WORDS)
def test_equal_area(name: str) -> None:
    registers = PES * area_um2(WORD_BYTES * WORDS[name])
    whole = PES * area_um2(512) + area_um2(128 * 1024)
    assert registers + area_um2(buffer_bytes(WORDS[name])) == pytest.approx(whole, rel=1e-5)


def test_areas_grow_with_size() -> None:
    areas = [size * a_byte for size, a_byte in AREA_A_BYTE.items()]
    assert areas == sorted(areas)


def test_laid_out_windows_have_inputs_of_their_own() -> None:
    conv = whole_layer("CONV1")  # 11 x 11, stride 4, 55 x 55, 3 channels, batch 16
    assert laid_out(conv, ("R", "S")) == conv
    assert laid_out(conv, ()).elements("inputs") == 16 * 55 * 55 * 3 * 121
    assert laid_out(conv, ("S",)).elements("inputs") == 16 * 55 * 227 * 3 * 11


def test_print_the_tables() -> None:
    print(dataflows_page.section())
