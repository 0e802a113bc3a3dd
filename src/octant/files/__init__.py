"""YAML files to nouns, every fault of a file at once; the built-in architectures."""

from octant.files.architecture import (
    architecture_names,
    architecture_text,
    builtin_architecture,
    load_architecture,
    parse_architecture,
    read_architecture,
)
from octant.files.parts import schema
from octant.files.suite import load_suite

__all__ = [
    "architecture_names",
    "architecture_text",
    "builtin_architecture",
    "load_architecture",
    "load_suite",
    "parse_architecture",
    "read_architecture",
    "schema",
]
