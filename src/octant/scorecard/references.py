"""What a scorecard cites: the sources of its prices, of the chip, of the network."""

from __future__ import annotations

from collections.abc import Iterator

from octant.accuracy.results import Accuracy
from octant.arch import Architecture, Dataflow
from octant.components import Price
from octant.scorecard.die import die_citations
from octant.scorecard.records import Reference
from octant.source import Origin
from octant.workload import Workload


def references(
    workload: Workload,
    architecture: Architecture,
    dataflow: Dataflow | None,
    measured: Accuracy | None = None,
) -> tuple[Reference, ...]:
    """Every citation once, with what rests on it: network, data, chip, dataflow, prices."""
    uses: dict[str, list[str]] = {}
    for what, citation in _citations(workload, architecture, dataflow, measured):
        uses.setdefault(citation, []).append(what)
    return tuple(Reference(citation, tuple(dict.fromkeys(what))) for citation, what in uses.items())


def prices(architecture: Architecture) -> tuple[tuple[str, Price], ...]:
    """Every price of the chip with the action that it is for, outermost node first."""
    named: list[tuple[str, Price | None]] = []
    for level in architecture.levels:
        for store in level.stores:
            named.append((f"{store.name} read", store.read_energy))
            named.append((f"{store.name} write", store.write_energy))
    named += [
        (f"{fanout.name} transfer", fanout.transfer_energy) for fanout in architecture.fanouts
    ]
    named.append((f"{architecture.compute.name} MAC", architecture.compute.mac_energy))
    if architecture.vector:
        named.append((f"{architecture.vector.name} operation", architecture.vector.energy))
    return tuple((action, price) for action, price in named if price is not None)


def _citations(
    workload: Workload,
    architecture: Architecture,
    dataflow: Dataflow | None,
    measured: Accuracy | None,
) -> Iterator[tuple[str, str]]:
    if workload.source:
        yield f"network {workload.name}", workload.source
    if measured and measured.data_source:
        yield f"data set {measured.data}", measured.data_source
    for what, citation in architecture.sources:
        yield f"{architecture.name}: {what}", _without_published(citation)
    if dataflow and dataflow.source:
        full = (text for _, text in architecture.sources if text.endswith(f": {dataflow.source}"))
        citation = next(full, dataflow.source)  # the chip's own source, with its origin
        yield f"dataflow {dataflow.name}", _without_published(citation)
    for action, price in prices(architecture):
        yield f"energy of {action}", _without_published(str(price.source))
    yield from die_citations(architecture)


def _without_published(citation: str) -> str:
    """The citation alone where it is a publication; other origins stay in front of it."""
    return citation.removeprefix(f"{Origin.PUBLISHED}: ")
