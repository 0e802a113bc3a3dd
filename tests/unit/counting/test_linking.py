"""Processes that only compile make machine code once, of what Python calls."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "src"

_COMPILED = """
import numpy as np
from numba import njit
from octant.counting.kernel import inlined, inner, lean
from octant.counting.kernel.linking import compile_whole
from octant.counting.kernel.shortcuts import take_shortcuts

compile_whole()
take_shortcuts()

@inlined
def plus(a, b):
    return a + b

@lean
def total(values):
    whole = 0.0
    for value in values:
        whole = plus(whole, value)
    return whole

@inner
def doubled(values):
    return values + values

@njit
def first(values):
    return total(values) + total(doubled(values))

@njit
def second(values):
    return plus(first(values), total(values))

values = np.arange(5.0)
assert second(values) == 40.0, second(values)
assert first(values) == 30.0, first(values)
for kernel in (plus, total, doubled):
    (kept,) = kernel.overloads.values()
    assert not kept.library._finalized, kernel
for kernel in (first, second):
    (kept,) = kernel.overloads.values()
    assert kept.library._finalized, kernel
print("as it should be")
"""


def test_only_what_python_calls_becomes_machine_code() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _COMPILED],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "as it should be\n"
