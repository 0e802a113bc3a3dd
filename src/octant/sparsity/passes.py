"""The pass from dense counts to sparse ones."""

from __future__ import annotations

import math
from dataclasses import dataclass

from octant.arch import Architecture, Compression, Level, Saving
from octant.counting import AccessCounts, TensorCounts
from octant.mapping import Mapping, tile_sizes
from octant.mapping.validity import element_bits
from octant.sparsity import shares
from octant.sparsity.counts import (
    HopFactor,
    Moves,
    SparseCounts,
    SparseTensor,
    SparseTransfer,
)
from octant.sparsity.density import is_masked, largest_occupancy, occupancy_chances
from octant.sparsity.formats import Stored, chosen
from octant.sparsity.imbalance import busiest, expected_busiest, product_variance
from octant.sparsity.nest import Hop, digits, hops, window
from octant.sparsity.packing import share_of_passes
from octant.sparsity.shares import Conditions, Nest, Share, narrower
from octant.workload import Einsum, Even, Structured, Tensor

_NOTHING = Moves()


@dataclass(frozen=True, slots=True)
class _Passage:
    """What becomes of the traffic of one hop: shares that arrive, take time, happen."""

    hop: Hop
    arriving: Share
    timed: Share
    happening: Share
    conditions: Conditions
    timed_conditions: Conditions

    def moves(self, dense: float, nonzeros: bool) -> Moves:
        """So many dense accesses, by what becomes of them; of nonzeros only, or of all elements."""

        def of(share: Share) -> float:
            return dense * (share.nonzeros if nonzeros else share.elements)

        return Moves(
            happening=of(self.happening),
            gated=of(self.timed) - of(self.happening),
            skipped=of(self.arriving) - of(self.timed),
        )


@dataclass(frozen=True, slots=True)
class _Held:
    """A tensor at a level: its tile, and what it takes there."""

    tile: tuple[int, ...]
    stored: Stored
    compression: Compression | None

    @property
    def leaves_zeros_out(self) -> bool:
        return self.compression is not None and self.compression.leaves_zeros_out


def thin(
    einsum: Einsum, architecture: Architecture, mapping: Mapping, counts: AccessCounts
) -> SparseCounts:
    """What zeros leave of the dense counts of a mapping, as expected values.

    An intersection of a level spares the accesses by which the target leaves that level (or the
    next one further out that keeps it), and with them all further in. Where the densities are
    chances, these are means over every way in which the nonzeros can lie; where they are masks,
    they are what happens. The rules and their limits: ``docs/explanation/sparsity.md``.

    Args:
        einsum: the layer; densities and patterns are those of its tensors.
        architecture: with what it does about zeros.
        mapping: a valid mapping (``mapping.check``).
        counts: of ``counting.count``.
    """
    nest = Nest(einsum, digits(mapping))
    passages = _passages(einsum, architecture, mapping, nest)
    held = _held(einsum, architecture, mapping)
    names = [node.name for node in architecture.nodes] + [architecture.compute.name]
    tensors = tuple(_tensor(einsum, names, at, passages[at.tensor], held) for at in counts.tensors)
    all_kept, timed_kept = _of_products(einsum, architecture, passages)
    happening, timed = (shares.of_products(nest, kept) for kept in (all_kept, timed_kept))
    packing = _packing(einsum, architecture)
    slots = timed * packing
    happening = min(happening, slots)
    imbalance = _imbalance(nest, architecture, timed_kept) if timed < 1 else 1.0
    everything = {tensor.name: frozenset[int]() for tensor in einsum.operands}
    return SparseCounts(
        tensors=tensors,
        transfers=_transfers(architecture, names, counts, passages, held),
        factors=tuple(
            HopFactor(
                name,
                names[each.hop.parent],
                names[each.hop.child],
                each.arriving.elements,
                each.timed.elements,
                each.happening.elements,
            )
            for name, mine in passages.items()
            for each in mine
        ),
        macs=Moves(
            counts.macs * happening, counts.macs * (slots - happening), counts.macs * (1 - slots)
        ),
        effectual=counts.macs * shares.of_products(nest, everything),
        steps=counts.steps * timed * packing * imbalance,
        packing=packing,
        imbalance=imbalance,
        chance=tuple(
            tensor.name
            for tensor in einsum.tensors
            if is_masked(tensor) and not nest.by_mask(tensor)
        ),
    )


def _passages(
    einsum: Einsum, architecture: Architecture, mapping: Mapping, nest: Nest
) -> dict[str, list[_Passage]]:
    """The hops of each tensor, outermost first, with what intersections leave of them."""
    found: dict[str, list[_Passage]] = {tensor.name: [] for tensor in einsum.tensors}
    for hop in hops(einsum, architecture, mapping):
        tensor = einsum.tensor(hop.tensor)
        before = found[hop.tensor]
        arriving: Conditions = before[-1].conditions if before else {}
        skips = _conditions(einsum, architecture, hop, tensor, Saving.SKIPPING)
        gates = _conditions(einsum, architecture, hop, tensor, Saving.GATING)
        timed = narrower(arriving, skips)
        kept = narrower(timed, gates)
        first, second, third = (
            shares.of_accesses(nest, tensor, hop.stay, each) for each in (arriving, timed, kept)
        )
        skipped = narrower(before[-1].timed_conditions if before else {}, skips)
        before.append(_Passage(hop, first, second, third, kept, skipped))
    return found


def _conditions(
    einsum: Einsum, architecture: Architecture, hop: Hop, tensor: Tensor, saving: Saving
) -> dict[str, frozenset[int]]:
    """The leaders that a hop follows in one way, each with the window that must not be empty."""
    found: dict[str, frozenset[int]] = {}
    for node in architecture.nodes[hop.parent : hop.child]:
        for each in node.intersections if isinstance(node, Level) else ():
            if each.target is tensor.role and each.saving is saving:
                leaders = (leader for leader in einsum.operands if leader.role in each.leaders)
                found |= {leader.name: hop.stay for leader in leaders}
    return found


def _of_products(
    einsum: Einsum, architecture: Architecture, passages: dict[str, list[_Passage]]
) -> tuple[Conditions, Conditions]:
    """What a product needs to be computed, and what it needs to take time.

    An operand that does not come leaves nothing to multiply; of a packed one only nonzeros do.
    """
    happening: dict[str, frozenset[int]] = {}
    timed: dict[str, frozenset[int]] = {}
    for tensor in einsum.operands:
        happening = narrower(happening, passages[tensor.name][-1].conditions)
        timed = narrower(timed, passages[tensor.name][-1].timed_conditions)
    packed = {each.role for each in architecture.compute.packing}
    alone = {tensor.name: frozenset[int]() for tensor in einsum.operands if tensor.role in packed}
    happening = narrower(happening, alone)
    zeros = architecture.compute.zeros
    if zeros is not None:
        own = {
            tensor.name: frozenset[int]()
            for tensor in einsum.operands
            if tensor.role in zeros.operands
        }
        happening = narrower(happening, own)
        timed = narrower(timed, own) if zeros.saving is Saving.SKIPPING else timed
    return happening, timed


def _held(
    einsum: Einsum, architecture: Architecture, mapping: Mapping
) -> dict[tuple[str, str], _Held]:
    """Every tensor at every level that keeps it."""
    found = {}
    sizes = tile_sizes(einsum, mapping)
    for node, block, tile in zip(architecture.nodes, mapping.blocks, sizes, strict=True):
        for tensor in einsum.tensors:
            store = node.store(tensor.role) if isinstance(node, Level) else None
            if store is None or tensor.name not in getattr(block, "keeps", ()):
                continue
            form = next((each for each in store.compression if each.role is tensor.role), None)
            extents = tensor.shape(tile)
            taken = chosen(
                form,
                tensor,
                tensor.shape(einsum.sizes),
                extents,
                element_bits(tensor, architecture, store),
            )
            found[node.name, tensor.name] = _Held(extents, *taken)
    return found


def _tensor(
    einsum: Einsum,
    names: list[str],
    at: TensorCounts,
    passages: list[_Passage],
    held: dict[tuple[str, str], _Held],
) -> SparseTensor:
    """The accesses of a tensor at a level: handed inwards, and come from outside."""
    mine = held[at.level, at.tensor]
    index = names.index(at.level)
    inwards = next(each for each in passages if each.hop.parent == index)
    incoming = next((each for each in passages if each.hop.child == index), None)
    zeros_gone, tensor = mine.leaves_zeros_out, einsum.tensor(at.tensor)
    shape = tensor.shape(einsum.sizes)

    def metadata(passage: _Passage, dense: int) -> Moves:
        whole = passage.moves(dense, False)
        return whole.times(mine.stored.metadata_bits / math.prod(mine.tile))

    return SparseTensor(
        level=at.level,
        tensor=at.tensor,
        reads=inwards.moves(at.reads, zeros_gone),
        fills=_sent(incoming, at.fills, zeros_gone),
        updates=inwards.moves(at.updates, zeros_gone),
        read_metadata=metadata(inwards, at.reads),
        filled_metadata=_NOTHING if incoming is None else _only(metadata(incoming, at.fills)),
        updated_metadata=metadata(inwards, at.updates),
        elements=mine.stored.elements,
        metadata_bits=mine.stored.metadata_bits,
        most_elements=largest_occupancy(tensor, shape, mine.tile)
        if zeros_gone
        else math.prod(mine.tile),
        compressed=zeros_gone,
    )


def _sent(incoming: _Passage | None, fills: int, zeros_gone: bool) -> Moves:
    """The fills that come; what was spared at the parent never sets out."""
    return _NOTHING if incoming is None else _only(incoming.moves(fills, zeros_gone))


def _only(moves: Moves) -> Moves:
    return Moves(happening=moves.happening)


def _transfers(
    architecture: Architecture,
    names: list[str],
    counts: AccessCounts,
    passages: dict[str, list[_Passage]],
    held: dict[tuple[str, str], _Held],
) -> tuple[SparseTransfer, ...]:
    """What crosses each fanout: in the child's format, or in that of the compute unit's parent."""
    found = []
    for at in counts.transfers:
        index = names.index(at.fanout)
        passage = next(
            each for each in passages[at.tensor] if each.hop.parent < index < each.hop.child
        )
        child = passage.hop.child
        end = passage.hop.parent if child == len(architecture.nodes) else child
        form = held[names[end], at.tensor]
        moved = passage.moves(at.elements, form.leaves_zeros_out).happening
        bits = passage.moves(at.elements, False).happening * form.stored.metadata_bits
        found.append(SparseTransfer(at.fanout, at.tensor, moved, bits / math.prod(form.tile)))
    return tuple(found)


def _packing(einsum: Einsum, architecture: Architecture) -> float:
    """The factor on the steps that packed operands leave, each by itself."""
    factor = 1.0
    for each in architecture.compute.packing:
        for tensor in einsum.operands:
            axis = next(
                (
                    index
                    for index, terms in enumerate(tensor.axes)
                    if each.rank in [term.rank for term in terms]
                ),
                None,
            )
            if tensor.role is not each.role or axis is None:
                continue
            shape = tensor.shape(einsum.sizes)
            group = tuple(
                min(each.group, extent) if index == axis else 1
                for index, extent in enumerate(shape)
            )
            chances = occupancy_chances(tensor, shape, group)
            factor *= share_of_passes(chances, min(each.lanes, max(group)))
    return factor


def _imbalance(nest: Nest, architecture: Architecture, kept: Conditions) -> float:
    """How much longer the busiest instance takes than the average one.

    A pass is what runs below the innermost fanout in use; all instances start a pass together.
    """
    places = [index for index, digit in enumerate(nest.digits) if not digit.temporal]
    if not places:
        return 1.0
    edge = max(nest.digits[index].block for index in places)
    inside = frozenset(
        index for index, digit in enumerate(nest.digits) if digit.temporal and digit.block > edge
    )
    instances = math.prod(nest.digits[index].factor for index in places)
    outer = [
        index for index in range(len(nest.digits)) if index not in inside and index not in places
    ]
    if instances * math.prod(nest.digits[i].factor for i in outer) <= shares.MOST_POINTS:
        work = shares.products_by(nest, kept, [*places, *outer])
        if work is not None:
            return busiest(work.reshape(instances, -1), instances)
    return _by_chance(nest, kept, inside, instances)


def _by_chance(nest: Nest, kept: Conditions, inside: frozenset[int], instances: int) -> float:
    """The busiest instance over the average one, where the nonzeros are a matter of chance."""
    points = float(math.prod(nest.digits[index].factor for index in inside))
    deciding = []
    for name, stay in kept.items():
        leader = nest.einsum.tensor(name)
        whole = math.prod(window(nest.einsum, leader, nest.digits, inside))
        each = math.prod(window(nest.einsum, leader, nest.digits, stay & inside))
        chance = shares.of_products(nest, {name: stay})
        if isinstance(leader.pattern, Even | Structured):
            points *= chance
            continue
        deciding.append((chance, max(1.0, whole / each)))
    mean = points * math.prod(chance for chance, _ in deciding)
    variance = product_variance(points, tuple(deciding))
    return expected_busiest(mean, variance, points, instances)
