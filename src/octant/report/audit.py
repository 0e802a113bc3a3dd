"""An audit as text: completeness, contradictions, doubts, pitfalls, notes, what was not checked."""

from __future__ import annotations

from dataclasses import replace

from octant.report.layout import (
    WIDTH,
    Column,
    fields,
    numbered,
    page,
    paragraph,
    references,
    table,
)
from octant.scorecard.audit import Audit, Finding, Severity

_INDENT = "  "
_TITLES = {
    Severity.CONTRADICTION: "CONTRADICTIONS: what cannot be",
    Severity.DOUBT: "DOUBTS: what hardly can",
    Severity.PITFALL: "PITFALLS: what is missing and misleads",
    Severity.NOTE: "NOTES",
}


def audit_page(found: Audit, *, width: int = WIDTH) -> str:
    """The page that ``octant audit`` prints.

    Args:
        found: the audit.
        width: characters of a line.
    """
    lines = [*paragraph(f"audit of {found.claim}: {found.title}", width=width), ""]
    facts = [
        ("completeness", f"{found.grade}: {found.given} of {found.asked} lines filled"),
        ("findings", _counted(found)),
    ]
    lines += [*fields(facts, width=width, indent=_INDENT), ""]
    columns = [Column("metric"), Column("filled", right=True), Column("lacking", wraps=True)]
    rows = [
        (each.metric, f"{each.given} of {each.asked}", ", ".join(each.lacking))
        for each in found.completeness
    ]
    lines += table(columns, rows, width=width, indent=_INDENT)
    for severity, title in _TITLES.items():
        if listed := found.of(severity):
            lines += ["", title]
            for places, finding in _together(listed):
                lines += _finding(places, finding, width)
    if found.unchecked:
        lines += ["", "NOT CHECKED"]
        for each in found.unchecked:
            words = f"{each.check}, {each.where}: {each.reason}"
            lines += paragraph(words, width=width, indent=_INDENT * 2, first=f"{_INDENT}- ")
    if found.citations:
        lines += ["", "REFERENCES", *references(numbered(found.citations), width=width)]
    return page(lines)


def _counted(found: Audit) -> str:
    counts = [(len(found.of(severity)), severity) for severity in Severity]
    listed = [f"{count} {word}{'s' * (count > 1)}" for count, word in counts if count]
    return ", ".join(listed) or "none"


def _together(findings: tuple[Finding, ...]) -> list[tuple[str, Finding]]:
    """Findings that differ only in the run are one, with the names of the runs."""
    places: dict[Finding, list[str]] = {}
    for finding in findings:
        places.setdefault(replace(finding, where=""), []).append(finding.where)
    return [(", ".join(where), finding) for finding, where in places.items()]


def _finding(places: str, finding: Finding, width: int) -> list[str]:
    indent = _INDENT * 2
    lines = paragraph(f"{finding.code} ({places})", width=width, indent=indent, first=_INDENT)
    words = f"{_sentence(finding.what)} {_sentence(finding.why)}"
    lines += paragraph(words, width=width, indent=indent)
    if finding.add:
        lines += paragraph(f"Add {finding.add}.", width=width, indent=indent)
    return lines


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
