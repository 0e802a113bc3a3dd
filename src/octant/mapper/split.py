"""How the axes of a fanout share the factors that a search found for all of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from octant.mapper.space import Space


def split_over_axes(place: Space, node: int, left: list[int], wanted: list[int]) -> list[list[int]]:
    """Returns, for each axis from the innermost, the factors of all ranks.

    The search keeps only the product over the axes, which is all that costs anything, and knows
    that some split exists.

    Args:
        place: the space; node: the fanout.
        left: what is left of each rank inside the fanout; wanted: its factor over all axes.
    """
    sizes = [int(size) for size in place.axis_size[node, : place.axis_count[node]]]
    chosen: list[tuple[int, ...]] = []

    def fill(rank: int, room: list[int]) -> bool:
        if rank == len(wanted):
            return True
        for split in _splits(place, node, rank, left[rank], wanted[rank]):
            after = [axis // factor for axis, factor in zip(room, split, strict=True)]
            if min(after, default=1) > 0:
                chosen.append(split)
                if fill(rank + 1, after):
                    return True
                chosen.pop()
        return False

    assert fill(0, sizes), "the search keeps only products that the axes can take"
    return [list(row) for row in zip(*chosen, strict=True)]


def _splits(
    place: Space, node: int, rank: int, left: int, wanted: int
) -> Iterator[tuple[int, ...]]:
    """The factors that the axes may take of one rank, of the wanted product."""
    count = int(place.axis_count[node])
    for split in itertools.product(
        *([d for d in range(1, wanted + 1) if wanted % d == 0],) * count
    ):
        rest, product, fine = left, 1, True
        for axis, factor in enumerate(split):
            after = -(-rest // factor)
            fixed = int(place.axis_fixed[node, axis, rank])
            fine = fine and factor <= rest
            fine = fine and (factor == 1 or place.axis_allowed[node, axis, rank] == 1)
            fine = fine and (fixed in (0, factor))
            fine = fine and (after == 1 or place.axis_whole[node, axis, rank] == 0)
            if not fixed:
                smallest = factor == 1 or -(-rest // (factor - 1)) > after
                fine = fine and smallest and (not place.divisors or rest % factor == 0)
            rest, product = after, product * factor
        if fine and product == wanted:
            yield split
