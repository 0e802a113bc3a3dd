"""The accuracy row: measured, published only for its own format, else missing."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

import octant
from octant.accuracy.published import published
from octant.errors import RunFailedError
from octant.scorecard import Figure, Missing
from octant.scorecard.accuracy import accuracy
from octant.source import Origin
from octant.workload import FLOAT32, Role

EYERISS = octant.load_architecture("eyeriss")


def test_one_spec_changes_energy_latency_and_accuracy() -> None:
    cards = [
        octant.evaluate(
            "digits-lenet",
            "eyeriss",
            data="digits",
            recipe=octant.recipe_of(weights=bits, activations="8"),
        )
        for bits in ("8", "4", "2")
    ]
    for wide, narrow in pairwise(cards):
        for row, metric in (("per_inference", "energy"), ("latency", "latency")):
            before, after = (getattr(card, metric)[row] for card in (wide, narrow))
            assert isinstance(before, Figure)
            assert after.value < before.value
    values = [card.accuracy["accuracy"] for card in cards]
    assert all(isinstance(x, Figure) and x.origin is Origin.MEASURED for x in values)
    assert values[0].value > values[1].value > values[2].value  # type: ignore[union-attr]
    assert any("Alpaydin" in item.citation for item in cards[0].references)


def test_without_a_recipe_the_chip_says_the_formats() -> None:
    card = octant.evaluate("digits-lenet", "eyeriss", data="digits")
    figure = card.accuracy["accuracy"]
    assert isinstance(figure, Figure)
    assert "weights int16, activations int16" in figure.basis
    assert not any("multiply-accumulate of" in sentence for sentence in card.assumptions)
    measured = octant.measure_accuracy("digits-lenet", recipe=octant.recipe_of(formats="16"))
    assert (figure.low, figure.high) == (measured.score.low, measured.score.high)
    assert "95 % interval" in figure.basis


def test_what_narrow_and_pruned_weights_do_not_save_is_said() -> None:
    recipe = octant.recipe_of(weights="4", activations="8", prune="layer=50%")
    said = " ".join(octant.evaluate("digits-lenet", "eyeriss", recipe=recipe).assumptions)
    assert "a multiply-accumulate of int8 by int4 takes the energy of one of int16 by int16" in said
    assert "Those of weight spare eyeriss nothing." in said
    unpriced = octant.evaluate("digits-lenet", "tpu1", objective="latency",
                               recipe=octant.recipe_of(weights="4", activations="8"))  # fmt: skip
    assert not any("multiply-accumulate of" in sentence for sentence in unpriced.assumptions)
    said = " ".join(unpriced.assumptions)
    assert "its zeros save neither time nor energy here" not in said
    pruned = octant.evaluate("digits-lenet", "tpu1", objective="latency",
                             recipe=octant.recipe_of(formats="8", prune="layer=50%"))  # fmt: skip
    assert "its zeros save neither time nor energy here" in " ".join(pruned.assumptions)


def test_published_is_for_its_own_format_only() -> None:
    known = published("resnet18")
    assert known is not None
    found = accuracy("resnet18", EYERISS, None)["accuracy"]
    assert isinstance(found, Missing)
    assert "69.8 % top-1 in float32" in found.reason
    assert "says nothing of int16" in found.reason
    formats = tuple((role, FLOAT32) for role in Role)
    floating = replace(EYERISS, compute=replace(EYERISS.compute, formats=formats))
    figure = accuracy("resnet18", floating, None)["accuracy"]
    assert isinstance(figure, Figure)
    assert (figure.value, figure.origin) == (known.top1, Origin.PUBLISHED)


def test_of_other_networks_nothing_is_said() -> None:
    found = accuracy("gpt2-small", EYERISS, None)["accuracy"]
    assert isinstance(found, Missing)
    assert found.reason == "the network was not run"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            {"weights": "e4m3"},
            "weight in fp8_e4m3: eyeriss computes it in int16; allowed are integ",
        ),
        ({"formats": "mxfp4"}, "weight in mxfp4_e2m1: eyeriss .* in int16; .* alone or in blocks"),
    ],
)
def test_formats_that_the_chip_does_not_have(words: dict[str, str], message: str) -> None:
    recipe = octant.recipe_of(**{"activations": "8", **words})  # type: ignore[arg-type]
    with pytest.raises(RunFailedError, match=message):
        octant.evaluate("digits-lenet", "eyeriss", recipe=recipe)


def test_shapes_without_weights_are_not_run() -> None:
    workload = octant.load_network("digits-lenet")
    with pytest.raises(RunFailedError, match="is a workload: shapes, no weights"):
        octant.evaluate(workload, "eyeriss", data="digits")
    with pytest.raises(RunFailedError, match="no weights to prune"):
        octant.evaluate(workload, "eyeriss", recipe=octant.recipe_of(formats="8", prune="2:4"))
    with pytest.raises(octant.OctantError, match="built in as shapes, without weights"):
        octant.evaluate("alexnet", "eyeriss", data="digits")
