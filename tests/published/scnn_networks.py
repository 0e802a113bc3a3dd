"""SCNN on pruned AlexNet and VGG-16: recorded mappings, and what zeros make of them.

Parashar et al., ISCA 2017: 2.7 times as fast as a dense design of the same multipliers, at 2.3
times less energy, on average over AlexNet, GoogLeNet and VGG-16. It has them as pruned by Han et
al. (recalled); no densities of GoogLeNet are at hand.

``make validate`` searches and records the mappings in ``scnn_networks.json``; the tests evaluate
the recorded ones.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from octant.files import builtin_architecture
from octant.model import Evaluation, evaluate, evaluate_sparse
from octant.workload import Einsum, Role, Workload
from octant.zoo import network
from tests.published.pruned_networks import SHARES
from tests.published.recorded_mappings import Records, read, searched, write

RECORDS = Path(__file__).with_name("scnn_networks.json")
CHIP = builtin_architecture("scnn")
NETWORKS = ("alexnet", "vgg16")
SPEEDUP, ENERGY = 2.7, 2.3


@cache
def convolutions(name: str) -> Workload:
    """Returns the convolutions of a network at batch 1."""
    whole = network(name, batch=1)
    return replace(whole, layers=tuple(layer for layer in whole.mac_layers
                                       if layer.operator == "Conv"))  # fmt: skip


@cache
def layers(name: str) -> dict[str, Einsum]:
    """Returns the convolutions in the chip's number formats."""
    return {
        layer.name: CHIP.in_own_formats(layer.work)
        for layer in convolutions(name).layers
        if isinstance(layer.work, Einsum)
    }


def search_and_record(time_limit_s: float) -> None:
    """Searches all mappings anew."""
    networks = {name: convolutions(name) for name in NETWORKS}
    write(RECORDS, searched(networks, CHIP, time_limit_s), CHIP)
    recorded.cache_clear()
    evaluated.cache_clear()


@cache
def recorded() -> Records:
    """Returns the recorded mappings."""
    return read(RECORDS)


@cache
def evaluated(name: str, layer: str, *, sparse: bool) -> Evaluation:
    """Returns the evaluation of a layer's recorded mapping, with its zeros or without any."""
    einsum = layers(name)[layer]
    dense = evaluate(einsum, CHIP, recorded()[name, layer].mapping)
    if not sparse:
        return evaluate_sparse(dense, einsum, CHIP)
    of = SHARES[name][layer]
    densities = {Role.WEIGHT: of.weights, Role.INPUT: of.inputs, Role.OUTPUT: of.outputs}
    tensors = tuple(replace(tensor, density=densities[tensor.role]) for tensor in einsum.tensors)
    return evaluate_sparse(dense, replace(einsum, tensors=tensors), CHIP)


def seconds(name: str, *, sparse: bool) -> float:
    """Returns the latency of the convolutions, one after the other."""
    return sum(evaluated(name, layer, sparse=sparse).latency_s for layer in layers(name))


def joules(name: str, *, sparse: bool) -> float:
    """Returns the energy of the convolutions."""
    return sum(evaluated(name, layer, sparse=sparse).energy_j or 0.0 for layer in layers(name))


def busy_seconds(name: str) -> float:
    """Returns the latency on as many multipliers that are busy with all products, zeros or not."""
    products = sum(einsum.macs for einsum in layers(name).values())
    return products / CHIP.peak_macs_per_s
