"""The door: runs the command line and turns every ending into an exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback

from octant.cli.endings import CLOSED_PIPE, INTERRUPTED, EndedError
from octant.errors import OctantError

_BUG = 1


def main() -> int:
    """Runs ``octant`` with the arguments of the process and returns its exit code.

    An error that Octant raises on purpose is one message on stderr and the error's own code.
    Anything else is a bug and says so; ``OCTANT_TRACEBACK=1`` shows where.
    """
    if sys.stderr is None:  # closed before the start (octant ... 2>&-): what is said there is lost
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    try:
        return _run()
    except EndedError as end:
        return _ended(end.exit_code)
    except KeyboardInterrupt:
        return _ended(INTERRUPTED)
    except BrokenPipeError:
        return _ended(CLOSED_PIPE)
    except OctantError as error:
        return _failed(str(error), error.exit_code)
    except Exception as error:
        said = f"{type(error).__name__}: {error}".split("\n")[0]
        advice = "this is a bug in Octant; OCTANT_TRACEBACK=1 shows where"
        return _failed(f"{said} ({advice})", _BUG)


def _run() -> int:
    from octant.cli.app import app

    try:
        app(prog_name="octant")
        sys.stdout.flush()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except OSError as error:  # typer prints help itself
        if error.errno != errno.ENOSPC:
            raise
        from octant.cli.output import unwritten

        raise unwritten(error.strerror) from None
    return 0


def _failed(message: str, exit_code: int) -> int:
    if os.environ.get("OCTANT_TRACEBACK") == "1":
        traceback.print_exc()
    print(f"octant: error: {message}", file=sys.stderr)
    return exit_code


def _ended(exit_code: int) -> int:
    if exit_code == CLOSED_PIPE:  # Python would complain once more when it flushes at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    else:
        print("octant: interrupted: no result was written", file=sys.stderr)
    return exit_code
