"""Endings of a command that typer would report in other words: interruption, a closed pipe."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

_Words = ParamSpec("_Words")

#: What the shell calls a program that SIGINT stopped.
INTERRUPTED = 130
#: What the shell calls a program that SIGPIPE stopped.
CLOSED_PIPE = 141


class EndedError(Exception):
    """A command that ended early."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


def ending(command: Callable[_Words, None]) -> Callable[_Words, None]:
    """The command, whose interruption and whose closed pipe reach ``main`` as ``EndedError``."""

    @wraps(command)
    def run(*args: _Words.args, **kwargs: _Words.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except KeyboardInterrupt:
            raise EndedError(INTERRUPTED) from None
        except BrokenPipeError:
            raise EndedError(CLOSED_PIPE) from None

    return run
