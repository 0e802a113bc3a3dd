"""Scorecards as files and as tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from octant.errors import OctantError
from octant.scorecard import LayerResult, Scorecard

if TYPE_CHECKING:
    import pandas


def read_scorecard(path: Path | str) -> Scorecard:
    """The scorecard in a JSON file.

    Raises:
        FileFormatError: it cannot be read, or was written by another version's schema.
    """
    from octant.files.results import read_json

    return read_json(path, Scorecard)


def write_scorecard(path: Path | str, scorecard: Scorecard) -> None:
    """Writes a scorecard as JSON, whole or not at all.

    Raises:
        FileFormatError: the file cannot be written.
    """
    from octant.files.results import write_json

    write_json(path, scorecard)


def layers_table(scorecard: Scorecard) -> pandas.DataFrame:
    """A row for each layer, in SI; what does not apply to a layer is missing.

    Raises:
        OctantError: pandas is not installed.
    """
    return _frame([_layer_row(layer) for layer in scorecard.layers])


def energy_table(scorecard: Scorecard) -> pandas.DataFrame:
    """A row for each component, action and tensor of the run, in joules; unpriced is missing.

    Raises:
        OctantError: pandas is not installed.
    """
    columns = ("component", "level", "action", "tensor", "count", "bits", "energy_j", "off_chip")
    return _frame(
        [{name: getattr(part, name) for name in columns} for part in scorecard.energy_parts]
    )


def _layer_row(layer: LayerResult) -> dict[str, object]:
    run = layer.run
    plain = (
        "name", "operator", "repeats", "macs", "operations", "parameters", "traffic_bits",
        "off_chip_bits", "cycles", "latency_s", "energy_j", "not_costed", "limited_by", "note",
    )  # fmt: skip
    shares = ("active_units", "utilization", "active_share", "utilization_of_active", "gap")
    return {
        **{name: getattr(layer, name) for name in plain},
        "place": layer.place.value,
        "status": run.status.value if run else None,
        **{name: getattr(run, name) if run else None for name in shares},
    }


def _frame(rows: list[dict[str, object]]) -> pandas.DataFrame:
    try:
        import pandas
    except ImportError as error:
        raise OctantError(
            "tables need pandas, which is not installed: pip install 'octant-eval[pandas]'"
        ) from error
    return pandas.DataFrame(rows)
