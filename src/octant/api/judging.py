"""The verdict on a network on a chip for a product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from octant.api.breadth import efficiency_of_larger
from octant.api.evaluation import Progress, evaluate
from octant.api.formats import in_formats
from octant.api.loading import Chip, Network, load_architecture, load_network
from octant.arch import Architecture
from octant.errors import InfeasibleError, OutOfTimeError
from octant.mapper.result import Objective
from octant.scorecard import Figure, Missing, Scorecard
from octant.scorecard.judge import Judgement, Need, judge
from octant.scorecard.records import OperatorTotal, Unit
from octant.source import Origin

if TYPE_CHECKING:
    from octant.files.needs import NeedsFile

_EVERY_LAYER = 1.0


def judge_network(
    network: Network,
    on: Chip,
    needs: str | Path,
    *,
    objective: Objective | str = Objective.EDP,
    progress: Callable[[Progress], None] | None = None,
    **options: Any,
) -> Judgement:
    """The verdict: is the network on the chip viable for the product that a file describes?

    Larger chips are examined only where the file asks for scalability.

    Args:
        network: as for ``evaluate``.
        on: as for ``evaluate``.
        needs: a YAML file that starts with ``octant: needs 1``.
        objective: what each layer's search minimises, here and of the networks that must run.
        progress: called before the first search and after each.
        options: further arguments of ``evaluate``: ``batch``, ``data``, ``recipe`` ...; the
            dataflow and the time limit hold for the networks that must run, too.

    Raises:
        FileFormatError: the needs are malformed.
        UnknownNameError: no such network or chip, here or among those that must run.
    """
    from octant.files.needs import load_needs

    file = load_needs(needs)
    chip = load_architecture(on)
    for name in file.must_run:
        load_network(name)
    card = evaluate(network, chip, objective=objective, progress=progress, **options)
    others: dict[Need, Figure | Missing] = {
        Need("must_run", _EVERY_LAYER, name): _share(
            name, chip, card, objective=objective, progress=progress, **_of_search(options)
        )
        for name in file.must_run
    }
    growth = _growth(file)
    if growth is not None:
        others[growth] = _efficiency(network, chip, growth, progress, options)
    limits = tuple(Need(name, limit) for name, limit in file.limits())
    return judge(card, (*limits, *others), name=file.name, title=file.title, others=others)


def _of_search(options: dict[str, Any]) -> dict[str, Any]:
    """How a network is searched that must run, whatever it is."""
    names = ("dataflow", "divisors_only", "time_limit_s", "cached")
    return {name: options[name] for name in names if name in options}


def _growth(file: NeedsFile) -> Need | None:
    """What is needed of a larger chip."""
    asked = file.scalability
    if asked is None:
        return None
    weak = asked.scaling == "weak"
    return Need("scalability", asked.at_least, times=asked.times, weak=weak)


def _efficiency(
    network: Network,
    chip: Architecture,
    need: Need,
    progress: Callable[[Progress], None] | None,
    options: dict[str, Any],
) -> Figure | Missing:
    """What is left of the speedup of the larger chip that is needed, in the formats of the card."""
    recipe = options.get("recipe")
    found = efficiency_of_larger(
        network,
        in_formats(chip, recipe),
        need.times,
        weak=need.weak,
        progress=progress,
        **{key: options.get(key) for key in ("batch", "dims", "dataflow", "time_limit_s")},
    )
    if isinstance(found, Missing) or recipe is None or not recipe.overrides:
        return found
    others = ", ".join(layer for layer, _ in recipe.overrides)
    return replace(found, basis=f"{found.basis}; {others} in the formats of all other layers")


def _share(
    name: str,
    chip: Architecture,
    card: Scorecard,
    **options: Any,
) -> Figure | Missing:
    """The share of a network's layers that run on a chip, with those that do not."""
    try:
        found = card if name == card.network else evaluate(name, chip, **options)
    except OutOfTimeError as error:
        return Missing(str(error), "a longer time limit")
    except InfeasibleError as error:
        return Figure(0.0, Unit.SHARE, Origin.MODELLED, f"it does not run at all: {error}")
    coverage = found.coverage
    words = f"{coverage.layers_run} of {coverage.layers} layers"
    left = [*map(_listed, coverage.not_run), *map(_listed, coverage.not_understood)]
    words += f"; not run: {', '.join(left)}" if left else ""
    share = coverage.layers_run / coverage.layers if coverage.layers else 0.0
    return Figure(share, Unit.SHARE, Origin.MODELLED, words)


def _listed(total: OperatorTotal) -> str:
    return f"{total.operator} ({total.layers})"
