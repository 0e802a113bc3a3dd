"""Where a number comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """How a number came to be."""

    MEASURED = "measured"
    MODELLED = "modelled"
    PUBLISHED = "published"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Source:
    """The origin of a number and the words that let a reader check it.

    >>> str(Source(Origin.PUBLISHED, "Chen et al., JSSC 2017, Table IV"))
    'published: Chen et al., JSSC 2017, Table IV'
    """

    origin: Origin
    citation: str

    def __post_init__(self) -> None:
        if not self.citation.strip():
            raise ValueError("a source needs a citation: say which paper, table or assumption")

    def __str__(self) -> str:
        return f"{self.origin.value}: {self.citation}"
