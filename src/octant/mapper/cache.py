"""Answers of earlier searches, kept on disk: a proven optimum need not be proven again."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from octant.arch import Architecture, Dataflow
from octant.errors import OctantError
from octant.mapper.result import Objective, SearchResult, Status
from octant.mapping import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.model import evaluate
from octant.workload import Einsum

VARIABLE = "OCTANT_CACHE"
"""Names the folder of the cache; ``off`` switches it off."""
SAME = 1e-9
"""Values of one mapping that differ by less are the same, on any machine."""


def folder() -> Path | None:
    """Where answers are kept; None where the user wants none kept."""
    from platformdirs import user_cache_path

    named = os.environ.get(VARIABLE, "")
    if named == "off":
        return None
    return Path(named) if named else user_cache_path("octant", appauthor=False) / "mappings"


def key_of(
    einsum: Einsum,
    architecture: Architecture,
    objective: Objective,
    dataflow: Dataflow,
    *,
    divisors_only: bool,
) -> str:
    """A name for the question: it changes with anything that could change the answer.

    That includes the source of the search, of the counts and of the prices.
    """
    asked = (einsum, architecture, objective.value, dataflow, divisors_only, _sources())
    return hashlib.sha256(repr(asked).encode()).hexdigest()


def recall(
    key: str, einsum: Einsum, architecture: Architecture, objective: Objective
) -> SearchResult | None:
    """The answer that was kept under a key; None when there is none, or it does not hold.

    The mapping is evaluated anew: an answer whose value is not that of its mapping is not used.
    """
    place = folder()
    if place is None:
        return None
    with suppress(OSError, ValueError, KeyError, TypeError, OctantError):
        kept = json.loads((place / f"{key}.json").read_text("utf-8"))
        mapping = Mapping(tuple(_block(block) for block in kept["mapping"]))
        evaluation = evaluate(einsum, architecture, mapping)
        value = objective.value_of(evaluation.energy_j or 0.0, evaluation.latency_s)
        if abs(value - kept["value"]) <= SAME * value:
            return SearchResult(
                status=Status.OPTIMAL,
                objective=objective,
                mapping=mapping,
                evaluation=evaluation,
                value=value,
                bound=value,
                priced=kept["priced"],
                space=kept["space"],
            )
    return None


def keep(key: str, result: SearchResult) -> None:
    """Keeps a proven optimum; a disk that takes no more is no reason to fail."""
    place = folder()
    if place is None or result.status is not Status.OPTIMAL or result.mapping is None:
        return
    kept = {
        "mapping": [_plain(block) for block in result.mapping.blocks],
        "value": result.value,
        "priced": result.priced,
        "space": result.space,
    }
    with suppress(OSError):
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=place, delete=False, encoding="utf-8") as file:
            json.dump(kept, file)
        Path(file.name).replace(place / f"{key}.json")


def _sources() -> str:
    package = Path(__file__).parents[1]
    rooms = ("arch", "counting", "mapper", "mapping", "model", "workload")
    digest = hashlib.sha256()
    for room in rooms:
        for source in sorted((package / room).rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()


def _plain(block: TemporalBlock | SpatialBlock) -> dict[str, Any]:
    if isinstance(block, TemporalBlock):
        loops = [[loop.rank, loop.factor] for loop in block.loops]
        return {"level": block.level, "loops": loops, "keeps": list(block.keeps)}
    axes = [[[loop.rank, loop.factor] for loop in axis] for axis in block.axes]
    return {"fanout": block.fanout, "axes": axes}


def _block(plain: dict[str, Any]) -> TemporalBlock | SpatialBlock:
    if "level" in plain:
        return TemporalBlock(plain["level"], _loops(plain["loops"]), tuple(plain["keeps"]))
    return SpatialBlock(plain["fanout"], tuple(_loops(axis) for axis in plain["axes"]))


def _loops(plain: list[list[Any]]) -> tuple[Loop, ...]:
    return tuple(Loop(str(rank), int(factor)) for rank, factor in plain)
