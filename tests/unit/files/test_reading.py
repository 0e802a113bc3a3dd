"""Architecture files: what is read, what is refused, and that nothing else can happen."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octant.errors import FileFormatError, OctantError
from octant.files import (
    architecture_names,
    architecture_text,
    load_architecture,
    parse_architecture,
    read_architecture,
    schema,
)
from octant.files.document import LARGEST_BYTES, parse_document
from octant.source import Origin
from octant.workload import Role

TEACHING = architecture_text("teaching")


def changed(*pairs: tuple[str, str]) -> str:
    text = TEACHING
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def refused(text: str) -> str:
    with pytest.raises(FileFormatError) as error:
        parse_architecture(text, "chip.yaml")
    return str(error.value)


def test_a_file_is_read_by_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("\ufeff" + changed(("name: teaching", "name: mine")), encoding="utf-8")
    assert read_architecture(path).name == "mine"
    assert load_architecture(str(path)) == read_architecture(str(path))
    bare = path.rename(tmp_path / "chip")
    assert load_architecture(str(bare)).name == "mine"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.yaml", None, "cannot be read: No such file or directory"),
        ("latin.yaml", b"octant: architecture 1\ntitle: caf\xe9\n", ":2: byte 0xe9 is not UTF-8"),
        ("huge.yaml", b"#" * (LARGEST_BYTES + 1), "is larger than 1000000 bytes"),
        ("nul.yaml", b"octant: 1\na: \x00\n", ":2: has a control character"),
        ("empty.yaml", b"", ":1: is empty; allowed is a mapping"),
        ("binary.yaml", bytes(range(128, 256)), ":1: byte 0x80 is not UTF-8"),
    ],
)
def test_a_file_that_is_none(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FileFormatError) as error:
        load_architecture(str(path))
    assert str(error.value).startswith(str(path))
    assert message in str(error.value)


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="is a directory"):
        load_architecture(str(tmp_path))


def test_bandwidths_a_second_become_bits_a_cycle() -> None:
    chip = parse_architecture(changed(("16 b/cycle", "1.6 GB/s")))
    assert chip.levels[0].stores[0].shared_bits_per_cycle == 128  # 12.8 Gb/s at 100 MHz


def test_a_bandwidth_may_be_unlimited_but_not_left_out() -> None:
    chip = parse_architecture(changed(("16 b/cycle", "unlimited")))
    assert chip.levels[0].stores[0].shared_bits_per_cycle is None
    message = refused(changed(("    bandwidth: 16 b/cycle # one word a cycle\n", "")))
    assert message == "chip.yaml:12: nodes[0].bandwidth: is missing; it is required"


def test_energies_by_direction_and_multiples() -> None:
    chip = parse_architecture(
        changed(
            (
                "energy: {value: 100 pJ, source: lesson}",
                "read_energy: {value: 90 MAC, source: lesson}\n"
                "    write_energy: {model: dram, type: HBM2-accelergy}",
            )
        )
    )
    store = chip.levels[0].stores[0]
    assert store.read_energy is not None and store.write_energy is not None
    assert store.read_energy.energy_j == pytest.approx(90e-12)
    assert store.read_energy.source.origin is Origin.ASSUMED
    assert store.write_energy.energy_j == pytest.approx(16 * 3.9e-12)
    assert "accelergy" in store.write_energy.source.citation


def test_an_energy_that_nobody_knows_stays_unknown() -> None:
    chip = parse_architecture(changed(("{value: 100 pJ, source: lesson}", "unknown")))
    assert chip.levels[0].stores[0].read_energy is None
    chip = parse_architecture(changed(("    energy: {value: 100 pJ, source: lesson}\n", "")))
    assert chip.levels[0].stores[0].write_energy is None


def test_widths_of_elements_leakage_area_and_double_buffering() -> None:
    chip = parse_architecture(
        changed(
            (
                "capacity: 256 B # 128 words",
                "capacity: 256 B\n    double_buffered: true\n    element_width: {output: 8 b}\n"
                "    leakage: 0 W\n    area: 100 um^2\n    optional: [weight]",
            )
        )
    )
    level = chip.levels[1]
    store = level.stores[0]
    assert store.usable_bits == 1024 and store.element_bits == ((Role.OUTPUT, 8),)
    assert store.leakage_w == 0 and store.area_m2 == pytest.approx(1e-10)
    assert level.optional == (Role.WEIGHT,)


def test_floating_point_models() -> None:
    chip = parse_architecture(
        changed(
            (
                "energy: {value: 1 pJ, source: lesson}\n\nvector",
                "energy: {model: horowitz-float-mac, bits: 16, accumulator_bits: 32, "
                "process: 45 nm, voltage: 900 mV}\n\nvector",
            )
        )
    )
    assert chip.compute.mac_energy is not None
    assert chip.compute.mac_energy.energy_j == pytest.approx(2e-12)


def test_rank_names_are_free() -> None:
    chip = parse_architecture(changed(("ranks: [K]", "ranks: [K, heads]")))
    assert chip.fanouts[0].axes[1].ranks == ("K", "heads")


def test_words_of_yaml_1_1_are_words() -> None:
    data = parse_document("{N: no, Y: on, t: 1:30, d: 2020-01-01, x: 0x10, f: 1e3}", "x").data
    assert data == {
        "N": "no",
        "Y": "on",
        "t": "1:30",
        "d": "2020-01-01",
        "x": "0x10",
        "f": 1000.0,
    }


def test_faults_come_in_the_order_of_the_file() -> None:
    lines = refused(
        changed(("clock: 100 MHz", "clock: 100"), ("word: 16 b", "word: 16"), ("[K]", "K"))
    ).splitlines()
    assert [line.split(":")[1] for line in lines] == ["9", "14", "30"]


def test_the_schema_is_json_and_names_every_part() -> None:
    text = json.dumps(schema())
    for word in ("octant", "multicast", "double_buffered", "horowitz-mac", "64 b/cycle"):
        assert word in text
    assert schema()["additionalProperties"] is False


@pytest.mark.parametrize("name", architecture_names())
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(name: str, data: st.DataObject) -> None:
    """Whatever happens to a line, the answer is an architecture or a list of placed faults."""
    lines = architecture_text(name).splitlines()
    index = data.draw(st.integers(0, len(lines) - 1))
    start = data.draw(st.integers(0, len(lines[index])))
    damage = data.draw(
        st.sampled_from(["", "-", ": ", "{", "]", "\t", "0", "-1", "nan", "!!int", "[[", "'", "~"])
        | st.text(max_size=5)
    )
    lines[index] = lines[index][:start] + damage + lines[index][start + len(damage) :]
    try:
        parse_architecture("\n".join(lines), "chip.yaml")
    except FileFormatError as error:
        assert all(line.startswith("chip.yaml:") for line in str(error).splitlines())


@given(st.text(max_size=60))
def test_any_text_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(OctantError, match=r"^chip"):
        parse_architecture(text, "chip")
