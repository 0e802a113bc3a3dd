"""The nouns: a quantity with its citation, a run, the record of a chip.

A record is what is published, or claimed, of one chip on the field's reporting sheet. Every entry
may be missing; what is there says where it comes from and how sure it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from octant.errors import InvalidArchitectureError
from octant.workload import NumberFormat


class Method(StrEnum):
    """How the figures of a report came to be."""

    MEASURED = "measured"
    SIMULATED = "simulated"


class Stage(StrEnum):
    """What was measured or simulated."""

    SILICON = "silicon"
    LAYOUT = "layout"
    SYNTHESIS = "synthesis"
    MODEL = "model"


class Sureness(StrEnum):
    """How sure a quantity is: read in its source, computed from such, or remembered."""

    SEEN = "seen"
    DERIVED = "derived"
    RECALLED = "recalled"


class Bound(StrEnum):
    """Whether a source gives the value, or a limit to it."""

    EXACT = "exact"
    AT_MOST = "at most"
    AT_LEAST = "at least"


class Kind(StrEnum):
    """How the chip multiplies."""

    DIGITAL = "digital"
    ANALOG = "analog"
    GPU = "gpu"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One entry of a report.

    Args:
        value: in SI, bits for information, a fraction for a share; operations, of which a
            multiply-accumulate is two.
        dimension: one of ``units.dimensions()``, or ``count``.
        citation: the publication; empty where a claim gives none.
        place: table, figure or section of it; empty where not stated.
        sure: only what was seen or derived is a fact.
        bound: a source may give a limit in place of the value.
        method: of this quantity, where it is not that of the whole report.
        note: what the value is of.

    >>> Quantity(65e-9, "length", "Chen et al., JSSC 2017", "Table IV").is_fact
    True
    """

    value: float
    dimension: str
    citation: str = ""
    place: str = ""
    sure: Sureness = Sureness.SEEN
    bound: Bound = Bound.EXACT
    method: Method | None = None
    note: str = ""

    @property
    def is_fact(self) -> bool:
        """Whether it was seen in its source or derived from what was."""
        return self.sure is not Sureness.RECALLED

    @property
    def limit(self) -> str:
        """What stands before the value where it is a limit: ``at most``; empty elsewhere."""
        return "" if self.bound is Bound.EXACT else f"{self.bound} "


@dataclass(frozen=True, slots=True)
class Run:
    """What one network did on the chip.

    Args:
        network: in the report's words.
        workload: the built-in network that it is; empty where there is none.
        layers: which of its layers ran; ``("all",)`` for all, empty where not stated.
        task: what the accuracy is of, in words; empty where not stated.
        weights: their number format; None where not stated.
        activations: theirs.
        counts_skipped: operations that zeros spared are counted as if done; None where not stated.
        off_chip_included: power and energy include off-chip memory; None where not stated.
        note: conditions.
        entries: quantities by name, those of ``vocabulary.RUN``.
    """

    network: str
    workload: str = ""
    layers: tuple[str, ...] = ()
    task: str = ""
    weights: NumberFormat | None = None
    activations: NumberFormat | None = None
    counts_skipped: bool | None = None
    off_chip_included: bool | None = None
    note: str = ""
    entries: tuple[tuple[str, Quantity], ...] = ()

    def __getitem__(self, name: str) -> Quantity | None:
        return dict(self.entries).get(name)


@dataclass(frozen=True, slots=True)
class Other:
    """A published figure that has no line on the sheet, as text: a ratio, a share."""

    what: str
    value: str
    citation: str
    place: str = ""
    sure: Sureness = Sureness.SEEN


@dataclass(frozen=True, slots=True)
class Record:
    """A report of one chip.

    Args:
        name: an identifier.
        title: in words.
        year: of the publication; None where not stated.
        kind: how the chip multiplies.
        method: how the figures came to be; None where not stated.
        stage: what was measured or simulated; None where not stated.
        weights: the number format of the peak's weights; None where not stated.
        activations: and of its activations.
        counts_skipped: the peak counts operations that zeros spare; None where not stated.
        note: what a reader should know before any number.
        entries: quantities by name, those of ``vocabulary.SPECIFICATION``.
        parts: areas of parts by name.
        runs: networks that ran.
        others: figures that have no line on the sheet.
    """

    name: str
    title: str
    year: int | None = None
    kind: Kind = Kind.DIGITAL
    method: Method | None = None
    stage: Stage | None = None
    weights: NumberFormat | None = None
    activations: NumberFormat | None = None
    counts_skipped: bool | None = None
    note: str = ""
    entries: tuple[tuple[str, Quantity], ...] = ()
    parts: tuple[tuple[str, Quantity], ...] = ()
    runs: tuple[Run, ...] = ()
    others: tuple[Other, ...] = ()

    def __post_init__(self) -> None:
        names = [run.network for run in self.runs]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InvalidArchitectureError(
                f"record {self.name!r} has two runs named {twice[0]!r}; tell them apart"
            )

    def __getitem__(self, name: str) -> Quantity | None:
        return dict(self.entries).get(name)

    def quantities(self) -> Iterator[tuple[str, Quantity]]:
        """Every quantity with the path to it: ``process``, ``parts.adc``, ``alexnet.latency``."""
        yield from self.entries
        yield from ((f"parts.{name}", quantity) for name, quantity in self.parts)
        for run in self.runs:
            yield from ((f"{run.network}.{name}", quantity) for name, quantity in run.entries)

    def method_of(self, quantity: Quantity) -> Method | None:
        """How a quantity came to be: in its own way, else in that of the whole report."""
        return quantity.method or self.method

    def citations(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Every citation once, with the paths of what rests on it and the places of these.

        What is only recalled of a publication is called so: nobody looked it up there.
        """
        uses: dict[str, list[str]] = {}
        cited = [(path, each.citation, each.place, each.sure) for path, each in self.quantities()]
        cited += [(each.what, each.citation, each.place, each.sure) for each in self.others]
        for path, citation, place, sure in cited:
            aside = ", ".join([place] * bool(place) + [sure.value] * (sure is Sureness.RECALLED))
            uses.setdefault(citation, []).append(f"{path} ({aside})" if aside else path)
        return tuple((citation, tuple(paths)) for citation, paths in uses.items() if citation)
