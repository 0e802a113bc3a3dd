"""The commands about published chips: which there are, everything of one, what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from octant.cli import completion, options
from octant.cli.endings import ending
from octant.cli.exits import VERDICT
from octant.cli.output import show, width, written

if TYPE_CHECKING:
    from octant.chips import Choice, Record

With = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="FILE",
        help="Chips of your own beside the built-in ones: a .yaml file, or a folder of them. May "
        "be repeated.",
    ),
]


@ending
def list_chips(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME|FILE]",
            help="One chip: its reporting sheet with the citation of every number.",
            autocompletion=completion.records,
        ),
    ] = None,
    process: Annotated[
        str | None, typer.Option(metavar="LENGTH", help="Only of this node: '65 nm'.")
    ] = None,
    method: Annotated[
        str | None, typer.Option(metavar="HOW", help="Only measured, or only simulated ones.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="Only digital, analog or gpu.")
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only those that ran a network of that name."),
    ] = None,
    more: With = None,
    figure: Annotated[
        str | None,
        typer.Option(
            "--figure",
            metavar="FILE",
            help="Draw the survey, efficiency against throughput (.svg, .png, .pdf).",
        ),
    ] = None,
    json: options.Json = None,
) -> None:
    """Print the published chips, or all that is published of one.

    Example: octant chips --process '65 nm' --method measured

    Example: octant chips eyeriss; octant chips --with mine.yaml --figure survey.svg
    """
    file = options.destination(json)
    drawn = None if figure is None else options.writable(figure, "--figure")
    from octant.chips import ChipList, Choice, survey
    from octant.report import chips_page, record_page, write_survey

    choice = _choice(process, method, kind, network)
    if name is not None and choice != Choice():
        raise typer.BadParameter(
            f"--process, --method, --kind and --network choose among all chips, and {name!r} is "
            "one; leave them out, or the name",
            param_hint="'[NAME|FILE]'",
        )
    records = _records(name, more or (), choice)
    if drawn is not None:
        write_survey(drawn, survey(records))
    if written(ChipList(records), json, file):
        return
    if name is not None:
        show("\n".join(record_page(each, width=width()) for each in records))
    else:
        show(chips_page(records, width=width()))


def _choice(
    process: str | None, method: str | None, kind: str | None, network: str | None
) -> Choice:
    """Which chips the options ask for."""
    node = options.quantity("--process", process, "length")
    from octant.chips import Choice, Kind, Method

    return Choice(
        node,
        None
        if method is None
        else Method(options.word("--method", method, [each.value for each in Method])),
        None if kind is None else Kind(options.word("--kind", kind, [each.value for each in Kind])),
        network,
    )


@ending
def list_references(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME|FILE]",
            help="Only what this chip rests on.",
            autocompletion=completion.records,
        ),
    ] = None,
    more: With = None,
) -> None:
    """Print every citation that the numbers of the published chips rest on.

    Example: octant references; octant references eyeriss
    """
    from octant.chips import citations
    from octant.report import references_page

    show(references_page(citations(_records(name, more or ())), width=width()))


@ending
def audit_claim(
    claim: Annotated[
        str,
        typer.Argument(
            metavar="FILE|NAME",
            help="A claim on the reporting sheet, a .yaml file, or a published chip.",
            autocompletion=completion.records,
        ),
    ],
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 13 where the claim contradicts itself.")
    ] = False,
    json: options.Json = None,
) -> None:
    """Print what a claim lacks, what cannot be, and how complete it is.

    Example: octant audit claim.yaml --strict; octant audit eyeriss
    """
    file = options.destination(json)
    from octant import api
    from octant.report import audit_page

    found = api.audit(claim)
    if not written(found, json, file):
        show(audit_page(found, width=width()))
    if strict and found.contradicts_itself:
        raise typer.Exit(VERDICT)


def _records(
    name: str | None, more: Sequence[str], choice: Choice | None = None
) -> tuple[Record, ...]:
    """The chip of a name or in a file; all that a choice admits where there is none."""
    from octant import api
    from octant.files.records import load_record

    if name is None:
        return api.published_chips(more, choice=choice)
    mine = tuple(each for each in api.published_chips(more) if each.name == name)
    return mine or (load_record(name, cited=True),)
