"""Speed from 256 to 16384 PEs: one network for all PEs, and a mesh of clusters."""

from __future__ import annotations

from collections import Counter

from octant.mapper import Status
from tests.published.pages import residual, table
from tests.published.scaling import (
    DESIGNS,
    NETWORKS,
    PES,
    PUBLISHED_PES,
    SMALL,
    Case,
    cases,
    evaluation,
    layers,
    recorded,
)

CLAIMED = 0.85
"""Eyeriss v2 keeps more of linear than this from 256 to 16384 PEs (Fig. 14)."""


ADVANTAGE = 5.6
"""Eyeriss v1 with the mesh over v1 scaled to as many PEs, on MobileNet (Section I-C)."""


def cycles(design: str, pes: int, network: str, kind: str = "") -> float:
    """Returns the cycles of a network's layers, one after the other; of some layers by ``kind``."""
    return sum(
        times * evaluation(Case(design, pes, network, name)).cycles
        for name, (_, times) in layers(network).items()
        if kind in name
    )


def utilization(design: str, pes: int, network: str) -> float:
    """Returns the share of the PEs' cycles that do work."""
    macs = sum(einsum.macs * times for einsum, times in layers(network).values())
    return macs / (pes * cycles(design, pes, network))


def of_linear(design: str, pes: int, network: str, kind: str = "") -> float:
    """Returns the gain over 256 PEs, over that of the number of PEs."""
    smallest = PES[0]
    gain = cycles(design, smallest, network, kind) / cycles(design, pes, network, kind)
    return gain * smallest / pes


def limits(design: str, pes: int, network: str) -> str:
    """Returns what limits most of a network's time, with its share of it."""
    times: Counter[str] = Counter()
    for name, (_, repeats) in layers(network).items():
        evaluated = evaluation(Case(design, pes, network, name))
        times[evaluated.limited_by] += round(repeats * evaluated.cycles)
    [(what, most)] = times.most_common(1)
    return f"{what} ({100 * most / times.total():.0f} %)"


def gap(case: Case) -> float:
    """Returns how far a recorded mapping may be above the fastest, as a share of it."""
    return evaluation(case).latency_s / recorded()[case].bound_s - 1


def lost(case: Case) -> float:
    """Returns the share of its network's time that a recorded mapping may be too slow by."""
    _, times = layers(case.network)[case.layer]
    excess = evaluation(case).cycles * (1 - 1 / (1 + gap(case)))
    return times * excess / cycles(case.design, case.pes, case.network)


def advantage() -> float:
    """Returns how much faster the mesh is at the size of the chip, on the paper's MobileNet."""
    one, mesh = (cycles(design, PUBLISHED_PES, SMALL) for design in ("one network", "mesh"))
    return one / mesh


def of_one_network(kind: str) -> float:
    """Returns the share of a kind of layers in the time of one network of that size."""
    case = ("one network", PUBLISHED_PES, SMALL)
    return cycles(*case, kind) / cycles(*case)


def speeds_table() -> str:
    """Returns utilisation and gain of each network on both designs."""
    rows = []
    for network in NETWORKS:
        for design in DESIGNS:
            used = [f"{100 * utilization(design, pes, network):.1f} %" for pes in PES]
            shares = [f"{100 * of_linear(design, pes, network):.1f} %" for pes in PES[1:]]
            gains = [f"{of_linear(design, pes, network) * pes / PES[0]:.2f}" for pes in PES[1:]]
            rows.append([f"{network}, {design}", *used, *gains, *shares])
    sizes = [f"used at {pes}" for pes in PES]
    gains = [f"gain at {pes}" for pes in PES[1:]]
    shares = [f"of linear at {pes}" for pes in PES[1:]]
    return table(["network, design", *sizes, *gains, *shares], rows)


def limits_table() -> str:
    """Returns how much faster the mesh is, and what most of the time waits for."""
    rows = []
    for network in NETWORKS:
        for pes in PES:
            one, mesh = (cycles(design, pes, network) for design in DESIGNS)
            rows.append(
                [f"{network}, {pes} PEs", f"{one / mesh:.1f}"]
                + [limits(design, pes, network) for design in DESIGNS]
            )
    return table(["", "mesh over one network", *[f"limit of {x}" for x in DESIGNS]], rows)


def section() -> str:
    """Returns the page's section on scaling."""
    open_ = [case for case in cases() if recorded()[case].status is not Status.OPTIMAL]
    worst = max((lost(case) for case in open_), default=0.0)
    return f"""## Eyeriss v2: from 256 to 16384 PEs

Published: Chen, Yang, Emer, Sze, JETCAS 9(2), 2019, Fig. 14: at batch 1 Eyeriss v2 gains nearly
linearly from 256 to 1024 PEs and keeps more than 85 % of linear to 16384 on AlexNet, GoogLeNet and
MobileNet; Eyeriss v1 hardly gains. Only these words are compared: the figure's bars were not
digitised. Modelled: the fastest mapping of each layer. "Mesh" is the design of the built-in
`eyeriss2` in clusters of 4 x 4 PEs of one multiply-accumulate each, where each cluster brings its
12 KiB, its banks' ports and its routers along. "One network" is the design of the built-in
`eyeriss` with its array grown to a square: as much storage a PE, but one network, whose buses stay
as wide as they are. Both compute in 8 b, and memory outside is no limit for either.

{speeds_table()}

Used: multiply-accumulates over PEs times cycles, of all layers. Gain: over the same design with 256
PEs. {verdict()}

{limits_table()}

At the size of the chip, {PUBLISHED_PES} PEs with 192 KiB, the MobileNet of the paper (width 0.5,
128 x 128) is {advantage():.2f} times as fast on the mesh as on one network. The paper has
{ADVANTAGE:.1f} times for the mesh alone, without sparse processing (Section I-C; that its Eyeriss
v1 is scaled to as many PEs is recalled): {residual(advantage(), ADVANTAGE)}. One network spends
{100 * of_one_network("depthwise"):.0f} % of its time in the depthwise layers, whose inputs it
brings one by one, and {100 * of_one_network("Logits"):.0f} % in the last layer.

### What was assumed

Clusters of 16 (the chip's 12 divide none of the three sizes), a router of 24 b for inputs and one
for weights to each row of a cluster and one of 40 b for sums to each column are assumed. So are the
buses of the one network: an input, four weights and four sums a cycle are recalled, and a public
model of Eyeriss in SystemC has them so. MobileNet is the full one at 224 x 224; which one the paper
takes here was not found. Layers without multiply-accumulates are left out. The banks of all
clusters are one memory here, which every cluster reaches at their full rate together: no hop of the
mesh is a limit but a cluster's own routers. That favours the mesh, the more the larger it is, so a
share above the published 85 % is no better agreement than one near it.

### The searches

{len(list(cases())) - len(open_)} of {len(list(cases()))} mappings are proven fastest; the other
{len(open_)} were stopped. Each of these may cost its network {100 * worst:.1f} % of its time at
most. The tests do not search: they evaluate the recorded mappings (`tests/published/scaling.json`).
"""


def verdict() -> str:
    """Returns in words what of the claim is met."""
    sizes = {pes: [of_linear("mesh", pes, network) for network in NETWORKS] for pes in PES}
    gains = [of_linear("one network", PES[-1], network) * PES[-1] / PES[0] for network in NETWORKS]
    shares = [f"{100 * min(sizes[pes]):.1f} to {100 * max(sizes[pes]):.1f} %" for pes in PES[1:]]
    met = "met" if min(sizes[PES[-1]]) > CLAIMED else "missed"
    return (
        f"The mesh keeps {shares[0]} of linear to {PES[1]} PEs and\n{shares[1]} to {PES[2]}: the "
        f"claim of more than {100 * CLAIMED:.0f} % is {met}. One network gains\n"
        f"{min(gains):.2f} to {max(gains):.2f} times with {PES[-1] // PES[0]} times the PEs."
    )
