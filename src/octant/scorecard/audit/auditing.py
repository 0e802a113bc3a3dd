"""The audit: every check over a claim, in one list, the worst finding first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from octant.chips import Quantity, Record
from octant.scorecard.audit.arithmetic import run_disagreements, whole_disagreements
from octant.scorecard.audit.completeness import completeness, grade
from octant.scorecard.audit.findings import Audit, Finding, Severity, Unchecked
from octant.scorecard.audit.gaps import run_gaps, whole_gaps
from octant.scorecard.audit.networks import covered
from octant.scorecard.audit.physics import (
    below_compulsory,
    below_the_memory,
    below_the_process,
)
from octant.workload import Workload


def audit(claim: Record, network: Callable[[str], Workload]) -> Audit:
    """What a claim lacks, what cannot be, and how complete it is.

    What is only recalled counts as not given: nobody read it anywhere.

    Args:
        claim: a claim or a published chip.
        network: the built-in network of a name, at batch 1.

    >>> from octant import zoo
    >>> found = audit(Record("x", "a chip that says nothing"), zoo.network)
    >>> found.grade, found.findings[0].code
    ('E', 'method.missing')
    """
    facts = _facts(claim)
    found = list(_checks(facts, network))
    lines = completeness(facts)
    ranks = list(Severity)
    return Audit(
        claim.name,
        claim.title,
        grade(sum(each.given for each in lines), sum(each.asked for each in lines)),
        lines,
        tuple(
            sorted(
                (each for each in found if isinstance(each, Finding)),
                key=lambda finding: ranks.index(finding.severity),
            )
        ),
        tuple(each for each in found if isinstance(each, Unchecked)),
        tuple(citation for citation, _ in facts.citations()),
    )


def _checks(claim: Record, network: Callable[[str], Workload]) -> Iterator[Finding | Unchecked]:
    yield from whole_disagreements(claim)
    yield from below_the_memory(claim)
    yield from below_the_process(claim)
    yield from whole_gaps(claim)
    for run in claim.runs:
        part = covered(run, network(run.workload)) if run.workload else None
        yield from run_disagreements(claim, run, part)
        yield from below_compulsory(claim, run, part)
        yield from run_gaps(run, part)


def _facts(claim: Record) -> Record:
    """The claim without what is only recalled."""

    def kept(entries: tuple[tuple[str, Quantity], ...]) -> tuple[tuple[str, Quantity], ...]:
        return tuple((name, quantity) for name, quantity in entries if quantity.is_fact)

    return replace(
        claim,
        entries=kept(claim.entries),
        parts=kept(claim.parts),
        runs=tuple(replace(run, entries=kept(run.entries)) for run in claim.runs),
        others=tuple(other for other in claim.others if other.sure != "recalled"),
    )
