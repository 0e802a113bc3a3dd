"""What does not fit a memory that may overflow: fetched from further out each time it is used."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from octant.arch import Architecture, Fanout, Level, Store
from octant.sparsity.counts import Moves, SparseTensor, SparseTransfer
from octant.sparsity.formats import chosen
from octant.sparsity.occupancy import Occupancy
from octant.workload import Einsum, Even, Structured

_ONE_IN_A_MILLION = 4.753


def overflow_shares(
    einsum: Einsum, architecture: Architecture, occupancies: tuple[Occupancy, ...]
) -> dict[tuple[str, str], float]:
    """(level, tensor) to the share of it that does not fit, in memories that may overflow."""
    worst: dict[str, float] = {}
    for each in occupancies:
        worst[each.store] = max(worst.get(each.store, 0.0), each.overflow_share)
    return {
        (level.name, tensor.name): worst[store.name]
        for level in architecture.levels
        for store in level.stores
        for tensor in einsum.tensors
        if store.overflow and tensor.role in store.roles and worst.get(store.name, 0.0) > 0
    }


def spilled(
    architecture: Architecture,
    tensors: tuple[SparseTensor, ...],
    transfers: tuple[SparseTransfer, ...],
    share_of: Mapping[tuple[str, str], float],
) -> tuple[tuple[SparseTensor, ...], tuple[SparseTransfer, ...]]:
    """The accesses, where a share of some tiles is not kept but used from the next level out.

    That share is neither filled nor read nor written where it does not fit; each of its uses is
    one of the next level further out that keeps the tensor, and crosses what lies between.

    Args:
        architecture: for the order of its nodes.
        tensors: the accesses, were everything kept.
        transfers: so, too.
        share_of: (level, tensor) to what does not fit.
    """
    place = {node.name: index for index, node in enumerate(architecture.nodes)}
    found = {(at.level, at.tensor): at for at in tensors}
    moved = {(at.fanout, at.tensor): at for at in transfers}
    for level, tensor in sorted(share_of, key=lambda key: -place[key[0]]):
        lost, inner = share_of[level, tensor], found.get((level, tensor))
        outer = [
            at for at in found.values() if at.tensor == tensor and place[at.level] < place[level]
        ]
        if inner is None or not outer:
            continue
        parent = max(outer, key=lambda at: place[at.level])
        kept = 1 - lost
        found[level, tensor] = _scaled(inner, kept)
        found[parent.level, tensor] = replace(
            parent,
            reads=_both(parent.reads.times(kept), inner.reads.times(lost)),
            updates=_both(parent.updates.times(kept), inner.updates.times(lost)),
            read_metadata=_both(parent.read_metadata.times(kept), inner.read_metadata.times(lost)),
            updated_metadata=_both(
                parent.updated_metadata.times(kept), inner.updated_metadata.times(lost)
            ),
        )
        uses = inner.reads.happening + inner.updates.happening
        bits = inner.read_metadata.happening + inner.updated_metadata.happening
        for key, at in moved.items():
            if at.tensor == tensor and place[parent.level] < place[at.fanout] < place[level]:
                moved[key] = replace(
                    at,
                    elements=at.elements * kept + uses * lost,
                    metadata_bits=at.metadata_bits * kept + bits * lost,
                )
    return tuple(found.values()), tuple(moved.values())


def _scaled(at: SparseTensor, kept: float) -> SparseTensor:
    return replace(
        at,
        reads=at.reads.times(kept),
        fills=at.fills.times(kept),
        updates=at.updates.times(kept),
        read_metadata=at.read_metadata.times(kept),
        filled_metadata=at.filled_metadata.times(kept),
        updated_metadata=at.updated_metadata.times(kept),
    )


def _both(first: Moves, second: Moves) -> Moves:
    return Moves(
        first.happening + second.happening,
        first.gated + second.gated,
        first.skipped + second.skipped,
    )


def with_room_for_formats(einsum: Einsum, architecture: Architecture) -> Architecture:
    """The chip with memories that take as many elements as fit them in their formats.

    Where a memory may overflow, as many as fit on average; elsewhere as many as fit but for one
    tile in a million. Where several roles share a memory, the one that its format makes smaller by
    the least decides.

    >>> from octant import load_architecture, load_network
    >>> layer = load_network("digits-lenet").mac_layers[1].work
    >>> chip = load_architecture("eyeriss2-pe")  # 16 inputs of 8 b, runs of 4 b beside them
    >>> with_room_for_formats(layer, chip).levels[1].stores[0].capacity_bits
    128
    """

    def roomy(node: Level | Fanout) -> Level | Fanout:
        if isinstance(node, Fanout):
            return node
        stores = tuple(_roomy(einsum, architecture, store) for store in node.stores)
        return replace(node, stores=stores)

    return replace(architecture, nodes=tuple(map(roomy, architecture.nodes)))


def _roomy(einsum: Einsum, architecture: Architecture, store: Store) -> Store:
    if store.capacity_bits is None or not store.compression:
        return store
    limits = []
    for tensor in einsum.tensors:
        if tensor.role not in store.roles:
            continue
        shape = tensor.shape(einsum.sizes)
        bits = architecture.element_bits(store, tensor.role)
        form = store.format_of(tensor.role)
        held, form = chosen(form, tensor, shape, shape, bits)
        elements = math.prod(shape)
        sure = store.overflow or isinstance(tensor.pattern, Even | Structured)
        thin = form is not None and form.leaves_zeros_out
        sized = thin or (form is not None and form.slots is not None)
        data = held.elements / elements if sized else 1.0
        metadata = held.metadata_bits / elements
        if thin and not sure:
            room = store.capacity_bits / (data * bits + metadata)
            more = _most_over_mean(data, room)
            data, metadata = min(1.0, data * more), metadata * more
        if store.metadata_bits is None:
            limits.append(store.capacity_bits / (data + metadata / bits))
        else:
            limits.append(store.capacity_bits / data)
            if metadata:
                limits.append(store.metadata_bits / metadata * bits)
    return replace(store, capacity_bits=int(min(limits) + 1e-9)) if limits else store


def _most_over_mean(density: float, elements: float) -> float:
    """What all but one tile in a million hold at most, over their mean: as of a normal value.

    >>> round(_most_over_mean(0.25, 1200), 2)  # 300 nonzeros, 15 more or less
    1.24
    """
    deviation = math.sqrt(elements * density * (1 - density))
    return 1 + _ONE_IN_A_MILLION * deviation / (elements * density) if density else 1.0
