"""A chip that runs a network in other number formats than its own, and pruned weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from octant.api.zeros import with_weights
from octant.arch import Architecture, Compute
from octant.errors import RunFailedError
from octant.source import Origin, Source
from octant.workload import NumberFormat, Role, Workload

if TYPE_CHECKING:
    from octant.accuracy.recipe import LayerFormats, Recipe


def formats_of(chip: Architecture) -> LayerFormats:
    """The number formats in which a chip multiplies; its sums are taken to lose nothing.

    The format of a chip's partial sums says their width, not the place of their point, so that what
    they lose cannot be told from it: an accumulator is modelled where one is asked for.
    """
    from octant.accuracy.recipe import LayerFormats

    return LayerFormats(chip.compute.format(Role.WEIGHT), chip.compute.format(Role.INPUT))


def in_formats(chip: Architecture, recipe: Recipe | None) -> Architecture:
    """The chip as it runs in the formats of a recipe: narrower numbers, the same compute units.

    A narrower number takes less room and less traffic wherever a memory has no width of its own for
    it. A multiply-accumulate costs what the chip's own unit costs, which its sources then say: no
    source gives another price.

    Raises:
        RunFailedError: a format is wider than the unit's, or of another kind.
    """
    if recipe is None:
        return chip
    wanted = {
        Role.INPUT: recipe.formats.activations,
        Role.WEIGHT: recipe.formats.weights,
        Role.OUTPUT: recipe.formats.accumulator or chip.compute.format(Role.OUTPUT),
    }
    for role, number in wanted.items():
        _require_fit(chip, role, number)
    formats = tuple((role, wanted[role]) for role, _ in chip.compute.formats)
    compute = replace(chip.compute, formats=formats)
    return replace(chip, compute=compute, sources=chip.sources + _price_kept(chip.compute, compute))


def _price_kept(own: Compute, compute: Compute) -> tuple[tuple[str, str], ...]:
    """What is assumed of the price of a multiply-accumulate in other formats than the unit's."""
    kept, new = (
        [unit.format(role) for role in (Role.INPUT, Role.WEIGHT)] for unit in (own, compute)
    )
    if kept == new or own.mac_energy is None:
        return ()
    words = [" by ".join(map(str, pair)) for pair in (new, kept)]
    assumed = Source(
        Origin.ASSUMED,
        f"a multiply-accumulate of {words[0]} takes the energy of one of {words[1]}; no source "
        "gives another",
    )
    return ((compute.name, str(assumed)),)


def with_densities(
    workload: Workload, network: str | Path | bytes | Workload, recipe: Recipe | None
) -> Workload:
    """The workload with the zeros that a recipe's pruning leaves in its weights."""
    if recipe is None or recipe.pruning is None:
        return workload
    if isinstance(network, Workload):
        raise RunFailedError(
            f"network {network.name!r} is a workload: shapes, no weights to prune. Give an .onnx "
            "file"
        )
    from octant.accuracy.pruning import pruned
    from octant.api.accuracy import load_runnable

    layers = load_runnable(network).layers
    return with_weights(workload, layers, pruned(layers, recipe.pruning))


def _require_fit(chip: Architecture, role: Role, number: NumberFormat) -> None:
    own = chip.compute.format(role)
    if number == own:
        return
    if number.block:
        raise RunFailedError(
            f"{role.value} in {number}: the energy model has no traffic for shared exponents, so "
            f"{chip.name} cannot be evaluated in block formats; octant accuracy runs them"
        )
    if number.is_integer != own.is_integer or number.bits > own.bits:
        kind = "integers" if own.is_integer else "floating-point numbers"
        raise RunFailedError(
            f"{role.value} in {number}: {chip.name} computes it in {own}; allowed are {kind} of "
            f"up to {own.bits} bits"
        )
