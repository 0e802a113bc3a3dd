"""Bars: what a figure must not exceed, and whether it does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure against the most that it may be.

    Args:
        what: the figure's name.
        value: its value, in the unit; at least this where what was timed had to be stopped.
        most: what it may be.
        unit: of both.
        stopped: something was stopped before its end, so that the true value is larger.
    """

    what: str
    value: float
    most: float
    unit: str
    stopped: bool = False

    @property
    def met(self) -> bool | None:
        """Whether it is not above the bar; None where it was stopped before that is known."""
        if self.value > self.most:
            return False
        return None if self.stopped else True

    def __str__(self) -> str:
        """The figure, the bar and the verdict in words."""
        least = "at least " if self.stopped else ""
        verdict = {True: "met", False: "MISSED", None: "not known, stopped"}[self.met]
        return (
            f"{self.what} {least}{self.value:,.4g} {self.unit} (bar {self.most:g} {self.unit}: "
            f"{verdict})"
        )


@dataclass(frozen=True, slots=True)
class All:
    """How many of some, where the bar is all of them.

    Args:
        what: what they are.
        count: so many are.
        total: of so many.
        why: what is with the others; empty where there are none.
    """

    what: str
    count: int
    total: int
    why: str = ""

    @property
    def met(self) -> bool:
        """Whether all are."""
        return self.count == self.total

    def __str__(self) -> str:
        """The share, the bar and the verdict in words."""
        verdict = "met" if self.met else f"MISSED, {self.why}"
        return f"{self.what} {self.count} of {self.total} (bar all: {verdict})"


def lines(name: str, bars: Sequence[Bar | All]) -> Iterator[str]:
    """Yields the lines that say of some figures whether they meet their bars."""
    words = f"{name}: " + "; ".join(map(str, bars))
    yield from wrap(words, _WIDTH, initial_indent="  ", subsequent_indent="    ")
