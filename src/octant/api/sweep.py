"""Accuracy swept over recipes, beside what a chip makes of the same formats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from octant.api.accuracy import Data, Trained, trial_of
from octant.api.evaluation import evaluate
from octant.api.loading import Chip, load_architecture
from octant.arch import Architecture
from octant.errors import InvalidWorkloadError
from octant.scorecard import Figure

if TYPE_CHECKING:
    from octant.accuracy.measurement import Progress
    from octant.accuracy.recipe import Recipe
    from octant.accuracy.results import Accuracy, Sweep, SweepPoint


def sweep_accuracy(
    network: Trained,
    data: Data = "digits",
    *,
    recipes: Sequence[tuple[str, Recipe]],
    varied: str,
    on: Chip | None = None,
    task: str = "classification",
    batch: int | None = None,
    limit: int | None = None,
    journal: Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Sweep:
    """Accuracy under each of some recipes, beside energy and latency of a chip in those formats.

    The float run and the calibration are shared; the chip's layers are searched for each recipe.

    Args:
        network: as for ``measure_accuracy``.
        data: as for ``measure_accuracy``.
        recipes: (label, recipe) pairs.
        varied: what varies between them, in a word.
        on: the chip for energy and latency; None leaves them out.
        task, batch, limit, journal, progress: as for ``measure_accuracy``.

    Raises:
        InvalidWorkloadError: there is no recipe.
        OctantError: as for ``measure_accuracy`` and ``evaluate``.
    """
    from octant.accuracy.measurement import accuracy, calibrated
    from octant.accuracy.results import Sweep

    if not recipes:
        raise InvalidWorkloadError("a sweep needs at least one value")
    chip = None if on is None else load_architecture(on)
    trial = trial_of(network, data, task, batch, limit, journal, progress)
    seen = calibrated(trial, tuple(recipe for _, recipe in recipes))
    points = []
    for label, recipe in recipes:
        found = accuracy(trial, recipe, seen=seen)
        points.append(_point(label, found, network, recipe, chip))
    return Sweep(varied, chip.name if chip else "", tuple(points))


def _point(
    label: str, found: Accuracy, network: Trained, recipe: Recipe, chip: Architecture | None
) -> SweepPoint:
    from octant.accuracy.results import SweepPoint

    if chip is None:
        return SweepPoint(label, found)
    card = evaluate(network, chip, recipe=replace(recipe, noise=None))
    energy, latency = card.energy["per_inference"], card.latency["latency"]
    return SweepPoint(
        label,
        found,
        energy.value if isinstance(energy, Figure) else None,
        latency.value if isinstance(latency, Figure) else None,
    )
