"""What is where in a search's room to work in: ``work.tiles``, ``work.hop`` and ``work.moves``.

Rows of ``tiles``, by rank, come in pairs, of what children get apart and of what multicast merges,
up to ``OVER_TIME``; from there on each stands alone.
"""

from __future__ import annotations

import numpy as np

TILES, STAYING, FAR, NEAR = np.int64(0), np.int64(2), np.int64(4), np.int64(6)
"""Tiles along a rank; where the child stays while it can; in laps of one step, for good and up to
the next block that surely brings another."""
OVER_TIME, SPREAD = np.int64(8), np.int64(9)
"""The most tiles of one instance over all time; 1 where the rank is spread over known instances."""
MERGED, APART = np.int64(10), np.int64(11)
"""How many instances multicast may serve at once along a rank, and how far these are apart: 0 where
not all as far."""
ROWS = 12

SHARED, FIRST_CHILD, FIRST_PARENT = 0, 1, 2
"""Multicast that nodes not yet known may add; the first visits of a result at both ends."""
STRAYING, SURE = 3, 4
"""The share of tiles in laps of one step of the loops that end a stay; that of the next block's
steps that surely bring another tile."""
LEAST = 5
"""What crosses at the least, apart and merged."""
LEAST_APART, LEAST_MERGED, STRAYED, STAYED = 7, 8, 9, 10
"""The fewest elements of all tiles where a tensor stays, apart and merged; joules where it strays,
and where it stays."""
PLACES = 11

COUNT, TOGETHER, INSIDE = 0, 1, 2
"""Rows of ``work.open_tiles``: a child's tiles along a rank, how many of them multicast merges, and
over how many instances they are spread."""

STRAYS, STAYS, SLIDES, CHANGES, MIXED = (np.int64(kind) for kind in range(5))
"""Rows of ``work.moves``: what a tensor does under a lead. It strays in laps of one step, where no
loop inside moves it; mixed are laps of one step and others."""
DELIVERED, SERVED, UNSHARED, JOULES, TIMES = 0, 1, 2, 3, 4
"""Columns: what children get, what the parent serves, the same before nodes not yet known share it;
joules; how often tiles come, apart and merged."""
