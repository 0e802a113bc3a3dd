"""Published price tables, against the numbers of their papers worked by hand."""

import pytest

from octant.components import (
    DRAM_TYPES,
    EYERISS_RATIOS,
    Price,
    Technology,
    dram_access,
    energy_factor,
    float_mac,
    integer_add,
    integer_mac,
    integer_multiply,
    multiple_of,
    scaled,
)
from octant.components.horowitz import HOROWITZ_TECHNOLOGY, INTEGER_ADD_J, INTEGER_MULTIPLY_J
from octant.components.technology import ENERGY_COEFFICIENTS, relative_energy
from octant.errors import NotEstimatedError
from octant.source import Origin, Source

PAPER = Source(Origin.PUBLISHED, "a paper")


def test_published_points_are_met_exactly() -> None:
    for bits, energy_j in INTEGER_ADD_J.items():
        assert integer_add(bits).energy_j == energy_j
        assert integer_add(bits).source.origin is Origin.PUBLISHED
    for bits, energy_j in INTEGER_MULTIPLY_J.items():
        assert integer_multiply(bits).energy_j == energy_j
        assert integer_multiply(bits).source.origin is Origin.PUBLISHED


def test_between_the_points_energies_rise_and_are_modelled() -> None:
    for price in (integer_add, integer_multiply):
        energies = [price(bits).energy_j for bits in range(8, 33)]
        assert energies == sorted(energies)
        assert price(12).source.origin is Origin.MODELLED


@pytest.mark.parametrize("bits", [1, 4, 7, 33, 64])
def test_nothing_is_extrapolated(bits: int) -> None:
    for price in (integer_add, integer_multiply):
        with pytest.raises(NotEstimatedError, match="8 b to 32 b"):
            price(bits)


def test_multiply_accumulates() -> None:
    assert integer_mac(32, 32, HOROWITZ_TECHNOLOGY).energy_j == pytest.approx(3.2e-12)
    assert float_mac(32, 32, HOROWITZ_TECHNOLOGY).energy_j == pytest.approx(4.6e-12)
    with pytest.raises(NotEstimatedError, match="16 b and 32 b"):
        float_mac(8, 32, HOROWITZ_TECHNOLOGY)


def test_scaling_to_the_node_of_eyeriss() -> None:
    origin, target = HOROWITZ_TECHNOLOGY, Technology(65e-9, 1.0)
    assert relative_energy(target) == pytest.approx(3.755 - 4.398 + 1.975)
    assert energy_factor(origin, target) == pytest.approx(1.332 / 0.84433, rel=1e-5)
    assert energy_factor(origin, target) * energy_factor(target, origin) == pytest.approx(1)
    price = scaled(Price(1e-12, PAPER), origin, target)
    assert price.source.origin is Origin.MODELLED
    assert "45 nm, 900 mV to 65 nm, 1 V" in price.source.citation


def test_an_assumed_price_stays_assumed() -> None:
    assumed = Price(1e-12, Source(Origin.ASSUMED, "a guess"))
    assert (
        scaled(assumed, HOROWITZ_TECHNOLOGY, Technology(7e-9, 0.7)).source.origin is Origin.ASSUMED
    )
    assert multiple_of(assumed, 2, PAPER).source.origin is Origin.ASSUMED


def test_energy_falls_with_the_node_and_the_voltage() -> None:
    at_one_volt = [relative_energy(Technology(node * 1e-9, 1.0)) for node in ENERGY_COEFFICIENTS]
    assert at_one_volt == sorted(at_one_volt, reverse=True)
    for node in ENERGY_COEFFICIENTS:
        energies = [
            relative_energy(Technology(node * 1e-9, tenths / 10)) for tenths in range(7, 15)
        ]
        assert energies == sorted(energies)


def test_other_nodes_and_voltages_are_not_estimated() -> None:
    with pytest.raises(NotEstimatedError, match="28 nm; Stillmaker and Baas tabulate 130, 90, 65"):
        relative_energy(Technology(28e-9, 0.9))
    for voltage_v in (0.0, 0.5, 1.5, 12.0):
        with pytest.raises(NotEstimatedError, match="the voltage is"):
            relative_energy(Technology(65e-9, voltage_v))


def test_dram() -> None:
    in_pj = {kind: row.listed[0][0] * 1e12 for kind, row in DRAM_TYPES.items()}
    assert in_pj == pytest.approx(
        {
            "LPDDR4": 8,
            "LPDDR": 40,
            "DDR3": 70,
            "DDR4": 1.2 * (168 - 52) / 25.6 + 11.73 / 3.2 + 525 / 8192,
            "GDDR5": 14,
            "HMC": 4.2,
            "HBM2": 3.9,
            "HBM2-accelergy": 3.9,
            "HBM2-hwcomponents": 6.25,
            "HBM3": 4.05,
            "HBM4": 3.2,
            "DRAM-horowitz": 640 / 32,
        }
    )
    with pytest.raises(NotEstimatedError, match="did you mean 'DDR4' or 'DDR3'"):
        dram_access("DDR", 16)
    with pytest.raises(NotEstimatedError, match="1 b or more"):
        dram_access("DDR3", 0)


def test_dram_sources_that_disagree_are_both_listed() -> None:
    both = dram_access("HBM2", 8)
    assert (both.low_j, both.high_j) == pytest.approx((8 * 3.9e-12, 8 * 6.25e-12))
    assert [spread.assumption for spread in both.spreads] == ["HBM2 as its first source has it"]
    assert dram_access("HBM2-hwcomponents", 8).spreads == ()


def test_ddr4_by_hand() -> None:
    """One chip of 8 b at 3.2 Gb/s, in mA, V and ns, so that the energies are in pJ."""
    row = 1.2 * (57 * 46.25 - 52 * 32.5 - 37 * 13.75)
    read, write = (
        1.2 * (168 - 52) * 2.5 / 64 + 11.73 / 3.2,
        1.2 * (150 - 52) * 2.5 / 64 + 4.15 / 3.2,
    )
    for action, bit in (("read", read), ("write", write)):
        price = dram_access("DDR4", 64, action)
        assert price.energy_j == pytest.approx(64 * (bit + row / 8192) * 1e-12)
        assert price.low_j == price.energy_j
        assert price.high_j == pytest.approx((64 * bit + row) * 1e-12)
        assert price.source.origin is Origin.MODELLED
    assert [spread.assumption for spread in dram_access("DDR4", 8).spreads] == [
        "DDR4 moves whole rows"
    ]


def test_ratios_of_eyeriss() -> None:
    assert list(EYERISS_RATIOS.values()) == [1, 1, 2, 6, 200]
    price = multiple_of(Price(2e-12, PAPER), 200, PAPER)
    assert price.energy_j == pytest.approx(400e-12)
    with pytest.raises(NotEstimatedError):
        multiple_of(Price(2e-12, PAPER), -1, PAPER)
