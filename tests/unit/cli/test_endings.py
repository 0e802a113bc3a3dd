"""Every ending of the command line: its exit code, its one message, no traceback."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from octant import api, errors
from octant.cli import exits
from octant.cli.options import ObjectiveName
from tests.unit.cli.command import START, Octant, environment, in_process

LAZY = {"llvmlite", "numba", "numpy", "onnx", "pandas", "yaml"}


def test_every_error_has_a_documented_exit_code() -> None:
    leaves = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.OctantError)
    ]
    assert {kind.exit_code for kind in leaves} <= set(exits.MEANINGS)


def test_help_and_reference_have_the_table_of_exit_codes(octant: Octant) -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "cli.md"
    text, shown = page.read_text("utf-8"), octant("--help").out
    for code, meaning in exits.MEANINGS.items():
        assert f"{code:>5}  {meaning}\n" in shown
        assert f"| {code} | {meaning} |\n" in text


def test_the_reference_names_every_command_and_option(octant: Octant) -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "cli.md"
    text = page.read_text("utf-8")
    for command in ("evaluate", "map", "show", "list", "components", "price"):
        assert f"## octant {command}\n" in text
        section = text.split(f"## octant {command}\n")[1].split("\n## ")[0]
        words = {word.strip("[],") for word in octant(command, "--help").out.split()}
        options = {word for word in words if word.startswith("--")} - {"--help"}
        assert [option for option in sorted(options) if f"`{option}" not in section] == []


@pytest.mark.parametrize("command", ["evaluate", "front"])
def test_the_reference_names_every_objective(command: str) -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "cli.md"
    section = page.read_text("utf-8").split(f"## octant {command}\n")[1].split("\n## ")[0]
    [row] = [line for line in section.splitlines() if line.startswith("| `--objective")]
    assert [name for name in ObjectiveName if f"`{name}`" not in row] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("evaluate", "alexnet"),
        ("evaluate", "alexnet", "--on", "teaching", "--objective", "fame"),
        ("evaluate", "alexnet", "--on", "teaching", "--dim", "resolution"),
        ("evaluate", "alexnet", "--on", "teaching", "--batch", "0"),
        ("evaluate", "alexnet", "--on", "teaching", "--time-limit", "30"),
        ("evaluate", "alexnet", "--on", "teaching", "--json", "/no/such/folder/card.json"),
    ],
)
def test_wrong_command_lines_end_with_2(octant: Octant, arguments: tuple[str, ...]) -> None:
    done = octant(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err


def _raise(error: BaseException) -> object:
    def evaluate(*_: object, **__: object) -> None:
        raise error

    return evaluate


def test_a_bug_says_so_and_shows_its_traceback_on_request(
    octant: Octant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "evaluate", _raise(ZeroDivisionError("division by zero")))
    done = octant("evaluate", "alexnet", "--on", "teaching")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "octant: error: ZeroDivisionError: division by zero (this is a bug in Octant; "
        "OCTANT_TRACEBACK=1 shows where)\n"
    )
    monkeypatch.setenv("OCTANT_TRACEBACK", "1")
    assert "Traceback" in octant("evaluate", "alexnet", "--on", "teaching").err


def test_interruption_ends_with_130(octant: Octant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "evaluate", _raise(KeyboardInterrupt()))
    done = octant("evaluate", "alexnet", "--on", "teaching")
    assert (done.code, done.out) == (130, "")
    assert done.err == "octant: interrupted: no result was written\n"


def test_a_closed_pipe_is_silent() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", START, "show", "googlenet"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate()
    assert (process.returncode, err) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
@pytest.mark.parametrize("arguments", [("show", "teaching"), ("--help",), ("map", "--help")])
def test_a_full_disk_is_no_bug(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", START, *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(),
            check=False,
        )
    assert done.returncode == 3
    assert done.stderr == b"octant: error: the output cannot be written: No space left on device\n"


def _with_closed(stream: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """A process whose stream was closed before it began, as by a shell's ``>&-``."""
    words = shlex.join([sys.executable, "-c", START, *arguments])
    return subprocess.run(
        ["/bin/sh", "-c", f"exec {words} {stream}>&-"],
        capture_output=True,
        env=environment(),
        check=False,
    )


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="there is no shell that closes a stream")
def test_closed_streams_are_no_bug() -> None:
    done = _with_closed("1", "show", "teaching")
    assert done.returncode == 3
    assert done.stderr == b"octant: error: the output cannot be written: stdout is closed\n"
    done = _with_closed("2", "show", "eyeris")
    assert (done.returncode, done.stdout) == (4, b"")
    done = _with_closed("2", "map", "digits-lenet", "--on", "teaching", "--layer", "fc1")
    assert (done.returncode, done.stdout[:4]) == (0, b"fc1 ")


def test_errors_leave_by_the_exit_code_of_a_process() -> None:
    done = in_process("show", "eyeris")
    assert (done.code, done.out) == (4, "")
    assert done.err.startswith("octant: error: there is no chip and no network 'eyeris'; did you")


def test_the_package_runs_as_the_command_does() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "octant", "show", "eyeris"],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    asked = in_process("show", "eyeris")
    assert (done.returncode, done.stdout, done.stderr) == (4, "", asked.err)


def test_output_is_plain_where_the_encoding_has_no_blocks() -> None:
    start = f"from octant.cli.output import show; show('a {chr(0x2588)}{chr(0x258C)} 1\\n')"
    done = subprocess.run(
        [sys.executable, "-c", start],
        capture_output=True,
        env=environment({"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}),
        check=True,
    )
    assert done.stdout.splitlines() == [b"a ## 1"]


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["map"]])
def test_help_loads_nothing_heavy_and_is_quick(words: list[str]) -> None:
    program = (
        "import json, sys, time\n"
        "from octant.cli import main\n"
        f"sys.argv = ['octant', *{words!r}]\n"
        "main()\n"
        "print(json.dumps([time.process_time(), sorted(sys.modules)]), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=environment(),
        check=True,
    )
    spent_s, modules = json.loads(done.stderr.splitlines()[-1])
    loaded = {name.split(".")[0] for name in modules}
    # Newer versions of typer themselves read the options of a command with pydantic.
    lazy = LAZY if words == ["map"] else LAZY | {"pydantic"}
    assert sorted(loaded & lazy) == []
    assert spent_s < 0.3
