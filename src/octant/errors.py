"""The exception tree: one base class, an exit code a leaf.

Every message says where, what is, what is allowed, and what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class OctantError(Exception):
    """The base of every error that Octant raises on purpose.

    ``exit_code`` is what the command line returns for it.
    """

    exit_code = 1


class UnitError(OctantError):
    """A quantity's text has no unit, an unknown one, or one of another dimension."""

    exit_code = 3


class FileFormatError(OctantError):
    """A file of the user's is malformed; the message lists every fault with its line."""

    exit_code = 3


class UnknownNameError(OctantError):
    """A name (chip, network, rank, dataflow ...) that nobody has defined."""

    exit_code = 4


class ImportFailedError(OctantError):
    """A network's file cannot be read as a network."""

    exit_code = 5


class InvalidWorkloadError(OctantError):
    """A workload or a recipe is not well formed, or its parts contradict each other."""

    exit_code = 5


class InvalidArchitectureError(OctantError):
    """An architecture's parts contradict each other."""

    exit_code = 3


class InvalidComponentError(OctantError):
    """A component's description lacks an attribute, or has one that it cannot have."""

    exit_code = 3


class InvalidMappingError(OctantError):
    """A mapping does not fit its layer or its architecture."""

    exit_code = 6


class InfeasibleError(OctantError):
    """No mapping of a layer fits an architecture under its constraints."""

    exit_code = 7


class OutOfTimeError(InfeasibleError):
    """No mapping of a layer was found before the time limit: nobody knows whether there is one."""


class NotEstimatedError(OctantError):
    """No source gives the price that was asked for."""

    exit_code = 8


class CoverageError(OctantError):
    """Strict mode, and a part of the network is not understood."""

    exit_code = 9


class PluginError(OctantError):
    """A plug-in cannot be loaded, does not keep its contract, or shares its name with another."""

    exit_code = 10


class DataSetError(OctantError):
    """A data set cannot be read, holds nothing usable, or does not fit the network."""

    exit_code = 11


class RunFailedError(OctantError):
    """A network cannot be executed, or not in the formats that were asked for."""

    exit_code = 12


def near_misses(name: str, known: Iterable[str]) -> str:
    """Returns the hint that ends an unknown-name message: close names, else all of them.

    >>> near_misses("eyeris", ["eyeriss", "tpu1"])
    "did you mean 'eyeriss'?"
    >>> near_misses("zzz", ["eyeriss", "tpu1"])
    'known: eyeriss, tpu1'
    """
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(repr(match) for match in close) + "?"
    return "known: " + ", ".join(names)
