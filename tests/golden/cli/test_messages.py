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
    "missing_chip_file": ("evaluate", "alexnet", "--on", "missing.yaml"),
    "missing_network_file": ("show", "missing.onnx"),
    "malformed_chip_file": ("show", "bad.yaml"),
    "no_onnx": ("show", "words.onnx"),
    "truncated_onnx": ("show", "truncated.onnx"),
}


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bad files, in a folder of their own that the command runs in."""
    monkeypatch.chdir(tmp_path)
    units = (HERE.parent / "files" / "units.yaml").read_text(encoding="utf-8")
    Path("bad.yaml").write_text(units, encoding="utf-8")
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
