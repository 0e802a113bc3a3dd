"""The ports of the memories as servers, in max-plus algebra.

Every time in the pipeline is the largest of some earlier times plus constants. So a stretch of the
run is a matrix (entry i, j: time i is at least time j plus this), two stretches one after the other
are the product of their matrices with max for + and + for *, and a stretch that repeats n times is
a power, which takes log(n) products.

A port serves its jobs without pause as long as there are some, the more urgent first: a job is due
when the tile that it brings is needed (or the room that it frees), and may interrupt one that is
due later. When all jobs that are due by then are done is therefore

    max over releases r of (r + the work released from r on),

for the jobs of that urgency and above. Of each port the machine keeps that maximum for every
urgency (``busy``), and the part of it over releases up to the start of a hop's present tile
(``since``): a fill that was prefetched while that tile was in use is added there when its size is
known, at the end of the tile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]
#: Row 0 of the times: when the array has done all steps so far.
ARRAY = 0


@dataclass(frozen=True)
class Machine:
    """Which row of the times is what.

    Args:
        depths: of each hop.
        classes: (port, depth) pairs: the jobs of a port that belong to hops of at least this depth.
        busy: row of each class.
        since: row of each class and hop in it.
        rows: how many there are.
    """

    depths: tuple[int, ...]
    classes: tuple[tuple[int, int], ...]
    busy: dict[tuple[int, int], int]
    since: dict[tuple[int, int, int], int]
    rows: int


def machine(depths: tuple[int, ...], users: dict[int, set[int]]) -> Machine:
    """Returns the rows of a machine.

    Args:
        depths: of each hop.
        users: the hops that use each port.
    """
    classes = tuple(
        (port, depth) for port, hops in users.items() for depth in sorted({depths[h] for h in hops})
    )
    busy, since, row = {}, {}, 1
    for port, depth in classes:
        busy[port, depth] = row
        row += 1
        for hop in sorted(users[port]):
            if depths[hop] >= depth:
                since[port, depth, hop] = row
                row += 1
    return Machine(depths, classes, busy, since, row)


def nothing_yet(parts: Machine) -> Times:
    """The times before anything has happened: all 0, in one column."""
    return np.zeros((parts.rows, 1))


def identity(parts: Machine) -> Times:
    """The matrix of a stretch in which nothing happens."""
    matrix = np.full((parts.rows, parts.rows), -np.inf)
    np.fill_diagonal(matrix, 0.0)
    return matrix


def product(later: Times, earlier: Times) -> Times:
    """The stretch of ``earlier`` and then ``later``.

    >>> product(np.array([[1.0, 5.0], [0.0, 2.0]]), np.array([[3.0], [0.0]]))
    array([[5.],
           [3.]])
    """
    result: Times = (later[:, :, np.newaxis] + earlier[np.newaxis]).max(axis=1)
    return result


def power(matrix: Times, times: int) -> Times:
    """The stretch that is ``matrix`` so many times; 1 or more.

    >>> power(np.array([[3.0]]), 1000)
    array([[3000.]])
    """
    result = None
    while times:
        if times & 1:
            result = matrix if result is None else product(matrix, result)
        times >>= 1
        if times:
            matrix = product(matrix, matrix)
    assert result is not None, "a stretch that repeats does so at least once"
    return result


def serve(
    parts: Machine, times: Times, port: int, hop: int, work: float, release: Times | None
) -> None:
    """Adds a job of a hop to a port.

    Args:
        parts: the rows.
        times: changed in place.
        port: which.
        hop: whose.
        work: cycles.
        release: when it may start; None at the start of the hop's present tile.
    """
    for at, depth in parts.classes:
        if at != port or depth > parts.depths[hop]:
            continue
        row = parts.busy[port, depth]
        if release is None:
            start = times[parts.since[port, depth, hop]]
            times[row] = np.maximum(start + work, times[row])
        else:
            times[row] = np.maximum(times[row], release) + work
        for (one, of, _), since in parts.since.items():
            if (one, of) == (port, depth):
                times[since] += work


def done(parts: Machine, times: Times, hop: int, ports: Iterable[int]) -> Times:
    """When all jobs as urgent as a hop's are done at some ports."""
    rows = [parts.busy[port, parts.depths[hop]] for port in ports]
    latest: Times = times[rows].max(axis=0)
    return latest


def begin_tile(parts: Machine, times: Times, hops: set[int]) -> None:
    """Notes that these hops' children begin a new tile now."""
    for (port, depth, hop), row in parts.since.items():
        if hop in hops:
            times[row] = np.maximum(times[parts.busy[port, depth]], times[ARRAY])
