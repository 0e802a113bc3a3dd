"""Sheets side by side: what is divided, and what is not and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from octant.files.records import builtin_record
from octant.files.results import from_json, to_json
from octant.mapper import Objective
from octant.scorecard import (
    Better,
    Comparison,
    Figure,
    Metric,
    Missing,
    Place,
    PublishedSheet,
    Row,
    Scorecard,
    Unit,
    compare,
    published_sheet,
)
from octant.source import Origin
from tests.golden.report import small


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return small.card()


def with_row(card: Scorecard, metric: str, name: str, figure: Figure | Missing) -> Scorecard:
    """The sheet with another figure in a row."""
    rows: tuple[Row, ...] = getattr(card, metric).rows
    changed = Metric(tuple(replace(r, figure=figure) if r.name == name else r for r in rows))
    return replace(card, **{metric: changed})  # type: ignore[arg-type]


def other(card: Scorecard) -> Scorecard:
    """A chip that is twice as fast and is known to be of the same process."""
    at = card.latency["latency"]
    assert isinstance(at, Figure)
    made = with_row(card, "latency", "latency", replace(at, value=at.value / 2))
    return replace(made, architecture="other")


def in_process(card: Scorecard, length_m: float) -> Scorecard:
    figure = Figure(length_m, Unit.METRE, Origin.PUBLISHED, "a paper")
    return with_row(card, "cost", "process", figure)


def row(found: Comparison, metric: str, name: str) -> tuple[tuple[float | None, ...], list[str]]:
    """The ratios of a row and the names of what makes it unfair."""
    each = next(each for each in found.rows if (each.metric, each.name) == (metric, name))
    names = {difference.mark: difference.name for difference in found.differences}
    return each.ratios, [names[mark] for mark in each.marks]


def test_a_sheet_is_as_itself(card: Scorecard) -> None:
    found = compare([card, card], ["one", "two"])
    assert found.differences == ()
    for each in found.rows:
        assert each.figures[0] == each.figures[1] and each.marks == ()
        assert set(each.ratios) <= {1.0, None}
    assert sum(each.ratios[1] == 1.0 for each in found.rows) > 10


def test_one_process_is_divided(card: Scorecard) -> None:
    found = compare([in_process(card, 65e-9), in_process(other(card), 65e-9)], ["a", "b"])
    assert row(found, "latency", "latency") == ((1.0, 0.5), [])


def test_an_unknown_process_may_be_another_one(card: Scorecard) -> None:
    found = compare([card, other(card)], ["a", "b"])
    assert row(found, "latency", "latency") == ((1.0, None), ["process"])
    assert found.differences[0].values == ("unknown", "unknown")


def test_another_process_touches_time_energy_and_silicon_but_no_cycles(card: Scorecard) -> None:
    found = compare([in_process(card, 65e-9), in_process(card, 28e-9)], ["a", "b"])
    assert [each.name for each in found.differences] == ["process"]
    assert found.differences[0].values == ("65 nm", "28 nm")
    for metric, name in (
        ("latency", "latency"),
        ("throughput", "inferences_per_s"),
        ("throughput", "peak_operations_per_s"),
        ("energy", "per_inference"),
        ("power", "average"),
    ):
        assert row(found, metric, name) == ((1.0, None), ["process"])
    assert row(found, "throughput", "multiplying_layers") == ((1.0, 1.0), [])
    assert row(found, "energy", "off_chip_traffic") == ((1.0, 1.0), [])
    assert row(found, "cost", "storage") == ((1.0, 1.0), [])


@pytest.mark.parametrize(
    ("changed", "name", "values"),
    [
        ({"batch": 4}, "batch", ("1", "4")),
        ({"objective": Objective.ENERGY}, "objective", ("edp", "energy")),
        ({"network_note": "Another"}, "network", ("Small network", "Another")),
        ({"versions": (("octant", "9"),)}, "program", ("octant 0.1.0", "octant 9")),
        (
            {"formats": (("input", "int8"),)},
            "number formats",
            ("input int16, weight int16, output int16", "input int8"),
        ),
        (
            {"nonzero": (("input", 0.45), ("weight", 1 / 3))},
            "values that are not zero",
            ("all", "45 % of input, 33.3 % of weight"),
        ),
        (
            {"energy_parts": ()},
            "",
            (),
        ),
    ],
)
def test_what_differs_is_named_and_touches_the_run(
    card: Scorecard, changed: dict[str, object], name: str, values: tuple[str, ...]
) -> None:
    found = compare([card, replace(card, **changed)], ["a", "b"])  # type: ignore[arg-type]
    assert [(each.name, each.values) for each in found.differences] == [(name, values)] * bool(name)
    for metric, each in (("latency", "latency"), ("energy", "per_inference")):
        assert row(found, metric, each)[1] == [name] * bool(name)
    assert row(found, "cost", "units")[1] == []
    assert row(found, "flexibility", "layers_run")[1] == []


def test_what_a_chip_leaves_out_does_not_touch_the_layers_that_multiply(card: Scorecard) -> None:
    assert card.layers[1].place is Place.FUSED
    layers = (card.layers[0], replace(card.layers[1], place=Place.NOT_RUN), *card.layers[2:])
    found = compare([card, replace(card, layers=layers)], ["a", "b"])
    assert row(found, "latency", "latency")[1] == ["work"]
    assert row(found, "latency", "multiplying_layers") == ((1.0, 1.0), [])
    head = found.headline("latency")
    assert head is not None and head.name == "multiplying_layers"
    value = head.figures[0]
    assert isinstance(value, Figure)
    assert value.value == pytest.approx(
        sum(layer.latency_s or 0 for layer in card.layers if layer.macs)
    )


def test_no_limit_of_the_memory_makes_time_unfair(card: Scorecard) -> None:
    free = with_row(card, "cost", "bandwidth_DRAM_shared", Missing("no limit", "one"))
    found = compare([card, free], ["a", "b"])
    assert row(found, "throughput", "multiplying_layers")[1] == ["off-chip bandwidth"]
    assert row(found, "energy", "per_inference")[1] == []


def test_measured_is_not_divided_by_modelled(card: Scorecard) -> None:
    at = card.power["average"]
    assert isinstance(at, Figure)
    meter = with_row(card, "power", "average", replace(at, origin=Origin.MEASURED))
    found = compare([card, meter], ["a", "b"])
    assert row(found, "power", "average") == (
        (1.0, None),
        ["how the figures of a row came to be"],
    )
    assert row(found, "energy", "per_inference") == ((1.0, 1.0), [])


def test_rows_that_one_sheet_lacks_have_no_ratio_and_no_letter(card: Scorecard) -> None:
    more = Row("extra", "extra", Figure(2.0, Unit.SECOND, Origin.MODELLED, "x"))
    longer = replace(card, batch=2, latency=Metric((*card.latency.rows, more)))
    found = compare([card, longer], ["a", "b"])
    assert row(found, "latency", "extra") == ((None, None), [])
    assert next(each for each in found.rows if each.name == "extra").figures[0] is None


def test_the_headline_is_fair_where_it_can_be(card: Scorecard) -> None:
    found = compare([in_process(card, 65e-9), in_process(card, 28e-9)], ["a", "b"])
    heads = {name: found.headline(name) for name, _ in card.metrics}
    assert heads["throughput"] is not None and heads["throughput"].name == "multiplying_layers"
    assert heads["energy"] is not None and heads["energy"].name == "per_inference"
    assert heads["energy"].better is Better.LESS
    assert heads["accuracy"] is None and heads["scalability"] is None


def test_each_sheet_is_set_against_the_first_alone(card: Scorecard) -> None:
    """The third differs; that is no reason to hide how the second is to the first."""
    found = compare([card, card, replace(card, batch=4)], ["a", "b", "c"])
    assert row(found, "energy", "per_inference") == ((1.0, 1.0, None), ["batch"])


def test_a_comparison_is_read_back_equal(card: Scorecard) -> None:
    found = compare([card, small.unpriced_card()], ["a", "b"])
    assert from_json(to_json(found), Comparison) == found


def test_sheets_are_two_or_more_of_one_network(card: Scorecard) -> None:
    for cards, names in (
        ([card], ["a"]),
        ([card, card], ["a", "a"]),
        ([card, replace(card, network="other")], ["a", "b"]),
    ):
        with pytest.raises(ValueError, match="two or more named sheets of one network"):
            compare(cards, names)


def test_another_space_that_was_searched_is_a_difference(card: Scorecard) -> None:
    layers = tuple(
        replace(layer, run=replace(layer.run, space="fewer mappings")) if layer.run else layer
        for layer in card.layers
    )
    found = compare([card, replace(card, layers=layers)], ["a", "b"])
    [each] = found.differences
    assert (each.name, each.values) == ("mappings searched", ("every mapping", "fewer mappings"))
    assert row(found, "latency", "latency")[1] == [each.name]


@pytest.fixture(scope="module")
def eyeriss() -> PublishedSheet:
    return published_sheet(builtin_record("eyeriss"), "alexnet")


def test_what_is_published_is_never_divided_by_what_is_modelled(
    card: Scorecard, eyeriss: PublishedSheet
) -> None:
    found = compare([card], ["teaching", "eyeriss (published)"], [eyeriss])
    assert found.sheets == (card, eyeriss)
    for metric, name in (("throughput", "inferences_per_s"), ("energy", "per_inference")):
        ratios, marks = row(found, metric, name)
        assert ratios == (1.0, None)
        assert {"how the figures of a row came to be", "network", "batch", "work"} <= set(marks)
    value = next(each for each in found.rows if each.name == "inferences_per_s").figures[1]
    assert isinstance(value, Figure) and (value.value, value.origin) == (34.7, Origin.PUBLISHED)
    names = [each.name for each in found.differences]
    assert "objective" not in names and "program" not in names
    assert "how a report came to its figures" not in names


def test_operands_of_one_format_do_not_differ_where_a_report_gives_no_more(
    card: Scorecard, eyeriss: PublishedSheet
) -> None:
    """Both run on int16; the card knows of its outputs, too, and the report does not say."""
    found = compare([card], ["a", "b"], [eyeriss])
    assert "number formats" not in [each.name for each in found.differences]
    silent = replace(eyeriss, formats=())
    found = compare([card], ["a", "b"], [silent])
    [formats] = [each for each in found.differences if each.name == "number formats"]
    assert formats.values[1] == "unknown"


def test_published_sheets_are_divided_where_nothing_but_the_design_differs(
    eyeriss: PublishedSheet,
) -> None:
    alike = replace(eyeriss, chip="twin")
    found = compare([], ["a", "b"], [eyeriss, alike], "alexnet")
    assert [each.name for each in found.differences] == ["values that are not zero"]
    assert row(found, "cost", "area") == ((1.0, 1.0), [])
    assert row(found, "latency", "latency") == ((1.0, None), ["values that are not zero"])
    simulated = replace(alike, label="published, simulated")
    found = compare([], ["a", "b"], [eyeriss, simulated], "alexnet")
    assert row(found, "cost", "area")[1] == ["how a report came to its figures"]


def test_a_row_has_the_words_that_all_sheets_share(
    card: Scorecard, eyeriss: PublishedSheet
) -> None:
    found = compare([card], ["a", "b"], [eyeriss])
    labels = {(each.metric, each.name): each.label for each in found.rows}
    assert labels["latency", "latency"] == "latency of a batch"
    assert labels["power", "average"] == "average power"


def test_a_comparison_with_a_published_chip_is_read_back_equal(
    card: Scorecard, eyeriss: PublishedSheet
) -> None:
    found = compare([card], ["a", "b"], [eyeriss])
    assert from_json(to_json(found), Comparison) == found
