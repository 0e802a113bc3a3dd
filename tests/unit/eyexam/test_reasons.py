from __future__ import annotations

import pytest

from octant.eyexam import reasons
from octant.eyexam.pipeline import PipelineRun


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
