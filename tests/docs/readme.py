"""The outputs that the README shows: `make readme` writes them anew, a test keeps them current.

A ``console`` block holds commands, each after ``$ ``, and below each what it prints on stdout.
``$ make demo`` stands for the command that the Makefile's demo runs.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.docs.blocks import ROOT, blocks

README = ROOT / "README.md"
COLUMNS = "100"

_START = "import sys; from octant.cli import main; sys.argv[0] = 'octant'; sys.exit(main())"


def demo_command(makefile: str) -> str:
    """Returns the command that the Makefile's demo runs."""
    match = re.search(r"^DEMO := (.+)$", makefile, re.MULTILINE)
    if match is None:
        raise ValueError("the Makefile has no line 'DEMO := octant ...'")
    return match[1]


def octant(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the command line in a process of its own, as on a plain terminal of 100 columns."""
    environment = os.environ | {
        "COLUMNS": COLUMNS,
        "NO_COLOR": "1",
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONUTF8": "1",
        "TERM": "dumb",
    }
    return subprocess.run(
        [sys.executable, "-c", _START, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env=environment,
        check=False,
    )


def output(command: str) -> str:
    """Returns what a shown command prints on stdout, without spaces at the ends of lines."""
    if command == "make demo":
        command = demo_command((ROOT / "Makefile").read_text("utf-8"))
    program, *arguments = shlex.split(command, comments=True)
    if program != "octant":
        raise ValueError(f"the README shows {command!r}: show octant ... or make demo")
    with tempfile.TemporaryDirectory() as folder:
        done = octant(arguments, Path(folder))
    if done.returncode:
        raise ValueError(f"{command!r} ended with exit code {done.returncode}: {done.stderr}")
    return "".join(line.rstrip() + "\n" for line in done.stdout.splitlines())


def regenerated(page: str) -> str:
    """Returns the page with the output of every shown command as it is now."""
    for block in blocks(page):
        if block.language == "console":
            commands = [line for line in block.text.splitlines() if line.startswith("$ ")]
            text = "".join(f"{line}\n{output(line[2:])}" for line in commands)
            page = page.replace(f"```console\n{block.text}```", f"```console\n{text}```")
    return page


if __name__ == "__main__":
    README.write_text(regenerated(README.read_text("utf-8")), "utf-8")
