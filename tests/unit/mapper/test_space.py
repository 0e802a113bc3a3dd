from __future__ import annotations

from dataclasses import replace

import pytest

from octant.arch import Constraint, Dataflow
from octant.errors import UnknownNameError
from octant.mapper import dataflow_named
from tests.unit.mapper.chips import array, chip, level

ROWS = Dataflow("rows", (Constraint("array.X", ranks=("P",)),))
COLUMNS = Dataflow("columns", (Constraint("array.X", ranks=("K",)),))
CHIP = replace(chip(array(4), level("register", 1)), dataflows=(ROWS, COLUMNS))


def test_the_first_dataflow_is_the_default() -> None:
    assert dataflow_named(CHIP, None) is ROWS
    assert dataflow_named(CHIP, "columns") is COLUMNS


def test_any_is_no_constraint() -> None:
    assert dataflow_named(CHIP, "any").constraints == ()
    assert dataflow_named(chip(), None).constraints == ()


def test_a_chip_may_define_any_itself() -> None:
    own = Dataflow("any", (Constraint("array.X", ranks=("P",)),))
    assert dataflow_named(replace(CHIP, dataflows=(ROWS, own)), "any") is own


@pytest.mark.parametrize(
    ("name", "hint"),
    [("row", "did you mean 'rows'"), ("zzz", "known: any, columns, rows")],
)
def test_an_unknown_dataflow_gets_near_misses(name: str, hint: str) -> None:
    with pytest.raises(UnknownNameError, match=f"small has no dataflow '{name}': {hint}"):
        dataflow_named(CHIP, name)
