"""ZigZag's form of a layer and an architecture, and its mapping in Octant's.

Only what both tools can say: one fanout, every level keeps every tensor, ZigZag's ``even`` mappings
(all tensors split their loops alike). Prices are those of the architecture, of as many bits as a
port moves in a cycle; a memory whose bandwidth does not limit has a port for each tensor.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from octant.arch import Architecture, Fanout, Level, Store
from octant.errors import InvalidMappingError
from octant.mapping import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.workload import Einsum, Role, Tensor

OPERANDS = {Role.INPUT: "I", Role.WEIGHT: "W", Role.OUTPUT: "O"}
_MEMORY_OPERANDS = {Role.INPUT: "I1", Role.WEIGHT: "I2", Role.OUTPUT: "O"}
_UNBOUNDED_BITS = 10**12
_PJ = 1e12


def question(einsum: Einsum, chip: Architecture) -> dict[str, Any]:
    """The files that ZigZag reads, by their name."""
    return {
        "workload": workload(einsum, chip),
        "accelerator": accelerator(chip),
        "mapping": links(),
    }


def workload(einsum: Einsum, chip: Architecture) -> list[dict[str, Any]]:
    """The layer as ZigZag reads it."""
    relations: list[str] = []
    sides = {tensor.role: _indices(tensor, relations) for tensor in einsum.tensors}
    bits = {OPERANDS[role]: chip.compute.format(role).bits for role in Role}
    return [
        {
            "id": 0,
            "name": "layer",
            "operator_type": "Conv" if relations else "Gemm",
            "equation": f"O{sides[Role.OUTPUT]}+=W{sides[Role.WEIGHT]}*I{sides[Role.INPUT]}",
            "dimension_relations": relations,
            "loop_dims": [name for name, _ in einsum.ranks],
            "loop_sizes": [size for _, size in einsum.ranks],
            "operand_precision": bits | {"O_final": bits["O"]},
            "operand_source": {"I": 0, "W": 0},
        }
    ]


def _indices(tensor: Tensor, relations: list[str]) -> str:
    """A tensor's index; a window is a dimension of its own, with a relation to its ranks."""
    words = []
    for axis in tensor.axes:
        word = axis[0].rank.lower()
        if len(axis) == 2:
            word = f"i{word}"
            terms = [f"{term.coefficient}*{term.rank.lower()}" for term in axis]
            relations.append(f"{word}={terms[0]}+{terms[1]}")
        elif len(axis) > 2 or axis[0].coefficient != 1:
            raise SystemExit(f"error: ZigZag cannot say the index {' + '.join(map(str, axis))}")
        words.append(f"[{word}]")
    return "".join(words)


def accelerator(chip: Architecture) -> dict[str, Any]:
    """The architecture as ZigZag reads it.

    Raises:
        SystemExit: it has what the translation does not cover.
    """
    if len(chip.fanouts) != 1 or any(set(level.roles) != set(Role) for level in chip.levels):
        raise SystemExit(
            f"error: {chip.name}: translated are architectures with one fanout whose levels keep "
            "all tensors"
        )
    [fanout] = chip.fanouts
    if any(axis.ranks is not None for axis in fanout.axes):
        raise SystemExit(f"error: {fanout.name}: translated are axes that take any rank")
    split = chip.nodes.index(fanout)
    axes = [f"D{number}" for number, _ in enumerate(fanout.axes, start=1)]
    memories = {}
    for index, node in reversed(list(enumerate(chip.nodes))):
        if isinstance(node, Level):
            [store] = node.stores
            memories[store.name] = _memory(store, chip, axes if index < split else [])
    price = chip.compute.mac_energy
    assert price is not None, "a search for energy has the prices"
    return {
        "name": chip.name,
        "memories": memories,
        "operational_array": {
            "unit_energy": _PJ * price.energy_j,
            "unit_area": 0.0,
            "dimensions": axes,
            "sizes": [axis.size for axis in fanout.axes],
        },
    }


def _memory(store: Store, chip: Architecture, served: list[str]) -> dict[str, Any]:
    read, write = store.read_bits_per_cycle, store.write_bits_per_cycle
    element = max(chip.compute.format(role).bits for role in Role)
    if store.shared_bits_per_cycle is not None or (read is None) != (write is None):
        raise SystemExit(f"error: {store.name}: translated are ports to read and to write")
    limited = read is not None
    groups = [list(Role)] if limited else [[role] for role in Role]
    ports = []
    for number, roles in enumerate(groups, start=1):
        reads = [f"{_MEMORY_OPERANDS[role]}, tl" for role in roles]
        writes = [f"{_MEMORY_OPERANDS[role]}, fh" for role in roles]
        if Role.OUTPUT in roles:
            reads, writes = [*reads, "O, th"], [*writes, "O, fl"]
        for kind, bits, said in (("read", read, reads), ("write", write, writes)):
            ports.append(
                {
                    "name": f"{kind[0]}_port_{number}",
                    "type": kind,
                    "bandwidth_min": element,
                    "bandwidth_max": int(bits or element),
                    "allocation": said,
                }
            )
    assert store.read_energy is not None and store.write_energy is not None
    return {
        "size": store.usable_bits or _UNBOUNDED_BITS,
        "r_cost": _PJ * store.read_energy.energy_j * (read or element) / store.word_bits,
        "w_cost": _PJ * store.write_energy.energy_j * (write or element) / store.word_bits,
        "area": 0.0,
        "latency": 1,
        "operands": [_MEMORY_OPERANDS[role] for role in Role],
        "ports": ports,
        "served_dimensions": served,
    }


def links() -> list[dict[str, Any]]:
    """Which memory operand is which; ZigZag makes the spatial mappings."""
    operands = {OPERANDS[role]: _MEMORY_OPERANDS[role] for role in Role}
    return [{"name": "default", "memory_operand_links": operands}]


def mapping(found: dict[str, Any], einsum: Einsum, chip: Architecture) -> Mapping:
    """ZigZag's answer as a loop nest of Octant's: same loops, factors made whole from inside out.

    ZigZag unrolls a rank of 64 on 12 units as 6 steps of 10.67; here that is 11 units.

    Raises:
        InvalidMappingError: tensors split their loops differently, or loops do not cover a rank.
    """
    temporal, spatial = found["temporal"], found["spatial"]
    if any(levels != temporal["O"] for levels in temporal.values()):
        raise InvalidMappingError(f"not the same loops for all tensors: {temporal}")
    unrolled = [(rank, factor) for level in spatial["O"] for rank, factor in level]
    left = dict(einsum.ranks)
    blocks: list[TemporalBlock | SpatialBlock] = []
    inner = iter(temporal["O"])
    names = tuple(tensor.name for tensor in einsum.tensors)
    for node in reversed(chip.nodes):
        if isinstance(node, Fanout):
            blocks.append(SpatialBlock(node.name, _placed(_taken(unrolled, left), node)))
        else:
            loops = tuple(reversed(_taken(next(inner), left)))
            blocks.append(TemporalBlock(node.name, loops, names))
    if max(left.values()) > 1:
        raise InvalidMappingError(f"loops leave {left} uncovered: {found}")
    return Mapping(tuple(reversed(blocks)))


def _taken(loops: Sequence[Sequence[Any]], left: dict[str, int]) -> list[Loop]:
    """The loops of a node, innermost first, and what they leave of each rank."""
    taken = []
    for rank, factor in loops:
        whole = min(left[rank], math.ceil(factor - 1e-9))
        left[rank] = math.ceil(left[rank] / whole)
        if whole > 1:
            taken.append(Loop(rank, whole))
    return taken


def _placed(loops: list[Loop], fanout: Fanout) -> tuple[tuple[Loop, ...], ...]:
    """The loops on axes that have room for them."""
    for axes in itertools.product(range(len(fanout.axes)), repeat=len(loops)):
        rows = [
            tuple(loop for loop, axis in zip(loops, axes, strict=True) if axis == number)
            for number in range(len(fanout.axes))
        ]
        sizes = [math.prod(loop.factor for loop in row) for row in rows]
        if all(size <= axis.size for size, axis in zip(sizes, fanout.axes, strict=True)):
            return tuple(rows)
    raise InvalidMappingError(f"{loops} have no place on the axes of {fanout.name}")
