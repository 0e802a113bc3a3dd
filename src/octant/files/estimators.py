"""An estimator by name, or from a file: a compound, a table of one's own, reference tables."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from octant.components import AbstractEstimator, estimator, installed
from octant.errors import FileFormatError, UnknownNameError, near_misses
from octant.files.components import (
    COMPONENT_HEADER,
    component_names,
    compound_of,
    load_component,
)
from octant.files.document import parse_document, read_text
from octant.files.reference_tables import reference_table_of
from octant.files.tables import TABLE_HEADER, read_csv, table_of

_YAML = (".yaml", ".yml")


def estimator_named(
    name: str, folder: Path | None = None, inside: tuple[Path, ...] = ()
) -> AbstractEstimator:
    """The estimator of that name, or the one in the file of that path.

    What ends in ``.yaml``, ``.yml`` or ``.csv`` is a file; its first key says of which kind.

    Args:
        name: of an installed estimator or a built-in compound, or a path.
        folder: where a relative path starts; by default where the program runs.
        inside: the files that are being read and that led to this one.

    Raises:
        UnknownNameError: there is none of that name.
        FileFormatError: the file is malformed, or leads back to itself.
        PluginError: the plug-in of that name is broken.

    >>> estimator_named("sram").description.title
    'on-chip SRAM'
    """
    if name in component_names():
        return load_component(name)
    path = Path(name)
    if path.suffix not in (*_YAML, ".csv"):
        return _installed(name)
    path = (folder or Path()) / path
    here = path.resolve()
    if here in inside:
        raise FileFormatError(f"{path}: leads back to itself; a component cannot hold itself")
    if path.suffix == ".csv":
        return read_csv(path)
    document = parse_document(read_text(path), str(path))
    header = document.data.get("octant")
    if header == COMPONENT_HEADER:
        find = partial(estimator_named, folder=path.parent, inside=(*inside, here))
        return compound_of(document, find)
    if header == TABLE_HEADER:
        return table_of(document, path.parent)
    if {"ERT", "ART"} & document.data.keys():
        return reference_table_of(document, path.stem)
    raise FileFormatError(
        f"{path}:1: is no file that prices components; allowed is 'octant: {COMPONENT_HEADER}', "
        f"'octant: {TABLE_HEADER}', or Accelergy's ERT or ART"
    )


def _installed(name: str) -> AbstractEstimator:
    known = {plugin.name for plugin in installed()} | set(component_names())
    if name not in known:
        raise UnknownNameError(
            f"there is no component {name!r}; {near_misses(name, known)}; or give the path of a "
            ".yaml or .csv file"
        )
    return estimator(name)
