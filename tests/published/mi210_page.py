"""Matrix products on the MI210: the model of the A100, whose form never saw this card."""

from __future__ import annotations

from functools import cache

from octant.model.gpu import Calibration, matrix_product_s
from tests.published.a100_page import Point, mean_off, point_row, worst_off
from tests.published.mi210_operators import MATRIX_PRODUCTS_MS, MI210
from tests.published.pages import table

#: The same two points that the calibration of the A100 may look at.
CALIBRATED_ON = ((8192, 64, 64), (16384, 12288, 12288))


@cache
def calibration() -> Calibration:
    """Returns what the two calibrated points say."""
    small, large = CALIBRATED_ON
    call = 1e-3 * MATRIX_PRODUCTS_MS[small]
    ideal = matrix_product_s(MI210, Calibration(0.0, 0.0, 1.0), large)
    return Calibration(call, call, ideal / (1e-3 * MATRIX_PRODUCTS_MS[large] - call))


@cache
def points() -> tuple[Point, ...]:
    """Returns every published size with what the model says."""
    return tuple(
        Point(size, 1e-3 * ms, matrix_product_s(MI210, calibration(), size), size in CALIBRATED_ON)
        for size, ms in MATRIX_PRODUCTS_MS.items()
    )


def held_out(*, large: bool) -> tuple[Point, ...]:
    """Returns the held-out points: those of 256 rows and more, or those of fewer."""
    return tuple(
        point for point in points() if not point.calibrated and (point.size[0] >= 256) is large
    )


def section() -> str:
    """Returns the page's section on the second GPU."""
    large, small = held_out(large=True), held_out(large=False)
    header = ["m x k x n", "published us", "modelled us", "calibrated", "held out"]
    off = [f"{100 * mean_off(found):.1f} %" for found in (large + small, large, small)]
    return f"""## MI210: matrix products, FP16

Published: the same artifact of LLMCompass. The form of the model was fixed before this card was
looked at; its two constants come from the same two sizes as the A100's. The {len(large + small)}
held-out products are met within {off[0]} on average: the {len(large)} of 256 rows and more within
{off[1]}, {100 * worst_off(large):.1f} % at worst, and the {len(small)} of fewer rows are too fast
by {off[2]}. The model takes one wave of 96 tiles for these. The card takes half as long again, and
neither its peak nor its memory explains why: it moves the weights at 0.6 of 1.6 TB/s.

{table(header, map(point_row, points()))}
"""
