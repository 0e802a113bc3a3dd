"""Names of layers, as short as a drawing needs them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """The names without the leading and trailing parts, between slashes, that all of them share.

    >>> distinct(["/net/a/conv/Conv", "/net/b/conv/Conv"])
    ('a', 'b')
    >>> distinct(["CONV1", "CONV2"]), distinct(["/net/a"])
    (('CONV1', 'CONV2'), ('/net/a',))
    """
    if len(set(names)) < 2:
        return tuple(names)
    parts = [name.split("/") for name in names]
    head = _shared(parts)
    tail = _shared([each[: head - 1 if head else None : -1] for each in parts])
    return tuple("/".join(each[head : len(each) - tail]) for each in parts)


def _shared(parts: Sequence[Sequence[str]]) -> int:
    """How many leading parts all have, fewer than the shortest has in all."""
    most = min(map(len, parts)) - 1
    same = (len({each[place] for each in parts}) == 1 for place in range(most))
    return sum(takewhile(bool, same))
