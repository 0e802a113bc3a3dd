"""The search for the best mapping of a layer with its zeros, and in the formats of the chip."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from math import inf
from typing import Protocol

from octant.arch import Architecture
from octant.mapper.result import TIME_IS_UP, Objective, SearchResult, Status, value_of
from octant.mapping import Mapping
from octant.model import (
    Evaluation,
    Thinning,
    evaluate,
    evaluate_sparse,
    least_thinning,
    thinning_of,
)
from octant.workload import Einsum

DEPENDS = (
    "what zeros spare and formats add depends on the mapping; the bound takes the least of any"
)
MANY = 32
"""Mappings of the least bound that are evaluated with the zeros."""
MOST_ROUNDS = 4
"""Searches with the factors of the best mapping so far."""
SAME = 1e-9
"""What is less than this share apart is the same value."""
CLOSE = 1e-3
"""A mapping that is proven to be this near to the best is not worth more searches."""


class Ask(Protocol):
    """Searches the layer as if nothing were zero."""

    def __call__(
        self,
        thinning: Thinning | None = None,
        many: int = 1,
        time_limit_s: float | None = None,
    ) -> SearchResult:
        """Returns as many of the best mappings as are wanted, at thinned prices."""


def search_with_zeros(
    einsum: Einsum,
    architecture: Architecture,
    *,
    objective: Objective,
    ask: Ask,
    time_limit_s: float | None = None,
) -> SearchResult:
    """Returns the best mapping that is found for a layer's zeros, with a bound on any.

    Exact searches propose mappings, which are evaluated with the zeros: where nothing is zero and
    all is held plain; with the least that zeros leave of every access in any mapping, whose optimum
    is the bound; and, as long as the best is not near that, with what they leave of each access in
    the best mapping so far, and with the least again for the next best. Where no mapping changes
    what zeros leave, the second is the optimum itself.

    Args:
        einsum: the layer, with the densities and patterns of its tensors; where nothing is zero
            only formats make a difference.
        architecture: where it runs.
        objective: what to minimise.
        ask: the searches.
        time_limit_s: for all of them; each takes half of what is left at most.
    """
    best = _Best(einsum, architecture, objective, time_limit_s)
    plain = ask(time_limit_s=best.half_s())
    if plain.evaluation is None:
        return plain
    least = least_thinning(einsum, architecture)
    low = plain if least.is_none else ask(least, time_limit_s=best.half_s())
    bound = low.bound
    if least.steps < 1:
        bound *= objective.value_of(1.0, _less_a_cycle(einsum, architecture, least))
    asked = [plain] if low is plain else [plain, low]
    for result in asked:
        best.tries(result)
    if best.value > bound * (1 + CLOSE):
        asked.append(ask(least, MANY, best.half_s()))
        best.tries(asked[-1])
    for _ in range(MOST_ROUNDS):
        if best.evaluation is None or best.value <= bound * (1 + CLOSE):
            break
        factors = thinning_of(best.evaluation, architecture, least)
        asked.append(ask(factors, time_limit_s=best.half_s()))
        if not best.tries(asked[-1]):
            break
    assert best.evaluation is not None, "what was found was evaluated"
    proven = best.value <= bound * (1 + SAME)
    late = any(each.status is not Status.OPTIMAL for each in asked)
    return replace(
        plain,
        status=Status.OPTIMAL if proven else Status.GAP,
        mapping=best.evaluation.mapping,
        evaluation=best.evaluation,
        value=best.value,
        bound=best.value if proven else bound,
        priced=sum(each.priced for each in asked),
        reason="" if proven else TIME_IS_UP if late else DEPENDS,
    )


@dataclass(slots=True)
class _Best:
    """The best mapping so far, the one thing that a search with zeros changes."""

    einsum: Einsum
    architecture: Architecture
    objective: Objective
    time_limit_s: float | None
    evaluation: Evaluation | None = None
    value: float = float("inf")
    start_s: float = field(default_factory=time.monotonic)
    known: set[Mapping] = field(default_factory=set)

    def half_s(self) -> float | None:
        """Half of the time that is left; None without a limit."""
        if self.time_limit_s is None:
            return None
        return max(0.0, self.time_limit_s - (time.monotonic() - self.start_s)) / 2

    def tries(self, result: SearchResult) -> bool:
        """Evaluates what a search found, the best first; whether any is the best so far."""
        before = self.value
        for mapping in (*((result.mapping,) if result.mapping else ()), *result.others):
            if mapping in self.known:
                continue
            if self.known and self.half_s() == 0.0:
                break
            self.known.add(mapping)
            dense = evaluate(self.einsum.dense, self.architecture, mapping)
            found = evaluate_sparse(dense, self.einsum, self.architecture)
            value = value_of(found, self.architecture, self.objective)
            if (value, *_cost(found)) < (self.value, *_cost(self.evaluation)):
                self.evaluation, self.value = found, value
        return self.value < before


def _cost(found: Evaluation | None) -> tuple[float, float]:
    """What tells mappings of the same value apart."""
    return (inf, inf) if found is None else (found.energy_j or 0.0, found.latency_s)


def _less_a_cycle(einsum: Einsum, architecture: Architecture, least: Thinning) -> float:
    """The least share that cycles with zeros are of those at thinned prices.

    There a port's cycles are rounded up to whole dense ones, each of ``pace``: they are less than
    one of these too many. All of them are at least those of the units, one dense cycle for so many
    products; and cycles with zeros are at least one, but none where all are skipped.
    """
    if not least.steps:
        return 0.0
    return max(1 - architecture.compute_units / einsum.macs, 1 / (1 + least.pace))
