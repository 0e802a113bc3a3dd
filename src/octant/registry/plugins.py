"""Plug-ins by name: found without being imported, loaded on first use, no name taken twice.

What the package brings along is a table of the same ``module:attribute`` texts that an installed
package declares as entry points; both go through the same door, so the built-ins prove that it is
wide enough. Octant's own are a table and not entry points of its own, because a source tree on the
path, or a program frozen into one file, has no metadata to find them in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from octant.errors import PluginError, UnknownNameError, near_misses

#: Whom messages name as the owner of a built-in.
OWN = "octant"

_Base = TypeVar("_Base")


@dataclass(frozen=True, slots=True)
class Plugin:
    """Something that can be loaded by name.

    Args:
        group: what kind of plug-in (``octant.estimators``).
        name: what it is asked for by.
        target: ``module:attribute``.
        owner: the distribution that brings it, with its version.
    """

    group: str
    name: str
    target: str
    owner: str

    def __str__(self) -> str:
        return f"{self.name!r} of {self.owner} ({self.target})"


def plugins(group: str, built_in: Mapping[str, str]) -> tuple[Plugin, ...]:
    """Every plug-in of a group by name, the built-in ones and the installed ones; none is loaded.

    Args:
        group: of entry points.
        built_in: name to ``module:attribute`` of what Octant brings along.

    >>> [plugin.name for plugin in plugins("octant.none", {"b": "m:B", "a": "m:A"})]
    ['a', 'b']
    """
    own = [Plugin(group, name, target, OWN) for name, target in built_in.items()]
    return tuple(sorted([*own, *declared(group)], key=lambda plugin: (plugin.name, plugin.owner)))


@cache
def declared(group: str) -> tuple[Plugin, ...]:
    """The plug-ins of installed packages, looked for once: what is installed does not change."""
    from importlib.metadata import entry_points

    return tuple(
        Plugin(group, point.name, point.value, _owner(point.dist))
        for point in entry_points(group=group)
    )


def find(name: str, known: Iterable[Plugin], what: str) -> Plugin:
    """The plug-in of that name.

    Args:
        name: what is asked for.
        known: where to look.
        what: the word for such a plug-in, for messages.

    Raises:
        UnknownNameError: there is none of that name.
        PluginError: two packages bring one of that name; both are named.

    >>> find("a", plugins("octant.none", {"a": "m:A"}), "estimator").target
    'm:A'
    """
    candidates = tuple(known)
    found = [plugin for plugin in candidates if plugin.name == name]
    if not found:
        hint = near_misses(name, {plugin.name for plugin in candidates})
        raise UnknownNameError(f"there is no {what} {name!r}; {hint}")
    if len(found) > 1:
        owners = " and ".join(map(str, found))
        raise PluginError(
            f"two packages bring the {what} {name!r}: {owners}; remove one of them, or rename it "
            "where it is declared"
        )
    return found[0]


def load(plugin: Plugin, base: type[_Base]) -> type[_Base]:
    """The class that a plug-in names.

    Args:
        plugin: what to import.
        base: what the class must derive from.

    Raises:
        PluginError: it cannot be imported, or is something else; the owner is named.

    >>> load(Plugin("octant.none", "fractions", "fractions:Fraction", "python"), object)
    <class 'fractions.Fraction'>
    """
    from importlib.metadata import EntryPoint

    try:
        found = EntryPoint(plugin.name, plugin.target, plugin.group).load()
    except Exception as error:  # another package's code: anything may come out of it
        raise PluginError(
            f"plug-in {plugin} cannot be loaded: {type(error).__name__}: {error}; mend or remove "
            "that package"
        ) from error
    if not (isinstance(found, type) and issubclass(found, base)):
        raise PluginError(
            f"plug-in {plugin} is {found!r}; allowed is a class that derives from {base.__name__}"
        )
    return found


def _owner(distribution: object) -> str:
    name, version = getattr(distribution, "name", ""), getattr(distribution, "version", "")
    return f"{name} {version}".strip() or "an unnamed package"
