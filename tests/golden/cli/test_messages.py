"""What bad input is answered, word for word: on stderr, with its exit code, and nothing on stdout.

Each case has its answer in ``NAME.txt``: the exit code, then the message.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden.compare import same_as_file
from tests.unit.cli.command import Octant

HERE = Path(__file__).parent

CASES: dict[str, tuple[str, ...]] = {
    "unknown_chip": ("evaluate", "alexnet", "--on", "eyeris"),
    "unknown_network": ("evaluate", "alexnte", "--on", "eyeriss"),
    "unknown_noun": ("show", "resnet"),
    "unknown_size": ("show", "bert-base", "--dim", "sequenze=64"),
    "size_out_of_range": ("show", "bert-base", "--dim", "sequence=0"),
    "unknown_layer": ("map", "alexnet", "--on", "teaching", "--layer", "CONV9"),
    "unknown_dataflow": ("map", "alexnet", "--on", "eyeriss", "--dataflow", "row"),
    "missing_price": ("map", "alexnet", "--on", "tpu1"),
    "density_of_no_role": ("evaluate", "alexnet", "--on", "eyeriss", "--density", "inputs=0.5"),
    "density_of_no_layer": ("evaluate", "alexnet", "--on", "eyeriss", "--density", "C2.input=0.5"),
    "density_above_one": ("evaluate", "alexnet", "--on", "eyeriss", "--density", "input=2"),
    "density_of_nothing": ("evaluate", "alexnet", "--on", "eyeriss", "--density", "input"),
    "zeros_without_data": ("evaluate", "digits-lenet", "--on", "eyeriss", "--zeros"),
    "eyexam_without_page": ("evaluate", "alexnet", "--on", "eyeriss", "--eyexam"),
    "unknown_component": ("price", "srm"),
    "unknown_component_page": ("components", "registerfile"),
    "unknown_attribute": ("price", "sram", "--capcity", "1 KiB"),
    "misspelt_node": ("price", "sram", "--nod", "65 nm"),
    "missing_attribute": ("price", "sram", "--capacity", "1 KiB", "--node", "65 nm"),
    "attribute_without_value": ("price", "sram", "--capacity"),
    "attribute_without_unit": ("price", "sram", "--capacity", "108"),
    "unknown_dram": ("price", "dram", "--type", "DDR", "--width", "64 b"),
    "other_node": ("price", "sram", "--capacity=1 KiB", "--width=64 b", "--node=16 nm"),
    "outside_the_range": ("price", "sram", "--capacity=1 KiB", "--width=4 b", "--node=65 nm"),
    "ports_in_words": ("price", "sram", "--capacity=1 KiB", "--width=64 b", "--ports=2"),
    "too_shallow": ("price", "sram", "--capacity=64 B", "--width=64 b", "--node=65 nm"),
    "scale_without_voltage": ("price", "wire", "--scale", "--node", "65 nm"),
    "malformed_component_file": ("price", "pe.yaml"),
    "missing_component_file": ("price", "missing.yaml"),
    "missing_chip_file": ("evaluate", "alexnet", "--on", "missing.yaml"),
    "missing_network_file": ("show", "missing.onnx"),
    "malformed_chip_file": ("show", "bad.yaml"),
    "no_onnx": ("show", "words.onnx"),
    "truncated_onnx": ("show", "truncated.onnx"),
    "compare_one": ("compare", "eyeriss"),
    "compare_published_alone": ("compare", "--published", "eyeriss", "--published", "scnn"),
    "compare_unknown_published": (
        "compare",
        "eyeriss",
        "--published",
        "eyris",
        "--network",
        "alexnet",
    ),
    "compare_published_other_network": (
        "compare",
        "eyeriss",
        "--published",
        "tpu1",
        "--network",
        "alexnet",
    ),
    "compare_without_network": ("compare", "eyeriss", "a.json", "teaching"),
    "compare_unknown_chip": ("compare", "eyeriss", "eyeris", "--network", "alexnet"),
    "compare_missing_sheet": ("compare", "missing.json", "eyeriss", "--network", "alexnet"),
    "compare_no_sheet": ("compare", "words.json", "words.json"),
    "accuracy_unknown_network": ("accuracy", "digits-lennet"),
    "accuracy_without_weights": ("accuracy", "alexnet"),
    "accuracy_unknown_format": ("accuracy", "digits-lenet", "--weights", "fp9"),
    "accuracy_unknown_data": ("accuracy", "digits-lenet", "--data", "imagenet"),
    "accuracy_unknown_task": ("accuracy", "digits-lenet", "--task", "classify"),
    "accuracy_unknown_layer": ("accuracy", "digits-lenet", "--layer", "conv3:weights=4"),
    "accuracy_accumulator": ("accuracy", "digits-lenet", "--weights", "8", "--accumulator", "32"),
    "accuracy_prune": ("accuracy", "digits-lenet", "--prune", "0.5"),
    "accuracy_no_onnx": ("accuracy", "words.onnx"),
    "accuracy_wide_format": ("evaluate", "digits-lenet", "--on", "tpu1", "--weights", "12"),
}


BAD_COMPONENT = """octant: component 1
name: pe
title: a PE with faults
sources: {lesson: {assumed: made for the test}}
parts:
  adder: {estimator: integer-ad, attributes: {width: 8 b}}
  pad: {estimator: sram, node: 65 nm, attributes: {capacity: 1 KiB, widht: 64 b}}
  pads: {estimator: register-file, count: 0, attributes: {width: 8 b, depth: 4}}
actions:
  add: {adder: 1}
control: {name: clock, share: 25, low: 20 %, high: 30 %, source: lessons}
"""


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bad files, in a folder of their own that the command runs in."""
    monkeypatch.chdir(tmp_path)
    units = (HERE.parent / "files" / "units.yaml").read_text(encoding="utf-8")
    Path("bad.yaml").write_text(units, encoding="utf-8")
    Path("pe.yaml").write_text(BAD_COMPONENT, encoding="utf-8")
    Path("words.json").write_text("This is no scorecard.\n", encoding="utf-8")
    Path("words.onnx").write_text("This is not a network.\n", encoding="utf-8")
    Path("truncated.onnx").write_bytes(b"\x08\x0a\x3a\xff\x01")


@pytest.mark.parametrize("name", CASES)
def test_message(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done = Octant(monkeypatch, capsys)(*CASES[name])
    assert done.out == ""
    assert "Traceback" not in done.err
    same_as_file(f"exit code {done.code}\n{done.err}", HERE / f"{name}.txt")
