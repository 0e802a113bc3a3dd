"""The commands: each reads its options, calls one use case, and prints its page.

What a command needs is imported when it runs, so that ``octant --help`` loads nothing heavy.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from octant.cli import chips, completion, exits, insight, options
from octant.cli.endings import ending
from octant.cli.output import show, width, written
from octant.cli.progress import progress, run_progress

if TYPE_CHECKING:
    from octant.arch import Architecture
    from octant.report.page import Section
    from octant.scorecard import Scorecard

app = typer.Typer(
    help="Evaluates DNN processors, and the networks that run on them, along eight metrics.",
    epilog=exits.epilog(),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from octant import __version__

        show(f"octant {__version__}\n")
        raise typer.Exit


@app.callback()
def octant(
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_print_version, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Evaluates DNN processors, and the networks that run on them, along eight metrics."""


@app.command()
@ending
def evaluate(
    network: options.Network,
    on: options.Chip,
    batch: options.Batch = None,
    objective: options.Goal = options.ObjectiveName.EDP,
    dataflow: options.Flow = None,
    dim: options.Dims = None,
    json: options.Json = None,
    html: options.Html = None,
    figures: options.Figures = None,
    layers: options.Layers = False,
    strict: options.Strict = False,
    divisors: options.Divisors = False,
    min_utilization: options.Utilization = None,
    no_cache: options.NoCache = False,
    time_limit: options.TimeLimit = None,
    data: options.SomeData = None,
    task: options.Task = "classification",
    formats: options.Formats = None,
    weights: options.Weights = None,
    activations: options.Activations = None,
    accumulator: options.Accumulator = None,
    overflow: options.Overflow = "saturate",
    layer: options.Exceptions = None,
    prune: options.Prune = None,
    flexibility: options.Flexible = False,
    scalability: options.Scalable = False,
    eyexam: options.Examined = False,
    density: options.Density = None,
    zeros: options.Zeros = False,
    overbook: options.Overbook = False,
    quiet: options.Quiet = False,
) -> None:
    """Print the scorecard of a network on a chip: all eight metrics.

    Example: octant evaluate alexnet --on eyeriss --batch 4 --layers

    Example: octant evaluate digits-lenet --on eyeriss --data digits --weights 4 --activations 8

    Example: octant evaluate alexnet --on eyeriss --html report.html --figures figures

    Example: octant evaluate alexnet --on eyeriss --density input=0.45 --density output=0.3
    """
    shares, busy = options.densities(density), options.utilization(min_utilization)
    dims, limit_s, file = options.sizes(dim), options.seconds(time_limit), options.destination(json)
    page, folder = options.page(html), options.folder(figures)
    options.require_page(eyexam, page, folder)
    options.require_data(zeros, data)
    from octant import api
    from octant.cli.recipes import chip_recipe

    chip = api.load_architecture(on)
    recipe = chip_recipe(
        chip,
        formats=formats,
        weights=weights,
        activations=activations,
        accumulator=accumulator,
        overflow=overflow,
        layers=layer,
        prune=prune,
    )
    given: dict[str, Any] = {"dataflow": dataflow, "time_limit_s": limit_s}
    tried = insight.tried(chip, given, quiet) if flexibility else None
    grown = insight.grown(network, chip, recipe, given, batch, dims, quiet) if scalability else None
    more = insight.examined(network, chip, recipe, given, batch, dims, quiet) if eyexam else ()
    with progress(quiet=quiet) as report, run_progress(quiet=quiet) as running:
        card = api.evaluate(
            network,
            chip,
            batch=batch,
            objective=objective.value,
            dims=dims,
            strict=strict,
            divisors_only=divisors,
            min_utilization=busy,
            cached=not no_cache,
            progress=report,
            data=data,
            recipe=recipe,
            task=task,
            running=running,
            flexibility=tried,
            scalability=grown,
            densities=shares,
            zeros=zeros,
            overbook=overbook,
            **given,
        )
    _draw(card, chip, page, folder, (*more, *insight.breadth(tried, grown)))
    if not written(card, json, file):
        _print(card, layers=layers)


def _print(card: Scorecard, *, layers: bool) -> None:
    """Prints the sheet, and where it is asked for a page on each layer."""
    from octant.report import layers_page, sheet

    show(sheet(card, width=width()))
    if layers:
        show("\n" + layers_page(card, width=width()))


def _draw(
    card: Scorecard,
    chip: Architecture,
    page: Path | None,
    folder: Path | None,
    more: tuple[Section, ...],
) -> None:
    """Writes the page and the figures that were asked for."""
    from octant import api

    if page is not None:
        api.write_report(page, card, on=chip, more=more)
    if folder is not None:
        api.write_figures(folder, card, on=chip, more=more)


@app.command()
@ending
def compare(
    compared: options.Compared = None,
    network: options.OnNetwork = None,
    published: options.Published = None,
    batch: options.Batch = None,
    objective: options.Goal = options.ObjectiveName.EDP,
    dim: options.Dims = None,
    time_limit: options.TimeLimit = None,
    json: options.Json = None,
    html: options.Html = None,
    figures: options.Figures = None,
    quiet: options.Quiet = False,
) -> None:
    """Print the scorecards of chips side by side, and what makes their ratios unfair.

    Example: octant compare eyeriss eyeriss-isca16 --network alexnet --html compared.html

    Example: octant compare before.json after.json

    Example: octant compare eyeriss --published eyeriss --network alexnet
    """
    dims, limit_s, file = options.sizes(dim), options.seconds(time_limit), options.destination(json)
    page, folder = options.page(html), options.folder(figures)
    chips, reports = compared or [], published or []
    options.require_comparison(chips, reports, network)
    from octant import api

    with progress(quiet=quiet) as report:
        found = api.compare(
            chips,
            network,
            published=reports,
            batch=batch,
            objective=objective.value,
            dims=dims,
            time_limit_s=limit_s,
            progress=report,
        )
    if page is not None:
        api.write_comparison(page, found)
    if folder is not None:
        api.draw_comparison(folder, found)
    if written(found, json, file):
        return
    from octant.report import comparison_sheet

    show(comparison_sheet(found, width=width()))


@app.command()
@ending
def accuracy(
    network: options.Trained,
    data: options.Data = "digits",
    task: options.Task = "classification",
    formats: options.Formats = None,
    weights: options.Weights = None,
    activations: options.Activations = None,
    accumulator: options.Accumulator = None,
    overflow: options.Overflow = "saturate",
    cut_every: options.CutEvery = 0,
    layer: options.Exceptions = None,
    per_tensor: options.PerTensor = False,
    symmetric: options.Symmetric = False,
    ranges: options.Ranges = "min-max",
    prune: options.Prune = None,
    noise: options.Noise = None,
    sensitivity: options.Sensitivity = False,
    sweep: options.Swept = None,
    on: options.SomeChip = None,
    figure: options.FigureFile = None,
    batch: options.HeldBatch = None,
    limit: options.Limit = None,
    journal: options.JournalFile = None,
    json: options.Json = None,
    quiet: options.Quiet = False,
) -> None:
    """Run a network in the hardware's number formats and count right answers.

    Example: octant accuracy digits-lenet --weights 4 --activations 8 --sensitivity

    Example: octant accuracy digits-lenet --activations 8 --sweep weights=2..8 --on eyeriss
    """
    from octant.cli.accuracy import Asked, answer

    words = {
        "formats": formats,
        "weights": weights,
        "activations": activations,
        "accumulator": accumulator,
        "prune": prune,
        "noise": noise,
    }
    chosen = {
        "overflow": overflow,
        "cut_every": cut_every,
        "layers": tuple(layer or ()),
        "per_tensor": per_tensor,
        "symmetric": symmetric,
        "ranges": ranges,
    }
    asked = Asked(network, data, task, words, chosen, batch, limit, journal, quiet)
    answer(asked, sweep=sweep, on=on, figure=figure, sensitivity=sensitivity, json=json)


@app.command()
@ending
def judge(
    network: options.Network,
    on: options.Chip,
    needs: Annotated[
        str,
        typer.Option(
            "--needs",
            metavar="FILE",
            help="What the product needs: a .yaml file of limits.",
            autocompletion=completion.needs,
        ),
    ],
    batch: options.Batch = None,
    objective: options.Goal = options.ObjectiveName.EDP,
    dataflow: options.Flow = None,
    dim: options.Dims = None,
    time_limit: options.TimeLimit = None,
    data: options.SomeData = None,
    task: options.Task = "classification",
    formats: options.Formats = None,
    weights: options.Weights = None,
    activations: options.Activations = None,
    accumulator: options.Accumulator = None,
    overflow: options.Overflow = "saturate",
    layer: options.Exceptions = None,
    prune: options.Prune = None,
    json: options.Json = None,
    quiet: options.Quiet = False,
) -> None:
    """Print whether a network on a chip meets a product's needs; exit with 13 where it does not.

    Example: octant judge digits-lenet --on eyeriss --data digits --needs needs.yaml
    """
    dims, limit_s, file = options.sizes(dim), options.seconds(time_limit), options.destination(json)
    from octant import api
    from octant.cli.recipes import chip_recipe
    from octant.report import judgement_page
    from octant.scorecard.judge import Outcome

    chip = api.load_architecture(on)
    recipe = chip_recipe(
        chip,
        formats=formats,
        weights=weights,
        activations=activations,
        accumulator=accumulator,
        overflow=overflow,
        layers=layer,
        prune=prune,
    )
    with progress(quiet=quiet) as report, run_progress(quiet=quiet) as running:
        found = api.judge_network(
            network,
            chip,
            needs,
            objective=objective.value,
            progress=report,
            batch=batch,
            dataflow=dataflow,
            dims=dims,
            time_limit_s=limit_s,
            data=data,
            task=task,
            recipe=recipe,
            running=running,
        )
    if not written(found, json, file):
        show(judgement_page(found, width=width()))
    if found.outcome is not Outcome.MET:
        raise typer.Exit(exits.VERDICT)


@app.command("map")
@ending
def map_layers(
    network: options.Network,
    on: options.Chip,
    layer: options.Chosen = None,
    batch: options.Batch = None,
    objective: options.Goal = options.ObjectiveName.EDP,
    dataflow: options.Flow = None,
    dim: options.Dims = None,
    divisors: options.Divisors = False,
    min_utilization: options.Utilization = None,
    no_cache: options.NoCache = False,
    json: options.Json = None,
    time_limit: options.TimeLimit = None,
    quiet: options.Quiet = False,
) -> None:
    """Print the best loop nest of each layer, with its proof.

    Example: octant map alexnet --on eyeriss --layer CONV1 --objective energy
    """
    dims, limit_s, file = options.sizes(dim), options.seconds(time_limit), options.destination(json)
    busy = options.utilization(min_utilization)
    from octant import api
    from octant.cli.selection import with_layers
    from octant.report import mappings_page
    from octant.scorecard import NetworkMappings

    workload = with_layers(api.load_network(network, batch=batch, dims=dims), layer)
    chip = api.load_architecture(on)
    with progress(quiet=quiet) as report:
        mapped = api.map_network(
            workload,
            chip,
            objective=objective.value,
            dataflow=dataflow,
            divisors_only=divisors,
            min_utilization=busy,
            cached=not no_cache,
            time_limit_s=limit_s,
            progress=report,
        )
    if written(NetworkMappings(workload.name, chip.name, mapped), json, file):
        return
    show(mappings_page(mapped, chip, width=width()))


@app.command("show")
@ending
def show_noun(
    name: Annotated[
        str,
        typer.Argument(
            metavar="CHIP|NET",
            help="A built-in chip or network, or the path of a .yaml or .onnx file.",
            autocompletion=completion.shown,
        ),
    ],
    batch: options.Batch = None,
    dim: options.Dims = None,
    ert: Annotated[
        bool, typer.Option("--ert", help="Of a chip: its energies as Accelergy's table instead.")
    ] = False,
    art: Annotated[
        bool,
        typer.Option("--art", help="Of a chip: its parts' areas as Accelergy's table instead."),
    ] = False,
) -> None:
    """Print what a chip or a network is made of.

    Example: octant show eyeriss; octant show bert-base --dim sequence=384
    """
    dims = options.sizes(dim)
    from octant import api
    from octant.cli.selection import is_chip
    from octant.report import chip_page, network_page

    if ert or art:
        chip = api.load_architecture(name)
        show(api.reference_tables(chip, energies=ert, areas=art))
        return
    if is_chip(name):
        page = chip_page(api.load_architecture(name), width=width())
    else:
        page = network_page(api.load_network(name, batch=batch, dims=dims), width=width())
    show(page)


@app.command("list")
@ending
def list_names() -> None:
    """Print the built-in chips and networks."""
    from octant import api, zoo
    from octant.accuracy import networks
    from octant.report import catalog_page

    chips = map(api.load_architecture, api.architectures())
    trained = [(name, networks.title(name)) for name in networks.names()]
    show(catalog_page(chips, map(zoo.describe, zoo.names()), trained, width=width()))


@app.command("cache")
@ending
def kept_mappings(
    clear: Annotated[bool, typer.Option("--clear", help="Remove them all.")] = False,
) -> None:
    """Print where proven mappings are kept, and how many; a search that was kept is not repeated.

    Example: octant cache --clear
    """
    from octant import api
    from octant.report.cache import cache_page

    held = api.clear_cache() if clear else api.cached_mappings()
    show(cache_page(held, cleared=clear, width=width()))


@app.command("components")
@ending
def list_components(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="One component: its attributes, equation, range and sources.",
            autocompletion=completion.components,
        ),
    ] = None,
) -> None:
    """Print what prices components: built-in estimators, plug-ins, compounds, with their sources.

    Example: octant components; octant components sram
    """
    from octant import api
    from octant.cli.selection import installed_component
    from octant.report import component_page, components_page

    if name is None:
        from octant.components.adapters.hwcomponents import availability

        show(components_page(api.estimators(), more=availability(), width=width()))
    else:
        show(component_page(installed_component(name), width=width()))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
@ending
def price(
    context: typer.Context,
    component: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FILE",
            help="A component (octant components), or the path of a file that prices some. Its "
            "attributes follow as options with units: --capacity '108 KiB'.",
            autocompletion=completion.components,
        ),
    ],
    node: options.Node = None,
    voltage: options.Voltage = None,
    scale: options.Scale = False,
    supply: options.Supply = None,
    extrapolate: options.Extrapolate = False,
    json: options.Json = None,
) -> None:
    """Print what one component costs: energy, area, leakage, latency, with their sources.

    Example: octant price sram --capacity '108 KiB' --width '64 b' --node '65 nm'
    """
    words, file = options.attributes(context.args), options.destination(json)
    node_m = options.quantity("--node", node, "length")
    voltage_v = options.quantity("--voltage", voltage, "voltage")
    supply_v = options.quantity("--supply", supply, "voltage")
    from octant import api

    quote = api.price(
        component,
        node=node_m,
        voltage=voltage_v,
        supply=supply_v,
        scale=scale,
        extrapolate=extrapolate,
        attributes=words,
    )
    if written(quote, json, file):
        return
    from octant.report import price_page

    show(price_page(quote, width=width()))


insight.register(app)
app.command("chips")(chips.list_chips)
app.command("references")(chips.list_references)
app.command("audit")(chips.audit_claim)
