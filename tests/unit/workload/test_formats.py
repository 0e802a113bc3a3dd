"""Number formats: their names, and what is refused."""

from __future__ import annotations

import pytest

from octant.errors import InvalidWorkloadError, UnknownNameError
from octant.workload import NumberFormat, NumberKind, format_named, format_names


@pytest.mark.parametrize("name", [*format_names()[2:], "int3", "uint7", "int64"])
def test_every_format_has_its_name(name: str) -> None:
    number = format_named(name)
    assert format_named(str(number)) == number


@pytest.mark.parametrize("name", ["", "int", "fp9", "int0", "65", "uint65", "8.5", "-8"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(UnknownNameError, match="there is no number format"):
        format_named(name)


@pytest.mark.parametrize(
    ("kind", "bits", "exponent", "block"),
    [
        (NumberKind.INT, 0, 0, 0),
        (NumberKind.BINARY, 2, 0, 0),
        (NumberKind.TERNARY, 1, 0, 0),
        (NumberKind.INT, 8, 4, 0),
        (NumberKind.FLOAT, 8, 7, 0),
        (NumberKind.FLOAT, 8, -1, 0),
        (NumberKind.INT, 8, 0, -1),
    ],
)
def test_contradictions_are_refused(kind: NumberKind, bits: int, exponent: int, block: int) -> None:
    with pytest.raises(InvalidWorkloadError):
        NumberFormat(kind, bits, exponent, block)


def test_storage_includes_the_shared_exponent() -> None:
    assert format_named("mxfp4").storage_bits == 4.25
    assert format_named("int4").storage_bits == 4
