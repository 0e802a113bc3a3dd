"""Named plug-ins: the package's own and those that installed packages offer as entry points."""

from octant.registry.plugins import Plugin, find, load, plugins

__all__ = ["Plugin", "find", "load", "plugins"]
