"""Eyeriss v2 on sparse networks: what its paper gives, recorded mappings, and densities.

Chen, Yang, Emer, Sze, Eyeriss v2, JETCAS 9(2), 2019. Its networks were pruned by the energy they
save; their densities are not published. Taken instead:

* MobileNet (width 0.5, 128 x 128): the products of two nonzeros in each layer, of the same network,
  and the nonzero weights of eight layers, as the artifact of Wu et al. (Sparseloop, MICRO 2022) has
  them. Where only products are known both operands are taken as equally dense.
* AlexNet: as pruned by magnitude (``pruned_networks.py``).

Mappings are the best ones where nothing is zero, least energy x latency, as a user gets them;
memory outside is no limit, as the paper has it but where it says otherwise. ``make validate``
searches and records them in ``eyeriss2_sparse.json``; the tests evaluate the recorded ones.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

from octant.arch import Architecture, Level
from octant.files import builtin_architecture
from octant.model import Evaluation, evaluate, evaluate_sparse
from octant.workload import Einsum, Role, Workload
from octant.zoo import network
from tests.against.sparseloop.designs import CASES
from tests.published import scaling
from tests.published.pruned_networks import SHARES, Shares
from tests.published.recorded_mappings import Records, read, searched, write

RECORDS = Path(__file__).with_name("eyeriss2_sparse.json")
LINKED = builtin_architecture("eyeriss2")
"""The chip with the DDR4 of 25.6 GB/s outside."""

MOBILENET, ALEXNET = "mobilenet", "alexnet"
NETWORKS = (MOBILENET, ALEXNET)

MOBILENET_PER_S = 1470.6
MOBILENET_PER_J = 2560.3
OVER_V1 = {MOBILENET: 12.6, ALEXNET: 42.5}
"""Sparse on Eyeriss v2 over dense on Eyeriss v1 scaled to as many PEs: abstract, Section V-A."""
MESH_OVER_V1 = 5.6
"""Of MobileNet, the mesh alone, without sparse processing: Section I-C."""
CONVOLUTIONS_MB = {"dense": 7.1, "sparse": 4.6}
"""DRAM traffic of AlexNet's convolutions: Section V-B."""
SLOWED_BY_DDR4 = {MOBILENET: 0.24, ALEXNET: 0.16}
"""Section V-B."""

# Products of two nonzeros in each layer of MobileNet, in the order of its layers.
PRODUCTS = (
    1_769_472, 544_768, 461_302, 278_528, 873_643, 513_024, 1_702_140, 145_920, 1_499_682, 270_848,
    2_491_491, 73_728, 1_144_158, 147_456, 2_238_663, 147_456, 2_173_758, 124_096, 1_457_458,
    147_456, 1_677_684, 147_456, 1_821_557, 36_864, 948_572, 73_728, 775_316, 95_443,
)  # fmt: skip


def unlimited() -> Architecture:
    """Returns the chip with no limit outside."""
    dram, *others = LINKED.nodes
    assert isinstance(dram, Level)
    stores = tuple(replace(store, shared_bits_per_cycle=None) for store in dram.stores)
    return replace(LINKED, nodes=(replace(dram, stores=stores), *others))


@cache
def workload(name: str) -> Workload:
    """Returns a network at batch 1."""
    if name == MOBILENET:
        return network("mobilenet-v1", batch=1, width=0.5, resolution=128)
    return network("alexnet", batch=1)


@cache
def layers(name: str) -> dict[str, Einsum]:
    """Returns the layers of a network in the chip's number formats."""
    return {
        layer.name: LINKED.in_own_formats(layer.work)
        for layer in workload(name).mac_layers
        if isinstance(layer.work, Einsum)
    }


@cache
def shares(name: str) -> dict[str, Shares]:
    """Returns the shares of nonzeros in each layer."""
    if name == ALEXNET:
        return SHARES["alexnet"]
    found: dict[str, Shares] = {}
    known = {int(key[1:]): case for key, case in CASES["eyeriss2_pe"].items()}
    following = 1.0
    numbered = list(enumerate(layers(name).items(), start=1))
    for number, (layer, einsum) in reversed(numbered):
        product = PRODUCTS[number - 1] / einsum.macs
        weights = math.sqrt(product)
        if number in known:
            case = known[number]
            weights = sum(case["nonzero_weights"]) / (case["inner"] * case["columns"])
        found[layer] = Shares(weights, product / weights, following)
        following = product / weights
    return found


def thinned(name: str, layer: str) -> Einsum:
    """Returns a layer with its shares of nonzeros, which lie by chance."""
    einsum, of = layers(name)[layer], shares(name)[layer]
    densities = {Role.WEIGHT: of.weights, Role.INPUT: of.inputs, Role.OUTPUT: of.outputs}
    tensors = tuple(replace(tensor, density=densities[tensor.role]) for tensor in einsum.tensors)
    return replace(einsum, tensors=tensors)


def search_and_record(time_limit_s: float) -> None:
    """Searches all mappings anew."""
    networks = {name: workload(name) for name in NETWORKS}
    write(RECORDS, searched(networks, unlimited(), time_limit_s), LINKED)
    recorded.cache_clear()
    evaluated.cache_clear()


@cache
def recorded() -> Records:
    """Returns the recorded mappings."""
    return read(RECORDS)


@cache
def evaluated(name: str, layer: str, *, sparse: bool, linked: bool = False) -> Evaluation:
    """Returns the evaluation of a layer's recorded mapping, sparse or dense, in coded words."""
    chip = LINKED if linked else unlimited()
    einsum = layers(name)[layer]
    dense = evaluate(einsum, chip, recorded()[name, layer].mapping)
    return evaluate_sparse(dense, thinned(name, layer) if sparse else einsum, chip)


def seconds(name: str, *, sparse: bool, linked: bool = False) -> float:
    """Returns the latency of a network's layers, one after the other."""
    return sum(
        evaluated(name, layer, sparse=sparse, linked=linked).latency_s for layer in layers(name)
    )


def joules_on_chip(name: str) -> float:
    """Returns the energy of a sparse inference without the DRAM."""
    return sum(
        entry.energy_j or 0.0
        for layer in layers(name)
        for entry in evaluated(name, layer, sparse=True).energy
        if entry.component != "DRAM"
    )


def convolutions_mb(*, sparse: bool) -> float:
    """Returns the DRAM traffic of AlexNet's convolutions."""
    moved = sum(
        entry.bits_moved
        for layer in layers(ALEXNET)
        if layer.startswith("CONV")
        for entry in evaluated(ALEXNET, layer, sparse=sparse).energy
        if entry.component == "DRAM"
    )
    return moved / 8e6


def slowed_by_ddr4(name: str) -> float:
    """Returns the share of the sparse rate that memory outside costs."""
    return 1 - seconds(name, sparse=True) / seconds(name, sparse=True, linked=True)


def seconds_on_v1(name: str) -> float:
    """Returns the latency on one network for as many PEs: Eyeriss v1, scaled, nothing skipped."""
    of = {MOBILENET: scaling.SMALL, ALEXNET: "alexnet"}[name]
    return sum(
        times
        * scaling.evaluation(
            scaling.Case("one network", scaling.PUBLISHED_PES, of, layer)
        ).latency_s
        for layer, (_, times) in scaling.layers(of).items()
    )


def seconds_on_the_mesh() -> float:
    """Returns the latency of MobileNet on the mesh with one multiplier a PE, nothing skipped."""
    return sum(
        times
        * scaling.evaluation(
            scaling.Case("mesh", scaling.PUBLISHED_PES, scaling.SMALL, layer)
        ).latency_s
        for layer, (_, times) in scaling.layers(scaling.SMALL).items()
    )
