"""The pitfall study runs, shows what its page says it shows, and finds both cases of the field."""

from __future__ import annotations

import importlib.util
import re
import sys
from types import ModuleType

import pytest

import octant
from octant.report.amounts import joules, seconds
from octant.scorecard import Figure, Scorecard
from tests.docs.blocks import ROOT


def shown(card: Scorecard) -> list[str]:
    """The lines of a case on the page, without its title and its accuracy."""
    page = (ROOT / "docs/explanation/pitfalls.md").read_text("utf-8")
    case = page[page.index(f"{card.network} on {card.architecture}\n  peak") :]
    return case.splitlines()[1:7]


@pytest.fixture(scope="module")
def pitfalls() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pitfalls", ROOT / "examples" / "pitfalls.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["pitfalls"] = module
    spec.loader.exec_module(module)
    return module


def test_something_wins_on_throughput_and_loses_the_task(pitfalls: ModuleType) -> None:
    names = ("as the chip is: int16", "int8", "binary throughout")
    tried = tuple(item for item in pitfalls.TRIED if item[0] in names)
    plain, batch, mild, binary = pitfalls.study("digits-lenet", "eyeriss", tried)
    assert binary.inferences_per_s > 5 * plain.inferences_per_s
    assert binary.energy_j < plain.energy_j / 5
    assert binary.loses_the_task
    assert mild.inferences_per_s > 1.5 * plain.inferences_per_s
    assert not mild.loses_the_task
    assert batch.inferences_per_s > plain.inferences_per_s
    assert batch.latency_s > plain.latency_s
    for line in (batch, mild, binary):
        gain = line.inferences_per_s / plain.inferences_per_s
        assert line.end_to_end_per_s / plain.end_to_end_per_s < gain
    assert pitfalls.table([plain, mild]).count("\n") == 2


def test_pruning_wins_on_a_chip_that_skips_zeros_and_loses_the_task(pitfalls: ModuleType) -> None:
    tried = tuple(x for x in pitfalls.PRUNED if x[0] in ("as the chip is: int8", "75 % pruned"))
    plain, _, thin = pitfalls.study("digits-lenet", pitfalls.SKIPPING, tried)
    assert thin.inferences_per_s > 3 * plain.inferences_per_s
    assert thin.energy_j < plain.energy_j / 2
    assert thin.loses_the_task
    assert thin.accuracy < 0.5 < plain.accuracy


def test_the_binary_network_is_unmasked(pitfalls: ModuleType) -> None:
    card = pitfalls.tiny_binary()
    assert pitfalls.case(card).splitlines()[1:-1] == shown(card)
    assert pitfalls.value(card.accuracy, "accuracy") < 0.3
    assert "accuracy" in pitfalls.case(card)


def test_the_chip_of_multipliers_is_unmasked(pitfalls: ModuleType) -> None:
    network = "digits-lenet"  # quicker to map than the page's AlexNet
    bare, eyeriss = pitfalls.multipliers_only(network)
    value = pitfalls.value
    assert value(bare.cost, "storage") == 0
    assert value(bare.power, "average") - value(bare.power, "off_chip") < value(
        eyeriss.power, "average"
    ) - value(eyeriss.power, "off_chip")
    assert value(bare.energy, "per_inference") > 1.5 * value(eyeriss.energy, "per_inference")
    assert (
        octant.load_architecture(str(ROOT / "examples" / "multipliers.yaml")).compute_units == 168
    )


def test_the_page_shows_todays_energies(pitfalls: ModuleType) -> None:
    card = octant.evaluate("alexnet", "eyeriss")
    assert pitfalls.case(card).splitlines()[1:-1] == shown(card)


def test_the_readme_shows_todays_energies() -> None:
    """Not the accuracies: another processor may round a sample to the other side."""
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    for bits in range(2, 9):
        recipe = octant.recipe_of(weights=str(bits), activations="8")
        card = octant.evaluate("digits-lenet", "eyeriss", recipe=recipe)
        energy, latency = card.energy["per_inference"], card.latency["latency"]
        assert isinstance(energy, Figure)
        assert isinstance(latency, Figure)
        line = next(line for line in lines if line.startswith(f"  int{bits} "))
        assert {joules(energy.value), seconds(latency.value)} <= set(re.split(" {2,}", line))


def test_the_page_shows_what_the_study_says() -> None:
    page = (ROOT / "docs/explanation/pitfalls.md").read_text("utf-8")
    for line in ("int8 ", "int4", "binary throughout", "90 % pruned", "a batch of 16"):
        assert line in page
