"""From a checked file to the nouns, every contradiction with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypedDict

from octant.arch import (
    Architecture,
    Compute,
    Constraint,
    CostInputs,
    Dataflow,
    Fanout,
    FanoutAxis,
    Level,
    Store,
    VectorUnit,
)
from octant.components import AbstractEstimator, Estimate, Price, Spread
from octant.errors import near_misses
from octant.files.document import Fault, FieldPath
from octant.files.parts import (
    ArchitectureFile,
    Bandwidths,
    ConstraintPart,
    DataflowPart,
    FanoutNode,
    Memory,
    SplitLevel,
    UnifiedLevel,
)
from octant.files.pricing import (
    Builder,
    Estimated,
    compute_component,
    mac_price,
    memory_component,
    price_of,
    source_of,
)
from octant.files.quantity import Rate
from octant.files.zero_parts import (
    compression,
    intersection,
    packing,
    spatial_skipping,
    zero_operands,
)
from octant.workload import Role


def build(
    file: ArchitectureFile, find: Callable[[str], AbstractEstimator]
) -> tuple[Architecture | None, list[Fault]]:
    """The architecture that a file describes, or the faults that keep it from being one.

    The multiply-accumulate is priced first, because other energies may be multiples of it;
    bandwidths a second become bits a cycle of the file's clock.

    Args:
        file: as it was read.
        find: the estimator of a name, or in the file of a path.
    """
    sources = {key: source_of(form) for key, form in file.sources.items()}
    builder = Builder(file, sources, find)
    mac = mac_price(builder)
    nodes = [_node(builder, index, mac) for index in range(len(file.nodes))]
    estimated = compute_component(builder) if mac is not None else Estimated()
    compute = builder.attempt(("compute",), lambda: _compute(file, mac, estimated))
    builder.cite(file.compute.name, estimated)
    vector = _vector(builder, mac)
    dataflows = [_dataflow(builder, index) for index in range(len(file.dataflows))]
    _check_names(builder)
    if builder.faults or compute is None:
        return None, builder.faults
    chip = builder.attempt(
        ("nodes", 0),  # what is left to find is about the outermost node
        lambda: Architecture(
            name=file.name,
            title=file.title,
            nodes=tuple(node for node in nodes if node is not None),
            compute=compute,
            clock_hz=file.clock,
            vector=vector,
            dataflows=tuple(dataflow for dataflow in dataflows if dataflow is not None),
            sources=_citations(builder),
            cost=_cost(builder),
            **_chip_figures(file),
        ),
    )
    return chip, builder.faults


def _cost(builder: Builder) -> CostInputs | None:
    part = builder.file.cost
    if part is None:
        return None
    return CostInputs(
        str(builder.sources[part.source]), part.wafer, part.defects, part.dram, part.interface
    )


class _ChipFigures(TypedDict):
    """The figures of the whole chip, by the noun's names."""

    process_m: float | None
    voltage_v: float | None
    area_m2: float | None
    area_note: str
    leakage_w: float | None
    die_m2: float | None
    layout_share: float | None


def _chip_figures(file: ArchitectureFile) -> _ChipFigures:
    return {
        "process_m": file.process,
        "voltage_v": file.voltage,
        "area_m2": file.area.value if file.area else None,
        "area_note": file.area.note if file.area else "",
        "leakage_w": file.leakage,
        "die_m2": file.die,
        "layout_share": file.layout,
    }


def _check_names(builder: Builder) -> None:
    """Finds names used twice and constraints on nothing, where they stand."""
    file, places, taken = builder.file, set[str](), set[str]()
    for path, name in _names(file):
        if name in taken:
            message = f"the name {name!r} is used twice; give each part its own"
            builder.faults.append(Fault(path, message))
        taken.add(name)
    for node in file.nodes:
        if isinstance(node, FanoutNode):
            places |= {f"{node.fanout}.{axis}" for axis in node.axes}
        else:
            places.add(node.level)
    for index, dataflow in enumerate(file.dataflows):
        for place in dataflow.constraints:
            if place not in places:
                path = ("dataflows", index, "constraints", place)
                message = f"is no level and no fanout's axis; {near_misses(place, places)}"
                builder.faults.append(Fault(path, message))


def _names(file: ArchitectureFile) -> Iterator[tuple[FieldPath, str]]:
    """The parts that share one space of names, and the dataflows, which have their own."""
    for index, node in enumerate(file.nodes):
        path: FieldPath = ("nodes", index)
        yield path, node.fanout if isinstance(node, FanoutNode) else node.level
        if isinstance(node, SplitLevel):
            yield from (
                ((*path, "stores", name), name) for name in node.stores if name != node.level
            )
    yield ("compute", "name"), file.compute.name
    for index, dataflow in enumerate(file.dataflows):
        yield ("dataflows", index), f"dataflow {dataflow.dataflow}"


def _citations(builder: Builder) -> tuple[tuple[str, str], ...]:
    """(what, citation): the chip's own source first, then that of each part that names one."""
    file = builder.file
    places = [("chip", file.source)]
    for node in file.nodes:
        places.append(
            (node.fanout if isinstance(node, FanoutNode) else node.level, node.source or "")
        )
    places.append((file.compute.name, file.compute.source or ""))
    if file.vector:
        places.append((file.vector.name, file.vector.source or ""))
    cited = [(what, str(builder.sources[key])) for what, key in places if key]
    return (*cited, *builder.citations)


def _node(builder: Builder, index: int, mac: Price | None) -> Level | Fanout | None:
    node, path = builder.file.nodes[index], ("nodes", index)
    if isinstance(node, FanoutNode):
        price = price_of(builder, node.energy, (*path, "energy"), mac, node.word)
        return builder.attempt(path, lambda: _fanout(node, price))
    if isinstance(node, UnifiedLevel):
        stores = [_store(builder, node.level, node, path, mac)]
    else:
        stores = [
            _store(builder, name, memory, (*path, "stores", name), mac)
            for name, memory in node.stores.items()
        ]
    if None in stores:
        return None
    return builder.attempt(path, lambda: _level(node, stores))


def _level(node: UnifiedLevel | SplitLevel, stores: list[Store | None]) -> Level:
    made = tuple(store for store in stores if store is not None)
    return Level(
        node.level,
        made,
        tuple(Role(role) for role in node.optional),
        tuple(map(intersection, node.intersections)),
    )


def _fanout(node: FanoutNode, price: Price | None) -> Fanout:
    return Fanout(
        name=node.fanout,
        axes=tuple(
            FanoutAxis(
                name,
                axis.size,
                None if axis.ranks is None else tuple(axis.ranks),
                spatial_skipping(axis.skipping),
            )
            for name, axis in node.axes.items()
        ),
        multicast=tuple(Role(role) for role in node.multicast),
        reduction=node.reduction,
        transfer_energy=price,
        word_bits=node.word,
        queue=node.queue,
    )


def _store(
    builder: Builder, name: str, memory: Memory, path: FieldPath, mac: Price | None
) -> Store | None:
    estimated = memory_component(builder, memory, path)
    builder.cite(name, estimated)

    def either(direction: str) -> Price | None:
        key = "energy" if "energy" in memory.model_fields_set else direction
        action = direction.removesuffix("_energy")
        return price_of(builder, getattr(memory, key), (*path, key), mac, memory.word, action)

    rates = _rates(memory, builder.file.clock)
    read, write = estimated.read, estimated.write
    if read is None and write is None:
        read, write = either("read_energy"), either("write_energy")
    return builder.attempt(
        path,
        lambda: Store(
            name=name,
            roles=tuple(Role(role) for role in memory.keeps),
            word_bits=memory.word,
            capacity_bits=memory.capacity,
            double_buffered=memory.double_buffered,
            read_bits_per_cycle=rates[0],
            write_bits_per_cycle=rates[1],
            shared_bits_per_cycle=rates[2],
            read_energy=read,
            write_energy=write,
            leakage_w=_first(memory.leakage, estimated.leakage),
            area_m2=_first(memory.area, estimated.area),
            leakage_spreads=_limits(memory.leakage, estimated.leakage),
            area_spreads=_limits(memory.area, estimated.area),
            element_bits=tuple((Role(role), bits) for role, bits in memory.element_width.items()),
            compression=tuple(compression(*each) for each in memory.compression.items()),
            overflow=memory.overflow,
            metadata_bits=memory.metadata.capacity if memory.metadata else None,
            metadata_bits_per_cycle=_metadata_rate(memory, builder.file.clock),
        ),
    )


def _rates(memory: Memory, clock_hz: float) -> tuple[float | None, float | None, float | None]:
    """Read, write and shared bits a cycle."""

    def per_cycle(rate: Rate | None) -> float | None:
        return None if rate is None else rate.bits_per_cycle(clock_hz)

    if isinstance(memory.bandwidth, Bandwidths):
        each = memory.bandwidth
        return per_cycle(each.read), per_cycle(each.write), per_cycle(each.shared)
    return None, None, per_cycle(memory.bandwidth)


def _metadata_rate(memory: Memory, clock_hz: float) -> float | None:
    part = memory.metadata
    if part is None or part.bandwidth is None:
        return None
    return part.bandwidth.bits_per_cycle(clock_hz)


def _first(stated: float | None, estimated: Estimate | None) -> float | None:
    """What the file states; else what the estimator says."""
    return estimated.value if stated is None and estimated is not None else stated


def _limits(stated: float | None, estimated: Estimate | None) -> tuple[Spread, ...]:
    """The limits of what ``_first`` takes; a figure that the file states has none."""
    return estimated.spreads if stated is None and estimated is not None else ()


def _compute(file: ArchitectureFile, mac: Price | None, estimated: Estimated) -> Compute:
    formats = file.compute.formats
    return Compute(
        name=file.compute.name,
        formats=(
            (Role.INPUT, formats.input),
            (Role.WEIGHT, formats.weight),
            (Role.OUTPUT, formats.output),
        ),
        mac_energy=mac,
        area_m2=_first(file.compute.area, estimated.area),
        leakage_w=_first(file.compute.leakage, estimated.leakage),
        leakage_spreads=_limits(file.compute.leakage, estimated.leakage),
        area_spreads=_limits(file.compute.area, estimated.area),
        zeros=zero_operands(file.compute.zeros),
        packing=tuple(map(packing, file.compute.packing)),
    )


def _vector(builder: Builder, mac: Price | None) -> VectorUnit | None:
    vector = builder.file.vector
    if vector is None:
        return None
    price = price_of(builder, vector.energy, ("vector", "energy"), mac, 1)
    return builder.attempt(
        ("vector",),
        lambda: VectorUnit(
            vector.name, tuple(vector.operators), float(vector.operations_per_cycle), price
        ),
    )


def _dataflow(builder: Builder, index: int) -> Dataflow | None:
    part: DataflowPart = builder.file.dataflows[index]
    path: FieldPath = ("dataflows", index, "constraints")
    constraints = [
        builder.attempt((*path, node), partial(_constraint, node, each))
        for node, each in part.constraints.items()
    ]
    return Dataflow(
        part.dataflow,
        tuple(constraint for constraint in constraints if constraint is not None),
        part.description,
        builder.sources[part.source].citation,
        part.utilization,
    )


def _constraint(node: str, part: ConstraintPart) -> Constraint:
    return Constraint(
        node=node,
        ranks=None if part.ranks is None else tuple(part.ranks),
        factors=tuple(part.factors.items()),
        inside=tuple(part.inside),
        order=tuple(part.order),
        keep=tuple(part.keep),
        bypass=tuple(part.bypass),
    )
