"""Scaled estimators: the tables' ratios, marked where they are stretched, refused beyond."""

from __future__ import annotations

import pytest

from octant.components import ComponentSpec, Technology, estimator
from octant.components.estimator import area, energy, latency, leakage
from octant.components.scaling import Scaled
from octant.components.technology import AREA_FACTORS, ENERGY_COEFFICIENTS, energy_factor
from octant.errors import InvalidComponentError, NotEstimatedError
from octant.source import Origin

HOME = Technology(45e-9, 0.9)
MAC = ComponentSpec.of("integer-mac", width_bits=8, accumulator_bits=32)
OTHER = ComponentSpec.of("aladdin-mac", width_bits=8, accumulator_bits=32)


def stretching(spec: ComponentSpec) -> ComponentSpec:
    return ComponentSpec(spec.kind, None, None, spec.attributes, extrapolate=True)


@pytest.mark.parametrize("node", ENERGY_COEFFICIENTS)
def test_every_tabulated_node(node: int) -> None:
    to = Technology(node * 1e-9, 1.0)
    inner = energy(estimator("integer-mac"), MAC, "compute")
    price = energy(Scaled(estimator("integer-mac"), to), MAC, "compute")
    assert price.energy_j == pytest.approx(inner.energy_j * energy_factor(HOME, to))
    assert price.extrapolated == ()
    assert (price.high_j / price.energy_j > inner.high_j / inner.energy_j) == (node != 45)
    with pytest.raises(NotEstimatedError, match="no source gives the area"):
        area(Scaled(estimator("integer-mac"), to), MAC)


def test_at_home_nothing_changes() -> None:
    home = Scaled(estimator("integer-mac"), HOME)
    assert energy(home, MAC, "compute") == energy(estimator("integer-mac"), MAC, "compute")
    table = Scaled(estimator("aladdin-mac"), Technology(40e-9, 0.9), supply_v=0.9)
    assert area(table, OTHER) == area(estimator("aladdin-mac"), OTHER)
    assert leakage(table, OTHER) == leakage(estimator("aladdin-mac"), OTHER)


def test_nodes_between_are_marked_and_lie_between() -> None:
    model = Scaled(estimator("aladdin-mac"), Technology(65e-9, 0.9), supply_v=0.9)
    with pytest.raises(NotEstimatedError, match="40 nm interpolated between the tabulated 32 nm"):
        energy(model, OTHER, "compute")
    price = energy(model, stretching(OTHER), "compute")
    assert price.source.origin is Origin.ASSUMED
    assert "supply of 900 mV assumed" in price.source.citation
    assert price.extrapolated == ("40 nm interpolated between the tabulated 32 nm and 45 nm",)
    inner = energy(estimator("aladdin-mac"), OTHER, "compute").energy_j
    low, high = (
        energy_factor(Technology(node * 1e-9, 0.9), Technology(65e-9, 0.9)) for node in (45, 32)
    )
    assert low < price.energy_j / inner < high
    scaled = area(model, stretching(OTHER)).value / area(estimator("aladdin-mac"), OTHER).value
    assert AREA_FACTORS[65] < scaled < AREA_FACTORS[65] / AREA_FACTORS[32]


def test_beyond_the_table_is_refused() -> None:
    for node in (5, 180):
        model = Scaled(estimator("integer-mac"), Technology(node * 1e-9, 0.9))
        with pytest.raises(NotEstimatedError, match="tabulate 7 nm to 130 nm"):
            energy(model, stretching(MAC), "compute")


def test_supplies() -> None:
    with pytest.raises(NotEstimatedError, match="states no supply"):
        Scaled(estimator("sram"), Technology(65e-9, 1.0))
    with pytest.raises(InvalidComponentError, match="states the supply, 900 mV"):
        Scaled(estimator("integer-mac"), Technology(65e-9, 1.0), supply_v=1.0)
    with pytest.raises(NotEstimatedError, match="nothing to scale"):
        Scaled(estimator("dram"), Technology(65e-9, 1.0))


def test_the_nearest_tabulated_node_is_scaled_from() -> None:
    """22 nm is nearer to 16 nm, but would have to be interpolated itself."""
    model = Scaled(estimator("sram"), Technology(16e-9, 1.0), supply_v=1.0)
    spec = ComponentSpec.of("sram", capacity_bits=65536, width_bits=64)
    assert energy(model, spec, "read").extrapolated == ()
    assert "scaled from 32 nm, 1 V (supply of 1 V assumed) to 16 nm, 1 V" in str(
        energy(model, spec, "read").source
    )


def test_leakage_and_latency_are_not_scaled() -> None:
    model = Scaled(estimator("aladdin-mac"), Technology(65e-9, 0.9), supply_v=0.9)
    with pytest.raises(NotEstimatedError, match="how the leakage of aladdin-mac scales from 40 nm"):
        leakage(model, stretching(OTHER))
    with pytest.raises(NotEstimatedError, match="how the latency"):
        latency(model, stretching(OTHER), "compute")
