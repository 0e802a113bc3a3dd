"""The commands of insight: front, eyexam, bound, flexibility, scalability."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from octant.cli import completion, options
from octant.cli.endings import ending
from octant.cli.output import show, width, written
from octant.cli.progress import progress

if TYPE_CHECKING:
    from octant.accuracy.recipe import Recipe
    from octant.arch import Architecture
    from octant.eyexam.flexibility import Flexibility
    from octant.eyexam.scaling import Scalability
    from octant.mapper.combination import Limit
    from octant.report.page import Section

Flows = Annotated[
    list[str] | None,
    typer.Option(
        "--dataflow",
        metavar="NAME",
        help="A dataflow of the chip (ws, os, is, rs, nlr for short), or 'any'; the chip's first "
        "one unless given. May be repeated, to compare.",
    ),
]
WinBack = Annotated[
    bool,
    typer.Option(
        "--win-back/--no-win-back",
        help="Relax one constraint at a time, which takes more searches.",
    ),
]
Each = Annotated[bool, typer.Option("--layers", help="Add each layer's own table.")]
Figures = Annotated[
    str | None, typer.Option("--figures", metavar="DIR", help="Draw into this folder (.svg).")
]
MaybeChip = Annotated[
    str | None,
    typer.Option(
        "--on",
        metavar="CHIP",
        help="A built-in chip, or the path of a .yaml file: its formats, and its own point.",
        autocompletion=completion.chips,
    ),
]


FrontGoal = Annotated[
    options.ObjectiveName | None,
    typer.Option(
        "--objective",
        help="What the network minimises: edp unless given; under a limit of latency energy, under "
        "one of energy or power latency.",
    ),
]
MaxLatency = Annotated[
    str | None,
    typer.Option(
        "--max-latency", metavar="TIME", help="The most that the network may take: 30 ms."
    ),
]
MaxEnergy = Annotated[
    str | None,
    typer.Option("--max-energy", metavar="ENERGY", help="The same of its energy: 8 mJ."),
]
MaxPower = Annotated[
    str | None,
    typer.Option("--max-power", metavar="POWER", help="The same of its power: 300 mW."),
]
SuiteFile = Annotated[
    str | None,
    typer.Option(
        "--suite", metavar="FILE", help="A suite of your own (.yaml) in place of the built-in one."
    ),
]
WithNetworks = Annotated[
    bool, typer.Option("--networks", help="Try the suite's networks, too: a search for each layer.")
]


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    app.command()(front)
    app.command()(eyexam)
    app.command()(bound)
    app.command()(flexibility)
    app.command()(scalability)


@ending
def eyexam(
    network: options.Network,
    on: options.Chip,
    dataflow: Flows = None,
    layer: options.Chosen = None,
    batch: options.Batch = None,
    dim: options.Dims = None,
    layers: Each = False,
    win_back: WinBack = True,
    figures: Figures = None,
    json: options.Json = None,
    time_limit: options.TimeLimit = None,
    quiet: options.Quiet = False,
) -> None:
    """Print where the performance goes, in seven steps, and what would win it back.

    Example: octant eyexam alexnet --on eyeriss --layer CONV3 --layers
    """
    dims, limit_s = options.sizes(dim), options.seconds(time_limit)
    file, folder = options.destination(json), _folder(figures)
    from octant import api
    from octant.cli.selection import with_layers
    from octant.report import eyexam_page

    workload = with_layers(api.load_network(network, batch=batch, dims=dims), layer)
    with progress(quiet=quiet) as report:
        found = api.eyexam(
            workload,
            on,
            dataflows=tuple(dataflow or ()),
            win_back=win_back,
            time_limit_s=limit_s,
            progress=report,
        )
    if folder is not None:
        from octant.report.insight_figures import write_eyexam

        write_eyexam(found, folder)
    if written(found, json, file):
        return
    show(eyexam_page(found, layers=layers, width=width()))


@ending
def front(
    network: options.Network,
    on: options.Chip,
    objective: FrontGoal = None,
    max_latency: MaxLatency = None,
    max_energy: MaxEnergy = None,
    max_power: MaxPower = None,
    dataflow: options.Flow = None,
    divisors: options.Divisors = False,
    layer: options.Chosen = None,
    batch: options.Batch = None,
    dim: options.Dims = None,
    json: options.Json = None,
    time_limit: options.TimeLimit = None,
    quiet: options.Quiet = False,
) -> None:
    """Print the front of energy and latency of a network, and the best choice under a limit.

    Example: octant front alexnet --on eyeriss --objective energy --max-latency "300 ms"
    """
    dims, limit_s = options.sizes(dim), options.seconds(time_limit)
    file = options.destination(json)
    goal, most = _asked(objective, max_latency, max_energy, max_power)
    from octant import api
    from octant.api.front import network_front
    from octant.cli.selection import with_layers
    from octant.report.front import front_page

    workload = with_layers(api.load_network(network, batch=batch, dims=dims), layer)
    with progress(quiet=quiet) as report:
        found = network_front(
            workload,
            on,
            objective=goal,
            limit=most,
            dataflow=dataflow,
            divisors_only=divisors,
            time_limit_s=limit_s,
            progress=report,
        )
    if written(found, json, file):
        return
    show(front_page(found, width=width()))


def _asked(
    objective: options.ObjectiveName | None,
    latency: str | None,
    energy: str | None,
    power: str | None,
) -> tuple[str, Limit | None]:
    """The objective, and the one limit that was given."""
    given = {
        "latency": options.quantity("--max-latency", latency, "time"),
        "energy": options.quantity("--max-energy", energy, "energy"),
        "power": options.quantity("--max-power", power, "power"),
    }
    limits = [(name, most) for name, most in given.items() if most is not None]
    if not limits:
        return (objective or options.ObjectiveName.EDP).value, None
    if len(limits) > 1:
        names = " and ".join(f"--max-{name}" for name, _ in limits)
        raise typer.BadParameter(f"exclude each other: give one of them, not {names}")
    [(name, most)] = limits
    goal = objective.value if objective else "energy" if name == "latency" else "latency"
    if goal not in ("energy", "latency"):
        raise typer.BadParameter(
            f"is {goal}; under a limit, allowed are energy and latency",
            param_hint="'--objective'",
        )
    from octant.mapper.combination import Limit, Limited

    return goal, Limit(Limited(name), most)


@ending
def bound(
    network: options.Network,
    on: MaybeChip = None,
    dataflow: options.Flow = None,
    layer: options.Chosen = None,
    batch: options.Batch = None,
    dim: options.Dims = None,
    layers: Each = False,
    figures: Figures = None,
    json: options.Json = None,
    time_limit: options.TimeLimit = None,
    quiet: options.Quiet = False,
) -> None:
    """Print the ski slope: the least traffic beyond a buffer of any size.

    Example: octant bound alexnet --on eyeriss
    """
    dims, limit_s = options.sizes(dim), options.seconds(time_limit)
    file, folder = options.destination(json), _folder(figures)
    if dataflow is not None and on is None:
        raise typer.BadParameter(
            "is of a chip's point: give --on CHIP, too", param_hint="'--dataflow'"
        )
    from octant import api
    from octant.cli.selection import with_layers
    from octant.report import slope_page

    workload = with_layers(api.load_network(network, batch=batch, dims=dims), layer)
    with progress(quiet=quiet) as report:
        found = api.bound(workload, on, dataflow=dataflow, time_limit_s=limit_s, progress=report)
    if folder is not None:
        from octant.report.insight_figures import write_slope

        write_slope(found, folder)
    if written(found, json, file):
        return
    show(slope_page(found, layers=layers, width=width()))


@ending
def flexibility(
    on: options.Chip,
    suite: SuiteFile = None,
    dataflow: options.Flow = None,
    networks: WithNetworks = False,
    json: options.Json = None,
    time_limit: options.TimeLimit = None,
    quiet: options.Quiet = False,
) -> None:
    """Print how well a chip runs a suite of layer shapes, formats and densities.

    Example: octant flexibility --on eyeriss --time-limit '5 s'
    """
    limit_s, file = options.seconds(time_limit), options.destination(json)
    from octant import api
    from octant.report import flexibility_page

    with progress(quiet=quiet) as report:
        found = api.flexibility(
            on,
            suite,
            dataflow=dataflow,
            networks=networks,
            time_limit_s=limit_s,
            progress=report,
        )
    if not written(found, json, file):
        show(flexibility_page(found, width=width()))


@ending
def scalability(
    network: options.Network,
    on: options.Chip,
    dataflow: options.Flow = None,
    layer: options.Chosen = None,
    batch: options.Batch = None,
    dim: options.Dims = None,
    json: options.Json = None,
    time_limit: options.TimeLimit = None,
    quiet: options.Quiet = False,
) -> None:
    """Print how far a chip and a network scale: more PEs, other shapes, larger networks.

    Example: octant scalability alexnet --on eyeriss --layer CONV3
    """
    dims, limit_s = options.sizes(dim), options.seconds(time_limit)
    file = options.destination(json)
    from octant import api
    from octant.cli.selection import with_layers
    from octant.report import scalability_page

    workload = with_layers(api.load_network(network, batch=batch, dims=dims), layer)
    with progress(quiet=quiet) as report:
        found = api.scalability(
            workload, on, dataflow=dataflow, time_limit_s=limit_s, progress=report
        )
    if not written(found, json, file):
        show(scalability_page(found, width=width()))


def tried(chip: Architecture, given: dict[str, Any], quiet: bool) -> Flexibility:
    """The chip on the built-in suite, for ``evaluate --flexibility``."""
    from octant import api

    with progress(quiet=quiet) as report:
        return api.flexibility(chip, progress=report, **given)


def grown(
    network: str,
    chip: Architecture,
    recipe: Recipe | None,
    given: dict[str, Any],
    batch: int | None,
    dims: dict[str, int | float],
    quiet: bool,
) -> Scalability:
    """Larger chips and networks, for ``evaluate --scalability``, in the formats of the sheet."""
    from octant import api
    from octant.api.formats import in_formats

    own = in_formats(chip, recipe)
    with progress(quiet=quiet) as report:
        return api.scalability(network, own, batch=batch, dims=dims, progress=report, **given)


def examined(
    network: str,
    chip: Architecture,
    recipe: Recipe | None,
    given: dict[str, Any],
    batch: int | None,
    dims: dict[str, int | float],
    quiet: bool,
) -> tuple[Section, ...]:
    """Sections on the steps of Eyexam, for ``evaluate --eyexam``; no constraint is relaxed."""
    from octant import api
    from octant.api.formats import in_formats
    from octant.report.page import exam_sections

    flow = given["dataflow"]
    with progress(quiet=quiet) as report:
        found = api.eyexam(
            network,
            in_formats(chip, recipe),
            batch=batch,
            dims=dims,
            dataflows=() if flow is None else (flow,),
            win_back=False,
            time_limit_s=given["time_limit_s"],
            progress=report,
        )
    return exam_sections(found.exams[0])


def breadth(flexible: Flexibility | None, scalable: Scalability | None) -> tuple[Section, ...]:
    """Sections on what was tried beside the network itself."""
    if flexible is None and scalable is None:
        return ()
    from octant.report.page import flexibility_section, scalability_section

    return (
        *([flexibility_section(flexible)] if flexible else []),
        *([scalability_section(scalable)] if scalable else []),
    )


def _folder(figures: str | None) -> Path | None:
    """The folder that ``--figures`` names, there before any work.

    Raises:
        typer.BadParameter: its parent does not exist, or it is a file.
    """
    if figures is None:
        return None
    path = Path(figures)
    if path.is_file() or not path.resolve().parent.is_dir():
        raise typer.BadParameter(
            f"{figures!r} is a file, or its folder does not exist; give the path of a folder",
            param_hint="'--figures'",
        )
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise typer.BadParameter(
            f"{figures!r} cannot be made: {error.strerror}", param_hint="'--figures'"
        ) from None
    return path
