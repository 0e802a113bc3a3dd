"""The command line as the tests call it: in this process, or in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from octant.cli import main

SOURCE = Path(__file__).parents[3] / "src"
START = "import sys; from octant.cli import main; sys.argv[0] = 'octant'; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


class Octant:
    """Calls the command line in this process, at 100 columns."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.delenv("OCTANT_TRACEBACK", raising=False)

    def __call__(self, *arguments: str) -> Done:
        self._monkeypatch.setattr(sys, "argv", ["octant", *arguments])
        self._capsys.readouterr()
        code = main()
        captured = self._capsys.readouterr()
        return Done(code, captured.out, captured.err)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a process of its own needs to find the package and to speak UTF-8."""
    return os.environ | {"PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1"} | dict(extra or {})


def in_process(*arguments: str, extra: Mapping[str, str] | None = None) -> Done:
    """Calls the command line in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", START, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(extra),
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
