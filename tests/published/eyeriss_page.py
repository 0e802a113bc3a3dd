"""The Eyeriss chip: what Octant computes for the published parameters, beside what was measured."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from octant.files import builtin_architecture
from octant.mapper import Objective, SearchResult, search
from octant.mapping.validity import check
from octant.model import Evaluation, evaluate, evaluate_sparse
from octant.workload import Role
from tests.published.eyeriss_alexnet import BITS, LAYERS, Parameters, mapping, with_parameters
from tests.published.pages import residual, table

CHIP = builtin_architecture("eyeriss")
PORT_BITS = 64
"""Width of one bank of the buffer (JSSC 2017, Section V-A)."""


@cache
def found(name: str) -> SearchResult:
    """Returns the mapping of least energy that has the published parameters."""
    published = LAYERS[name]
    return search(
        published.layer,
        CHIP,
        objective=Objective.ENERGY,
        dataflow=with_parameters(CHIP.dataflows[0], published.parameters),
    )


def evaluation(name: str) -> Evaluation:
    """Returns the evaluation of ``found``."""
    evaluated = found(name).evaluation
    assert evaluated is not None
    return evaluated


def by_hand(name: str, chosen: Parameters) -> Evaluation:
    """Returns the evaluation of a layer's nest written from a row of Table III."""
    layer = LAYERS[name].layer
    nest = mapping(layer, chosen)
    check(layer, CHIP, nest)
    return evaluate(layer, CHIP, nest)


def array_s(name: str) -> float:
    """Returns the time of the array alone: the loop nest, were no memory slower."""
    return evaluation(name).counts.steps / CHIP.clock_hz


def moved_bytes(evaluated: Evaluation, memory: str) -> float:
    """Returns what a memory's reads and writes move."""
    return sum(entry.bits_moved for entry in evaluated.energy if entry.component == memory) / 8


def chip_j(evaluated: Evaluation) -> float:
    """Returns the energy of everything but DRAM."""
    return sum(entry.energy_j or 0 for entry in evaluated.energy if entry.component != "DRAM")


def published_j(name: str) -> float:
    """Returns the measured energy of a layer: Table V's power times its total latency."""
    measured = LAYERS[name].measured
    return measured.power_w * measured.total_s


NONZERO_INPUTS = {
    "CONV1": 1 - 0.0001,
    "CONV2": 1 - 0.387,
    "CONV3": 1 - 0.725,
    "CONV4": 1 - 0.793,
    "CONV5": 1 - 0.776,
}
"""One minus the zeros of Table V."""

NONZERO_OUTPUTS = {"CONV1": 0.378, "CONV2": 0.169, "CONV3": 0.303, "CONV4": 0.304, "CONV5": 0.1}
"""Behind the ReLU: as Wu et al. assume them (MICRO 2022, artifact, Eyeriss)."""


@cache
def with_zeros(name: str) -> Evaluation:
    """Returns the evaluation of ``found`` with the published shares of zeros."""
    dense = evaluation(name)
    shares = {Role.INPUT: NONZERO_INPUTS[name], Role.OUTPUT: NONZERO_OUTPUTS[name]}
    tensors = tuple(
        replace(tensor, density=shares.get(tensor.role, 1.0)) for tensor in dense.einsum.tensors
    )
    return evaluate_sparse(dense, replace(dense.einsum, tensors=tensors), CHIP)


def coded_table() -> str:
    """Returns the DRAM traffic with the chip's code, layer by layer and in sum."""
    rows = []
    pairs = [
        (name, published.measured.dram_bytes, moved_bytes(with_zeros(name), "DRAM"))
        for name, published in LAYERS.items()
    ]
    pairs.append(("sum", sum(real for _, real, _ in pairs), sum(found for *_, found in pairs)))
    for name, real, modelled in pairs:
        rows.append([name, f"{real / 1e6:.1f}", f"{modelled / 1e6:.2f}", residual(modelled, real)])
    return table(["layer", "published MB", "modelled MB", ""], rows)


def ratio_table() -> str:
    """Returns the traffic without the code over that with it."""
    rows = []
    for name, published in LAYERS.items():
        real = published.measured.compression
        modelled = moved_bytes(evaluation(name), "DRAM") / moved_bytes(with_zeros(name), "DRAM")
        rows.append([name, f"{real:.1f}", f"{modelled:.2f}", residual(modelled, real)])
    return table(["layer", "published", "modelled", ""], rows)


def gated_table() -> str:
    """Returns the energy and power of the chip without DRAM, its PEs gated."""
    rows = []
    for name, published in LAYERS.items():
        energy = chip_j(with_zeros(name))
        real_w = published.measured.power_w
        modelled_w = energy / array_s(name)
        rows.append(
            [
                name,
                f"{1e3 * published_j(name):.2f}",
                f"{1e3 * chip_j(evaluation(name)):.2f}",
                f"{1e3 * energy:.2f}",
                residual(energy, published_j(name)),
                f"{1e3 * real_w:.0f}",
                f"{1e3 * modelled_w:.0f}",
                residual(modelled_w, real_w),
            ]
        )
    header = ["layer", "published mJ", "dense mJ", "with zeros mJ", "", "published mW"]
    return table([*header, "over the array's time mW", ""], rows)


def latency_table() -> str:
    """Returns published and modelled latency, layer by layer."""
    rows = []
    for name, published in LAYERS.items():
        real, evaluated = published.measured.processing_s, evaluation(name)
        rows.append(
            [
                name,
                f"{1e3 * real:.1f}",
                f"{1e3 * array_s(name):.1f}",
                residual(array_s(name), real),
                f"{1e3 * evaluated.latency_s:.1f}",
                residual(evaluated.latency_s, real),
                evaluated.limited_by,
            ]
        )
    real = sum(published.measured.processing_s for published in LAYERS.values())
    array = sum(array_s(name) for name in LAYERS)
    whole = sum(evaluation(name).latency_s for name in LAYERS)
    rows.append(
        [
            "sum",
            f"{1e3 * real:.1f}",
            f"{1e3 * array:.1f}",
            residual(array, real),
            f"{1e3 * whole:.1f}",
            residual(whole, real),
            "",
        ]
    )
    return table(
        ["layer", "published ms", "array alone ms", "", "modelled ms", "", "limited by"], rows
    )


def footprint_table() -> str:
    """Returns active PEs and what the buffer holds."""
    rows = []
    for name, published in LAYERS.items():
        counts, chosen = evaluation(name).counts, published.parameters
        kib = [counts.tensor("buffer", x).occupancy * BITS / 8192 for x in ("inputs", "outputs")]
        rows.append(
            [
                name,
                str(published.measured.active),
                str(counts.active_units),
                f"{chosen.inputs_kib:.1f}",
                f"{kib[0]:.2f}",
                f"{chosen.sums_kib:.1f}",
                f"{kib[1]:.2f}",
            ]
        )
    header = ["layer", "active PEs, published", "modelled", "inputs KiB, published", "modelled"]
    return table([*header, "partial sums KiB, published", "modelled"], rows)


def dram_table() -> str:
    """Returns the DRAM traffic, measured with its code, taken out of it, and modelled."""
    rows = []
    for name, published in LAYERS.items():
        coded, ratio = published.measured.dram_bytes, published.measured.compression
        modelled = moved_bytes(evaluation(name), "DRAM")
        rows.append(
            [
                name,
                f"{coded / 1e6:.1f}",
                f"{ratio:.1f}",
                f"{coded * ratio / 1e6:.2f}",
                f"{modelled / 1e6:.2f}",
                residual(modelled, coded * ratio),
            ]
        )
    return table(["layer", "published MB", "compression", "without it MB", "modelled MB", ""], rows)


def buffer_table() -> str:
    """Returns the traffic of the buffer and what it means for its port."""
    rows = []
    for name, published in LAYERS.items():
        real = published.measured
        modelled = moved_bytes(evaluation(name), "buffer")
        pace = 8 * real.buffer_bytes / (real.processing_s * CHIP.clock_hz)
        rows.append(
            [
                name,
                f"{real.buffer_bytes / 1e6:.1f}",
                f"{modelled / 1e6:.1f}",
                residual(modelled, real.buffer_bytes),
                f"{pace:.0f}",
            ]
        )
    header = ["layer", "published MB", "modelled MB", "", "published MB over published ms, b/cycle"]
    return table(header, rows)


def energy_table() -> str:
    """Returns the energy and power of the chip without DRAM."""
    rows = []
    for name, published in LAYERS.items():
        evaluated = evaluation(name)
        rows.append(
            [
                name,
                f"{1e3 * published_j(name):.2f}",
                f"{1e3 * chip_j(evaluated):.2f}",
                residual(chip_j(evaluated), published_j(name)),
                f"{1e3 * published.measured.power_w:.0f}",
                f"{1e3 * chip_j(evaluated) / evaluated.latency_s:.0f}",
                f"{1e3 * chip_j(evaluated) / array_s(name):.0f}",
            ]
        )
    header = ["layer", "published mJ", "modelled mJ", "", "published mW", "modelled mW"]
    return table([*header, "over the array's time mW"], rows)


def section() -> str:
    """Returns the page's section on the chip."""
    like_conv4 = by_hand("CONV3", LAYERS["CONV4"].parameters)
    port = CHIP.levels[1].stores[0].shared_bits_per_cycle
    contradicted = (
        f"""
**The assumed port of the buffer is contradicted.** The description of the chip assumes one port of
{port:.0f} b a cycle for reads and writes together, and the modelled latencies above are limited by
it. The last column divides the published traffic of the buffer by the published latency: the chip
moved more than {port:.0f} b a cycle, on average, in every layer but the first. So the real buffer
is wider, or reads and writes through different ports. The column "array alone" is what the model
gives where the buffer is no limit.
"""
        if port is not None
        else f"""
The last column divides the published traffic of the buffer by the published latency: the chip moved
more than the {PORT_BITS} b of one bank in a cycle, on average, in every layer but the first. So it
reads and writes different banks at once, as the description of the chip assumes.
"""
    )
    return f"""## Eyeriss, the chip: AlexNet, batch 4

Published: Chen, Krishna, Emer, Sze, JSSC 52(1), 2017, Table III (mapping parameters) and Table V
(measurements at 200 MHz, 60 MHz off-chip link, 1.0 V). Modelled: the built-in `eyeriss`. The
parameters of Table III are given to the mapper as constraints; it completes each mapping for the
least energy and proves that none with these parameters takes less. A nest written by hand from
Table III takes the same energy and time in all five layers.

### Active PEs and buffer footprints: exact

{footprint_table()}

### Processing latency

{latency_table()}

The array's time has no residual that the mapping explains: it counts one multiply-accumulate a
cycle in each active PE and nothing else. Not modelled are the start and end of each processing
pass (loading filters into the pads, filling and draining the pipeline) and waiting in the network
that brings partial sums in and out. These make the chip slower than the array alone.

### Traffic of the buffer

{buffer_table()}
{contradicted}
CONV3 stands out. With the four channels a pass of Table III (q = 4, r = 1) every partial sum is
written 64 times and read 63 times, which alone is 65.9 MB, more than the 50.2 MB that Table V
gives. With the parameters of CONV4, six channels a pass (q = 3, r = 2, t = 2; as many active PEs),
the model gives {moved_bytes(like_conv4, "buffer") / 1e6:.1f} MB. The two tables do not seem to
describe the same mapping of this layer.

### DRAM traffic

{dram_table()}

The chip codes inputs and outputs by run lengths; here the model does not (below it does). The
paper gives the ratio of
the traffic without the code to that with it, to two digits; the third column is their product. The
modelled traffic includes the zeros around the inputs, as Table III's sizes do (H = 31 and 15).

### Energy and power, without DRAM

{energy_table()}

Published energy is Table V's power times its total latency. The model is lower throughout, most of
all in CONV1, whose inputs have no zeros. It does not contain the clock network, leakage and
control; it prices every access by ratios published for one size of each memory (ISCA 2016, Table
IV). The residual shrinks from layer to layer because the measured energy falls: the chip gates its
PEs where an input is zero (39 to 79 % of the inputs of CONV2 to CONV5, Table V), which this table
does not know. So the small residual of CONV5 is two errors that cancel, not agreement.

### With the published zeros

Inputs have the zeros of Table V, spread by chance; outputs behind their ReLU have the densities
that Wu et al. (MICRO 2022) assume for this chip; weights have none. The mappings are the ones
above.

DRAM traffic, run-length coded: 5 b of run and 16 b of value for each nonzero, and for each run of
32 zeros; the image of CONV1 as it is.

{coded_table()}

{ratio_table()}

Energy and power without DRAM, where a zero input gates the filter pad and the multiplier:

{gated_table()}

With gating, the modelled power over the array's time is 23 to 37 % below the measured one in every
layer, where without it the residuals ran from -33 to +4 %: what the model lacks (clock network,
control, the logic of the code) is no longer hidden by zeros that it did not know.
"""
