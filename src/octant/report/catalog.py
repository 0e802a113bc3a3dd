"""The lists that ``octant list`` prints: chips and networks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from octant.arch import Architecture
from octant.report.layout import WIDTH, Column, page, table
from octant.zoo import NetworkEntry


def catalog_page(
    chips: Iterable[Architecture],
    networks: Iterable[NetworkEntry],
    trained: Sequence[tuple[str, str]] = (),
    *,
    width: int = WIDTH,
) -> str:
    """The page that ``octant list`` prints.

    Args:
        chips: the built-in architectures.
        networks: the built-in networks.
        trained: names and titles of the networks that are embedded with their weights.
        width: characters of a line.
    """
    lines = ["CHIPS"]
    columns = [Column("name"), Column("title", wraps=True), Column("dataflows", wraps=True)]
    rows = [(chip.name, chip.title, _dataflows(chip)) for chip in chips]
    lines += table(columns, rows, width=width, indent="  ")
    lines += ["", "NETWORKS"]
    columns = [Column("name"), Column("title", wraps=True), Column("--dim", wraps=True)]
    entries = [
        (entry.name, entry.title, " ".join(map(str, entry.parameters))) for entry in networks
    ]
    lines += table(columns, entries, width=width, indent="  ")
    if trained:
        lines += ["", "NETWORKS WITH TRAINED WEIGHTS"]
        lines += table(
            [Column("name"), Column("title", wraps=True)], trained, width=width, indent="  "
        )
    lines += [
        "",
        "A chip may also be the path of a .yaml file, a network that of an .onnx file.",
    ]
    return page(lines)


def _dataflows(chip: Architecture) -> str:
    return ", ".join(dataflow.name for dataflow in chip.dataflows) or "any"
