"""Answers of earlier searches, kept on disk: a proven optimum need not be proven again."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from octant.arch import Architecture, Dataflow
from octant.counting import AccessCounts, HopCounts, TensorCounts, TransferCounts
from octant.errors import FileFormatError, OctantError
from octant.mapper.result import Objective, SearchResult, Status, value_of
from octant.mapping import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.model import CyclesEntry, Evaluation, Thinning, priced
from octant.workload import Einsum

VARIABLE = "OCTANT_CACHE"
"""Names the folder of the cache; ``off`` switches it off."""
ROOMS = ("arch", "bounds", "counting", "mapper", "mapping", "model", "workload")
"""Rooms whose sources every answer depends on."""
SAME = 1e-9
"""Values of one mapping that differ by less are the same, on any machine."""
_NEW = ".part"
_OURS = re.compile(r"[0-9a-f]{64}\.json(\..*\.part)?")


@dataclass(frozen=True, slots=True)
class Contents:
    """What the cache holds.

    Args:
        folder: where; None where it is switched off.
        answers: kept, also those that an earlier version kept and none recalls.
        size_bits: of their files.
    """

    folder: Path | None
    answers: int = 0
    size_bits: int = 0


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
    thinning: Thinning | None = None,
    many: int = 1,
    grain: float = 0.0,
    ties: bool = False,
    rooms: tuple[str, ...] = (),
) -> str:
    """A name for the question: it changes with anything that could change the answer.

    That includes the source of the search, of the counts and of the prices, and of other rooms that
    had a part in the answer.
    """
    asked = einsum, architecture, objective.value, dataflow, divisors_only, thinning, many, grain
    return key_of_told(*asked, ties, rooms=rooms)


def recall(
    key: str,
    einsum: Einsum,
    architecture: Architecture,
    objective: Objective,
    thinning: Thinning | None = None,
) -> SearchResult | None:
    """The answer that was kept under a key; None when there is none, or it does not hold.

    What was counted is priced anew. An answer that was changed since it was kept is not used.
    """
    kept = _read(key)
    if kept is None:
        return None
    with suppress(ValueError, KeyError, TypeError, OctantError):
        mapping = _mapping(kept["mapping"])
        timing = tuple(CyclesEntry(**entry) for entry in kept["timing"])
        evaluation = priced(einsum, architecture, mapping, _counts(kept["counts"]), timing)
        value = value_of(evaluation, architecture, objective, thinning)
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
                others=tuple(map(_mapping, kept["others"])),
            )
    return None


def keep(key: str, result: SearchResult) -> None:
    """Keeps a proven optimum."""
    place = folder()
    if place is None or result.status is not Status.OPTIMAL or result.evaluation is None:
        return
    evaluation: Evaluation = result.evaluation
    kept = {
        "mapping": [_plain(block) for block in evaluation.mapping.blocks],
        "others": [[_plain(block) for block in other.blocks] for other in result.others],
        "counts": asdict(evaluation.counts),
        "timing": [asdict(entry) for entry in evaluation.timing],
        "value": result.value,
        "priced": result.priced,
        "space": result.space,
    }
    _write(place, key, kept)


def keep_told(key: str, told: list[dict[str, Any]]) -> None:
    """Keeps something in plain words under a name of ``key_of_told``."""
    place = folder()
    if place is not None:
        _write(place, key, {"told": told})


def recall_told(key: str) -> list[dict[str, Any]] | None:
    """What was kept by ``keep_told``, unless it was changed since; None when there is none."""
    kept = _read(key)
    return None if kept is None else kept.get("told")


def key_of_told(*asked: object, rooms: tuple[str, ...] = ()) -> str:
    """A name for what follows from some values and from the sources of answers.

    Args:
        asked: the values.
        rooms: of the package, beside ``ROOMS``, whose sources it follows from, too.
    """
    return hashlib.sha256(repr((asked, _sources(rooms))).encode()).hexdigest()


def _read(key: str) -> dict[str, Any] | None:
    """What a file holds; None where there is none, or it is not as it was written."""
    place = folder()
    if place is None:
        return None
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        kept: dict[str, Any] = json.loads((place / f"{key}.json").read_text("utf-8"))
        if kept.pop("digest") == _digest(kept):
            return kept
    return None


def _write(place: Path, key: str, kept: dict[str, Any]) -> None:
    """Writes all of a file at once; a disk that takes no more is no reason to fail."""
    kept["digest"] = _digest(kept)
    with suppress(OSError):
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=place, prefix=f"{key}.json.", suffix=_NEW, delete=False, encoding="utf-8"
        ) as file:
            json.dump(kept, file)
        Path(file.name).replace(place / f"{key}.json")


def contents() -> Contents:
    """Returns what the cache holds; nothing but its own files is looked at."""
    place, answers, size_bits = folder(), 0, 0
    for file in _files(place):
        with suppress(FileNotFoundError):
            size_bits += 8 * file.stat().st_size
            answers += file.suffix != _NEW
    return Contents(place, answers, size_bits)


def clear() -> Contents:
    """Removes what the cache holds, and nothing else of its folder; returns what that was.

    Raises:
        FileFormatError: a file cannot be removed.
    """
    held = contents()
    for file in _files(held.folder):
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise FileFormatError(f"{file}: cannot be removed: {error.strerror}") from None
    return held


def _files(place: Path | None) -> Iterator[Path]:
    """The files that answers are kept in, or were about to be when something stopped that."""
    if place is not None and place.is_dir():
        yield from (file for file in list(place.iterdir()) if _OURS.fullmatch(file.name))


@functools.cache
def _sources(rooms: tuple[str, ...] = ()) -> str:
    """A hash of the sources that an answer depends on; a process has loaded one version of them."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for room in (*ROOMS, *rooms):
        for source in sorted((package / room).rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()


def _digest(kept: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _counts(plain: dict[str, Any]) -> AccessCounts:
    lists = {
        "tensors": tuple(TensorCounts(**entry) for entry in plain["tensors"]),
        "hops": tuple(HopCounts(**entry) for entry in plain["hops"]),
        "transfers": tuple(TransferCounts(**entry) for entry in plain["transfers"]),
    }
    return AccessCounts(**(plain | lists))


def _plain(block: TemporalBlock | SpatialBlock) -> dict[str, Any]:
    if isinstance(block, TemporalBlock):
        loops = [[loop.rank, loop.factor] for loop in block.loops]
        return {"level": block.level, "loops": loops, "keeps": list(block.keeps)}
    axes = [[[loop.rank, loop.factor] for loop in axis] for axis in block.axes]
    return {"fanout": block.fanout, "axes": axes}


def _mapping(plain: list[dict[str, Any]]) -> Mapping:
    return Mapping(tuple(map(_block, plain)))


def _block(plain: dict[str, Any]) -> TemporalBlock | SpatialBlock:
    if "level" in plain:
        return TemporalBlock(plain["level"], _loops(plain["loops"]), tuple(plain["keeps"]))
    return SpatialBlock(plain["fanout"], tuple(_loops(axis) for axis in plain["axes"]))


def _loops(plain: list[list[Any]]) -> tuple[Loop, ...]:
    return tuple(Loop(str(rank), int(factor)) for rank, factor in plain)
