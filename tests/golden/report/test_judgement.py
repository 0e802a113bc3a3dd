"""Verdicts, word for word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from octant.report import judgement_page
from octant.scorecard import Figure, Missing, Unit
from octant.scorecard.judge import Judgement, Need, judge
from octant.source import Origin
from tests.golden.compare import same_as_file
from tests.golden.report import small

HERE = Path(__file__).parent


def missed() -> Judgement:
    larger = "2.05 times as fast with 16 compute units, 4 times those there are, strong scaling, "
    others: dict[Need, Figure | Missing] = {
        Need("must_run", 1.0, "small"): Figure(
            0.8, Unit.SHARE, Origin.MODELLED, "4 of 5 layers; not run: Twist (1)"
        ),
        Need("scalability", 0.5, times=4): Figure(
            0.5125,
            Unit.SHARE,
            Origin.MODELLED,
            f"{larger}at the average bandwidth; stopped by average bandwidth",
        ),
    }
    needs = (
        Need("accuracy", 0.95),
        Need("latency", 1e-6),
        Need("throughput", 1000.0),
        Need("energy", 2e-9),
        *others,
    )
    title = "a battery-powered meter"
    return judge(small.card(), needs, name="meter", title=title, others=others)


def met() -> Judgement:
    return judge(small.card(), (Need("throughput", 1000.0),), name="meter")


def undecided() -> Judgement:
    return judge(small.card(), (Need("accuracy", 0.5),), name="meter")


VERDICTS: dict[str, Callable[[], Judgement]] = {
    "missed": missed,
    "met": met,
    "undecided": undecided,
}


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("name", VERDICTS)
def test_page(name: str, width: int) -> None:
    text = judgement_page(VERDICTS[name](), width=width)
    assert [line for line in text.splitlines() if line != line.rstrip() or len(line) > width] == []
    same_as_file(text, HERE / f"judgement_{name}_{width}.txt")
