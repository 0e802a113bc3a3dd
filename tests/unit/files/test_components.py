"""Estimators in a chip's file: what they price, and what a file may not say."""

from __future__ import annotations

import pytest

from octant.components import ComponentSpec, dram_access, estimator
from octant.components.estimator import area, energy, leakage
from octant.errors import FileFormatError
from octant.files import architecture_text, parse_architecture

BUFFER = "    energy: {value: 2 pJ, source: lesson}\n"
MAC = "int16}\n  energy: {value: 1 pJ, source: lesson}\n"
SRAM = "component: {estimator: sram, node: 45 nm, attributes: {capacity: 1 KiB, width: 64 b}}\n"


def changed(*changes: tuple[str, str]) -> str:
    text = architecture_text("teaching")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def word64(component: str) -> str:
    """The teaching chip with words of 64 b in its buffer, priced by a component."""
    text = changed((BUFFER, f"    {component}"))
    head, tail = text.split("  - level: buffer", 1)
    return head + "  - level: buffer" + tail.replace("word: 16 b", "word: 64 b", 1)


def test_a_memory_gets_energies_area_and_leakage() -> None:
    chip = parse_architecture(word64(SRAM))
    store = chip.levels[1].stores[0]
    spec = ComponentSpec.of("sram", process_m=45e-9, capacity_bits=8192, width_bits=64)
    model = estimator("sram")
    assert store.read_energy == energy(model, spec, "read")
    assert store.write_energy == energy(model, spec, "write")
    assert store.area_m2 == area(model, spec).value
    assert store.leakage_w == leakage(model, spec).value
    assert store.area_spreads == area(model, spec).spreads != ()
    assert store.leakage_spreads == leakage(model, spec).spreads != ()
    cited = dict(chip.sources)
    assert cited["area of buffer"].startswith("modelled: fit to CACTI 7")
    assert cited["leakage of buffer"] == cited["area of buffer"]


def test_what_the_file_states_comes_before_the_estimator() -> None:
    text = word64(SRAM + "    leakage: 3 mW\n")
    store = parse_architecture(text).levels[1].stores[0]
    assert (store.leakage_w, store.leakage_spreads) == (3e-3, ())
    assert store.area_spreads != ()


def test_ddr4_tells_a_write_from_a_read() -> None:
    chip = parse_architecture(changed((BUFFER, "    energy: {model: dram, type: DDR4}\n")))
    store = chip.levels[1].stores[0]
    assert store.read_energy == dram_access("DDR4", 16, "read")
    assert store.write_energy == dram_access("DDR4", 16, "write")


def test_stated_energies_keep_their_place_beside_a_component() -> None:
    text = word64(SRAM.replace("64 b", "128 b") + BUFFER)  # no word of 128 b is priced
    store = parse_architecture(text).levels[1].stores[0]
    assert store.read_energy is not None and store.read_energy.energy_j == pytest.approx(2e-12)
    assert store.area_m2 is not None and store.leakage_w is not None
    form = "component: {estimator: aladdin-mac, attributes: {width: 16 b, accumulator: 16 b}}"
    made = parse_architecture(changed((MAC, f"{MAC}  {form}\n")))
    assert made.compute.mac_energy is not None
    assert made.compute.mac_energy.energy_j == pytest.approx(1e-12)
    assert made.compute.area_m2 == pytest.approx((6350 / 4 + 139) * 1e-12)
    assert made.compute.leakage_w == pytest.approx((80 / 4 + 1.15) * 1e-6)


def test_a_scaled_compute_unit() -> None:
    form = (
        "component: {estimator: integer-mac, scale: true, node: 65 nm, voltage: 1 V, "
        "attributes: {width: 16 b, accumulator: 16 b}}\n"
    )
    chip = parse_architecture(changed((MAC, f"int16}}\n  {form}")))
    assert chip.compute.mac_energy is not None
    assert chip.compute.mac_energy.energy_j == pytest.approx(1.321e-12, rel=1e-3)
    assert chip.compute.area_m2 is None and chip.compute.leakage_w is None


def test_one_action_of_an_estimator() -> None:
    form = (
        "energy: {estimator: wire, action: transfer, "
        "attributes: {length: 1 mm, width: 16 b, swing: 1 V}}"
    )
    chip = parse_architecture(
        changed(
            ("word: 16 b\n    energy: {value: 1 pJ, source: lesson}", f"word: 16 b\n    {form}")
        )
    )
    assert chip.fanouts[0].transfer_energy is not None
    assert chip.fanouts[0].transfer_energy.energy_j == pytest.approx(0.8e-12)


def test_limits_of_a_stated_energy() -> None:
    form = "{value: 2 pJ, low: 1 pJ, high: 4 pJ, because: a guess, source: lesson}"
    store = parse_architecture(changed((BUFFER, f"    energy: {form}\n"))).levels[1].stores[0]
    assert store.read_energy is not None
    assert (store.read_energy.low_j, store.read_energy.high_j) == pytest.approx((1e-12, 4e-12))


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (SRAM.replace("64 b", "128 b"), "component: prices a word of 128 b, but the word here"),
        (SRAM.replace("sram", "srm"), "there is no component 'srm'; did you mean 'sram'"),
        (SRAM.replace("45 nm", "16 nm"), "the process is 16 nm; its figures are for 22 nm"),
        (SRAM.replace("width", "widht"), "no attribute 'widht'; did you mean 'width'"),
        (SRAM.replace("1 KiB", "1024"), "capacity is '1024'; a number needs a unit"),
        (SRAM.replace("node: 45 nm, ", ""), "needs a process node"),
        (SRAM.replace("node:", "scale: true, node:"), "'scale' without both of 'node'"),
        (SRAM.replace("node:", "supply: 1 V, node:"), "only scaling needs"),
        ("energy: {value: 2 pJ, low: 1 pJ, source: lesson}\n", "allowed is all three or none"),
        (
            "energy: {value: 2 pJ, low: 3 pJ, high: 4 pJ, because: a, source: lesson}\n",
            "does not enclose",
        ),
        (
            "energy: {value: 2 pJ, low: 1 MAC, high: 4 pJ, because: a, source: lesson}\n",
            "are not all energies or all multiples",
        ),
    ],
)
def test_what_a_file_may_not_say(form: str, message: str) -> None:
    with pytest.raises(FileFormatError, match=message.replace("(", r"\(")):
        parse_architecture(word64(form))
