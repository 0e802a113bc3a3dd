"""Architectures from YAML files, the user's and the built-in ones."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from octant.arch import Architecture
from octant.errors import UnknownNameError, near_misses
from octant.files.build import build
from octant.files.builtin import builtin_names, builtin_text
from octant.files.complaint import validated
from octant.files.document import Document, Fault, parse_document, read_text
from octant.files.estimators import estimator_named
from octant.files.parts import HEADER, ArchitectureFile

_ENDINGS = (".yaml", ".yml")


def load_architecture(name_or_path: str) -> Architecture:
    """The built-in architecture of that name, or the one that a file describes.

    What ends in ``.yaml`` or ``.yml``, or holds a slash, is a file; so is the name of one that
    exists, unless a built-in architecture has that name.

    Raises:
        UnknownNameError: neither a built-in architecture nor a file.
        FileFormatError: the file is malformed.

    >>> load_architecture("teaching").compute_units
    4
    """
    if name_or_path in architecture_names():
        return builtin_architecture(name_or_path)
    path = Path(name_or_path)
    if path.suffix in _ENDINGS or "/" in name_or_path or path.is_file():
        return read_architecture(path)
    raise _unknown(name_or_path)


def architecture_names() -> tuple[str, ...]:
    """The names of the built-in architectures, sorted.

    >>> [name for name in architecture_names() if name.startswith("eyeriss")]
    ['eyeriss', 'eyeriss-isca16', 'eyeriss2', 'eyeriss2-pe']
    """
    return builtin_names("architectures")


def builtin_architecture(name: str) -> Architecture:
    """The built-in architecture of that name.

    Raises:
        UnknownNameError: there is none of that name.

    >>> builtin_architecture("eyeriss").compute_units  # 12 x 14
    168
    """
    return parse_architecture(architecture_text(name), f"{name}.yaml")


def architecture_text(name: str) -> str:
    """The YAML of a built-in architecture: the model for a file of one's own.

    Raises:
        UnknownNameError: there is none of that name.

    >>> architecture_text("teaching").splitlines()[0]
    'octant: architecture 1'
    """
    if name not in architecture_names():
        raise _unknown(name)
    return builtin_text("architectures", name)


def read_architecture(path: Path | str) -> Architecture:
    """The architecture that a YAML file describes.

    Raises:
        FileFormatError: it cannot be read or is malformed; every fault with its line.
    """
    return parse_architecture(read_text(Path(path)), str(path), Path(path).parent)


def parse_architecture(text: str, name: str = "<text>", folder: Path | None = None) -> Architecture:
    """The architecture that a YAML text describes; nothing in it is evaluated.

    Form is checked first (keys, units, names of sources), then meaning (what the nouns refuse);
    each time all faults are reported at once. Rank names are free: a dataflow may speak of ranks
    that only some layers have.

    Args:
        text: YAML that starts with ``octant: architecture 1``.
        name: what messages call it.
        folder: where the paths of tables and compounds in it start; by default where the program
            runs.

    Raises:
        FileFormatError: the text is malformed; every fault with its line.
    """
    document = parse_document(text, name)
    file, faults = _validated(document)
    if file is None or faults:
        raise document.refusal(faults)
    chip, faults = build(file, partial(estimator_named, folder=folder))
    if chip is None or faults:
        raise document.refusal(faults)
    return chip


def _validated(document: Document) -> tuple[ArchitectureFile | None, list[Fault]]:
    words = f"the file must say 'octant: {HEADER}', the format that is read here"
    if faults := document.header_faults(HEADER, words):
        return None, faults
    return validated(ArchitectureFile, document)


def _unknown(name: str) -> UnknownNameError:
    return UnknownNameError(
        f"there is no architecture {name!r}; {near_misses(name, architecture_names())}; "
        "or give the path of a .yaml file"
    )
