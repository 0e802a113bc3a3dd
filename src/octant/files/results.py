"""Results as JSON: written whole or not at all, and read back equal.

A result is a dataclass with a field ``schema`` whose default names its JSON form and version
(``octant.scorecard/3``). This floor knows no result by name; who reads one says of which type.
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from octant.errors import FileFormatError
from octant.files.results_codec import MismatchError, decode, encode
from octant.files.writing import write_whole

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    _Result = TypeVar("_Result", bound=DataclassInstance)


def to_json(result: DataclassInstance) -> str:
    """The result as JSON text; its first key, ``schema``, says which form it has.

    Amounts are in SI, without prefixes; ``from_json`` reads back an equal result.

    >>> from dataclasses import make_dataclass
    >>> Note = make_dataclass("Note", [("value", float), ("schema", str, "note/1")])
    >>> print(to_json(Note(0.1)), end="")
    {
     "schema": "note/1",
     "value": 0.1
    }
    """
    data = encode(result, type(result))
    ordered = {"schema": data.pop("schema"), **data}
    return json.dumps(ordered, indent=1, allow_nan=False) + "\n"


def from_json(text: str, kind: type[_Result], name: str = "<text>") -> _Result:
    """The result that ``to_json`` wrote.

    Args:
        text: JSON.
        kind: the type of the result.
        name: what messages call the text.

    Raises:
        FileFormatError: no JSON, another schema version, or a field that does not fit.

    >>> from dataclasses import make_dataclass
    >>> Note = make_dataclass("Note", [("value", float), ("schema", str, "note/1")])
    >>> from_json('{"schema": "note/1", "value": 0.1}', Note).value
    0.1
    >>> from_json('{"schema": "note/0"}', Note)
    Traceback (most recent call last):
    octant.errors.FileFormatError: <text>: schema is 'note/0'; this version of Octant reads \
'note/1': evaluate again, or use the version that wrote the file
    """
    data = _parsed(text, name)
    expected = next(item.default for item in fields(kind) if item.name == "schema")
    schema = data.get("schema", "missing") if isinstance(data, dict) else "missing"
    if schema != expected:
        what = str(schema).partition("/")[0]
        if what.startswith("octant.") and what != str(expected).partition("/")[0]:
            raise FileFormatError(
                f"{name}: schema is {schema!r}, which is another kind of result; read here is "
                f"{expected!r}: give the file of such a one"
            )
        raise FileFormatError(
            f"{name}: schema is {schema!r}; this version of Octant reads {expected!r}: evaluate "
            "again, or use the version that wrote the file"
        )
    try:
        result = decode(data, kind)
    except (MismatchError, RecursionError) as error:
        raise FileFormatError(f"{name}: {error}") from error
    assert isinstance(result, kind)
    return result


def write_json(path: Path | str, result: DataclassInstance) -> None:
    """Writes the result to a file, which is there whole afterwards, or as it was before.

    Raises:
        FileFormatError: the file cannot be written.
    """
    write_whole(path, to_json(result))


def read_json(path: Path | str, kind: type[_Result]) -> _Result:
    """The result in a file that ``write_json`` wrote.

    Args:
        path: of the file.
        kind: the type of the result.

    Raises:
        FileFormatError: it cannot be read, or holds no such result of this version.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise FileFormatError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{path}: is not UTF-8 text: {error.reason}") from error
    return from_json(text, kind, str(path))


def _parsed(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise FileFormatError(
            f"{name}:{error.lineno}: is not JSON: {error.msg} (column {error.colno})"
        ) from error
    except (RecursionError, ValueError) as error:
        raise FileFormatError(f"{name}: is not JSON that can be read: {error}") from error
