"""Nouns to plain data and back, driven by their type hints.

A dataclass becomes an object of its fields, an enumeration its value, a tuple a list. Where a hint
allows several dataclasses, the object says which one it is under ``type``. What comes back equals
what went in, floats to the last bit.
"""

from __future__ import annotations

import functools
import math
import sys
import types
import typing
from dataclasses import Field, fields, is_dataclass
from enum import Enum
from typing import Any, get_args, get_origin

from octant.errors import OctantError

KIND = "type"


class MismatchError(Exception):
    """Data that do not have the form of a noun: where, and what is wrong.

    Args:
        path: keys and indices from the outermost noun to the place.
        message: what is there, and what is allowed.
    """

    def __init__(self, path: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message

    def __str__(self) -> str:
        where = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.path)
        return f"{where.lstrip('.') or 'the whole'}: {self.message}"


def encode(value: Any, hint: Any) -> Any:
    """A value of a hint's type as objects, lists, text, numbers and None.

    >>> encode((1.5, float("inf")), tuple[float, ...])
    [1.5, 'inf']
    """
    if (options := _options(hint)) and value is not None:
        chosen = _encoded_type(value, options)
        data = encode(value, chosen)
        return {KIND: chosen.__name__, **data} if _tagged(options) else data
    if is_dataclass(value):
        return {item.name: encode(getattr(value, item.name), own) for item, own in _hints(hint)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [
            encode(item, own)
            for item, own in zip(value, _item_hints(hint, len(value)), strict=True)
        ]
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    return value


def decode(data: Any, hint: Any, path: tuple[str | int, ...] = ()) -> Any:
    """The value of a hint's type that ``encode`` made the data of.

    Raises:
        MismatchError: the data have another form.

    >>> decode([1.5, "inf"], tuple[float, ...])
    (1.5, inf)
    """
    if options := _options(hint):
        if data is None and type(None) in options:
            return None
        return _decode_option(data, options, path)
    if is_dataclass(hint):
        return _decode_noun(data, hint, path)
    if get_origin(hint) is tuple:
        return _decode_tuple(data, hint, path)
    if isinstance(hint, type) and issubclass(hint, Enum):
        allowed = [member.value for member in hint]
        _require(data in allowed, path, data, f"one of {', '.join(map(str, allowed))}")
        return hint(data)
    return _decode_plain(data, hint, path)


def _options(hint: Any) -> tuple[Any, ...]:
    """The types of a union; empty for any other hint."""
    return get_args(hint) if get_origin(hint) in (types.UnionType, typing.Union) else ()


def _tagged(options: tuple[Any, ...]) -> bool:
    return sum(is_dataclass(option) for option in options) > 1


def _encoded_type(value: Any, options: tuple[Any, ...]) -> Any:
    """The option that a value is of."""
    kinds = [get_origin(option) or option for option in options]
    return next(
        option for option, kind in zip(options, kinds, strict=True) if isinstance(value, kind)
    )


@functools.cache
def _hints(noun: Any) -> tuple[tuple[Field[Any], Any], ...]:
    """The fields of a dataclass with their types."""
    hints = typing.get_type_hints(noun)
    return tuple((item, hints[item.name]) for item in fields(noun))


def _item_hints(hint: Any, length: int) -> tuple[Any, ...]:
    items = get_args(hint)
    return (items[0],) * length if items[1:] == (...,) else items


def _decode_option(data: Any, options: tuple[Any, ...], path: tuple[str | int, ...]) -> Any:
    present = [option for option in options if option is not type(None)]
    if not _tagged(options):
        return decode(data, present[0], path)
    names = {option.__name__: option for option in present}
    _require(isinstance(data, dict), path, data, "an object")
    kind = data.get(KIND)
    _require(
        isinstance(kind, str) and kind in names, (*path, KIND), kind, f"one of {', '.join(names)}"
    )
    return decode({key: item for key, item in data.items() if key != KIND}, names[kind], path)


def _decode_noun(data: Any, noun: Any, path: tuple[str | int, ...]) -> Any:
    _require(isinstance(data, dict), path, data, "an object")
    known = {item.name: own for item, own in _hints(noun)}
    for key in known.keys() - data.keys():
        raise MismatchError((*path, key), "is missing")
    for key in data.keys() - known.keys():
        raise MismatchError((*path, key), f"is unknown; {noun.__name__} has {', '.join(known)}")
    values = {key: decode(data[key], own, (*path, key)) for key, own in known.items()}
    try:
        return noun(**values)
    except (OctantError, ValueError, TypeError) as error:
        raise MismatchError(path, str(error)) from error


def _decode_tuple(data: Any, hint: Any, path: tuple[str | int, ...]) -> tuple[Any, ...]:
    _require(isinstance(data, list), path, data, "a list")
    hints = _item_hints(hint, len(data))
    _require(len(hints) == len(data), path, data, f"a list of {len(hints)}")
    return tuple(
        decode(item, own, (*path, index))
        for index, (item, own) in enumerate(zip(data, hints, strict=True))
    )


def _decode_plain(data: Any, hint: Any, path: tuple[str | int, ...]) -> Any:
    """Text, numbers and truth values; a whole number may stand for a float, never the reverse."""
    if hint is float:
        if isinstance(data, str) and data in ("inf", "-inf", "nan"):
            return float(data)
        number = isinstance(data, int | float) and not isinstance(data, bool)
        _require(number and abs(data) <= sys.float_info.max, path, data, "a number")
        return float(data)
    fitting = isinstance(data, hint) and (hint is bool or not isinstance(data, bool))
    _require(fitting, path, data, {int: "a whole number", str: "text"}.get(hint, "true or false"))
    return data


def _require(fine: bool, path: tuple[str | int, ...], data: Any, allowed: str) -> None:
    if not fine:
        shown = repr(data)
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        raise MismatchError(path, f"is {shown}; allowed is {allowed}")
