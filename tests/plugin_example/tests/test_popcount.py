"""The contract, inherited; and one number by hand."""

from __future__ import annotations

from octant_popcount import Popcount

from octant.components import ComponentSpec
from octant.components.estimator import energy
from octant.testing import EstimatorContract


class TestPopcount(EstimatorContract):
    estimator = Popcount()
    examples = (
        ComponentSpec.of("popcount", width_bits=8),
        ComponentSpec.of("popcount", width_bits=64),
    )


def test_seven_additions() -> None:
    price = energy(Popcount(), ComponentSpec.of("popcount", width_bits=8), "count")
    assert abs(price.energy_j / 210e-15 - 1) < 1e-9
