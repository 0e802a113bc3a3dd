"""Published chips and claims as nouns: the field's reporting sheet, with its citations."""

from octant.chips.choice import Choice, chosen, named
from octant.chips.derive import efficiency, fact, peak, peak_efficiency, rate
from octant.chips.record import (
    Bound,
    Kind,
    Method,
    Other,
    Quantity,
    Record,
    Run,
    Stage,
    Sureness,
)
from octant.chips.references import ChipList, Citation, citations
from octant.chips.survey import CAVEAT, Point, Survey, formats_text, survey
from octant.chips.vocabulary import COUNT, RUN, SPECIFICATION, Entry, entry

__all__ = [
    "CAVEAT",
    "COUNT",
    "RUN",
    "SPECIFICATION",
    "Bound",
    "ChipList",
    "Choice",
    "Citation",
    "Entry",
    "Kind",
    "Method",
    "Other",
    "Point",
    "Quantity",
    "Record",
    "Run",
    "Stage",
    "Sureness",
    "Survey",
    "chosen",
    "citations",
    "efficiency",
    "entry",
    "fact",
    "formats_text",
    "named",
    "peak",
    "peak_efficiency",
    "rate",
    "survey",
]
