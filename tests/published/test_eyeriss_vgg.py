"""Eyeriss on VGG-16, JSSC 2017, Table VI: recorded residuals, held out from every choice."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from octant.model import evaluate
from tests.published.eyeriss_alexnet import mapping
from tests.published.eyeriss_counted import cycles_of
from tests.published.eyeriss_page import CHIP, moved_bytes
from tests.published.eyeriss_vgg import (
    INFERRED,
    LAYERS,
    TOTAL,
    array_s,
    counted_s,
    inferred,
    last_layer,
    latency_s,
    macs,
    ports_s,
    section,
)


def test_the_transcription_adds_up() -> None:
    processing = math.fsum(real.processing_s for real in LAYERS.values())
    assert processing == pytest.approx(TOTAL.processing_s, abs=0.2e-3)
    traffic = math.fsum(real.buffer_bytes for real in LAYERS.values())
    assert traffic == pytest.approx(TOTAL.buffer_bytes, abs=0.1e6)
    assert sum(macs().values()) == pytest.approx(46.04e9, rel=0.001)


def test_ports_explain_what_the_array_does_not() -> None:
    for name, real in LAYERS.items():
        off = latency_s(name) / real.processing_s - 1
        if name.startswith("CONV5"):
            assert ports_s(name) < array_s(name)
            assert -0.149 <= off <= 0
        else:
            assert ports_s(name) > array_s(name)
            assert -0.075 <= off <= 0


def test_the_last_layers_with_sums_and_pads_counted() -> None:
    """The terms of AlexNet, unchanged, on an inferred mapping: recorded residuals."""
    for name in ("CONV5-1", "CONV5-2", "CONV5-3"):
        real = LAYERS[name]
        assert inferred().counts.active_units == real.active
        assert 0 <= moved_bytes(inferred(), "buffer") / real.buffer_bytes - 1 <= 0.06
        assert -0.018 <= counted_s() / real.processing_s - 1 <= 0


@pytest.mark.parametrize(
    ("changed", "megabytes", "milliseconds"),
    [
        ({"n": 1, "m": 128}, 92.2, 53.6),
        ({"m": 32, "q": 3, "r": 4, "t": 1, "rows": (("R", 3), ("C", 4))}, 88.9, 50.2),
    ],
)
def test_other_parameters_come_as_near_to_the_traffic(
    changed: dict[str, Any], megabytes: float, milliseconds: float
) -> None:
    other = replace(INFERRED, **changed)
    evaluated = evaluate(last_layer(), CHIP, mapping(last_layer(), other))
    assert moved_bytes(evaluated, "buffer") == pytest.approx(megabytes * 1e6, abs=0.05e6)
    cycles = cycles_of(last_layer(), other, evaluated.counts.steps)
    assert cycles / CHIP.clock_hz == pytest.approx(milliseconds * 1e-3, abs=0.05e-3)


def test_the_inferred_mapping_fills_the_buffer_as_its_parameters_say() -> None:
    for tensor, kib in (("inputs", INFERRED.inputs_kib), ("outputs", INFERRED.sums_kib)):
        assert inferred().counts.tensor("buffer", tensor).occupancy * 16 / 8192 == kib


def test_the_sum() -> None:
    off = math.fsum(map(latency_s, LAYERS)) / TOTAL.processing_s - 1
    assert -0.074 <= off <= 0


def test_one_port_for_both_would_take_too_long() -> None:
    """64 b a cycle for reads and writes together: every layer would take longer than measured."""
    assert all(2 * ports_s(name) > real.processing_s for name, real in LAYERS.items())


def test_print_the_table() -> None:
    print(section())
