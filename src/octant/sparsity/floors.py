"""What zeros leave of a layer under any mapping, at least: what bounds of a search stand on.

Where a target meets a leader for longer, the leader is less often all zero: no stay spares more
than one in which a single element is met. Of the elements of masks that holds for each product, but
not for each stay, since the last one may be shorter: there nothing is known beforehand.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from octant.arch import Architecture, Compression, Fanout, Level, RankFormat, Saving, Store
from octant.sparsity.density import is_masked, share
from octant.sparsity.formats import chosen
from octant.sparsity.nest import Digit
from octant.sparsity.passes import packing_share
from octant.sparsity.shares import Nest, met_alike, of_products
from octant.sparsity.slots import slot_share
from octant.workload import Einsum, Role, Tensor

_BOTH = frozenset(Saving)
_SKIPPING = frozenset({Saving.SKIPPING})
_KEEPS_EMPTY = frozenset({RankFormat.UNCOMPRESSED, RankFormat.FLAGGED})


@dataclass(frozen=True, slots=True)
class Least:
    """The least that is left of some accesses of a tensor.

    Args:
        elements: the share of the dense ones.
        metadata_bits: bits of a format for each dense one.
    """

    elements: float
    metadata_bits: float


@dataclass(frozen=True, slots=True)
class Floors:
    """The least that zeros leave of a layer's work and traffic on a chip, whatever its mapping.

    >>> from octant import load_architecture, load_network
    >>> layer = load_network("digits-lenet").mac_layers[0].work
    >>> chip = load_architecture("teaching")  # does nothing about zeros
    >>> floors = Floors(layer, chip)
    >>> floors.steps(), floors.macs(), floors.inwards(layer.tensors[0], 1).elements
    (1.0, 1.0, 1.0)
    """

    einsum: Einsum
    architecture: Architecture
    _nest: Nest = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        loops = (Digit(rank, size, 1, 0, True) for rank, size in self.einsum.ranks if size > 1)
        object.__setattr__(self, "_nest", Nest(self.einsum, tuple(loops)))

    def steps(self) -> float:
        """The share of the steps."""
        leaders = self._of_products(_SKIPPING)
        return self._products(leaders) * packing_share(self.einsum, self.architecture)

    def macs(self) -> float:
        """The share of the multiply-accumulates that happen."""
        packed = {each.role for each in self.architecture.compute.packing if not each.fixed}
        return min(self.steps(), self._products(self._of_products(_BOTH) | self._tensors(packed)))

    def inwards(self, tensor: Tensor, node: int, *, timed: bool = False) -> Least:
        """What a memory reads of a tensor and gets back, or what crosses a fanout.

        Args:
            tensor: which.
            node: the number of the memory or fanout.
            timed: what takes time, so that what is gated there counts; what was gated further out
                never gets there.
        """
        end = self._next_keeper(tensor.role, node)
        leaders = self._leaders(tensor.role, 0, node, _BOTH)
        leaders |= self._leaders(tensor.role, node, end, _SKIPPING if timed else _BOTH)
        if end == len(self.architecture.nodes) and not self._shared_below(tensor.role, node):
            return self._least(tensor, node, leaders, self._products)
        return self._least(tensor, node, leaders, self._stays)

    def filled(self, tensor: Tensor, node: int) -> Least:
        """What a memory gets of a tensor from further out; for the rest see ``inwards``."""
        return self._least(tensor, node, self._leaders(tensor.role, 0, node, _BOTH), self._stays)

    def _least(
        self,
        tensor: Tensor,
        node: int,
        leaders: frozenset[str],
        share_of: Callable[[frozenset[str], frozenset[str]], float],
    ) -> Least:
        """The least over the formats that a tensor may have there.

        Args:
            tensor, node: which, and where.
            leaders: that must not be zero.
            share_of: the share of accesses that meet a nonzero of each leader, and of the tensor.
        """
        if any(store.overflow for _, store in self._stores(tensor.role)):
            return Least(0.0, 0.0)  # accesses may be those of the next memory further out
        met, found = share_of(leaders, frozenset()), []
        for form in self._forms(tensor, node):
            kept = self._kept(tensor, form)
            nonzeros = form is not None and form.leaves_zeros_out
            elements = self._nonzeros(tensor, leaders, share_of) if nonzeros else met * kept
            found.append((elements, met * _metadata_bits(form, kept)))
        return Least(*(min(column) for column in zip(*found, strict=True)))

    def _nonzeros(
        self,
        tensor: Tensor,
        leaders: frozenset[str],
        share_of: Callable[[frozenset[str], frozenset[str]], float],
    ) -> float:
        """The least share of accesses that move a nonzero; for ``share_of`` see ``_least``.

        Of a strided mask single elements are those that products meet, and tiles have all others.
        """
        own = frozenset({tensor.name})
        if is_masked(tensor) and not met_alike(tensor):
            return min(self._products(leaders, own), self._stays(leaders, own))
        return share_of(leaders, own)

    def _stays(self, leaders: frozenset[str], own: frozenset[str]) -> float:
        """The least share of stays; of a mask nothing is known but its density."""
        tensors = [tensor for tensor in self.einsum.tensors if tensor.name in leaders | own]
        if any(is_masked(tensor) and tensor.name in leaders for tensor in tensors):
            return 0.0
        return math.prod(map(self._density, tensors), start=1.0)

    def _kept(self, tensor: Tensor, form: Compression | None) -> float:
        """The least share of a tensor's elements that a format holds."""
        if form is None or all(each.format in _KEEPS_EMPTY for each in form.ranks):
            return 1.0
        if form.slots is not None:
            return slot_share(tensor, tensor.shape(self.einsum.sizes), form.slots)
        return self._density(tensor)

    def _leaders(
        self, role: Role, start: int, end: int, savings: frozenset[Saving]
    ) -> frozenset[str]:
        """The tensors whose zeros may spare accesses of a role at some nodes."""
        return self._tensors(
            {
                leader
                for node in self.architecture.nodes[start:end]
                if isinstance(node, Level)
                for each in node.intersections
                if each.target is role and each.saving in savings
                for leader in each.leaders
            }
        )

    def _of_products(self, savings: frozenset[Saving]) -> frozenset[str]:
        """The tensors whose zeros may spare products."""
        end, zeros = len(self.architecture.nodes), self.architecture.compute.zeros
        axes = [axis for fanout in self.architecture.fanouts for axis in fanout.axes]
        roles = {axis.skipping.leader for axis in axes if axis.skipping}
        roles |= set(zeros.operands if zeros is not None and zeros.saving in savings else ())
        return self._tensors(roles).union(
            *(self._leaders(tensor.role, 0, end, savings) for tensor in self.einsum.operands)
        )

    def _tensors(self, roles: set[Role]) -> frozenset[str]:
        return frozenset(tensor.name for tensor in self.einsum.operands if tensor.role in roles)

    def _products(self, leaders: frozenset[str], own: frozenset[str] = frozenset()) -> float:
        """The share of products that meet a nonzero of each tensor: the same in every nest."""
        return of_products(self._nest, dict.fromkeys(leaders | own, frozenset[int]()))

    def _density(self, tensor: Tensor) -> float:
        return share(tensor, tensor.shape(self.einsum.sizes))

    def _next_keeper(self, role: Role, node: int) -> int:
        """The number of the next level that always keeps a role; after the last, the units'."""
        for number, each in enumerate(self.architecture.nodes):
            always = isinstance(each, Level) and each.store(role) and role not in each.optional
            if number > node and always:
                return number
        return len(self.architecture.nodes)

    def _shared_below(self, role: Role, node: int) -> bool:
        """Whether one access may serve several products at once."""
        return any(
            each.reduction if role is Role.OUTPUT else role in each.multicast
            for each in self.architecture.nodes[node:]
            if isinstance(each, Fanout)
        )

    def _stores(self, role: Role) -> list[tuple[int, Store]]:
        """The memories that can keep a role, by the number of their node."""
        nodes = enumerate(self.architecture.nodes)
        found = ((number, node.store(role)) for number, node in nodes if isinstance(node, Level))
        return [(number, store) for number, store in found if store is not None]

    def _forms(self, tensor: Tensor, node: int) -> list[Compression | None]:
        """The formats that a tensor may have: a memory's own, on a network those of its ends."""
        known, end = self._stores(tensor.role), self._next_keeper(tensor.role, node)
        own = [store for number, store in known if number == node]
        further_in = [store for number, store in known if node < number <= end]
        if end == len(self.architecture.nodes):  # the format is that of the outer end
            further_in += [store for number, store in known if number < node]
        return [self._form(tensor, store) for store in own or further_in]

    def _form(self, tensor: Tensor, store: Store) -> Compression | None:
        shape = tensor.shape(self.einsum.sizes)
        bits = self.architecture.element_bits(store, tensor.role)
        return chosen(store.format_of(tensor.role), tensor, shape, shape, bits)[1]


def _metadata_bits(form: Compression | None, kept: float) -> float:
    """The least bits of a format for each element; inner ranks of a single coordinate take none."""
    if form is None:
        return 0.0
    found, dropped = [], False
    for rank in form.ranks:
        fibers = kept if dropped else 1.0
        match rank.format:
            case RankFormat.BITMASK | RankFormat.FLAGGED | RankFormat.OFFSETS:
                found.append(rank.bits * fibers)
            case RankFormat.COORDINATES | RankFormat.RUN_LENGTH:
                found.append(rank.added_bits * kept)
            case RankFormat.UNCOMPRESSED:
                found.append(0.0)
        dropped |= rank.format not in _KEEPS_EMPTY
    return min(found) / math.prod(size for _, size in form.block)
