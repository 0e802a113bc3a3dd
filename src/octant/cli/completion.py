"""What the shell offers when a name is completed: built-in names, and files of the right kind."""

from __future__ import annotations

from collections.abc import Iterable
from glob import escape, iglob


def networks(incomplete: str) -> list[str]:
    """Built-in networks, and files that may hold one."""
    from octant.api import networks as known

    return _starting(incomplete, known()) + _files(incomplete, ".onnx")


def trained(incomplete: str) -> list[str]:
    """Embedded networks with weights, and files that may hold one."""
    from octant.accuracy.networks import names

    return _starting(incomplete, names()) + _files(incomplete, ".onnx")


def chips(incomplete: str) -> list[str]:
    """Built-in architectures, and files that may describe one."""
    from octant.files import architecture_names

    return _starting(incomplete, architecture_names()) + _files(incomplete, ".yaml")


def components(incomplete: str) -> list[str]:
    """Estimators and built-in compounds, and files that may describe one."""
    from octant.components import installed
    from octant.files.components import component_names

    names = sorted({plugin.name for plugin in installed()} | set(component_names()))
    return _starting(incomplete, names) + _files(incomplete, ".yaml") + _files(incomplete, ".csv")


def records(incomplete: str) -> list[str]:
    """Published chips, and files that may describe one."""
    from octant.files.records import record_names

    return _starting(incomplete, record_names()) + _files(incomplete, ".yaml")


def needs(incomplete: str) -> list[str]:
    """Files that may say what a product needs."""
    return _files(incomplete, ".yaml")


def shown(incomplete: str) -> list[str]:
    """Everything that ``octant show`` shows."""
    return chips(incomplete) + networks(incomplete)


def _starting(incomplete: str, known: Iterable[str]) -> list[str]:
    return [name for name in known if name.startswith(incomplete)]


def _files(incomplete: str, ending: str) -> list[str]:
    return sorted(iglob(f"{escape(incomplete)}*{ending}"))
