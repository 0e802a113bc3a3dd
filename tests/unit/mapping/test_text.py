from __future__ import annotations

import pytest
from hypothesis import given, settings

from octant.arch import Architecture, Compute, Fanout, FanoutAxis, Level, Store
from octant.errors import InvalidMappingError
from octant.mapping import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.mapping.text import from_text, to_text
from octant.workload import Role
from tests.properties.strategies import FORMATS, Case, any_mappings, cases

NEST = Mapping(
    (
        TemporalBlock("DRAM", (Loop("K", 4), Loop("C", 2)), ("inputs", "weights", "outputs")),
        SpatialBlock("array", ((Loop("P", 3),), (Loop("C", 2), Loop("R", 3)))),
        TemporalBlock("pads", (), ()),
    )
)
TEXT = """\
level DRAM keeps inputs, weights, outputs
for K in 0:4
  for C in 0:2
    fanout array along Y, X
    for P in 0:3 along Y
      for C in 0:2 along X
        for R in 0:3 along X
          level pads
          compute
"""


def architecture() -> Architecture:
    return Architecture(
        "small",
        "a small chip",
        (
            Level("DRAM", (Store("DRAM", tuple(Role), 8),)),
            Fanout("array", (FanoutAxis("Y", 3), FanoutAxis("X", 6))),
            Level("pads", (Store("pads", tuple(Role), 8),), tuple(Role)),
        ),
        Compute("mac", FORMATS),
        1e6,
    )


def test_axes_have_their_names_with_an_architecture() -> None:
    assert to_text(NEST, architecture()) == TEXT
    assert from_text(TEXT) == NEST


def test_axes_have_numbers_without_an_architecture() -> None:
    text = to_text(NEST)
    assert "fanout array along 1, 2" in text
    assert "for R in 0:3 along 2" in text
    assert from_text(text) == NEST


def test_indentation_and_empty_lines_do_not_matter() -> None:
    loose = "\r\n\r\n".join("   " + line.strip() for line in TEXT.splitlines())
    assert from_text(loose) == NEST


def test_odd_names_are_quoted() -> None:
    odd = Mapping((TemporalBlock("a keeps b", (), ("x, y", "", "keeps", '"', "\n", "é")),))
    assert from_text(to_text(odd)) == odd
    assert to_text(odd).startswith('level "a keeps b" keeps "x, y", "", keeps, ')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ends with the line 'compute'; it is missing"),
        ("level DRAM\nfor K in 0:4", "ends with the line 'compute'; it is missing"),
        (
            "levle DRAM\ncompute",
            "line 1: 'levle DRAM': unknown word 'levle', did you mean 'level'?",
        ),
        ("for K in 0:4\ncompute", "line 1: 'for K in 0:4': a loop needs a block"),
        ("level\ncompute", "line 1: 'level': a name is missing; the form is: level NAME"),
        ("level A keeps x y\ncompute", "line 1: 'level A keeps x y': unexpected 'y'"),
        ("level A keeps\ncompute", "line 1: 'level A keeps': a name is missing"),
        ("level A\n\nfor K in 0:0\ncompute", "line 3: 'for K in 0:0': the range is '0:0'"),
        ("level A\nfor K in 0:-1\ncompute", "line 2: 'for K in 0:-1': the range is '0:-1'"),
        ("level A\nfor K to 4\ncompute", "line 2: 'for K to 4': the form is: for RANK in"),
        ("level A\nfor K in 0:4 along X\ncompute", "unexpected 'along'"),
        ("fanout A along X\nfor K in 0:4\ncompute", "ends with 'along' and one of its axes: X"),
        ("fanout A along X\nfor K in 0:4 along Z\ncompute", "no axis 'Z' in fanout 'A'; it has: X"),
        ("fanout A along X, X\ncompute", "line 1: 'fanout A along X, X': an axis is named twice"),
        (
            "fanout A along Y, X\nfor K in 0:4 along X\nfor C in 0:2 along Y\ncompute",
            "line 3: 'for C in 0:2 along Y': the loops of a fanout stand in the order of its axes",
        ),
        ("compute\nlevel A", "line 2: 'level A': nothing may follow 'compute'"),
        ("compute now", "line 1: 'compute now': unexpected 'now'; the form is: compute"),
        ('level "A\ncompute', "line 1: 'level \"A': the quoted name \" is malformed"),
        ('level "\\q"\ncompute', "is malformed; quote as in JSON"),
    ],
)
def test_errors_name_the_line_and_what_is_allowed(text: str, message: str) -> None:
    with pytest.raises(InvalidMappingError) as caught:
        from_text(text)
    assert message in str(caught.value)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(any_mappings())
def test_any_mapping_reads_back(mapping: Mapping) -> None:
    assert from_text(to_text(mapping)) == mapping


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(cases())
def test_valid_mappings_read_back_with_axis_names(case: Case) -> None:
    assert from_text(to_text(case.mapping, case.architecture)) == case.mapping
