"""The nouns of an audit: findings with their severity, completeness, the audit itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: The name and version of the JSON form.
SCHEMA = "octant.audit/1"


class Severity(StrEnum):
    """How bad a finding is, the worst first."""

    CONTRADICTION = "contradiction"
    DOUBT = "doubt"
    PITFALL = "pitfall"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a claim lacks, or that cannot be.

    Args:
        code: an identifier, stable across versions: ``accuracy.missing``.
        severity: how bad it is.
        metric: of the eight, the one that it spoils.
        where: the run, or ``specification``, or ``claim`` for the whole.
        what: what is, and what it should be.
        why: the pitfall that it opens, or why both cannot be.
        add: what to add or to correct.
    """

    code: str
    severity: Severity
    metric: str
    where: str
    what: str
    why: str
    add: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of the reporting sheet a claim fills, for one metric.

    Args:
        metric: its name.
        given: lines that are filled.
        asked: lines that a complete report has.
        lacking: the labels of those that are empty.
    """

    metric: str
    given: int
    asked: int
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A check that the claim does not allow: which, and why."""

    check: str
    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found in a claim.

    Args:
        claim: its name.
        title: its title.
        grade: of its completeness, A to E; says nothing about whether it is true.
        completeness: by metric.
        findings: the worst first.
        unchecked: what could not be checked.
        citations: what the claim itself cites.
    """

    claim: str
    title: str
    grade: str
    completeness: tuple[Completeness, ...]
    findings: tuple[Finding, ...]
    unchecked: tuple[Unchecked, ...]
    citations: tuple[str, ...]
    schema: str = SCHEMA

    @property
    def given(self) -> int:
        """Lines of the reporting sheet that the claim fills."""
        return sum(each.given for each in self.completeness)

    @property
    def asked(self) -> int:
        """Lines that a complete report has."""
        return sum(each.asked for each in self.completeness)

    @property
    def contradicts_itself(self) -> bool:
        """Whether two of its statements cannot both be true."""
        return any(each.severity is Severity.CONTRADICTION for each in self.findings)

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of a severity."""
        return tuple(each for each in self.findings if each.severity is severity)
