"""The sheet: the eight metrics of a network on a chip, and what they rest on."""

from __future__ import annotations

from octant.mapper import Objective, Status
from octant.report.amounts import bare, digits, figure_text, interval_text, joules, share
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
)
from octant.scorecard import (
    Coverage,
    Decomposition,
    Figure,
    Metric,
    OperatorTotal,
    Reference,
    Scorecard,
)
from octant.units import count_text, text

_LISTED = (
    Column("operator"),
    Column("layers", right=True),
    Column("work", right=True),
    Column("why", wraps=True),
)
_INDENT = "  "
_ENERGY = "energy of "


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
        ("mappings", f"least {_goal(card.objective)} per layer, {_proof(card)}"),
        ("dataflow", card.dataflow or "any"),
        ("evaluated by", f"octant {version}".strip()),
    ]
    return [
        *paragraph(f"{card.network} on {card.architecture}", width=width),
        "",
        *fields(facts, width=width, indent=_INDENT),
    ]


def _proof(card: Scorecard) -> str:
    runs = [layer.run for layer in card.layers if layer.run is not None]
    proven = sum(run.status is Status.OPTIMAL for run in runs)
    return f"{proven} of {len(runs)} proven optimal"


def _goal(objective: Objective) -> str:
    products = {Objective.EDP: "energy x latency", Objective.ED2P: "energy x latency^2"}
    return products.get(objective, objective.value)


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
    speed = f"{bare(factors.inferences_per_s)} inferences/s"
    utilization = f"{share(factors.utilization)} utilisation"
    product = [
        f"{factors.operations_per_cycle_per_unit:g} operations/cycle per unit",
        f"x {text(factors.clock_hz, 'frequency')}",
        f"x {factors.units:,} units",
        f"x {utilization}",
        f"/ {bare(factors.operations_per_inference)} operations/inference",
    ]
    parts = [
        f"{share(factors.active_share)} of the units active",
        f"x {share(factors.utilization_of_active)} utilisation of these",
    ]
    return _equation(speed, product, width) + _equation(utilization, parts, width)


def _equation(value: str, terms: list[str], width: int) -> list[str]:
    first = f"{_INDENT}{value} = "
    words = " ".join(term.replace(" ", TIED) for term in terms)
    return paragraph(words, width=width, indent=" " * len(first), first=first)


def _contributions(card: Scorecard, width: int) -> list[str]:
    """What each assumption alone does to the energy of an inference; the widest first."""
    rows = [
        (each.assumption, joules(digits(each.low_j, 3)), joules(digits(each.high_j, 3)))
        for each in card.contributions
    ]
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
    uses = {reference.citation: _uses(reference.used_for) for reference in cited}
    return references(numbers, width=width, uses=uses)


def _uses(used_for: tuple[str, ...]) -> str:
    """What a reference is used for; the words "energy of" once."""
    energies = [use.removeprefix(_ENERGY) for use in used_for if use.startswith(_ENERGY)]
    others = [use for use in used_for if not use.startswith(_ENERGY)]
    return "; ".join(others + [_ENERGY + ", ".join(energies)] * bool(energies))
