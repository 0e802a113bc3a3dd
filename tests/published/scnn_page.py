"""SCNN on pruned networks: what Octant computes beside its paper's averages."""

from __future__ import annotations

import statistics

from tests.published.pages import residual, table
from tests.published.scnn_networks import (
    ENERGY,
    NETWORKS,
    SPEEDUP,
    busy_seconds,
    joules,
    seconds,
)

_NAMES = {"alexnet": "AlexNet", "vgg16": "VGG-16"}


def speedup(name: str) -> float:
    """Returns how much faster a pruned network is than the dense one, on the same chip."""
    return seconds(name, sparse=False) / seconds(name, sparse=True)


def over_busy(name: str, *, sparse: bool) -> float:
    """Returns the speed over as many multipliers that are all busy with all products."""
    return busy_seconds(name) / seconds(name, sparse=sparse)


def saving(name: str) -> float:
    """Returns the energy of the dense network over that of the pruned one, on the same chip."""
    return joules(name, sparse=False) / joules(name, sparse=True)


def means() -> tuple[float, float]:
    """Returns the mean speedup and the mean saving."""
    return (
        statistics.mean(map(speedup, NETWORKS)),
        statistics.mean(map(saving, NETWORKS)),
    )


def averages_table() -> str:
    """Returns speedups and savings by network, and their means beside the published ones."""
    rows = [
        [_NAMES[name], f"{speedup(name):.2f} x", "", f"{saving(name):.2f} x", "",
         f"{over_busy(name, sparse=True):.2f} x", f"{over_busy(name, sparse=False):.2f} x"]
        for name in NETWORKS
    ]  # fmt: skip
    faster, less = means()
    rows.append(["mean", f"{faster:.2f} x", residual(faster, SPEEDUP), f"{less:.2f} x",
                 residual(less, ENERGY), "", ""])  # fmt: skip
    rows.append(["published mean", f"{SPEEDUP} x", "", f"{ENERGY} x", "", "", ""])
    header = ["", "speed", "", "energy", "", "over busy multipliers", "dense data over them"]
    return table(header, rows)


def section() -> str:
    """Returns the page's section on SCNN."""
    busy = statistics.mean(over_busy(name, sparse=True) for name in NETWORKS)
    return f"""### SCNN on pruned networks

Published: Parashar et al., ISCA 2017, from a cycle-level simulator: averages over AlexNet,
GoogLeNet and VGG-16 beside a dense design of as many multipliers. Modelled: the convolutions of two
of them, with the densities of Han et al. (NIPS 2015, recalled), beside the same chip on dense data;
for GoogLeNet no densities are at hand. So neither the networks nor what is divided by are quite the
same: the dense design of the paper is another one, and how busy its multipliers are is not known
here. Over 1024 multipliers that always are (last two columns) the mean speedup is
{busy:.2f}, {residual(busy, SPEEDUP)}.

{averages_table()}

AlexNet gains less: a tile of 13 x 13 outputs on 64 PEs is 2 x 2, of which seldom four inputs are
nonzero, and strides of 4 leave most of the multipliers idle in its first layer. Nonzeros are by
chance; conflicts at the banks of sums are not modelled.
"""
