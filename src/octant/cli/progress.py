"""The progress of long work, on stderr, where somebody is looking."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from octant.accuracy.measurement import Progress as RunProgress
    from octant.api import Progress


_READYING = "getting ready"
_COMPILING = "compiling the search, once on this machine"


def _compiling(progress: Progress) -> bool:
    return progress.compiled < progress.to_compile


def _patience() -> Callable[[Progress], None]:
    """A report that says why, when the search must be compiled; else it is silent."""
    said = False

    def report(progress: Progress) -> None:
        nonlocal said
        if _compiling(progress) and not said:
            print(f"octant: {_COMPILING}: about 15 seconds on two processors", file=sys.stderr)
            said = True

    return report


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Yields what the work calls as it goes on; None where nobody wants to see it.

    Args:
        quiet: the user asked for silence.
    """
    if quiet:
        yield None
        return
    if not sys.stderr.isatty():
        yield _patience()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("mapping", total=None)

        def report(progress: Progress) -> None:
            words = f"mapped {progress.layer}" if progress.done else _READYING
            if _compiling(progress):
                ready = f"{progress.compiled} of {progress.to_compile} functions"
                words = f"{_COMPILING}: {ready}"
            bars.update(task, description=words, completed=progress.done, total=progress.total)

        yield report


@contextmanager
def run_progress(*, quiet: bool) -> Iterator[Callable[[RunProgress], None] | None]:
    """Yields what a run of a network on samples calls as it goes on; None where nobody looks.

    Args:
        quiet: the user asked for silence.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("running", total=None)

        def report(progress: RunProgress) -> None:
            bars.update(
                task, description=progress.what, completed=progress.done, total=progress.total
            )

        yield report
