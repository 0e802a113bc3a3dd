"""A chip that runs a network in other number formats than its own, and pruned weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from octant.api.zeros import with_weights
from octant.arch import Architecture, Compute
from octant.errors import RunFailedError, UnknownNameError, near_misses
from octant.source import Origin, Source
from octant.workload import NumberFormat, NumberKind, Role, Workload

if TYPE_CHECKING:
    from octant.accuracy.recipe import LayerFormats, Recipe


def formats_of(chip: Architecture) -> LayerFormats:
    """The number formats in which a chip multiplies; its sums are taken to lose nothing.

    The format of a chip's partial sums says their width, not the place of their point, so that what
    they lose cannot be told from it: an accumulator is modelled where one is asked for.
    """
    from octant.accuracy.recipe import LayerFormats

    return LayerFormats(chip.compute.format(Role.WEIGHT), chip.compute.format(Role.INPUT))


def in_formats(chip: Architecture, recipe: Recipe | None, layer: str | None = None) -> Architecture:
    """The chip as it runs in the formats of a recipe: narrower numbers, the same compute units.

    A narrower number takes less room and less traffic wherever a memory has no width of its own for
    it; the elements of a block each take their part of the shared exponent, too. A
    multiply-accumulate costs what the chip's own unit costs, which its sources then say: no source
    gives another price.

    Args:
        chip: in its own formats.
        recipe: None leaves the chip as it is.
        layer: which the recipe may make an exception of; None asks for all others.

    Raises:
        RunFailedError: a format is wider than the unit's, or of another kind.
    """
    if recipe is None:
        return chip
    formats = recipe.formats if layer is None else recipe.of(layer)
    wanted = {
        Role.INPUT: formats.activations,
        Role.WEIGHT: formats.weights,
        Role.OUTPUT: formats.accumulator or chip.compute.format(Role.OUTPUT),
    }
    where = "" if layer is None else f"layer {layer!r}, "
    for role, number in wanted.items():
        _require_fit(chip, role, number, where)
    compute = replace(
        chip.compute, formats=tuple((role, wanted[role]) for role, _ in chip.compute.formats)
    )
    return replace(chip, compute=compute, sources=chip.sources + _assumed(chip.compute, compute))


def exceptions_of(
    chip: Architecture, recipe: Recipe | None, workload: Workload
) -> dict[str, Architecture]:
    """The chip as it runs each layer that the recipe makes an exception of, by the layer's name.

    Raises:
        UnknownNameError: the network has no such layer.
        RunFailedError: as for ``in_formats``.
    """
    names = [name for name, _ in recipe.overrides] if recipe else []
    known = [layer.name for layer in workload.mac_layers]
    for name in names:
        if name not in known:
            raise UnknownNameError(
                f"network {workload.name!r} has no layer {name!r} that multiplies; "
                f"{near_misses(name, known)}"
            )
    return {name: in_formats(chip, recipe, name) for name in names}


def with_exceptions(chip: Architecture, recipe: Recipe | None) -> Architecture:
    """The chip whose sources say which layers run in formats of their own."""
    made = tuple(
        (name, str(Source(Origin.ASSUMED, f"it runs with {formats}")))
        for name, formats in (recipe.overrides if recipe else ())
    )
    return replace(chip, sources=chip.sources + made)


def _assumed(own: Compute, compute: Compute) -> tuple[tuple[str, str], ...]:
    """What is assumed of the price of a multiply-accumulate in other formats than the unit's."""
    kept, new = (
        [unit.format(role) for role in (Role.INPUT, Role.WEIGHT)] for unit in (own, compute)
    )
    if kept == new or own.mac_energy is None:
        return ()
    words = [" by ".join(map(str, pair)) for pair in (new, kept)]
    said = f"a multiply-accumulate of {words[0]} takes the energy of one of {words[1]}"
    if any(number.block for number in new):
        said += ", and adding the shared exponents of a block none"
    return ((compute.name, str(Source(Origin.ASSUMED, f"{said}; no source gives another"))),)


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


def _require_fit(chip: Architecture, role: Role, number: NumberFormat, where: str) -> None:
    """The chip's unit holds every value of an element exactly: of its kind, and no wider."""
    own, element = chip.compute.format(role).element, number.element
    if element == own:
        return
    whole = own.kind is not NumberKind.FLOAT
    fits = whole is not (element.kind is NumberKind.FLOAT) and (
        element.bits <= own.bits
        if whole
        else all(part <= most for part, most in zip(element.split, own.split, strict=True))
    )
    if not fits:
        kind = (
            f"integers of up to {own.bits} bits"
            if whole
            else f"floating-point numbers of up to {own.split[0]} bits of exponent and "
            f"{own.split[1]} of mantissa"
        )
        raise RunFailedError(
            f"{where}{role.value} in {number}: {chip.name} computes it in {own}; allowed are "
            f"{kind}, alone or in blocks"
        )
