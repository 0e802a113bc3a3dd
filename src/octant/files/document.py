"""YAML as data: plain values, the line of each, and every fault of form at once.

Nothing is evaluated. Tags, anchors and aliases are refused, keys are text and unique, and of the
implicit types of YAML only the plain ones are read: ``no`` is a word and ``1:30`` is not ninety.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from octant.errors import FileFormatError

LARGEST_BYTES = 1_000_000
DEEPEST = 24
MOST_VALUES = 20_000

FieldPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a file at one place: what is, what is allowed, near misses."""

    path: FieldPath
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """The values of a YAML file.

    Args:
        name: of the file, for messages.
        data: mappings, lists, text, whole numbers, fractions, true and false, nothing.
        lines: where each value stands, counted from 1.
        faults: repeated keys and values of a kind that is not read.
    """

    name: str
    data: dict[str, object]
    lines: dict[FieldPath, int]
    faults: tuple[Fault, ...]

    def line(self, path: FieldPath) -> int:
        """The line of a field; of the nearest part around it where it is missing itself."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def header_faults(self, header: str, words: str) -> list[Fault]:
        """The fault that the file does not say which format it has; none where it does.

        Args:
            header: what it must say.
            words: what is expected, for the message.
        """
        if self.data.get("octant") == header:
            return []
        given = repr(self.data["octant"]) if "octant" in self.data else "missing"
        return [Fault(("octant",), f"is {given}; {words}")]

    def refusal(self, faults: list[Fault]) -> FileFormatError:
        """The error that lists faults in the order of the file, ``file:line: field: what``."""
        placed = sorted(
            {(fault.line or self.line(fault.path), fault) for fault in faults}, key=_order
        )
        return FileFormatError(
            "\n".join(
                f"{self.name}:{line}: {path_text(fault.path)}{fault.message}"
                for line, fault in placed
            )
        )


def path_text(path: FieldPath) -> str:
    """A field's path as a message shows it, with the colon after it.

    >>> path_text(("nodes", 2, "stores", "psum", "word"))
    'nodes[2].stores.psum.word: '
    """
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).lstrip(".") + ": " if parts else ""


def read_text(path: Path) -> str:
    """The text of a small UTF-8 file.

    Raises:
        FileFormatError: no such file, not a file, larger than 1 MB, or not UTF-8.
    """
    try:
        if path.is_dir():
            raise FileFormatError(f"{path}: is a directory; give a YAML file")
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise FileFormatError(
            f"{path}: cannot be read: {error.strerror}; give a YAML file"
        ) from None
    if len(content) > LARGEST_BYTES:
        raise FileFormatError(
            f"{path}: is larger than {LARGEST_BYTES} bytes; descriptions are small"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise FileFormatError(
            f"{path}:{line}: byte 0x{byte:02x} is not UTF-8; save the file as UTF-8 text"
        ) from None


def parse_document(text: str, name: str) -> Document:
    """The values of a YAML text.

    Args:
        text: one YAML document.
        name: what messages call it.

    Raises:
        FileFormatError: broken YAML, an alias or an anchor, a text too large or too deep, or a
            document that is not a mapping.

    >>> parse_document("clock: 200 MHz", "chip.yaml").data
    {'clock': '200 MHz'}
    """
    try:
        _check_size(text, name)
        node = yaml.compose(text, Loader=_PlainLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise FileFormatError(f"{name}:{line}: is not YAML: {_problem(error)}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise FileFormatError(f"{name}:{line}: has a control character; write plain text") from None
    reader = _Reader({}, [])
    data = None if node is None else reader.value(node, ())
    if not isinstance(data, dict):
        raise FileFormatError(
            f"{name}:1: is {kind_of(data)}; allowed is a mapping of keys to values"
        )
    return Document(name, data, reader.lines, tuple(reader.faults))


def kind_of(value: object) -> str:
    """What a value is, in words.

    >>> kind_of([1]), kind_of(None), kind_of(2)
    ('a list', 'empty', 'the bare number 2')
    """
    match value:
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the bare number {value}"
        case str():
            return repr(value)
        case list():
            return "a list"
        case _:
            return "a mapping"


class _PlainLoader(yaml.SafeLoader):
    """A loader that knows true and false, decimal numbers, null, and text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


_YAML = "tag:yaml.org,2002:"
_SCALARS = {
    "bool": re.compile(r"^(?:true|false)$"),
    "int": re.compile(r"^[-+]?[0-9]{1,18}$", re.ASCII),
    "float": re.compile(r"^[-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]{1,3})?$", re.ASCII),
    "null": re.compile(r"^(?:~|null|)$"),
}
for _kind, _pattern in _SCALARS.items():
    _PlainLoader.add_implicit_resolver(_YAML + _kind, _pattern, None)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Collects lines and faults while it turns nodes into values."""

    lines: dict[FieldPath, int]
    faults: list[Fault]

    def value(self, node: yaml.Node, path: FieldPath) -> object:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode) and node.tag.endswith(",2002:map"):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag.endswith(",2002:seq"):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path)
        self.refuse_tag(node, path)
        return None

    def mapping(self, node: yaml.MappingNode, path: FieldPath) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag[-4:] != ":str":
                self.refuse(key_node, path, "has a key that is not text; put it in quotes")
                continue
            key = key_node.value
            where = (*path, key)
            if key in values:
                first = self.lines[where]
                self.refuse(key_node, where, f"stands twice (first in line {first}); keep one")
                continue
            self.lines[where] = key_node.start_mark.line + 1
            values[key] = self.value(value_node, where)
        return values

    def scalar(self, node: yaml.ScalarNode, path: FieldPath) -> object:
        text: str = node.value
        if node.tag == _YAML + "str":
            return text
        kind = node.tag.removeprefix(_YAML)
        if kind not in _SCALARS or not _SCALARS[kind].match(text):
            self.refuse_tag(node, path)
            return None
        if kind == "bool":
            return text == "true"
        if kind == "int":
            return int(text)
        return float(text) if kind == "float" else None

    def refuse_tag(self, node: yaml.Node, path: FieldPath) -> None:
        self.refuse(node, path, f"has the tag {node.tag!r}; tags are not read, write plain values")

    def refuse(self, node: yaml.Node, path: FieldPath, message: str) -> None:
        self.faults.append(Fault(path, message, node.start_mark.line + 1))


def _order(placed: tuple[int, Fault]) -> tuple[int, str, str]:
    line, fault = placed
    return line, path_text(fault.path), fault.message


def _check_size(text: str, name: str) -> None:
    """Refuses what would take long or much memory, before a tree is built."""
    if len(text) > LARGEST_BYTES:
        raise FileFormatError(
            f"{name}: is larger than {LARGEST_BYTES} bytes; descriptions are small"
        )
    depth = values = 0
    for event in yaml.parse(text, Loader=_PlainLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        anchor = event.anchor if isinstance(event, yaml.NodeEvent) else None
        if anchor is not None:
            raise FileFormatError(
                f"{name}:{line}: has a YAML anchor or alias ({anchor}); write the value out"
            )
        values += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or values > MOST_VALUES:
            raise FileFormatError(
                f"{name}:{line}: is deeper than {DEEPEST} levels or has more than {MOST_VALUES} "
                "values; descriptions are small"
            )


def _problem(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or "cannot be parsed"
    if "'\\t'" in problem:
        return "a tab character; indent with spaces"
    return problem
