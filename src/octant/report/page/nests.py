"""The mapping of each layer as a loop nest, to unfold."""

from __future__ import annotations

from octant.arch import Architecture
from octant.mapping.text import to_text
from octant.report.amounts import objective_text, share
from octant.report.layers import mapping_text
from octant.report.mappings import status_text
from octant.report.network import sizes_text
from octant.report.page.sections import Fold, Section
from octant.scorecard import ArrayRun, LayerResult, Scorecard
from octant.workload import Einsum


def nests_section(card: Scorecard, on: Architecture | None) -> Section | None:
    """The loop nest of each layer of the array; None where it runs none.

    Args:
        card: whose layers.
        on: the chip; where given, the axes of its fanouts have their names.
    """
    folds = [_fold(layer, layer.run, card, on) for layer in card.layers if layer.run is not None]
    if not folds:
        return None
    words = (
        "The best mapping that the search found for each layer, loops outermost first; a bar "
        "divides the axes of a fanout. Unfold one for its loop nest and its proof.",
    )
    return Section("mappings", "Mappings", words, folds=tuple(folds))


def _fold(layer: LayerResult, run: ArrayRun, card: Scorecard, on: Architecture | None) -> Fold:
    sizes = sizes_text(layer.work) if isinstance(layer.work, Einsum) else ""
    value, bound = (objective_text(card.objective, each) for each in (run.value, run.bound))
    times = f", {layer.repeats} times" if layer.repeats > 1 else ""
    facts = (
        ("layer", f"{layer.operator}{times}: {sizes}"),
        ("status", status_text(run)),
        (card.objective.value, f"{value}; none is below {bound}"),
        (
            "utilisation",
            f"{share(run.utilization)}: {run.active_units:,} of {run.units:,} units active, "
            f"{share(run.utilization_of_active)} of these utilised",
        ),
        ("searched", f"{run.space}; {run.priced:,} priced in full"),
    )
    return Fold(layer.name, mapping_text(run.mapping), facts, to_text(run.mapping, on))
