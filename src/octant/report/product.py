"""Throughput as the product of its factors, in words."""

from __future__ import annotations

from octant.report.amounts import bare, share
from octant.scorecard import Decomposition
from octant.units import text


def products(factors: Decomposition) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Two equations, each a value and its terms with the signs before them.

    >>> found = products(Decomposition(2.0, 200e6, 168, 0.8, 0.5, 1.4e9, 19.2))
    >>> found[1]
    ('40.0 % utilisation', ('80.0 % of the units active', 'x 50.0 % utilisation of these'))
    """
    utilization = f"{share(factors.utilization)} utilisation"
    return (
        (
            f"{bare(factors.inferences_per_s)} inferences/s",
            (
                f"{factors.operations_per_cycle_per_unit:g} operations/cycle per unit",
                f"x {text(factors.clock_hz, 'frequency')}",
                f"x {factors.units:,} units",
                f"x {utilization}",
                f"/ {bare(factors.operations_per_inference)} operations/inference",
            ),
        ),
        (
            utilization,
            (
                f"{share(factors.active_share)} of the units active",
                f"x {share(factors.utilization_of_active)} utilisation of these",
            ),
        ),
    )
