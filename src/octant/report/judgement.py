"""A verdict as text: what decided, and the margin of every need."""

from __future__ import annotations

from octant.report.amounts import UNKNOWN, figure_text, share
from octant.report.layout import WIDTH, Column, fields, page, paragraph, table
from octant.scorecard import Figure
from octant.scorecard.judge import Decision, Judgement, Outcome
from octant.source import Origin

_INDENT = "  "
#: From here on a margin is how many times over a need is met.
_MANY_TIMES = 9
_VERDICTS = {
    Outcome.MET: "meets every need",
    Outcome.MISSED: "fails",
    Outcome.UNDECIDED: "is undecided, and so not shown to be viable",
}


def judgement_page(found: Judgement, *, width: int = WIDTH) -> str:
    """The page that ``octant judge`` prints.

    Args:
        found: the verdict.
        width: characters of a line.
    """
    what = found.title or found.needs
    facts = [
        ("needs", f"{found.needs}: {found.title}" if found.title else found.needs),
        ("verdict", f"{found.network} on {found.chip} {_VERDICTS[found.outcome]}"),
    ]
    decider = found.decided_by
    if decider is not None:
        facts.append(("decided by", _said(decider)))
    head = f"{found.network} on {found.chip}, batch {found.batch}, for {what}"
    lines = [*paragraph(head, width=width), "", *fields(facts, width=width, indent=_INDENT), ""]
    columns = [
        Column("need", wraps=True),
        Column("limit", right=True),
        Column("has", right=True),
        Column("margin", right=True),
        Column("", wraps=True),
    ]
    rows = [_row(decision) for decision in found.decisions]
    lines += table(columns, rows, width=width, indent=_INDENT)
    if any(decision.sure is False for decision in found.decisions):
        words = "not surely: the limit is inside of the interval of what the chip has."
        lines += ["", *paragraph(words, width=width, indent=_INDENT)]
    lines += ["", "WHAT EACH RESTS ON"]
    for decision in found.decisions:
        lines += paragraph(
            f"{_name(decision)}: {decision.reason}",
            width=width,
            indent=_INDENT * 2,
            first=f"{_INDENT}- ",
        )
    return page(lines)


def _row(decision: Decision) -> tuple[str, ...]:
    has = UNKNOWN if decision.figure is None else figure_text(decision.figure)
    margin = ""
    if decision.margin is not None:
        margin = _margin_text(decision.margin)
    words = str(decision.outcome)
    if decision.sure is False:
        words += ", not surely"
    limit = _limit(decision).replace("at least", ">=").replace("at most", "<=")
    return _name(decision), limit, has, margin, words


def _margin_text(margin: float) -> str:
    """By how much a need is met: in percent of the limit, or how many times over.

    >>> _margin_text(0.25), _margin_text(-0.25), _margin_text(111.75)
    ('+25.0 %', '-25.0 %', '113 times')
    """
    if margin >= _MANY_TIMES:
        return f"{margin + 1:.0f} times"
    return f"{'+' * (margin >= 0)}{share(margin)}"


def _limit(decision: Decision) -> str:
    word = "at least" if decision.at_least else "at most"
    figure = Figure(decision.need.limit, decision.unit, Origin.ASSUMED, "needed")
    return f"{word} {figure_text(figure)}"


def _name(decision: Decision) -> str:
    need = decision.need
    if need.times:
        return f"{need.name}, {need.times} x the units, {'weak' if need.weak else 'strong'}"
    return f"runs {need.network}" if need.network else need.name


def _said(decision: Decision) -> str:
    if decision.figure is None:
        return f"{_name(decision)}, which is {decision.reason}"
    has = figure_text(decision.figure)
    return f"{_name(decision)}: {has}, and {_limit(decision)} is needed"
