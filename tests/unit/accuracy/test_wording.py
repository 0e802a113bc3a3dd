"""Recipes from words: what each word means, and what wrong ones are answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from octant.accuracy.recipe import LayerFormats, Noise, PruneMethod, Pruning, Recipe
from octant.accuracy.wording import noise_of, pruning_of, recipe_of, sweep_of
from octant.errors import InvalidWorkloadError, OctantError, UnknownNameError
from octant.workload import NumberFormat, NumberKind

TEXTS = {
    "weights int4 per channel, activations int8 (asymmetric, min-max)": {
        "weights": "4", "activations": "8",
    },
    "weights int4 per tensor, activations int8 (symmetric, mse)": {
        "weights": "4", "activations": "8", "per_tensor": True, "symmetric": True, "ranges": "mse",
    },
    "weights int8 per channel, activations int8 (asymmetric, min-max), accumulator int16 (wraps)": {
        "formats": "8", "accumulator": "16", "overflow": "wrap",
    },
    "weights int8 per channel, activations int8 (asymmetric, min-max), accumulator int16 "
    "(saturates every 8 channels)": {"formats": "8", "accumulator": "16", "cut_every": 8},
    "weights bfloat16, activations bfloat16, accumulator float16": {
        "formats": "bf16", "accumulator": "fp16",
    },
    "weights mxfp4_e2m1, activations mxfp4_e2m1; fc: float32; pruned 2:4": {
        "formats": "mxfp4", "layers": ["fc:float"], "prune": "2:4",
    },
    "noise weights 0.05, outputs 0.02 (seed 3)": {"noise": "weights=5%,outputs=2%,seed=3"},
    "pruned 25 % of each layer's output channels, by norm": {"prune": "channel=25%"},
    "float32 throughout": {},
}  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_recipe_reads_as_what_it_does(text: str) -> None:
    assert str(recipe_of(**TEXTS[text])) == text  # type: ignore[arg-type]


def test_prunings() -> None:
    assert pruning_of("2:4") == Pruning(PruneMethod.PATTERN, 0.5, 2, 4)
    assert pruning_of("magnitude=50%") == Pruning(PruneMethod.GLOBAL, 0.5)
    assert noise_of("outputs=1 %") == Noise(0.0, 0.01, 0)


def test_sweeps() -> None:
    assert sweep_of("weights=8..6") == ("weights", ("8", "7", "6"))
    assert sweep_of("formats=8, e4m3") == ("formats", ("8", "e4m3"))


WRONG: dict[str, tuple[Callable[[], object], type[OctantError], str]] = {
    "format": (lambda: recipe_of(weights="int9x"), UnknownNameError, "no number format 'int9x'"),
    "wide": (lambda: recipe_of(weights="17"), InvalidWorkloadError, "integers of 1 to 16 bits"),
    "cut": (lambda: recipe_of(cut_every=4), InvalidWorkloadError, "only with an accumulator"),
    "mixed": (
        lambda: recipe_of(weights="8", accumulator="32"),
        InvalidWorkloadError,
        "an accumulator in int32 adds products of integers",
    ),
    "block": (
        lambda: recipe_of(accumulator="mxfp4"), InvalidWorkloadError, "shares its exponent with no",
    ),
    "overflow": (lambda: recipe_of(overflow="wrapp"), UnknownNameError, "did you mean 'wrap'"),
    "ranges": (lambda: recipe_of(ranges="max"), UnknownNameError, "no range method 'max'"),
    "layer": (lambda: recipe_of(layers=["fc"]), InvalidWorkloadError, "allowed is LAYER:weights"),
    "twice": (
        lambda: recipe_of(layers=["a:float", "a:weights=2"]), InvalidWorkloadError, "two overrides",
    ),
    "prune": (lambda: pruning_of("most"), InvalidWorkloadError, "allowed are magnitude=50%"),
    "unit": (lambda: pruning_of("layer=0.5"), InvalidWorkloadError, "a number needs a unit"),
    "all": (lambda: pruning_of("layer=100%"), InvalidWorkloadError, "0 % to below 100 %"),
    "pattern": (lambda: pruning_of("5:4"), InvalidWorkloadError, "keep at least 1 weight"),
    "nobody": (lambda: pruning_of("0:4"), InvalidWorkloadError, "keep at least 1 weight"),
    "method": (lambda: pruning_of("layers=5%"), UnknownNameError, "did you mean 'layer'"),
    "noise": (lambda: noise_of("weights"), InvalidWorkloadError, "give an amount"),
    "seed": (lambda: noise_of("seed=x"), InvalidWorkloadError, "a whole number from 0"),
    "sweep": (lambda: sweep_of("weights"), InvalidWorkloadError, "allowed is a range"),
    "swept": (lambda: sweep_of("weight=2..3"), UnknownNameError, "did you mean 'weights'"),
    "split": (
        lambda: LayerFormats(NumberFormat(NumberKind.FLOAT, 8)),
        InvalidWorkloadError,
        "name one that does",
    ),
    "percentile": (lambda: Recipe(percentile=0.2), InvalidWorkloadError, "above 50 %"),
    "negative": (lambda: Noise(-1.0), InvalidWorkloadError, "noise of weights is -1.0"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_words(name: str) -> None:
    call, error, message = WRONG[name]
    with pytest.raises(error, match=message):
        call()
