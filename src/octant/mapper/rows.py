"""What is where in a search's room to work in: ``work.tiles``, ``work.hop`` and ``work.moves``.

Rows of ``tiles``, by rank, come in pairs: of what children get apart, and of what
multicast merges; but the last.
"""

from __future__ import annotations

import numpy as np

TILES, STAYING, FAR, NEAR = np.int64(0), np.int64(2), np.int64(4), np.int64(6)
"""Tiles along a rank; where the child stays while it can; in laps of one step, for good and up to
the next block that surely brings another."""
COPIES, OVER_TIME = np.int64(8), np.int64(10)
"""How many copies of a tile become one union, at one time and over all."""
LOOSE = np.int64(4)
"""So many rows further on than these, 1 where something may lie between the copies."""
BETWEEN = np.int64(16)
"""1 where a loop lies between the child and what multicast merges."""
ROWS = 17

SHARED, FIRST_CHILD, FIRST_PARENT = 0, 1, 2
"""Multicast that nodes not yet known may add; the first visits of a result at both ends."""
STRAYING, SURE = 3, 4
"""The share of tiles in laps of one step of the loops that end a stay; that of the next block's
steps that surely bring another tile."""
LEAST, DIVIDES = 5, 7
"""What crosses at the least, apart and merged; 1 where all ranks that move a window divide."""
LEAST_APART, LEAST_MERGED, STRAYED, STAYED = 8, 9, 10, 11
"""The fewest elements of all tiles where a tensor stays, apart and merged; joules where it strays,
and where it stays."""
PLACES = 12

COUNT, TOGETHER, INSIDE = 0, 1, 2
"""Rows of ``work.open_tiles``: a child's tiles along a rank, how many of them multicast merges, and
over how many instances they are spread."""

STRAYS, STAYS, SLIDES, CHANGES, MIXED = (np.int64(kind) for kind in range(5))
"""Rows of ``work.moves``: what a tensor does under a lead. It strays in laps of one step, where no
loop inside moves it; mixed are laps of one step and others."""
DELIVERED, SERVED, UNSHARED, JOULES, TIMES = 0, 1, 2, 3, 4
"""Columns: what children get, what the parent serves, the same before nodes not yet known share it;
joules; how often tiles come, apart and merged."""
