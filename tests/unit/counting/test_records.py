"""Kernels take named tuples by their address."""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
import pytest

from octant.counting.kernel import inner, lean
from octant.counting.kernel.records import by_address


class Inside(NamedTuple):
    """What another holds."""

    weights: Any
    share: float


class Outside(NamedTuple):
    """Arrays, a number, and another."""

    counts: Any
    number: int
    inside: Inside


by_address(Inside)
by_address(Outside)


@lean
def weighed(record: Any, at: int) -> Any:
    """Reads from both, and writes to an array of the outer one."""
    record.counts[at] += record.number
    return record.counts[at] * record.inside.weights[at] * record.inside.share


@inner
def summed(inside: Any) -> Any:
    """Makes an array."""
    return (inside.weights + inside.share).sum()


@numba.njit
def total(record: Any) -> Any:
    """What is written while it runs is read."""
    whole = 0.0
    for at in range(record.counts.shape[0]):
        whole += weighed(record, at)
        whole += weighed(record, at)
    return whole + summed(record.inside)


@numba.njit
def held(record: Any) -> Any:
    """An array that outlives the call."""
    return record.inside.weights


@numba.njit
def missing(record: Any) -> Any:
    """Reads what is not there."""
    return record.nothing


def record(kind: type = np.int64) -> Outside:
    return Outside(np.array([1, 2, 3], kind), 2, Inside(np.array([1.0, 0.5, 2.0]), 0.5))


@pytest.mark.parametrize("kind", [np.int64, np.float64])
def test_members_are_read_and_written(kind: type) -> None:
    compiled, plain = record(kind), record(kind)
    expected = 0.0
    for at in range(3):
        for _ in range(2):
            expected += weighed.py_func(plain, at)
    expected += summed.py_func(plain.inside)
    assert total(compiled) == expected
    assert compiled.counts.tolist() == plain.counts.tolist() == [5, 6, 7]


def test_an_array_of_a_record_outlives_it() -> None:
    weights = held(record())
    assert weights.tolist() == [1.0, 0.5, 2.0]


def test_each_kind_of_members_has_its_own_type() -> None:
    typeof: Any = numba.typeof
    one, other = typeof(record()), typeof(record(np.float64))
    assert one == typeof(record())
    assert one != other
    assert one.name != other.name


def test_what_a_record_has_not_is_an_error() -> None:
    with pytest.raises(numba.TypingError, match="nothing"):
        missing(record())
