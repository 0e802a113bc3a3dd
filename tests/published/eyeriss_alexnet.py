"""AlexNet on the Eyeriss chip as published: layers, mapping parameters and measurements.

All figures are from Chen, Krishna, Emer, Sze, Eyeriss: An energy-efficient reconfigurable
accelerator for deep convolutional neural networks, JSSC 52(1), 2017: the mapping parameters of
Table III and the measurements of Table V (batch 4, 200 MHz core, 60 MHz link, 1.0 V).
"""

from __future__ import annotations

from dataclasses import dataclass

from octant.arch import Constraint, Dataflow
from octant.mapping import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.workload import Einsum, convolution

BATCH = 4
KIB = 8 * 1024
BITS = 16


@dataclass(frozen=True, slots=True)
class Parameters:
    """A row of Table III; the names are the paper's.

    Args:
        m: filters (output channels) whose partial sums the buffer holds.
        n: images of a processing pass.
        e: width of a PE set: output rows at once.
        p: filters interleaved in a PE.
        q: channels interleaved in a PE.
        r: PE sets that work on different channels.
        t: PE sets that work on different filters.
        rows, columns: where the sets lie in the array of 12 x 14 PEs, as factors of ranks. Table
            III does not say it; a set of more than 14 columns is folded.
        inputs_kib, sums_kib: what the buffer holds of inputs and partial sums.
    """

    m: int
    n: int
    e: int
    p: int
    q: int
    r: int
    t: int
    rows: tuple[tuple[str, int], ...]
    columns: tuple[tuple[str, int], ...]
    inputs_kib: float
    sums_kib: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A row of Table V.

    Args:
        power_w: of the chip, without DRAM.
        total_s: latency of 4 images with the loading that is not overlapped.
        processing_s: latency of 4 images.
        active: PEs at work.
        buffer_bytes: read from and written to the buffer.
        dram_bytes: read from and written to DRAM, run-length coded.
        compression: bytes of DRAM traffic without the code over those with it.
    """

    power_w: float
    total_s: float
    processing_s: float
    active: int
    buffer_bytes: float
    dram_bytes: float
    compression: float


@dataclass(frozen=True, slots=True)
class Published:
    """A layer with what the paper says of it."""

    layer: Einsum
    parameters: Parameters
    measured: Measured


def _layer(kernel: int, out: int, channels: int, filters: int, groups: int, stride: int) -> Einsum:
    return convolution(
        batch=BATCH,
        groups=groups,
        in_channels=channels * groups,
        out_channels=filters,
        output=(out, out),
        kernel=(kernel, kernel),
        stride=(stride, stride),
    )


_SETS_OF_FOUR = ((("R", 3), ("C", 2), ("K", 2)), (("P", 13),))

LAYERS = {
    "CONV1": Published(
        _layer(11, 55, 3, 96, 1, 4),
        Parameters(96, 1, 7, 16, 1, 1, 2, (("R", 11),), (("P", 7), ("K", 2)), 15.5, 72.2),
        Measured(0.332, 20.9e-3, 16.5e-3, 154, 18.5e6, 5.0e6, 1.2),
    ),
    "CONV2": Published(
        _layer(5, 27, 48, 256, 2, 1),
        Parameters(64, 1, 27, 16, 2, 1, 1, (("R", 5), ("P", 2)), (("P", 14),), 3.8, 91.1),
        Measured(0.288, 41.9e-3, 39.2e-3, 135, 77.6e6, 4.0e6, 1.4),
    ),
    "CONV3": Published(
        _layer(3, 13, 256, 384, 1, 1),
        Parameters(64, 4, 13, 16, 4, 1, 4, (("R", 3), ("K", 4)), (("P", 13),), 7.0, 84.5),
        Measured(0.266, 23.6e-3, 21.8e-3, 156, 50.2e6, 3.0e6, 1.7),
    ),
    "CONV4": Published(
        _layer(3, 13, 192, 384, 2, 1),
        Parameters(64, 4, 13, 16, 3, 2, 2, *_SETS_OF_FOUR, 10.5, 84.5),
        Measured(0.235, 18.4e-3, 16.0e-3, 156, 37.4e6, 2.1e6, 1.8),
    ),
    "CONV5": Published(
        _layer(3, 13, 192, 256, 2, 1),
        Parameters(64, 4, 13, 16, 3, 2, 2, *_SETS_OF_FOUR, 10.5, 84.5),
        Measured(0.236, 10.5e-3, 10.0e-3, 156, 24.9e6, 1.3e6, 1.9),
    ),
}


def mapping(layer: Einsum, chosen: Parameters) -> Mapping:
    """Returns the loop nest that a row of Table III describes, written out by hand.

    Its parameters fix all factors. The order of loops is ours: channels innermost in the outer
    block, so that no partial sum leaves the chip; images inside filters in the buffer's, so that a
    filter stays for all images of a pass.
    """
    sizes = layer.sizes
    in_array = dict(chosen.rows) | dict(chosen.columns)
    outside = {
        "G": sizes["G"],
        "N": sizes["N"] // chosen.n,
        "K": sizes["K"] // chosen.m,
        "P": -(-sizes["P"] // chosen.e),
        "C": -(-sizes["C"] // (chosen.q * chosen.r)),
    }
    buffer = {"K": chosen.m // (chosen.p * chosen.t), "N": chosen.n, "Q": sizes["Q"]}
    pads = {"C": chosen.q, "K": chosen.p, "S": sizes["S"]}
    assert in_array["R"] == sizes["R"]
    return Mapping(
        (
            TemporalBlock("DRAM", _loops(outside), ("inputs", "weights", "outputs")),
            TemporalBlock("buffer", _loops(buffer), ("inputs", "outputs")),
            SpatialBlock("array", (_loops(dict(chosen.rows)), _loops(dict(chosen.columns)))),
            TemporalBlock("spads", _loops(pads), ("inputs", "weights", "outputs")),
        )
    )


def _loops(factors: dict[str, int]) -> tuple[Loop, ...]:
    return tuple(Loop(rank, factor) for rank, factor in factors.items() if factor > 1)


def with_parameters(dataflow: Dataflow, chosen: Parameters) -> Dataflow:
    """Returns the chip's dataflow with the parameters of Table III as constraints.

    What they leave open (where the remaining loops go, their order) is for the mapper.
    """
    factors = {
        "buffer": {"N": chosen.n, "K": chosen.m // (chosen.p * chosen.t), "C": 1, "G": 1, "P": 1},
        "array.Y": {"R": 1, "C": 1, "K": 1, "P": 1} | dict(chosen.rows),
        "array.X": {"P": 1, "K": 1} | dict(chosen.columns),
        "spads": {"K": chosen.p, "C": chosen.q},
    }
    own = [dataflow.constraint(node) for node in ("DRAM", *factors)]
    return Dataflow(
        "row-stationary with the parameters of Table III",
        tuple(_with_factors(constraint, factors.get(constraint.node, {})) for constraint in own),
    )


def _with_factors(constraint: Constraint, factors: dict[str, int]) -> Constraint:
    return Constraint(
        constraint.node,
        constraint.ranks,
        tuple(factors.items()),
        constraint.inside,
        constraint.order,
        constraint.keep,
        constraint.bypass,
    )
