"""The pass from dense counts to sparse ones."""

from __future__ import annotations

import math
from dataclasses import dataclass

from octant.arch import Architecture, Level, Saving
from octant.counting import AccessCounts, TensorCounts
from octant.mapping import Mapping
from octant.sparsity import shares
from octant.sparsity.counts import (
    Moves,
    SparseCounts,
    SparseTensor,
    SparseTransfer,
)
from octant.sparsity.density import is_masked, largest_occupancy, occupancy_chances, share
from octant.sparsity.holding import Held, holding, occupancies
from octant.sparsity.nest import Hop, digits, hops
from octant.sparsity.overflow import overflow_shares, spilled
from octant.sparsity.packing import mean_fill, share_of_passes
from octant.sparsity.shares import Conditions, Nest, Share, narrower
from octant.sparsity.slots import axis_of, fits, slot_share
from octant.sparsity.waiting import Waiting, skipping_axes, waiting
from octant.workload import Einsum, Tensor

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
        parts = (self.happening, self.timed, self.arriving)
        happening, timed, arriving = (
            dense * (part.nonzeros if nonzeros else part.elements) for part in parts
        )
        return Moves(happening, timed - happening, arriving - timed)


def thin(
    einsum: Einsum,
    architecture: Architecture,
    mapping: Mapping,
    counts: AccessCounts,
    *,
    sparseloop_compatible: bool = False,
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
        sparseloop_compatible: packed nonzeros take their products over the lanes in use, as in
            Sparseloop, instead of their passes.
    """
    nest = Nest(einsum, digits(mapping))
    passages = _passages(einsum, architecture, mapping, nest)
    held = holding(einsum, architecture, mapping, nest.shapes)
    names = [node.name for node in architecture.nodes] + [architecture.compute.name]
    tensors = tuple(_tensor(einsum, names, at, passages[at.tensor], held) for at in counts.tensors)
    transfers = _transfers(architecture, names, counts, passages, held)
    taken = occupancies(einsum, architecture, held)
    lost = overflow_shares(einsum, architecture, taken)
    if lost:
        tensors, transfers = spilled(architecture, tensors, transfers, lost)
    all_kept, timed_kept = _of_products(nest, architecture, passages)
    happening, timed = (shares.of_products(nest, kept) for kept in (all_kept, timed_kept))
    packing = packing_share(einsum, architecture, lanes_in_use=sparseloop_compatible)
    padding = _padding(einsum, architecture, held)
    slots = min(1.0, timed * packing * padding)
    happening = min(happening * padding, slots)
    wait = waiting(nest, architecture, timed_kept, timed) if 0 < timed < 1 else Waiting()
    everything = {tensor.name: frozenset[int]() for tensor in einsum.operands}
    return SparseCounts(
        tensors=tensors,
        transfers=transfers,
        macs=Moves(
            counts.macs * happening, counts.macs * (slots - happening), counts.macs * (1 - slots)
        ),
        effectual=counts.macs * shares.of_products(nest, everything),
        steps=counts.steps * timed * packing * padding * wait.filling * wait.imbalance,
        packing=packing,
        padding=padding,
        filling=wait.filling,
        imbalance=wait.imbalance,
        occupancy=taken,
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
    for hop in hops(einsum, architecture, mapping, nest.digits):
        tensor = einsum.tensor(hop.tensor)
        before = found[hop.tensor]
        arriving: Conditions = before[-1].conditions if before else {}
        skips = _conditions(einsum, architecture, hop, tensor, Saving.SKIPPING)
        gates = _conditions(einsum, architecture, hop, tensor, Saving.GATING)
        timed = narrower(arriving, skips)
        kept = narrower(timed, gates)
        first = shares.of_accesses(nest, tensor, hop.stay, arriving)
        second = first if not skips else shares.of_accesses(nest, tensor, hop.stay, timed)
        third = second if not gates else shares.of_accesses(nest, tensor, hop.stay, kept)
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
    nest: Nest, architecture: Architecture, passages: dict[str, list[_Passage]]
) -> tuple[Conditions, Conditions]:
    """What a product needs to be computed, and what it needs to take time.

    An operand that does not come leaves nothing to multiply; of a packed one only nonzeros do,
    but of fixed slots all, whatever they hold; instances along an axis that skips get only parts
    that are not empty.
    """
    einsum = nest.einsum
    happening: dict[str, frozenset[int]] = {}
    timed: dict[str, frozenset[int]] = {}
    for tensor in einsum.operands:
        happening = narrower(happening, passages[tensor.name][-1].conditions)
        timed = narrower(timed, passages[tensor.name][-1].timed_conditions)
    for along in skipping_axes(nest, architecture):
        happening = narrower(happening, {along.leader: along.inside})
        timed = narrower(timed, {along.leader: along.inside})
    packed = {each.role for each in architecture.compute.packing if not each.fixed}
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


def _tensor(
    einsum: Einsum,
    names: list[str],
    at: TensorCounts,
    passages: list[_Passage],
    held: dict[tuple[str, str], Held],
) -> SparseTensor:
    """The accesses of a tensor at a level: handed inwards, and come from outside."""
    mine = held[at.level, at.tensor]
    index = names.index(at.level)
    inwards = next(each for each in passages if each.hop.parent == index)
    incoming = next((each for each in passages if each.hop.child == index), None)
    zeros_gone, tensor = mine.leaves_zeros_out, mine.tensor

    def metadata(passage: _Passage, dense: int) -> Moves:
        whole = passage.moves(dense, False)
        return whole.times(mine.stored.metadata_bits / math.prod(mine.tile))

    return SparseTensor(
        level=at.level,
        tensor=at.tensor,
        reads=_of_held(inwards, at.reads, mine),
        fills=_NOTHING if incoming is None else _only(_of_held(incoming, at.fills, mine)),
        updates=_of_held(inwards, at.updates, mine),
        read_metadata=metadata(inwards, at.reads),
        filled_metadata=_NOTHING if incoming is None else _only(metadata(incoming, at.fills)),
        updated_metadata=metadata(inwards, at.updates),
        tile_elements=math.prod(mine.tile),
        elements=mine.stored.elements,
        metadata_bits=mine.stored.metadata_bits,
        most_elements=largest_occupancy(tensor, mine.shape, mine.tile)
        if zeros_gone
        else math.prod(mine.tile),
        compressed=zeros_gone,
        addressed=mine.addressed(_decided(einsum, tensor, inwards)),
    )


def _decided(einsum: Einsum, tensor: Tensor, passage: _Passage) -> frozenset[str]:
    """The ranks of a tensor on which the leaders of a hop decide, those of one index left out."""
    if not passage.timed_conditions:
        return frozenset()
    leaders = (einsum.tensor(name) for name in passage.timed_conditions)
    shared = frozenset(rank for leader in leaders for rank in leader.ranks & tensor.ranks)
    return frozenset(rank for rank in shared if einsum.sizes[rank] > 1)


def _of_held(passage: _Passage, dense: int, held: Held) -> Moves:
    """So many dense accesses of what a level holds; what was spared further out never sets out."""
    if held.leaves_zeros_out:
        return passage.moves(dense, True)
    return passage.moves(dense, False).times(held.kept_share)


def _only(moves: Moves) -> Moves:
    return Moves(happening=moves.happening)


def _transfers(
    architecture: Architecture,
    names: list[str],
    counts: AccessCounts,
    passages: dict[str, list[_Passage]],
    held: dict[tuple[str, str], Held],
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
        moved = _of_held(passage, at.elements, form).happening
        bits = passage.moves(at.elements, False).happening * form.stored.metadata_bits
        found.append(SparseTransfer(at.fanout, at.tensor, moved, bits / math.prod(form.tile)))
    return tuple(found)


def packing_share(
    einsum: Einsum, architecture: Architecture, *, lanes_in_use: bool = False
) -> float:
    """The factor on the steps that packed operands leave, each by itself; the same in every nest.

    Args:
        einsum: the layer.
        architecture: with the lanes of its compute units.
        lanes_in_use: by the rule of Sparseloop, see ``thin``.
    """
    factor = 1.0
    for each in architecture.compute.packing:
        for tensor in einsum.operands:
            axis = axis_of(tensor, each.rank)
            if tensor.role is not each.role or axis is None:
                continue
            shape = tensor.shape(einsum.sizes)
            if each.slots is not None:
                if fits(tensor, shape, each.slots):
                    factor *= slot_share(tensor, shape, each.slots)
                continue
            group = tuple(
                min(each.group, extent) if index == axis else 1
                for index, extent in enumerate(shape)
            )
            chances = occupancy_chances(tensor, shape, group)
            lanes = min(each.lanes, max(group))
            if lanes_in_use:
                factor *= share(tensor, shape) / mean_fill(chances, lanes)
            else:
                factor *= share_of_passes(chances, lanes)
    return factor


def _padding(
    einsum: Einsum, architecture: Architecture, held: dict[tuple[str, str], Held]
) -> float:
    """The factor on the products of zeros that are stored because a run is too long."""
    zeros = architecture.compute.zeros
    if zeros is None or not zeros.padding:
        return 1.0
    factor = 1.0
    for tensor in einsum.operands:
        inner = [each for (_, name), each in held.items() if name == tensor.name][-1:]
        if tensor.role in zeros.operands:
            for each in inner:
                factor *= 1 + each.stored.padding / max(each.stored.elements, 1e-300)
    return factor
