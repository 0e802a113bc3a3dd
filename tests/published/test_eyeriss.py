"""The Eyeriss chip against its paper: AlexNet with the published mapping parameters.

Chen, Krishna, Emer, Sze, Eyeriss: An energy-efficient reconfigurable accelerator for deep
convolutional neural networks, JSSC 52(1), 2017, Tables III and V. ``pytest -s`` prints the tables
of docs/explanation/validation.md.

Active PEs and footprints are exact. The other limits are recorded residuals, not targets: a
residual that grows beyond its limit fails, and one that shrinks is a reason to record it anew.
"""

from __future__ import annotations

import pytest

from octant.mapper import Status
from octant.mapping.validity import violations
from octant.zoo import network
from tests.published.eyeriss_alexnet import BATCH, BITS, KIB, LAYERS, with_parameters
from tests.published.eyeriss_page import (
    CHIP,
    PORT_BITS,
    array_s,
    by_hand,
    chip_j,
    evaluation,
    found,
    moved_bytes,
    published_j,
    section,
    with_zeros,
)

# Modelled over published, less one: (least, most).
ARRAY_TIME = {
    "CONV1": (-0.156, 0),
    "CONV2": (-0.155, 0),
    "CONV3": (-0.122, 0),
    "CONV4": (-0.103, 0),
    "CONV5": (-0.043, 0),
}
LATENCY = {
    "CONV1": (-0.156, 0),
    "CONV2": (-0.155, 0),
    "CONV3": (-0.122, 0.034),
    "CONV4": (-0.103, 0),
    "CONV5": (-0.043, 0),
}
DRAM_TRAFFIC = {
    "CONV1": (0, 0.011),
    "CONV2": (-0.032, 0),
    "CONV3": (-0.011, 0),
    "CONV4": (0, 0.038),
    "CONV5": (0, 0.059),
}
BUFFER_TRAFFIC = {
    "CONV1": (-0.048, 0),
    "CONV2": (-0.002, 0),
    "CONV3": (0, 0.425),
    "CONV4": (0, 0.042),
    "CONV5": (0, 0.043),
}
ENERGY = {
    "CONV1": (-0.553, 0),
    "CONV2": (-0.423, 0),
    "CONV3": (-0.259, 0),
    "CONV4": (-0.188, 0),
    "CONV5": (-0.056, 0),
}


def within(limits: tuple[float, float], modelled: float, published: float) -> bool:
    return limits[0] <= modelled / published - 1 <= limits[1]


def test_the_layers_are_those_of_the_zoo() -> None:
    zoo = network("alexnet", batch=BATCH)
    convolutions = [layer for layer in zoo.mac_layers if layer.operator == "Conv"]
    assert [(layer.name, layer.work) for layer in convolutions] == [
        (name, published.layer) for name, published in LAYERS.items()
    ]
    macs = sum(layer.macs for layer in convolutions)
    assert macs == pytest.approx(2.66e9, abs=0.01e9)  # Table V, total


@pytest.mark.parametrize("name", LAYERS)
def test_published_parameters_give_the_published_active_pes_and_footprints(name: str) -> None:
    published = LAYERS[name]
    result = found(name)
    assert result.status is Status.OPTIMAL and result.mapping is not None
    constrained = with_parameters(CHIP.dataflows[0], published.parameters)
    assert violations(published.layer, CHIP, constrained, result.mapping) == ()
    counts = evaluation(name).counts
    assert counts.active_units == published.measured.active
    for tensor, kib in (
        ("inputs", published.parameters.inputs_kib),
        ("outputs", published.parameters.sums_kib),
    ):
        held = counts.tensor("buffer", tensor).occupancy * BITS / KIB
        assert held == pytest.approx(kib, abs=0.051)  # the paper's rounding


@pytest.mark.parametrize("name", LAYERS)
def test_the_identities_of_the_footprints(name: str) -> None:
    """Table III's footprints follow from its parameters: W is the padded width of the image."""
    published = LAYERS[name]
    sizes, chosen = published.layer.sizes, published.parameters
    stride = 4 if name == "CONV1" else 1
    width = (sizes["Q"] - 1) * stride + sizes["S"]
    rows = (chosen.e - 1) * stride + sizes["R"]
    counts = evaluation(name).counts
    assert counts.tensor("buffer", "inputs").occupancy == (
        chosen.n * chosen.q * chosen.r * rows * width
    )
    assert counts.tensor("buffer", "outputs").occupancy == (
        chosen.n * chosen.m * chosen.e * sizes["Q"]
    )


@pytest.mark.parametrize("name", LAYERS)
def test_the_mapper_finds_what_the_paper_describes(name: str) -> None:
    written = by_hand(name, LAYERS[name].parameters)
    assert written.energy_j == pytest.approx(evaluation(name).energy_j, rel=1e-12)
    assert written.cycles == evaluation(name).cycles


@pytest.mark.parametrize("name", LAYERS)
def test_latency(name: str) -> None:
    real = LAYERS[name].measured.processing_s
    assert within(ARRAY_TIME[name], array_s(name), real)
    assert within(LATENCY[name], evaluation(name).latency_s, real)


@pytest.mark.parametrize("name", LAYERS)
def test_traffic(name: str) -> None:
    real = LAYERS[name].measured
    dram = moved_bytes(evaluation(name), "DRAM")
    assert within(DRAM_TRAFFIC[name], dram, real.dram_bytes * real.compression)
    buffer = moved_bytes(evaluation(name), "buffer")
    assert within(BUFFER_TRAFFIC[name], buffer, real.buffer_bytes)


def test_buffer_traffic_of_conv3_is_that_of_six_channels_a_pass() -> None:
    """Tables III and V do not seem to describe the same mapping of CONV3."""
    six = by_hand("CONV3", LAYERS["CONV4"].parameters)
    assert six.counts.active_units == LAYERS["CONV3"].measured.active
    real = LAYERS["CONV3"].measured.buffer_bytes
    assert within((0, 0.045), moved_bytes(six, "buffer"), real)
    sums = LAYERS["CONV3"].layer.elements("outputs")
    assert sums * (64 + 63) * BITS / 8 == pytest.approx(65.9e6, abs=0.05e6)


def test_one_bank_of_the_buffer_is_too_narrow_for_the_measured_traffic() -> None:
    """What the page says of the port: more than 64 b a cycle in all layers but the first."""
    paces = {
        name: 8
        * published.measured.buffer_bytes
        / (published.measured.processing_s * CHIP.clock_hz)
        for name, published in LAYERS.items()
    }
    assert [name for name, pace in paces.items() if pace <= PORT_BITS] == ["CONV1"]
    assert max(paces.values()) < 2 * PORT_BITS


@pytest.mark.parametrize("name", LAYERS)
def test_energy_without_dram(name: str) -> None:
    assert within(ENERGY[name], chip_j(evaluation(name)), published_j(name))


def test_print_the_tables() -> None:
    print(section())


CODED = {  # measured megabytes, and by how much the model may be off
    "CONV1": -0.03,
    "CONV2": -0.02,
    "CONV3": -0.02,
    "CONV4": -0.01,
    "CONV5": 0.04,
}


@pytest.mark.parametrize("name", LAYERS)
def test_coded_dram_traffic(name: str) -> None:
    """Table V's DRAM accesses with Table V's zeros: within the digits of the table."""
    real = LAYERS[name].measured.dram_bytes
    off = moved_bytes(with_zeros(name), "DRAM") / real - 1
    assert min(0, CODED[name]) <= off <= max(0, CODED[name])


@pytest.mark.parametrize("name", LAYERS)
def test_power_with_gated_units(name: str) -> None:
    """What the model lacks of the chip's power is about the same in every layer."""
    modelled = chip_j(with_zeros(name)) / array_s(name)
    assert -0.38 <= modelled / LAYERS[name].measured.power_w - 1 <= -0.23


def test_gating_takes_no_time_away() -> None:
    for name in LAYERS:
        sparse = with_zeros(name).sparse
        assert sparse is not None
        assert sparse.steps == evaluation(name).counts.steps
        assert sparse.macs.skipped == 0
