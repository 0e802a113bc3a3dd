"""The command line: parse, call, render. No arithmetic."""

from octant.cli.entry import main

__all__ = ["main"]
