"""What pydantic finds, in Octant's words: what is, what is allowed, near misses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from octant.errors import near_misses
from octant.files.document import Document, Fault, FieldPath, kind_of
from octant.files.part import Part, Reading
from octant.files.price_parts import PRICE_MODELS

_Form = TypeVar("_Form", bound=Part)

_ALLOWED = {
    "string_type": "text (a number goes in quotes)",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping of keys to values",
}


def validated(form: type[_Form], document: Document) -> tuple[_Form | None, list[Fault]]:
    """A document read in a form, and every fault of its text and of its values.

    Args:
        form: what the file must look like.
        document: may lack ``sources``; names of them are checked against its own.

    Returns:
        The form, None where a value has a fault; and the faults, one for each place.
    """
    data = document.data
    sources = data.get("sources")
    reading = Reading(frozenset(sources) if isinstance(sources, dict) else frozenset())
    faults = list(document.faults)
    try:
        return form.model_validate(data, context=reading), faults
    except ValidationError as error:
        known = {fault.path for fault in faults}
        found = faults_of(error, data, reading.keys)
        return None, faults + [fault for fault in found if fault.path not in known]


def faults_of(
    error: ValidationError, data: object, keys: Mapping[int, Sequence[str]]
) -> list[Fault]:
    """The faults of a file that pydantic refused.

    Args:
        error: what pydantic raised.
        data: the values that it read.
        keys: the identity of each mapping in ``data`` to the keys that its part allows.
    """
    found = []
    for details in error.errors(include_url=False):
        path = _path(details["loc"])
        found.append(Fault(path, _message(details, path, data, keys)))
    return found


def _path(location: tuple[int | str, ...]) -> FieldPath:
    """The location without pydantic's tags of forms (in parentheses) and marks of keys."""
    return tuple(
        part
        for part in location
        if isinstance(part, int) or not (part.startswith("(") or part == "[key]")
    )


def _message(
    details: ErrorDetails, path: FieldPath, data: object, keys: Mapping[int, Sequence[str]]
) -> str:
    value = details["input"]
    match details["type"]:
        case "octant":
            return details["msg"]
        case "missing":
            return "is missing; it is required"
        case "extra_forbidden":
            allowed = keys.get(id(_at(data, path[:-1])), ())
            return _unknown_key(str(path[-1]), allowed)
        case "literal_error":
            return _unknown_word(value, details["ctx"]["expected"])
        case "price_form":
            return _price(value)
        case "node_form":
            return _node(value)
        case "greater_than_equal":
            return f"is {value}; allowed is {details['ctx']['ge']} or more"
        case "less_than_equal":
            return f"is {value}; allowed is {details['ctx']['le']} or less"
        case kind if kind in _ALLOWED:
            return f"is {kind_of(value)}; allowed is {_ALLOWED[kind]}"
        case _:
            return f"is {kind_of(value)}; {details['msg']}"


def _at(data: object, path: FieldPath) -> object:
    for part in path:
        if (isinstance(data, dict) and part in data) or (
            isinstance(data, list) and isinstance(part, int)
        ):
            data = data[part]  # type: ignore[index]
    return data


def _unknown_key(key: str, allowed: Sequence[str]) -> str:
    hint = near_misses(key, allowed)
    everything = f"; allowed: {', '.join(allowed)}" if hint.startswith("did") else ""
    return f"is no key here; {hint.replace('known:', 'allowed:')}{everything}"


def _unknown_word(value: object, expected: str) -> str:
    allowed = expected.replace(" or ", ", ").replace("'", "").split(", ")
    hint = near_misses(value, allowed) if isinstance(value, str) else ""
    hint = f"; {hint}" if hint.startswith("did") else ""
    return f"is {kind_of(value)}; allowed: {', '.join(allowed)}{hint}"


def _price(value: object) -> str:
    if isinstance(value, dict):
        model = value.get("model")
        hint = near_misses(model, PRICE_MODELS) if isinstance(model, str) else "allowed is a name"
        return f"calls the model {model!r}, which is unknown; {hint}"
    return (
        f"is {kind_of(value)}; an energy needs its source: {{value: 2.6 pJ, source: KEY}}, an "
        "estimator, {estimator: sram, action: read, attributes: {...}}, a model, "
        f"{{model: {PRICE_MODELS[0]}, ...}}, or the word unknown"
    )


def _node(value: object) -> str:
    if isinstance(value, dict):
        keys = ", ".join(map(repr, value)) or "no keys"
        return f"has {keys}; a node starts with 'level: NAME' or 'fanout: NAME'"
    return f"is {kind_of(value)}; allowed is a mapping that starts with 'level:' or 'fanout:'"
