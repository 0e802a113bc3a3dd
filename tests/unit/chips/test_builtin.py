"""The built-in records: every number has its citation, and facts agree with each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from octant import api, chips
from octant.chips import Choice, Kind, Method, Sureness, survey
from octant.errors import FileFormatError, UnknownNameError
from octant.files.records import builtin_record, load_record, record_names, record_text
from octant.report import references_page, write_survey
from octant.scorecard import Figure, Metric, Missing, PublishedSheet, published_sheet
from octant.source import Origin

OWN = """octant: record 1
name: mine
title: a chip of one's own
method: measured
source: sheet
sources: {sheet: a data sheet of one's own}
specification: {process: 22 nm, peak: 1 TOPS, power: 100 mW}
"""


@pytest.mark.parametrize("name", record_names())
def test_every_number_has_a_citation_that_is_printed(name: str) -> None:
    record = builtin_record(name)
    assert record.name == name and record.title
    assert list(record.quantities())
    cited = chips.citations([record])
    printed = "".join(references_page(cited, width=10_000).split())
    for path, quantity in record.quantities():
        assert quantity.citation
        assert "".join(path.split()) in printed
        for words in re.split(r"EIE:|Eyeriss:", quantity.citation):
            assert "".join(words.split()) in printed
    assert all(other.citation for other in record.others)
    assert load_record(name) is record


def test_the_chips_that_the_field_compares_itself_with_are_there() -> None:
    names = set(record_names())
    assert {"eyeriss", "eyeriss2", "tpu1", "diannao", "dadiannao", "shidiannao"} <= names
    assert {"cambricon", "cambricon-x", "eie64", "scnn", "simba", "a100", "mi210"} <= names
    assert {"isaac", "wang22", "jia20", "neurram"} <= names
    assert sum(name.startswith("nvdla-") for name in names) == 7


@pytest.mark.parametrize("name", record_names())
def test_facts_agree_with_each_other(name: str) -> None:
    """Where a fact is stated twice over, both ways lead to one value."""
    record = builtin_record(name)
    peak, multipliers = chips.fact(record["peak"]), chips.fact(record["multipliers"])
    clock = chips.fact(record["clock"])
    if record.kind is Kind.DIGITAL and peak and multipliers and clock:
        counted = 2 * multipliers.value * clock.value
        assert peak.value == pytest.approx(counted, rel=0.1), "2 a multiplier and cycle"
    for run in record.runs:
        rate, power = chips.rate(run), chips.fact(run["power"])
        economy = chips.efficiency(run)
        if rate and power and economy:
            assert rate.value / power.value == pytest.approx(economy.value, rel=0.02)


def test_what_is_recalled_is_in_no_figure() -> None:
    record = builtin_record("shidiannao")
    peak = record["peak"]
    assert peak is not None and peak.sure is Sureness.RECALLED
    assert survey([record]).points == ()
    assert isinstance(published_sheet(record).throughput["peak_operations_per_s"], Missing)


def test_eyeriss_on_the_survey() -> None:
    (point,) = survey([builtin_record("eyeriss")]).points
    assert point.operations_per_s == 2 * 23.1e9
    assert point.operations_per_j == pytest.approx(2 * 83.1e9)
    assert (point.method, point.is_peak, point.formats) == (Method.MEASURED, False, "int16")


def test_nvdla_on_the_survey() -> None:
    """269 frames a second of 3.858 GMAC at 291 mW."""
    (point,) = survey([builtin_record("nvdla-2048")]).points
    assert point.operations_per_s == pytest.approx(269 * 2 * 3.858e9)
    assert point.operations_per_j == pytest.approx(269 * 2 * 3.858e9 / 0.291)


def test_choices() -> None:
    def names(choice: Choice) -> set[str]:
        return {record.name for record in api.published_chips(choice=choice)}

    assert names(Choice(method=Method.MEASURED, process_m=65e-9)) == {"eyeriss", "jia20"}
    assert names(Choice(kind=Kind.GPU)) == {"a100", "mi210"}
    assert "dadiannao" in names(Choice(network="alexnet"))
    assert names(Choice(network="no such network")) == set()


def test_a_chip_of_ones_own_is_on_the_survey_without_code(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(OWN, encoding="utf-8")
    for given in (tmp_path, tmp_path / "mine.yaml"):
        records = api.published_chips([given])
        (mine,) = [point for point in survey(records).points if point.chip == "mine"]
        assert mine.operations_per_s == 1e12
        assert mine.operations_per_j == pytest.approx(1e13)
    figure = tmp_path / "survey.svg"
    write_survey(figure, survey(records))
    drawn = figure.read_text(encoding="utf-8")
    assert 'id="mine"' in drawn
    for point in survey(records).points:
        assert f'id="{point.chip}"' in drawn


def test_two_chips_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(record_text("eyeriss"), encoding="utf-8")
    with pytest.raises(FileFormatError, match="named 'eyeriss', like another"):
        api.published_chips([path])


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"holds no \.yaml file"):
        api.published_chips([tmp_path])


def _value(metric: Metric, name: str) -> float:
    figure = metric[name]
    assert isinstance(figure, Figure) and figure.origin is Origin.PUBLISHED
    return figure.value


def test_a_record_as_the_eight_metrics() -> None:
    sheet = published_sheet(builtin_record("eyeriss"), "alexnet")
    assert isinstance(sheet, PublishedSheet)
    assert sheet.label == "published, measured"
    assert [name for name, _ in sheet.metrics] == [
        "accuracy", "throughput", "latency", "energy", "power", "cost", "flexibility",
        "scalability",
    ]  # fmt: skip
    assert _value(sheet.throughput, "inferences_per_s") == 34.7
    assert _value(sheet.latency, "latency") == 0.1153
    assert _value(sheet.energy, "per_inference") == pytest.approx(0.278 / 34.7)
    assert _value(sheet.cost, "area") == pytest.approx(12.25e-6)
    assert isinstance(sheet.accuracy["accuracy"], Missing)
    assert sheet.references and all(each.used_for for each in sheet.references)


def test_a_simulated_record_says_so() -> None:
    sheet = published_sheet(builtin_record("eyeriss2"))
    assert sheet.label == "published, simulated"
    assert _value(sheet.power, "average") == pytest.approx(1470.6 / 2560.3)
    energy = sheet.energy["per_inference"]
    assert isinstance(energy, Figure) and energy.basis.startswith("simulated")


def test_a_run_that_never_was() -> None:
    with pytest.raises(UnknownNameError, match="nothing named 'vgg16' ran on it"):
        published_sheet(builtin_record("eyeriss"), "vgg16")
