"""The form of a record's file: the reporting sheet, any line of which may be missing.

Its lines are those of ``octant.chips.vocabulary``; the models are made from that table, so that a
line stands in one place.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, create_model

from octant.chips import COUNT, RUN, SPECIFICATION, Entry
from octant.files.part import Name, Part, SourceName
from octant.files.quantity import CountedNumber, Format, fault, quantity_type
from octant.units import unit_names

RECORD_HEADER = "record 1"
#: A chip may have no memory, a run no traffic, a network no right answer.
_MAY_BE_NONE = ("capacity", "share")


class StatedPart(Part):
    """What may stand beside a value: where it is from, how sure it is, what it is of."""

    source: SourceName | None = None
    where: Annotated[str, Field(description="table, figure or section of the source")] = ""
    sure: Literal["seen", "derived", "recalled"] = "seen"
    bound: Literal["exact", "at most", "at least"] = "exact"
    method: Literal["measured", "simulated"] | None = None
    note: str = ""


def _value_type(dimension: str) -> Any:
    if dimension == COUNT:
        return CountedNumber
    positive = dimension not in _MAY_BE_NONE
    return quantity_type(dimension, f"1 {unit_names(dimension)[0]}", positive=positive)


def _stated(dimension: str) -> Any:
    """A bare value, or a mapping with the value and what stands beside it."""
    value = _value_type(dimension)
    whole = create_model(f"Stated {dimension}", __base__=StatedPart, value=(value, ...))
    return Annotated[
        Annotated[value, Tag("(value)")] | Annotated[whole, Tag("(stated)")],
        Discriminator(lambda given: "(stated)" if isinstance(given, dict) else "(value)"),
    ]


def _entries(title: str, table: tuple[Entry, ...], base: type[Part]) -> type[Part]:
    fields: dict[str, Any] = {
        line.name: (_stated(line.dimension) | None, Field(default=None, description=line.label))
        for line in table
    }
    return create_model(title, __base__=base, **fields)


def _text(text: str) -> str:
    if not text.strip():
        raise fault("is empty; cite the paper, so that a reader can look the numbers up")
    return text


def _layers(value: object) -> str:
    return "(list)" if isinstance(value, list) else "(word)"


class RunWords(Part):
    """The words of a run; its quantities stand beside them."""

    network: Annotated[str, AfterValidator(_text)]
    workload: Annotated[str, Field(description="the built-in network that it is")] = ""
    layers: Annotated[
        Annotated[Literal["all"], Tag("(word)")] | Annotated[list[Name], Tag("(list)")],
        Discriminator(_layers),
    ] = []
    task: str = ""
    weights: Format | None = None
    activations: Format | None = None
    counts_skipped: bool | None = None
    off_chip_included: bool | None = None
    note: str = ""
    source: SourceName | None = None
    where: str = ""


SpecificationPart = _entries("Specification", SPECIFICATION, Part)
RunPart = _entries("Run", RUN, RunWords)


class OtherPart(Part):
    """A figure that has no line on the sheet, as text."""

    what: Annotated[str, AfterValidator(_text)]
    value: Annotated[str, AfterValidator(_text)]
    source: SourceName | None = None
    where: str = ""
    sure: Literal["seen", "derived", "recalled"] = "seen"


class RecordFile(Part):
    """A published chip, or a claim. ``source`` stands for every number without one of its own."""

    octant: Literal["record 1"]
    name: Name
    title: str
    year: int | None = None
    kind: Literal["digital", "analog", "gpu"] = "digital"
    method: Literal["measured", "simulated"] | None = None
    stage: Literal["silicon", "layout", "synthesis", "model"] | None = None
    weights: Format | None = None
    activations: Format | None = None
    counts_skipped: bool | None = None
    note: str = ""
    source: SourceName | None = None
    sources: dict[Name, Annotated[str, AfterValidator(_text)]] = {}
    specification: SpecificationPart | None = None  # type: ignore[valid-type]
    parts: dict[Name, _stated("area")] = {}  # type: ignore[valid-type]
    runs: list[RunPart] = []  # type: ignore[valid-type]
    others: list[OtherPart] = []
