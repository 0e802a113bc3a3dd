"""Numbers of a user's own: CSV and YAML tables, Accelergy's reference tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import octant
from octant.arch import Level
from octant.components import ComponentSpec
from octant.components.estimator import area, energy, leakage
from octant.errors import FileFormatError, NotEstimatedError, OctantError
from octant.files import architecture_text, builtin_architecture, parse_architecture
from octant.files.estimators import estimator_named
from octant.source import Origin

CSV = """capacity [KiB],width [b],cell,banks,energy of read [pJ],area [um^2],leakage [uW],source
1,64,fast,1,2.0,1000,3,Our compiler 2026
4,64,fast,1,4.0,3000,9,Our compiler 2026
4,64,slow,1,3.0,3000,1,
"""
YAML = """octant: table 1
name: our-sram
title: SRAM of our compiler
source: lab
sources: {lab: {measured: our test chip}}
node: 28 nm
voltage: 0.9 V
interpolate: [capacity]
csv: ours.csv
"""
ERT = """ERT:
    version: '0.4'
    tables:
      - name: top.chip.GlobalBuffer[1..1]
        actions:
          - {name: leak, arguments: {global_cycle_seconds: 1e-09}, energy: 0.5}
          - {name: read, arguments: {global_cycle_seconds: 1e-09}, energy: 43.5}
          - {name: write, energy: 30.25}
      - name: top.chip.MACC[1..168]
        actions:
          - {name: compute, energy: 0.845}
ART:
    version: '0.4'
    tables:
      - {name: 'top.chip.GlobalBuffer[1..1]', area: 1234.0}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("ours.csv").write_text(CSV, "utf-8")
    Path("ours.yaml").write_text(YAML, "utf-8")
    Path("their.ert.yaml").write_text(ERT, "utf-8")
    return tmp_path


def asked(name: str, **values: float | str) -> ComponentSpec:
    given: dict[str, float | str] = {"width": 64.0, "banks": 1.0, "cell": "fast", **values}
    return ComponentSpec(name, None, None, tuple(sorted(given.items())))


def test_a_row_is_found_exactly(folder: Path) -> None:
    table = estimator_named("ours.csv")
    price = energy(table, asked("ours", capacity=8192.0), "read")
    assert price.energy_j == pytest.approx(2e-12)
    assert str(price.source) == "published: Our compiler 2026"
    assert area(table, asked("ours", capacity=8192.0)).value == pytest.approx(1e-9)
    assert leakage(table, asked("ours", capacity=32768.0)).value == pytest.approx(9e-6)
    slow = energy(table, asked("ours", capacity=32768.0, cell="slow"), "read")
    assert slow.energy_j == pytest.approx(3e-12)
    assert slow.source.origin is Origin.ASSUMED


def test_between_rows_is_refused_unless_the_user_says_so(folder: Path) -> None:
    with pytest.raises(NotEstimatedError, match="no row with capacity 2 KiB; it has 1 KiB, 4 KiB"):
        energy(estimator_named("ours.csv"), asked("ours", capacity=16384.0), "read")
    price = energy(estimator_named("ours.yaml"), asked("our-sram", capacity=16384.0), "read")
    assert price.energy_j == pytest.approx(8**0.5 * 1e-12)  # half way in logarithms: sqrt(2 x 4)
    assert price.source.origin is Origin.MODELLED
    assert "interpolated in capacity between 1 KiB and 4 KiB" in price.source.citation
    with pytest.raises(NotEstimatedError, match="8 KiB is outside of its rows, 1 KiB to 4 KiB"):
        energy(estimator_named("ours.yaml"), asked("our-sram", capacity=65536.0), "read")
    with pytest.raises(NotEstimatedError, match="capacity 1 KiB is outside of its rows, 4 KiB"):
        energy(
            estimator_named("ours.yaml"), asked("our-sram", capacity=8192.0, cell="slow"), "read"
        )


@settings(max_examples=30, deadline=None)
@given(st.floats(1024.0 * 8, 4096.0 * 8))
def test_interpolation_meets_its_ends_and_rises_between(capacity: float) -> None:
    from octant.components import About, Attribute
    from octant.components.table import Row, Table
    from octant.source import Source

    lab = Source(Origin.MEASURED, "lab")
    size = Attribute("capacity", "capacity", "capacity", "of it")
    about = About("t", "table", "t", ("read",), (size,), "rows", "rows", ("lab",))
    rows = tuple(
        Row((("capacity", kib * 8192.0),), (("energy of read", j),), lab)
        for kib, j in ((1, 2e-12), (4, 4e-12))
    )
    spec = ComponentSpec.of("t", capacity=capacity)
    price = energy(Table(about, rows, ("capacity",)), spec, "read")
    assert price.energy_j == pytest.approx(
        2e-12 * (capacity / 8192) ** 0.5
    )  # the power through both


def test_a_table_may_hold_its_rows(folder: Path) -> None:
    lines = [f'  - {{width: {w} b, "energy of add": {e} fJ}}\n' for w, e in ((8, 30), (16, 50))]
    rows = "rows:\n" + "".join(lines)
    text = YAML.replace("csv: ours.csv\n", rows).replace("[capacity]", "[width]")
    Path("rows.yaml").write_text(text, "utf-8")
    price = energy(estimator_named("rows.yaml"), ComponentSpec.of("our-sram", width=8.0), "add")
    assert price.energy_j == pytest.approx(3e-14)
    assert str(price.source) == "measured: our test chip"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1,64,fast,1,2.0", "1,64,fast,2.0", "ours.csv:2: has 7 cells; the first line has 8"),
        ("2.0,1000", "two,1000", "ours.csv:2: energy of read is 'two pJ'"),
        ("2.0,1000", "-2,1000", "ours.csv:2: energy of read is '-2 pJ'"),
        ("[KiB]", "[KB]", "column 'capacity' has the unit 'KB', which is none"),
        ("width [b]", "capacity [b]", "column 'capacity' stands twice"),
        ("capacity [KiB]", "capacity KiB]", "is not NAME or NAME"),
    ],
)
def test_faults_of_a_table(folder: Path, old: str, new: str, message: str) -> None:
    Path("ours.csv").write_text(CSV.replace(old, new), "utf-8")
    with pytest.raises(FileFormatError, match=message.replace("[", r"\[")):
        estimator_named("ours.csv")


def test_empty_tables_and_foreign_files(folder: Path) -> None:
    for text, message in (("", "is empty"), (CSV.splitlines()[0], "has no rows")):
        Path("ours.csv").write_text(text, "utf-8")
        with pytest.raises(FileFormatError, match=message):
            estimator_named("ours.csv")
    Path("other.yaml").write_text("a: b\n", "utf-8")
    with pytest.raises(FileFormatError, match="is no file that prices components"):
        estimator_named("other.yaml")
    Path("ours.yaml").write_text(YAML.replace("[capacity]", "[capcity]"), "utf-8")
    Path("ours.csv").write_text(CSV, "utf-8")
    with pytest.raises(FileFormatError, match=r"ours.yaml:8: interpolate.*did you mean 'capacity'"):
        estimator_named("ours.yaml")


def test_a_chip_takes_its_prices_from_a_table_beside_it(folder: Path) -> None:
    component = (
        "component: {estimator: ours.yaml, attributes: "
        "{capacity: 2 KiB, width: 64 b, cell: fast, banks: 1}}\n"
    )
    text = architecture_text("teaching").replace(
        "energy: {value: 2 pJ, source: lesson}\n", component
    )
    head, tail = text.split("  - level: buffer", 1)
    text = head + "  - level: buffer" + tail.replace("word: 16 b", "word: 64 b", 1)
    with pytest.raises(FileFormatError, match="has no action 'write'"):
        parse_architecture(text, "chip.yaml", folder)
    Path("ours.csv").write_text(CSV.replace("energy of read", "energy of write"), "utf-8")
    both = CSV.replace("energy of read [pJ],", "energy of read [pJ],energy of write [pJ],")
    for energy_pj in ("2.0", "4.0", "3.0"):
        both = both.replace(f",1,{energy_pj},", f",1,{energy_pj},{energy_pj},")
    Path("ours.csv").write_text(both, "utf-8")
    store = parse_architecture(text, "chip.yaml", folder).levels[1].stores[0]
    assert store.read_energy is not None
    assert store.read_energy.energy_j == pytest.approx(8**0.5 * 1e-12)
    assert store.area_m2 == pytest.approx(3e6**0.5 * 1e-12)


def test_reference_tables_are_read(folder: Path) -> None:
    tables = estimator_named("their.ert.yaml")
    buffer = ComponentSpec.of("ert", component="GlobalBuffer")
    assert energy(tables, buffer, "read").energy_j == pytest.approx(43.5e-12)
    assert energy(tables, buffer, "write").energy_j == pytest.approx(30.25e-12)
    assert area(tables, buffer).value == pytest.approx(1234e-12)
    assert leakage(tables, buffer).value == pytest.approx(0.5e-12 / 1e-9)
    unit = ComponentSpec.of("ert", component="MACC")
    assert energy(tables, unit, "compute").energy_j == pytest.approx(0.845e-12)
    with pytest.raises(NotEstimatedError, match="has no action 'read' of MACC; it has compute"):
        energy(tables, unit, "read")
    for question in (area, leakage):
        with pytest.raises(NotEstimatedError):
            question(tables, unit)


def test_an_action_listed_twice_is_refused(folder: Path) -> None:
    Path("their.ert.yaml").write_text(ERT.replace("name: write", "name: read"), "utf-8")
    with pytest.raises(FileFormatError, match="lists 'read' of GlobalBuffer more than once"):
        estimator_named("their.ert.yaml")


def test_a_repeated_key_is_refused(folder: Path) -> None:
    for name, text in (
        ("ours.yaml", YAML.replace("voltage: 0.9 V", "voltage: 0.9 V\nvoltage: 1.0 V")),
        ("their.ert.yaml", ERT.replace("area: 1234.0", "area: 1234.0, area: 5.0")),
    ):
        Path(name).write_text(text, "utf-8")
        with pytest.raises(FileFormatError, match=r":\d+: .*(voltage|area): "):
            estimator_named(name)


@pytest.mark.parametrize("name", ["eyeriss", "eyeriss-isca16", "teaching"])
def test_what_is_written_reads_back(folder: Path, name: str) -> None:
    chip = builtin_architecture(name)
    Path("chip.ert.yaml").write_text(octant.reference_tables(chip), "utf-8")
    tables = estimator_named("chip.ert.yaml")
    for level in chip.levels:
        for store in level.stores:
            spec = ComponentSpec.of("chip.ert", component=store.name)
            assert store.read_energy is not None and store.write_energy is not None
            read = energy(tables, spec, "read").energy_j
            assert read == pytest.approx(store.read_energy.energy_j, rel=1e-12)
            update = energy(tables, spec, "update").energy_j
            assert update == pytest.approx(store.write_energy.energy_j, rel=1e-12)
    units = yaml.safe_load(octant.reference_tables(chip))["ERT"]["tables"][-1]["name"]
    assert units.endswith(f"[1..{chip.compute_units}]")


def test_unknown_prices_are_not_written() -> None:
    with pytest.raises(NotEstimatedError, match="no source gives host_memory read"):
        octant.reference_tables("tpu1")
    with pytest.raises(NotEstimatedError, match="no source gives the area of a part"):
        octant.reference_tables("teaching", energies=False, areas=True)
    chip = builtin_architecture("teaching")
    level = chip.levels[1]
    known = replace(level, stores=(replace(level.stores[0], area_m2=2e-6),))
    assert isinstance(known, Level)
    nodes = tuple(known if node == level else node for node in chip.nodes)
    written = octant.reference_tables(replace(chip, nodes=nodes), energies=False, areas=True)
    assert yaml.safe_load(written)["ART"]["tables"] == [
        {"name": "teaching.buffer[1..1]", "area": 2000000.0}
    ]


def test_a_compound_of_compounds_and_of_itself(folder: Path) -> None:
    inner = (
        "octant: component 1\nname: inner\ntitle: inner\nsources: {}\n"
        "parts:\n  adder: {estimator: integer-add, attributes: {width: 8 b}}\n"
        "actions:\n  add: {adder.add: 1}\n"
    )
    Path("inner.yaml").write_text(inner, "utf-8")
    outer = inner.replace("inner", "outer").replace(
        "{estimator: integer-add, attributes: {width: 8 b}}", "{estimator: inner.yaml, count: 3}"
    )
    Path("outer.yaml").write_text(outer.replace("adder.add: 1", "adder.add: 3"), "utf-8")
    price = energy(estimator_named("outer.yaml"), ComponentSpec("outer"), "add")
    assert price.energy_j == pytest.approx(90e-15)
    Path("inner.yaml").write_text(outer.replace("inner.yaml", "outer.yaml"), "utf-8")
    with pytest.raises(OctantError, match="leads back to itself"):
        estimator_named("outer.yaml")
