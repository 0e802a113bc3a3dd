"""What is to be priced: a kind of component, a technology, and attributes with units."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from octant.errors import InvalidComponentError, NotEstimatedError, UnitError, near_misses
from octant.units import parse, text

#: A number in SI, or one of an attribute's choices.
Value: TypeAlias = float | str

#: Words of the command line and of files beside the attributes'; no attribute may have one.
RESERVED = ("action", "estimator", "extrapolate", "json", "node", "scale", "supply", "voltage")

#: Dimensions of attributes that ``units`` does not know: a bare number, a word of a list.
COUNT, CHOICE = "count", "choice"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing that an estimator wants to know of a component.

    Args:
        name: with its SI unit, as Python writes it: ``capacity_bits``.
        word: as the command line and files write it: ``capacity``.
        dimension: one of ``units.dimensions()``, ``count`` or ``choice``.
        meaning: in words.
        low: the least value that the estimator's source covers, None for no limit.
        high: the largest.
        default: taken where none is given, and shown; None where one must be given.
        choices: the words allowed, for a choice.
        fractional: a width need not be a whole number of bits (the effective bits of a converter).
    """

    name: str
    word: str
    dimension: str
    meaning: str
    low: float | None = None
    high: float | None = None
    default: Value | None = None
    choices: tuple[str, ...] = ()
    fractional: bool = False

    @property
    def whole(self) -> bool:
        """Whether only whole numbers make sense."""
        return self.dimension in (COUNT, "width") and not self.fractional

    def shown(self, value: Value) -> str:
        """The value as text that ``read`` reads back.

        >>> Attribute("capacity_bits", "capacity", "capacity", "of it").shown(8192.0)
        '1 KiB'
        """
        if isinstance(value, str):
            return value
        return f"{value:g}" if self.dimension == COUNT else text(value, self.dimension)

    def read(self, written: str) -> Value:
        """The value of a text.

        Raises:
            InvalidComponentError: the text is no quantity of this dimension, or no choice.

        >>> Attribute("capacity_bits", "capacity", "capacity", "of it").read("1 KiB")
        8192.0
        """
        if self.dimension == CHOICE:
            if written not in self.choices:
                hint = near_misses(written, self.choices)
                raise InvalidComponentError(f"{self.word} is {written!r}; {hint}")
            return written
        if self.dimension == COUNT:
            return self._count(written)
        try:
            return parse(written, self.dimension)
        except UnitError as error:
            raise InvalidComponentError(f"{self.word} {error}") from None

    def _count(self, written: str) -> float:
        try:
            number = float(written)
        except ValueError:
            number = math.nan
        if not (math.isfinite(number) and number >= 0):
            raise InvalidComponentError(
                f"{self.word} is {written!r}; allowed is a bare number, 0 or more"
            )
        return number

    @property
    def range(self) -> str:
        """The values that the source covers, in words.

        >>> Attribute("width_bits", "width", "width", "of it", 8, 32).range
        '8 b to 32 b'
        """
        if self.choices:
            return ", ".join(self.choices)
        low = None if self.low is None else self.shown(self.low)
        high = None if self.high is None else self.shown(self.high)
        if low and high:
            return low if low == high else f"{low} to {high}"
        return f"{low} or more" if low else f"up to {high}" if high else "any"


@dataclass(frozen=True, slots=True)
class ComponentSpec:
    """A component to be priced.

    Args:
        kind: what it is: the name of an estimator (``sram``) or of a kind that one prices.
        process_m: the process node's name as a length; None where the estimator has only one.
        voltage_v: supply; None for the one that the estimator's figures were taken at.
        attributes: (name, value) pairs, sorted by name, values in SI.
        extrapolate: values outside of a source's range are wanted, and marked as such.

    >>> ComponentSpec.of("sram", process_m=65e-9, width_bits=64)["width_bits"]
    64
    """

    kind: str
    process_m: float | None = None
    voltage_v: float | None = None
    attributes: tuple[tuple[str, Value], ...] = ()
    extrapolate: bool = False

    @classmethod
    def of(
        cls,
        kind: str,
        *,
        process_m: float | None = None,
        voltage_v: float | None = None,
        extrapolate: bool = False,
        **attributes: Value,
    ) -> ComponentSpec:
        """The spec with these attributes."""
        return cls(kind, process_m, voltage_v, tuple(sorted(attributes.items())), extrapolate)

    def __getitem__(self, name: str) -> Value:
        return dict(self.attributes)[name]

    def number(self, name: str) -> float:
        """The value of an attribute that is a number."""
        value = self[name]
        assert not isinstance(value, str), "the attributes were checked"
        return value

    def word(self, name: str) -> str:
        """The value of an attribute that is a word."""
        value = self[name]
        assert isinstance(value, str), "the attributes were checked"
        return value


def completed(spec: ComponentSpec, attributes: tuple[Attribute, ...]) -> ComponentSpec:
    """The spec with every attribute that an estimator wants, defaults filled in.

    Raises:
        InvalidComponentError: one is unknown, missing, of the wrong kind or not finite.

    >>> width = Attribute("width_bits", "width", "width", "of a word", default=64.0)
    >>> completed(ComponentSpec("sram"), (width,)).attributes
    (('width_bits', 64.0),)
    """
    given = dict(spec.attributes)
    known = {attribute.name: attribute for attribute in attributes}
    for name in given.keys() - known.keys():
        hint = near_misses(name, known) if known else "it has none"
        raise InvalidComponentError(f"{spec.kind} has no attribute {name!r}; {hint}")
    for name, attribute in known.items():
        if name not in given:
            given[name] = _default(spec.kind, attribute)
        value = given[name]
        word = attribute.dimension == CHOICE
        if isinstance(value, str) != word or (word and value not in attribute.choices):
            raise InvalidComponentError(
                f"{spec.kind}: {attribute.word} is {value!r}; allowed is "
                + (attribute.range if word else f"a {attribute.dimension} in SI")
            )
        if not isinstance(value, str) and not (math.isfinite(value) and value >= 0):
            raise InvalidComponentError(
                f"{spec.kind}: {attribute.word} is {value}; allowed is finite, 0 or more"
            )
        if not isinstance(value, str) and attribute.whole and value != round(value):
            raise InvalidComponentError(
                f"{spec.kind}: {attribute.word} is {attribute.shown(value)}; allowed is a whole "
                "number"
            )
    return replace(spec, attributes=tuple(sorted(given.items())))


def outside(spec: ComponentSpec, attributes: tuple[Attribute, ...]) -> tuple[str, ...]:
    """What of a completed spec lies outside of the ranges, a phrase each.

    Raises:
        NotEstimatedError: something does, and the spec does not ask for extrapolation.

    >>> width = Attribute("width_bits", "width", "width", "of a word", 8, 32)
    >>> outside(ComponentSpec.of("add", width_bits=64, extrapolate=True), (width,))
    ('width 64 b is outside of 8 b to 32 b',)
    """
    return tuple(
        phrase
        for attribute in attributes
        if not isinstance(value := spec[attribute.name], str)
        for phrase in stretched(spec, attribute, value)
    )


def stretched(spec: ComponentSpec, attribute: Attribute, value: float) -> tuple[str, ...]:
    """The phrase that says that a value is outside of an attribute's range; none where it is not.

    An estimator calls it for what follows from several attributes (the capacity of one bank).
    Counts are never extrapolated (half a bank is none), nor is anything to nothing.

    Raises:
        NotEstimatedError: it is, and the spec does not ask for extrapolation or cannot have it.
    """
    low = -math.inf if attribute.low is None else attribute.low * (1 - 1e-9)
    high = math.inf if attribute.high is None else attribute.high * (1 + 1e-9)
    if low <= value <= high:
        return ()
    phrase = f"{attribute.word} {attribute.shown(value)} is outside of {attribute.range}"
    if attribute.dimension == COUNT or value <= 0:
        raise NotEstimatedError(
            f"{spec.kind}: {phrase}, which its source covers, and cannot be extrapolated: give the "
            "value itself with its source"
        )
    if not spec.extrapolate:
        raise NotEstimatedError(
            f"{spec.kind}: {phrase}, which its source covers: allow extrapolation, which marks the "
            "number, or give the value itself with its source"
        )
    return (phrase,)


def from_words(
    kind: str,
    words: Mapping[str, str],
    attributes: tuple[Attribute, ...],
    *,
    process_m: float | None = None,
    voltage_v: float | None = None,
    extrapolate: bool = False,
) -> ComponentSpec:
    """The spec that words describe, as files and the command line write them.

    Args:
        kind: of the component.
        words: each attribute's word (``capacity``) to its text (``108 KiB``).
        attributes: those of its estimator.
        process_m: as the spec's.
        voltage_v: as the spec's.
        extrapolate: as the spec's.

    Raises:
        InvalidComponentError: a word is unknown, or its text cannot be read.

    >>> width = Attribute("width_bits", "width", "width", "of a word")
    >>> from_words("add", {"width": "16 b"}, (width,)).attributes
    (('width_bits', 16.0),)
    """
    known = {attribute.word: attribute for attribute in attributes}
    for word in words.keys() - known.keys():
        hint = near_misses(word, known) if known else "it has none"
        raise InvalidComponentError(f"{kind} has no attribute {word!r}; {hint}")
    try:
        values = {known[word].name: known[word].read(text) for word, text in words.items()}
    except InvalidComponentError as error:
        raise InvalidComponentError(f"{kind}: {error}") from None
    return ComponentSpec(kind, process_m, voltage_v, tuple(sorted(values.items())), extrapolate)


def _default(kind: str, attribute: Attribute) -> Value:
    if attribute.default is None:
        raise InvalidComponentError(
            f"{kind} needs {attribute.word!r} ({attribute.meaning}); allowed is {attribute.range}"
        )
    return attribute.default
