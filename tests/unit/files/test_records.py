"""Records from YAML: what is read, and what is refused with its line."""

from __future__ import annotations

import pytest

from octant.chips import Bound, Kind, Method, Quantity, Stage, Sureness
from octant.errors import FileFormatError
from octant.files.records import parse_record

HEAD = "octant: record 1\nname: x\ntitle: a chip\n"
WHOLE = """octant: record 1
name: x
title: a chip
year: 2020
kind: analog
method: measured
stage: silicon
weights: int4
activations: int8
counts_skipped: true
note: a note
source: paper
sources: {paper: a paper, other: another paper}
specification:
  process: 65 nm
  multipliers: 12
  core_area: {value: 2 mm^2, where: Table I, sure: recalled, bound: at most, note: of the core}
  peak: {value: 3 GMAC/s, source: other, method: simulated}
parts: {memory: 1 mm^2}
runs:
  - network: a net
    workload: alexnet
    layers: all
    task: top-1
    weights: int8
    where: Table II
    off_chip_included: false
    accuracy: 57 %
    latency: {value: 3 ms, source: other}
    off_chip: {value: 2 MB, where: Table III}
others: [{what: a ratio, value: 2 x, where: abstract}]
"""


def test_every_line_of_the_sheet() -> None:
    record = parse_record(WHOLE, cited=True)
    assert (record.kind, record.method, record.stage) == (
        Kind.ANALOG, Method.MEASURED, Stage.SILICON,
    )  # fmt: skip
    assert (str(record.weights), str(record.activations)) == ("int4", "int8")
    assert record["process"] == Quantity(pytest.approx(65e-9), "length", "a paper")  # type: ignore[arg-type]
    assert record["multipliers"] == Quantity(12.0, "count", "a paper")
    area = record["core_area"]
    assert area is not None
    assert (area.place, area.sure, area.bound, area.note) == (
        "Table I", Sureness.RECALLED, Bound.AT_MOST, "of the core",
    )  # fmt: skip
    peak = record["peak"]
    assert peak is not None and (peak.value, peak.citation) == (6e9, "another paper")
    assert record.method_of(peak) is Method.SIMULATED
    assert record.method_of(area) is Method.MEASURED
    assert [name for name, _ in record.parts] == ["memory"]
    (run,) = record.runs
    assert run.layers == ("all",) and run.off_chip_included is False and run.counts_skipped is None
    accuracy, latency, traffic = run["accuracy"], run["latency"], run["off_chip"]
    assert accuracy is not None and latency is not None and traffic is not None
    assert accuracy.value == pytest.approx(0.57)
    assert accuracy.place == "Table II"
    assert (latency.citation, latency.place) == ("another paper", "")
    assert (traffic.value, traffic.place) == (16e6, "Table III")
    assert record.others[0].value == "2 x"
    assert len(list(record.quantities())) == 8


def test_a_claim_needs_no_citation_and_a_published_chip_does() -> None:
    text = HEAD + "specification: {process: 65 nm}\nruns: [{network: net, batch: 1}]\n"
    process = parse_record(text)["process"]
    assert process is not None and process.citation == ""
    with pytest.raises(FileFormatError) as error:
        parse_record(text, "x.yaml", cited=True)
    lines = str(error.value).splitlines()
    assert lines[0].startswith("x.yaml:4: specification.process: has no source; a published chip")
    assert lines[1].startswith("x.yaml:5: runs[0].batch: has no source")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: x\ntitle: y\n", "octant: is missing; a published chip or a claim starts with"),
        ("octant: architecture 1\n", "octant: is 'architecture 1'; a published chip or a claim"),
        (HEAD + "specification: {process: 65}\n", "process: is the bare number 65; write a number"),
        (HEAD + "specification: {prozess: 65 nm}\n", "is no key here; did you mean 'process'?"),
        (HEAD + "specification: {peak: {value: 1 TOPS, wher: x}}\n", "did you mean 'where'?"),
        (HEAD + "specification: {peak: 3 mW}\n", "'mW' is a unit of power; units of operation"),
        (HEAD + "specification: {multipliers: -1}\n", "allowed is a bare number above 0"),
        (HEAD + "specification: {multipliers: true}\n", "allowed is a bare number above 0"),
        (HEAD + "method: guessed\n", "is 'guessed'; allowed: measured, simulated"),
        (HEAD + "runs: [{network: net, layers: some}]\n", "is 'some'; allowed: all"),
        (HEAD + "runs: [{network: ' '}]\n", "is empty"),
        (HEAD + "runs: [{network: a}, {network: a}]\n", "two runs named 'a'; tell them apart"),
        (HEAD + "source: paper\n", "is 'paper', which is not in 'sources'"),
        (HEAD + "sources: {paper: ''}\n", "is empty; cite the paper"),
        (HEAD + "weights: int8x\n", "allowed is a kind with its bits"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(FileFormatError) as error:
        parse_record(text, "x.yaml")
    assert message in str(error.value)
    assert str(error.value).startswith("x.yaml:")
