"""Number formats of a recipe on a chip: what narrower numbers, blocks and exceptions cost."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

import octant
from octant.api.formats import in_formats
from octant.arch import Architecture, Compute, Dataflow, Level, Store
from octant.bounds import compulsory_bits
from octant.components import Price
from octant.errors import InvalidMappingError, RunFailedError, UnknownNameError
from octant.mapper import search
from octant.mapping import Loop, Mapping, TemporalBlock, check
from octant.model import evaluate
from octant.scorecard import Figure, Scorecard
from octant.source import Origin, Source
from octant.workload import NumberFormat, Role, format_named, matmul
from tests.unit.scorecard.support import product

ROLES = tuple(Role)
ONE = Price(1e-12, Source(Origin.ASSUMED, "a price to count with"))
LAYER = matmul(rows=3, inner=5, columns=7)
NEST = Mapping(
    (
        TemporalBlock("outer", (Loop("P", 3), Loop("K", 7)), ("inputs", "weights", "outputs")),
        TemporalBlock("inner", (Loop("C", 5),), ("weights",)),
    )
)


def _chip(weights: str, inner_bits: int | None = None) -> Architecture:
    formats = {Role.INPUT: "8", Role.WEIGHT: weights, Role.OUTPUT: "16"}
    levels = tuple(
        Level(name, (Store(name, roles, 8, size, read_energy=ONE, write_energy=ONE),))
        for name, roles, size in (("outer", ROLES, None), ("inner", (Role.WEIGHT,), inner_bits))
    )
    compute = Compute("mac", tuple((r, format_named(formats[r])) for r in Role), ONE)
    return Architecture("two", "two memories", levels, compute, 1e9)


def test_elements_of_a_block_take_their_part_of_the_exponent() -> None:
    plain, blocks = (evaluate(LAYER, _chip(name), NEST) for name in ("int8", "mxint8"))
    for one, other in zip(plain.energy, blocks.energy, strict=True):
        assert one.count == other.count
        wider = 8.25 / 8 if one.tensor == "weights" else 1.0
        assert other.bits_moved == math.ceil(one.bits_moved * wider)
        assert other.energy_j == pytest.approx((one.energy_j or 0) * wider)
    assert any(entry.tensor == "weights" and entry.bits_moved for entry in plain.energy)


def test_a_tile_in_blocks_needs_their_exponents_too() -> None:
    check(LAYER, _chip("int8", 40), NEST)
    check(LAYER, _chip("mxint8", 42), NEST)
    with pytest.raises(InvalidMappingError, match=r"weights 5 x 8\.25 = 41\.25 bits"):
        check(LAYER, _chip("mxint8", 41), NEST)


def test_compulsory_traffic_counts_exponents() -> None:
    bits = compulsory_bits(LAYER, _chip("mxint8"))
    assert bits == {"inputs": 120, "weights": 289, "outputs": 336}  # 35 x 8.25 = 288.75
    assert compulsory_bits(LAYER, _chip("int8"))["weights"] == 280


def test_the_search_prices_blocks_as_the_model_does() -> None:
    chip = _chip("mxint8", 42)
    found = search(LAYER, chip, dataflow=Dataflow("any", ()))
    assert found.mapping is not None
    own = evaluate(LAYER, chip, found.mapping)
    assert found.value == pytest.approx((own.energy_j or 0) * own.latency_s)
    assert found.bound == pytest.approx(found.value)


def _in(number: str) -> Architecture:
    formats = tuple((role, format_named(number)) for role in Role)
    return replace(_chip("8"), compute=Compute("mac", formats, ONE))


FITS = [
    ("8", "mxint8", True), ("16", "mxint8", True), ("fp16", "mxfp8_e5m2", True),
    ("fp16", "mxfp4", True), ("bf16", "e5m2", True), ("fp32", "bf16", True),
    ("4", "mxint8", False), ("8", "mxfp4", False), ("fp16", "bf16", False),
    ("e4m3", "e5m2", False), ("fp16", "mxint8", False), ("bf16", "fp16", False),
]  # fmt: skip


@pytest.mark.parametrize(("own", "asked", "fits"), FITS)
def test_a_unit_computes_what_it_holds_exactly(own: str, asked: str, fits: bool) -> None:
    chip, recipe = _in(own), octant.recipe_of(formats=asked)
    if fits:
        assert in_formats(chip, recipe).compute.format(Role.WEIGHT) == format_named(asked)
        return
    with pytest.raises(RunFailedError, match=r"computes it in .*; allowed are"):
        in_formats(chip, recipe)


def test_what_a_product_of_blocks_costs_is_assumed_aloud() -> None:
    said = in_formats(_chip("8"), octant.recipe_of(weights="mxint8", activations="8")).sources
    assert "adding the shared exponents of a block none; no source gives another" in said[-1][1]


def _value(card: Scorecard, layer: int) -> float:
    energy = card.layers[layer].energy_j
    assert energy is not None
    return energy


def _network() -> octant.Workload:
    return octant.Workload("net", (product("a", "image"), product("b", "a"), product("c", "b")))


def test_an_exception_costs_what_its_formats_cost() -> None:
    net, names = _network(), ("4", "8")
    narrow, wide = (
        octant.evaluate(net, "eyeriss", recipe=octant.recipe_of(formats=name)) for name in names
    )
    mixed = octant.evaluate(
        net, "eyeriss", recipe=octant.recipe_of(formats="4", layers=["b:weights=8,activations=8"])
    )
    found = [_value(mixed, place) for place in range(3)]
    assert found == [_value(narrow, 0), _value(wide, 1), _value(narrow, 2)]
    assert _value(wide, 1) > _value(narrow, 1)
    assert any("b: it runs with weights int8, activations int8" in x for x in mixed.assumptions)


def test_an_exception_must_fit_the_network_and_the_chip() -> None:
    with pytest.raises(UnknownNameError, match="no layer 'd' that multiplies"):
        recipe = octant.recipe_of(formats="4", layers=["d:weights=8"])
        octant.evaluate(_network(), "eyeriss", recipe=recipe)
    with pytest.raises(RunFailedError, match=r"layer 'b', input in float32: eyeriss computes"):
        recipe = octant.recipe_of(formats="4", layers=["b:float"])
        octant.evaluate(_network(), "eyeriss", recipe=recipe)


def test_a_sweep_keeps_its_exceptions() -> None:
    plain, mixed = (
        octant.sweep_accuracy(
            "digits-lenet",
            recipes=[("int4", octant.recipe_of(formats="4", layers=layers))],
            varied="formats",
            on="eyeriss",
            limit=5,
        ).points[0]
        for layers in ((), ("fc2:weights=8,activations=8",))
    )
    assert (mixed.energy_j or 0) > (plain.energy_j or 0)


def test_storage_of_a_block_is_what_the_standard_has() -> None:
    """OCP Microscaling Formats v1.0, table 1: 32 elements and 8 b of scale."""
    widths = {"mxfp8_e4m3": 264, "mxfp6_e2m3": 200, "mxfp4_e2m1": 136, "mxint8": 264}
    for name, bits in widths.items():
        number: NumberFormat = format_named(name)
        assert 32 * number.storage_bits == bits
        assert number.element.block == 0


def test_the_sheet_is_in_the_formats_that_were_asked_for() -> None:
    card = octant.evaluate(_network(), "eyeriss", recipe=octant.recipe_of(
        weights="mxint8", activations="8"))  # fmt: skip
    assert dict(card.formats)["weight"] == "mxint8"
    assert isinstance(card.energy["per_inference"], Figure)
