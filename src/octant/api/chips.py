"""Published chips: the built-in records, and a user's own beside them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from octant.chips import Choice, Record, chosen
from octant.errors import FileFormatError, UnknownNameError

if TYPE_CHECKING:
    from octant.scorecard import PublishedSheet
    from octant.scorecard.audit import Audit
    from octant.workload import Workload


def published_chips(
    more: Iterable[str | Path] = (), *, choice: Choice | None = None
) -> tuple[Record, ...]:
    """The built-in records and those of further files, sorted by name.

    Every number of every one has a citation; a file of which one has none is refused.

    Args:
        more: YAML files, or folders whose ``.yaml`` files are read.
        choice: which of them are wanted; by default all.

    Raises:
        FileFormatError: a file is malformed, has a number without a citation, or the name of
            another.

    >>> "eyeriss" in [record.name for record in published_chips()]
    True
    """
    from octant.files.records import builtin_record, load_record, record_names

    records = {name: builtin_record(name) for name in record_names()}
    for path in (file for given in more for file in _files(Path(given))):
        record = load_record(str(path) if path.name != str(path) else f"./{path}", cited=True)
        if record.name in records:
            raise FileFormatError(
                f"{path}: the chip is named {record.name!r}, like another; give it another name"
            )
        records[record.name] = record
    return chosen((records[name] for name in sorted(records)), choice or Choice())


def published_sheet(chip: str | Path | Record, network: str | None = None) -> PublishedSheet:
    """What is published of a chip, in the rows of a scorecard's eight metrics.

    A comparison can put it beside a modelled scorecard: the rows have the same names and units, and
    each figure says that it is published, and whether measured or simulated.

    Args:
        chip: the name of a published chip, a YAML file, or a record.
        network: the run that is wanted, by the report's word or the built-in network's name; the
            first one by default.

    Raises:
        FileFormatError: the file is malformed, or a number of it has no citation.
        UnknownNameError: no such chip, or nothing of that name ran on it.

    >>> sheet = published_sheet("eyeriss", "alexnet")
    >>> sheet.label, sheet.throughput["inferences_per_s"].value
    ('published, measured', 34.7)
    """
    from octant.files.records import load_record
    from octant.scorecard import published_sheet as sheet_of

    record = chip if isinstance(chip, Record) else load_record(str(chip), cited=True)
    return sheet_of(record, network)


def audit(claim: str | Path | Record) -> Audit:
    """What a claim lacks, what cannot be, and how complete it is.

    Args:
        claim: a YAML file, the name of a published chip, or a record.

    Raises:
        FileFormatError: the file is malformed.
        UnknownNameError: no such chip, or the claim names a network that is not built in.

    >>> audit("eyeriss").grade
    'B'
    """
    from octant.api.loading import load_network
    from octant.files.records import load_record
    from octant.scorecard.audit import audit as audited

    record = claim if isinstance(claim, Record) else load_record(str(claim))

    def network(name: str) -> Workload:
        try:
            return load_network(name)
        except UnknownNameError as error:
            raise UnknownNameError(f"the workload of a run of {record.name}: {error}") from None

    return audited(record, network)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted([*path.glob("*.yaml"), *path.glob("*.yml")])
    if not found:
        raise FileFormatError(f"{path}: the folder holds no .yaml file; give one with records")
    return found
