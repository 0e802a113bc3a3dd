"""The search is compiled once, by processes of its own; nobody else waits for long or loses any."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest
from filelock import FileLock

from octant.mapper import kernel, preparation
from octant.mapper.halves import HALVES, entries
from octant.mapper.preparation import compile_ahead

SOURCE = Path(__file__).parents[3] / "src"
ALL = sum(len(functions) for functions in entries().values())


class _StoppedError(Exception):
    """The user stopped the work."""


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has not compiled anything."""
    monkeypatch.setattr(preparation, "_place", lambda: tmp_path)
    monkeypatch.setattr(preparation, "_stamp", lambda place: place / "stamp")
    return tmp_path


def instead(monkeypatch: pytest.MonkeyPatch, program: str) -> list[subprocess.Popen[bytes]]:
    """Runs a program in place of each process that would compile; returns those that ran."""
    ran: list[subprocess.Popen[bytes]] = []

    def started(half: str, said: IO[bytes]) -> subprocess.Popen[bytes]:
        ran.append(subprocess.Popen([sys.executable, "-S", "-c", program], stdout=said))
        return ran[-1]

    monkeypatch.setattr(preparation, "_started", started)
    return ran


def test_it_is_done_once(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = instead(monkeypatch, "print(end='.')")
    told: list[tuple[int, int]] = []
    compile_ahead(lambda done, total: told.append((done, total)))
    compile_ahead(lambda done, total: told.append((-1, total)))
    assert len(ran) == len(HALVES)
    assert (bare / "stamp").exists()
    assert told[0] == (0, ALL)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (ALL, ALL)


def test_processes_that_fail_are_no_error(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, "raise SystemExit(1)")
    told: list[int] = []
    compile_ahead(lambda done, total: told.append(done))
    assert not (bare / "stamp").exists()
    assert max(told) < ALL, "it is compiled when it is called"


@pytest.mark.skipif(os.name == "nt", reason="an exit code does not tell it there")
def test_an_interrupted_process_interrupts(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Where tests run in the background of a shell, an interrupt is ignored until that is undone.
    heard = "import os, signal; signal.signal(signal.SIGINT, signal.SIG_DFL)"
    instead(monkeypatch, f"{heard}; os.kill(os.getpid(), signal.SIGINT)")
    with pytest.raises(KeyboardInterrupt):
        compile_ahead()
    assert not (bare / "stamp").exists()


def test_who_is_told_can_end_it(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = instead(monkeypatch, "import time; time.sleep(60)")

    def tell(done: int, total: int) -> None:
        if ran:
            raise _StoppedError

    with pytest.raises(_StoppedError):
        compile_ahead(tell)
    assert ran and all(process.poll() is not None for process in ran)
    assert not (bare / "stamp").exists()


def test_one_waits_for_another(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = instead(monkeypatch, "raise SystemExit(1)")
    other = FileLock(bare / "octant.lock", thread_local=False)
    other.acquire()
    told: list[int] = []

    def tell(done: int, total: int) -> None:
        told.append(done)
        if len(told) == 3:  # the other process is ready
            (bare / "stamp").touch()
            other.release()

    compile_ahead(tell)
    assert told[:3] == [0, 0, 0] and told[-1] == ALL
    assert ran == []


@pytest.mark.parametrize("kept", [b"coctant.mapper.arrays\nGone\n.", b"\x80", b""])
def test_what_cannot_be_read_is_compiled_again(
    kept: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older version of this package wrote it, or the process was stopped."""
    files, index = kernel.list_onwards._cache._cache_file, tmp_path / "index"
    index.write_bytes(pickle.dumps(files._version) + kept)
    monkeypatch.setattr(files, "_index_path", str(index))
    assert files._load_index() == {}


_SEARCHED = """
from dataclasses import replace
from octant.mapper import Objective, Question, dataflow_named, front, prepare, search, search_layers
from octant.api import load_architecture, load_network
prepare()
print("prepared")
chip = load_architecture("eyeriss")
layer = load_network("alexnet").mac_layers[0].work
flow = dataflow_named(chip, None)
for objective in Objective:
    search(layer, chip, objective=objective, dataflow=flow)
front(layer, chip, dataflow=flow)
thin = replace(layer, tensors=tuple(replace(each, density=0.5) for each in layer.tensors))
search_layers([thin], Question(chip, Objective.EDP, flow, cached=False, zeros=True))
"""


def test_a_search_compiles_nothing_more() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SEARCHED],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(SOURCE), "NUMBA_DEBUG_CACHE": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    searched = done.stdout.split("prepared\n")[1]
    assert "[cache]" not in searched
