"""The sheet: the eight metrics of a network on a chip, and what they rest on."""

from __future__ import annotations

from octant.mapper import Status
from octant.report.amounts import (
    bare,
    digits,
    figure_text,
    interval_text,
    joules,
    objective_words,
)
from octant.report.breakdown import breakdown
from octant.report.layout import (
    TIED,
    WIDTH,
    Column,
    fields,
    numbered,
    page,
    paragraph,
    references,
    table,
    uses_text,
)
from octant.report.product import products
from octant.scorecard import (
    Coverage,
    Decomposition,
    Figure,
    Metric,
    OperatorTotal,
    Reference,
    Scorecard,
)
from octant.units import count_text

_LISTED = (
    Column("operator"),
    Column("layers", right=True),
    Column("work", right=True),
    Column("why", wraps=True),
)
_INDENT = "  "


def sheet(card: Scorecard, *, width: int = WIDTH) -> str:
    """The scorecard as ``octant evaluate`` prints it.

    Args:
        card: what to print.
        width: characters of a line.
    """
    lines = _heading(card, width)
    size = max(len(row.label) for _, metric in card.metrics for row in metric.rows)
    for name, metric in card.metrics:
        lines += ["", name.upper(), *_metric(metric, size, width)]
        if name == "throughput" and card.decomposition is not None:
            lines += ["", *_decomposition(card.decomposition, width)]
        if name == "energy":
            lines += ["", *breakdown(card, width=width)]
            lines += ["", *_contributions(card, width)] if card.contributions else []
    lines += ["", "COVERAGE", *_coverage(card.coverage, width)]
    lines += ["", "ASSUMPTIONS"]
    for assumption in card.assumptions:
        lines += paragraph(assumption, width=width, indent=_INDENT * 2, first=_INDENT + "- ")
    lines += ["", "REFERENCES", *_references(card.references, width)]
    return page(lines)


def _heading(card: Scorecard, width: int) -> list[str]:
    version = dict(card.versions).get("octant", "")
    facts = [
        ("network", f"{card.network_note or card.network}, batch {card.batch}"),
        ("chip", card.architecture_note or card.architecture),
        ("mappings", mappings_text(card)),
        *(("searched", words) for words in card.spaces),
        ("dataflow", card.dataflow or "any"),
        ("evaluated by", f"octant {version}".strip()),
    ]
    return [
        *paragraph(f"{card.network} on {card.architecture}", width=width),
        "",
        *fields(facts, width=width, indent=_INDENT),
    ]


def mappings_text(card: Scorecard) -> str:
    """What the mappings are the best for, and how many of them are proven."""
    runs = [layer.run for layer in card.layers if layer.run is not None]
    proven = sum(run.status is Status.OPTIMAL for run in runs)
    least = f"least {objective_words(card.objective)} per layer"
    return f"{least}, {proven} of {len(runs)} proven optimal"


def _metric(metric: Metric, size: int, width: int) -> list[str]:
    """The rows of a metric: what is evaluated in columns, what is missing in words."""
    lines: list[str] = []
    values = [figure_text(row.figure) for row in metric.rows if isinstance(row.figure, Figure)]
    column = max(map(len, values), default=0)
    before = ""
    for row in metric.rows:
        first = f"{_INDENT}{row.label:<{size}}{_INDENT}"
        start, rest = "not evaluated", str(row.figure).removeprefix("not evaluated: ")
        if isinstance(row.figure, Figure):
            first += f"{figure_text(row.figure):<{column}}{_INDENT}"
            start, rest = row.figure.origin.value, row.figure.basis
            ends = interval_text(row.figure)
            start = f"{ends}; {start}" if ends else start
        said = f"{start}, as above" if rest == before else f"{start}: {rest}"
        before = rest
        lines += paragraph(said, width=width, indent=" " * len(first), first=first)
    return lines


def _decomposition(factors: Decomposition, width: int) -> list[str]:
    return [line for value, terms in products(factors) for line in _equation(value, terms, width)]


def _equation(value: str, terms: tuple[str, ...], width: int) -> list[str]:
    first = f"{_INDENT}{value} = "
    words = " ".join(term.replace(" ", TIED) for term in terms)
    return paragraph(words, width=width, indent=" " * len(first), first=first)


def _contributions(card: Scorecard, width: int) -> list[str]:
    """What each assumption alone does to the energy of an inference; the widest first.

    One that does less than the digits show is left to the JSON form.
    """
    listed = [
        (each.assumption, joules(digits(each.low_j, 3)), joules(digits(each.high_j, 3)))
        for each in card.contributions
    ]
    rows = [row for row in listed if row[1] != row[2]]
    columns = [
        Column("what widens the interval most, each alone", wraps=True),
        Column("from", right=True),
        Column("to", right=True),
    ]
    return table(columns, rows, width=width, indent=_INDENT)


def _coverage(coverage: Coverage, width: int) -> list[str]:
    facts = [
        ("layers", f"{coverage.layers_run} of {coverage.layers} run"),
        ("multiply-accumulates", count_text(coverage.macs, "MAC") + ", all evaluated"),
        (
            "element operations",
            f"{bare(coverage.operations_run)} of {bare(coverage.operations)} run",
        ),
        ("parameters", f"{bare(coverage.parameters_run)} of {bare(coverage.parameters)} run"),
    ]
    lines = fields(facts, width=width, indent=_INDENT)
    for title, totals in (
        ("not run: neither time nor energy is counted", coverage.not_run),
        ("not understood: never costed as zero", coverage.not_understood),
        ("energy of the operations unknown, time counted", coverage.not_costed),
    ):
        if totals:
            rows = [_listed(total) for total in totals]
            lines += ["", _INDENT + title, *table(_LISTED, rows, width=width, indent=_INDENT * 2)]
    return lines


def _listed(total: OperatorTotal) -> tuple[str, ...]:
    work = count_text(total.operations, "op") if total.operations else "unknown"
    return total.operator, str(total.layers), work, total.reason


def _references(cited: tuple[Reference, ...], width: int) -> list[str]:
    numbers = numbered(reference.citation for reference in cited)
    uses = {reference.citation: uses_text(reference.used_for) for reference in cited}
    return references(numbers, width=width, uses=uses)
