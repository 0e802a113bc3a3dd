"""What was aimed at, and what came out: the first table of the page."""

from __future__ import annotations

from tests.published import (
    a100_page,
    components_page,
    eyeriss_counted,
    eyeriss_page,
    eyeriss_passes,
    mi210_page,
)
from tests.published.eyeriss_alexnet import LAYERS
from tests.published.pages import table


def worst(offs: list[float]) -> float:
    """Returns the residual that is furthest from zero."""
    return max(offs, key=abs)


def eyeriss_latencies() -> list[float]:
    """Returns the residuals of the model's processing latencies."""
    return [
        eyeriss_page.evaluation(name).latency_s / published.measured.processing_s - 1
        for name, published in LAYERS.items()
    ]


def pass_latencies() -> list[float]:
    """Returns the held-out residuals of the latencies with passes."""
    return [
        eyeriss_passes.latency_s(name) / published.measured.processing_s - 1
        for name, published in LAYERS.items()
        if name != eyeriss_passes.CALIBRATED_ON
    ]


def counted_latencies() -> list[float]:
    """Returns the residuals of the latencies with arriving sums and pads counted."""
    return [
        eyeriss_counted.latency_s(name) / published.measured.processing_s - 1
        for name, published in LAYERS.items()
    ]


def dram() -> list[float]:
    """Returns the residuals of the DRAM traffic without its code."""
    return [
        eyeriss_page.moved_bytes(eyeriss_page.evaluation(name), "DRAM")
        / (published.measured.dram_bytes * published.measured.compression)
        - 1
        for name, published in LAYERS.items()
    ]


def _totals() -> tuple[float, float]:
    measured = sum(published.measured.processing_s for published in LAYERS.values())
    modelled = sum(eyeriss_page.evaluation(name).latency_s for name in LAYERS)
    with_passes, real = eyeriss_passes.total()
    return modelled / measured - 1, with_passes / real - 1


def _row(what: str, aim: float, off: float) -> list[str]:
    met = "met" if abs(off) <= aim else "missed"
    return [what, f"{100 * aim:g} %", f"{100 * off:+.1f} %", met]


def section() -> str:
    """Returns the page's table of aims."""
    model, with_passes = _totals()
    measured = components_page.measured_w()
    power = components_page.power_w(components_page.dense_j) / measured - 1
    gated = components_page.power_w(components_page.stopping_j) / measured - 1
    counted, published = eyeriss_counted.total()
    clocked = eyeriss_counted.power_w(*LAYERS) / measured - 1
    rows = [
        _row("Eyeriss, processing latency, worst layer", 0.05, worst(eyeriss_latencies())),
        _row("Eyeriss, processing latency, sum", 0.03, model),
        _row("the same with passes, worst held-out layer", 0.05, worst(pass_latencies())),
        _row("the same with passes, sum", 0.03, with_passes),
        _row("counted, not calibrated, worst layer", 0.05, worst(counted_latencies())),
        _row("counted, not calibrated, sum", 0.03, counted / published - 1),
        _row("Eyeriss, DRAM traffic, worst layer", 0.10, worst(dram())),
        _row("Eyeriss, power", 0.10, power),
        _row("the same with zeros, clock and control", 0.10, gated),
        _row("the same with zeros, the PEs' clock, counted time", 0.10, clocked),
    ]
    aims = {"matrix product": 0.06, "layer norm": 0.15, "softmax": 0.15, "GELU": 0.15}
    for operator, aim in aims.items():
        rest = a100_page.held_out(operator)
        rows.append(_row(f"A100, {operator}, held-out mean", aim, a100_page.mean_off(rest)))
        if operator != "matrix product":
            rows.append(_row(f"A100, {operator}, held-out worst", aim, a100_page.worst_off(rest)))
    second = mi210_page.held_out(large=True) + mi210_page.held_out(large=False)
    rows.append(_row("MI210, matrix product, held-out mean", 0.06, a100_page.mean_off(second)))
    return f"""## Aims

What a model of a published chip should reach, and what this one does. No number was aimed at for
the frame rates of NVDLA (below). Not modelled at all are the ratios of Eyeriss v2 on sparse
networks.

{table(["", "aim", "reached", "so far"], rows)}
"""
