from __future__ import annotations

from dataclasses import replace

import pytest

from octant.eyexam import reasons
from octant.eyexam.pipeline import PipelineRun
from octant.files import load_architecture
from octant.mapper import Objective, search
from octant.workload import matmul


@pytest.mark.parametrize(
    ("steps", "bound", "words"),
    [
        (60, None, "DRAM read needs 90 cycles: 1.5 times too slow"),
        (60, 70.0, "DRAM read needs 90 cycles: 1.5 times too slow; the search was stopped, and 70 "
         "may be enough"),
        (90, None, "a port is too slow for the mapping of step 5: another one takes 90 steps"),
        (90, 70.0, "a port is too slow for the mapping of step 5: the fastest that was found takes "
         "90 steps; the search was stopped, and 70 may be enough"),
    ],
)  # fmt: skip
def test_what_bandwidth_takes_is_a_port_or_a_mapping_that_spares_it(
    steps: int, bound: float | None, words: str
) -> None:
    einsum, chip = matmul(rows=2, inner=4, columns=4), load_architecture("teaching")
    found = search(einsum, chip, objective=Objective.LATENCY, dataflow=chip.dataflows[0])
    assert found.evaluation is not None
    counts = replace(found.evaluation.counts, steps=steps)
    slow = replace(found.evaluation, cycles=90.0, limited_by="DRAM read", counts=counts)
    assert reasons.of_bandwidth(slow, 60.0, bound) == words
    assert reasons.of_bandwidth(slow, 90.0, bound) == "every port keeps up on average"


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ((0.0, 0.0, 0.0), "every tile is there when it is needed"),
        ((0.3, 0.2, 0.3), "beside 100 cycles of steps there is a fraction of one"),
        (
            (0.3, 7.0, 0.0),
            "beside 100 cycles of steps there are 7 of waiting for tiles",
        ),
        (
            (5.0, 7.0, 3.0),
            "beside 100 cycles of steps there are 5 of filling before the first step, 7 of waiting "
            "for tiles and 3 of draining after the last step",
        ),
    ],
)
def test_what_the_pipeline_takes_is_read_as_a_sentence(
    times: tuple[float, float, float], words: str
) -> None:
    run = PipelineRun(100.0 + round(sum(times) + 0.4), 100, *times)
    assert reasons.of_pipeline(run, 100.0) == words
