"""Figures in files: matplotlib where it is installed, and what is said where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from octant.errors import FileFormatError, OctantError


def new_figure(width_in: float, height_in: float) -> Any:
    """An empty figure of matplotlib.

    Raises:
        OctantError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise OctantError(
            "figures need matplotlib, which is not installed: pip install 'octant-eval[figures]'"
        ) from error
    return Figure(figsize=(width_in, height_in), layout="constrained")


def write_figure(path: Path, figure: Any) -> None:
    """Writes a figure in the form that the ending names (.svg, .png, .pdf).

    Raises:
        FileFormatError: the file cannot be written, or its ending is unknown.
    """
    try:
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    except (OSError, ValueError) as error:
        raise FileFormatError(f"{path}: cannot be written: {error}") from error
