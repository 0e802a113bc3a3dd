"""The pages of components: what is installed, what one says of itself, what one costs."""

from __future__ import annotations

from collections.abc import Iterable

from octant.components import About
from octant.components.quoting import Answer, Installed, Quote
from octant.report.amounts import digits, share
from octant.report.layout import WIDTH, Column, fields, numbered, page, paragraph, references, table
from octant.units import text


def components_page(installed: Iterable[Installed], *, more: str = "", width: int = WIDTH) -> str:
    """The page that ``octant components`` prints: what each prices, and on whose word.

    Args:
        installed: the estimators and compounds.
        more: a sentence on other tools' models.
        width: characters of a line.
    """
    listed = tuple(installed)
    numbers = numbered(source for each in listed if each.about for source in each.about.sources)
    columns = [
        Column("name"),
        Column("what", wraps=True),
        Column("actions", wraps=True),
        Column("also"),
        Column("nodes", wraps=True),
        Column("from", wraps=True),
        Column("sources", wraps=True),
    ]
    rows = [_row(each, each.about, numbers) for each in listed if each.about]
    lines = table(columns, rows, width=width)
    for each in listed:
        if each.fault:
            lines += ["", *paragraph(f"not usable: {each.fault}", width=width, indent="  ")]
    lines += ["", "Every one prices the energy of its actions; 'also' is what else it gives:"]
    lines += ["A area, L leakage, T latency."]
    lines += ["octant components NAME says more of one; octant price NAME prices one."]
    lines += paragraph(more, width=width) if more else []
    lines += ["", "sources", *references(numbers, width=width)]
    return page(lines)


def component_page(installed: Installed, *, width: int = WIDTH) -> str:
    """What one estimator says of itself: attributes, equation, range, sources.

    Args:
        installed: the estimator.
        width: characters of a line.
    """
    about = installed.about
    assert about is not None, "one that cannot be loaded is an error"
    lines = paragraph(f"{about.name}: {about.title}", width=width)
    facts = [
        ("kind", about.kind),
        ("from", installed.owner),
        ("gives", ", ".join(installed.quantities)),
        ("actions", ", ".join(about.actions)),
        ("nodes", _nodes(about)),
        ("supply", _supply(about)),
        ("equation", about.equation),
        ("holds for", about.validity),
    ]
    lines += ["", *fields(facts, width=width, indent="  ")]
    if about.attributes:
        columns = [
            Column("attribute"),
            Column("is", wraps=True),
            Column("range", wraps=True),
            Column("unless given"),
        ]
        rows = [
            (
                f"--{each.word}",
                each.meaning,
                each.range,
                "required" if each.default is None else each.shown(each.default),
            )
            for each in about.attributes
        ]
        lines += ["", *table(columns, rows, width=width, indent="  ")]
    lines += ["", "  sources", *references(numbered(about.sources), width=width, indent="    ")]
    return page(lines)


def price_page(quote: Quote, *, width: int = WIDTH) -> str:
    """The page that ``octant price`` prints: figures with intervals, and where they come from.

    Args:
        quote: of one component.
        width: characters of a line.
    """
    lines = paragraph(f"{quote.component}: {quote.title}", width=width)
    given = [(word, value) for word, value in quote.given]
    if quote.technology:
        given.insert(0, ("technology", quote.technology))
    lines += ["", *fields(given, width=width, indent="  ")] if given else []
    given_for = [str(answer.source) for answer in quote.answers if answer.source]
    numbers = numbered([*given_for, *quote.sources])
    rows = [_answer_row(answer, numbers) for answer in quote.answers if answer.value is not None]
    columns = [
        Column(""),
        Column("nominal", right=True),
        Column("from", right=True),
        Column("to", right=True),
        Column("source", right=True),
    ]
    lines += ["", *table(columns, rows, width=width, indent="  ")]
    missing = [answer for answer in quote.answers if answer.value is None]
    if missing:
        reasons: dict[str, list[str]] = {}
        for answer in missing:
            reasons.setdefault(answer.reason, []).append(_name(answer))
        pairs = [(", ".join(names), reason) for reason, names in reasons.items()]
        lines += ["", "  not estimated", *fields(pairs, width=width, indent="    ")]
    lines += _shares(quote, width)
    lines += _spreads(quote, width)
    lines += _stretched(quote, width)
    facts = [("equation", quote.equation), ("holds for", quote.validity)]
    lines += ["", *fields(facts, width=width, indent="  ")]
    lines += ["", "  sources", *references(numbers, width=width, indent="    ")]
    return page(lines)


def _row(each: Installed, about: About, numbers: dict[str, int]) -> tuple[str, ...]:
    letters = {"area": "A", "leakage": "L", "latency": "T"}
    return (
        each.name,
        about.title,
        ", ".join(about.actions),
        " ".join(letters[quantity] for quantity in each.quantities if quantity in letters),
        _nodes(about),
        each.owner,
        _marks(sorted({numbers[source] for source in about.sources})),
    )


def _marks(cited: list[int]) -> str:
    """Numbers in brackets, runs of three and more as a range.

    >>> _marks([2, 5, 6, 7])
    '[2] [5-7]'
    """
    runs: list[list[int]] = []
    for number in cited:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = [
        [f"[{run[0]}-{run[-1]}]"] if len(run) > 2 else [f"[{number}]" for number in run]
        for run in runs
    ]
    return " ".join(word for group in words for word in group)


def _nodes(about: About) -> str:
    if not about.nodes_m:
        return "any"
    nodes = [text(node, "length") for node in sorted(about.nodes_m)]
    if about.any_node:
        return f"{nodes[0]} to {nodes[-1]}"
    return ", ".join(nodes)


def _supply(about: About) -> str:
    if not about.nodes_m:
        return "plays no part"
    return "not stated" if about.voltage_v is None else text(about.voltage_v, "voltage")


def _name(answer: Answer) -> str:
    return _of(answer.quantity, answer.action)


def _of(quantity: str, action: str) -> str:
    """What a figure is of, in words.

    >>> _of("energy", "update"), _of("energy", "read"), _of("area", "")
    ('energy of an update', 'energy of a read', 'area')
    """
    article = "an" if action[:1] in "aeiou" else "a"
    return f"{quantity} of {article} {action}" if action else quantity


def _answer_row(answer: Answer, numbers: dict[str, int]) -> tuple[str, ...]:
    def shown(value: float | None, kept: int) -> str:
        return "" if value is None else text(digits(value, kept), answer.dimension)

    mark = " *" if answer.extrapolated else ""
    return (
        _name(answer) + mark,
        shown(answer.value, 4),
        shown(answer.low, 3),
        shown(answer.high, 3),
        f"[{numbers[str(answer.source)]}]",
    )


def _shares(quote: Quote, width: int) -> list[str]:
    if not quote.shares:
        return []
    dimensions = {(a.quantity, a.action): a.dimension for a in quote.answers}
    rows = [
        (
            _of(each.quantity, each.action),
            each.part,
            text(each.value, dimensions[each.quantity, each.action]),
            share(each.share),
        )
        for each in quote.shares
    ]
    columns = [Column(""), Column("part"), Column("takes", right=True), Column("share", right=True)]
    return ["", *table(columns, rows, width=width, indent="  ")]


def _spreads(quote: Quote, width: int) -> list[str]:
    """The assumptions behind the intervals, each once, with what they do to each figure."""
    rows = []
    for answer in quote.answers:
        for spread in answer.spreads:
            assert answer.value is not None
            ends = [
                text(digits(answer.value * factor, 3), answer.dimension)
                for factor in (spread.low, spread.high)
            ]
            rows.append((spread.assumption, _name(answer), *ends))
    if not rows:
        return []
    if all(len(answer.spreads) < 2 for answer in quote.answers):
        words = "; ".join(dict.fromkeys(row[0] for row in rows))
        return ["", *paragraph(f"the interval is that of: {words}", width=width, indent="  ")]
    columns = [
        Column("each assumption alone", wraps=True),
        Column(""),
        Column("from", right=True),
        Column("to", right=True),
    ]
    return ["", *table(columns, rows, width=width, indent="  ")]


def _stretched(quote: Quote, width: int) -> list[str]:
    reasons = dict.fromkeys(reason for answer in quote.answers for reason in answer.extrapolated)
    if not reasons:
        return []
    return [
        "",
        *paragraph(f"* extrapolated: {'; '.join(reasons)}", width=width, indent="    ", first="  "),
    ]
