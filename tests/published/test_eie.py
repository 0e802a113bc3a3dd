"""EIE against its paper: latencies of nine layers, power and energy."""

from __future__ import annotations

import statistics

import pytest

from tests.published.eie_layers import ALEX7_UJ, BENCHMARKS, POWER_MW, Benchmark, evaluated

FURTHEST = 0.27
"""VGG-6: its weights are 4 % to a whole per cent, and a per cent is an eighth of its time there."""


@pytest.mark.parametrize("case", BENCHMARKS, ids=lambda case: case.name)
def test_latency(case: Benchmark) -> None:
    """Densities are published in whole per cents: 4 % may be 3.5 or 4.5."""
    found = evaluated(case)
    assert found.latency_s is not None
    assert abs(1e6 * found.latency_s / case.actual_us - 1) < FURTHEST


def test_latencies_on_average() -> None:
    errors = [1e6 * (evaluated(case).latency_s or 0) / case.actual_us - 1 for case in BENCHMARKS]
    assert statistics.mean(map(abs, errors)) < 0.11
    assert sum(abs(error) < 0.1 for error in errors) >= 6


@pytest.mark.parametrize("case", BENCHMARKS, ids=lambda case: case.name)
def test_waiting(case: Benchmark) -> None:
    """Actual over theoretical time: queues leave 1.04 to 1.22, of few rows a PE 1.54."""
    run = evaluated(case).run
    assert run is not None and run.zeros is not None
    published = case.actual_us / case.theoretical_us
    assert run.zeros.imbalance == pytest.approx(published, rel=0.18)
    if case.name == "NT-We":
        assert run.zeros.imbalance > 1.25


def test_power_and_energy_of_alex_7() -> None:
    """Prices are of the steady state of one PE; here 64 of them run this layer."""
    found = evaluated(BENCHMARKS[1])
    assert found.energy_j is not None and found.latency_s is not None
    assert 1e3 * found.energy_j / found.latency_s == pytest.approx(POWER_MW, rel=0.1)
    assert 1e6 * found.energy_j == pytest.approx(ALEX7_UJ, rel=0.15)


def test_dense_data_cost_it_more_than_plain_weights_would() -> None:
    """Nothing zero: no product is spared, and each weight comes with a count of 4 b."""
    found = evaluated(BENCHMARKS[1])
    assert found.run is not None and found.run.zeros is not None
    assert found.dense_latency_s == pytest.approx(4096 * 4096 / 64 / 800e6)
    (use,) = found.run.zeros.formats[1:] or found.run.zeros.formats
    assert use.store == "spmat"
    assert use.dense_bits / use.dense_plain_bits > 2
    assert use.bits / use.plain_bits < 0.5
