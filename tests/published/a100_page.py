"""Operators on the A100: what is calibrated, on which points, and what the others say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from statistics import fmean

from octant.model.gpu import Calibration, matrix_product_s, roofline_s, stream_s
from tests.published.a100_operators import (
    A100,
    GELU_G_PER_S,
    LAYER_NORM_G_PER_S,
    MATRIX_PRODUCTS_MS,
    SOFTMAX_G_PER_S,
)
from tests.published.pages import residual, table

Size = tuple[int, ...]
BITS = 16
#: The points that a calibration may look at; all others are held out.
CALIBRATED_ON: dict[str, tuple[Size, ...]] = {
    "matrix product": ((8192, 64, 64), (16384, 12288, 12288)),
    "layer norm": ((32, 4096), (8192, 4096), (32768, 4096), (4096, 32768)),
    "softmax": ((4096, 32), (4096, 4096)),
    "GELU": ((1024,), (16777216,), (536870912,)),
}


@dataclass(frozen=True, slots=True)
class Point:
    """A size with its published and its modelled seconds."""

    size: Size
    published_s: float
    modelled_s: float
    calibrated: bool

    @property
    def off(self) -> float:
        """By what share the model is above what is published."""
        return self.modelled_s / self.published_s - 1


def published_s(operator: str) -> dict[Size, float]:
    """Returns the measured seconds of an operator by size."""
    if operator == "matrix product":
        return {size: 1e-3 * ms for size, ms in MATRIX_PRODUCTS_MS.items()}
    if operator == "GELU":
        return {(size,): size / (1e9 * rate) for size, rate in GELU_G_PER_S.items()}
    rates = LAYER_NORM_G_PER_S if operator == "layer norm" else SOFTMAX_G_PER_S
    return {(r, c): r * c / (1e9 * rate) for (r, c), rate in rates.items()}


def _slope(operator: str, small: Size, large: Size, passes: int) -> tuple[float, float]:
    """The device's time without work, and the share of the bandwidth, through two points."""
    times = published_s(operator)
    moved = [passes * BITS * _elements(size) for size in (small, large)]
    rate = (moved[1] - moved[0]) / (times[large] - times[small])
    return times[small] - moved[0] / rate, rate / A100.bandwidth_bits_per_s


def _elements(size: Size) -> int:
    elements = 1
    for extent in size:
        elements *= extent
    return elements


@cache
def calibration(operator: str) -> Calibration:
    """Returns what the calibrated points say, and nothing else does."""
    times = published_s(operator)
    points = CALIBRATED_ON[operator]
    call = times[points[0]]
    if operator == "matrix product":
        free = Calibration(0.0, 0.0, 1.0)
        ideal = matrix_product_s(A100, free, (16384, 12288, 12288))
        return Calibration(call, call, ideal / (times[points[1]] - call))
    if operator == "softmax":
        work = 3 * BITS * _elements(points[1]) / (times[points[1]] - call)
        return Calibration(call, call, work / A100.bandwidth_bits_per_s, reads=2)
    if operator == "GELU":
        fixed, share = _slope(operator, points[1], points[2], 2)
        return Calibration(call, fixed, share)
    fixed, share = _slope(operator, points[1], points[2], 2)
    long = points[3]
    again = (times[long] - fixed) * share * A100.bandwidth_bits_per_s / BITS / _elements(long)
    kept = 8192 * BITS  # the longest row whose rate still follows that of the shorter ones
    return Calibration(call, fixed, share, 1, kept, round(again) - 1)


def _modelled(operator: str) -> Callable[[Size], float]:
    made = calibration(operator)
    if operator == "matrix product":
        share = calibration("layer norm").share

        def product(size: Size) -> float:
            m, k, n = size
            return matrix_product_s(A100, made, (m, k, n), stream_share=share)

        return product
    return lambda size: stream_s(A100, made, size[0] if len(size) > 1 else 1, size[-1])


@cache
def points(operator: str) -> tuple[Point, ...]:
    """Returns every published size of an operator with what the model says."""
    modelled = _modelled(operator)
    chosen = CALIBRATED_ON[operator]
    return tuple(
        Point(size, seconds, modelled(size), size in chosen)
        for size, seconds in published_s(operator).items()
    )


def mean_off(found: tuple[Point, ...]) -> float:
    """Returns the mean of the residuals' sizes."""
    return fmean(abs(point.off) for point in found)


def worst_off(found: tuple[Point, ...]) -> float:
    """Returns the largest of the residuals' sizes."""
    return max(abs(point.off) for point in found)


def held_out(operator: str) -> tuple[Point, ...]:
    """Returns the points that no calibration has seen."""
    return tuple(point for point in points(operator) if not point.calibrated)


def roofline_off() -> float:
    """Returns the mean residual of a plain roofline of peak and bandwidth."""
    return fmean(
        abs(roofline_s(A100, size) / (1e-3 * ms) - 1) for size, ms in MATRIX_PRODUCTS_MS.items()
    )


def _time(seconds: float) -> str:
    return f"{1e6 * seconds:.1f}"


def point_row(point: Point) -> list[str]:
    """Returns the cells of a point: its residual in the column of what it is."""
    off = residual(point.modelled_s, point.published_s)
    columns = [off, ""] if point.calibrated else ["", off]
    size = " x ".join(f"{extent:,}" for extent in point.size)
    return [size, _time(point.published_s), _time(point.modelled_s), *columns]


def _summary() -> str:
    rows = []
    for operator in CALIBRATED_ON:
        seen = tuple(point for point in points(operator) if point.calibrated)
        rest = held_out(operator)
        rows.append(
            [
                operator,
                f"{len(seen)}",
                f"{100 * mean_off(seen):.1f} %",
                f"{len(rest)}",
                f"{100 * mean_off(rest):.1f} %",
                f"{100 * worst_off(rest):.1f} %",
            ]
        )
    header = ["operator", "calibrated on", "mean", "held out", "mean", "worst"]
    return table(header, rows)


def _constants() -> str:
    rows = []
    for operator in CALIBRATED_ON:
        made = calibration(operator)
        of = "peak" if operator == "matrix product" else "bandwidth"
        rows.append(
            [
                operator,
                f"{1e6 * made.call_s:.1f}",
                f"{1e6 * made.fixed_s:.1f}",
                f"{100 * made.share:.1f} % of the {of}",
                f"{made.reads}",
                f"{made.reads_beyond} beyond {made.kept_bits // 8192} KiB"
                if made.kept_bits
                else "",
            ]
        )
    return table(["calibrated", "call us", "fixed us", "share", "reads", "of long rows"], rows)


def section() -> str:
    """Returns the page's section on the GPU."""
    header = ["published us", "modelled us", "calibrated", "held out"]
    products = table(["m x k x n", *header], map(point_row, points("matrix product")))
    norms = table(["layer norm, rows x columns", *header], map(point_row, points("layer norm")))
    soft = table(["softmax, rows x columns", *header], map(point_row, points("softmax")))
    gelus = table(["GELU, elements", *header], map(point_row, points("GELU")))
    return f"""## A100: operators of transformers, FP16

Published: Zhang, Ning, Prabhakar, Wentzlaff, LLMCompass, ISCA 2024, the artifact of Figure 5.
Modelled: `octant.model.gpu`, with 108 multiprocessors and 312 TFLOPS of NVIDIA's data sheet,
2048 GB/s of the artifact's card, and tiles of 128 x 128. What no data sheet gives is *calibrated*,
on the points that the tables mark; all others are *held out*. The form of the model was chosen with
all points in sight; only its constants were not.

{_summary()}

A plain roofline of peak and bandwidth is off by {100 * roofline_off():.1f} % on average over the
matrix products.

{_constants()}

The launch of a kernel is most of the time of small operators, which is why a roofline misses them.
How often layer norm reads a long row is calibrated as a whole number, hence the residual of the one
calibrated point with long rows. Softmax is taken to read every row twice: short rows seem to be
kept (the model is too slow by up to 15 % there), and many rows of 4,096 are faster than two reads
allow; {_beyond("softmax")} of its held-out points are off by more than 15 %.

{products}

{norms}

{soft}

{gelus}
"""


def _beyond(operator: str) -> int:
    """How many held-out points are off by more than 15 %."""
    return sum(abs(point.off) > 0.15 for point in held_out(operator))
