"""The files that come with Octant, by folder and name."""

from __future__ import annotations

from importlib.resources import files as package_files
from pathlib import Path


def builtin_names(folder: str) -> tuple[str, ...]:
    """The names of the YAML files of a folder, sorted.

    >>> builtin_names("compounds")
    ('eyeriss-pe',)
    """
    entries = (package_files("octant.files") / folder).iterdir()
    return tuple(sorted(Path(each.name).stem for each in entries if each.name.endswith(".yaml")))


def builtin_text(folder: str, name: str) -> str:
    """The text of one of them."""
    return (package_files("octant.files") / folder / f"{name}.yaml").read_text(encoding="utf-8")
