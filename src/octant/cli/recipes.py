"""Recipes from the options of a command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from octant import api
from octant.accuracy.recipe import LayerFormats, Recipe
from octant.accuracy.wording import recipe_of, sweep_of
from octant.arch import Architecture


def chip_recipe(
    chip: Architecture,
    *,
    formats: str | None,
    weights: str | None,
    activations: str | None,
    accumulator: str | None,
    overflow: str,
    layers: Sequence[str] | None,
    prune: str | None,
) -> Recipe | None:
    """The recipe that options give for a chip, its own formats where they are silent.

    None where no option is given: the network runs in the chip's formats.
    """
    if not any((formats, weights, activations, accumulator, layers, prune)):
        return None
    return recipe_of(
        formats=formats,
        weights=weights,
        activations=activations,
        accumulator=accumulator,
        overflow=overflow,
        layers=layers or (),
        prune=prune,
        base=api.formats_of(chip),
    )


def swept(
    sweep: str, words: dict[str, Any], base: LayerFormats | None, **others: Any
) -> tuple[str, Sequence[tuple[str, Recipe]]]:
    """What a sweep varies, and a recipe for each of its values.

    Args:
        sweep: as ``sweep_of`` reads it.
        words: the options that a sweep may vary, by name.
        base: formats where no option says any.
        others: further arguments of ``recipe_of``.
    """
    name, values = sweep_of(sweep)
    recipes = []
    for value in values:
        recipe = recipe_of(**{**words, name: value}, base=base, **others)
        recipes.append((_label(name, value), recipe))
    return name, recipes


def _label(name: str, value: str) -> str:
    """A bare number of bits as the format that it stands for."""
    if name in ("prune", "noise"):
        return value
    from octant.workload import format_named

    return str(format_named(value))
