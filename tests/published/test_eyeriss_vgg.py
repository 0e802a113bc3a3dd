"""Eyeriss on VGG-16, JSSC 2017, Table VI: recorded residuals, held out from every choice."""

from __future__ import annotations

import math

import pytest

from tests.published.eyeriss_vgg import (
    LAYERS,
    TOTAL,
    array_s,
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


def test_the_sum() -> None:
    off = math.fsum(map(latency_s, LAYERS)) / TOTAL.processing_s - 1
    assert -0.074 <= off <= 0


def test_one_port_for_both_would_take_too_long() -> None:
    """64 b a cycle for reads and writes together: every layer would take longer than measured."""
    assert all(2 * ports_s(name) > real.processing_s for name, real in LAYERS.items())


def test_print_the_table() -> None:
    print(section())
