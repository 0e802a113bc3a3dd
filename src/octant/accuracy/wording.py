"""Recipes from the words of a command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from octant.accuracy.recipe import (
    LayerFormats,
    Noise,
    Overflow,
    PruneMethod,
    Pruning,
    RangeMethod,
    Recipe,
)
from octant.errors import InvalidWorkloadError, UnitError, UnknownNameError, near_misses
from octant.units import parse
from octant.workload import format_named

_PATTERN = re.compile(r"(\d{1,3}):(\d{1,3})")
_RANGE = re.compile(r"(\d{1,3})\.\.(\d{1,3})")
_SHARES = {
    method.value: method for method in (PruneMethod.GLOBAL, PruneMethod.LAYER, PruneMethod.CHANNEL)
}


def recipe_of(
    *,
    formats: str | None = None,
    weights: str | None = None,
    activations: str | None = None,
    accumulator: str | None = None,
    overflow: str = Overflow.SATURATE,
    cut_every: int = 0,
    layers: Sequence[str] = (),
    per_tensor: bool = False,
    symmetric: bool = False,
    ranges: str = RangeMethod.MIN_MAX,
    prune: str | None = None,
    noise: str | None = None,
    base: LayerFormats | None = None,
) -> Recipe:
    """The recipe that some words stand for.

    Args:
        formats: number format of weights and activations together.
        weights: number format of the weights (``4``, ``int4``, ``e4m3`` ...).
        activations: number format of the activations.
        accumulator: number format of the sums.
        overflow: saturate or wrap.
        cut_every: input channels after which a partial sum is cut to the accumulator; 0 cuts
            complete sums only.
        layers: exceptions: ``conv1:weights=8,activations=8``, ``conv1:float``.
        per_tensor: one scale for all weights of a layer.
        symmetric: signed integer activations without a zero point.
        ranges: how activations' ranges are chosen: min-max, percentile, entropy or mse.
        prune: ``magnitude=50%``, ``layer=50%``, ``channel=25%``, or a pattern such as ``2:4``.
        noise: ``weights=5%,outputs=2%,seed=1``.
        base: formats where nothing is said; float32 by default.

    Raises:
        UnknownNameError: a word is not known.
        InvalidWorkloadError: the words contradict each other, or a value is not allowed.

    >>> print(recipe_of(weights="4", activations="8", prune="2:4"))
    weights int4 per channel, activations int8 (asymmetric, min-max); pruned 2:4
    """
    known = base or LayerFormats()
    both = format_named(formats) if formats else None
    general = LayerFormats(
        weights=format_named(weights) if weights else both or known.weights,
        activations=format_named(activations) if activations else both or known.activations,
        accumulator=format_named(accumulator) if accumulator else known.accumulator,
        overflow=Overflow(_known(overflow, [x.value for x in Overflow], "overflow")),
        cut_every=cut_every,
    )
    return Recipe(
        formats=general,
        overrides=tuple(_override(text, general) for text in layers),
        per_channel=not per_tensor,
        symmetric=symmetric,
        ranges=RangeMethod(_known(ranges, [x.value for x in RangeMethod], "range method")),
        pruning=pruning_of(prune) if prune else None,
        noise=noise_of(noise) if noise else None,
    )


def pruning_of(text: str) -> Pruning:
    """The pruning that some words stand for.

    >>> print(pruning_of("layer=75%"))
    pruned 75 % of each layer's weights, by magnitude
    """
    match = _PATTERN.fullmatch(text.strip())
    if match:
        keep, of = int(match[1]), int(match[2])
        return Pruning(PruneMethod.PATTERN, max(1 - keep / of, 0.0) if of else 0.0, keep, of)
    word, equals, amount = text.partition("=")
    if not equals:
        raise InvalidWorkloadError(
            f"pruning {text!r}: allowed are magnitude=50%, layer=50%, channel=25%, or a pattern "
            "of weights kept in a group, such as 2:4"
        )
    return Pruning(_SHARES[_known(word.strip(), _SHARES, "pruning")], _share(amount, "pruning"))


def noise_of(text: str) -> Noise:
    """The noise that some words stand for.

    >>> print(noise_of("weights=5%,seed=7"))
    noise weights 0.05, outputs 0 (seed 7)
    """
    found = Noise()
    for part in text.split(","):
        word, equals, amount = part.partition("=")
        name = _known(word.strip(), ("weights", "outputs", "seed"), "noise")
        if not equals:
            raise InvalidWorkloadError(f"noise {part!r}: give an amount, as in {name}=5%")
        if name == "seed":
            if not amount.strip().isdecimal():
                raise InvalidWorkloadError(f"noise seed {amount!r}: a whole number from 0")
            found = replace(found, seed=int(amount))
        elif name == "weights":
            found = replace(found, weights=_share(amount, "noise"))
        else:
            found = replace(found, outputs=_share(amount, "noise"))
    return found


def _override(text: str, general: LayerFormats) -> tuple[str, LayerFormats]:
    name, colon, rest = text.rpartition(":")
    if not (colon and name and rest):
        raise InvalidWorkloadError(
            f"exception {text!r}: allowed is LAYER:weights=8,activations=8 or LAYER:float"
        )
    if rest.strip() == "float":
        return name, LayerFormats()
    chosen = general
    for part in rest.split(","):
        word, _, value = part.partition("=")
        key = _known(word.strip(), ("weights", "activations", "accumulator"), "exception")
        number = format_named(value)
        if key == "weights":
            chosen = replace(chosen, weights=number)
        elif key == "activations":
            chosen = replace(chosen, activations=number)
        else:
            chosen = replace(chosen, accumulator=number)
    return name, chosen


def _share(text: str, what: str) -> float:
    try:
        return parse(text.strip(), "share")
    except UnitError as error:
        raise InvalidWorkloadError(f"{what}: the share {error}") from None


def _known(word: str, allowed: Sequence[str] | dict[str, PruneMethod], what: str) -> str:
    if word not in allowed:
        raise UnknownNameError(f"there is no {what} {word!r}; {near_misses(word, allowed)}")
    return word


def sweep_of(text: str) -> tuple[str, tuple[str, ...]]:
    """What a sweep varies, and its values in order.

    >>> sweep_of("weights=2..5")
    ('weights', ('2', '3', '4', '5'))
    >>> sweep_of("prune=layer=0%,layer=50%")
    ('prune', ('layer=0%', 'layer=50%'))

    Raises:
        UnknownNameError: it varies something that no recipe has.
        InvalidWorkloadError: the values are no list and no range.
    """
    word, _, values = text.partition("=")
    allowed = ("weights", "activations", "formats", "accumulator", "prune", "noise")
    name = _known(word.strip(), allowed, "thing to sweep")
    match = _RANGE.fullmatch(values.strip())
    if match:
        start, stop = int(match[1]), int(match[2])
        step = 1 if stop >= start else -1
        return name, tuple(map(str, range(start, stop + step, step)))
    separator = ";" if name == "noise" else ","
    found = tuple(part.strip() for part in values.split(separator) if part.strip())
    if not found:
        raise InvalidWorkloadError(
            f"sweep {text!r}: allowed is a range, {name}=2..8, or a list, {name}=2,4,8"
        )
    return name, found
