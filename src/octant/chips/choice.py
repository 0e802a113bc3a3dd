"""Which records are wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from octant.chips.record import Kind, Method, Record, Run
from octant.errors import UnknownNameError, near_misses

#: Nodes that differ by less than this share are one.
_SAME_NODE = 0.01


@dataclass(frozen=True, slots=True)
class Choice:
    """What records must have; None for whatever there is.

    Args:
        process_m: the process node.
        method: measured or simulated.
        kind: how the chip multiplies.
        network: what ran, by the report's word or the built-in network's name; part of it will do.
    """

    process_m: float | None = None
    method: Method | None = None
    kind: Kind | None = None
    network: str | None = None

    def admits(self, record: Record) -> bool:
        """Whether a record has all of it."""
        return (
            (self.method is None or record.method is self.method)
            and (self.kind is None or record.kind is self.kind)
            and (self.process_m is None or self._is_of_node(record))
            and (self.network is None or self._has_run(record))
        )

    def _is_of_node(self, record: Record) -> bool:
        node = record["process"]
        wanted = self.process_m or 0.0
        return node is not None and abs(node.value - wanted) <= _SAME_NODE * wanted

    def _has_run(self, record: Record) -> bool:
        wanted = (self.network or "").lower()
        return any(wanted in name.lower() for run in record.runs for name in run_names(run))


def run_names(run: Run) -> tuple[str, ...]:
    """What a run may be called: the report's word, and the built-in network's name.

    >>> from octant.chips.record import Run
    >>> run_names(Run("AlexNet CONV1-5", "alexnet"))
    ('AlexNet CONV1-5', 'alexnet')
    """
    return (run.network, run.workload) if run.workload else (run.network,)


def chosen(records: Iterable[Record], choice: Choice) -> tuple[Record, ...]:
    """The records that a choice admits, in their order."""
    return tuple(record for record in records if choice.admits(record))


def named(records: Iterable[Record], name: str) -> Record:
    """The record of that name.

    Raises:
        UnknownNameError: there is none.
    """
    known = {record.name: record for record in records}
    if name not in known:
        raise UnknownNameError(
            f"there is no published chip {name!r}; {near_misses(name, known)}; or give the path "
            "of a .yaml file"
        )
    return known[name]
