"""The model: counts and prices become energy, latency and limits."""

from octant.model.evaluation import CyclesEntry, EnergyEntry, Evaluation, evaluate, priced
from octant.model.prices import costs, missing_prices
from octant.model.sparse import evaluate_sparse, mean_evaluation

__all__ = [
    "CyclesEntry",
    "EnergyEntry",
    "Evaluation",
    "costs",
    "evaluate",
    "evaluate_sparse",
    "mean_evaluation",
    "missing_prices",
    "priced",
]
