"""What zeros leave of a layer under any mapping, at least: what bounds of a search stand on.

Where a target meets a leader for longer, the leader is less often all zero: no stay spares more
than one in which a single element is met. Of the elements of masks that holds for each product, but
not for each stay, since the last one may be shorter: there nothing is known beforehand.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from octant.arch import Architecture, Compression, Fanout, Level, RankFormat, Saving, Store
from octant.sparsity.density import is_masked, share
from octant.sparsity.formats import chosen
from octant.sparsity.nest import Digit
from octant.sparsity.passes import packing_share
from octant.sparsity.shares import Nest, of_products
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
    >>> floors.steps(), floors.macs(), floors.inwards(layer.tensors[0], 1, _BOTH).elements
    (1.0, 1.0, 1.0)
    """

    einsum: Einsum
    architecture: Architecture

    def steps(self) -> float:
        """The share of the steps."""
        leaders = self._of_products(_SKIPPING)
        return self._products(leaders) * packing_share(self.einsum, self.architecture)

    def macs(self) -> float:
        """The share of the multiply-accumulates that happen."""
        packed = {each.role for each in self.architecture.compute.packing}
        return min(self.steps(), self._products(self._of_products(_BOTH) | self._tensors(packed)))

    def inwards(self, tensor: Tensor, node: int, savings: frozenset[Saving]) -> Least:
        """What a memory reads of a tensor and gets back, or what crosses a fanout.

        Args:
            tensor: which.
            node: the number of the memory or fanout.
            savings: skipping alone leaves what takes time, with gating what happens.
        """
        end = self._next_keeper(tensor.role, node)
        leaders = self._leaders(tensor.role, end, savings)
        if end == len(self.architecture.nodes) and not self._shared_below(tensor.role, node):
            forms = self._forms(tensor, node)
            own = frozenset({tensor.name} if any(map(_leaves_out, forms)) else ())
            return self._least(tensor, node, self._products(leaders | own), self._products(leaders))
        return self._moved(tensor, node, leaders)

    def filled(self, tensor: Tensor, node: int, savings: frozenset[Saving]) -> Least:
        """What a memory gets of a tensor from further out; for the rest see ``inwards``."""
        return self._moved(tensor, node, self._leaders(tensor.role, node, savings))

    def _moved(self, tensor: Tensor, node: int, leaders: frozenset[str]) -> Least:
        met = math.prod(
            0.0 if is_masked(leader) else self._density(leader)
            for leader in self.einsum.operands
            if leader.name in leaders
        )
        thin = any(map(_leaves_out, self._forms(tensor, node)))
        return self._least(tensor, node, met * self._density(tensor) if thin else met, met)

    def _least(self, tensor: Tensor, node: int, elements: float, met: float) -> Least:
        if any(store.overflow for _, store in self._stores(tensor.role)):
            return Least(0.0, 0.0)  # accesses may be those of the next memory further out
        density = self._density(tensor)
        bits = min(_metadata_bits(form, density) for form in self._forms(tensor, node))
        return Least(float(elements), met * bits)

    def _leaders(self, role: Role, end: int, savings: frozenset[Saving]) -> frozenset[str]:
        """The tensors whose zeros may spare accesses of a role on its way to a node."""
        return self._tensors(
            {
                leader
                for node in self.architecture.nodes[:end]
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
            *(self._leaders(tensor.role, end, savings) for tensor in self.einsum.operands)
        )

    def _tensors(self, roles: set[Role]) -> frozenset[str]:
        return frozenset(tensor.name for tensor in self.einsum.operands if tensor.role in roles)

    def _products(self, names: frozenset[str]) -> float:
        """The share of products that meet a nonzero of each tensor: the same in every nest."""
        loops = (Digit(rank, size, 1, 0, True) for rank, size in self.einsum.ranks if size > 1)
        return of_products(Nest(self.einsum, tuple(loops)), dict.fromkeys(names, frozenset()))

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
        form = next((each for each in store.compression if each.role is tensor.role), None)
        shape = tensor.shape(self.einsum.sizes)
        bits = self.architecture.element_bits(store, tensor.role)
        return chosen(form, tensor, shape, shape, bits)[1]


def _leaves_out(form: Compression | None) -> bool:
    """Whether a format may hold less than all elements."""
    return form is not None and not all(each.format in _KEEPS_EMPTY for each in form.ranks)


def _metadata_bits(form: Compression | None, density: float) -> float:
    """The least bits of a format for each element; inner ranks of a single coordinate take none."""
    if form is None:
        return 0.0
    found, dropped = [], False
    for rank in form.ranks:
        fibers = density if dropped else 1.0
        match rank.format:
            case RankFormat.BITMASK | RankFormat.FLAGGED | RankFormat.OFFSETS:
                found.append(rank.bits * fibers)
            case RankFormat.COORDINATES | RankFormat.RUN_LENGTH:
                found.append(rank.bits * density)
            case RankFormat.UNCOMPRESSED:
                found.append(0.0)
        dropped |= rank.format not in _KEEPS_EMPTY
    return min(found) / math.prod(size for _, size in form.block)
