"""What loads when: the package and its help are there before any heavy library."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "llvmlite", "matplotlib", "numba", "onnx", "onnxruntime", "pandas", "plotly", "pydantic",
    "scipy", "sklearn", "torch", "yaml",
)  # fmt: skip
COMPILERS = {"llvmlite", "numba", "scipy"}
SOURCE = Path(__file__).parents[2] / "src"

_RECALLED = """
import contextlib, io, sys
from octant.cli import main
sys.argv = ["octant", "map", "alexnet", "--on", "teaching"]
with contextlib.redirect_stdout(io.StringIO()) as said:
    assert not main()
assert "optimal: no mapping" in said.getvalue(), said.getvalue()
"""
_HELP = """
import sys
from octant.cli import main
sys.argv = ["octant", "--help"]
try:
    code = main()
except SystemExit as stop:
    code = stop.code
assert not code, code
"""


@pytest.mark.parametrize("program", ["import octant", _HELP], ids=["import", "help"])
def test_heavy_libraries_load_only_when_used(program: str) -> None:
    assert sorted(loaded_by(program) & set(HEAVY)) == []


def test_a_recalled_answer_needs_no_compiler(tmp_path: Path) -> None:
    searched, recalled = (loaded_by(_RECALLED, OCTANT_CACHE=str(tmp_path)) for _ in range(2))
    assert "numba" in searched
    assert sorted(recalled & COMPILERS) == []


def loaded_by(program: str, **environment: str) -> set[str]:
    """The libraries that a program has loaded when it ends well."""
    report = "\nimport json, sys\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program + report],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(SOURCE)} | environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}
