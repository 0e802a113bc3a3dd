"""Evaluates DNN processors, and the networks that run on them, along eight metrics.

>>> import octant
>>> octant.load_network("alexnet").macs
724406816

Names load when they are used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from octant.accuracy.wording import recipe_of
    from octant.api import (
        Progress,
        architectures,
        audit,
        compare,
        energy_table,
        estimators,
        evaluate,
        judge_network,
        layers_table,
        load_architecture,
        load_network,
        map_network,
        measure_accuracy,
        networks,
        price,
        published_chips,
        published_sheet,
        read_scorecard,
        reference_tables,
        sweep_accuracy,
        write_comparison,
        write_figures,
        write_report,
        write_scorecard,
    )
    from octant.arch import Architecture
    from octant.errors import OctantError
    from octant.mapper.result import Objective
    from octant.scorecard import LayerMapping, Scorecard
    from octant.workload import Workload

__version__ = "0.1.0"

__all__ = [
    "Architecture",
    "LayerMapping",
    "Objective",
    "OctantError",
    "Progress",
    "Scorecard",
    "Workload",
    "__version__",
    "architectures",
    "audit",
    "compare",
    "energy_table",
    "estimators",
    "evaluate",
    "judge_network",
    "layers_table",
    "load_architecture",
    "load_network",
    "map_network",
    "measure_accuracy",
    "networks",
    "price",
    "published_chips",
    "published_sheet",
    "read_scorecard",
    "recipe_of",
    "reference_tables",
    "sweep_accuracy",
    "write_comparison",
    "write_figures",
    "write_report",
    "write_scorecard",
]

_HOMES = {
    "Architecture": "octant.arch",
    "LayerMapping": "octant.scorecard",
    "Objective": "octant.mapper.result",
    "OctantError": "octant.errors",
    "Scorecard": "octant.scorecard",
    "Workload": "octant.workload",
    "recipe_of": "octant.accuracy.wording",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES.get(name, "octant.api")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
