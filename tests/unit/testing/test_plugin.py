"""The example plug-in is a package: built, installed into a folder, found, used, and tested."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "tests" / "plugin_example"
START = "import sys; from octant.cli import main; sys.argv[0] = 'octant'; sys.exit(main())"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the plug-in as an installer would leave it."""
    wheels, site = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    subprocess.run(command, cwd=EXAMPLE, check=True, capture_output=True)
    (wheel,) = wheels.glob("octant_popcount-1.0-*.whl")
    zipfile.ZipFile(wheel).extractall(site)
    return site


def run(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(site), str(ROOT / "src")])
    environment = os.environ | {"PYTHONPATH": path, "PYTHONUTF8": "1", "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environment, check=False
    )


def test_it_is_listed_and_priced(site: Path) -> None:
    listed = run(site, "-c", START, "components")
    row = next(line for line in listed.stdout.splitlines() if line.startswith("popcount"))
    assert "counter of ones" in row and "octant-popcount" in row
    priced = run(site, "-c", START, "price", "popcount", "--width", "8 b")
    assert (priced.returncode, priced.stderr) == (0, "")
    assert "210 fJ" in priced.stdout


def test_it_keeps_the_contract(site: Path) -> None:
    done = run(
        site, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(EXAMPLE),
        "-c", os.devnull, str(EXAMPLE / "tests"),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 passed" in done.stdout, done.stdout


def test_without_it_nobody_knows_the_name(site: Path) -> None:
    done = run(site / "nowhere", "-c", START, "price", "popcount", "--width", "8 b")
    assert done.returncode == 4
    assert "there is no component 'popcount'" in done.stderr
