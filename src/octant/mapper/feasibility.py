"""Why no mapping fits: the smallest tile that is too large, or the constraint in the way."""

from __future__ import annotations

from octant.arch import Architecture, Dataflow, Fanout
from octant.mapper.space import slot_names
from octant.model.prices import element_bits
from octant.workload import Einsum


def why_infeasible(einsum: Einsum, architecture: Architecture, dataflow: Dataflow) -> str:
    """Returns which memory cannot hold even its smallest tile, else which ranks have no place.

    The smallest tile of a level holds whole the ranks that the dataflow wants inside it, and one
    step of all others.
    """
    reasons = [
        *_too_large(einsum, architecture, dataflow),
        *_no_place(einsum, architecture, dataflow),
    ]
    if reasons:
        return "; ".join(reasons)
    return (
        "each constraint can be met alone, but no factors meet all of them: fewer ranks inside, "
        "other ranks on an axis or a larger memory would help"
    )


def _whole_inside(einsum: Einsum, architecture: Architecture, dataflow: Dataflow) -> list[set[str]]:
    """Per slot, innermost first, the ranks that must be complete with it."""
    whole: set[str] = set()
    result = []
    for _, name in slot_names(architecture):
        whole = whole | set(dataflow.constraint(name).inside)
        result.append(whole)
    return result


def _too_large(einsum: Einsum, architecture: Architecture, dataflow: Dataflow) -> list[str]:
    reasons = []
    slots = slot_names(architecture)
    for (_, name), whole in zip(slots, _whole_inside(einsum, architecture, dataflow), strict=True):
        level = next((level for level in architecture.levels if level.name == name), None)
        if level is None:
            continue
        tile = {rank: size if rank in whole else 1 for rank, size in einsum.ranks}
        for store in level.stores:
            kept = [
                tensor
                for tensor in einsum.tensors
                if tensor.role in store.roles and tensor.role not in level.optional
            ]
            need = sum(
                tensor.elements(tile) * element_bits(architecture, store, tensor.role)
                for tensor in kept
            )
            if store.usable_bits is not None and need > store.usable_bits:
                names = " and ".join(tensor.name for tensor in kept)
                reasons.append(
                    f"{store.name} can hold {store.usable_bits} bits, but the smallest tile of "
                    f"{names} takes {need}"
                )
    return reasons


def _no_place(einsum: Einsum, architecture: Architecture, dataflow: Dataflow) -> list[str]:
    """Ranks that must be complete inside a slot, and have too little room up to it."""
    reasons = []
    slots = slot_names(architecture)
    wholes = _whole_inside(einsum, architecture, dataflow)
    for rank, size in einsum.ranks:
        room = 1
        for (index, name), whole in zip(slots, wholes, strict=True):
            node = architecture.nodes[index]
            ranks = dataflow.constraint(name).ranks
            allowed = ranks is None or rank in ranks
            if isinstance(node, Fanout):
                axis = next(axis for axis in node.axes if name == f"{node.name}.{axis.name}")
                if allowed and (axis.ranks is None or rank in axis.ranks):
                    room *= axis.size
            elif allowed:
                room = size
            if rank in whole and room < size:
                reasons.append(
                    f"rank {rank} of size {size} must lie inside {name}, where only {room} fit"
                )
                break
    return reasons
