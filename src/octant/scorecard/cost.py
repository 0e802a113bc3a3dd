"""The cost of a chip as far as its description gives it: area, storage, units, bandwidth."""

from __future__ import annotations

from dataclasses import replace

from octant.arch import Architecture, Store
from octant.scorecard.area import area_figure, area_of_parts, priced_rows
from octant.scorecard.die import die_rows
from octant.scorecard.records import Figure, Metric, Missing, Row, Unit
from octant.source import Origin

_UNSTATED = "the description of the chip does not give it"


def cost(architecture: Architecture, inferences_per_s: float | None = None) -> Metric:
    """Area, process, storage, units, the bandwidth of off-chip memory, and what the die costs.

    Args:
        architecture: whose cost.
        inferences_per_s: that the cost is set against; None where nothing ran.
    """
    units = architecture.compute_units
    area, storage = _area(architecture), _storage(architecture)
    return Metric(
        (
            Row("area", "area", area),
            *priced_rows(architecture),
            Row("process", "process", _process(architecture)),
            Row("storage", "on-chip storage", storage),
            Row("units", "compute units", stated(architecture, units, Unit.COUNT)),
            Row(
                "area_per_unit",
                "area a MAC unit",
                _shared(area, units, Unit.SQUARE_METRE_PER_MAC_UNIT),
            ),
            Row(
                "storage_per_unit",
                "storage a MAC unit",
                _shared(storage, units, Unit.BIT_PER_MAC_UNIT),
            ),
            *_bandwidth_rows(architecture),
            *die_rows(architecture, inferences_per_s),
        )
    )


def origin_of(architecture: Architecture, part: str = "") -> Origin:
    """How the figures of a part came to be: by its own source, else the chip's, else assumed.

    An architecture cites as ``published: a paper`` (the text of a ``Source``), the chip first.
    """
    chip = next((citation for _, citation in architecture.sources), f"{Origin.ASSUMED}: ")
    word = dict(architecture.sources).get(part, chip).partition(":")[0]
    return Origin(word) if word in set(Origin) else Origin.PUBLISHED


def stated(
    architecture: Architecture, value: float, unit: Unit, note: str = "", part: str = ""
) -> Figure:
    """A figure that the chip's description gives, as far to be trusted as its source.

    Args:
        architecture: whose description.
        value: in the unit.
        unit: of the figure.
        note: what to add to the basis.
        part: the node that it is of, where that may have a source of its own.
    """
    basis = f"the description of {architecture.name}" + (f"; {note}" if note else "")
    return Figure(float(value), unit, origin_of(architecture, part), basis)


def _area(architecture: Architecture) -> Figure | Missing:
    if architecture.area_m2 is None:
        return area_figure(area_of_parts(architecture))
    return stated(architecture, architecture.area_m2, Unit.SQUARE_METRE, architecture.area_note)


def _process(architecture: Architecture) -> Figure | Missing:
    if architecture.process_m is None:
        return Missing(_UNSTATED, "the process node")
    return stated(architecture, architecture.process_m, Unit.METRE, "the node's name")


def _storage(architecture: Architecture) -> Figure | Missing:
    """The capacity of every memory but the outermost level's, over all instances.

    A level whose access is stated to take no energy is no memory: it stands for routers or latches
    that carry what the levels inside hold.
    """
    total = 0
    for level in architecture.levels[1:]:
        for store in level.stores:
            if store.read_energy is not None and not store.read_energy.energy_j:
                continue
            if store.capacity_bits is None:
                return Missing(_UNSTATED, f"the capacity of {store.name}")
            total += store.capacity_bits * architecture.instances(level.name)
    return stated(architecture, total, Unit.BIT, "all memories but the outermost level's")


def _shared(whole: Figure | Missing, units: int, unit: Unit) -> Figure | Missing:
    if isinstance(whole, Missing):
        return whole
    shared = replace(whole, value=whole.value / units, unit=unit, origin=Origin.MODELLED)
    ends = [None if end is None else end / units for end in (whole.low, whole.high)]
    return replace(shared, basis=f"{whole.basis}; {units} units", low=ends[0], high=ends[1])


def _bandwidth_rows(architecture: Architecture) -> list[Row]:
    """A row for each limited port of the outermost memories; one that says so where none is."""
    rows = []
    level = architecture.levels[0]
    cited = dict(architecture.sources).get(level.name, "").partition(": ")[2]
    for store in level.stores:
        limits = _ports(store)
        for port, bits_per_cycle in limits:
            rate = bits_per_cycle * architecture.clock_hz
            figure = stated(architecture, rate, Unit.BIT_PER_SECOND, cited, level.name)
            name = f"bandwidth_{store.name}_{port}"
            rows.append(Row(name, f"off-chip bandwidth, {store.name} {port}", figure))
        if not limits:
            missing = Missing("the description sets no limit", f"the bandwidth of {store.name}")
            label = f"off-chip bandwidth, {store.name}"
            rows.append(Row(f"bandwidth_{store.name}", label, missing))
    return rows


def _ports(store: Store) -> list[tuple[str, float]]:
    ports = (
        ("read", store.read_bits_per_cycle),
        ("write", store.write_bits_per_cycle),
        ("shared", store.shared_bits_per_cycle),
    )
    return [(port, limit) for port, limit in ports if limit is not None]
