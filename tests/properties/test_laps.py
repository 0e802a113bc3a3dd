"""What is kept of the worst laps is what was asked, also where questions share a place."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

from octant.counting.problem import problem
from octant.mapper import arrays
from octant.mapper.space import keep_choices, space
from octant.model import costs
from octant.workload import matmul
from tests.properties.kernels import worst_chain, worst_stray
from tests.unit.mapper.chips import FREE, array, chip, level


def test_kept_answers_are_those_found_anew() -> None:
    """Ranks of different sizes, counts, spreads and both kinds of laps, in any order, twice."""
    inner = replace(array(5), name="inner")
    on = chip(array(6), level("buffer", 1), inner, level("register", 1))
    layer = matmul(rows=9, inner=4, columns=19)
    keeps = next(iter(keep_choices(layer, on, FREE)))
    view = arrays.hops(problem(layer, on), costs(layer, on), space(layer, on, FREE), keeps)
    work = arrays.work(view)._replace(strays=arrays.work(view).strays[:13].copy())
    questions = [
        (known, rank, count, inside, one_lap)
        for known, rank, inside, one_lap in itertools.product(
            range(1, len(on.nodes) + 1), view.live.tolist(), range(1, 8), (0, 1)
        )
        for count in range(2, int(view.sizes[rank]) + 1)
    ]
    found = {
        asked: worst_chain(*asked[:3], min(asked[2:4]), asked[4], view, work.chains)
        for asked in questions
    }
    assert max(found.values()) > min(found.values()) == 0
    for seed in range(2):
        random.Random(seed).shuffle(questions)
        for asked in questions:
            assert worst_stray(*asked, view, work) == found[asked]
