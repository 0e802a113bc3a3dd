"""The page of an architecture: its hierarchy with prices and sources, its dataflows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from octant.arch import Architecture, Constraint, Dataflow, Fanout, FanoutAxis, Level, Store
from octant.components import Price
from octant.report.layout import (
    WIDTH,
    Column,
    fields,
    numbered,
    page,
    paragraph,
    references,
    table,
)
from octant.report.zeros import zeros_of
from octant.units import count_text, text
from octant.workload import Role

_UNKNOWN = "unknown"
_HIERARCHY = (
    Column("node"),
    Column("keeps", wraps=True),
    Column("size", wraps=True),
    Column("bandwidth"),
    Column("energy"),
)


def chip_page(architecture: Architecture, *, width: int = WIDTH) -> str:
    """The page that ``octant show`` prints of an architecture.

    Args:
        architecture: what to show.
        width: characters of a line.
    """
    numbers = numbered(_citations(architecture))
    lines = paragraph(f"{architecture.name}: {architecture.title}", width=width)
    lines += ["", *fields(_facts(architecture, numbers), width=width, indent="  ")]
    lines += ["", "hierarchy, outermost first; figures are of one instance"]
    lines += table(_HIERARCHY, _hierarchy(architecture, numbers), width=width, indent="  ")
    for fanout in architecture.fanouts:
        lines += ["", f"network {fanout.name}: {fanout.instances:,} instances"]
        lines += fields(_network(fanout), width=width, indent="  ")
    lines += ["", *_dataflows(architecture, numbers, width)]
    lines += ["", "sources", *references(numbers, width=width)]
    return page(lines)


def _prices(architecture: Architecture) -> Iterable[Price | None]:
    for node in architecture.nodes:
        if isinstance(node, Fanout):
            yield node.transfer_energy
        else:
            for store in node.stores:
                yield from (store.read_energy, store.write_energy)
    yield architecture.compute.mac_energy
    yield architecture.vector.energy if architecture.vector else None


def _citations(architecture: Architecture) -> Iterable[str]:
    yield from (citation for _, citation in architecture.sources)
    yield from (str(price.source) for price in _prices(architecture) if price)
    yield from (flow.source for flow in architecture.dataflows if _own(flow, architecture))


def _own(dataflow: Dataflow, architecture: Architecture) -> bool:
    """Whether a dataflow's source is not just another mention of one of the chip's."""
    known = [citation for _, citation in architecture.sources]
    return bool(dataflow.source) and not any(dataflow.source in citation for citation in known)


def _facts(architecture: Architecture, numbers: Mapping[str, int]) -> list[tuple[str, str]]:
    area = _or_unknown(architecture.area_m2, "area")
    note = f" ({architecture.area_note})" if architecture.area_note else ""
    facts = [
        ("clock", text(architecture.clock_hz, "frequency")),
        ("multipliers", f"{architecture.compute_units:,}"),
        ("peak", count_text(architecture.peak_macs_per_s, "MAC/s")),
        ("process", _or_unknown(architecture.process_m, "length")),
        ("supply", _or_unknown(architecture.voltage_v, "voltage")),
        ("area", area + note),
        ("leakage", _or_unknown(architecture.leakage_w, "power")),
        *_parts(architecture),
        ("formats", _formats(architecture)),
        ("zeros spare", zeros_of(architecture)),
        ("vector unit", _vector(architecture, numbers)),
    ]
    given = [(where, f"[{numbers[citation]}]") for where, citation in architecture.sources]
    return [
        *facts,
        ("taken from", ", ".join(f"{where} {mark}" for where, mark in given) or _UNKNOWN),
    ]


def _parts(architecture: Architecture) -> list[tuple[str, str]]:
    """Area and leakage of the parts that have them; none where no part does."""
    compute = architecture.compute
    listed = [
        (store.name, store.area_m2, store.leakage_w)
        for level in architecture.levels
        for store in level.stores
    ]
    listed.append((compute.name, compute.area_m2, compute.leakage_w))
    words = [
        f"{name} {_or_unknown(area_m2, 'area')}, leaks {_or_unknown(leakage_w, 'power')}"
        for name, area_m2, leakage_w in listed
        if area_m2 is not None or leakage_w is not None
    ]
    return [("each part", "; ".join(words))] if words else []


def _or_unknown(value: float | None, dimension: str) -> str:
    return _UNKNOWN if value is None else text(value, dimension)


def _formats(architecture: Architecture) -> str:
    return ", ".join(f"{role.value} {form}" for role, form in architecture.compute.formats)


def _vector(architecture: Architecture, numbers: Mapping[str, int]) -> str:
    unit = architecture.vector
    if unit is None:
        return "none: layers without multiply-accumulates are not evaluated"
    rate = f"{unit.operations_per_cycle:g} a cycle"
    energy = _priced(unit.energy, " each", numbers)
    return f"{unit.name}: {', '.join(unit.operators)}; {rate}; energy {energy}"


def _hierarchy(architecture: Architecture, numbers: Mapping[str, int]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for depth, node in enumerate(architecture.nodes):
        indent = "  " * depth
        if isinstance(node, Fanout):
            rows.append(_fanout_row(node, indent, numbers))
            continue
        if [store.name for store in node.stores] != [node.name]:
            rows.append((indent + node.name, *[""] * 4))
            indent += "- "
        rows += [_store_row(node, store, indent, numbers) for store in node.stores]
    compute = architecture.compute
    name = "  " * len(architecture.nodes) + compute.name
    return [*rows, (name, "", "", "", _priced(compute.mac_energy, " a MAC", numbers))]


def _store_row(
    level: Level, store: Store, indent: str, numbers: Mapping[str, int]
) -> tuple[str, ...]:
    return (
        indent + store.name,
        ", ".join(_kept(level, store, role) for role in store.roles),
        _size(store),
        _bandwidth(store),
        _energy(store, numbers),
    )


def _kept(level: Level, store: Store, role: Role) -> str:
    bits = dict(store.element_bits).get(role)
    words = [role.value] + ([text(bits, "width")] if bits else [])
    return " ".join(words + ["(or bypass)"] * (role in level.optional))


def _size(store: Store) -> str:
    size = "unbounded" if store.capacity_bits is None else text(store.capacity_bits, "capacity")
    return size + ("\ndouble buffered" if store.double_buffered else "")


def _bandwidth(store: Store) -> str:
    limits = (
        ("", store.shared_bits_per_cycle),
        (" read", store.read_bits_per_cycle),
        (" write", store.write_bits_per_cycle),
    )
    given = [
        text(limit, "bandwidth per cycle") + port for port, limit in limits if limit is not None
    ]
    return "\n".join(given) or "no limit"


def _energy(store: Store, numbers: Mapping[str, int]) -> str:
    word = f"/{text(store.word_bits, 'width')}"
    read = _priced(store.read_energy, word, numbers)
    if store.read_energy == store.write_energy:
        return read
    return f"read {read}\nwrite {_priced(store.write_energy, word, numbers)}"


def _priced(price: Price | None, of: str, numbers: Mapping[str, int]) -> str:
    if price is None:
        return _UNKNOWN
    return f"{text(price.energy_j, 'energy')}{of} [{numbers[str(price.source)]}]"


def _fanout_row(fanout: Fanout, indent: str, numbers: Mapping[str, int]) -> tuple[str, ...]:
    axes = " x ".join(str(axis.size) for axis in fanout.axes)
    word = f"/{text(fanout.word_bits, 'width')}"
    return indent + fanout.name, "", axes, "", _priced(fanout.transfer_energy, word, numbers)


def _network(fanout: Fanout) -> list[tuple[str, str]]:
    facts = [(f"along {axis.name} ({axis.size})", _ranks(axis)) for axis in fanout.axes]
    multicast = ", ".join(role.value for role in fanout.multicast) or "nothing"
    sums = "add up in the network" if fanout.reduction else "add up in the parent"
    return [*facts, ("multicasts", multicast), ("partial sums", sums)]


def _ranks(axis: FanoutAxis) -> str:
    return "any rank" if axis.ranks is None else ", ".join(axis.ranks) or "none"


def _dataflows(architecture: Architecture, numbers: Mapping[str, int], width: int) -> list[str]:
    if not architecture.dataflows:
        return ["dataflows", "  none: every mapping that the hardware allows"]
    lines = ["dataflows, the default first"]
    for dataflow in architecture.dataflows:
        mark = f" [{numbers[dataflow.source]}]" if dataflow.source in numbers else ""
        about = f": {dataflow.description}" if dataflow.description else ""
        lines += paragraph(f"{dataflow.name}{about}{mark}", width=width, indent="    ", first="  ")
        rules = [(rule.node, _rule(rule)) for rule in dataflow.constraints]
        lines += fields(rules, width=width, indent="    ")
    return lines


def _rule(rule: Constraint) -> str:
    parts = []
    if rule.ranks is not None:
        parts.append(f"loops over {', '.join(rule.ranks)} only" if rule.ranks else "no loops")
    if rule.factors:
        parts.append(", ".join(f"{rank} = {factor}" for rank, factor in rule.factors))
    if rule.inside:
        parts.append(f"{', '.join(rule.inside)} whole in its tile")
    if rule.order:
        parts.append(f"innermost loops {', '.join(rule.order)}")
    if rule.keep:
        parts.append(f"keeps {', '.join(rule.keep)}")
    if rule.bypass:
        parts.append(f"bypassed by {', '.join(rule.bypass)}")
    return "; ".join(parts) or "free"
