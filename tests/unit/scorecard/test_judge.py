"""The verdict: what decides, in which order, with what margin."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octant.files.needs import parse_needs
from octant.scorecard import Figure, Metric, Missing, Row, Scorecard, Unit
from octant.scorecard.judge import DECIDED, Need, Outcome, judge, system_cost
from octant.source import Origin
from tests.golden.report import small

ORDER = [each[0] for each in DECIDED]


def value(card: Scorecard, name: str) -> float:
    metric, row = next((metric, row) for need, metric, row, *_ in DECIDED if need == name)
    figure = dict(card.metrics)[metric][row]
    assert isinstance(figure, Figure)
    return figure.value


def test_the_order_is_that_of_the_field() -> None:
    assert ORDER == [
        "accuracy", "latency", "throughput", "energy", "power", "cost", "area", "must_run",
        "scalability",
    ]  # fmt: skip
    found = judge(small.card(), (Need("power", 1.0), Need("latency", 1.0), Need("energy", 1.0)))
    assert [decision.need.name for decision in found.decisions] == ["latency", "energy", "power"]


def test_all_met() -> None:
    card = small.card()
    needs = (
        Need("latency", 2 * value(card, "latency")),
        Need("throughput", value(card, "throughput") / 2),
    )
    found = judge(card, needs)
    assert found.outcome is Outcome.MET
    assert found.decided_by is None
    assert [decision.margin for decision in found.decisions] == pytest.approx([0.5, 1.0])


def test_the_first_that_is_missed_decides() -> None:
    card = small.card()
    needs = (
        Need("power", value(card, "power") / 4),
        Need("latency", value(card, "latency") / 2),
        Need("accuracy", 0.9),
    )
    found = judge(card, needs)
    assert found.outcome is Outcome.MISSED
    assert [decision.outcome for decision in found.decisions] == [
        Outcome.UNDECIDED, Outcome.MISSED, Outcome.MISSED,
    ]  # fmt: skip
    decider = found.decided_by
    assert decider is not None and decider.need.name == "latency"
    assert decider.margin == pytest.approx(-1.0)


def test_what_is_not_evaluated_is_undecided_and_not_met() -> None:
    found = judge(small.card(), (Need("accuracy", 0.9), Need("latency", 1.0)))
    assert found.outcome is Outcome.UNDECIDED
    decider = found.decided_by
    assert decider is not None and decider.need.name == "accuracy"
    assert decider.figure is None and decider.margin is None
    assert decider.reason.startswith("not evaluated: add")


def test_an_interval_across_the_limit_is_not_sure() -> None:
    card = small.card()
    figure = card.energy["per_inference"]
    assert isinstance(figure, Figure)

    def sure(low: float, high: float) -> bool | None:
        ends = replace(figure, low=low * figure.value, high=high * figure.value)
        row = Row("per_inference", "energy", ends)
        spread = replace(card, energy=Metric((row,)))
        return judge(spread, (Need("energy", 1.2 * figure.value),)).decisions[0].sure

    assert sure(0.9, 1.1) is True
    assert sure(0.9, 1.3) is False


def test_what_must_run() -> None:
    others: dict[Need, Figure | Missing] = {
        Need("must_run", 1.0, "a"): Figure(1.0, Unit.SHARE, Origin.MODELLED, "3 of 3 layers"),
        Need("must_run", 1.0, "b"): Figure(
            0.5, Unit.SHARE, Origin.MODELLED, "1 of 2 layers; not run: Softmax (1)"
        ),
    }
    found = judge(small.card(), tuple(others), others=others)
    assert [decision.outcome for decision in found.decisions] == [Outcome.MET, Outcome.MISSED]
    decider = found.decided_by
    assert decider is not None and decider.need.network == "b"
    assert "Softmax" in decider.reason


def test_scalability_is_decided_last() -> None:
    larger = Need("scalability", 0.8, times=4)
    runs = Need("must_run", 1.0, "a")
    others: dict[Need, Figure | Missing] = {
        larger: Figure(0.6, Unit.SHARE, Origin.MODELLED, "2.4 times as fast"),
        runs: Figure(1.0, Unit.SHARE, Origin.MODELLED, "3 of 3 layers"),
    }
    found = judge(small.card(), (larger, Need("latency", 1.0), runs), others=others)
    assert [decision.need for decision in found.decisions] == [Need("latency", 1.0), runs, larger]
    last = found.decided_by
    assert last is not None and last.need == larger
    assert last.margin == pytest.approx(-0.25)
    unknown = judge(small.card(), (larger,), others={larger: Missing("no array", "an array")})
    assert unknown.outcome is Outcome.UNDECIDED


def test_cost_is_the_sum_of_what_is_known() -> None:
    def row(name: str, usd: float) -> Row:
        return Row(name, name, Figure(usd, Unit.USD, Origin.MODELLED, "x", usd / 2, usd * 2))

    rows = (row("die_cost", 2.0), row("package_cost", 1.0))
    both = system_cost(Metric(rows))
    assert isinstance(both, Figure)
    assert (both.value, both.low, both.high, both.basis) == (3.0, 1.5, 6.0, "die, package and test")
    more = system_cost(Metric((*rows, row("dram_cost", 4.0))))
    assert isinstance(more, Figure) and more.value == 7.0
    assert isinstance(system_cost(Metric(rows[:1])), Missing)


@given(limit=st.floats(1e-9, 1e9), factor=st.floats(0.01, 100))
def test_a_need_is_met_exactly_where_the_margin_is_not_negative(
    limit: float, factor: float
) -> None:
    """The slow twin of the margin: compare the value with the limit itself."""
    card = small.card()
    figure = Figure(limit * factor, Unit.SECOND, Origin.MODELLED, "x")
    slow = replace(card, latency=Metric((Row("latency", "latency", figure),)))
    (decision,) = judge(slow, (Need("latency", limit),)).decisions
    assert (decision.outcome is Outcome.MET) == (figure.value <= limit)
    rate = replace(figure, unit=Unit.INFERENCES_PER_SECOND)
    quick = replace(card, throughput=Metric((Row("inferences_per_s", "rate", rate),)))
    (other,) = judge(quick, (Need("throughput", limit),)).decisions
    assert (other.outcome is Outcome.MET) == (figure.value >= limit)


def test_needs_are_read_in_si() -> None:
    file = parse_needs(
        "octant: needs 1\nname: x\naccuracy: {at_least: 95 %}\nlatency: {at_most: 30 ms}\n"
        "throughput: {at_least: 30 frames/s}\nenergy: {at_most: 10 mJ}\npower: {at_most: 1 W}\n"
        "cost: {at_most: 5 USD}\narea: {at_most: 20 mm^2}\nmust_run: [alexnet]\n"
        "scalability: {at_least: 80 %, times: 4, scaling: weak}\n"
    )
    assert dict(file.limits()) == pytest.approx(
        {
            "accuracy": 0.95, "latency": 0.03, "throughput": 30.0, "energy": 0.01, "power": 1.0,
            "cost": 5.0, "area": 20e-6,
        }
    )  # fmt: skip
    assert file.must_run == ("alexnet",)
    assert file.scalability is not None
    assert file.scalability.model_dump() == {"at_least": 0.8, "times": 4, "scaling": "weak"}
    others = {"must_run", "scalability"}
    assert {name for name, _ in file.limits()} | others == set(ORDER)
