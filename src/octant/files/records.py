"""Published chips and claims from YAML files, the user's and the built-in ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from octant.chips import (
    RUN,
    SPECIFICATION,
    Bound,
    Entry,
    Kind,
    Method,
    Other,
    Quantity,
    Record,
    Run,
    Stage,
    Sureness,
)
from octant.errors import OctantError, UnknownNameError, near_misses
from octant.files.builtin import builtin_names, builtin_text
from octant.files.complaint import validated
from octant.files.document import Document, Fault, FieldPath, parse_document, read_text
from octant.files.record_parts import RECORD_HEADER, RecordFile, StatedPart

_ENDINGS = (".yaml", ".yml")


def record_names() -> tuple[str, ...]:
    """The names of the built-in records, sorted.

    >>> "eyeriss" in record_names()
    True
    """
    return builtin_names("chips")


def record_text(name: str) -> str:
    """The YAML of a built-in record: the model for a file of one's own.

    Raises:
        UnknownNameError: there is none of that name.

    >>> record_text("eyeriss").splitlines()[0]
    'octant: record 1'
    """
    if name not in record_names():
        raise _unknown(name)
    return builtin_text("chips", name)


@cache
def builtin_record(name: str) -> Record:
    """The built-in record of that name, every number of which has a citation.

    Raises:
        UnknownNameError: there is none of that name.

    >>> process = builtin_record("eyeriss")["process"]
    >>> process.value, process.sure.value
    (6.5e-08, 'seen')
    """
    return parse_record(record_text(name), f"{name}.yaml", cited=True)


def load_record(name_or_path: str, *, cited: bool = False) -> Record:
    """The built-in record of that name, or the one in a file.

    What ends in ``.yaml`` or ``.yml``, or holds a slash, is a file.

    Args:
        name_or_path: of the record.
        cited: refuse a file with a number that has no citation.

    Raises:
        UnknownNameError: neither a built-in record nor a file.
        FileFormatError: the file is malformed.
    """
    if name_or_path in record_names():
        return builtin_record(name_or_path)
    path = Path(name_or_path)
    if path.suffix in _ENDINGS or "/" in name_or_path or path.is_file():
        return parse_record(read_text(path), str(path), cited=cited)
    raise _unknown(name_or_path)


def parse_record(text: str, name: str = "<text>", *, cited: bool = False) -> Record:
    """The record that a YAML text describes; nothing in it is evaluated.

    Args:
        text: YAML that starts with ``octant: record 1``.
        name: what messages call it.
        cited: refuse a number without a citation, as a published chip may not have one.

    Raises:
        FileFormatError: the text is malformed; every fault with its line.

    >>> parse_record("{octant: record 1, name: x, title: a claim}").runs
    ()
    """
    document = parse_document(text, name)
    file, faults = _validated(document)
    if file is None or faults:
        raise document.refusal(faults)
    builder = _Builder(file, cited)
    try:
        record = builder.record()
    except OctantError as error:
        raise document.refusal([*builder.faults, Fault(("runs",), str(error))]) from None
    if builder.faults:
        raise document.refusal(builder.faults)
    return record


def _validated(document: Document) -> tuple[RecordFile | None, list[Fault]]:
    words = f"a published chip or a claim starts with 'octant: {RECORD_HEADER}'"
    if faults := document.header_faults(RECORD_HEADER, f"{words}, the format that is read here"):
        return None, faults
    return validated(RecordFile, document)


@dataclass(frozen=True, slots=True)
class _Builder:
    """Makes the nouns of a file, and collects what has no citation."""

    file: RecordFile
    cited: bool
    faults: list[Fault] = field(default_factory=list)

    def record(self) -> Record:
        file = self.file
        return Record(
            name=file.name,
            title=file.title,
            year=file.year,
            kind=Kind(file.kind),
            method=Method(file.method) if file.method else None,
            stage=Stage(file.stage) if file.stage else None,
            weights=file.weights,
            activations=file.activations,
            counts_skipped=file.counts_skipped,
            note=file.note,
            entries=self.entries(SPECIFICATION, file.specification, ("specification",)),
            parts=tuple(
                (name, self.quantity(given, "area", ("parts", name), None, ""))
                for name, given in file.parts.items()
            ),
            runs=tuple(self.run(run, ("runs", index)) for index, run in enumerate(file.runs)),
            others=tuple(
                Other(
                    other.what,
                    other.value,
                    self.citation(other.source, ("others", index)),
                    other.where,
                    Sureness(other.sure),
                )
                for index, other in enumerate(file.others)
            ),
        )

    def run(self, part: Any, path: FieldPath) -> Run:
        words = {
            name: getattr(part, name)
            for name in (
                "network",
                "workload",
                "task",
                "weights",
                "activations",
                "counts_skipped",
                "off_chip_included",
                "note",
            )
        }
        layers = ("all",) if part.layers == "all" else tuple(part.layers)
        return Run(**words, layers=layers, entries=self.entries(RUN, part, path))

    def entries(
        self, table: tuple[Entry, ...], part: Any, path: FieldPath
    ) -> tuple[tuple[str, Quantity], ...]:
        source, where = getattr(part, "source", None), getattr(part, "where", "")
        given = ((line, getattr(part, line.name, None)) for line in table)
        return tuple(
            (
                line.name,
                self.quantity(value, line.dimension, (*path, line.name), source, where),
            )
            for line, value in given
            if value is not None
        )

    def quantity(
        self, given: Any, dimension: str, path: FieldPath, source: str | None, where: str
    ) -> Quantity:
        """A value; where it names no source, that of its run, else that of the file."""
        if not isinstance(given, StatedPart):
            return Quantity(given, dimension, self.citation(source, path), where)
        return Quantity(
            getattr(given, "value"),  # noqa: B009 - a field of the models made from the table
            dimension,
            self.citation(given.source or source, path),
            given.where or ("" if given.source else where),
            Sureness(given.sure),
            Bound(given.bound),
            Method(given.method) if given.method else None,
            given.note,
        )

    def citation(self, source: str | None, path: FieldPath) -> str:
        key = source or self.file.source
        if key is None:
            if self.cited:
                message = (
                    "has no source; a published chip has a citation for every number: name one of "
                    "'sources' here, in its run, or for the whole file"
                )
                self.faults.append(Fault(path, message))
            return ""
        return self.file.sources[key]


def _unknown(name: str) -> UnknownNameError:
    return UnknownNameError(
        f"there is no published chip {name!r}; {near_misses(name, record_names())}; or give the "
        f"path of a .yaml file that starts with 'octant: {RECORD_HEADER}'"
    )
