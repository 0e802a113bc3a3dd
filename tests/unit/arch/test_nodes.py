"""The nodes of an architecture, its dataflows, and the whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from octant.arch import (
    Architecture,
    Compute,
    Constraint,
    Dataflow,
    Fanout,
    FanoutAxis,
    Level,
    Store,
    VectorUnit,
)
from octant.errors import InvalidArchitectureError
from octant.workload import NumberFormat, NumberKind, Role

ROLES = (Role.INPUT, Role.WEIGHT, Role.OUTPUT)
INT16 = NumberFormat(NumberKind.INT, 16)

DRAM = Level("DRAM", (Store("DRAM", ROLES, 64),))
BUFFER = Level("buffer", (Store("buffer", ROLES, 64, 1024),), optional=(Role.WEIGHT,))
ARRAY = Fanout("array", (FanoutAxis("X", 4), FanoutAxis("Y", 3)))
PADS = Level("pads", (Store("ipad", (Role.INPUT,), 16, 64), Store("wpad", (Role.WEIGHT,), 16, 256)))
MAC = Compute("mac", tuple((role, INT16) for role in ROLES))
CHIP = Architecture("chip", "A chip", (DRAM, BUFFER, ARRAY, PADS), MAC, clock_hz=2e8)


def test_a_store_offers_its_capacity_to_one_tile() -> None:
    assert Store("s", ROLES, 16, 1024).usable_bits == 1024


def test_a_double_buffered_store_offers_half() -> None:
    assert Store("s", ROLES, 16, 1024, double_buffered=True).usable_bits == 512
    assert Store("s", ROLES, 16, 1023, double_buffered=True).usable_bits == 511


def test_an_unbounded_store_has_no_limit() -> None:
    assert Store("s", ROLES, 16).usable_bits is None
    assert Store("s", ROLES, 16, double_buffered=True).usable_bits is None


@pytest.mark.parametrize(
    "field",
    [
        "word_bits",
        "capacity_bits",
        "read_bits_per_cycle",
        "write_bits_per_cycle",
        "shared_bits_per_cycle",
        "area_m2",
    ],
)
@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_a_store_refuses_what_is_not_positive(field: str, value: float) -> None:
    arguments: dict[str, Any] = {"word_bits": 16, field: value}
    with pytest.raises(InvalidArchitectureError, match=f"memory 's': {field} is {value}"):
        Store("s", ROLES, **arguments)


@pytest.mark.parametrize("leakage_w", [-1e-3, float("nan")])
def test_a_store_refuses_negative_leakage(leakage_w: float) -> None:
    with pytest.raises(InvalidArchitectureError, match="leakage"):
        Store("s", ROLES, 16, leakage_w=leakage_w)


def test_a_store_refuses_an_element_without_bits() -> None:
    with pytest.raises(InvalidArchitectureError, match="element_bits of output is 0"):
        Store("s", ROLES, 16, element_bits=((Role.OUTPUT, 0),))


@pytest.mark.parametrize(
    ("roles", "named"), [((), r"\[\]"), ((Role.INPUT, Role.INPUT), r"\[input, input\]")]
)
def test_a_store_keeps_each_role_once_and_at_least_one(roles: tuple[Role, ...], named: str) -> None:
    with pytest.raises(
        InvalidArchitectureError, match=f"keeps {named}: .* at most once, and at least one"
    ):
        Store("s", roles, 16)


def test_a_level_finds_the_store_of_a_role() -> None:
    assert PADS.roles == (Role.INPUT, Role.WEIGHT)
    assert PADS.store(Role.WEIGHT) is PADS.stores[1]
    assert PADS.store(Role.OUTPUT) is None


@pytest.mark.parametrize("stores", [(), (Store("a", ROLES, 16), Store("b", (Role.INPUT,), 16))])
def test_a_level_keeps_each_role_in_one_store(stores: tuple[Store, ...]) -> None:
    with pytest.raises(InvalidArchitectureError, match="one memory of a level"):
        Level("level", stores)


def test_only_a_role_that_can_be_kept_is_optional() -> None:
    with pytest.raises(InvalidArchitectureError, match=r"optional roles \['output'\]"):
        Level("pads", PADS.stores, optional=(Role.OUTPUT,))


def test_a_fanout_multiplies_its_axes() -> None:
    assert ARRAY.instances == 12
    assert Fanout("row", (FanoutAxis("X", 5),)).instances == 5


@pytest.mark.parametrize("names", ["", "XX", "XYZ"])
def test_a_fanout_has_one_or_two_axes(names: str) -> None:
    with pytest.raises(InvalidArchitectureError, match="one or two, with different names"):
        Fanout("array", tuple(FanoutAxis(name, 2) for name in names))


@pytest.mark.parametrize("size", [0, -2])
def test_an_axis_has_instances(size: int) -> None:
    with pytest.raises(InvalidArchitectureError, match=f"axis 'X': size is {size}"):
        FanoutAxis("X", size)


def test_a_fanout_moves_words_of_some_width() -> None:
    with pytest.raises(InvalidArchitectureError, match="word_bits is 0"):
        Fanout("array", (FanoutAxis("X", 2),), word_bits=0)


def test_a_compute_unit_has_a_format_for_each_role() -> None:
    wide = NumberFormat(NumberKind.INT, 32)
    unit = Compute("mac", ((Role.INPUT, INT16), (Role.WEIGHT, INT16), (Role.OUTPUT, wide)))
    assert unit.format(Role.OUTPUT) is wide


@pytest.mark.parametrize(
    "roles", [(), (Role.INPUT, Role.WEIGHT), (Role.INPUT, Role.WEIGHT, Role.OUTPUT, Role.INPUT)]
)
def test_a_compute_unit_names_each_role_once(roles: tuple[Role, ...]) -> None:
    with pytest.raises(InvalidArchitectureError, match="input, weight and output once each"):
        Compute("mac", tuple((role, INT16) for role in roles))


def test_a_compute_unit_has_an_area_above_zero() -> None:
    with pytest.raises(InvalidArchitectureError, match="area_m2 is -1"):
        replace(MAC, area_m2=-1.0)


def test_a_vector_unit_does_something_each_cycle() -> None:
    with pytest.raises(InvalidArchitectureError, match="operations_per_cycle is 0"):
        VectorUnit("vector", ("Relu",), 0)


def test_a_dataflow_constrains_some_nodes_and_leaves_others_free() -> None:
    pinned = Constraint("pads", ranks=("R",), factors=(("R", 3),))
    dataflow = Dataflow("rows", (pinned,))
    assert dataflow.constraint("pads") is pinned
    assert dataflow.constraint("buffer") == Constraint("buffer")


@pytest.mark.parametrize("factor", [0, -3])
def test_a_fixed_factor_is_one_or_more(factor: int) -> None:
    with pytest.raises(InvalidArchitectureError, match=f"'pads': factor {factor} of rank R"):
        Constraint("pads", factors=(("R", factor),))


def test_an_architecture_finds_its_parts() -> None:
    assert CHIP.levels == (DRAM, BUFFER, PADS)
    assert CHIP.fanouts == (ARRAY,)


def test_an_architecture_counts_instances_from_the_outside() -> None:
    names = ("DRAM", "buffer", "array", "pads", "mac")
    assert [CHIP.instances(name) for name in names] == [1, 1, 1, 12, 12]
    with pytest.raises(KeyError):
        CHIP.instances("cache")


def test_the_peak_is_every_unit_every_cycle() -> None:
    assert CHIP.compute_units == 12
    assert CHIP.peak_macs_per_s == 12 * 2e8


def test_fanouts_nest() -> None:
    inner = Fanout("lanes", (FanoutAxis("L", 2),))
    nested = replace(CHIP, nodes=(DRAM, ARRAY, BUFFER, inner, PADS))
    assert nested.instances("buffer") == 12
    assert nested.compute_units == 24


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"nodes": ()}, "first node must be a storage level"),
        ({"nodes": (ARRAY, DRAM)}, "first node must be a storage level"),
        ({"nodes": (PADS, ARRAY)}, "outermost level 'pads' must keep .* missing: output"),
        ({"nodes": (BUFFER, ARRAY)}, "none of them optional"),
        ({"nodes": (DRAM, BUFFER, BUFFER)}, "names used twice: buffer"),
        ({"nodes": (DRAM, BUFFER, Level("mac", PADS.stores))}, "names used twice: mac"),
        ({"nodes": (DRAM, PADS, replace(PADS, name="more"))}, "names used twice: ipad, wpad"),
        ({"clock_hz": 0}, "clock is 0 Hz"),
        ({"clock_hz": float("inf")}, "clock is inf Hz"),
        ({"clock_hz": float("nan")}, "clock is nan Hz"),
    ],
)
def test_parts_that_contradict_each_other_are_refused(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidArchitectureError, match=f"architecture 'chip': .*{message}"):
        replace(CHIP, **changes)


def test_a_constraint_on_an_unknown_node_names_the_known_ones() -> None:
    flow = Dataflow("rows", (Constraint("array.Z"),))
    with pytest.raises(
        InvalidArchitectureError,
        match=r"dataflow 'rows' constrains 'array.Z'.*DRAM, array.X, array.Y, buffer, pads",
    ):
        replace(CHIP, dataflows=(flow,))


def test_constraints_on_levels_and_axes_are_accepted() -> None:
    flow = Dataflow("rows", (Constraint("array.X", ranks=("P",)), Constraint("pads")))
    assert replace(CHIP, dataflows=(flow,)).dataflows == (flow,)
