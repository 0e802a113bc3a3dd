"""The exception tree."""

from __future__ import annotations

import pytest

from octant import errors
from octant.errors import OctantError, near_misses

LEAVES = sorted(OctantError.__subclasses__(), key=lambda leaf: leaf.__name__)


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_a_leaf_has_an_exit_code_of_its_own_kind(leaf: type[OctantError]) -> None:
    """0 is success, 1 is the base's, 2 is a command line that cannot be parsed."""
    assert 3 <= leaf.exit_code <= 125


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_a_leaf_says_what_it_is(leaf: type[OctantError]) -> None:
    assert leaf.__name__.endswith("Error")
    assert leaf.__doc__


def test_every_error_of_the_module_is_in_the_tree() -> None:
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    assert all(
        issubclass(value, OctantError) for value in classes if value.__module__ == "octant.errors"
    )


def test_one_clause_catches_every_error() -> None:
    with pytest.raises(OctantError, match="no such chip"):
        raise errors.UnknownNameError("no such chip")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("eyerisss", "did you mean 'eyeriss'?"),
        ("tpu", "did you mean 'tpu1'?"),
        ("tpu2", "did you mean 'tpu1'?"),
        ("nonsense", "known: eyeriss, teaching, tpu1"),
        ("", "known: eyeriss, teaching, tpu1"),
    ],
)
def test_near_misses(name: str, hint: str) -> None:
    assert near_misses(name, ["tpu1", "teaching", "eyeriss"]) == hint


def test_several_near_misses_are_all_offered() -> None:
    assert near_misses("resnet", ["resnet18", "resnet50"]) == (
        "did you mean 'resnet50' or 'resnet18'?"
    )
