"""Progress is for somebody who looks at a terminal, and for nobody else."""

from __future__ import annotations

import io
import sys

import pytest

from octant.accuracy.measurement import Progress as RunProgress
from octant.api import Progress
from octant.cli.progress import progress, run_progress


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal(monkeypatch: pytest.MonkeyPatch) -> _Terminal:
    """A wide one, in place of stderr. No fixture: between these and a test pytest has its own."""
    found = _Terminal()
    monkeypatch.setattr(sys, "stderr", found)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    return found


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


def test_a_long_start_is_explained_once_without_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress(quiet=False) as report:
        assert report is not None
        report(Progress(0, 2, "", compiled=0, to_compile=9))
        report(Progress(0, 2, "", compiled=1, to_compile=9))
    said = "compiling the search, once on this machine: about 15 seconds on two processors"
    assert capsys.readouterr().err == f"octant: {said}\n"


def test_nothing_when_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = terminal(monkeypatch)
    with progress(quiet=True) as report:
        assert report is None
    assert stderr.getvalue() == ""


def test_what_is_compiled_is_counted_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = terminal(monkeypatch)
    with progress(quiet=False) as report:
        assert report is not None
        report(Progress(0, 3, "", compiled=4, to_compile=9))
    assert "once on this machine: 4 of 9 functions" in stderr.getvalue()


def test_once_all_is_compiled_nothing_says_that_it_is_being_compiled(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ready = Progress(0, 3, "", compiled=9, to_compile=9)
    with progress(quiet=False) as report:
        assert report is not None
        report(ready)
    assert capsys.readouterr().err == ""
    stderr = terminal(monkeypatch)
    with progress(quiet=False) as report:
        assert report is not None
        report(ready)
    assert "getting ready" in stderr.getvalue()
    assert "compiling" not in stderr.getvalue()


@pytest.mark.parametrize("name", ["[bold]", "a[/b]", "[red]fc[/red]", r"\[x]"])
def test_the_name_of_a_layer_is_printed_as_it_is(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Brackets are no markup."""
    stderr = terminal(monkeypatch)
    with progress(quiet=False) as report:
        assert report is not None
        report(Progress(1, 3, name))
    assert f"mapped {name} " in stderr.getvalue()
    stderr = terminal(monkeypatch)
    with run_progress(quiet=False) as running:
        assert running is not None
        running(RunProgress(1, 3, name))
    assert f" {name}" in stderr.getvalue()


def test_layers_are_counted_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = terminal(monkeypatch)
    with progress(quiet=False) as report:
        assert report is not None
        report(Progress(done=2, total=3, layer="CONV2"))
    assert "mapped CONV2" in stderr.getvalue()
    assert "2/3" in stderr.getvalue()
