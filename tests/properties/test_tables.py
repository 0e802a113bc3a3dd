"""Where many tiles share a cell of the search's tables, it is not above any of theirs."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from octant.mapper import walk
from octant.mapper.kernel.completion import cell_of
from octant.mapper.space import Integers
from tests.properties.problems import searches
from tests.properties.test_bounds import ROUNDING, tasks
from tests.properties.twin import Search


@settings(max_examples=120, deadline=None, derandomize=True, database=None)
@given(searches(mappings=30_000))
def test_no_shared_cell_is_above_those_of_its_tiles(case: Search) -> None:
    """Bounds by shared cells hold where those by cells of their own do."""
    for fine, *shared in tasks(case, cells=(2, 6, 20)):
        for coarse in shared:
            for level in range(len(fine.grids.node)):
                check_level(level, fine, coarse)


def check_level(level: int, fine: walk.Task, coarse: walk.Task) -> None:
    """Compares all tables of a level."""
    own, theirs = fine.grids, coarse.grids
    cells = shared_cells(level, fine, coarse)
    stages = len(fine.hops.live) + 1
    for name in fine.tables._fields[:-2]:
        starts, each = "kind_base", own.kinds[level]
        if name == "tile":
            starts, each = "tile_base", 1
        elif name in ("joined", "before"):
            starts, each = "base", own.kinds[level] * stages
        rows, few = getattr(fine.tables, name), getattr(coarse.tables, name)
        for part in range(each):
            if name == "staying" and own.staying[level, part] < 0:
                continue
            start = getattr(own, starts)[level] + part * own.cells[level]
            low = getattr(theirs, starts)[level] + part * theirs.cells[level]
            price = rows[start : start + own.cells[level]]
            assert np.all(few[low + cells] <= price * ROUNDING), (name, level, part)


def shared_cells(level: int, fine: walk.Task, coarse: walk.Task) -> Integers:
    """(cells) the shared cell of each tile."""
    hops, grids = fine.hops, fine.grids
    shared = []
    for cell in range(grids.cells[level]):
        left = np.ones(len(hops.sizes), np.int64)
        for rank in hops.live:
            place = cell // grids.stride[level, rank] % grids.lengths[level, rank]
            assert grids.low[level, rank, place] == grids.high[level, rank, place]
            left[rank] = grids.high[level, rank, place]
        shared.append(cell_of.py_func(level, left, hops, coarse.grids))
    return np.array(shared, np.int64)
