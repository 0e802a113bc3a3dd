"""The time of single operators on a GPU: launch, waves of tiles, streams through memory.

A model of a few terms, for operators that a library runs as one or a few kernels:

- a **call** takes the host a time that nothing of the work hides, and the host issues while the
  device works: the time is the larger of the two. A first kernel has a fixed time on the device.
- a **matrix product** is cut into tiles of the output, one multiprocessor each; tiles come in
  waves, and the last wave takes as long as a full one (Eyexam's step 3: shape fragmentation).
  Within a tile the multiprocessor sustains a share of its peak. Operands and result pass through
  memory once.
- a **streaming** operator (normalisation, softmax, activation) is as fast as memory: every element
  is read once or more often, and written once. Rows too long to be kept are read again.

The shares and times that no data sheet gives are a ``Calibration``: who makes one says from what.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GraphicsProcessor:
    """What a data sheet gives.

    Args:
        name: of the card.
        multiprocessors: that run tiles.
        peak_operations_per_s: of the matrix units, in the format of the operators.
        bandwidth_bits_per_s: of its memory.
    """

    name: str
    multiprocessors: int
    peak_operations_per_s: float
    bandwidth_bits_per_s: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What no data sheet gives, for one operator.

    Args:
        call_s: the host's time for a call.
        fixed_s: the device's time for a call without work.
        share: of the peak that a tile sustains, or of the bandwidth that a stream does.
        reads: how often a stream reads each element of a row that is kept.
        kept_bits: a longer row is not kept; None for no limit.
        reads_beyond: how often a stream reads each element of a longer row.
    """

    call_s: float
    fixed_s: float
    share: float
    reads: int = 1
    kept_bits: int | None = None
    reads_beyond: int = 1


#: The output tile that libraries of matrix products prefer for large products of 16 b (CUTLASS).
TILE = (128, 128)


def matrix_product_s(
    chip: GraphicsProcessor,
    made: Calibration,
    sizes: tuple[int, int, int],
    *,
    bits: int = 16,
    stream_share: float = 1.0,
) -> float:
    """The seconds of a product of an m x k and a k x n matrix.

    Args:
        chip: that runs it.
        made: of matrix products.
        sizes: m, k, n.
        bits: of an element.
        stream_share: of the bandwidth that operands and result get.

    >>> chip = GraphicsProcessor("one unit of 2 op/s", 1, 2.0, 1e9)
    >>> matrix_product_s(chip, Calibration(0.0, 0.0, 1.0), (128, 3, 128))  # one tile
    49152.0
    >>> matrix_product_s(chip, Calibration(0.0, 0.0, 1.0), (129, 3, 128))  # two tiles
    98304.0
    """
    m, k, n = sizes
    tiles = math.ceil(m / TILE[0]) * math.ceil(n / TILE[1])
    waves = math.ceil(tiles / chip.multiprocessors)
    each = 2.0 * TILE[0] * TILE[1] * k
    rate = made.share * chip.peak_operations_per_s / chip.multiprocessors
    moved = bits * (m * k + k * n + m * n)
    work = max(waves * each / rate, moved / (stream_share * chip.bandwidth_bits_per_s))
    return max(made.call_s, made.fixed_s + work)


def stream_s(
    chip: GraphicsProcessor, made: Calibration, rows: int, columns: int, *, bits: int = 16
) -> float:
    """The seconds of an operator that reads rows and writes as many elements.

    Args:
        chip: that runs it.
        made: of the operator.
        rows: of the tensor.
        columns: elements of a row.
        bits: of an element.

    >>> chip = GraphicsProcessor("16 Gb/s", 1, 1.0, 16e9)
    >>> once = Calibration(0.0, 0.0, 1.0, kept_bits=16 * 1024, reads_beyond=3)
    >>> stream_s(chip, once, 1000, 1000), stream_s(chip, once, 1, 1_000_000)
    (0.002, 0.004)
    """
    beyond = made.kept_bits is not None and columns * bits > made.kept_bits
    passes = 1 + (made.reads_beyond if beyond else made.reads)
    moved = float(passes * rows * columns * bits)
    work = moved / (made.share * chip.bandwidth_bits_per_s)
    return max(made.call_s, made.fixed_s + work)


def roofline_s(chip: GraphicsProcessor, sizes: tuple[int, int, int], *, bits: int = 16) -> float:
    """The seconds of a matrix product by peak and bandwidth alone: what the model is held against.

    >>> chip = GraphicsProcessor("one unit of 2 op/s", 1, 2.0, 1e9)
    >>> roofline_s(chip, (129, 3, 128))  # 129 x 3 x 128 MACs of two operations
    49536.0
    """
    m, k, n = sizes
    moved = bits * (m * k + k * n + m * n)
    return max(2.0 * m * k * n / chip.peak_operations_per_s, moved / chip.bandwidth_bits_per_s)
