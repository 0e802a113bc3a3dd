"""What the page on insight says of more PEs: the ports of Eyeriss, the clusters of Eyeriss v2."""

from __future__ import annotations

import pytest

from octant.eyexam import scaling
from octant.files import load_architecture
from octant.mapper import dataflow_named
from octant.workload import Einsum
from octant.zoo import network

# Speedup of AlexNet's CONV5 with four times the PEs, memories outside of the array as they are.
RECORDED = {"eyeriss": (1.005, "average bandwidth"), "eyeriss2": (4.0, "nothing")}


@pytest.mark.parametrize("name", RECORDED)
def test_four_times_the_pes(name: str) -> None:
    [layer] = [one for one in network("alexnet", batch=1).mac_layers if one.name == "CONV5"]
    assert isinstance(layer.work, Einsum)
    chip = load_architecture(name)
    points = scaling.chips(
        ((layer, layer.work),), chip, dataflow_named(chip, None), factors=(1.0, 4.0)
    )
    strong, weak = (next(p for p in points if p.weak is w and p.factor == 4) for w in (False, True))
    speedup, stopped = RECORDED[name]
    assert strong.speedup == pytest.approx(speedup, abs=0.005)
    assert strong.stopped_by == stopped
    assert weak.speedup == pytest.approx(4.0, abs=0.005)
