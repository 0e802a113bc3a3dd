"""AccelForge's form of a layer and an architecture, and its mapping in Octant's.

Only what both tools can say: products without windows, levels of one memory, axes that take any
rank. AccelForge may keep the tensors of one level at different depths of its block; Octant does
not, and such a mapping is not translated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from octant.arch import Architecture, Fanout, Level
from octant.components import Price
from octant.errors import InvalidMappingError
from octant.mapping import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.workload import Einsum, Role


def question(einsum: Einsum, chip: Architecture) -> dict[str, str]:
    """The files that AccelForge reads, by their name."""
    return {"architecture": architecture(einsum, chip), "workload": workload(einsum, chip)}


def workload(einsum: Einsum, chip: Architecture) -> str:
    """The layer as AccelForge reads it.

    Raises:
        SystemExit: it slides a window, or the formats differ.
    """
    if any(len(axis) > 1 or axis[0].coefficient > 1 for t in einsum.tensors for axis in t.axes):
        raise SystemExit("error: translated are layers without windows (--matmul, Gemm)")
    bits = {chip.compute.format(role).bits for role in Role}
    if len(bits) > 1:
        raise SystemExit(f"error: {chip.name}: translated are numbers of one width, not {bits}")
    sizes = ", ".join(f"{name}: {size}" for name, size in einsum.ranks if size > 1)
    lines = ["workload:", f"  rank_sizes: {{{sizes}}}", f"  bits_per_value: {{All: {bits.pop()}}}"]
    lines += ["  einsums:", "  - name: layer", "    tensor_accesses:"]
    for tensor in einsum.tensors:
        ranks = [axis[0].rank for axis in tensor.axes if einsum.sizes[axis[0].rank] > 1]
        last = ", output: True" if tensor.role is Role.OUTPUT else ""
        used = ", ".join(rank.lower() for rank in ranks)
        lines.append(f"    - {{name: {tensor.name}, projection: [{used}]{last}}}")
    names = ", ".join(f"{tensor.role}: {tensor.name}" for tensor in einsum.tensors)
    return "\n".join([*lines, f"    renames: {{{names}}}", ""])


def architecture(einsum: Einsum, chip: Architecture) -> str:
    """The architecture as AccelForge reads it.

    Raises:
        SystemExit: it has what the translation does not cover.
    """
    lines = ["arch:", "  nodes:"]
    for node in chip.nodes:
        lines += _fanout(node) if isinstance(node, Fanout) else _memory(node, einsum, chip)
    lines += ["  - !Compute", f"    name: {chip.compute.name}", "    leak_power: 0", "    area: 0"]
    energy, rate = _energy(chip.compute.mac_energy), f"{chip.clock_hz:g}"
    lines += ["    actions:", f"    - {{name: compute, energy: {energy}, throughput: {rate},"]
    return "\n".join([*lines, "       latency: 0}", ""])


def _energy(price: Price | None) -> str:
    assert price is not None, "a search for energy has the prices"
    return f"{price.energy_j!r}"


def _fanout(node: Fanout) -> Iterator[str]:
    if any(axis.ranks is not None for axis in node.axes):
        raise SystemExit(f"error: {node.name}: translated are axes that take any rank")
    yield from ("  - !Container", f"    name: {node.name}", "    spatial:")
    yield from (f"    - {{name: {axis.name}, fanout: {axis.size}}}" for axis in node.axes)


def _memory(node: Level, einsum: Einsum, chip: Architecture) -> Iterator[str]:
    if len(node.stores) > 1 or node.stores[0].shared_bits_per_cycle is not None:
        raise SystemExit(
            f"error: {node.name}: translated are levels of one memory, with a port to read and one "
            "to write"
        )
    [store] = node.stores
    keep = [t.name for t in einsum.tensors if t.role in set(node.roles) - set(node.optional)]
    may = [t.name for t in einsum.tensors if t.role in node.optional]
    size = "inf" if store.usable_bits is None else str(store.usable_bits)
    yield from ("  - !Memory", f"    name: {node.name}", f"    size: {size}")
    yield from ("    leak_power: 0", "    area: 0")
    said = {"keep": " | ".join(keep) or "Nothing", "may_keep": " | ".join(may) or "Nothing"}
    yield f"    tensors: {{keep: {said['keep']}, may_keep: {said['may_keep']}}}"
    yield "    total_latency: max(a.n_calls / a.throughput for a in actions)"
    yield "    actions:"
    for name, price, bits in (
        ("read", store.read_energy, store.read_bits_per_cycle),
        ("write", store.write_energy, store.write_bits_per_cycle),
    ):
        rate = "inf" if bits is None else f"{bits / store.word_bits * chip.clock_hz:g}"
        yield f"    - {{name: {name}, energy: {_energy(price)}, bits_per_action: {store.word_bits},"
        yield f"       throughput: {rate}, latency: 0}}"


def mapping(found: dict[str, Any], einsum: Einsum, chip: Architecture) -> Mapping:
    """AccelForge's answer as a loop nest of Octant's: a loop is a tile over the next one's.

    Raises:
        InvalidMappingError: tensors of one level are kept at different depths, or loops do not
            divide.
    """
    tiles = dict(einsum.ranks)
    loops: dict[tuple[str, str], list[Loop]] = {}
    keeps: dict[str, list[str]] = {level.name: [] for level in chip.levels}
    level = chip.levels[0].name
    for node in found["nodes"]:
        if node["kind"] == "Storage":
            level = node["level"]
            if loops.get((level, "")):
                raise InvalidMappingError(f"{level} keeps tensors at different depths")
            keeps[level] += node["tensors"]
        elif node["kind"] in ("Temporal", "Spatial"):
            rank = node["rank"].upper()
            factor, rest = divmod(tiles[rank], node["tile"])
            if rest:
                raise InvalidMappingError(f"{rank} of {tiles[rank]} in tiles of {node['tile']}")
            tiles[rank] = node["tile"]
            place = (node.get("level", level), node.get("axis", ""))
            loops.setdefault(place, []).extend([Loop(rank, factor)] * (factor > 1))
    if max(tiles.values()) > 1:
        raise InvalidMappingError(f"loops leave tiles of {tiles}")
    return Mapping(tuple(_block(node, loops, keeps) for node in chip.nodes))


def _block(
    node: Level | Fanout, loops: dict[tuple[str, str], list[Loop]], keeps: dict[str, list[str]]
) -> TemporalBlock | SpatialBlock:
    if isinstance(node, Fanout):
        return SpatialBlock(
            node.name, tuple(tuple(loops.get((node.name, axis.name), ())) for axis in node.axes)
        )
    return TemporalBlock(node.name, tuple(loops.get((node.name, ""), ())), tuple(keeps[node.name]))
