"""The needs of a product from a YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from octant.files.complaint import validated
from octant.files.document import Fault, parse_document, read_text
from octant.files.part import Name, Part
from octant.files.quantity import quantity_type, share_type

NEEDS_HEADER = "needs 1"
#: The largest chip that ``octant scalability`` tries, over the chip as it is.
MOST_TIMES = 64


def _limit(word: str, dimension: str, example: str) -> Any:
    """A limit of one kind: ``{at_most: 30 ms}``."""
    kind = share_type(example) if dimension == "share" else quantity_type(dimension, example)
    fields: dict[str, Any] = {word: (kind, ...)}
    return create_model(f"Limit {word} {dimension}", __base__=Part, **fields) | None


class GrowthPart(Part):
    """What must be left of the speedup of a larger chip: ``efficiency`` of the glossary."""

    at_least: share_type("80 %")  # type: ignore[valid-type]
    times: Annotated[
        int, Field(ge=2, le=MOST_TIMES, description="how many times the compute units")
    ]
    scaling: Annotated[
        Literal["strong", "weak"],
        Field(description="memories and ports outside of the array as they are, or grown along"),
    ]


class NeedsFile(Part):
    """What a product needs; every line may be left out."""

    octant: Literal["needs 1"]
    name: Name
    title: str = ""
    accuracy: _limit("at_least", "share", "95 %") = None  # type: ignore[valid-type]
    latency: _limit("at_most", "time", "30 ms") = None  # type: ignore[valid-type]
    throughput: _limit("at_least", "inference rate", "30 inferences/s") = None  # type: ignore[valid-type]
    energy: _limit("at_most", "energy", "10 mJ") = None  # type: ignore[valid-type]
    power: _limit("at_most", "power", "500 mW") = None  # type: ignore[valid-type]
    cost: _limit("at_most", "money", "5 USD") = None  # type: ignore[valid-type]
    area: _limit("at_most", "area", "20 mm^2") = None  # type: ignore[valid-type]
    must_run: tuple[Name, ...] = Field(
        default=(), strict=False, description="networks of which every layer must run on the chip"
    )
    scalability: GrowthPart | None = None

    def limits(self) -> tuple[tuple[str, float], ...]:
        """The limits of what a scorecard tells by name, in SI."""
        given = ((name, getattr(self, name)) for name in type(self).model_fields)
        return tuple(
            (name, next(value for _, value in limit))
            for name, limit in given
            if isinstance(limit, Part) and not isinstance(limit, GrowthPart)
        )


def load_needs(path: Path | str) -> NeedsFile:
    """The needs in a YAML file; nothing in it is evaluated.

    Raises:
        FileFormatError: it cannot be read, is malformed, or needs nothing.
    """
    return parse_needs(read_text(Path(path)), str(path))


def parse_needs(text: str, name: str = "<text>") -> NeedsFile:
    """The needs that a YAML text states.

    Raises:
        FileFormatError: it is malformed, or needs nothing; every fault with its line.

    >>> parse_needs("{octant: needs 1, name: a, latency: {at_most: 30 ms}}").limits()
    (('latency', 0.03),)
    """
    document = parse_document(text, name)
    words = f"a file of needs starts with 'octant: {NEEDS_HEADER}'"
    if wrong := document.header_faults(NEEDS_HEADER, words):
        raise document.refusal(wrong)
    file, faults = validated(NeedsFile, document)
    if file is None or faults:
        raise document.refusal(faults)
    if not (file.limits() or file.must_run or file.scalability):
        allowed = [key for key in NeedsFile.model_fields if key not in ("octant", "name", "title")]
        message = f"needs nothing; state at least one of {', '.join(allowed)}"
        raise document.refusal([Fault((), message)])
    return file
