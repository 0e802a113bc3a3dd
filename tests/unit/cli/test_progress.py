"""Progress is for somebody who looks at a terminal, and for nobody else."""

from __future__ import annotations

import io
import sys
import threading

import pytest

from octant.api import Progress
from octant.cli.progress import progress


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class _Impatient(threading.Timer):
    """A timer that goes off when it is started."""

    def start(self) -> None:
        self.function(*self.args, **self.kwargs)


def test_nothing_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(quiet=False) as report:
        assert report is not None
        report(Progress(0, 2, ""))
        report(Progress(1, 2, "a"))
    assert capsys.readouterr().err == ""


def test_several_networks_or_chips_in_one_run(capsys: pytest.CaptureFixture[str]) -> None:
    """A comparison searches for one chip after the other."""
    with progress(quiet=False) as report:
        assert report is not None
        for _ in range(2):
            report(Progress(0, 1, ""))
            report(Progress(1, 1, "a"))
    assert capsys.readouterr().err == ""


def test_a_long_start_is_explained_without_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("octant.cli.progress.Timer", _Impatient)
    with progress(quiet=False) as report:
        assert report is not None
        report(Progress(0, 2, ""))
    assert "compiles the search" in capsys.readouterr().err


def test_nothing_when_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", _Terminal())
    with progress(quiet=True) as report:
        assert report is None


def test_layers_are_counted_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with progress(quiet=False) as report:
        assert report is not None
        report(Progress(done=2, total=3, layer="CONV2"))
    assert "mapped CONV2" in terminal.getvalue()
    assert "2/3" in terminal.getvalue()
