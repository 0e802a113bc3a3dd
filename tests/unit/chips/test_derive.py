"""What a report implies, against the same worked out by hand, and what it does not imply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octant.chips import Bound, Quantity, Record, Run, Sureness, derive

POSITIVE = st.floats(1e-3, 1e12)


def run(**values: float) -> Run:
    return Run("net", entries=tuple((name, Quantity(x, "count")) for name, x in values.items()))


def test_a_stated_value_comes_before_a_derived_one() -> None:
    given_all = run(achieved=7.0, throughput=2.0, operations=3.0, efficiency=5.0, power=1.0)
    assert derive.rate(given_all) == Quantity(7.0, "count")
    assert derive.efficiency(given_all) == Quantity(5.0, "count")


@given(throughput=POSITIVE, operations=POSITIVE, power=POSITIVE)
def test_every_way_to_the_efficiency_agrees(
    throughput: float, operations: float, power: float
) -> None:
    """Joules a second over inferences a second are joules an inference, whichever is given."""
    ways = [
        run(throughput=throughput, operations=operations, power=power),
        run(inferences_per_j=throughput / power, operations=operations),
        run(energy=power / throughput, operations=operations),
    ]
    for way in ways:
        found = derive.efficiency(way)
        assert found is not None
        assert found.value == pytest.approx(operations * throughput / power)
        assert found.sure is Sureness.DERIVED


@given(batch=POSITIVE, latency=POSITIVE, operations=POSITIVE)
def test_a_batch_over_its_time_is_a_rate(batch: float, latency: float, operations: float) -> None:
    timed = run(batch=batch, latency=latency, operations=operations)
    speed, work = derive.throughput(timed), derive.rate(timed)
    assert speed is not None and speed.value == pytest.approx(batch / latency)
    assert work is not None and work.value == pytest.approx(batch * operations / latency)


def test_power_and_energy_from_each_other() -> None:
    stated = run(power=2.0, throughput=4.0)
    assert derive.energy(stated) is not None and derive.power(stated) == Quantity(2.0, "count")
    found = derive.energy(stated)
    assert found is not None and found.value == 0.5
    for way in (stated, run(energy=0.5), run(inferences_per_j=2.0)):
        each = derive.inferences_per_j(way)
        assert each is not None and each.value == 2.0
    back = derive.power(run(energy=0.5, throughput=4.0))
    assert back is not None and back.value == 2.0


@pytest.mark.parametrize(
    "quantity",
    [
        Quantity(5.0, "count", sure=Sureness.RECALLED),
        Quantity(5.0, "count", bound=Bound.AT_MOST),
    ],
    ids=["recalled", "a limit"],
)
def test_only_facts_and_values_imply_anything(quantity: Quantity) -> None:
    entries = (("throughput", quantity), ("operations", Quantity(2.0, "operations")))
    assert derive.fact(quantity) is None
    assert derive.rate(Run("net", entries=entries)) is None


def test_a_peak_from_its_multipliers() -> None:
    counted = (("multipliers", Quantity(168, "count")), ("clock", Quantity(200e6, "frequency")))
    record = Record("chip", "a chip", entries=counted)
    found = derive.peak(record)
    assert found is not None and found.value == 67.2e9
    assert derive.peak_efficiency(record) is None
    rated = Record("chip", "a chip", entries=(*counted, ("power", Quantity(2.0, "power"))))
    economy = derive.peak_efficiency(rated)
    assert economy is not None and economy.value == 33.6e9


def test_what_nothing_implies_is_none() -> None:
    assert derive.rate(Run("net")) is None
    assert derive.efficiency(Run("net")) is None
    assert derive.energy(Run("net")) is None
    assert derive.power(Run("net")) is None
    assert derive.peak(Record("chip", "a chip")) is None
