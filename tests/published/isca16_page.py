"""The Eyeriss group's analysis: energy by level as published, as Octant counts, as they count."""

from __future__ import annotations

from octant.mapper import Status
from tests.published.isca16_alexnet import (
    FIGURE_10,
    energy_per_mac,
    energy_per_mac_of_paper,
    evaluation,
    gap,
    implied,
    layer,
    recorded,
    sums_into_buffer,
)
from tests.published.pages import residual, table

COLUMNS = ("ALU", "DRAM", "buffer", "array", "RF", "total")


def convolutions_share(energies: dict[str, tuple[float, ...]]) -> float:
    """Returns the share of CONV1 to CONV5 in the energy of the eight layers."""
    whole = {name: sum(levels) * layer(name).macs for name, levels in energies.items()}
    return sum(value for name, value in whole.items() if name.startswith("CONV")) / sum(
        whole.values()
    )


def energies_table() -> str:
    """Returns the energy of each level, three lines a layer."""
    rows = []
    for name, published in FIGURE_10.items():
        evaluated = evaluation(name)
        for title, levels in (
            (f"{name} published", published),
            ("modelled", energy_per_mac(evaluated)),
            ("modelled, paper's counting", energy_per_mac_of_paper(evaluated)),
        ):
            total = sum(levels)
            cells = [f"{value:.3f}" for value in (*levels, total)]
            off = "" if title.endswith("published") else residual(total, sum(published))
            rows.append([title, *cells, off])
    return table(["layer", *COLUMNS, "total, residual"], rows)


def implied_table() -> str:
    """Returns the figure's bars of CONV1 and those of the mapping that explains them."""
    rows = [
        [title, *(f"{value:.3f}" for value in (*levels, sum(levels)))]
        for title, levels in (
            ("published", FIGURE_10["CONV1"]),
            ("reconstructed", energy_per_mac_of_paper(implied())),
        )
    ]
    return table(["CONV1", *COLUMNS], rows)


def searches_table() -> str:
    """Returns how each search ended, and the accumulations in a register file."""
    rows = []
    for name, published in FIGURE_10.items():
        one, counts = recorded()[name], evaluation(name).counts
        rows.append(
            [
                name,
                str(one.status),
                f"{100 * gap(name):.1f} %",
                str(counts.active_units),
                f"{2 / (4 - published[-1]):.1f}",
                f"{counts.macs / sums_into_buffer(evaluation(name)):.1f}",
            ]
        )
    return table(["layer", "search", "gap", "active PEs", "d, published", "d, modelled"], rows)


def section() -> str:
    """Returns the page's section on the analysis."""
    modelled = {name: energy_per_mac(evaluation(name)) for name in FIGURE_10}
    shares = [100 * convolutions_share(energies) for energies in (dict(FIGURE_10), modelled)]
    return f"""## Eyeriss, the analysis: AlexNet, batch 16, row stationary

Published: Chen, Emer, Sze, ISCA 2016, Fig. 10, digitised from the vector figure, in energies of a
multiply-accumulate for each multiply-accumulate. Modelled: the built-in `eyeriss-isca16`, the
mapping of least energy that its row-stationary dataflow allows. CONV1 to CONV5 take
{shares[0]:.1f} % of the energy of the eight layers in the figure, {shares[1]:.1f} % in the model.

{energies_table()}

The third line of each layer takes the same mapping and the same counts as the second, but charges
them as the paper does (below).

### What differs, and why

**Partial sums and the register file.** Octant charges every access of a memory, writes included. A
multiply-accumulate reads two operands and a partial sum and writes the sum back: 4 accesses of the
register file, less one read for each sum that starts from zero, plus the writes of operands that
come in. The paper's equation (4) charges a run of d accumulations in a register file with
2(d - 1) accesses, and equation (3) charges operands for being read, not for being written. So its
bar is 2 + 2(d - 1)/d = 4 - 2/d. All eight published bars have this form with a whole d, to within
0.001: 11, 35, 21, 24, 24, 12, 16, 15, that is one filter row of 11 in CONV1, 7 channels of rows of
5 in CONV2, 7 and 8 channels of rows of 3 in CONV3 to CONV5. Nearly all of the gap of 0.1 to 0.3
between the second and the third line is this convention; what is left between the third line and
the first is another d.

**Another mapping.** The mapper is free in everything that the dataflow leaves open, so it need not
find the published mapping, which the paper does not print. For CONV1 the bars are enough to
reconstruct one: pairs of images, strips of 5 output rows whose partial sums fill the buffer, 48
filters at once, one channel a pass. In the paper's counting Octant gives for it

{implied_table()}

which agrees in DRAM, buffer and register file to the last published digit. It reads the rows in
which strips overlap twice, and weights again for each strip and pair. The mapper's choice reads
every input and weight once (0.293 + 0.004 + 0.551 = 0.848 in DRAM) and is better in total. In the
paper's counting all layers but CONV3 come out below the figure: these mappings are no worse than
the published ones by the paper's own measure.

**Fully connected layers.** Weights are read once and used {16} times: 200/16 = 12.5 of the DRAM
bar in both. The buffer's bar differs because the modelled mapping lets weights bypass the buffer
and adds up all channels in the register files, so that few partial sums cross the array.

**The array.** Octant charges one transfer for each value that a PE gets or sends. The paper charges
a sum of c values in the array with c - 1 transfers; its operands as Octant does.

### The searches

{searches_table()}

`optimal`: no mapping of the space takes less energy. {stopped()}The tests do not
search: they evaluate the recorded mappings (`tests/published/isca16_alexnet.json`).
"""


def stopped() -> str:
    """Returns in words what a gap is, where a search was stopped."""
    limits = [one.time_limit_s for one in recorded().values() if one.status is Status.GAP]
    if not limits:
        return ""
    return (
        f"`gap`: the search was stopped after {max(limits):.0f} s;\nthe mapping may be above the "
        "optimum by the share given, at most, and a part of the residual may\nbe the search's. "
    )
