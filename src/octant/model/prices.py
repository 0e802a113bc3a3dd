"""The prices and bandwidths of an architecture for one layer, as arrays for the kernel."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from octant.arch import Architecture, Fanout, Level, Store
from octant.components import Price
from octant.workload import Einsum

Floats = NDArray[np.float64]


class Costs(NamedTuple):
    """What counts cost. Unknown prices are 0 here; ``missing_prices`` names them.

    Attributes:
        bits: (tensors, nodes) an element's width in the memory that holds the tensor, its part of
            a shared exponent included.
        moved: (tensors, nodes) bits that an access of an element moves through a port: its width,
            but for what zeros spare and formats add (``Thinning``).
        store: (tensors, nodes) the number of that memory, -1 for none.
        bandwidths: (stores, 3) bits a cycle of one instance: read, write, shared; infinite where
            not limited.
        prices: (tensors, nodes, 3) joules an element: read, write, transfer.
        compute_j: joules of all multiply-accumulates.
    """

    bits: Floats
    moved: Floats
    store: NDArray[np.int64]
    bandwidths: Floats
    prices: Floats
    compute_j: float


def stores(architecture: Architecture) -> tuple[tuple[Level, Store], ...]:
    """Every memory with its level, outermost first: the rows of ``Costs.bandwidths``."""
    return tuple((level, store) for level in architecture.levels for store in level.stores)


def costs(einsum: Einsum, architecture: Architecture) -> Costs:
    """Returns the prices and bandwidths that a layer sees on an architecture."""
    shape = (len(einsum.tensors), len(architecture.nodes))
    bits, number = np.zeros(shape), np.full(shape, -1, np.int64)
    prices = np.zeros((*shape, 3))
    memories = [store for _, store in stores(architecture)]
    for row, tensor in enumerate(einsum.tensors):
        for column, node in enumerate(architecture.nodes):
            if isinstance(node, Fanout):
                width = architecture.element_bits(None, tensor.role)
                prices[row, column, 2] = _joules(node.transfer_energy) * width / node.word_bits
                continue
            store = node.store(tensor.role)
            if store is None:
                continue
            bits[row, column] = architecture.element_bits(store, tensor.role)
            number[row, column] = memories.index(store)
            words = bits[row, column] / store.word_bits
            prices[row, column, :2] = (
                _joules(store.read_energy) * words,
                _joules(store.write_energy) * words,
            )
    bandwidths = [
        [store.read_bits_per_cycle, store.write_bits_per_cycle, store.shared_bits_per_cycle]
        for store in memories
    ]
    return Costs(
        bits=bits,
        moved=bits,
        store=number,
        bandwidths=np.array(
            [[math.inf if limit is None else limit for limit in row] for row in bandwidths]
        ),
        prices=prices,
        compute_j=einsum.macs * _joules(architecture.compute.mac_energy),
    )


def missing_prices(architecture: Architecture) -> tuple[str, ...]:
    """The actions whose energy no source gives; empty where energy can be evaluated."""
    missing = []
    for _, store in stores(architecture):
        missing += [f"{store.name} read"] * (store.read_energy is None)
        missing += [f"{store.name} write"] * (store.write_energy is None)
    for fanout in architecture.fanouts:
        missing += [f"{fanout.name} transfer"] * (
            fanout.transfer_energy is None and fanout.instances > 1
        )
    missing += [f"{architecture.compute.name} MAC"] * (architecture.compute.mac_energy is None)
    return tuple(missing)


def _joules(price: Price | None) -> float:
    return 0.0 if price is None else price.energy_j
