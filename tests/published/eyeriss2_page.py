"""Eyeriss v2 on sparse networks: what Octant computes beside its paper."""

from __future__ import annotations

from octant.mapper import Status
from tests.published.eyeriss2_sparse import (
    ALEXNET,
    CONVOLUTIONS_MB,
    MESH_OVER_V1,
    MOBILENET,
    MOBILENET_PER_J,
    MOBILENET_PER_S,
    NETWORKS,
    OVER_V1,
    SLOWED_BY_DDR4,
    convolutions_mb,
    evaluated,
    joules_on_chip,
    layers,
    recorded,
    seconds,
    seconds_on_the_mesh,
    seconds_on_v1,
    slowed_by_ddr4,
)
from tests.published.pages import residual, table

_NAMES = {MOBILENET: "MobileNet", ALEXNET: "AlexNet"}


def speedup(name: str) -> float:
    """Returns how much faster the sparse network is than the dense one on one network."""
    return seconds_on_v1(name) / seconds(name, sparse=True)


def of_zeros(name: str) -> float:
    """Returns how much faster the sparse network is than the dense one, on the same chip."""
    return seconds(name, sparse=False) / seconds(name, sparse=True)


def over_the_mesh() -> float:
    """Returns how much faster sparse MobileNet is than the dense one on the mesh alone."""
    return seconds_on_the_mesh() / seconds(MOBILENET, sparse=True)


def speeds_table() -> str:
    """Returns rates and speedups."""
    v1 = MOBILENET_PER_S / OVER_V1[MOBILENET]
    rates = [
        ("MobileNet on one network, dense *", v1, 1 / seconds_on_v1(MOBILENET)),
        ("MobileNet on the mesh alone, dense *", v1 * MESH_OVER_V1, 1 / seconds_on_the_mesh()),
        ("sparse MobileNet on `eyeriss2`", MOBILENET_PER_S, 1 / seconds(MOBILENET, sparse=True)),
    ]
    ratios = [
        ("sparse MobileNet over one network", OVER_V1[MOBILENET], speedup(MOBILENET)),
        ("sparse MobileNet over the mesh *", OVER_V1[MOBILENET] / MESH_OVER_V1, over_the_mesh()),
        ("sparse AlexNet over one network", OVER_V1[ALEXNET], speedup(ALEXNET)),
    ]
    rows = [[what, f"{p:,.1f} /s", f"{f:,.1f} /s", residual(f, p)] for what, p, f in rates]
    rows += [[what, f"{p:.2f} x", f"{f:.2f} x", residual(f, p)] for what, p, f in ratios]
    return table(["", "published", "Octant", ""], rows)


def traffic_table() -> str:
    """Returns off-chip traffic, what memory outside costs, and energy on the chip."""
    moved = {kind: convolutions_mb(sparse=kind == "sparse") for kind in CONVOLUTIONS_MB}
    rows = [
        [f"AlexNet's convolutions from DRAM, {kind}", f"{real} MB", f"{moved[kind]:.2f} MB",
         residual(moved[kind], real)]
        for kind, real in CONVOLUTIONS_MB.items()
    ]  # fmt: skip
    real = CONVOLUTIONS_MB["dense"] / CONVOLUTIONS_MB["sparse"]
    found = moved["dense"] / moved["sparse"]
    rows.append(["dense over sparse *", f"{real:.2f}", f"{found:.2f}", residual(found, real)])
    for name, lost in SLOWED_BY_DDR4.items():
        rows.append([f"DDR4 slows sparse {_NAMES[name]} by", f"{100 * lost:.0f} %",
                     f"{100 * slowed_by_ddr4(name):.1f} %", ""])  # fmt: skip
    per_j = 1 / joules_on_chip(MOBILENET)
    rows.append(
        ["sparse MobileNet, without DRAM", f"{MOBILENET_PER_J:,} /J", f"{per_j:,.0f} /J",
         residual(per_j, MOBILENET_PER_J)]
    )  # fmt: skip
    return table(["", "published", "Octant", ""], rows)


def penalty() -> str:
    """Returns in words what coding costs where nothing is zero."""
    dense = {name: 1 / seconds(name, sparse=False) for name in NETWORKS}
    found = evaluated(ALEXNET, "FC6", sparse=False)
    assert found.limited_by == "weight_routers read", "the text says so"
    return (
        f"Where nothing is zero the same mappings run {dense[MOBILENET]:,.0f} MobileNets and "
        f"{dense[ALEXNET]:.1f} AlexNets a second:\nzeros make them {of_zeros(MOBILENET):.2f} and "
        f"{of_zeros(ALEXNET):.2f} times as fast. Dense weights come in words of 12 b as well,\n"
        "and fully connected layers wait for them."
    )


def fully_connected_on_v1() -> float:
    """Returns the share of fully connected layers in the time of AlexNet on one network."""
    from tests.published import scaling

    def took(kind: str) -> float:
        return sum(
            scaling.evaluation(
                scaling.Case("one network", scaling.PUBLISHED_PES, "alexnet", layer)
            ).latency_s
            for layer in scaling.layers("alexnet")
            if layer.startswith(kind)
        )

    return took("FC") / took("")


def section() -> str:
    """Returns the page's section on sparse networks on Eyeriss v2."""
    open_ = [key for key, one in recorded().items() if one.status is not Status.OPTIMAL]
    assert not open_, "the text says that all are proven"
    assert len(recorded()) == sum(len(layers(name)) for name in NETWORKS)
    on_v1 = fully_connected_on_v1()
    return f"""### Eyeriss v2 on sparse networks

Published: Chen, Yang, Emer, Sze, JETCAS 9(2), 2019, post-layout simulation at batch 1. Modelled:
the built-in `eyeriss2`, words of 12 b with their runs, columns of weights, pairs of nonzero
weights; memory outside is no limit but where it says so. "One network" is Eyeriss v1 scaled to 192
PEs and "the mesh alone" Eyeriss v2 with one multiplier a PE and no zeros skipped, both as in the
section on scaling; with * the published number is a quotient of others.

{speeds_table()}

{traffic_table()}

{penalty()}

**Not the same networks.** The paper's densities are not published. Of MobileNet the products of
nonzeros of each layer are known (the artifact of Wu et al.), but not how they split between
weights and inputs outside of eight layers. AlexNet has here the densities of Han et al. (NIPS 2015,
recalled), pruned by magnitude; the paper's was pruned by the energy that a weight costs (recalled),
which leaves 1.74 times less of that (Yang, Chen, Sze, CVPR 2017): it has less to do.

**One network is faster here than in the paper**, by the first row. AlexNet spends
{100 * on_v1:.0f} % of its time there in fully connected layers, at the four weights a cycle that
the scaling section assumes of its bus; at half of that the last speedup would be
{speedup(ALEXNET) * (1 + on_v1):.1f}.

**The mesh is faster here than in the paper** already without zeros: the banks of all clusters are
one memory, mappings are the best ones of all, and loading, draining and the start of a layer cost
nothing. What zeros add to it is the row over the mesh; PEs wait for the busiest of their cluster
and clusters for each other, on average over nonzeros by chance.

**DDR4 slows nothing here**, because transfers overlap with computation, layer by layer; the paper's
slowdown has to come from what does not overlap. Traffic is half of the published, dense and sparse:
nearly every value crosses once here; what the rest is, the paper does not say.

**Energy** has prices of memories, hops and multiplications only: no clock, no control, no coding.
The ratios of energy to Eyeriss v1 (2.5 and 11.3) are not compared, as the buses of one network have
no price.

All {len(recorded())} mappings are proven best for energy x latency where nothing is zero, and
recorded (`tests/published/eyeriss2_sparse.json`); with these zeros others may be better.
"""
