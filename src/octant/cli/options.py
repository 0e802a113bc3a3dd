"""The arguments and options that commands share, and how their text is read."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from octant.cli import completion
from octant.errors import UnitError, near_misses
from octant.units import parse


class ObjectiveName(StrEnum):
    """The objectives of a search, as ``octant.mapper.Objective`` has them.

    Named here again because that module loads NumPy, which ``octant --help`` must not.
    """

    ENERGY = "energy"
    LATENCY = "latency"
    EDP = "edp"
    ED2P = "ed2p"


Network = Annotated[
    str,
    typer.Argument(
        metavar="NET",
        help="A built-in network, or the path of an .onnx file.",
        autocompletion=completion.networks,
    ),
]
Chip = Annotated[
    str,
    typer.Option(
        "--on",
        metavar="CHIP",
        help="A built-in chip, or the path of a .yaml file.",
        autocompletion=completion.chips,
    ),
]
#: The largest batch: of an .onnx file, no tensor may have more elements. The importer's own number
#: (``LARGEST_TENSOR``) stands beside what loads the onnx package, which ``octant --help`` must not.
LARGEST_BATCH = 2**48
Batch = Annotated[
    int | None,
    typer.Option(
        min=1, max=LARGEST_BATCH, metavar="N", help="Inferences of one run; 1 unless given."
    ),
]
Goal = Annotated[ObjectiveName, typer.Option(help="What each layer's mapping minimises.")]
Flow = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="A dataflow of the chip, or 'any'; the chip's first one unless given.",
    ),
]
Dims = Annotated[
    list[str] | None,
    typer.Option(
        metavar="K=V",
        help="A size of the network: --dim sequence=256, or a symbolic dimension of an .onnx "
        "file. May be repeated.",
    ),
]
Divisors = Annotated[
    bool,
    typer.Option("--divisors", help="Only factors that divide a rank: fewer mappings, faster."),
]
Utilization = Annotated[
    str | None,
    typer.Option(
        "--min-utilization",
        metavar="SHARE",
        help="Only mappings in which so many of the compute units compute on average: 80%.",
    ),
]
NoCache = Annotated[
    bool,
    typer.Option(
        "--no-cache", help="Search anew: neither take mappings from the cache nor keep them."
    ),
]
TimeLimit = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="For the search of each layer, with a unit: '30 s'. No limit unless given.",
    ),
]
Json = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="Write the results to this file, too; '-' prints them instead."
    ),
]
Compared = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="CHIP",
        help="Two or more built-in chips, paths of .yaml files, or of scorecards in .json files.",
        autocompletion=completion.chips,
    ),
]
Published = Annotated[
    list[str] | None,
    typer.Option(
        "--published",
        metavar="CHIP",
        help="A published chip (octant chips), or a .yaml file of one: what is reported of this "
        "network, beside the others. May be repeated.",
        autocompletion=completion.records,
    ),
]
OnNetwork = Annotated[
    str | None,
    typer.Option(
        "--network",
        metavar="NET",
        help="What chips are evaluated on; not needed where all are scorecards.",
        autocompletion=completion.networks,
    ),
]
Html = Annotated[
    str | None,
    typer.Option("--html", metavar="FILE", help="Write it as a page for a browser, too: one file."),
]
Figures = Annotated[
    str | None,
    typer.Option(
        "--figures", metavar="DIR", help="Write the page's figures into this folder: SVG and PNG."
    ),
]
Layers = Annotated[
    bool, typer.Option("--layers", help="Add tables of every layer and its mapping.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Fail where a layer is not understood.")]
Chosen = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Only this layer. May be repeated."),
]
Node = Annotated[
    str | None, typer.Option(metavar="LENGTH", help="The process node, with a unit: '65 nm'.")
]
Voltage = Annotated[
    str | None, typer.Option(metavar="VOLTAGE", help="The supply, with a unit: '1.0 V'.")
]
Scale = Annotated[
    bool, typer.Option("--scale", help="Scale from the figures' own technology to this one.")
]
Supply = Annotated[
    str | None,
    typer.Option(
        metavar="VOLTAGE",
        help="For scaling: the supply to assume where the figures' source states none.",
    ),
]
Extrapolate = Annotated[
    bool,
    typer.Option("--extrapolate", help="Allow values outside of a source's range, marked."),
]
Trained = Annotated[
    str,
    typer.Argument(
        metavar="NET",
        help="An .onnx file with trained weights, or an embedded network (digits-lenet ...).",
        autocompletion=completion.trained,
    ),
]
Data = Annotated[
    str,
    typer.Option(
        metavar="DATA",
        help="digits, a folder of images by class, a .npz, .csv or .parquet file, hf:FOLDER.",
    ),
]
SomeData = Annotated[
    str | None,
    typer.Option(metavar="DATA", help="Measure the accuracy on this data, as octant accuracy."),
]
Weights = Annotated[
    str | None, typer.Option(metavar="FORMAT", help="Of the weights: 4, int8, ternary, e4m3 ...")
]
Activations = Annotated[
    str | None, typer.Option(metavar="FORMAT", help="Of the activations: 8, bf16, mxfp4 ...")
]
Formats = Annotated[
    str | None, typer.Option("--format", metavar="FORMAT", help="Of weights and activations.")
]
Accumulator = Annotated[
    str | None,
    typer.Option(metavar="FORMAT", help="Of the sums: int16, fp16 ...; without loss unless given."),
]
Overflow = Annotated[
    str, typer.Option(metavar="HOW", help="A sum that does not fit: saturate or wrap.")
]
CutEvery = Annotated[
    int,
    typer.Option(
        min=0,
        metavar="N",
        help="Input channels after which a partial sum is cut to the accumulator; 0: at the end.",
    ),
]
Prune = Annotated[
    str | None,
    typer.Option(
        metavar="HOW", help="magnitude=50% over the network, layer=50%, channel=25%, or 2:4."
    ),
]
Task = Annotated[
    str,
    typer.Option(
        metavar="TASK",
        help="classification, segmentation, detection, regression, language or speech.",
    ),
]
Exceptions = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LAYER:...",
        help="Other formats for a layer: conv1:weights=8,activations=8 or fc3:float. May be "
        "repeated.",
    ),
]
PerTensor = Annotated[
    bool, typer.Option("--per-tensor", help="One scale for all weights of a layer.")
]
Symmetric = Annotated[
    bool, typer.Option("--symmetric", help="Signed integer activations without a zero point.")
]
Ranges = Annotated[
    str,
    typer.Option(
        metavar="METHOD", help="Of activations' ranges: min-max, percentile, entropy or mse."
    ),
]
Noise = Annotated[
    str | None,
    typer.Option(metavar="HOW", help="Of analog compute: weights=5%,outputs=2%,seed=1."),
]
Sensitivity = Annotated[
    bool, typer.Option("--sensitivity", help="Run each layer alone in its formats, too.")
]
Swept = Annotated[
    str | None,
    typer.Option(metavar="K=V", help="weights=2..8, formats=8,e4m3,mxfp4, prune=layer=0%,2:4 ..."),
]
SomeChip = Annotated[
    str | None,
    typer.Option(
        "--on",
        metavar="CHIP",
        help="With --sweep: energy and latency of this chip beside the accuracy.",
        autocompletion=completion.chips,
    ),
]
FigureFile = Annotated[
    str | None,
    typer.Option("--figure", metavar="FILE", help="With --sweep: draw it (.svg, .png, .pdf)."),
]
HeldBatch = Annotated[
    int | None,
    typer.Option(
        "--batch",
        min=1,
        metavar="N",
        help="Samples held in memory at once; 256 unless given, or fewer of large samples.",
    ),
]
Limit = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Test at most so many samples.")
]
JournalFile = Annotated[
    str | None,
    typer.Option(
        "--journal", metavar="FILE", help="Keep finished work here, and go on from it next time."
    ),
]
Flexible = Annotated[
    bool, typer.Option("--flexibility", help="Try the chip on a suite of other layers, too.")
]
Scalable = Annotated[
    bool, typer.Option("--scalability", help="Try larger chips and larger networks, too.")
]
Examined = Annotated[
    bool,
    typer.Option(
        "--eyexam",
        help="Add the steps of Eyexam and rooflines to the page and its figures; more searches.",
    ),
]
Density = Annotated[
    list[str] | None,
    typer.Option(
        metavar="WHAT=SHARE",
        help="Nonzero share of a role, or of a layer's: --density input=0.5, --density "
        "CONV2.input=0.6. May be repeated; what is not named is taken as nonzero.",
    ),
]
Zeros = Annotated[
    bool,
    typer.Option(
        "--zeros", help="Take the zeros of the weights, and of the activations on the data."
    ),
]
Overbook = Annotated[
    bool,
    typer.Option(
        "--overbook",
        help="Let tiles be as large as fits in their formats: on average where a memory may "
        "overflow, but for one tile in a million elsewhere.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")]


def require_page(eyexam: bool, page: Path | None, folder: Path | None) -> None:
    """``--eyexam`` needs something to be added to.

    Raises:
        typer.BadParameter: neither a page nor figures are asked for.
    """
    if eyexam and page is None and folder is None:
        raise _bad(
            "--eyexam",
            "adds to a page: give --html FILE or --figures DIR, too; octant eyexam prints the "
            "steps on the terminal",
        )


def require_data(zeros: bool, data: str | None) -> None:
    """``--zeros`` measures on samples.

    Raises:
        typer.BadParameter: there are none.
    """
    if zeros and data is None:
        raise _bad("--zeros", "the network runs on samples to measure them: give --data DATA, too")


def sizes(dims: Sequence[str] | None) -> dict[str, int | float]:
    """The sizes that ``--dim`` gave, by name.

    Raises:
        typer.BadParameter: a text is not ``name=number``, or a name is given twice.

    >>> sizes(["sequence=256", "width=0.5"])
    {'sequence': 256, 'width': 0.5}
    """
    found: dict[str, int | float] = {}
    for text in dims or ():
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise _bad("--dim", f"{text!r} is not NAME=NUMBER, as in --dim sequence=256")
        if name in found:
            raise _bad("--dim", f"{name!r} is given twice")
        found[name] = _number(text, value)
    return found


def densities(given: Sequence[str] | None) -> dict[str, float]:
    """The shares that ``--density`` gave, by role or by layer and role.

    Raises:
        typer.BadParameter: a text is not ``what=share``, or the same is given twice.

    >>> densities(["input=0.5", "CONV2.input=30%"])
    {'input': 0.5, 'CONV2.input': 0.3}
    """
    found: dict[str, float] = {}
    for text in given or ():
        name, equals, value = text.rpartition("=")
        if not (name and equals):
            raise _bad("--density", f"{text!r} is not WHAT=SHARE, as in --density input=0.5")
        if name in found:
            raise _bad("--density", f"{name!r} is given twice")
        try:
            found[name] = float(value[:-1]) / 100 if value.endswith("%") else float(value)
        except ValueError:
            raise _bad("--density", f"{text!r}: {value!r} is no share, as 0.5 or 50%") from None
    return found


def attributes(rest: Sequence[str]) -> dict[str, str]:
    """The attributes of a component that stand behind the known options.

    Raises:
        typer.BadParameter: something stands there that is no ``--word value``.

    >>> attributes(["--capacity", "108 KiB", "--width=64 b"])
    {'capacity': '108 KiB', 'width': '64 b'}
    """
    found: dict[str, str] = {}
    words = iter(rest)
    for word in words:
        name, equals, value = word.partition("=")
        if not name.startswith("--") or len(name) < 3:
            raise _bad("--ATTRIBUTE", f"{word!r} is not --ATTRIBUTE VALUE, as in --width '64 b'")
        value = value if equals else next(words, "--")
        if value.startswith("--"):
            raise _bad(name, "needs a value, as in --width '64 b'")
        if name[2:] in found:
            raise _bad(name, "is given twice")
        found[name[2:]] = value
    return found


def quantity(option: str, given: str | None, dimension: str) -> float | None:
    """The SI value of an option's text; None where it was not given.

    Raises:
        typer.BadParameter: the text is no quantity of this dimension above 0.

    >>> quantity("--voltage", "900 mV", "voltage")
    0.9
    """
    if given is None:
        return None
    try:
        return parse(given, dimension, positive=True)
    except UnitError as error:
        raise _bad(option, f"the {dimension} {error}") from None


def word(option: str, given: str, allowed: Sequence[str]) -> str:
    """One of a few words that an option allows.

    Raises:
        typer.BadParameter: it is another.

    >>> word("--method", "measured", ["measured", "simulated"])
    'measured'
    """
    if given not in allowed:
        raise _bad(option, f"{given!r}; {near_misses(given, allowed)}")
    return given


def seconds(time_limit: str | None) -> float | None:
    """The limit that ``--time-limit`` gave, in seconds; None where it was not given.

    Raises:
        typer.BadParameter: the text is no time above 0 with a unit.

    >>> seconds("30 s"), seconds("2 min"), seconds(None)
    (30.0, 120.0, None)
    """
    return quantity("--time-limit", time_limit, "time")


def utilization(share: str | None) -> float:
    """The least share of busy units that ``--min-utilization`` gave; 0 where it was not given.

    Raises:
        typer.BadParameter: the text is no share from 0 to 100 %.

    >>> utilization("80%"), utilization(None)
    (0.8, 0.0)
    """
    if share is None:
        return 0.0
    try:
        least = parse(share, "share")
    except UnitError as error:
        raise _bad("--min-utilization", f"the share {error}") from None
    if not 0.0 <= least <= 1.0:
        raise _bad("--min-utilization", f"{share!r} is no share of the units: 0 to 100 %")
    return least


def destination(json: str | None) -> Path | None:
    """The file that ``--json`` names, found to be writable before any work; None for ``-``.

    Raises:
        typer.BadParameter: its folder does not exist, or it is itself a folder.
    """
    if json is None or json == "-":
        return None
    return writable(json, "--json", "the path of a file, or '-'")


def writable(name: str, option: str, allowed: str = "the path of a file") -> Path:
    """The file that an option names, found to be writable before any work.

    Args:
        name: the path.
        option: for messages.
        allowed: what to give in its place, for messages.

    Raises:
        typer.BadParameter: its folder does not exist, or it is itself a folder.
    """
    path = Path(name)
    if path.is_dir():
        raise _bad(option, f"{name!r} is a folder; give {allowed}")
    if not path.parent.is_dir():
        raise _bad(option, f"{name!r}: the folder {str(path.parent)!r} does not exist")
    return path


def require_comparison(
    compared: Sequence[str], published: Sequence[str], network: str | None
) -> None:
    """Checks that there is something to compare, and a network where one is needed.

    Raises:
        typer.BadParameter: it is not so.
    """
    given = [*compared, *published]
    if len(given) < 2:
        alone = f"{given[0]!r} alone is no comparison; " if given else ""
        raise _bad("CHIP", f"{alone}give two or more, or chips and --published ones")
    chips = [name for name in compared if not name.endswith(".json")]
    if network is None and chips:
        raise _bad("--network", f"needed to evaluate {', '.join(chips)} on")
    if network is None and not compared:
        raise _bad("--network", f"needed: of which network {', '.join(published)} reported")


def page(html: str | None) -> Path | None:
    """The file that ``--html`` named, found to be writable; None where it was not given.

    Raises:
        typer.BadParameter: as for ``writable``, or its name ends otherwise than a page's.
    """
    if html is None:
        return None
    path = writable(html, "--html")
    if path.suffix.lower() not in (".html", ".htm"):
        raise _bad("--html", f"{html!r} is no name of a page; give one that ends in .html")
    return path


def folder(figures: str | None) -> Path | None:
    """The folder that ``--figures`` named, its own folder found; None where it was not given.

    Raises:
        typer.BadParameter: it is a file, or its own folder does not exist.
    """
    if figures is None:
        return None
    path = Path(figures)
    if path.exists() and not path.is_dir():
        raise _bad("--figures", f"{figures!r} is a file; give the path of a folder")
    if not path.parent.is_dir():
        raise _bad("--figures", f"{figures!r}: the folder {str(path.parent)!r} does not exist")
    return path


def _number(text: str, value: str) -> int | float:
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    raise _bad("--dim", f"{text!r}: {value!r} is no number")


def _bad(option: str, message: str) -> typer.BadParameter:
    return typer.BadParameter(message, param_hint=f"'{option}'")
